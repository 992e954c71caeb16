"""`hub demo`: the main job in a minute, on platforms in a box."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shlex import quote
from shutil import rmtree, which
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import Misconfigured
from .boxes import add_account, app_tables, overriding, toml
from .coverage import show as coverage_table
from .opening import Json
from .orders import show_table as orders_table
from .output import err, out, say, say_json, table, yuan
from .stopping import Stop, stoppable

if TYPE_CHECKING:
    from ..hub import Hub
    from ..insight.forward_reader import ForwardReader
    from ..plugins import Plugins
    from ..sandbox import Account, Clock, Platform
    from ..store.reads import StoredOrder

KEY = "master.key"
HISTORY = timedelta(days=7)
ROUNDS = 3
CHANGES = 60
"""Orders per shop that change between two rounds."""
OTHER_KINDS = ["products", "after_sales", "redemptions", "places"]
"""The demo reads orders."""
CHURN = {"douyin-laike": 2, "taobao": 4, "jd": 4}
"""Orders of a platform that change with each list call, as on a busy day; a longer list
takes more calls."""
PAGE_SIZE = 25
"""Small, so that shops of this size have as many pages as large ones have in life."""
SIZES = {"douyin-laike": (2, 700), "taobao": (2, 220), "jd": (2, 500)}
"""Channel: how many shops, and how many orders each has at first."""
LOSER = "lost by a page-1-2-3 reader"


@dataclass(slots=True)
class Show:
    """Everything the demo has set up."""

    hub: Hub
    clock: Clock
    begin: datetime
    folder: Path
    stop: Stop = field(default_factory=Stop)
    platforms: dict[str, Platform] = field(default_factory=dict)
    forward: dict[str, ForwardReader] = field(default_factory=dict)


def add(app: typer.Typer) -> None:
    """Put the command on the app."""
    app.command()(demo)


def demo(
    channel: Annotated[
        list[str] | None, typer.Option("--channel", help="Only this channel; repeatable.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Other shops, other orders.")] = 0,
    json: Json = False,
) -> None:
    """See it work: three platforms in a box, one store, nothing lost.

    Six shops with thousands of orders that change while they are read; then what is
    proved, and what a reader of pages 1, 2, 3 has lost in the same run. Exit code 0 only
    where nothing was lost or doubled and all is proved.
    """
    began = time.monotonic()
    with _stage(channel or list(SIZES), seed) as show, stoppable() as show.stop:
        for number in range(ROUNDS):
            _tell(
                json, f"round {number + 1} of {ROUNDS}: orders change while they are read …"
            )
            _round(show)
        _tell(json, "nothing changes any more; the last sync and heal …")
        failed = _settle(show)
        result = _result(show, failed, time.monotonic() - began)
        _say_result(show, result, json)
    if not result["ok"]:
        raise typer.Exit(1)


def _tell(quiet: bool, text: str) -> None:
    if not quiet:
        err.print(text, style="dim", markup=False)


@contextmanager
def _stage(channels: list[str], seed: int) -> Iterator[Show]:
    """Boxes on loopback, a hub with a folder and a throwaway key of its own."""
    from ..hub import Hub
    from ..plugins import load
    from ..sandbox import Clock
    from ..sandbox.server import running
    from ..settings import Settings, key_file
    from ..testing.bridge import VirtualClock

    plugins, clock = load(), Clock(running=True)
    if strange := [c for c in channels if c not in SIZES]:
        raise Misconfigured(f"the demo has no {strange[0]}; it has: {', '.join(SIZES)}")
    folder = Path(mkdtemp(prefix="channel-hub-demo-"))
    with _kept_when_whole(folder), ExitStack() as stack:
        boxes = {c: _box(plugins, c, clock, seed) for c in channels}
        urls = {c: stack.enter_context(running(box)) for c, box in boxes.items()}
        hub = Hub.open(
            settings=Settings.load(_settings(boxes, urls, folder)), plugins=plugins,
            database=_database(folder), key=key_file(folder / KEY).key,
            clock=VirtualClock(clock), shared_limits=False,
        )  # fmt: skip
        stack.enter_context(hub)
        begin = datetime.fromtimestamp(clock.now(), UTC) - HISTORY - timedelta(hours=1)
        show = Show(hub, clock, begin, folder, platforms=boxes)
        _add_shops(show)
        yield show


@contextmanager
def _kept_when_whole(folder: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        rmtree(folder, ignore_errors=True)
        raise


def _box(plugins: Plugins, channel: str, clock: Clock, seed: int) -> Platform:
    shops, orders = SIZES[channel]
    platform: Platform = plugins.sandbox(channel)(
        seed=seed, shops=shops, orders=orders, clock=clock, history=HISTORY
    )
    return platform


def _settings(boxes: dict[str, Platform], urls: dict[str, str], folder: Path) -> Path:
    """A settings file, so that the store can be looked at when the demo is over."""
    apps: dict[str, Any] = {}
    for channel, box in boxes.items():
        apps |= app_tables(channel, box.accounts(), urls[channel], folder)
    page = {"page_size": PAGE_SIZE}
    streams = {"orders": page, "unpaid": page}
    channels = {c: {"streams": streams, "off": OTHER_KINDS} for c in boxes}
    hub = {"database": _database(folder), "key": f"file:{KEY}"}
    path = folder / "plugins.toml"
    path.write_text(toml({"hub": hub, "apps": apps, "channels": channels}), "utf-8")
    return path


def _database(folder: Path) -> str:
    return f"sqlite:///{(folder / 'hub.db').as_posix()}"


def _add_shops(show: Show) -> None:
    from ..insight.forward_reader import ForwardReader

    for channel, account in _accounts(show):
        shop = add_account(show.hub, channel, account, show.begin)
        source = show.hub.plugins.orders(channel, show.hub.lines.open(shop))
        same = [show.hub.settings.stream(channel, s) for s in source.streams]
        show.forward[account.name] = ForwardReader(source, same)


def _accounts(show: Show) -> list[tuple[str, Account]]:
    return [(c, a) for c, box in show.platforms.items() for a in box.accounts()]


def _round(show: Show) -> None:
    """Orders change between the rounds, and with every list call of either reader."""
    for channel, box in show.platforms.items():
        box.churn_per_call = CHURN[channel]
        box.churn(CHANGES)
    show.hub.sync(on_step=show.stop.after(None))
    _read_forward(show)
    show.clock.advance(1200)


def _read_forward(show: Show) -> None:
    now = datetime.fromtimestamp(show.clock.now(), UTC)
    for reader in show.forward.values():
        show.stop.check()
        reader.read(show.begin, now)


def _settle(show: Show) -> list[str]:
    for box in show.platforms.values():
        box.churn_per_call = 0
    show.clock.advance(1200)
    on_step = show.stop.after(None)
    outcomes = show.hub.sync(on_step=on_step) + show.hub.heal(on_step=on_step)
    _read_forward(show)
    return [str(o.error) for o in outcomes if o.error is not None]


def _result(show: Show, failed: list[str], seconds: float) -> dict[str, Any]:
    channels = {c: _graded(show, c) for c in show.platforms}
    covered = all(c.complete for c in show.hub.coverage())
    clean = all(c["orders"] and not c["lost"] + c["doubled"] for c in channels.values())
    return {
        "ok": covered and clean and not failed, "channels": channels,
        "coverage_complete": covered, "errors": failed, "seconds": round(seconds, 1),
        "orders": sum(c["orders"] for c in channels.values()),
        "lost": sum(c["lost"] for c in channels.values()),
        "doubled": sum(c["doubled"] for c in channels.values()),
        "parked": len(show.hub.parked()),
        "database": str(show.hub.store.engine.url.database), "folder": str(show.folder),
        "next": _next(show),
    }  # fmt: skip


def _graded(show: Show, channel: str) -> dict[str, Any]:
    from ..insight.truth import grade, grade_store, stored

    total = {"orders": 0, "lost": 0, "doubled": 0, "removed": 0}
    box, store = show.platforms[channel], show.hub.store
    forward = {"lost": 0, "doubled": 0}
    for account in box.accounts():
        truth, shop = box.truth(account.external_id), show.hub.shop(account.name).id
        gone = {order.external_id for order in truth if order.removed}
        mine = grade_store(store, shop, truth)
        theirs = grade(show.forward[account.name].seen, truth)
        total["orders"] += mine.orders
        total["lost"] += len(mine.lost)
        total["doubled"] += len(mine.doubled)
        total["removed"] += sum(id in gone for id, _ in stored(store, shop))
        forward["lost"] += len(theirs.lost)
    return {**total, "forward_reader": forward}


def _say_result(show: Show, result: dict[str, Any], json: bool) -> None:
    if json:
        say_json(result)
        return
    hub = show.hub
    some = [o for c in show.platforms for o in _mixed(hub, c)]
    orders_table(some, "Orders of every channel, the newest of each status")
    say()
    sums = [
        {"channel": t.channel, "orders": t.orders, "open": t.open,
         "paid": yuan(t.buyer_paid_amount, t.currency),
         "refunded": yuan(t.refunded_amount, t.currency)}
        for t in hub.totals()
    ]  # fmt: skip
    columns = ("channel", "orders", "open", "paid", "refunded")
    table(sums, columns, right=columns[1:], title="Totals (CNY)")
    say()
    coverage_table(hub.coverage(), "Coverage: what is proved to be read whole")
    say()
    _say_grades(result)
    _say_next(result)


def _mixed(hub: Hub, channel: str, most: int = 4) -> list[StoredOrder]:
    """The channel's newest order of each status."""
    from ..store.reads import OrderFilter

    found: dict[str, StoredOrder] = {}
    for order in hub.orders(OrderFilter(channel=channel), limit=500):
        found.setdefault(order.values["order_status"], order)
    return list(found.values())[:most]


