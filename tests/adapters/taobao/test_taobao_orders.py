"""What a trade's words, amounts and gaps mean, one fact at a time."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.taobao import orders_v1, orders_v2
from adapters.taobao.words import REFUND, STATUS, STEP, TYPE
from hub_core.models import (
    AfterSaleStatus,
    DeliveryKind,
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

LEAST: JSON = {
    "tid": 1,
    "status": "WAIT_SELLER_SEND_GOODS",
    "modified": "2026-11-20 00:00:00",
}
LINE: JSON = {"oid": 2, "num": 1, "price": "10.00"}
SHAPES = [orders_v1, orders_v2]


def order(shape: Any = orders_v2, **given: Any) -> Order:
    found = shape.GET.read({"trade": LEAST | given})
    assert isinstance(found, Fetched), found
    return found.order


def misread(shape: Any = orders_v2, **given: Any) -> Misread:
    found = shape.GET.read({"trade": LEAST | given})
    assert isinstance(found, Misread)
    return found


def lines(*rows: JSON) -> JSON:
    return {
        "orders": {"order": [LINE | {"oid": 2 + i} | row for i, row in enumerate(rows)]}
    }


# What is needed, and what is not -------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
def test_id_status_and_time_are_enough(shape: Any) -> None:
    found = order(shape)

    assert (found.external_id, found.lines, found.party) == ("1", (), None)
    assert found.payable_amount is None
    assert found.buyer_paid_amount is None
    assert found.discounts == Discounts()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("field", ["tid", "status", "modified"])
def test_without_one_of_them_a_trade_is_parked(shape: Any, field: str) -> None:
    row = {k: v for k, v in LEAST.items() if k != field}

    assert isinstance(shape.GET.read({"trade": row}), Misread)


def test_a_trade_without_a_time_of_change_has_no_version() -> None:
    assert "modified" in misread(modified=None).reason


@pytest.mark.parametrize("amount", ["1e2", "NaN", "12.345", "١٢.x", [], {}, True])
def test_an_amount_that_is_not_exact_parks_the_trade(amount: Any) -> None:
    found = misread(payment=amount)

    assert (found.external_id, found.reason.split(":")[0]) == ("1", "payment")


@pytest.mark.parametrize(
    ("amount", "fen"),
    [
        ("200.07", 20007),
        ("0.00", 0),
        ("5", 500),
        (5, 500),
        (0.1, 10),
        ("", None),
        (None, None),
    ],
)
def test_amounts_are_yuan_kept_in_fen(amount: Any, fen: int | None) -> None:
    assert order(payment=amount).payable_amount == fen


def test_a_line_without_id_or_number_parks_the_trade() -> None:
    assert "oid" in misread(orders=[{"num": 1}]).reason
    assert "num" in misread(orders=[{"oid": 1}, {"oid": 2, "num": 1}]).reason


def test_on_one_line_the_trades_number_is_the_lines() -> None:
    assert order(num=3, orders=[{"oid": 2}]).lines[0].quantity == 3


def test_a_number_of_several_lines_means_nothing() -> None:
    found = order(num=0, **lines({"num": 4}, {"num": 5}))

    assert [line.quantity for line in found.lines] == [4, 5]


@pytest.mark.parametrize("shape", SHAPES)
def test_lists_come_in_either_wrapping(shape: Any) -> None:
    wrapped = order(shape, **lines({}, {}), promotion_details={}, service_orders=None)
    plain = order(shape, orders=lines({}, {})["orders"]["order"], promotion_details=[])

    assert wrapped == plain


@pytest.mark.parametrize(
    "wrong", ["", 7, {"line": []}, {"order": "x"}, {"order": {"oid": 1}}]
)
def test_lines_of_the_wrong_type_park_the_trade(wrong: Any) -> None:
    found = misread(orders=wrong)

    assert found.external_id == "1"
    assert found.reason.startswith("orders: ")


def test_the_text_form_of_an_id_goes_first() -> None:
    found = order(tid=9, tid_str="3725362658812595205")

    assert found.external_id == "3725362658812595205"
    assert order(orders=[LINE | {"oid_str": "7"}]).lines[0].external_id == "7"


@pytest.mark.parametrize("shape", SHAPES)
def test_an_id_that_became_a_float_is_not_trusted(shape: Any) -> None:
    assert "tid" in misread(shape, tid=3.7253626588125952e18).reason


# Words ---------------------------------------------------------------------------------


@pytest.mark.parametrize("word", STATUS)
def test_every_documented_status_is_known(word: str) -> None:
    found = order(status=word)

    assert found.status_raw == word
    assert found.order_status is not OrderStatus.UNKNOWN
    assert found.issues == ()


def test_a_newer_status_is_unknown_on_every_axis_and_says_so() -> None:
    found = order(status="WAIT_FOR_MARS")

    assert found.status_raw == "WAIT_FOR_MARS"
    assert found.order_status is OrderStatus.UNKNOWN
    assert found.payment_status is PaymentStatus.UNKNOWN
    assert found.fulfillment_status is FulfillmentStatus.UNKNOWN
    assert found.issues == (Issue("status", "unknown_word"),)


def test_newer_words_elsewhere_are_named_too() -> None:
    found = order(
        type="teleport",
        status="WAIT_BUYER_PAY",
        step_trade_status="FRONT_LOST",
        **lines({"refund_status": "PONDERING", "status": "BEAMED"}),
    )

    assert {i.field for i in found.issues} == {
        "type",
        "step_trade_status",
        "lines.refund_status",
        "lines.status",
    }
    assert found.type is OrderType.UNKNOWN
    assert found.payment_status is PaymentStatus.UNKNOWN
    assert found.after_sale_status is AfterSaleStatus.UNKNOWN


def test_the_gloss_of_official_examples_is_read_past() -> None:
    found = order(type="fixed(一口价)", **lines({"refund_status": "SUCCESS(退款成功)"}))

    assert found.type is OrderType.NORMAL
    assert found.after_sale_status is AfterSaleStatus.CLOSED
    assert found.payment_status is PaymentStatus.PARTIALLY_REFUNDED


@pytest.mark.parametrize("word", STEP)
def test_a_deposit_shows_in_the_money(word: str) -> None:
    found = order(type="step", status="WAIT_BUYER_PAY", step_trade_status=word)

    assert found.type is OrderType.PRESALE
    assert found.payment_status is STEP[word]


def test_a_forfeited_deposit_stays_with_the_shop() -> None:
    found = order(
        status="TRADE_CLOSED_BY_TAOBAO",
        step_trade_status="FRONT_PAID_FRONT_FORFEITED",
        step_paid_fee="50.00",
    )

    assert found.order_status is OrderStatus.CANCELLED
    assert found.payment_status is PaymentStatus.PARTIALLY_PAID
    assert found.buyer_paid_amount == 50_00


@pytest.mark.parametrize("word", REFUND)
def test_every_documented_refund_word_is_known(word: str) -> None:
    found = order(**lines({"refund_status": word}))

    assert found.lines[0].after_sale_status is REFUND[word]
    assert ("refund_requested" in found.flags) == (REFUND[word] is AfterSaleStatus.OPEN)


def test_a_trade_closed_over_its_refund_is_refunded() -> None:
    found = order(
        status="TRADE_CLOSED", payment="9.00", **lines({"refund_status": "SUCCESS"})
    )

    assert found.payment_status is PaymentStatus.REFUNDED
    assert found.buyer_paid_amount is None
    assert found.refunded_amount is None


def test_a_trade_closed_after_shipping_was_shipped() -> None:
    found = order(status="TRADE_CLOSED", consign_time="2026-11-19 10:00:00")

    assert found.fulfillment_status is FulfillmentStatus.SHIPPED


def test_a_closed_line_of_an_open_trade_stops_the_clerk() -> None:
    found = order(
        **lines({"status": "TRADE_CLOSED_BY_TAOBAO"}, {"status": "WAIT_SELLER_SEND_GOODS"})
    )

    assert found.order_status is OrderStatus.OPEN
    assert "do_not_ship_closed_lines" in found.flags
    assert found.lines[0].fulfillment_status is FulfillmentStatus.NOT_REQUIRED
    assert found.lines[1].fulfillment_status is FulfillmentStatus.UNFULFILLED


@pytest.mark.parametrize("said", [{"shop_pick": "1"}, {"rt_omni_send_type": "pickUp"}])
def test_what_is_fetched_at_a_shop_is_no_parcel(said: JSON) -> None:
    sent = {"invoice_no": "SF1", "consign_time": "2026-11-20 08:00:00"}
    (delivery,) = order(shipping_type="express", **said, **lines(sent)).deliveries
    assert delivery.kind is DeliveryKind.PICKUP


@pytest.mark.parametrize(
    ("status", "money"),
    [
        ("WAIT_SELLER_SEND_GOODS", PaymentStatus.UNPAID),
        ("SELLER_CONSIGNED_PART", PaymentStatus.UNPAID),
        ("WAIT_BUYER_CONFIRM_GOODS", PaymentStatus.UNPAID),
        ("TRADE_BUYER_SIGNED", PaymentStatus.PAID),
        ("TRADE_FINISHED", PaymentStatus.PAID),
    ],
)
def test_cash_on_delivery_is_paid_at_the_door(status: str, money: PaymentStatus) -> None:
    assert order(type="cod", status=status).payment_status is money


@pytest.mark.parametrize("word", TYPE)
def test_every_kind_of_trade_is_known(word: str) -> None:
    assert order(type=word).type is not OrderType.UNKNOWN


@pytest.mark.parametrize("marked", [{"gifting": "1"}, {"is_gift": True}])
def test_a_present_for_somebody_else_is_a_gift(marked: JSON) -> None:
    assert order(type="fixed", **marked).type is OrderType.GIFT


@pytest.mark.parametrize(
    "hold",
    ["top_hold", "ofp_hold", "team_buy_hold", "share_group_hold", "forbid_consign"],
)
def test_each_of_the_platforms_holds_locks_the_order(hold: str) -> None:
    assert order(**{hold: 1}).flags == ("locked",)
    assert order(**{hold: 0}).flags == ()
    assert order(**{hold: "1"}).flags == ("locked",)


# Money ---------------------------------------------------------------------------------


def test_a_single_line_sheds_the_freight_its_payment_includes() -> None:
    found = order(payment="110.00", post_fee="10.00", **lines({"payment": "110.00"}))

    assert found.buyer_paid_amount == 110_00
    assert found.lines[0].buyer_paid_amount == 100_00


def test_one_of_several_lines_never_held_freight() -> None:
    found = order(
        payment="30.00",
        post_fee="10.00",
        discount_fee="0.00",
        **lines({"payment": "12.00"}, {"payment": "8.00"}),
    )

    assert [line.buyer_paid_amount for line in found.lines] == [12_00, 8_00]


def test_a_lines_revenue_is_what_is_left_after_sharing() -> None:
    found = order(
        discount_fee="5.00",
        **lines(
            {"payment": "12.00", "divide_order_fee": "9.00", "part_mjz_discount": "3.00"},
            {"payment": "8.00", "part_mjz_discount": "2.00"},
            {"payment": "7.00"},
        ),
    )

    assert [line.buyer_paid_amount for line in found.lines] == [9_00, 6_00, None]


@pytest.mark.parametrize("free", [(), ({"oid": 8, "payment": "0.00", "price": "5.00"},)])
def test_a_paid_service_keeps_the_single_line_rule_away(free: tuple[JSON, ...]) -> None:
    found = order(
        payment="120.00",
        post_fee="0.00",
        service_orders=[{"oid": 9, "payment": "20.00", "price": "20.00"}, *free],
        **lines({"payment": "120.00", "divide_order_fee": "100.00"}),
    )

    paid = {line.external_id: line.buyer_paid_amount for line in found.lines}
    assert (paid["2"], paid["9"]) == (100_00, 20_00)


def test_what_reached_the_seller_counts_only_at_the_end() -> None:
    assert order(received_payment="5.00").merchant_receivable_amount is None
    done = order(status="TRADE_FINISHED", received_payment="5.00")
    assert done.merchant_receivable_amount == 5_00


def test_nobody_says_who_pays_for_a_discount() -> None:
    found = order(discount_fee="5.00", **lines({"discount_fee": "2.00"}))

    assert found.discounts == Discounts(total_amount=7_00)


def test_amounts_of_unstated_unit_are_kept_as_sent() -> None:
    found = order(coupon_fee=500, platform_subsidy_fee="3.00")

    assert found.ext["taobao:coupon_fee_raw"] == "500"
    assert found.ext["taobao:platform_subsidy_raw"] == "3.00"
    assert found.discounts.platform_amount is None


# People --------------------------------------------------------------------------------

CLEAR = {"receiver_name": "何玉", "receiver_mobile": "17000000975"}
MASKED = {"receiver_name": "何*", "receiver_mobile": "*******0975"}


def test_the_first_shape_is_in_clear_unless_stars_show() -> None:
    for given_, expected in ((CLEAR, Protection.CLEAR), (MASKED, Protection.MASKED)):
        party = order(orders_v1, **given_).party
        assert party is not None
        assert party.protection is expected


@pytest.mark.parametrize("field", ["name", "mobile", "address"])
def test_one_masked_text_is_enough_to_call_a_receiver_masked(field: str) -> None:
    party = order(orders_v2, **{f"receiver_{field}": "何*"}).party

    assert party is not None
    assert party.protection is Protection.MASKED


def test_the_second_shape_is_masked_whatever_its_glyphs() -> None:
    party = order(orders_v2, receiver_name="何■", oaid="o").party

    assert party is not None
    assert party.protection is Protection.MASKED
    assert party.receiver_token == "o"


def test_the_first_shape_knows_neither_oaid_nor_open_id() -> None:
    party = order(orders_v1, oaid="o", buyer_open_uid="u", buyer_nick="n").party

    assert party is not None
    assert (party.receiver_token, party.buyer_token, party.buyer_nick) == (None, None, "n")


def test_nothing_of_a_person_leaves_the_party() -> None:
    found = order(
        **CLEAR,
        receiver_address="沙箱路1号",
        buyer_message="note-b",
        seller_memo="note-s",
        buyer_nick="nick",
        buyer_open_uid="uid",
        oaid="oaid",
        mark_desc="何玉 17000000975",
    )
    said = repr(found) + json.dumps(dict(found.ext), ensure_ascii=False)

    for secret in ("何玉", "17000000975", "沙箱路", "note-b", "note-s", "nick", "oaid"):
        assert secret not in said.replace("buyer_nick", "")


def test_a_parked_trade_does_not_quote_what_is_in_it() -> None:
    found = misread(receiver_name="何玉", payment="17000000975 yuan")

    assert "17000000975" not in found.reason
    assert "何玉" not in repr(found)


# Whatever comes ------------------------------------------------------------------------

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(max_size=5), x, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize("shape", SHAPES)
@given(field=st.data(), value=anything)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_any_field_of_any_type_is_read_or_parked(
    shape: Any, field: Any, value: Any
) -> None:
    name = field.draw(st.sampled_from(sorted(shape.WireTrade.model_fields)))
    found = shape.GET.read({"trade": LEAST | {name: value}})

    assert isinstance(found, Fetched | Misread)


@given(field=st.data(), value=anything)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_any_field_of_a_line_is_read_or_parked(field: Any, value: Any) -> None:
    name = field.draw(st.sampled_from(sorted(orders_v2.WireLine.model_fields)))
    found = orders_v2.GET.read({"trade": LEAST | {"orders": [LINE | {name: value}]}})

    assert isinstance(found, Fetched | Misread)
