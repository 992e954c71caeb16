"""Pinduoduo's goldens: composed answers, and what the hub makes of them."""

from __future__ import annotations

import dataclasses
import importlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.pinduoduo.dialect import Pop
from hub_core.models import (
    AfterSaleStatus,
    FulfillmentStatus,
    Issue,
    Order,
    OrderStatus,
    OrderType,
    PaymentStatus,
    Protection,
)
from hub_core.wire import Fetched, Page, Wire

GOLDENS = Path(__file__).resolve().parents[2] / "golden" / "pinduoduo"
CASES = sorted(GOLDENS.glob("*/*.wire.json"))
CALLS = {
    "page": "LIST",
    "one": "GET",
    "get": "GET",
    "permit": "PERMIT",
    "create": "CREATE",
    "refresh": "REFRESH",
    "set": "SET",
    "level": "GET",
    "send": "SEND",
    "extra": "EXTRA",
    "companies": "COMPANIES",
    "decrypt": "DECRYPT",
}


def read(version: str, case: str) -> Any:
    wire = json.loads((GOLDENS / version / f"{case}.wire.json").read_text("utf-8"))
    name = CALLS[case.partition(".")[0]]
    call = getattr(importlib.import_module(f"adapters.pinduoduo.{version}"), name)
    return call.read(Pop().unwrap(call, wire))


def canonical(answer: Any) -> Any:
    """An answer as JSON: raw rows left out, times as UTC text."""
    if isinstance(answer, Page):
        items = [canonical(item) for item in answer.items]
        told = {"total": answer.total, "has_more": answer.has_more}
        return {**told, "items": items}
    if isinstance(answer, Fetched):
        return dataclasses.asdict(answer.record)
    if isinstance(answer, tuple):
        return [dataclasses.asdict(row) for row in answer]
    if dataclasses.is_dataclass(answer):
        return dataclasses.asdict(answer)  # type: ignore[arg-type]
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
    folder = GOLDENS.parents[2] / "adapters/pinduoduo"
    versions = {p.stem for p in folder.glob("*_v*.py")}
    assert {path.parent.name for path in CASES} == versions


def orders(version: str) -> list[Order]:
    return [item.order for item in read(version, "page").items]


def utc(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC)


def test_second_shape_an_order_to_ship() -> None:
    order = orders("orders_v2")[0]
    assert order.external_id == "261120-300000000000001"
    assert order.order_status is OrderStatus.OPEN
    assert order.payment_status is PaymentStatus.PAID
    assert order.fulfillment_status is FulfillmentStatus.UNFULFILLED
    assert order.channel_created_at == utc(19, 15, 58, 1)
    assert order.paid_at == utc(19, 16, 0, 30)
    assert order.promise_ship_at == utc(21, 16, 0, 31)
    assert (order.shipped_at, order.completed_at) == (None, None)
    assert (order.flags, order.issues, order.deliveries) == ((), (), ())
    assert order.ext["pdd:tags"] == "home_delivery_door"
    assert order.ext["pdd:group_order_id"] == "1988000000000000001"


def test_second_shape_the_money_of_an_order_to_ship() -> None:
    order = orders("orders_v2")[0]
    assert order.goods_amount == order.lines[0].goods_amount == 19800
    assert (order.payable_amount, order.buyer_paid_amount) == (18800, 18800)
    assert order.merchant_receivable_amount == 19200  # and the platform's 4.00
    assert order.discounts.total_amount == 1000
    assert order.discounts.merchant_amount == 600
    assert order.discounts.platform_amount == 400


def test_second_shape_a_sealed_receiver_shows_its_masks() -> None:
    party = orders("orders_v2")[0].party
    assert party is not None
    assert party.protection is Protection.ENCRYPTED
    assert (party.name, party.phone) == ("沙**", "1*********1")
    assert sorted(party.ciphers) == ["address", "full_address", "name", "phone"]
    assert party.receiver_token == "golden-address-1"
    assert (party.buyer_note, party.seller_note) == ("请尽快发货", "加急")


