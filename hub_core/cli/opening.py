"""Opening the hub for a command, and the options every command shares."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from ..errors import Misconfigured

if TYPE_CHECKING:
    from ..hub import Hub
    from ..store.reads import OrderFilter

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
ShopOption = Annotated[str | None, typer.Option("--shop", help="Only this shop.")]
Names = Annotated[list[str] | None, typer.Argument(help="Shops by name; none: all.")]
ChannelOption = Annotated[str | None, typer.Option("--channel", help="Only this channel.")]
CompanyOption = Annotated[
    str | None, typer.Option("--company", help="Only this company's shops.")
]
GroupOption = Annotated[
    str | None, typer.Option("--group", help="Only this group's shops.")
]
StatusOption = Annotated[
    str | None,
    typer.Option("--status", help="pending_payment, open, completed, cancelled, unknown."),
]
PlaceOption = Annotated[
    str | None, typer.Option("--place", help="Only this place (POI id).")
]
SinceOption = Annotated[
    str | None, typer.Option("--since", help="Created since, e.g. 2026-11-01 (Beijing).")
]
UntilOption = Annotated[
    str | None, typer.Option("--until", help="Created before (Beijing time).")
]


ONE_HEAP, LARGE = (-8, 1), (-3, 64 * 1024)
"""glibc's M_ARENA_MAX and M_MMAP_THRESHOLD: an answer's body is given back at once."""
SWITCH = 0.002
"""Seconds a thread waits for another that is reckoning: a call whose turn has come is sent
late by a few of these, and Python's own 0.005 made it 21 calls in a second of 20 once."""


class Chosen:
    """The options given before the command."""

    config: Path | None = None
    database: str | None = None


@contextmanager
def opened() -> Iterator[Hub]:
    """The hub, as configured."""
    gc.disable()  # as while the program was imported
    from ..hub import Hub

    try:
        opening = Hub.open(Chosen.config, database=Chosen.database)
    finally:
        _collect_seldom()
    with opening as hub:
        _share_one_heap()
        sys.setswitchinterval(SWITCH)
        yield hub


def _collect_seldom() -> None:
    """Orders pass through by the thousand and hold no cycles: looking for some among them
    and all that is loaded, as often as Python does by default, is a fifth of a long
    reading's time. For a process of our own only; a program that embeds the hub has a
    policy of its own."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(10_000, 20, 20)


def _share_one_heap() -> None:
    """Threads that read pages leave room behind that their next page takes; with heaps of
    their own, as glibc gives them, each keeps the largest it ever had. For a process of
    our own only; other C libraries have no such call."""
    with contextlib.suppress(OSError, AttributeError):
        for setting in (ONE_HEAP, LARGE):
            ctypes.CDLL(None).mallopt(*setting)


def known_shops(hub: Hub, names: Sequence[str]) -> None:
    """Raises Misconfigured for a name no shop has: an empty answer would be a lie."""
    for name in names:
        hub.shop(name)


def wanted(
    hub: Hub,
    *,
    shop: str | None = None,
    channel: str | None = None,
    company: str | None = None,
    group: str | None = None,
    status: str | None = None,
    place: str | None = None,
    since: str | None = None,
    until: str | None = None,
) -> OrderFilter:
    """The filter. Raises Misconfigured for what no shop has, naming what there is."""
    from ..models.words import OrderStatus
    from ..store.reads import OrderFilter

    known_shops(hub, [shop] if shop else ())
    shops = hub.shops()
    for kind, asked, there in (
        ("channel", channel, {s.channel for s in shops}),
        ("company", company, {s.company for s in shops}),
        ("group", group, {s.group for s in shops}),
        ("status", status, set(OrderStatus)),
    ):
        if asked is not None and asked not in there:
            names = ", ".join(sorted(x for x in there if x)) or "none"
            raise Misconfigured(f"no {kind} {asked!r}; there are: {names}")
    begin, end = moment(since), moment(until)
    if begin and end and begin >= end:
        raise Misconfigured(f"--since {since} is not before --until {until}")
    return OrderFilter(
        shop=hub.shop(shop).name if shop else None, channel=channel, company=company,
        group=group, status=status, place=place, created_since=begin, created_until=end,
    )  # fmt: skip


def moment(text: str | None, zone: str = "Asia/Shanghai") -> datetime | None:
    """A day or a time on the merchant's wall clock, or ISO with an offset; aware UTC."""
    if text is None:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise Misconfigured(
            f"{text!r} is no date: write 2026-11-20 or '2026-11-20 08:30' (Beijing time)"
        ) from None
    aware = read if read.tzinfo else read.replace(tzinfo=ZoneInfo(zone))
    return aware.astimezone(UTC)
