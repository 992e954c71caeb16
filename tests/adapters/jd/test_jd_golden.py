"""JD's goldens: composed answers, and what the hub makes of them."""

from __future__ import annotations

import dataclasses
import importlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.jd.dialect import Jos
from adapters.jd.receivers_v1 import Told
from adapters.jd.stock import StockSet
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
from hub_core.wire import Fetched, Page, Ref, Wire

ROOT = Path(__file__).resolve().parents[3]
GOLDENS = ROOT / "tests" / "golden" / "jd"
CASES = sorted(GOLDENS.glob("*/*.wire.json"))
CALLS = {"page": "LIST", "one": "GET", "refresh": "REFRESH", "decrypt": "DECRYPT"}


def read(version: str, case: str) -> Any:
    wire = json.loads((GOLDENS / version / f"{case}.wire.json").read_text("utf-8"))
    name = CALLS.get(case) or case.partition(".")[0].upper()
    call = getattr(importlib.import_module(f"adapters.jd.{version}"), name)
    return call.read(Jos().unwrap(call, wire))


def canonical(answer: Any) -> Any:
    """An answer as JSON: raw rows left out, times as UTC text."""
    if isinstance(answer, Page):
        items = [canonical(item) for item in answer.items]
        return {"total": answer.total, "number": answer.number, "items": items}
    if isinstance(answer, Fetched):
        return dataclasses.asdict(answer.record)
    if isinstance(answer, Ref | Told | StockSet):
        return dataclasses.asdict(answer)
    if isinstance(answer, tuple):
        return [dataclasses.asdict(row) for row in answer]
    return answer.model_dump() if isinstance(answer, Wire) else answer


def as_json(answer: Any) -> str:
    text = json.dumps(canonical(answer), ensure_ascii=False, indent=2, default=_plain)
    return text + "\n"


def _plain(value: Any) -> str:
    assert isinstance(value, datetime)
    return value.astimezone(UTC).isoformat()


