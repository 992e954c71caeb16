"""What the catering fork and the first shape do their own way."""

from __future__ import annotations

from typing import Any

import pytest

from hub_core.models import FulfillmentStatus, Order
from hub_core.wire import Fetched
from tests.adapters.douyin_laike.laike import answer, certificate, page_of, row


def catering(**changes: Any) -> Order:
    goods = [{"sku_id": "181", "sku_name": "套餐", "count": 1}]
    return read("orders_catering_v1", row(goods=goods, sku_id=None, **changes))


def two_goods(**changes: Any) -> Order:
    goods = [
        {"sku_id": "181", "sku_name": "套餐", "count": 1},
        {"sku_id": "182", "sku_name": "饮料", "count": 3},
    ]
    return read("orders_catering_v1", row(goods=goods, **changes))


def read(shape: str, order: Any) -> Order:
    (item,) = page_of(shape, answer(order)).items
    assert isinstance(item, Fetched), item
    return item.order


# Catering ------------------------------------------------------------------------------


def test_what_the_buyer_pays_for_a_meal_is_order_pay_amount() -> None:
    assert catering(order_pay_amount=3900).buyer_paid_amount == 3900
    assert catering().buyer_paid_amount == 4000
    info = {"pay_amount": 3800}
    assert catering(pay_amount=None, amount_info=info).buyer_paid_amount == 3800


@pytest.mark.parametrize(
    ("said", "meant"), [(1, True), ("0", False), ("true", True), ("", None), (None, None)]
)
def test_a_yes_or_no_may_come_as_a_number_a_text_or_not_at_all(
    said: Any, meant: bool | None
) -> None:
    order = catering(has_donated_items=said)
    assert order.ext.get("douyin-laike:has_donated_items") is meant


@pytest.mark.parametrize(("donated", "is_gift"), [((1, 1), True), ((1, 0), False)])
def test_a_good_is_a_gift_where_every_voucher_of_it_is(
    donated: tuple[int, int], is_gift: bool
) -> None:
    drinks = [
        certificate(300, number, sku_id="182", is_donated_item=bool(given))
        for number, given in enumerate(donated, 1)
    ]
    meal = certificate(300, 3, sku_id="181", is_donated_item=False)
    order = two_goods(certificate=[meal, *drinks])
    assert [one.is_gift for one in order.lines] == [False, is_gift]


def test_where_there_is_no_case_none_stands_on_any_of_several_goods() -> None:
    order = two_goods()
    assert order.after_sale_status == "none"
    assert [one.after_sale_status for one in order.lines] == ["none", "none"]


def test_goods_of_one_sku_are_told_apart_by_their_place() -> None:
    """A line keeps its id from one reading to the next, also from one release on."""
    goods = [{"sku_id": sku, "count": 1} for sku in ("181", "181", None)]
    order = read("orders_catering_v1", row(goods=goods))
    names = [one.external_id for one in order.lines]
    assert names == ["181", "181#2", f"{order.external_id}#3"]


def test_an_unpaid_meal_has_paid_nothing() -> None:
    order = catering(order_status=100, pay_time=0, order_pay_amount=3900)
    assert order.payable_amount == 3900
    assert order.buyer_paid_amount is None
    assert order.lines[0].buyer_paid_amount is None


def test_discounts_by_payer_come_from_the_rows_where_the_sums_are_not_split() -> None:
    rows = [{"discount_amount": 700, "merchant_discount_amount": 300}]
    bare = catering(amount_info={"origin_amount": 5000}, discounts=rows)
    assert bare.discounts.merchant_amount == 300
    assert bare.discounts.total_amount == 700
    split = catering(amount_info={"merchant_discount_amount": 400}, discounts=rows)
    assert split.discounts.merchant_amount == 400
    assert split.discounts.total_amount == 700
    assert catering(discounts=rows, discount_amount=900).discounts.total_amount == 900


def test_the_payment_discount_is_the_orders_own_or_that_of_its_sums() -> None:
    info = {"pay_discount_amount": 50}
    assert catering(amount_info=info).discounts.payment_amount == 50
    assert catering(amount_info=info, payment_discount=60).discounts.payment_amount == 60


def test_freight_keeps_the_goods_share_unknown_where_nothing_splits_it() -> None:
    order = catering(amount_info={"freight_pay_amount": 300})
    assert order.freight_amount == 300
    assert order.goods_amount is None
    assert order.buyer_paid_amount == 4000
    assert order.lines[0].buyer_paid_amount is None
    split = catering(amount_info={"freight_pay_amount": 300, "product_origin_amount": 4700})
    assert split.goods_amount == 4700


