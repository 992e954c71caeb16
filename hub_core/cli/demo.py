"""`hub demo`: the main job in a minute, on platforms in a box."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import Misconfigured
from .coverage import COLUMNS as COVERAGE_COLUMNS
from .coverage import rows as coverage_rows
from .opening import Json
from .orders import COLUMNS as ORDER_COLUMNS
from .orders import row as order_row
from .output import err, say, say_json, table, yuan

if TYPE_CHECKING:
    from ..hub import Hub
    from ..insight.forward_reader import ForwardReader
    from ..plugins import Plugins
    from ..sandbox import Account, Clock, Platform

HISTORY = timedelta(days=7)
ROUNDS = 3
CHANGES = 60
"""Orders per shop that change between two rounds."""
CHURN = 4
"""Orders of a platform that change with each list call, as on a busy day."""
PAGE_SIZE = 25
"""Small, so that shops of this size have as many pages as large ones have in life."""
SIZES = {"douyin-laike": (2, 700), "taobao": (2, 220), "jd": (2, 500)}
"""Channel: how many shops, and how many orders each has at first."""


@dataclass(slots=True)
class Show:
    """Everything the demo has set up."""

    hub: Hub
    clock: Clock
    begin: datetime
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
    """Three platforms in a box, six shops, thousands of orders that keep changing: synced
    into one store, proved, and compared with what a page-1-2-3 reader loses."""
    began = time.monotonic()
    with _stage(channel or list(SIZES), seed) as show:
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
    import secrets

    from ..hub import Hub
    from ..plugins import load
    from ..sandbox import Clock
    from ..sandbox.server import running
    from ..settings import Settings
    from ..testing.bridge import VirtualClock

    plugins, clock = load(), Clock(running=True)
    if strange := [c for c in channels if c not in SIZES]:
        raise Misconfigured(f"the demo has no {strange[0]}; it has: {', '.join(SIZES)}")
    folder = Path(mkdtemp(prefix="channel-hub-demo-"))
    with ExitStack() as stack:
        boxes = {c: _box(plugins, c, clock, seed) for c in channels}
        urls = {c: stack.enter_context(running(box)) for c, box in boxes.items()}
        settings = Settings.of(_tables(boxes, urls, folder))
        hub = Hub.open(
            settings=settings, plugins=plugins, database=f"sqlite:///{folder / 'hub.db'}",
            key=secrets.token_bytes(32), clock=VirtualClock(clock), shared_limits=False,
        )  # fmt: skip
        stack.enter_context(hub)
        begin = datetime.fromtimestamp(clock.now(), UTC) - HISTORY - timedelta(hours=1)
        show = Show(hub, clock, begin, boxes)
        _add_shops(show)
        yield show


def _box(plugins: Plugins, channel: str, clock: Clock, seed: int) -> Platform:
    shops, orders = SIZES[channel]
    platform: Platform = plugins.sandbox(channel)(
        seed=seed, shops=shops, orders=orders, clock=clock, history=HISTORY
    )
    return platform


def _tables(
    boxes: dict[str, Platform], urls: dict[str, str], folder: Path
) -> dict[str, Any]:
    apps = {}
    for channel, box in boxes.items():
        for account in box.accounts():
            secret = folder / f"{account.app_key}.secret"
            secret.write_text(account.app_secret)
            apps[account.app_key] = {
                "channel": channel, "app_key": account.app_key,
                "app_secret": f"file:{secret}", "base_url": urls[channel],
            }  # fmt: skip
    page = {"page_size": PAGE_SIZE}
    streams = {"orders": page, "unpaid": page}
    return {"apps": apps, "channels": {c: {"streams": streams} for c in boxes}}


def _add_shops(show: Show) -> None:
    from ..insight.forward_reader import ForwardReader

    for channel, account in _accounts(show):
        shop = add_account(show.hub, channel, account, show.begin)
        source = show.hub.plugins.orders(channel, show.hub.lines.open(shop))
        same = [show.hub.settings.stream(channel, s) for s in source.streams]
        show.forward[account.name] = ForwardReader(source, same)


def add_account(hub: Hub, channel: str, account: Account, begin: datetime) -> Any:
    """Add a made-up shop of a box to the hub, as its owner would."""
    from ..ports import Grant

    token = None
    if account.access_token is not None:
        token = Grant(
            access_token=account.access_token,
            expires_in=account.expires_in,
            refresh_token=account.refresh_token,
        )
    fields = hub.plugins.channel(channel).account_fields
    return hub.add_shop(
        account.name, channel=channel, external_id=account.external_id, app=account.app_key,
        start_at=begin, token=token, settings=account.settings,
        account={k: v for k, v in account.account.items() if k in fields},
    )  # fmt: skip


def _accounts(show: Show) -> list[tuple[str, Account]]:
    return [(c, a) for c, box in show.platforms.items() for a in box.accounts()]


def _round(show: Show) -> None:
    """Orders change between the rounds, and with every list call of either reader."""
    for box in show.platforms.values():
        box.churn_per_call = CHURN
        box.churn(CHANGES)
    show.hub.sync()
    _read_forward(show)
    show.clock.advance(1200)


def _read_forward(show: Show) -> None:
    now = datetime.fromtimestamp(show.clock.now(), UTC)
    for reader in show.forward.values():
        reader.read(show.begin, now)


def _settle(show: Show) -> list[str]:
    for box in show.platforms.values():
        box.churn_per_call = 0
    show.clock.advance(1200)
    outcomes = show.hub.sync() + show.hub.heal()
    _read_forward(show)
    return [str(o.error) for o in outcomes if o.error is not None]


def _result(show: Show, failed: list[str], seconds: float) -> dict[str, Any]:
    channels = {c: _graded(show, c) for c in show.platforms}
    covered = all(c.complete for c in show.hub.coverage())
    clean = all(not c["lost"] and not c["doubled"] for c in channels.values())
    return {
        "ok": covered and clean and not failed, "channels": channels,
        "coverage_complete": covered, "errors": failed, "seconds": round(seconds, 1),
        "orders": sum(c["orders"] for c in channels.values()),
        "lost": sum(c["lost"] for c in channels.values()),
        "doubled": sum(c["doubled"] for c in channels.values()),
        "parked": len(show.hub.parked()),
        "database": str(show.hub.store.engine.url.database),
    }  # fmt: skip


def _graded(show: Show, channel: str) -> dict[str, Any]:
    from ..insight.truth import grade, grade_store

    box, total = show.platforms[channel], {"orders": 0, "lost": 0, "doubled": 0}
    forward = {"lost": 0, "doubled": 0}
    for account in box.accounts():
        truth = box.truth(account.external_id)
        mine = grade_store(show.hub.store, show.hub.shop(account.name).id, truth)
        theirs = grade(show.forward[account.name].seen, truth)
        total["orders"] += mine.orders
        total["lost"] += len(mine.lost)
        total["doubled"] += len(mine.doubled)
        forward["lost"] += len(theirs.lost)
    return {**total, "forward_reader": forward}


def _say_result(show: Show, result: dict[str, Any], json: bool) -> None:
    if json:
        say_json(result)
        return
    hub = show.hub
    table(map(order_row, hub.orders(limit=12)), ORDER_COLUMNS, right=("paid", "refunded"),
          title="The newest orders of all channels")  # fmt: skip
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
    spans = (row for c in hub.coverage() for row in coverage_rows(c))
    table(spans, COVERAGE_COLUMNS, title="Coverage: what is proved to be read whole")
    say()
    _say_grades(result)
    _say_next(result)


def _say_grades(result: dict[str, Any]) -> None:
    rows = [
        {"channel": name, "orders": c["orders"], "lost": c["lost"], "doubled": c["doubled"],
         "lost by a page-1-2-3 reader": c["forward_reader"]["lost"]}
        for name, c in result["channels"].items()
    ]  # fmt: skip
    columns = ("channel", "orders", "lost", "doubled", "lost by a page-1-2-3 reader")
    table(rows, columns, right=columns[1:], title="Against the platforms' truth")
    for error in result["errors"]:
        say(f"! {error}")
    verdict = "every order is here, once" if result["ok"] else "NOT all is well: see above"
    say(f"\n{result['orders']} orders in {result['seconds']} s: {verdict}.")


def _say_next(result: dict[str, Any]) -> None:
    database = f"sqlite:///{result['database']}"
    say("\nNext:")
    say("  hub plugins                        channels and how far each call is tried")
    say("  hub sandbox serve douyin-laike      a platform to try your own code against")
    say("  hub init                            your own apps and shops, step by step")
    say(f"The demo's store, sealed with a key that is gone now: {database}", style="dim")
