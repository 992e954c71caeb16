"""What the demo prints, and what it says to try next."""

from __future__ import annotations

import sys
from pathlib import Path
from shlex import quote
from shutil import which
from typing import TYPE_CHECKING, Any

from ..boxes import overriding
from ..coverage import show as coverage_table
from ..orders import show_table as orders_table
from ..output import out, say, table, yuan
from .stage import Show

if TYPE_CHECKING:
    from ...hub import Hub
    from ...store.reads import StoredOrder

LOSER = "lost by a page-1-2-3 reader"


def say_result(show: Show, result: dict[str, Any]) -> None:
    """Tables, the verdict, and what to try next."""
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
    _say_beyond(result)
    _say_verdict(result)
    _say_next(result)


def _mixed(hub: Hub, channel: str, most: int = 4) -> list[StoredOrder]:
    """The channel's newest order of each status."""
    from ...store.reads import OrderFilter

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


def _say_beyond(result: dict[str, Any]) -> None:
    """The other kinds against the truth, the level that was set once, and the parcels."""
    say()
    rows = [
        {"channel": channel, "kind": kind, "records": n["records"], "lost": n["lost"]}
        for channel, kinds in result["records"].items()
        for kind, n in kinds.items()
    ]
    columns = ("channel", "kind", "records", "lost")
    table(rows, columns, right=columns[2:], title="Other records, against the same truth")
    say()
    said = [
        {"channel": channel, "level": result["stock"].get(channel),
         "parcel": result["shipped"].get(channel)}
        for channel in result["channels"]
    ]  # fmt: skip
    title = "One level set once, one parcel each, as the platforms have them"
    table(said, ("channel", "level", "parcel"), right=("level",), title=title)


def _say_verdict(result: dict[str, Any]) -> None:
    verdict = "every order is here, once" if result["ok"] else "NOT all is well: see above"
    say(f"\n{result['orders']:,} orders in {result['seconds']} s: {verdict}.")


# And now? -------------------------------------------------------------------------------


def next_steps(show: Show) -> list[list[str]]:
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
    if width + max(len(shows) for _, shows in commands) + 6 <= out().width:
        for command, shows in commands:
            say(f"  {command:<{width}}  # {shows}")
    else:
        for command, shows in commands:
            say(f"  # {shows}\n  {command}")
