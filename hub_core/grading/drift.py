"""A platform that has moved on: words, fields and types that nobody has seen before."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

from ..errors import HubError
from ..models import Order, OrderStatus
from ..ports import Source
from ..wire import JSON, Fetched, Item, Misread
from .finding import Finding, found
from .straight import Straight

TOMORROW = "field_of_tomorrow"
PLACES = 150
"""So many places of an answer are given another type, at most."""
Place = tuple[str | int, ...]


def drifted(session: Straight) -> Finding:
    """Tries the three on orders as they are had by their ids."""
    orders = session.orders(6)
    if not orders:
        return found("no order could be read", ["no order could be read by its id"])
    source = session.plugins.orders(session.channel.id, session)
    wrong = [*_new_fields(session, source, orders)]
    first = max(orders, key=lambda item: len(item.text))
    wrong += _unknown_word(session, source, orders)
    tried, misread, more = _retyped(session, source, first)
    said = f"{len(orders)} orders; {tried} fields given another type, {misread} put aside"
    return found(said, [*wrong, *more])


def _read(session: Straight, source: Source, id: str, spoil: Any) -> Item | str | None:
    """The order read from spoilt answers; the error's kind where there is one."""
    session.spoil = spoil
    try:
        return source.record(id)
    except HubError as error:
        return error.kind
    except Exception as error:
        return f"!{type(error).__name__}"
    finally:
        session.spoil = None


def _record(item: Item | str | None) -> Any:
    return item.record if isinstance(item, Fetched) else None


# New fields ------------------------------------------------------------------------------


def _new_fields(session: Straight, source: Source, orders: list[Fetched]) -> Iterator[str]:
    for item in orders:
        new = _read(session, source, item.record.external_id, _with_fields)
        if _record(new) != item.record:
            yield "a new field changes what is read; it should be passed over"


def _with_fields(value: Any, depth: int = 0) -> Any:
    """Every object of an answer's data with one field more; its wrapper is left alone."""
    if isinstance(value, dict):
        more = {TOMORROW: {"what": [1, "?"]}} if depth > 1 else {}
        return {k: _with_fields(v, depth + 1) for k, v in value.items()} | more
    if isinstance(value, list):
        return [_with_fields(v, depth + 1) for v in value]
    return value


# New words -------------------------------------------------------------------------------


def _unknown_word(session: Straight, source: Source, orders: list[Fetched]) -> list[str]:
    """The word of one order's state, wherever in the answer it stands, replaced."""
    for item in orders:
        order = item.order
        words = {order.status_raw, *re.split(r"[^\w]+", order.status_raw)} - {""}
        for place, word in _spots(session, source, order.external_id):
            if str(word) not in words or isinstance(word, bool):
                continue
            new = _strange(word)
            put = _putting(place, new)
            read = _record(_read(session, source, order.external_id, put))
            if isinstance(read, Order) and str(new) in read.status_raw:
                return _judged(read, str(new))
    return ["no word in the answer is kept as status_raw: a new state could not be told"]


def _strange(word: Any) -> Any:
    if isinstance(word, int):
        return 987_654
    return "987654" if str(word).isdecimal() else "STATE_OF_TOMORROW"


def _judged(order: Order, word: str) -> list[str]:
    wrong = []
    if order.order_status is not OrderStatus.UNKNOWN:
        wrong.append(
            f"a state nobody knows is read as {order.order_status}, not as unknown"
        )
    if not order.issues:
        wrong.append("a state nobody knows is not told of in Order.issues")
    return wrong


# New types -------------------------------------------------------------------------------


def _retyped(
    session: Straight, source: Source, item: Fetched
) -> tuple[int, int, list[str]]:
    """An object where a text or number stood: the record is put aside, or the field is
    none that is used. How many were tried, how many put aside, and what is wrong."""
    wrong, misread, tried = [], 0, 0
    id = item.record.external_id
    for place, _ in list(_spots(session, source, id))[:PLACES]:
        tried += 1
        read = _read(session, source, id, _putting(place, {"no": "such"}))
        if isinstance(read, Misread) or (isinstance(read, str) and read[0] != "!"):
            misread += 1
        elif _record(read) != item.record:
            name = ".".join("0" if isinstance(p, int) else p for p in place)
            how = f"ends in {read[1:]}" if isinstance(read, str) else "changes the order"
            wrong.append(f"{name} as an object {how}: it should be a Misread")
    if not misread:
        wrong.append("no field of another type is a Misread: are they checked at all?")
    return tried, misread, wrong


def _spots(session: Straight, source: Source, id: str) -> Iterator[tuple[Place, Any]]:
    """Places of texts and numbers in the answer that holds the order."""
    kept: list[JSON] = []

    def keep(body: JSON) -> JSON:
        kept.append(copy.deepcopy(body))
        return body

    _read(session, source, id, keep)
    yield from _places(max(kept, key=lambda body: len(str(body)), default={}))


def _places(value: Any, at: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Of each list only the first is looked into."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _places(inner, (*at, key))
    elif isinstance(value, list):
        for inner in value[:1]:
            yield from _places(inner, (*at, 0))
    elif len(at) > 1 and value is not None:
        yield at, value


def _putting(place: Place, new: Any) -> Any:
    """Puts a value in that place of any answer that has it."""

    def put(body: JSON) -> JSON:
        whole: Any = copy.deepcopy(body)
        here = whole
        try:
            for step in place[:-1]:
                here = here[step]
            here[place[-1]]
        except (KeyError, IndexError, TypeError):
            return body
        here[place[-1]] = new
        return dict(whole)

    return put
