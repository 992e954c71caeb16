"""What Pinduoduo's answers do that its documents would rather not: types, gaps, empties."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.pinduoduo import orders_v1, orders_v2
from adapters.pinduoduo.dialect import Pop
from hub_core.models import (
    AfterSaleStatus,
    Discounts,
    FulfillmentStatus,
    Issue,
    Order,
    OrderStatus,
    OrderType,
    PaymentStatus,
    Protection,
)
from hub_core.wire import JSON, Fetched, Misread

from .pdd import CIPHER, LEAST, PHONE, listed, misread, read

SHAPES = [orders_v1, orders_v2]
ITEM: JSON = {"goods_id": 9, "sku_id": 77, "goods_count": 2, "goods_price": 10.05}


def axes(order: Order) -> tuple[str, str, str, str]:
    return (
        order.order_status,
        order.payment_status,
        order.fulfillment_status,
        order.after_sale_status,
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_number_state_and_change_time_are_enough(shape: Any) -> None:
    order = read(shape)
    assert order.external_id == LEAST["order_sn"]
    assert order.channel_updated_at == datetime(2026, 11, 20, 4, tzinfo=UTC)
    assert axes(order) == ("open", "paid", "unfulfilled", "none")
    assert (order.goods_amount, order.payable_amount, order.buyer_paid_amount) == (
        (None,) * 3
    )
    assert order.merchant_receivable_amount is None
    assert order.discounts == Discounts()
    assert order.party is not None
    assert order.party.protection is Protection.ABSENT
    assert (order.lines, order.deliveries, order.flags) == ((), (), ())
    assert (order.issues, order.ext) == ((), {})


@pytest.mark.parametrize("field", sorted(LEAST))
def test_a_row_without_one_of_the_three_is_parked_alone(field: str) -> None:
    row = {name: value for name, value in LEAST.items() if name != field}
    other = {**LEAST, "order_sn": "261120-300000000000002"}
    body = Pop().unwrap(orders_v2.LIST, listed(row, other))
    bad, good = orders_v2.LIST.read(body).items
    assert isinstance(bad, Misread)
    assert field in bad.reason
    assert isinstance(good, Fetched)


@pytest.mark.parametrize("never", ["", None, "0000-00-00 00:00:00", "1970-01-01 08:00:00"])
def test_a_change_time_of_never_is_parked_and_other_times_are_none(never: Any) -> None:
    assert misread(updated_at=never).reason == "updated_at is missing"
    order = read(shipping_time=never, receive_time=never, last_ship_time=never)
    assert (order.shipped_at, order.completed_at, order.promise_ship_at) == (None,) * 3


@pytest.mark.parametrize(
    "broken",
    [
        {"order_sn": 1.5},
        {"order_sn": None},
        {"order_status": 1.0},
        {"order_status": None},
        {"updated_at": "yesterday"},
        {"pay_amount": "1e2"},
        {"pay_amount": "NaN"},
        {"pay_amount": 12.345},
        {"pay_amount": [1]},
        {"item_list": "none"},
        {"item_list": [{"sku_id": "1"}]},
        {"item_list": [{"sku_id": "1", "goods_count": 0}]},
        {"item_list": [{"sku_id": "1", "goods_count": "1.5"}]},
        {"item_list": [None]},
        {"extra_delivery_list": {"tracking_number": "1"}},
        {"step_order_info": "soon"},
        {"order_tag_list": [["nested"]]},
        {"receiver_name": {"name": "x"}},
    ],
)
def test_a_misshapen_row_is_parked_and_its_values_stay_out_of_the_reason(
    broken: JSON,
) -> None:
    item = misread(**broken, remark="秘密备注", buyer_memo="秘密备注")
    assert "秘密备注" not in f"{item.reason} {item!r}"


@pytest.mark.parametrize("row", [None, 7, "261120-300000000000001", [], {}])
def test_a_row_that_is_no_object_is_parked_without_a_name(row: Any) -> None:
    (item,) = orders_v2.LIST.read(Pop().unwrap(orders_v2.LIST, listed(row))).items
    assert isinstance(item, Misread)
    assert item.external_id is None


@pytest.mark.parametrize("empty", [None, "", [], {}])
def test_an_object_that_is_not_there_comes_in_many_ways(empty: Any) -> None:
    order = read(step_order_info=empty, store_info=empty)
    assert order.payment_status is PaymentStatus.PAID
    assert order.place_external_id is None


@pytest.mark.parametrize("name", ["item_list", "gift_list", "extra_delivery_list"])
def test_a_list_may_be_null(name: str) -> None:
    order = read(**{name: None})
    assert (order.lines, order.deliveries) == ((), ())


# Money ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("price", "fen"),
    [("19.90", 1990), (19.9, 1990), (19, 1900), ("0", 0), (0.0, 0), ("", None)],
)
def test_yuan_come_as_text_or_number(price: Any, fen: int | None) -> None:
    order = read(pay_amount=price, item_list=[{**ITEM, "goods_price": price}])
    assert order.payable_amount == fen
    assert order.lines[0].unit_price == fen
    assert order.lines[0].goods_amount == (None if fen is None else 2 * fen)


SUMS: JSON = {
    "goods_amount": 20.1,
    "discount_amount": 3.0,
    "platform_discount": 2.0,
    "seller_discount": 1.0,
    "capital_free_discount": 0.0,
    "postage": 6.0,
    "pay_amount": 23.1,
    "item_list": [ITEM],
}


def test_sums_that_hold_raise_no_issue() -> None:
    order = read(**SUMS)
    assert order.issues == ()
    assert order.discounts == Discounts(
        total_amount=300, merchant_amount=100, platform_amount=200
    )
    assert (order.goods_amount, order.freight_amount) == (2010, 600)
    assert (order.payable_amount, order.buyer_paid_amount) == (2310, 2310)
    assert order.merchant_receivable_amount == 2510


@pytest.mark.parametrize(
    ("change", "issue"),
    [
        ({"discount_amount": 4.0, "pay_amount": 22.1}, ("discounts", "do_not_add_up")),
        ({"pay_amount": 23.11}, ("payable_amount", "does_not_add_up")),
        (
            {"order_change_amount": 1.0},
            ("goods_amount", "lines_do_not_add_up"),
        ),
        (
            {"item_list": [ITEM, {**ITEM, "sku_id": 78}]},
            ("goods_amount", "lines_do_not_add_up"),
        ),
    ],
)
def test_sums_that_do_not_hold_are_said_so(change: JSON, issue: tuple[str, str]) -> None:
    assert Issue(*issue) in read(**{**SUMS, **change}).issues


def test_services_are_paid_by_the_buyer_too() -> None:
    fees = [{"service_fee": 4.0, "service_name": "install_fee"}, {"service_fee": "1.50"}]
    order = read(**{**SUMS, "service_fee_detail": fees, "pay_amount": 28.6})
    assert order.issues == ()
    assert order.ext["pdd:service_fee_amount"] == 550


def test_a_leader_s_free_order_is_in_the_total_and_nobody_s_discount() -> None:
    free = {"capital_free_discount": 5.0, "discount_amount": 8.0, "pay_amount": 18.1}
    order = read(**{**SUMS, **free})
    assert order.issues == ()
    assert order.discounts.total_amount == 800
    assert (order.discounts.merchant_amount, order.discounts.platform_amount) == (100, 200)
    assert order.ext["pdd:capital_free_amount"] == 500


def test_a_changed_price_is_in_the_only_line_s_amount() -> None:
    told = read(**{**SUMS, "order_change_amount": 2.1, "goods_amount": 18.0})
    untold = read(goods_amount=18.0, item_list=[ITEM])
    for order in (told, untold):
        assert order.lines[0].goods_amount == 1800
        assert order.lines[0].unit_price == 1005
    assert Issue("goods_amount", "lines_do_not_add_up") not in told.issues
    assert untold.issues == ()


def test_nothing_is_receivable_where_the_platform_s_share_is_not_told() -> None:
    order = read(pay_amount="23.10")
    assert order.merchant_receivable_amount is None
    assert order.buyer_paid_amount == 2310


# Lines and parcels ---------------------------------------------------------------------


def test_the_line_id_is_made_of_the_order_s_number() -> None:
    order = read(item_list=[ITEM])
    assert order.lines[0].external_id == "261120-300000000000001#1"
    assert order.lines[0].sku_external_id == "77"
    assert order.lines[0].product_external_id == "9"
    assert order.issues == ()


def test_made_up_ids_of_several_lines_are_said_so() -> None:
    order = read(item_list=[ITEM, {**ITEM, "sku_id": "78"}])
    assert [line.external_id[-2:] for line in order.lines] == ["#1", "#2"]
    assert Issue("lines", "ids_made_up") in order.issues


def test_a_gift_is_a_line_that_costs_nothing() -> None:
    gift = {"goods_count": 1, "goods_price": 3.5, "sku_id": 5, "goods_name": "袋"}
    order = read(**SUMS, gift_list=[gift])
    bought, given = order.lines
    assert (bought.is_gift, given.is_gift) == (False, True)
    assert (given.external_id[-6:], given.goods_amount) == ("#gift1", 0)
    assert order.issues == ()


def test_a_gift_that_is_an_order_of_its_own_is_left_to_it() -> None:
    gift = {"goods_count": 1, "order_sn": "261120-300000000000009"}
    order = read(gift_list=[gift, {"goods_count": 1, "order_sn": LEAST["order_sn"]}])
    assert [line.external_id[-6:] for line in order.lines] == ["#gift1"]
    assert order.issues == (Issue("lines", "gift_in_its_own_order"),)


def test_every_parcel_is_told_once() -> None:
    order = read(
        order_status=2,
        item_list=[ITEM],
        gift_list=[{"goods_count": 1}],
        logistics_id=85,
        tracking_number="YT1",
        shipping_time="2026-11-20 11:00:00",
        extra_delivery_list=[
            {"logistics_id": "85", "tracking_number": "YT1"},
            {"logistics_id": "44", "tracking_number": "SF2"},
        ],
        gift_delivery_list=[{"logistics_id": 85, "tracking_number": "YT3"}],
        resend_delivery_list=[{"logistics_id": 1, "tracking_number": "ZT4"}],
    )
    first, split, gift, again = order.deliveries
    assert [d.external_id for d in order.deliveries] == [
        *("85:YT1", "44:SF2", "85:YT3", "1:ZT4")
    ]
    assert (first.shipped_at, split.shipped_at) == (order.shipped_at, None)
    assert first.shipped_at == datetime(2026, 11, 20, 3, tzinfo=UTC)
    assert first.line_external_ids == split.line_external_ids
    assert [i[-6:] for i in gift.line_external_ids] == ["#gift1"]
    assert again.line_external_ids == ()


@pytest.mark.parametrize("none", [0, "0", "", None])
def test_no_courier_has_many_spellings(none: Any) -> None:
    assert read(logistics_id=none, tracking_number="").deliveries == ()


# Where it stands -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"order_status": 2}, ("open", "paid", "shipped", "none")),
        ({"order_status": "3"}, ("open", "paid", "delivered", "none")),
        (
            {"order_status": 3, "receive_time": "2026-11-20 11:00:00"},
            ("completed", "paid", "delivered", "none"),
        ),
        ({"confirm_status": 0}, ("pending_payment", "unpaid", "unfulfilled", "none")),
        (
            {"confirm_status": 0, "pay_time": "2026-11-20 11:00:00", "group_status": 0},
            ("open", "paid", "unfulfilled", "none"),
        ),
        ({"confirm_status": 2}, ("cancelled", "unpaid", "not_required", "none")),
        (
            {"confirm_status": 2, "pay_time": "2026-11-20 11:00:00", "refund_status": 4},
            ("cancelled", "refunded", "not_required", "closed"),
        ),
        (
            {"confirm_status": 0, "pay_time": "2026-11-20 11:00:00", "group_status": 2},
            ("cancelled", "paid", "not_required", "none"),
        ),
        (
            {"after_sales_status": 10, "refund_status": 4},
            ("cancelled", "refunded", "not_required", "closed"),
        ),
        (
            {"order_status": 2, "after_sales_status": 10, "refund_status": 4},
            ("open", "partially_refunded", "shipped", "closed"),
        ),
        (
            {"after_sales_status": 2, "refund_status": 2},
            ("open", "refunding", "unfulfilled", "open"),
        ),
        (
            {"order_status": 3, "after_sales_status": 14, "refund_status": 2},
            ("open", "paid", "delivered", "open"),
        ),
        ({"refund_status": 2}, ("open", "paid", "unfulfilled", "open")),
        ({"refund_status": 3}, ("open", "refunding", "unfulfilled", "open")),
        (
            {"order_status": 3, "after_sales_status": 11, "refund_status": 4},
            ("open", "partially_refunded", "delivered", "closed"),
        ),
    ],
)
def test_the_axes_are_told_by_several_words(more: JSON, expected: tuple[str, ...]) -> None:
    assert axes(read(**more)) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (0, ("pending_payment", "unpaid")),
        (1, ("pending_payment", "partially_paid")),
        (2, ("open", "paid")),
        (7, ("open", "unknown")),
    ],
)
def test_a_presale_is_paid_in_two_steps(word: int, expected: tuple[str, str]) -> None:
    step = {"step_trade_status": word, "advanced_paid_fee": 1, "step_paid_fee": "1.10"}
    order = read(trade_type=1, step_order_info=step, pay_amount=50.0)
    assert order.type is OrderType.PRESALE
    assert axes(order)[:2] == expected
    paid = {"partially_paid": 110, "paid": 5000}.get(order.payment_status)
    assert order.buyer_paid_amount == paid


@pytest.mark.parametrize(
    ("more", "flags"),
    [
        ({"risk_control_status": 1}, ("risk_review",)),
        ({"risk_control_status": 0}, ()),
        ({"risk_control_status": 9}, ("risk_review",)),
        ({"order_tag_list": [{"name": "ship_hold", "value": 1}]}, ("paused",)),
        ({"order_tag_list": [{"name": "ship_hold", "value": 0}]}, ()),
        ({"after_sales_status": 2}, ("refund_requested",)),
        ({"refund_status": 2}, ("refund_requested",)),
        ({"refund_status": 2, "after_sales_status": 32}, ()),
        ({"group_status": 0}, ("group_pending",)),
        ({"group_status": 2}, ("group_failed",)),
        ({"stock_out_handle_status": -1}, ()),
        ({"stock_out_handle_status": 0}, ("stock_out",)),
        ({"is_lucky_flag": 1}, ()),
        ({"is_lucky_flag": "2"}, ("lottery",)),
    ],
)
def test_flags_stop_the_clerk(more: JSON, flags: tuple[str, ...]) -> None:
    assert read(**more).flags == flags


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"order_status": 4}, "status"),
        ({"confirm_status": 7}, "status"),
        ({"group_status": 7}, "status"),
        ({"refund_status": 7}, "after_sale_status"),
        ({"after_sales_status": 19}, "after_sale_status"),
        ({"trade_type": 5}, "type"),
        ({"risk_control_status": 5}, "flags"),
    ],
)
def test_a_word_newer_than_the_hub_is_said_and_not_guessed(more: JSON, field: str) -> None:
    order = read(**more)
    assert Issue(field, "unknown_word") in order.issues


def test_an_unknown_state_keeps_its_word() -> None:
    order = read(order_status=4)
    assert axes(order)[:3] == ("unknown", "unknown", "unknown")
    assert order.status_raw == "4"
    assert read(order_status=4, confirm_status=1).payment_status is PaymentStatus.PAID


def test_a_cancelled_order_that_was_paid_and_not_refunded_is_said_so() -> None:
    order = read(confirm_status=2, pay_time="2026-11-20 11:00:00")
    assert order.order_status is OrderStatus.CANCELLED
    assert order.issues == (Issue("payment_status", "refund_not_told"),)


def test_how_much_was_refunded_an_order_does_not_tell() -> None:
    order = read(order_status=2, refund_status=4, pay_amount="10.00")
    assert order.refunded_amount is None
    assert order.issues == (Issue("refunded_amount", "not_told"),)
    assert order.fulfillment_status is FulfillmentStatus.SHIPPED
    assert order.after_sale_status is AfterSaleStatus.CLOSED


# The receiver --------------------------------------------------------------------------

MASKS = {
    "receiver_name_mask": "林**",
    "receiver_phone_mask": "1*********5",
    "receiver_address_mask": "***路*号",
    "address_mask": "广东省潮州市***路*号",
}
SEALED = {
    "receiver_name": CIPHER,
    "receiver_phone": PHONE,
    "receiver_address": CIPHER,
    "address": CIPHER,
}
EMPTY = dict.fromkeys(SEALED, "")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (SEALED | MASKS, Protection.ENCRYPTED),
        (SEALED, Protection.ENCRYPTED),
        (EMPTY | MASKS, Protection.MASKED),
        (MASKS, Protection.MASKED),
        ({"receiver_name_mask": "王"}, Protection.MASKED),
        (EMPTY, Protection.ABSENT),
        ({}, Protection.ABSENT),
        ({"receiver_name": "张三", "receiver_phone": "1387677****"}, Protection.CLEAR),
        ({"receiver_phone": "1387677****"}, Protection.MASKED),
    ],
)
def test_ciphertext_empty_and_absent_mean_three_things(
    fields: JSON, expected: Protection
) -> None:
    party = read(**fields).party
    assert party is not None
    assert party.protection is expected


def test_masks_are_shown_and_ciphertexts_kept_beside_them() -> None:
    party = read(**SEALED, **MASKS).party
    assert party is not None
    assert (party.name, party.phone) == ("林**", "1*********5")
    assert party.address == "***路*号"
    assert party.ciphers == {
        "name": CIPHER,
        "phone": PHONE,
        "address": CIPHER,
        "full_address": CIPHER,
    }


def test_the_first_shape_keeps_ciphertext_apart_as_well() -> None:
    party = read(orders_v1, receiver_name=CIPHER, receiver_phone=PHONE).party
    assert party is not None
    assert party.protection is Protection.ENCRYPTED
    assert (party.name, party.phone) == (None, None)
    assert party.ciphers == {"name": CIPHER, "phone": PHONE}


@pytest.mark.parametrize(
    "clear",
    ["$17000000001$#1234#", "$95013000000$#12345678#", "~波浪~", "#12幢#3室", "$", "~~~~"],
)
def test_what_only_looks_like_ciphertext_is_shown(clear: str) -> None:
    party = read(receiver_phone=clear).party
    assert party is not None
    assert (party.phone, party.ciphers) == (clear, {})


@pytest.mark.parametrize(
    ("fields", "address"),
    [
        (
            {"receiver_address": "沙箱路1号", "address": "浙江省杭州市沙箱路1号"},
            "沙箱路1号",
        ),
        ({"address": "浙江省杭州市沙箱路1号"}, "浙江省杭州市沙箱路1号"),
    ],
)
@pytest.mark.parametrize("shape", SHAPES)
def test_the_detail_of_an_address_outweighs_the_joined_one(
    shape: Any, fields: JSON, address: str
) -> None:
    party = read(shape, **fields, province="浙江省", city="杭州市", town="西湖区").party
    assert party is not None
    assert party.address == address
    assert (party.province, party.city, party.district) == ("浙江省", "杭州市", "西湖区")


def test_no_personal_data_is_printed_or_among_the_extras() -> None:
    secrets = [
        "赵无极",
        "17000009999",
        "沙箱路1号",
        "备注一",
        "备注二",
        "卡密一",
        "merge-1",
    ]
    order = read(
        receiver_name=secrets[0],
        receiver_phone=secrets[1],
        receiver_address=secrets[2],
        buyer_memo=secrets[3],
        remark=secrets[4],
        card_info_list=[{"card_no": "1", "mask_password": secrets[5]}],
        open_address_id=secrets[6],
    )
    printed = f"{order!r} {order.ext}"
    assert [secret for secret in secrets if secret in printed] == []
    assert order.party is not None
    assert order.party.name == secrets[0]
    assert order.party.receiver_token == secrets[6]


def test_a_case_is_about_the_only_line_and_of_several_nobody_says_which() -> None:
    case = {"after_sales_status": 2, "refund_status": 2, "gift_list": [{"goods_count": 1}]}
    alone, gift = read(**case, item_list=[ITEM]).lines
    first, second, _ = read(**case, item_list=[ITEM, ITEM]).lines
    assert (alone.after_sale_status, gift.after_sale_status) == ("open", "none")
    assert {first.after_sale_status, second.after_sale_status} == {"unknown"}
    (calm, other) = read(item_list=[ITEM, ITEM]).lines
    assert {calm.after_sale_status, other.after_sale_status} == {"none"}
