"""What the contract's tests ask of a desk, and in what ways it is spoiled."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from ..answers import UNFIT
from ..client import httpx
from ..errors import HubError
from ..ports import Paging, Stream, Window
from ..wire import Fetched
from .canonical import id_of
from .desk import Change, Desk, Made
from .needs import Need
from .spoiling import misshapen

SMALL = 7
"""A page size that makes several pages of few rows."""
BY_ID = Need(
    "BY_ID",
    "no record can be asked for by its id",
    lambda desk: any(stream.by_id for stream in desk.streams),
)


def some_ids(desk: Desk, most: int = 5) -> list[str]:
    """Ids of the first list's newest rows."""
    found = [id_of(item) for item in desk.items(desk.looked_at[0])]
    return [name for name in found if name][:most]


def ids_by_id(desk: Desk, most: int = 5) -> list[str]:
    """Ids of records that can be fetched one by one; none where none can."""
    return some_ids(desk, most) if BY_ID.there(desk) else []


def ids_within(desk: Desk, stream: Stream, window: Window) -> set[str | None]:
    """The ids a window has."""
    return {id_of(item) for item in desk.items(stream, window)}


def says(raw: Any, name: str) -> bool:
    """Whether a value somewhere in the raw form is the id."""
    if isinstance(raw, dict):
        return any(says(inner, name) for inner in raw.values())
    if isinstance(raw, list):
        return any(says(inner, name) for inner in raw)
    return str(raw) == name


def only_hub_errors(act: Callable[[], object]) -> None:
    """What an act raises is the hub's own error, or this is an AssertionError."""
    try:
        act()
    except HubError:
        return
    except (*UNFIT, RecursionError) as error:
        raise AssertionError(
            f"a misshapen answer came out as {type(error).__name__}, not as a HubError"
        ) from error


def spoil_each_answer(desk: Desk, act: Callable[[], object], most: int) -> None:
    """Each answer an act gets is of another shape, in some `most` ways: what it raises is
    the hub's own error, or this is an AssertionError."""
    before = len(desk.tap.bodies)
    act()
    good = desk.tap.bodies[before:]
    for number, body in enumerate(good, 1):
        for spoiled in misshapen(body, most=most // len(good)):
            desk.tap.give_at(number, spoiled)
            only_hub_errors(act)
    desk.tap.change = None
    desk.rest()


def rested(desk: Desk, act: Callable[[], Made]) -> Callable[[], Made]:
    """The act on a fresh line, which is sent whatever came before."""

    def act_at_once() -> Made:
        desk.rest()
        return act()

    return act_at_once


def acts(desk: Desk) -> list[Callable[[], object]]:
    """Every call the hub makes, as it makes it; each is sent, whatever came before."""
    change, desk.tap.change = desk.tap.change, None
    desk.rest()
    stream = replace(desk.looked_at[0], page_size=SMALL)
    window, name = desk.window(stream), some_ids(desk, 1)[0]
    desk.tap.change = change

    lists = [
        lambda: desk.source.probe(stream, window),
        lambda: desk.source.page(stream, window, 1, count=True),
    ]
    run = [lambda: desk.items(stream, window)]
    one = [lambda: desk.source.record(name)]
    is_handed_out = stream.paging is Paging.OPAQUE_CURSOR
    return [rested(desk, x) for x in (run if is_handed_out else lists) + one * stream.by_id]


def personal(desk: Desk) -> list[tuple[str, str]]:
    """What the orders themselves hold in clear of persons; other records hold none."""
    if desk.what != "orders":
        return []
    kept = ("name", "phone", "telephone", "address", "buyer_note", "seller_note")
    found = []
    for name in some_ids(desk, 20):
        item = desk.source.record(name)
        party = item.order.party if isinstance(item, Fetched) else None
        values = [(k, getattr(party, k)) for k in kept] if party else []
        found += [(k, v) for k, v in values if v and "*" not in v and len(v) > 1]
    return found


def troubles(refusals: Mapping[str, bytes]) -> list[Change]:
    """Ways to spoil an answer that holds orders."""

    def broken(good: bytes) -> list[bytes]:
        half = good[: len(good) // 2]
        return [half, b"<html>" + good, b'{"what": ' + good + b"}", *refusals.values()]

    def nth(number: int, good: bytes) -> bytes:
        return broken(good)[number]

    def refused(status: int, good: bytes) -> httpx.Response:
        return httpx.Response(status, content=good)

    bodies: list[Change] = [partial(nth, n) for n in range(len(broken(b"")))]
    return [*bodies, *(partial(refused, status) for status in (403, 429, 500, 401))]


def told(error: HubError) -> list[str]:
    """All that a log or a traceback could show of an error."""
    trace = "".join(traceback.format_exception(error))
    return [str(error), repr(error), trace, repr(vars(error))]
