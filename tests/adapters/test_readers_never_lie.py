"""Whatever becomes of a good answer on its way, it is read rightly or said to be unread.

One place of a golden answer is spoiled: left out, made null, turned into another type,
wrapped, renamed. The answer then gives orders and records put aside, or is refused as a
whole; never another exception, and never an amount that is off.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.douyin_laike import CHANNEL as LAIKE
from connectors.jd import CHANNEL as JD
from connectors.taobao import CHANNEL as TAOBAO
from hub_core.answers import UNFIT
from hub_core.errors import HubError
from hub_core.models import Order
from hub_core.ports import Channel
from hub_core.wire import LARGEST, Fetched, Misread, Page, Ref

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
CHANNELS: dict[str, Channel] = {"douyin_laike": LAIKE, "taobao": TAOBAO, "jd": JD}
CALLS: dict[str, dict[str, str]] = {
    "jd": {"page": "LIST", "one": "GET"},
    "taobao": {},
    "douyin_laike": {},
}
USUAL = {"taobao": "GET", "douyin_laike": "LIST"}
Way = tuple[str | int, ...]


class Golden(NamedTuple):
    """A good answer, whose call, and the places in it."""

    channel: str
    shape: str
    call: str
    body: Any
    places: tuple[Way, ...]
    orders: tuple[Order, ...]


def places(value: Any, way: Way = ()) -> Iterator[Way]:
    if way:
        yield way
    steps: Any = ()
    if isinstance(value, dict):
        steps = value.items()
    elif isinstance(value, list):
        steps = enumerate(value)
    for step, inner in steps:
        yield from places(inner, (*way, step))


def at(body: Any, way: Way) -> Any:
    for step in way:
        body = body[step]
    return body


def read(channel: str, shape: str, call: str, body: Any) -> list[Any]:
    of = CHANNELS[channel]
    asked = getattr(import_module(f"{of.adapters}.{shape}"), call)
    found = asked.read(of.dialect.unwrap(asked, body))
    items = list(found.items) if isinstance(found, Page) else [found]
    return [item for item in items if item is not None]


def goldens() -> Iterator[Golden]:
    for path in sorted(GOLDEN.glob("*/*_v*/*.wire.json")):
        channel, shape, name = path.parts[-3:]
        if shape.startswith("token"):
            continue
        case = name.removesuffix(".wire.json")
        call = CALLS[channel].get(case, USUAL.get(channel, "LIST"))
        body = json.loads(path.read_text("utf-8"))
        orders = [item.order for item in read(channel, shape, call, body)]
        yield Golden(channel, shape, call, body, tuple(places(body)), tuple(orders))


GOLDENS = list(goldens())
JUNK: list[Any] = [
    *(None, "", " ", "x", "\0", "0", "-5", "1e5", "12.345", "0.00", "9" * 400, "١٢"),
    *(0, -1, 1, 10**18, 10**30, -(10**30), 1.5, 1e300, True, False),
    *([], {}, [None], [[]], {"a": 1}, [{}], "2026-13-45 99:99:99", "0001-01-01 00:00:00"),
    *("9999-12-31 23:59:59", "2026-11-20T12:00:00+99:99", "0000-00-00"),
]
WAYS = ("drop", "junk", "text", "wrap", "list", "rename", "double")


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


@settings(max_examples=1200, derandomize=True, deadline=None)
@given(st.data())
def test_a_spoiled_answer_is_orders_or_an_error(data: st.DataObject) -> None:
    golden = data.draw(st.sampled_from(GOLDENS))
    way = data.draw(st.sampled_from(golden.places))
    how, junk = data.draw(st.sampled_from(WAYS)), data.draw(st.sampled_from(JUNK))
    body = spoiled(golden, way, how, junk)
    try:
        items = read(golden.channel, golden.shape, golden.call, body)
    except (HubError, *UNFIT):
        return  # the client refuses the page; its cursor does not move
    for item in items:
        assert isinstance(item, Fetched | Misread | Ref)
        if isinstance(item, Fetched):
            sound(item.order)


def sound(order: Order) -> None:
    """What holds of every order, whatever it was read from."""
    assert order.external_id.strip() == order.external_id != "0"
    assert order.external_id
    assert order.channel_updated_at is not None
    assert order.channel_updated_at.tzinfo is not None
    ids = [line.external_id for line in order.lines]
    assert all(ids)
    for line in order.lines:
        assert 1 <= line.quantity <= 10**9
    parts: tuple[Any, ...] = (order, order.discounts, *order.lines, *order.vouchers)
    for part in parts:
        for name in (f.name for f in fields(part)):
            value = getattr(part, name)
            if name.endswith(("_amount", "_price")):
                assert value is None or type(value) is int
                assert value is None or abs(value) <= 10 * LARGEST
            if isinstance(value, datetime):
                assert value.tzinfo is not None


# Amounts -------------------------------------------------------------------------------

YUAN = {
    "taobao": (
        *("payment", "total_fee", "post_fee", "discount_fee", "price", "adjust_fee"),
        *("divide_order_fee", "part_mjz_discount", "received_payment", "step_paid_fee"),
    ),
    "jd": (
        *("orderTotalPrice", "sellerDiscount", "orderSellerPrice", "orderPayment"),
        *("freightPrice", "balanceUsed", "taxFee", "jdPrice", "couponPrice"),
    ),
}
FEN = {
    "douyin_laike": (
        *("original_amount", "pay_amount", "receipt_amount", "discount_amount"),
        *("payment_discount", "origin_amount", "order_pay_amount", "refund_amount"),
        *("merchant_discount_amount", "platform_discount_amount"),
    )
}


def amounts(names: Mapping[str, tuple[str, ...]]) -> list[tuple[Golden, Way]]:
    """Every amount of every golden that an order is made from."""
    return [
        (golden, way)
        for golden in GOLDENS
        for way in golden.places
        if way[-1] in names.get(golden.channel, ()) and matters(golden, way)
    ]


def matters(golden: Golden, way: Way) -> bool:
    """Whether an order is another one when this amount is."""
    value = at(golden.body, way)
    if value in (None, ""):
        return False
    more = Decimal(str(value)) + 3
    written = f"{more:.2f}" if golden.channel in YUAN else int(more)
    items = read_with(golden, way, written)
    return [getattr(item, "order", None) for item in items] != list(golden.orders)


def read_with(golden: Golden, way: Way, value: Any) -> list[Any]:
    """The golden, read with another value in one place."""
    body = copy.deepcopy(golden.body)
    at(body, way[:-1])[way[-1]] = value
    return read(golden.channel, golden.shape, golden.call, body)


def others(orders: tuple[Order, ...], items: list[Any]) -> None:
    """The orders come out as they did, or one of them is put aside."""
    for order, item in zip(orders, items, strict=True):
        assert isinstance(item, Misread) or item.order == order


def orders_of(items: list[Any]) -> list[Order]:
    return [item.order for item in items if isinstance(item, Fetched)]


IN_YUAN = amounts(YUAN)
IN_FEN = amounts(FEN)


def test_amounts_of_every_channel_are_tried() -> None:
    assert {golden.channel for golden, _ in IN_YUAN} == {"taobao", "jd"}
    assert {golden.shape for golden, _ in IN_FEN} == {
        *("orders_v1", "orders_v2", "orders_catering_v1")
    }
    assert len(IN_YUAN) > 100
    assert len(IN_FEN) > 50


@pytest.mark.parametrize("whole", [True, False])
def test_yuan_written_as_numbers_stay_exact(whole: bool) -> None:
    """`"200.07"` as 200.07, `"200.00"` as 200 or 200.0: the same fen."""
    for golden, way in IN_YUAN:
        said = Decimal(str(at(golden.body, way)))
        as_whole = whole and said == said.to_integral_value()
        items = read_with(golden, way, int(said) if as_whole else float(said))
        assert orders_of(items) == list(golden.orders)


def test_yuan_written_longer_or_shorter_stay_exact() -> None:
    for golden, way in IN_YUAN:
        said = f"{Decimal(str(at(golden.body, way))):.2f}"
        for text in (f"{said}00", said.rstrip("0").rstrip("."), f"0{said}"):
            items = read_with(golden, way, text)
            assert orders_of(items) == list(golden.orders)


@pytest.mark.parametrize("extra", ["1", "001", "0000000001", "5", "0" * 40 + "1"])
def test_a_fraction_of_a_fen_is_refused_and_never_rounded(extra: str) -> None:
    for golden, way in IN_YUAN:
        said = f"{Decimal(str(at(golden.body, way))):.2f}"
        items = read_with(golden, way, said + extra)
        assert any(isinstance(item, Misread) for item in items)
        others(golden.orders, items)


def test_fen_written_as_text_stay_exact_and_as_yuan_are_refused() -> None:
    for golden, way in IN_FEN:
        value = int(at(golden.body, way))
        assert orders_of(read_with(golden, way, str(value))) == list(golden.orders)
        for yuan in (float(value), f"{value}.00", f"{value / 100:.2f}"):
            items = read_with(golden, way, yuan)
            assert any(isinstance(item, Misread) for item in items)
            others(golden.orders, items)
