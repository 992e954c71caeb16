"""What the shop's answers mean, worked out by hand from its API page."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from channel_hub_own_shop import after_sales_v1, orders_v1, products_v1
from channel_hub_own_shop.dialect import ShopDialect

from hub_core import BadRequest, Misconfigured, Rejected, Throttled, Unreadable
from hub_core.models import (
    AfterSaleKind,
    AfterSaleStatus,
    CaseStatus,
    FulfillmentStatus,
    ListingStatus,
    OrderStatus,
    PaymentStatus,
)
from hub_core.wire import Credentials, Misread

GOLDEN = Path(__file__).parent / "golden"


def golden(name):
    """The data of a composed answer; what it means stands beside it, for `hub connector
    grade`."""
    return json.loads((GOLDEN / f"{name}.wire.json").read_text("utf-8"))["data"]


(ORDER,) = golden("orders_v1/list.partly_shipped")["orders"]
(PRODUCT,) = golden("products_v1/list.sold_out")["products"]
CASE = golden("after_sales_v1/get.returned")["case"]


def read(call, data):
    return call.read(ShopDialect().unwrap(call, {"data": data}))


def orders(*rows):
    return read(orders_v1.LIST, {"orders": list(rows), "total": len(rows), "page": 1}).items


# Orders --------------------------------------------------------------------------------


def test_an_order_that_was_sent_in_part():
    (item,) = orders(ORDER)
    order = item.order

    assert order.order_status is OrderStatus.OPEN
    assert order.payment_status is PaymentStatus.PAID
    assert order.fulfillment_status is FulfillmentStatus.PARTIAL
    assert order.after_sale_status is AfterSaleStatus.OPEN
    assert order.channel_updated_at == datetime(2026, 11, 20, 4, tzinfo=UTC)
    assert (order.payable_amount, order.buyer_paid_amount) == (18600, 18600)
    assert order.refunded_amount is None
    assert (order.lines[0].quantity, order.lines[0].unit_price) == (2, 8900)
    assert order.deliveries[0].line_external_ids == ("A000001-1",)
    assert order.party is not None
    assert order.party.phone == "17000000000"
    assert "17000000000" not in repr(order)


@pytest.mark.parametrize(
    ("word", "deal", "money"),
    [
        ("unpaid", "pending_payment", "unpaid"),
        ("paid", "open", "paid"),
        ("shipped", "open", "paid"),
        ("completed", "completed", "paid"),
        ("closed", "cancelled", "unpaid"),
        ("refunded", "cancelled", "refunded"),
        ("on_the_moon", "unknown", "unknown"),
    ],
)
def test_every_state_has_its_meaning_and_a_new_one_is_unknown(word, deal, money):
    (item,) = orders(ORDER | {"status": word})

    assert (item.order.order_status, item.order.payment_status) == (deal, money)
    assert item.order.status_raw == word


def test_an_order_without_a_time_stops_no_other():
    broken, whole = orders(ORDER | {"updated_at": None}, ORDER | {"id": "A000002"})

    assert isinstance(broken, Misread)
    assert broken.external_id == "A000001"
    assert whole.order.external_id == "A000002"


# Products and cases --------------------------------------------------------------------


def test_a_product_that_is_sold_out_has_none_and_not_nothing():
    page = read(products_v1.LIST, {"products": [PRODUCT], "next": "P3"})
    (item,) = page.items
    (sku,) = item.record.skus

    assert page.cursor == "P3"
    assert item.record.listing_status is ListingStatus.OFF_SALE
    assert (sku.outer_code, sku.price_amount, sku.available) == ("OWN-3-1", 8900, 0)


def test_only_money_that_went_back_is_refunded():
    done = read(after_sales_v1.GET, {"case": CASE}).record
    waits = CASE | {"status": "requested", "refunds": []}
    open_case = read(after_sales_v1.GET, {"case": waits}).record

    assert (done.kind, done.status) == (AfterSaleKind.RETURN_REFUND, CaseStatus.CLOSED_DONE)
    assert (done.requested_amount, done.refunded_amount) == (18600, 18000)
    assert open_case.status is CaseStatus.MERCHANT_REVIEW
    assert open_case.refunded_amount is None


# How it is spoken to -------------------------------------------------------------------


def test_a_call_is_signed_as_the_page_shows():
    (shown,) = json.loads((GOLDEN / "signing.json").read_text("utf-8"))
    asked = orders_v1.GET.parameters(**shown["params"])
    now = datetime.fromisoformat(shown["now"])
    request = ShopDialect().request(orders_v1.GET, asked, Credentials(**shown["who"]), now)

    assert request.path == shown["request"]["path"]
    assert request.headers == shown["request"]["headers"]
    assert shown["who"]["app_secret"] not in repr(request)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("bad_sign", Misconfigured),
        ("bad_field", BadRequest),
        ("too_fast", Throttled),
        ("conflict", Rejected),
    ],
)
def test_a_refusal_says_what_to_do_next(code, kind):
    body = {"error": {"code": code, "message": "no", "wait": 3}}

    with pytest.raises(kind) as caught:
        ShopDialect().unwrap(orders_v1.LIST, body)
    assert caught.value.code == code


@pytest.mark.parametrize("body", [{}, {"data": []}, {"error": "no"}, {"orders": []}])
def test_what_is_neither_data_nor_a_refusal_is_no_empty_page(body):
    with pytest.raises(Unreadable):
        ShopDialect().unwrap(orders_v1.LIST, body)
