"""Words, money, traps of type, and what becomes of records that do not fit."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.douyin_laike import orders_v2
from hub_core.models import (
    AfterSaleStatus,
    FulfillmentStatus,
    Issue,
    Order,
    OrderStatus,
    OrderType,
    PaymentStatus,
    Protection,
    VoucherStatus,
)
from hub_core.wire import JSON, Fetched, Misread, Page
from tests.adapters.douyin_laike.laike import DIALECT, answer, certificate, plain, row, sub


def page(body: JSON) -> Page:
    return orders_v2.read(DIALECT.unwrap(orders_v2.LIST, body))


def read(**changes: Any) -> Order:
    (item,) = page(answer(row(**changes))).items
    assert isinstance(item, Fetched), item
    return item.order


Statuses = tuple[OrderStatus, PaymentStatus, FulfillmentStatus]
S, P, F = OrderStatus, PaymentStatus, FulfillmentStatus


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (0, (S.PENDING_PAYMENT, P.UNPAID, F.UNFULFILLED)),
        (100, (S.PENDING_PAYMENT, P.UNPAID, F.UNFULFILLED)),
        (101, (S.CANCELLED, P.UNPAID, F.NOT_REQUIRED)),
        (200, (S.OPEN, P.PAID, F.UNFULFILLED)),
        (201, (S.OPEN, P.PAID, F.REDEEMABLE)),
        (1, (S.COMPLETED, P.PAID, F.REDEEMED)),
        (777, (S.UNKNOWN, P.UNKNOWN, F.UNKNOWN)),
    ],
)
def test_an_order_word_stands_for_three_axes(word: int, expected: Statuses) -> None:
    pay_time = 1795140001 if expected[1] is P.PAID else 0
    for spelled in (word, str(word)):
        order = read(order_status=spelled, pay_time=pay_time)
        found = (order.order_status, order.payment_status, order.fulfillment_status)
        assert found == expected
        assert order.status_raw == str(word)


def test_an_unknown_order_word_is_reported_and_keeps_the_rest() -> None:
    order = read(order_status=777, certificate=[certificate(100)])
    assert Issue("status", "unknown_word") in order.issues
    assert order.buyer_paid_amount == 4000
    assert order.vouchers[0].status is VoucherStatus.VALID


@pytest.mark.parametrize(
    ("words", "payment", "fulfillment", "after_sale"),
    [
        ((100, 100), P.PAID, F.REDEEMABLE, AfterSaleStatus.NONE),
        ((401, 100), P.PAID, F.PARTIALLY_REDEEMED, AfterSaleStatus.NONE),
        ((401, 1), P.PAID, F.REDEEMED, AfterSaleStatus.NONE),
        ((400,), P.PAID, F.PARTIALLY_REDEEMED, AfterSaleStatus.NONE),
        ((200, 201), P.PAID, F.REDEEMABLE, AfterSaleStatus.NONE),
        ((20,), P.PAID, F.UNFULFILLED, AfterSaleStatus.NONE),
        ((300, 100), P.REFUNDING, F.REDEEMABLE, AfterSaleStatus.OPEN),
        ((301, 401), P.PARTIALLY_REFUNDED, F.REDEEMED, AfterSaleStatus.CLOSED),
        ((301, 100), P.PARTIALLY_REFUNDED, F.REDEEMABLE, AfterSaleStatus.CLOSED),
        ((301, 301), P.REFUNDED, F.NOT_REQUIRED, AfterSaleStatus.CLOSED),
        ((301, 300), P.REFUNDING, F.REDEEMABLE, AfterSaleStatus.OPEN),
        ((100, 555), P.PAID, F.UNKNOWN, AfterSaleStatus.UNKNOWN),
    ],
)
def test_vouchers_refine_what_the_order_says(
    words: tuple[int, ...],
    payment: PaymentStatus,
    fulfillment: FulfillmentStatus,
    after_sale: AfterSaleStatus,
) -> None:
    certificates = [certificate(word, i) for i, word in enumerate(words)]
    order = read(certificate=certificates)
    assert order.payment_status is payment
    assert order.fulfillment_status is fulfillment
    assert order.after_sale_status is after_sale
    assert ("refund_requested" in order.flags) == (300 in words)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        (0, VoucherStatus.CREATED),
        (1, VoucherStatus.REDEEMED),
        (10, VoucherStatus.CREATED),
        (20, VoucherStatus.CREATED),
        (100, VoucherStatus.VALID),
        (101, VoucherStatus.CREATED),
        (200, VoucherStatus.VALID),
        (201, VoucherStatus.VALID),
        (300, VoucherStatus.REFUNDING),
        (301, VoucherStatus.REFUNDED),
        (400, VoucherStatus.VALID),
        (401, VoucherStatus.REDEEMED),
        (999, VoucherStatus.UNKNOWN),
    ],
)
def test_a_voucher_word_has_its_meaning(word: int, status: VoucherStatus) -> None:
    order = read(certificate=[certificate(word)])
    assert order.vouchers[0].status is status
    assert order.vouchers[0].status_raw == str(word)
    drift = Issue("vouchers.status", "unknown_word")
    assert (drift in order.issues) == (status is VoucherStatus.UNKNOWN)


@pytest.mark.parametrize(
    ("word", "type"),
    [
        (21, OrderType.GROUPBUY),
        (31, OrderType.PRESALE),
        (41, OrderType.TAKEAWAY),
        (51, OrderType.LOCAL_LIFE),
        (60, OrderType.LOCAL_LIFE),
        (70, OrderType.LOCAL_LIFE),
        (100, OrderType.BOOKING),
        (110, OrderType.LOCAL_LIFE),
        (90, OrderType.UNKNOWN),
        (None, OrderType.LOCAL_LIFE),
    ],
)
def test_an_order_type_has_its_meaning(word: int | None, type: OrderType) -> None:
    order = read(order_type=word)
    assert order.type is type
    drift = Issue("type", "unknown_word")
    assert (drift in order.issues) == (type is OrderType.UNKNOWN)


def test_a_bill_that_was_paid_needs_no_fulfilment() -> None:
    assert read(order_type=110).fulfillment_status is FulfillmentStatus.NOT_REQUIRED


def test_takeaway_on_its_way_is_not_redeemable() -> None:
    assert read(order_type=41).fulfillment_status is FulfillmentStatus.UNFULFILLED


def test_closed_after_payment_is_known_to_be_refunded_only_by_its_vouchers() -> None:
    assert read(order_status=101).payment_status is PaymentStatus.UNKNOWN
    gone = read(order_status=101, certificate=[certificate(301, refund_amount=4000)])
    assert gone.payment_status is PaymentStatus.REFUNDED
    assert gone.buyer_paid_amount == gone.refunded_amount == 4000


# Money ---------------------------------------------------------------------------------


def test_what_the_order_does_not_say_its_sub_orders_do() -> None:
    order = read(
        original_amount=None,
        pay_amount=None,
        sub_order_amount_infos=[sub(0), sub(1)],
    )
    assert order.goods_amount == 5000
    assert order.buyer_paid_amount == 4000
    assert order.merchant_receivable_amount == 4400
    assert order.discounts.total_amount == 1000
    assert order.issues == ()


def test_sub_orders_that_do_not_add_up_are_reported_and_not_used() -> None:
    order = read(sub_order_amount_infos=[sub(0)])
    assert order.goods_amount == 5000
    assert order.buyer_paid_amount == 4000
    assert Issue("sub_order_amount_infos", "does_not_add_up") in order.issues


def test_nothing_said_is_nothing_known() -> None:
    bare = {"order_id": "1", "order_status": 201, "update_order_time": 1795140002}
    (item,) = page(answer(bare)).items
    assert isinstance(item, Fetched)
    order = item.order
    assert order.goods_amount is None
    assert order.payable_amount is None
    assert order.buyer_paid_amount is None
    assert order.merchant_receivable_amount is None
    assert order.refunded_amount is None
    assert order.discounts.total_amount is None
    assert order.discounts.merchant_amount is None
    assert order.party is None
    assert order.lines[0].external_id == "1"


def test_a_refund_is_counted_only_once_it_is_given() -> None:
    asked = read(certificate=[certificate(300, refund_amount=4000)])
    assert asked.refunded_amount == 0
    given_ = [certificate(301, 0, refund_amount=1500), certificate(301, 1, refund_amount=1)]
    assert read(certificate=given_).refunded_amount == 1501


def test_a_refund_of_unknown_size_is_unknown() -> None:
    first = certificate(301, 0, refund_amount=1500)
    second = certificate(301, 1, refund_amount=None)
    assert read(certificate=[first, second]).refunded_amount is None
    assert read(certificate=[first, certificate(555, 1)]).refunded_amount is None


def test_a_voucher_takes_no_money_that_is_not_surely_its_own() -> None:
    one, two = certificate(100, 0), certificate(100, 1)
    twice = [one, two | {"order_item_id": one["order_item_id"]}]
    shared = read(certificate=twice, sub_order_amount_infos=[sub(0), sub(1)])
    assert [v.buyer_paid_amount for v in shared.vouchers] == [None, None]
    doubled = read(certificate=[one, two], sub_order_amount_infos=[sub(0), sub(0)])
    assert [v.buyer_paid_amount for v in doubled.vouchers] == [None, None]
    own = read(certificate=[one, two], sub_order_amount_infos=[sub(0), sub(1)])
    assert [v.buyer_paid_amount for v in own.vouchers] == [2000, 2000]


def test_an_unpaid_order_has_paid_nothing_for_its_vouchers() -> None:
    order = read(
        order_status=100,
        pay_time=0,
        certificate=[certificate(10, 0), certificate(10, 1)],
        sub_order_amount_infos=[sub(0), sub(1)],
    )
    assert order.payable_amount == 4000
    assert order.buyer_paid_amount is None
    assert [v.buyer_paid_amount for v in order.vouchers] == [None, None]


def test_a_fee_of_a_new_kind_is_reported_and_is_not_goods() -> None:
    order = read(
        original_amount=2800,
        pay_amount=2300,
        sub_order_amount_infos=[
            sub(0),
            sub(1, sub_order_type=9, origin_amount=300, pay_amount=300),
        ],
    )
    assert order.goods_amount == 2500
    assert order.ext["douyin-laike:other_fee"] == 300
    assert order.lines[0].buyer_paid_amount == 2000
    assert Issue("sub_order_type", "unknown_word") in order.issues


def test_fees_leave_the_lines_share_unpaid_too() -> None:
    fee = sub(1, sub_order_type=1, origin_amount=2500)
    due = read(order_status=100, pay_time=0, sub_order_amount_infos=[sub(0), fee])
    assert due.freight_amount == 2500
    assert due.lines[0].buyer_paid_amount is None


def test_a_unit_price_is_shown_only_where_it_is_exact() -> None:
    assert read(count=2).lines[0].unit_price == 2500
    assert read(count=3).lines[0].unit_price is None


def test_the_time_of_a_refund_is_kept_only_once_it_is_given() -> None:
    asked = certificate(300, 0, refund_time=1795140001)
    given_ = certificate(301, 1, refund_time=1795140001)
    order = read(certificate=[asked, given_])
    assert order.vouchers[0].refunded_at is None
    assert order.vouchers[1].refunded_at == datetime(2026, 11, 20, 2, 0, 1, tzinfo=UTC)


def test_a_live_room_is_a_source_where_no_sales_channel_is_named() -> None:
    assert read(room_id="73").source == "live"
    assert read(room_id="73", order_sale_info={"sale_channel": "搜索"}).source == "search"
    assert read(order_sale_info={"sale_channel": "短视频"}).source == "video"
    assert read().source is None


def product(number: int, num: int, amount: int | None) -> JSON:
    return {
        "product_id": f"179{number}",
        "sku_id": f"180{number}",
        "num": num,
        "origin_amount": amount,
    }


@pytest.mark.parametrize(
    ("first", "second", "amounts"),
    [
        ((2, 3000), (1, 2000), [3000, 2000]),  # amounts of whole lines
        ((2, 1500), (1, 2000), [3000, 2000]),  # amounts of one piece
        ((2, 1), (1, 1), [None, None]),  # neither adds up
        ((2, None), (1, 2000), [None, None]),
    ],
)
def test_the_amount_of_a_product_is_used_where_it_adds_up(
    first: tuple[int, int], second: tuple[int, int], amounts: list[int | None]
) -> None:
    order = read(products=[product(1, *first), product(2, *second)])
    assert [line.goods_amount for line in order.lines] == amounts


def test_lines_of_the_same_sku_keep_apart() -> None:
    order = read(
        products=[product(1, 1, 1), product(1, 1, 1), product(1, 1, 1) | {"sku_id": ""}]
    )
    ids = [line.external_id for line in order.lines]
    assert len(set(ids)) == 3
    assert ids[0] == "1801"


# Types ---------------------------------------------------------------------------------


def stringified(value: Any) -> Any:
    """The same with every number as text."""
    if isinstance(value, dict):
        return {k: stringified(v) for k, v in value.items()}
    if isinstance(value, list):
        return [stringified(v) for v in value]
    return str(value) if type(value) is int else value


FULL = row(
    certificate=[certificate(401, 0), certificate(301, 1, refund_amount=2000)],
    sub_order_amount_infos=[sub(0), sub(1)],
    discounts=[{"discount_amount": 1000, "merchant_discount_amount": 1000}],
)


def test_numbers_as_text_read_the_same() -> None:
    (one,) = page(answer(FULL)).items
    (other,) = page(stringified(answer(FULL))).items
    assert isinstance(one, Fetched)
    assert isinstance(other, Fetched)
    assert plain(one.order) == plain(other.order)


def test_milliseconds_and_seconds_read_the_same() -> None:
    seconds = read()
    ms = read(
        create_order_time=1795140000000,
        pay_time="1795140001000",
        update_order_time=1795140002000,
    )
    assert plain(seconds) == plain(ms)
    assert seconds.paid_at == datetime(2026, 11, 20, 2, 0, 1, tzinfo=UTC)


def test_ids_beyond_2_to_the_53_stay_exact() -> None:
    assert read(order_id=9007199254740993).external_id == "9007199254740993"
    assert read(order_id="9007199254740993").external_id == "9007199254740993"


def test_empty_lists_null_and_absent_ones_are_the_same() -> None:
    names = ("certificate", "products", "discounts", "contacts", "sub_order_amount_infos")
    absent = plain(read())
    assert plain(read(**dict.fromkeys(names))) == absent
    assert plain(read(**{name: [] for name in names})) == absent


def test_unknown_fields_are_passed_over() -> None:
    assert plain(read(brand_new={"a": [1]})) == plain(read())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"order_id": None}, "order_id"),
        ({"order_id": ""}, "order_id"),
        ({"order_id": 1.5}, "order_id"),
        ({"order_status": None}, "order_status"),
        ({"update_order_time": 0}, "update_order_time"),
        ({"update_order_time": "soon"}, "update_order_time"),
        ({"pay_amount": 19.9}, "pay_amount"),
        ({"pay_amount": "19.90"}, "pay_amount"),
        ({"pay_amount": "1e3"}, "pay_amount"),
        ({"pay_amount": True}, "pay_amount"),
        ({"pay_amount": float("nan")}, "pay_amount"),
        ({"certificate": {}}, "certificate"),
        ({"certificate": [{}]}, "item_status"),
        ({"contacts": "none"}, "contacts"),
    ],
)
def test_a_misshapen_record_is_parked_alone(changes: JSON, said: str) -> None:
    bad = row(**changes)
    first, parked, last = page(answer(row(), bad, row(order_id="2"))).items
    assert isinstance(first, Fetched)
    assert isinstance(last, Fetched)
    assert isinstance(parked, Misread)
    assert said in parked.reason
    assert parked.raw is bad


@pytest.mark.parametrize("junk", [None, 7, "order", [], {}])
def test_junk_in_the_list_is_parked_alone(junk: Any) -> None:
    items = page(answer(row(), junk)).items
    assert isinstance(items[0], Fetched)
    assert isinstance(items[1], Misread)


def test_a_parked_record_says_nothing_of_its_buyer() -> None:
    phone, name = "17000004321", "沈明"
    bad = row(contacts=[{"name": name, "phone": phone}], pay_amount=phone + ".5")
    (parked,) = page(answer(bad)).items
    assert isinstance(parked, Misread)
    assert parked.external_id == "1001000000000000099"
    assert phone not in parked.reason + repr(parked)
    assert name not in parked.reason + repr(parked)


def test_ext_and_issues_hold_no_personal_data() -> None:
    order = read(
        open_id="_000secretbuyer",
        contacts=[{"name": "沈*", "phone": "170****4321", "phone_encrypt": "Enc.x"}],
        order_sale_info={"transfer_nickName": "小红", "transfer_uid": "99"},
        delivery_info={"remark": "call me"},
    )
    shown = repr(order.ext) + repr(order.issues) + repr(order)
    for secret in ("_000secretbuyer", "沈*", "170****4321", "Enc.x", "小红", "call me"):
        assert secret not in shown


@pytest.mark.parametrize(
    ("contact", "protection"),
    [
        ({"phone": "170****4321"}, Protection.MASKED),
        ({"phone": "17000004321"}, Protection.CLEAR),
        ({"phone": "", "phone_encrypt": "Enc.x"}, Protection.ENCRYPTED),
        ({"name": "沈*"}, Protection.MASKED),
    ],
)
def test_protection_is_what_the_phone_looks_like(
    contact: JSON, protection: Protection
) -> None:
    party = read(contacts=[contact]).party
    assert party is not None
    assert party.protection is protection


def test_the_receiver_of_a_delivery_comes_before_the_contact() -> None:
    party = read(
        contacts=[{"name": "赵*", "phone": "170****0001"}],
        receiver_info={"receiver_name": "钱*", "receiver_phone": "170****0002"},
    ).party
    assert party is not None
    assert (party.name, party.phone) == ("钱*", "170****0002")
