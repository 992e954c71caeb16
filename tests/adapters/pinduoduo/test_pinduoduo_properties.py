"""What holds for any order Pinduoduo may send."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.pinduoduo import orders_v1, orders_v2
from adapters.pinduoduo.dialect import Pop
from adapters.pinduoduo.words import AFTER_SALES, REFUNDS, STATES
from hub_core.models import AfterSaleStatus, Issue, OrderStatus, PaymentStatus
from hub_core.wire import Fetched, Misread

from .pdd import LEAST, listed, read

FEN = st.integers(0, 10**9)
FIELDS = sorted(orders_v2.WireOrder.model_fields)


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


@settings(max_examples=80, derandomize=True, deadline=None)
@given(FEN, FEN, FEN, FEN, FEN)
def test_the_platform_s_sums_come_through_to_the_fen(
    price: int, seller: int, platform: int, postage: int, count: int
) -> None:
    pieces = count % 50 + 1
    goods, off = price * pieces, seller + platform
    order = read(
        goods_amount=yuan(goods),
        seller_discount=yuan(seller),
        platform_discount=yuan(platform),
        capital_free_discount="0.00",
        discount_amount=yuan(off),
        postage=yuan(postage),
        pay_amount=yuan(goods + postage),
        item_list=[{"goods_count": pieces, "goods_price": yuan(price)}],
    )
    assert order.goods_amount == goods == order.lines[0].goods_amount
    assert order.discounts.total_amount == off
    assert order.merchant_receivable_amount == goods + postage + platform
    assert (Issue("payable_amount", "does_not_add_up") in order.issues) is (off > 0)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.lists(st.sampled_from(["1", "2", "3"]), max_size=8))
def test_line_ids_are_unique_and_the_same_on_every_reading(skus: list[str]) -> None:
    items = [{"sku_id": sku, "goods_count": 1} for sku in skus]
    ids = [line.external_id for line in read(item_list=items, gift_list=items).lines]
    assert len(set(ids)) == 2 * len(skus)
    assert ids == [x.external_id for x in read(item_list=items, gift_list=items).lines]


@settings(max_examples=80, derandomize=True, deadline=None)
@given(st.text(min_size=1, max_size=20).filter(lambda w: w not in STATES and "\0" not in w))
def test_any_new_state_is_unknown_and_kept(word: str) -> None:
    order = read(order_status=word)
    assert order.order_status is OrderStatus.UNKNOWN
    assert order.status_raw == word
    assert Issue("status", "unknown_word") in order.issues


@settings(max_examples=200, derandomize=True, deadline=None)
@given(
    st.sampled_from(sorted(STATES)),
    st.sampled_from(sorted(REFUNDS)),
    st.sampled_from(sorted(AFTER_SALES)),
    st.sampled_from(["0", "1", "2"]),
    st.booleans(),
)
def test_an_open_order_whose_money_may_go_back_always_stops_the_clerk(
    state: str, refund: str, after: str, confirm: str, paid: bool
) -> None:
    order = read(
        order_status=state,
        refund_status=refund,
        after_sales_status=after,
        confirm_status=confirm,
        pay_time="2026-11-20 11:00:00" if paid else "",
    )
    going = order.payment_status is PaymentStatus.REFUNDING
    assert ("refund_requested" in order.flags) is going
    if going or refund in ("2", "3"):
        assert order.after_sale_status is not AfterSaleStatus.NONE
    if order.payment_status is PaymentStatus.REFUNDED:
        assert order.order_status is OrderStatus.CANCELLED


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.sampled_from(FIELDS), JUNK, st.sampled_from([orders_v1, orders_v2]))
def test_junk_in_any_field_is_read_or_parked_and_never_raises(
    field: str, junk: Any, shape: Any
) -> None:
    body = Pop().unwrap(shape.LIST, listed({**LEAST, field: junk}, LEAST))
    items = shape.LIST.read(body).items
    assert isinstance(items[0], Fetched | Misread)
    assert isinstance(items[1], Fetched)
