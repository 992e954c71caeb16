"""Goldens of every shape: compared whole, and value by value from the documents."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from hub_core.models import (
    AfterSaleStatus,
    FulfillmentStatus,
    Issue,
    OrderStatus,
    OrderType,
    PaymentStatus,
    Protection,
    VoucherStatus,
)
from hub_core.wire import Fetched
from tests.adapters.douyin_laike.laike import (
    GOLDEN,
    SHAPES,
    order_of,
    page_of,
    plain,
    wire_of,
)

CASES = sorted(
    (folder, path.name.removesuffix(".wire.json"))
    for folder in SHAPES
    for path in (GOLDEN / folder).glob("*.wire.json")
)


def at(hour: int, minute: int, second: int = 0) -> datetime:
    """A time of 2026-11-20 in Beijing."""
    return datetime(2026, 11, 20, hour - 8, minute, second, tzinfo=UTC)


def test_every_shape_has_goldens() -> None:
    assert {folder for folder, _ in CASES} == set(SHAPES)


@pytest.mark.parametrize(("folder", "case"), CASES)
def test_a_golden_reads_as_written_down(folder: str, case: str) -> None:
    items = page_of(folder, wire_of(folder, case)).items
    text = (GOLDEN / folder / f"{case}.hub.json").read_text(encoding="utf-8")
    assert [plain(x.order) for x in items if isinstance(x, Fetched)] == json.loads(text)
    assert all(isinstance(x, Fetched) for x in items)


def test_v2_two_vouchers_one_refunding() -> None:
    order = order_of("orders_v2", "two_vouchers_one_refunding")
    assert order.external_id == "1001000000000000021"
    assert order.status_raw == "201"
    assert order.order_status is OrderStatus.OPEN
    assert order.payment_status is PaymentStatus.REFUNDING
    assert order.fulfillment_status is FulfillmentStatus.PARTIALLY_REDEEMED
    assert order.after_sale_status is AfterSaleStatus.OPEN
    assert order.flags == ("refund_requested",)
    assert order.type is OrderType.GROUPBUY
    assert order.channel_created_at == at(10, 0)
    assert order.paid_at == at(10, 0, 15)
    assert order.channel_updated_at == at(11, 0)
    assert order.goods_amount == 25800
    assert order.payable_amount == order.buyer_paid_amount == 19800
    assert order.merchant_receivable_amount == 21800
    assert order.freight_amount is None
    assert order.refunded_amount == 0
    assert order.issues == ()


def test_v2_discounts_are_split_by_payer() -> None:
    order = order_of("orders_v2", "two_vouchers_one_refunding")
    assert order.discounts.total_amount == 6000
    assert order.discounts.merchant_amount == 3800
    assert order.discounts.platform_amount == 2000
    assert order.discounts.payment_amount == 200
    assert order.discounts.talent_amount is None
    assert order.ext["douyin-laike:provider_discount_amount"] == 150
    assert order.ext["douyin-laike:brand_discount_amount"] == 50


def test_v2_place_source_and_people() -> None:
    order = order_of("orders_v2", "two_vouchers_one_refunding")
    assert order.place_external_id == "6600000000000000021"
    assert order.ext["douyin-laike:intention_poi_id"] == "6600000000000000022"
    assert order.source == "live"
    assert order.ext["douyin-laike:sale_channel"] == "直播"
    assert order.party is not None
    assert order.party.protection is Protection.MASKED
    assert order.party.phone == "170****0021"
    assert order.party.ciphers == {"phone": "Enc.golden21"}
    assert order.party.buyer_token == "_000hubGoldenBuyer01"


def test_v2_a_voucher_has_the_money_of_its_own_item() -> None:
    used, going = order_of("orders_v2", "two_vouchers_one_refunding").vouchers
    assert used.external_id == "7400000000000000211"
    assert used.status is VoucherStatus.REDEEMED
    assert used.order_item_external_id == "800000000000000000000000211"
    assert used.line_external_id == "1800000000000000021"
    assert used.original_amount == 12900
    assert used.buyer_paid_amount == 9900
    assert used.merchant_receivable_amount == 10900
    assert used.refunded_amount == 0
    assert going.status is VoucherStatus.REFUNDING
    assert going.refunded_amount is None  # asked for, not given back yet


def test_v2_takeaway_with_fees() -> None:
    order = order_of("orders_v2", "takeaway_with_fees")
    assert order.type is OrderType.TAKEAWAY
    assert order.order_status is OrderStatus.COMPLETED
    assert order.fulfillment_status is FulfillmentStatus.DELIVERED
    assert order.channel_created_at == at(10, 0)  # the wire has milliseconds
    assert order.goods_amount == 3500
    assert order.freight_amount == 500
    assert order.ext["douyin-laike:packing_fee"] == 200
    assert order.ext["douyin-laike:service_fee"] == 100
    assert order.buyer_paid_amount == 3500
    assert order.merchant_receivable_amount == 3900
    assert order.discounts.merchant_amount == 400
    assert order.discounts.platform_amount == 400
    assert order.refunded_amount is None
    assert order.place_external_id == "6600000000000000023"
    assert order.vouchers == ()
    line = order.lines[0]
    assert line.buyer_paid_amount == 2800
    assert line.discounts.total_amount == 700
    assert line.discounts.platform_amount == 300
    assert order.party is not None
    assert order.party.buyer_note == "不要葱"
    assert order.party.telephone == "17000009922"
    assert order.party.address == "沙箱路8号3室"


def test_v2_several_products_part_refunded() -> None:
    order = order_of("orders_v2", "several_products_part_refunded")
    assert order.payment_status is PaymentStatus.PARTIALLY_REFUNDED
    assert order.after_sale_status is AfterSaleStatus.CLOSED
    assert order.refunded_amount == 8000
    assert order.type is OrderType.LOCAL_LIFE
    assert order.place_external_id is None
    assert order.source == "unknown"
    assert order.ext["douyin-laike:sale_channel"] == "本地推"
    first, second = order.lines
    assert (first.quantity, first.goods_amount, first.unit_price) == (2, 20000, 10000)
    assert (second.quantity, second.goods_amount) == (1, 10000)
    assert first.sku_code == "BAKE"
    assert second.sku_code is None
    assert first.fulfillment_status is FulfillmentStatus.UNKNOWN
    assert first.buyer_paid_amount is None
    used, back, coming = order.vouchers
    assert back.refunded_amount == 8000
    assert back.refunded_at == at(12, 0)
    assert used.line_external_id is None
    assert coming.external_id == "800000000000000000000000233"  # no certificate yet
    assert order.party is not None
    assert order.party.protection is Protection.ENCRYPTED


def test_v1_paid_voucher_can_be_used() -> None:
    order = order_of("orders_v1", "paid_voucher_can_be_used")
    assert order.order_status is OrderStatus.OPEN
    assert order.payment_status is PaymentStatus.PAID
    assert order.fulfillment_status is FulfillmentStatus.PARTIALLY_REDEEMED
    assert order.goods_amount == 15900
    assert order.buyer_paid_amount == 15400
    assert order.discounts.payment_amount == 500
    assert order.discounts.total_amount is None
    assert order.merchant_receivable_amount is None  # this shape does not say
    assert order.place_external_id == "6600000000000000011"
    assert order.lines[0].sku_code == "WASH-5"
    assert order.vouchers[0].status is VoucherStatus.VALID
    assert order.vouchers[0].buyer_paid_amount is None
    page = page_of("orders_v1", wire_of("orders_v1", "paid_voucher_can_be_used"))
    assert (page.total, page.number, page.cursor) == (812, 3, None)


def test_v1_closed_before_payment() -> None:
    order = order_of("orders_v1", "closed_before_payment")
    assert order.order_status is OrderStatus.CANCELLED
    assert order.payment_status is PaymentStatus.UNPAID
    assert order.fulfillment_status is FulfillmentStatus.NOT_REQUIRED
    assert order.after_sale_status is AfterSaleStatus.NONE
    assert order.payable_amount == 8800
    assert order.buyer_paid_amount is None
    assert order.paid_at is None
    assert order.goods_amount == 10000
    assert order.party is None
    assert order.vouchers[0].status is VoucherStatus.CREATED
    assert order.vouchers[0].status_raw == "101"
    assert order.issues == ()


def test_v1_finished_refunded_in_text() -> None:
    order = order_of("orders_v1", "finished_refunded_in_text")
    assert order.order_status is OrderStatus.COMPLETED
    assert order.payment_status is PaymentStatus.REFUNDED
    assert order.fulfillment_status is FulfillmentStatus.NOT_REQUIRED
    assert order.after_sale_status is AfterSaleStatus.CLOSED
    assert order.goods_amount == 32800
    assert order.freight_amount == 500
    assert order.buyer_paid_amount == 30000
    assert order.refunded_amount == 30000
    assert order.discounts.merchant_amount == 2000
    assert order.discounts.platform_amount == 1000
    assert order.discounts.payment_amount == 300
    assert order.ext["douyin-laike:commission_amount"] == 1200
    assert order.lines[0].buyer_paid_amount is None  # freight was paid with it
    assert order.party is not None
    assert order.party.city == "杭州市"
    assert order.paid_at == datetime(2022, 6, 3, 23, 47, 11, tzinfo=UTC)


def test_catering_set_meal_with_a_donated_drink() -> None:
    order = order_of("orders_catering_v1", "set_meal_with_a_donated_drink")
    assert order.goods_amount == 36800
    assert order.buyer_paid_amount == 29800
    assert order.merchant_receivable_amount == 30800
    assert order.discounts.total_amount == 7000
    assert order.discounts.merchant_amount == 4500
    assert order.discounts.platform_amount == 1500
    assert order.discounts.payment_amount == 1000
    assert order.place_external_id == "6600000000000000031"
    assert order.ext["douyin-laike:intention_poi_id"] == "6600000000000000032"
    assert order.source == "live"
    assert order.fulfillment_status is FulfillmentStatus.PARTIALLY_REDEEMED
    meal, drink = order.lines
    assert (meal.sku_code, meal.goods_amount, meal.buyer_paid_amount) == (
        "HOT-4",
        32800,
        29800,
    )
    assert meal.fulfillment_status is FulfillmentStatus.REDEEMED
    assert not meal.is_gift
    assert (drink.quantity, drink.goods_amount, drink.buyer_paid_amount) == (2, 4000, 0)
    assert drink.fulfillment_status is FulfillmentStatus.REDEEMABLE
    assert drink.is_gift
    assert [v.line_external_id for v in order.vouchers] == [
        "1810000000000000031",
        "1810000000000000032",
        "1810000000000000032",
    ]
    assert order.issues == ()


def test_catering_pages_by_a_cursor_in_lower_case() -> None:
    body = wire_of("orders_catering_v1", "set_meal_with_a_donated_drink")
    cursor = page_of("orders_catering_v1", body).cursor
    assert cursor == ("1795145400", "1001000000000000031")


def test_catering_one_good_refunded() -> None:
    order = order_of("orders_catering_v1", "one_good_refunded")
    assert order.external_id == "1001000000000000032"  # a number on the wire
    assert order.order_status is OrderStatus.COMPLETED
    assert order.payment_status is PaymentStatus.REFUNDED
    assert order.fulfillment_status is FulfillmentStatus.NOT_REQUIRED
    assert order.goods_amount == 10000
    assert order.buyer_paid_amount == 8800
    assert order.refunded_amount == 8800
    assert order.merchant_receivable_amount is None
    assert order.discounts.merchant_amount == 1200
    assert order.discounts.platform_amount is None
    assert order.place_external_id is None
    assert order.ext["douyin-laike:intention_poi_id"] == "6600000000000000033"
    assert order.vouchers[0].refunded_at == at(12, 30)
    assert order.lines[0].sku_code == "CASH100"


def test_pinning_the_first_shape_reads_the_newest_answer_with_less() -> None:
    body = wire_of("orders_v2", "two_vouchers_one_refunding")
    (item,) = page_of("orders_v1", body).items
    assert isinstance(item, Fetched)
    assert item.order.buyer_paid_amount == 19800
    assert item.order.merchant_receivable_amount is None
    assert item.order.vouchers[0].buyer_paid_amount is None
    assert Issue("status", "unknown_word") not in item.order.issues
