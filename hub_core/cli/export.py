"""`hub export`: orders as files, with a statement of what is proved of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from ..errors import Misconfigured
from .opening import (
    ChannelOption,
    CompanyOption,
    GroupOption,
    Json,
    PlaceOption,
    ShopOption,
    SinceOption,
    StatusOption,
    UntilOption,
    opened,
    wanted,
)
from .output import complain, err, local, say_json

if TYPE_CHECKING:
    from ..hub import Hub
    from ..insight.proof import Statement
    from ..store.reads import OrderFilter, StoredOrder

MOST_STRETCHES = 10
"""Unproved stretches that are named one by one."""


class Format(StrEnum):
    """How a file is written."""

    CSV = "csv"
    JSONL = "jsonl"


def add(app: typer.Typer) -> None:
    """Put the commands on the app."""
    group = typer.Typer(help="Orders as CSV or JSON lines.", no_args_is_help=True)
    group.command("orders")(orders)
    app.add_typer(group, name="export")


def orders(
    format: Annotated[
        Format | None, typer.Option(help="Default: as FILE is named, else csv.")
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--out", help="The file; none: standard output.")
    ] = None,
    lines: Annotated[
        bool, typer.Option("--lines", help="A row per line of an order.")
    ] = False,
    shop: ShopOption = None,
    channel: ChannelOption = None,
    company: CompanyOption = None,
    group: GroupOption = None,
    status: StatusOption = None,
    place: PlaceOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    json: Json = False,
) -> None:
    """Orders as a file: CSV that Excel opens rightly, or JSON lines.

    It says on standard error what is not proved to be whole, and ends with 1 then; the
    file is there all the same. --json gives the summary as JSON: on standard output, or
    on standard error when the rows go to standard output.
    """
    shape = format or _format(to)
    with opened() as hub:
        which = wanted(
            hub, shop=shop, channel=channel, company=company, group=group, status=status,
            place=place, since=since, until=until,
        )  # fmt: skip
        summary = _write(hub, which, shape, to, lines)
    if json:
        say_json(summary, error=to is None)
    else:
        _tell(summary)
    if not summary["complete"] or summary["parked"]:
        raise typer.Exit(1)


def _format(to: Path | None) -> Format:
    """As the file is named. Raises Misconfigured for a name that means another kind."""
    kind = to.suffix.lower().lstrip(".") if to else ""
    if kind in ("", "txt"):
        return Format.CSV
    if kind not in set(Format):
        raise Misconfigured(
            f"{to}: .csv and .jsonl can be written; name it so, or give --format"
        )
    return Format(kind)


def _write(
    hub: Hub, which: OrderFilter, shape: Format, to: Path | None, lines: bool
) -> dict[str, Any]:
    from ..insight import export

    names = _shops(hub, which)
    told = _statement(hub, names, which)  # before the copy: it must not promise more
    seen = {"orders": 0, "outside": 0}

    def proved(order: StoredOrder) -> bool:
        covered = told.covers(order.shop, order.values["channel_updated_at"])
        seen["outside"] += not covered
        return covered

    write = export.write_csv if shape is Format.CSV else export.write_jsonl
    whole = lines or shape is Format.JSONL
    with (
        _target(to) as file,
        _progress() as tick,
        hub.first_copy(which, children=whole) as (position, copy),
    ):
        rows = write(_counted(copy, seen, tick), file, proved, lines=lines)
    parked = sum(p.shop in names for p in hub.parked())
    unread = sorted({*told.never_read, *(shop for shop, _ in hub.unread(names))})
    return {
        "file": str(to) if to else None, "format": shape.value, "rows": rows, **seen,
        "position": position, "parked": parked, **told.as_dict(), "never_read": unread,
        "complete": told.complete and not unread,
    }  # fmt: skip


def _shops(hub: Hub, which: OrderFilter) -> list[str]:
    """The shops a filter lets through."""
    pairs = [("name", which.shop), ("channel", which.channel)]
    pairs += [("company", which.company), ("group", which.group)]
    return [
        shop.name
        for shop in hub.shops()
        if all(value in (None, getattr(shop, name)) for name, value in pairs)
    ]


def _statement(hub: Hub, names: list[str], which: OrderFilter) -> Statement:
    from ..insight.proof import state

    return state(names, hub.coverage(names), which.created_since)


@contextmanager
def _target(to: Path | None) -> Iterator[IO[bytes]]:
    from ..insight.export import replacing

    if to is not None and to.is_dir():
        raise Misconfigured(f"{to} is a folder: give --out a file's name")
    if to is not None and not to.parent.is_dir():
        raise Misconfigured(f"{to}: there is no folder {to.parent}; make it first")
    with nullcontext(sys.stdout.buffer) if to is None else replacing(to) as file:
        yield file
        file.flush()


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """How many orders so far, on standard error, where a person looks."""
    if not err().is_terminal:
        yield lambda count: None
        return
    with err().status("exporting …") as shown:
        yield lambda count: shown.update(f"exporting … {count:,} orders")


def _counted(
    found: Iterable[StoredOrder], seen: dict[str, int], tick: Callable[[int], None]
) -> Iterator[StoredOrder]:
    for order in found:
        seen["orders"] += 1
        if seen["orders"] % 1000 == 0:
            tick(seen["orders"])
        yield order


def _tell(summary: dict[str, Any]) -> None:
    where = f" in {summary['file']}" if summary["file"] else ""
    complain(f"{summary['orders']:,} orders, {summary['rows']:,} rows{where}")
    complain(f"what changes from here on: hub changes --after {summary['position']}")
    for name in summary["never_read"]:
        complain(
            f"hub: {name} was not read whole yet: orders are missing; run: hub sync {name}"
        )
    for one in summary["open"][:MOST_STRETCHES]:
        complain(
            f"hub: not proved: {one.shop} {one.stream} from {local(one.since)} to "
            f"{local(one.until)} (Beijing) is {one.state}: {one.why}; "
            f"run: hub heal {one.shop}"
        )
    if (more := len(summary["open"]) - MOST_STRETCHES) > 0:
        complain(f"hub: and {more} more stretches; see: hub coverage")
    if summary["parked"]:
        complain(
            f"hub: {summary['parked']} records of these shops could not be read and are "
            "not in it; see: hub parked list"
        )
    if summary["proved_until"] and summary["outside"]:
        complain(
            f"hub: {summary['outside']:,} of the orders last changed outside what is "
            f"proved (proved up to {local(summary['proved_until'])} Beijing time); column "
            "`proved` says no for each"
        )
