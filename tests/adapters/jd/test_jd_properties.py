"""What holds for any order JD may send."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.jd import orders_v2
from adapters.jd.asks import FIELDS
from adapters.jd.words import STATES
from hub_core.models import Issue, Order, OrderStatus
from hub_core.wire import JSON, Fetched, Misread

LEAST: JSON = {
    "orderId": "300000000001",
    "orderState": "WAIT_SELLER_STOCK_OUT",
    "modified": "2026-11-20 12:00:00",
}


def answer(rows: list[Any]) -> JSON:
    result = {
        "apiResult": {"success": True},
        "orderTotal": len(rows),
        "orderInfoList": rows,
    }
    return {"code": "0", "searchorderinfo_result": result}


def read(**more: Any) -> Order:
    (item,) = orders_v2.LIST.read(answer([{**LEAST, **more}])).items
    assert isinstance(item, Fetched), item
    return item.order


FEN = st.integers(0, 10**9)


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


@settings(max_examples=60, derandomize=True, deadline=None)
@given(FEN, FEN, FEN)
def test_amounts_come_through_to_the_fen(goods: int, freight: int, due: int) -> None:
    order = read(
        orderTotalPrice=yuan(goods), freightPrice=yuan(freight), orderPayment=yuan(due)
    )
    assert (order.goods_amount, order.freight_amount, order.payable_amount) == (
        goods,
        freight,
        due,
    )


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.lists(st.sampled_from(["1", "2", "3"]), max_size=8))
def test_line_ids_are_unique_and_the_same_on_every_reading(skus: list[str]) -> None:
    items = [{"skuId": sku, "itemTotal": "1"} for sku in skus]
    ids = [line.external_id for line in read(itemInfoList=items).lines]
    assert len(set(ids)) == len(skus)
    assert ids == [line.external_id for line in read(itemInfoList=items).lines]


@settings(max_examples=80, derandomize=True, deadline=None)
@given(st.text(min_size=1, max_size=20).filter(lambda word: word not in STATES))
def test_any_new_state_is_unknown_and_kept(word: str) -> None:
    order = read(orderState=word)
    assert order.order_status is OrderStatus.UNKNOWN
    assert order.status_raw == word
    assert Issue("status", "unknown_word") in order.issues


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.sampled_from(FIELDS.split(",")), JUNK)
def test_junk_in_any_field_is_read_or_parked_and_never_raises(
    field: str, junk: Any
) -> None:
    items = orders_v2.LIST.read(answer([{**LEAST, field: junk}, LEAST])).items
    assert isinstance(items[0], Fetched | Misread)
    assert isinstance(items[1], Fetched)
