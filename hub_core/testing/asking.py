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
from ..ports import Stream, Window
from ..wire import Fetched
from .canonical import id_of
from .desk import Change, Desk

SMALL = 7
"""A page size that makes several pages of few rows."""


def some_ids(desk: Desk, most: int = 5) -> list[str]:
    """Ids of the first stream's newest rows."""
    found = [id_of(item) for item in desk.items(desk.streams[0])]
    return [name for name in found if name][:most]


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


def acts(desk: Desk) -> list[Callable[[], object]]:
    """Every call the hub makes, as it makes it; each is sent, whatever came before."""
    stream = replace(desk.streams[0], page_size=SMALL)
    change, desk.tap.change = desk.tap.change, None
    desk.rest()
    window, name = desk.window(stream), some_ids(desk, 1)[0]
    desk.tap.change = change

    def rested(act: Callable[[], object]) -> Callable[[], object]:
        def act_at_once() -> object:
            desk.rest()
            return act()

        return act_at_once

    return [
        rested(lambda: desk.source.probe(stream, window)),
        rested(lambda: desk.source.page(stream, window, 1, count=True)),
        rested(lambda: desk.source.record(name)),
    ]


def personal(desk: Desk) -> list[tuple[str, str]]:
    """What the orders themselves hold in clear of persons."""
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