def _say_grades(result: dict[str, Any]) -> None:
    rows = [
        {"channel": name, "orders": c["orders"], "lost": c["lost"], "doubled": c["doubled"],
         LOSER: c["forward_reader"]["lost"]}
        for name, c in result["channels"].items()
    ]  # fmt: skip
    columns = ("channel", "orders", "lost", "doubled", LOSER)
    table(rows, columns, right=columns[1:], title="Against the platforms' own truth")
    for error in result["errors"]:
        say(f"! {error}")
    if removed := sum(c["removed"] for c in result["channels"].values()):
        say(f"in the store besides: {removed} that their platform has removed since")
    if result["parked"]:
        say(f"{result['parked']} records could not be read and are kept aside")
    verdict = "every order is here, once" if result["ok"] else "NOT all is well: see above"
    say(f"\n{result['orders']:,} orders in {result['seconds']} s: {verdict}.")


# And now? -------------------------------------------------------------------------------


def _next(show: Show) -> list[list[str]]:
    """Commands to try and what each shows; they can be typed as they stand."""
    hub = _program()
    newest = show.hub.orders(limit=1)
    order = newest[0].values["external_id"] if newest else "ORDER"
    over = " ".join(overriding())
    unset = [[f"unset {over}", "else they stand over the demo's"]] if over else []
    return [
        [f"cd {quote(str(show.folder))}", "the demo's store, settings and throwaway key"],
        *unset,
        [f"{hub} orders list --status open", "what is to be sent or redeemed"],
        [f"{hub} orders show {order} --explain", "where each value comes from"],
        [f"{hub} coverage --assumptions", "what is proved, and what that leans on"],
        [f"{hub} changes --limit 5", "the feed an ERP follows"],
        [f"{hub} export orders --out orders.csv", "a file that Excel opens rightly"],
        [f"{hub} plugins", "each channel's calls, and how far they are tried"],
    ]


def _program() -> str:
    """What to type to run this program again from another folder."""
    mine, found = Path(sys.argv[0]), which("hub")
    if found is not None and mine.name == "hub" and Path(found).samefile(mine):
        return "hub"
    return quote(str(mine.absolute())) if mine.name == "hub" else "hub"


def _say_next(result: dict[str, Any]) -> None:
    say("\nNext:")
    _say_commands(result["next"])
    say("\nYour own shops, or a platform to try your code against:")
    own = [
        [f"{_program()} init --help", "apps and shops, step by step"],
        [f"{_program()} sandbox serve taobao", "until Ctrl-C"],
    ]
    _say_commands(own)


def _say_commands(commands: list[list[str]]) -> None:
    """Each with what it shows behind it; above it, where the terminal is too narrow."""
    width = max(len(command) for command, _ in commands)
    if width + max(len(shows) for _, shows in commands) + 6 <= out.width:
        for command, shows in commands:
            say(f"  {command:<{width}}  # {shows}")
    else:
        for command, shows in commands:
            say(f"  # {shows}\n  {command}")
