"""Whatever becomes of a good answer on its way, it is read rightly or said to be unread.

One place of a golden answer is spoiled: left out, made null, turned into another type,
wrapped, renamed. The answer then gives records and rows put aside, or is refused as a
whole; never another exception, and never an id, a state or an amount that is off.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from hub_core.answers import UNFIT
from hub_core.errors import HubError
from hub_core.models import (
    AfterSale,
    Issue,
    Order,
    OrderLine,
    Place,
    Product,
    Record,
    Redemption,
)
from hub_core.wire import LARGEST, Fetched, Misread, Page, Ref

from .goldens import (
    ALL,
    CHANNELS,
    WITH_RECORDS,
    Golden,
    Way,
    answer,
    at,
    items_of,
    read_with,
    version_files,
)
from .units import unit_of

JUNK: list[Any] = [
    *(None, "", " ", "x", "\0", "0", "-5", "1e5", "12.345", "0.00", "9" * 400, "١٢"),
    *(
        0,
        -1,
        1,
        10**12,
        "5000000000",
        -(10**12),
        10**18,
        10**30,
        -(10**30),
        1.5,
        1e300,
        True,
        False,
    ),
    *([], {}, [None], [[]], {"a": 1}, [{}], "2026-13-45 99:99:99", "0001-01-01 00:00:00"),
    *("9999-12-31 23:59:59", "2026-11-20T12:00:00+99:99", "0000-00-00"),
]
WAYS = ("drop", "junk", "text", "wrap", "list", "rename", "double")


class Kind(NamedTuple):
    """Where a kind of record keeps its state, and the platform's own word for it."""

    status: str
    word: str
    issue: str
    """The field an unknown word is reported of."""


KINDS: dict[type[Record], Kind] = {
    Order: Kind("order_status", "status_raw", "status"),
    AfterSale: Kind("status", "status_raw", "status"),
    Product: Kind("listing_status", "listing_status_raw", "listing_status"),
    Redemption: Kind("status", "status_raw", "status"),
}
"""A place has no state."""
WORDLESS = {("jd", "unpaid_v1")}
"""Standing in the list is the state."""
MINOR = ("amount", "buyer_amount", "platform_amount", "fee_amount")
PIECES = ("quantity", "available", "reserved", "serial")


def spoiled(golden: Golden, way: Way, how: str, junk: Any) -> Any:
    """The answer with one place spoiled."""
    body = copy.deepcopy(golden.body)
    parent, last = at(body, way[:-1]), way[-1]
    value = parent[last]
    if how == "drop":
        del parent[last]
    elif how == "rename" and isinstance(parent, dict):
        parent[f"{last}_new"] = parent.pop(last)
    elif how == "double" and isinstance(parent, list):
        parent.append(copy.deepcopy(value))
    else:
        changed = {"text": str(value), "wrap": {"value": value}, "list": [value]}
        parent[last] = changed.get(how, junk)
    return body


def test_every_kind_and_every_file_of_records_has_a_golden() -> None:
    kinds = {type(record) for golden in WITH_RECORDS for record in golden.records}
    assert kinds == {Order, AfterSale, Product, Redemption, Place}
    areas = ("orders", "unpaid", "after_sales", "refund", "service", "product")
    told = {(g.channel, g.shape) for g in WITH_RECORDS}
    assert {x for x in version_files() if x[1].startswith(areas)} <= told
    assert {g.channel for g in WITH_RECORDS} == set(CHANNELS)


@settings(max_examples=2500, derandomize=True, deadline=None)
@given(st.data())
def test_a_spoiled_answer_is_records_or_an_error(data: st.DataObject) -> None:
    golden = data.draw(st.sampled_from(WITH_RECORDS))
    way = data.draw(st.sampled_from(golden.places))
    how, junk = data.draw(st.sampled_from(WAYS)), data.draw(st.sampled_from(JUNK))
    body = spoiled(golden, way, how, junk)
    try:
        found = answer(golden.channel, golden.shape, golden.call, body)
    except (HubError, *UNFIT):
        return  # the client refuses the page; its cursor does not move
    assert found is None or isinstance(found, Page | Fetched | Misread | Ref)
    for item in items_of(found):
        its_own(golden, way, item)
        if isinstance(item, Fetched):
            sound(item.record)
            unchanged(golden, way, item.record)


@settings(max_examples=600, derandomize=True, deadline=None)
@given(st.data())
def test_a_spoiled_answer_of_another_kind_is_an_answer_or_an_error(
    data: st.DataObject,
) -> None:
    """Of tokens, stock, parcels, receivers: never another exception."""
    golden = data.draw(st.sampled_from([one for one in ALL if not one.items]))
    way = data.draw(st.sampled_from(golden.places))
    how, junk = data.draw(st.sampled_from(WAYS)), data.draw(st.sampled_from(JUNK))
    try:
        found = answer(
            golden.channel, golden.shape, golden.call, spoiled(golden, way, how, junk)
        )
    except (HubError, *UNFIT):
        return
    if found is True:  # a change was taken: nothing else may have said so
        said = at(golden.body, way)
        assert isinstance(said, bool | int | str | dict) or how == "double"


# What holds of any record --------------------------------------------------------------


def sound(record: Record) -> None:
    """Its id, its times, its amounts and its state, whatever it was read from."""
    assert record.external_id.strip() == record.external_id != "0"
    assert record.external_id
    if isinstance(record, Order):
        assert record.channel_updated_at is not None
    for part in parts(record):
        for name in (f.name for f in fields(part)):
            holds(part, name, getattr(part, name))
    said(record)