def test_second_shape_an_order_under_review_must_not_be_shipped() -> None:
    order = orders("orders_v2")[1]
    assert order.flags == ("risk_review", "lottery")
    assert order.order_status is OrderStatus.OPEN
    assert order.party is not None
    assert order.party.protection is Protection.ABSENT
    assert order.lines[0].goods_amount == 3990


def test_second_shape_a_presale_has_its_deposit() -> None:
    order = orders("orders_v2")[2]
    assert order.type is OrderType.PRESALE
    assert order.order_status is OrderStatus.PENDING_PAYMENT
    assert order.payment_status is PaymentStatus.PARTIALLY_PAID
    assert (order.payable_amount, order.buyer_paid_amount) == (35900, 2000)
    assert order.merchant_receivable_amount is None  # the platform's share is not told
    assert order.ext["pdd:step_discount_amount"] == 4000


def test_second_shape_a_group_that_failed_got_its_money_back() -> None:
    order = orders("orders_v2")[3]
    assert order.order_status is OrderStatus.CANCELLED
    assert order.payment_status is PaymentStatus.REFUNDED
    assert order.fulfillment_status is FulfillmentStatus.NOT_REQUIRED
    assert order.flags == ("group_failed",)
    assert order.issues == (Issue("refunded_amount", "not_told"),)


def test_second_shape_words_newer_than_the_hub_are_unknown_and_kept() -> None:
    order = orders("orders_v2")[4]
    assert (order.status_raw, order.type_raw) == ("4", "3")
    assert order.order_status is OrderStatus.UNKNOWN
    assert order.fulfillment_status is FulfillmentStatus.UNKNOWN
    assert order.payment_status is PaymentStatus.PAID
    assert order.after_sale_status is AfterSaleStatus.UNKNOWN
    assert set(order.issues) == {
        Issue("status", "unknown_word"),
        Issue("after_sale_status", "unknown_word"),
        Issue("type", "unknown_word"),
        Issue("lines", "ids_made_up"),
        Issue("discounts", "do_not_add_up"),
        Issue("payable_amount", "does_not_add_up"),
    }


def test_second_shape_a_shipped_order_comes_back() -> None:
    order = read("orders_v2", "one").order
    assert order.fulfillment_status is FulfillmentStatus.SHIPPED
    assert order.after_sale_status is AfterSaleStatus.OPEN
    assert order.payment_status is PaymentStatus.REFUNDING
    assert order.flags == ("refund_requested",)
    assert order.issues == ()
    assert order.party is not None
    assert order.party.protection is Protection.MASKED


def test_second_shape_a_changed_price_services_and_a_gift() -> None:
    order = read("orders_v2", "one").order
    bought, gift = order.lines
    assert (bought.quantity, bought.unit_price, bought.goods_amount) == (2, 9000, 17600)
    assert (gift.is_gift, gift.goods_amount, gift.quantity) == (True, 0, 4)
    assert order.payable_amount == 18600  # 176.00 less 20.00 and 30.00 for installing
    assert order.merchant_receivable_amount == 20100
    assert order.discounts.payment_amount == 150
    assert [d.tracking_no for d in order.deliveries] == [
        *("YT0000000007", "YT0000000008", "SF0000000009")
    ]


def test_second_shape_a_page_says_that_others_follow() -> None:
    page = read("orders_v2", "page")
    assert (page.total, page.has_more, page.number) == (None, True, None)


def test_first_shape_a_finished_order_in_clear() -> None:
    order = read("orders_v1", "one").order
    assert order.order_status is OrderStatus.COMPLETED
    assert order.completed_at == datetime(2019, 6, 5, 10, tzinfo=UTC)
    assert order.paid_at is None  # the deal's time was all there was
    assert (order.goods_amount, order.payable_amount) == (5980, 5480)
    assert order.merchant_receivable_amount == 5680
    assert order.party is not None
    assert order.party.protection is Protection.CLEAR
    assert (order.party.name, order.party.district) == ("沙箱收件人甲", "西湖区")
    assert order.deliveries[0].carrier_code == "85"
    assert order.lines[0].sku_code == "TS-W-M"


