"""Composed trades and what they become; the values that matter are said by hand too."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest

from adapters.taobao.dialect import Top
from hub_core.models import (
    AfterSaleStatus,
    DeliveryKind,
    FulfillmentStatus,
    Issue,
    Order,
    OrderStatus,
    OrderType,
    PaymentStatus,
    Protection,
)
from hub_core.wire import JSON, Fetched

FOLDER = Path(__file__).resolve().parents[2] / "golden" / "taobao"
CASES = sorted(
    f"{path.parent.name}/{path.name.removesuffix('.wire.json')}"
    for path in FOLDER.glob("orders_v*/*.wire.json")
)


def read(case: str) -> Order:
    version, name = case.split("/")
    shape = import_module(f"adapters.taobao.{version}")
    body = json.loads((FOLDER / version / f"{name}.wire.json").read_text("utf-8"))
    found = shape.GET.read(Top().unwrap(shape.GET, body))
    assert isinstance(found, Fetched)
    return found.order


def test_both_shapes_have_goldens() -> None:
    assert {case.split("/")[0] for case in CASES} == {"orders_v1", "orders_v2"}


@pytest.mark.parametrize("case", CASES)
def test_a_golden_reads_as_it_did(case: str, as_json: Callable[[Order], JSON]) -> None:
    expected = json.loads((FOLDER / f"{case}.hub.json").read_text("utf-8"))

    assert as_json(read(case)) == expected


@pytest.mark.parametrize("case", CASES)
def test_paid_lines_and_freight_add_up_to_what_was_paid(case: str) -> None:
    order = read(case)
    parts = [line.buyer_paid_amount for line in order.lines]
    if order.payment_status is not PaymentStatus.PAID:
        return
    assert None not in parts
    assert sum(part or 0 for part in parts) + (order.freight_amount or 0) == (
        order.buyer_paid_amount
    )


def beijing(*clock: int) -> datetime:
    """Written as Beijing's hours, eight ahead of UTC."""
    year, month, day, hour, minute, second = clock
    return datetime(year, month, day, hour - 8, minute, second, tzinfo=UTC)


def test_v1_a_finished_trade_of_two_parcels() -> None:
    order = read("orders_v1/finished_two_parcels")
    shirt, coat, gift = order.lines
    first, second = order.deliveries

    assert order.external_id == "450000000000101"
    assert order.order_status is OrderStatus.COMPLETED
    assert order.payment_status is PaymentStatus.PAID
    assert order.fulfillment_status is FulfillmentStatus.DELIVERED
    assert order.completed_at == beijing(2013, 11, 18, 20, 0, 0)
    assert order.cancelled_at is None
    assert order.goods_amount == 454_00
    assert order.discounts.total_amount == 20_00 + 20_00 + 20_00
    assert order.discounts.merchant_amount is None
    assert order.freight_amount == 10_00
    assert order.buyer_paid_amount == 384_00
    assert order.merchant_receivable_amount == 384_00
    assert order.refunded_amount is None
    assert (shirt.quantity, shirt.unit_price, shirt.goods_amount) == (2, 59_00, 118_00)
    assert shirt.discounts.total_amount == 20_00 + 4_98
    assert shirt.buyer_paid_amount == 93_02
    assert (shirt.sku_code, coat.sku_code) == ("TX-W-M", "YR-01")
    assert coat.buyer_paid_amount == 280_98
    assert gift.is_gift
    assert not coat.is_gift
    assert first.tracking_no == "SB0000000001"
    assert first.line_external_ids == ("450000000000102", "450000000000104")
    assert second.shipped_at == beijing(2013, 11, 12, 10, 30, 0)
    assert order.ext["taobao:commission_amount"] == 2_02
    assert order.party is not None
    assert order.party.protection is Protection.CLEAR
    assert (order.party.name, order.party.phone) == ("何玉", "17000000975")
    assert order.party.telephone is None
    assert order.party.seller_note == "老客户\r\n走顺丰"
    assert order.party.buyer_token is None


def test_v1_cash_on_delivery_is_not_paid_before_it_is_handed_over() -> None:
    order = read("orders_v1/cash_on_delivery_with_service")
    goods, service = order.lines

    assert order.order_status is OrderStatus.OPEN
    assert order.payment_status is PaymentStatus.UNPAID
    assert order.fulfillment_status is FulfillmentStatus.UNFULFILLED
    assert order.flags == ("cash_on_delivery",)
    assert order.type is OrderType.NORMAL
    assert order.type_raw == "cod"
    assert order.payable_amount == 101_00
    assert order.buyer_paid_amount is None
    assert order.merchant_receivable_amount is None
    assert goods.external_id == "450000000000203"
    assert goods.quantity == 1
    assert service.external_id == "450000000000202"
    assert service.fulfillment_status is FulfillmentStatus.NOT_REQUIRED
    assert order.party is not None
    assert (order.party.city, order.party.district) == (None, "济源市")