@pytest.mark.parametrize("path", CASES, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_a_golden_answer_is_read_as_kept(path: Path) -> None:
    case = path.name.removesuffix(".wire.json")
    kept = path.with_name(f"{case}.hub.json").read_text("utf-8")
    assert as_json(read(path.parent.name, case)) == kept


def test_every_version_file_has_a_golden() -> None:
    versions = {p.stem for p in (ROOT / "adapters/jd").glob("*_v*.py")}
    assert {path.parent.name for path in CASES} == versions


def orders(version: str) -> list[Order]:
    return [item.order for item in read(version, "page").items]


def utc(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC)


def test_second_shape_an_order_to_ship() -> None:
    order = orders("orders_v2")[0]
    assert order.external_id == "301000000001"
    assert order.order_status is OrderStatus.OPEN
    assert order.payment_status is PaymentStatus.PAID
    assert order.fulfillment_status is FulfillmentStatus.UNFULFILLED
    assert order.channel_created_at == utc(19, 15, 58, 1)
    assert order.paid_at == utc(19, 16, 0, 30)
    assert order.channel_updated_at == utc(19, 16, 0, 31)
    assert (order.shipped_at, order.completed_at) == (None, None)  # year 1 is never
    assert order.parent_external_id is None  # "0"
    assert order.issues == ()
    assert order.party is not None
    assert order.party.buyer_token == "oGoldenBuyer0001"
    assert order.party.buyer_note == "请尽快发货"
    assert order.party.protection is Protection.ENCRYPTED
    assert order.party.name is None
    assert sorted(order.party.ciphers) == ["address", "name", "phone", "telephone"]


def test_second_shape_the_money_of_an_order_to_ship() -> None:
    order = orders("orders_v2")[0]
    assert order.goods_amount == 48700
    assert order.freight_amount == 800
    assert order.payable_amount == 43250  # 412.50 due and 20.00 of balance
    assert order.buyer_paid_amount == 43250
    assert order.merchant_receivable_amount == 44700  # 487.00 less the merchant's 40.00
    assert order.refunded_amount is None
    assert order.discounts.total_amount == 6250
    assert order.discounts.merchant_amount == 4000
    assert order.discounts.platform_amount == 1750  # a coupon and beans
    assert order.ext["jd:gift_card_amount"] == 500


def test_second_shape_the_lines_of_an_order_with_a_gift_of_the_same_sku() -> None:
    shirt, keyboard, gift = orders("orders_v2")[0].lines
    assert (shirt.external_id, gift.external_id) == ("100200300401", "100200300401#2")
    assert (shirt.quantity, shirt.unit_price, shirt.goods_amount) == (3, 5900, 17700)
    assert keyboard.goods_amount == 31000  # a JSON number of yuan
    assert (gift.is_gift, shirt.is_gift) == (True, False)
    assert (shirt.sku_code, shirt.product_external_id) == ("TS-W-M", "10020030")


def test_second_shape_a_shipped_order_with_three_parcels_and_clear_twins() -> None:
    order = orders("orders_v2")[1]
    assert order.external_id == "301000000002"
    assert order.fulfillment_status is FulfillmentStatus.SHIPPED
    assert order.shipped_at == utc(19, 8, 20)
    assert order.completed_at is None  # 1970 is never
    assert [(d.carrier_code, d.tracking_no) for d in order.deliveries] == [
        ("2087", "JDX0001"),
        ("2087", "JDX0002"),
        ("467", "SF0003"),
    ]
    assert order.parent_external_id == "300999999999"
    assert order.ext["jd:direct_parent_order_id"] == "300999999998"
    assert order.flags == ("platform_warehouse",)
    assert order.lines[0].external_id == "228886533499"
    assert order.party is not None
    assert order.party.protection is Protection.CLEAR
    assert order.party.ciphers["name"].startswith("AATG")
    assert order.discounts.total_amount == 0  # an empty list says so


def test_second_shape_a_locked_order_on_delivery_stops_the_clerk() -> None:
    order = orders("orders_v2")[2]
    assert order.order_status is OrderStatus.OPEN
    assert order.payment_status is PaymentStatus.UNPAID
    assert order.buyer_paid_amount is None
    assert order.after_sale_status is AfterSaleStatus.OPEN
    assert order.flags == (
        "locked",
        "refund_requested",
        "cash_on_delivery",
        "after_sale_shipment",
    )
    assert order.party is not None
    assert order.party.receiver_token == "oaid-golden-0003"
    assert order.party.phone == "170****0003"
    assert order.party.protection is Protection.ENCRYPTED


def test_second_shape_a_service_order_waits_for_its_codes() -> None:
    order = orders("orders_v2")[3]
    assert order.type is OrderType.LOCAL_LIFE
    assert order.type_raw == "75"
    assert order.place_external_id == "660011"
    assert order.fulfillment_status is FulfillmentStatus.UNFULFILLED
    assert order.discounts.total_amount is None  # one kind of discount is new
    assert order.discounts.merchant_amount == 1000
    assert order.issues == (Issue("discounts", "unknown_word"),)


def test_second_shape_newer_amounts_outweigh_older_ones() -> None:
    order = orders("orders_v2")[4]
    assert order.channel_created_at == utc(20, 1)  # ISO with its own zone
    assert order.payable_amount == 29000
    assert order.buyer_paid_amount == 28000
    assert order.merchant_receivable_amount == 29500
    assert order.discounts.payment_amount == 1000
    assert order.fulfillment_status is FulfillmentStatus.PARTIAL
    (parcel,) = order.deliveries
    assert parcel.shipped_at == utc(20, 1, 30)
    assert parcel.line_external_ids == ("228886533501",)
    assert (parcel.external_id, parcel.tracking_no) == ("7001", "SF0005")


def test_second_shape_a_state_newer_than_the_hub_is_unknown_and_kept() -> None:
    order = orders("orders_v2")[5]
    assert order.status_raw == "WAIT_FOR_MOON"
    assert order.order_status is OrderStatus.UNKNOWN
    assert order.payment_status is PaymentStatus.UNKNOWN
    assert order.fulfillment_status is FulfillmentStatus.UNKNOWN
    assert Issue("status", "unknown_word") in order.issues
    assert Issue("type", "unknown_word") in order.issues


def test_second_shape_one_cancelled_order_after_payment() -> None:
    order = read("orders_v2", "one").order
    assert order.order_status is OrderStatus.CANCELLED
    assert order.cancelled_at == utc(18, 0)
    assert order.completed_at is None
    assert order.payment_status is PaymentStatus.PAID
    assert order.refunded_amount is None
    assert order.issues == (Issue("payment_status", "refund_not_told"),)
    assert order.deliveries[0].kind is DeliveryKind.SELF_DELIVERY


def test_first_shape_a_finished_order_in_clear() -> None:
    order = orders("orders_v1")[0]
    assert read("orders_v1", "page").total == 2
    assert order.order_status is OrderStatus.COMPLETED
    assert order.fulfillment_status is FulfillmentStatus.DELIVERED
    assert order.completed_at == datetime(2019, 6, 5, 10, tzinfo=UTC)
    assert (order.goods_amount, order.payable_amount) == (51800, 50500)
    assert order.buyer_paid_amount == 50500
    assert order.merchant_receivable_amount == 50000
    assert order.discounts.platform_amount == 100
    assert order.party is not None
    assert order.party.protection is Protection.CLEAR
    assert (order.party.buyer_token, order.party.buyer_nick) == ("golden_pin_0001",) * 2
    assert order.party.seller_note == "老客户"
    assert order.deliveries[0].carrier_code == "465"
    assert order.lines[0].goods_amount == 51800


def test_first_shape_an_older_spelling_and_a_masked_receiver() -> None:
    order = orders("orders_v1")[1]
    assert order.status_raw == "DengDaiChuKu"
    assert order.order_status is OrderStatus.OPEN
    assert order.payment_status is PaymentStatus.UNPAID
    assert order.flags == ("cash_on_delivery",)
    assert order.payable_amount == 9500
    assert order.buyer_paid_amount is None
    assert order.party is not None
    assert order.party.protection is Protection.MASKED


def test_first_shape_a_paused_order_stops_the_clerk() -> None:
    order = read("orders_v1", "one").order
    assert order.flags == ("paused", "business_hold")
    assert order.fulfillment_status is FulfillmentStatus.UNFULFILLED
    assert order.payment_status is PaymentStatus.PAID


def test_unpaid_orders_have_goods_and_no_amounts() -> None:
    first, second = orders("unpaid_v1")
    assert first.external_id == "302000000001"
    assert first.order_status is OrderStatus.PENDING_PAYMENT
    assert first.payment_status is PaymentStatus.UNPAID
    assert (first.status_raw, first.ext["jd:unpaid_status"]) == ("NOT_PAY", "1")
    assert first.channel_created_at == utc(20, 4)
    assert first.channel_updated_at == utc(20, 4, 5)
    assert (first.payable_amount, first.goods_amount) == (None, None)
    assert [line.external_id for line in first.lines] == ["11", "100200300402"]
    assert [line.quantity for line in first.lines] == [2, 1]
    assert first.party is not None
    assert first.party.receiver_token == "oaid-golden-u1"
    assert second.channel_updated_at == utc(20, 4)  # epoch ms, of the order itself
    assert second.parent_external_id == "302000000000"


def test_a_page_of_unpaid_orders_says_how_many_there_are() -> None:
    page = read("unpaid_v1", "page")
    assert (page.total, page.number) == (2, None)


def test_an_unpaid_order_by_its_number() -> None:
    order = read("unpaid_v1", "one").order
    assert [line.external_id for line in order.lines] == ["7", "7#2"]


def test_a_refreshed_token_is_kept_as_it_came() -> None:
    token = read("token_v1", "refresh")
    assert token.access_token == "golden-access-2"
    assert token.refresh_token == "golden-refresh-2"
    assert token.expires_in == 86399
    assert "golden" not in repr(token)