def parts(value: Any) -> Iterator[Any]:
    """A record and all it is made of."""
    if isinstance(value, tuple):
        for one in value:
            yield from parts(one)
    elif is_dataclass(value):
        yield value
        for field in fields(value):
            yield from parts(getattr(value, field.name))


def holds(part: Any, name: str, value: Any) -> None:
    """What one field may be."""
    if name.endswith(("_amount", "_price")) or name in MINOR:
        assert value is None or type(value) is int
        assert value is None or abs(value) <= 10 * LARGEST
    if name in PIECES:
        least = 1 if isinstance(part, OrderLine) else -(10**9)
        assert value is None or (type(value) is int and least <= value <= 10**9)
    if isinstance(value, datetime):
        assert value.tzinfo is not None
    if name == "external_id":
        assert value


def said(record: Record) -> None:
    """A word that is not known is said to be so, and one that is said so has no meaning."""
    kind = KINDS.get(type(record))
    if kind is None:
        return
    is_new = Issue(kind.issue, "unknown_word") in record.issues
    is_unknown = getattr(record, kind.status) == "unknown"
    assert is_new or not is_unknown
    assert is_unknown or not is_new or isinstance(record, Order)


# What a spoiled place may change -------------------------------------------------------

ASIDE: dict[str, tuple[str, ...]] = {
    "taobao": ("cs_status", "violation"),
    "douyin_laike": (),
    "jd": (),
    "pinduoduo": (),
}
"""Fields that change a state besides its own word."""


SPARE = {("douyin_laike", "redemptions_v1"): {"7500000000000000901"}}
"""Ids that stand in a golden's older list, which counts where the newer is not there."""


def its_own(golden: Golden, way: Way, item: Any) -> None:
    """The id is one of the answer's, unless the id itself was spoiled."""
    known = {getattr(x, "record", x).external_id for x in golden.items}
    known |= SPARE.get((golden.channel, golden.shape), set())
    found = getattr(item, "record", item).external_id
    assert isinstance(item, Misread) or found in known or is_part(golden, way, known)


def is_part(golden: Golden, way: Way, known: set[str]) -> bool:
    """Whether a place holds one of these, or what is one of these behind a prefix
    (`refund:1`)."""
    value = at(golden.body, way)
    bare = {x.rpartition(":")[2] for x in known}
    return isinstance(value, str | int) and str(value) in known | bare


def unchanged(golden: Golden, way: Way, record: Record) -> None:
    """Where the word of its state came through, so did the state; and no amount is one
    that was not there before, where neither one nor the kind of case was spoiled.

    An order has four axes and sums of its own: its words stand in `test_golden_states`,
    its amounts in `by_hand`.
    """
    kind, before = KINDS.get(type(record)), original(golden, record)
    if kind is None or before is None or isinstance(record, Order):
        return
    if getattr(record, kind.word) != getattr(before, kind.word):
        return
    if way[-1] not in ASIDE[golden.channel]:
        assert getattr(record, kind.status) == getattr(before, kind.status)
    same_kind = getattr(record, "kind", None) == getattr(before, "kind", None)
    if same_kind and unit_of(golden, way) is None:
        assert set(money(record)) <= {*money(before), None}


def money(record: Record) -> Iterator[tuple[str, int | None] | None]:
    """Every amount in a record by its name; None for one that is not told."""
    for part in parts(record):
        for name in (f.name for f in fields(part)):
            if name.endswith(("_amount", "_price")) or name in MINOR:
                value = getattr(part, name)
                yield None if value is None else (name, value)


def original(golden: Golden, record: Record) -> Record | None:
    """The record of this id, as it was."""
    same = [r for r in golden.records if r.external_id == record.external_id]
    return same[0] if same else None


# New words -----------------------------------------------------------------------------


def words() -> Iterator[tuple[Golden, Way]]:
    """The places of a golden that may hold the word of a record's state."""
    for golden in WITH_RECORDS:
        known = {
            getattr(record, KINDS[type(record)].word)
            for record in golden.records
            if type(record) in KINDS
        }
        for way in golden.places:
            value = at(golden.body, way)
            if isinstance(value, str | int) and value != "" and str(value) in known:
                yield golden, way


def read_anew(golden: Golden, way: Way, new: str) -> list[Record]:
    """The records, with another word in one place."""
    try:
        items = read_with(golden, way, new)
    except (HubError, *UNFIT):
        return []
    return [item.record for item in items if isinstance(item, Fetched)]


def decided(before: Record | None) -> bool:
    """Whether another word than that of its state says how it stands: Pinduoduo's
    order_status is of the goods alone, and a deal that is off is off."""
    if not isinstance(before, Order) or before.order_status != "cancelled":
        return False
    return "pdd:refund_status" in before.ext


def test_a_new_word_of_state_is_unknown_and_kept() -> None:
    tried = set()
    for golden, way in words():
        for new in ("987654", "BRAND_NEW_WORD"):
            for found in read_anew(golden, way, new):
                kind = KINDS.get(type(found))
                if kind is None or getattr(found, kind.word) != new:
                    continue
                tried.add((golden.channel, golden.shape))
                assert Issue(kind.issue, "unknown_word") in found.issues
                if not decided(original(golden, found)):
                    assert getattr(found, kind.status) == "unknown"
    with_states = {
        (golden.channel, golden.shape)
        for golden in WITH_RECORDS
        if any(type(record) in KINDS for record in golden.records)
    }
    assert tried == with_states - WORDLESS