def test_first_shape_a_price_change_that_was_not_told() -> None:
    order = orders("orders_v1")[0]
    assert (order.lines[0].unit_price, order.lines[0].goods_amount) == (5000, 4500)
    assert order.flags == ("stock_out",)
    assert order.issues == ()
    assert order.party is not None
    assert order.party.address == "沙箱路2号"


def test_first_shape_an_order_refunded_before_it_was_shipped_is_over() -> None:
    order = orders("orders_v1")[1]
    assert order.order_status is OrderStatus.CANCELLED
    assert order.payment_status is PaymentStatus.REFUNDED
    assert order.party is not None
    assert order.party.protection is Protection.ABSENT


def test_first_shape_a_page_counts() -> None:
    page = read("orders_v1", "page")
    assert (page.total, page.has_more) == (2, None)


def test_a_refreshed_token_is_kept_as_it_came() -> None:
    token = read("token_v1", "refresh")
    assert token.access_token == "golden-access-2"
    assert token.refresh_token == "golden-refresh-2"
    assert token.owner_id == "900001"
    assert token.life(datetime.fromtimestamp(1795147200, UTC)) == 86400
    assert "golden" not in repr(token)


def test_cases_of_a_list_have_yuan_and_kinds_from_two() -> None:
    refunded, asked, new = [item.record for item in read("after_sales_v1", "page").items]
    assert (refunded.kind, refunded.status) == ("return_refund", "closed_done")
    assert (refunded.requested_amount, refunded.refunded_amount) == (750, 750)
    assert refunded.return_tracking_no == "YTB0000000001"
    assert refunded.applied_at == utc(12, 9, 3, 29)
    assert (asked.kind, asked.status) == ("refund_only", "merchant_review")
    assert (asked.requested_amount, asked.refunded_amount) == (3000, None)
    assert asked.return_tracking_no is None  # the order's own waybill
    assert (new.kind, new.status, new.status_raw) == ("unknown", "unknown", "30")


def test_a_single_case_has_fen_and_kinds_from_one() -> None:
    case = read("after_sales_v1", "one").record
    assert (case.kind, case.kind_raw) == ("refund_only", "1")
    assert case.requested_amount == 3000
    assert case.applied_at == utc(20, 3)
    assert case.deadline_at == utc(22, 4)


def test_products_have_stock_and_are_on_sale_or_not() -> None:
    clock, rack = [item.record for item in read("products_v1", "page").items]
    assert (clock.listing_status, rack.listing_status) == ("on_sale", "off_sale")
    assert [(s.available, s.reserved, s.status) for s in clock.skus] == [
        *((100, 5, "on_sale"), (50, 0, "off_sale"))
    ]
    assert [sku.outer_code for sku in clock.skus] == ["M880", None]
    assert rack.skus[0].status == "off_sale"
    assert rack.external_id == "367872698"


def test_stock_of_both_shapes_is_told_by_sku() -> None:
    old, new = read("stock_v1", "level"), read("stock_v2", "level")
    assert old == {
        "6113246631": (2, None),
        "6259240999": (1200, None),
        "6576701894": (0, None),
    }
    assert new == {"840777314605": (100, 5), "840777314606": (0, 0)}
    assert read("stock_v1", "set") is read("stock_v2", "set") is True


def test_a_shipment_was_taken_in_two_words() -> None:
    assert read("shipping_v1", "send") is read("shipping_v1", "extra") is True


def test_courier_companies_have_numbers_and_some_are_not_to_be_used() -> None:
    found = read("shipping_v1", "companies")
    assert [(c.number, c.letters, c.available) for c in found] == [
        *(("44", "SF", True), ("85", "YTO", True), ("3", None, False))
    ]


def test_opened_texts_are_told_by_what_they_are() -> None:
    name, phone, joined, shut = read("receivers_v1", "decrypt")
    assert (name.what, name.text, name.is_virtual_number) == ("name", "沙箱收件人甲", False)
    assert (phone.what, phone.text, phone.extension) == ("phone", "17000000001", "1234")
    assert (joined.text, joined.extension) == ("95000001", "12345678")
    assert phone.is_virtual_number
    assert joined.is_virtual_number
    assert (shut.text, shut.refused) == (None, "订单已发货，不支持解密")