def test_v1_a_trade_closed_before_payment_must_not_be_shipped() -> None:
    order = read("orders_v1/closed_before_payment")
    (line,) = order.lines

    assert order.order_status is OrderStatus.CANCELLED
    assert order.payment_status is PaymentStatus.UNPAID
    assert order.cancelled_at == datetime(2014, 1, 30, 16, 18, 1, tzinfo=UTC)
    assert order.completed_at is None
    assert order.paid_at is None
    assert order.payable_amount == 60_00
    assert order.buyer_paid_amount is None
    assert order.goods_amount == 68_00
    assert order.discounts.total_amount == 8_00
    assert "do_not_ship_closed_lines" in order.flags
    assert line.fulfillment_status is FulfillmentStatus.NOT_REQUIRED
    assert line.external_id == order.external_id
    assert order.deliveries == ()
    assert order.party is not None
    assert order.party.protection is Protection.ABSENT


def test_v2_a_paid_trade_that_may_not_be_shipped_yet() -> None:
    order = read("orders_v2/paid_masked_in_county")
    keyboard, coat = order.lines

    assert order.external_id == "3725362658812595205"
    assert order.status_raw == "PAID_FORBID_CONSIGN"
    assert order.order_status is OrderStatus.OPEN
    assert order.payment_status is PaymentStatus.PAID
    assert {"locked", "paid_forbid_consign", "risk_review"} <= set(order.flags)
    assert {"prescription_review", "address_changed"} <= set(order.flags)
    assert {"oversold", "ship_together"} <= set(order.flags)
    assert "do_not_ship_closed_lines" not in order.flags
    assert order.promise_ship_at == beijing(2026, 11, 21, 23, 59, 59)
    assert order.place_external_id == "880001"
    assert order.buyer_paid_amount == 437_00
    assert order.discounts.total_amount == 90_00
    assert keyboard.external_id == "3725362658813595205"
    assert keyboard.buyer_paid_amount == 230_96
    assert coat.sku_external_id == "4712"
    assert coat.discounts.total_amount == 40_00 + 22_96
    assert coat.buyer_paid_amount == 196_04
    assert order.party is not None
    assert order.party.protection is Protection.MASKED
    assert order.party.receiver_token == "1sandboxOAIDsandboxOAID0001"
    assert order.party.buyer_token == "AAHsandboxOPENuid0001"
    assert (order.party.city, order.party.district) == (None, "陵水黎族自治县")
    assert order.source is None


def test_v2_a_presale_of_which_the_deposit_is_paid() -> None:
    order = read("orders_v2/presale_deposit_paid")
    (line,) = order.lines

    assert order.type is OrderType.PRESALE
    assert order.type_raw == "step"
    assert order.order_status is OrderStatus.PENDING_PAYMENT
    assert order.payment_status is PaymentStatus.PARTIALLY_PAID
    assert order.fulfillment_status is FulfillmentStatus.UNFULFILLED
    assert order.payable_amount == 349_00
    assert order.buyer_paid_amount == 50_00
    assert order.paid_at is None
    assert order.freight_amount == 0
    assert line.buyer_paid_amount is None
    assert line.product_external_id == "669802"
    assert line.discounts.total_amount == 50_00
    assert order.ext["taobao:step_paid_amount"] == 50_00
    assert order.ext["taobao:deposit_order_id"] == "3725362658812590001"


def test_v2_a_trade_partly_shipped_and_partly_refunded() -> None:
    order = read("orders_v2/part_shipped_part_refunded")
    refunded, sent = order.lines

    assert order.fulfillment_status is FulfillmentStatus.PARTIAL
    assert order.payment_status is PaymentStatus.REFUNDING
    assert order.after_sale_status is AfterSaleStatus.OPEN
    assert set(order.flags) == {"refund_requested", "do_not_ship_closed_lines"}
    assert order.buyer_paid_amount is None
    assert order.refunded_amount is None
    assert Issue("buyer_paid_amount", "may_be_lowered_by_refund") in order.issues
    assert Issue("promise_ship_at", "unreadable") in order.issues
    assert refunded.fulfillment_status is FulfillmentStatus.NOT_REQUIRED
    assert refunded.after_sale_status is AfterSaleStatus.CLOSED
    assert refunded.buyer_paid_amount is None
    assert sent.fulfillment_status is FulfillmentStatus.SHIPPED
    assert sent.after_sale_status is AfterSaleStatus.OPEN
    assert sent.buyer_paid_amount == 88_00
    assert order.deliveries[0].kind is DeliveryKind.PARCEL
    assert order.deliveries[0].line_external_ids == ("3725362658815595207",)
    assert order.ext["taobao:refund_ids"] == "181784773340365852"