def test_goods_without_vouchers_of_their_own_share_the_orders_word() -> None:
    order = two_goods(certificate=[certificate(401, 0), certificate(401, 1)])
    assert [line.fulfillment_status for line in order.lines] == [
        FulfillmentStatus.REDEEMED,
        FulfillmentStatus.REDEEMED,
    ]
    mixed = two_goods(certificate=[certificate(401, 0), certificate(100, 1)])
    assert {line.fulfillment_status for line in mixed.lines} == {FulfillmentStatus.UNKNOWN}
    assert not any(line.is_gift for line in order.lines)
    assert [v.line_external_id for v in order.vouchers] == [None, None]


def test_each_good_has_its_own_refund() -> None:
    order = two_goods(
        certificate=[
            certificate(301, 0, sku_id="181", refund_amount=900),
            certificate(100, 1, sku_id=182),
        ]
    )
    assert [line.refunded_amount for line in order.lines] == [900, 0]
    assert order.refunded_amount == 900


def test_two_lines_of_one_sku_do_not_take_the_same_money_twice() -> None:
    twin = {"sku_id": "181", "sku_name": "套餐", "count": 1}
    order = read(
        "orders_catering_v1",
        row(
            goods=[twin, twin],
            certificate=[certificate(301, 0, sku_id="181", refund_amount=900)],
            sub_order_amount_infos=[{"sku_id": "181", "origin_amount": 5000}],
        ),
    )
    assert len({line.external_id for line in order.lines}) == 2
    assert [line.goods_amount for line in order.lines] == [None, None]
    assert [line.refunded_amount for line in order.lines] == [None, None]
    assert order.vouchers[0].line_external_id is None
    assert order.refunded_amount == 900


def test_an_unpaid_good_has_no_paid_share() -> None:
    bill = [
        {"sub_order_id": "1", "sku_id": "181", "origin_amount": 5000, "pay_amount": 4000}
    ]
    paid = two_goods(sub_order_amount_infos=bill)
    assert [line.buyer_paid_amount for line in paid.lines] == [4000, None]
    assert [line.goods_amount for line in paid.lines] == [5000, None]
    due = two_goods(order_status=100, pay_time=0, sub_order_amount_infos=bill)
    assert [line.buyer_paid_amount for line in due.lines] == [None, None]


def test_a_meal_without_goods_is_still_a_line() -> None:
    (line,) = read("orders_catering_v1", row(goods=None)).lines
    assert line.external_id == "1001000000000000099"
    assert line.sku_external_id is None


# The first shape -----------------------------------------------------------------------


def test_v1_freight_keeps_the_goods_share_unknown_where_nothing_splits_it() -> None:
    order = read("orders_v1", row(amount_info={"freight_pay_amount": 300}))
    assert order.freight_amount == 300
    assert order.goods_amount is None
    assert order.lines[0].buyer_paid_amount is None


def test_v1_a_live_room_is_a_source() -> None:
    assert read("orders_v1", row(room_id="73")).source == "live"
    assert read("orders_v1", row(room_id="0")).source is None


def test_v2_catering_orders_of_the_generic_query_have_their_money_in_amount_info() -> None:
    info = {
        "origin_amount": 5500,
        "product_origin_amount": 5000,
        "pay_discount_amount": 50,
        "merchant_discount_amount": 900,
        "platform_discount_amount": 100,
        "brand_discount_amount": 30,
        "freight_pay_amount": 500,
        "commission_amount": 120,
    }
    rows = [{"discount_amount": 9, "merchant_discount_amount": 9}]
    body = answer(
        row(original_amount=5500, pay_amount=4420, amount_info=info, discounts=rows)
    )
    (item,) = page_of("orders_v2", body).items
    assert isinstance(item, Fetched)
    order = item.order
    assert (order.goods_amount, order.freight_amount) == (5000, 500)
    assert order.discounts.merchant_amount == 900
    assert order.discounts.platform_amount == 100
    assert order.discounts.payment_amount == 50
    assert order.ext["douyin-laike:brand_discount_amount"] == 30
    assert order.ext["douyin-laike:commission_amount"] == 120
    assert order.lines[0].buyer_paid_amount is None  # freight was paid with it
    assert order.lines[0].discounts.merchant_amount is None


def test_v1_takeaway_is_at_its_shop() -> None:
    body = answer(row(order_type=41, poi={"poi_id": "6600000000000000077"}))
    for shape in ("orders_v1", "orders_v2"):
        (item,) = page_of(shape, body).items
        assert isinstance(item, Fetched)
        assert item.order.place_external_id == "6600000000000000077"
