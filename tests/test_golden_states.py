"""Each documented state word, in each version file that reads it, and what it must mean.

The words and their meaning are written down from the platforms' documents. A version file
that is added is held to the same table; a golden shows whole orders, this the words. Those
of cases, products and uses of vouchers stand in `test_golden_record_states`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from adapters.douyin_laike import words as laike_words
from adapters.jd import lines as jd_lines
from adapters.jd import words as jd_words
from adapters.pinduoduo import words as pdd_words
from adapters.taobao import words as taobao_words
from hub_core.models import Issue, Order, VoucherStatus
from hub_core.wire import JSON, shapes
from tests.adapters.by_hand.case import jd, laike, taobao
from tests.adapters.goldens import CHANNELS
from tests.golden_words import files, read_record, rows


class Meaning(NamedTuple):
    """The four axes, as the hub spells them, and what stops a clerk."""

    order: str
    payment: str
    fulfillment: str
    after_sale: str = "none"
    flags: tuple[str, ...] = ()


# 抖音来客 ------------------------------------------------------------------------------

LAIKE_ORDER = {
    "0": Meaning("pending_payment", "unpaid", "unfulfilled"),
    "100": Meaning("pending_payment", "unpaid", "unfulfilled"),
    "101": Meaning("cancelled", "unpaid", "not_required"),
    "200": Meaning("open", "paid", "unfulfilled"),
    "201": Meaning("open", "paid", "redeemable"),
    "1": Meaning("completed", "paid", "redeemed"),
}
"""order_status. 1 is finished and not the smallest step; 200 has no code yet, 201 has."""

LAIKE_ITEM = {
    "0": ("created", Meaning("open", "paid", "unfulfilled")),
    "10": ("created", Meaning("open", "paid", "unfulfilled")),
    "20": ("created", Meaning("open", "paid", "unfulfilled")),
    "100": ("valid", Meaning("open", "paid", "redeemable")),
    "101": ("created", Meaning("open", "paid", "not_required")),
    "200": ("valid", Meaning("open", "paid", "redeemable")),
    "201": ("valid", Meaning("open", "paid", "redeemable")),
    "300": (
        "refunding",
        Meaning("open", "refunding", "redeemable", "open", ("refund_requested",)),
    ),
    "301": ("refunded", Meaning("open", "refunded", "not_required", "closed")),
    "400": ("valid", Meaning("open", "paid", "partially_redeemed")),
    "401": ("redeemed", Meaning("open", "paid", "redeemed")),
    "1": ("redeemed", Meaning("open", "paid", "redeemed")),
}
"""item_status of the only voucher of an order in 201. 100, 101, 200 and 201 are not what
the same numbers are for an order."""

LAIKE_TYPE = {
    "21": "groupbuy",
    "31": "presale",
    "41": "takeaway",
    "51": "local_life",
    "60": "local_life",
    "70": "local_life",
    "100": "booking",
    "110": "local_life",
}
LAIKE_TYPE_SEEN = ("90", "61", "62", "63")
"""Seen by others, described by nobody: unknown, said so, and kept."""

# Taobao --------------------------------------------------------------------------------

TAOBAO_TRADE = {
    "TRADE_NO_CREATE_PAY": Meaning("pending_payment", "unpaid", "unfulfilled"),
    "WAIT_BUYER_PAY": Meaning("pending_payment", "unpaid", "unfulfilled"),
    "PAY_PENDING": Meaning("pending_payment", "unpaid", "unfulfilled"),
    "WAIT_PRE_AUTH_CONFIRM": Meaning("pending_payment", "unpaid", "unfulfilled"),
    "WAIT_SELLER_SEND_GOODS": Meaning("open", "paid", "unfulfilled"),
    "PAID_FORBID_CONSIGN": Meaning(
        "open", "paid", "unfulfilled", flags=("locked", "paid_forbid_consign")
    ),
    "SELLER_CONSIGNED_PART": Meaning("open", "paid", "partial"),
    "WAIT_BUYER_CONFIRM_GOODS": Meaning("open", "paid", "shipped"),
    "TRADE_BUYER_SIGNED": Meaning("open", "paid", "delivered"),
    "TRADE_FINISHED": Meaning("completed", "paid", "delivered"),
    "TRADE_CLOSED": Meaning("cancelled", "refunded", "not_required"),
    "TRADE_CLOSED_BY_TAOBAO": Meaning("cancelled", "unpaid", "not_required"),
}
TAOBAO_REFUND = {
    "NO_REFUND": ("none", "paid"),
    "WAIT_SELLER_AGREE": ("open", "refunding"),
    "WAIT_BUYER_RETURN_GOODS": ("open", "refunding"),
    "WAIT_SELLER_CONFIRM_GOODS": ("open", "refunding"),
    "SELLER_REFUSE_BUYER": ("open", "refunding"),
    "WAIT_BUYER_CONFIRM_EXCHANGE_SELLER_SEND_GOODS": ("open", "refunding"),
    "WAIT_SELLER_CONSIGN_GOODS": ("open", "refunding"),
    "EXCHANGE_TRANSFORM_TO_REFUND": ("open", "refunding"),
    "CLOSED": ("closed", "paid"),
    "SUCCESS": ("closed", "partially_refunded"),
}
"""refund_status of a line of a paid trade: the case, and the trade's money. SUCCESS may be
of a part; only TRADE_CLOSED says that everything was given back."""
TAOBAO_STEP = {
    "FRONT_NOPAID_FINAL_NOPAID": ("WAIT_BUYER_PAY", "unpaid"),
    "FRONT_PAID_FINAL_NOPAID": ("WAIT_BUYER_PAY", "partially_paid"),
    "FRONT_PAID_FINAL_PAID": ("WAIT_SELLER_SEND_GOODS", "paid"),
    "FRONT_PAID_FRONT_FORFEITED": ("TRADE_CLOSED_BY_TAOBAO", "partially_paid"),
}

TAOBAO_TYPE = {
    **dict.fromkeys(
        (
            *("fixed", "auction", "guarantee_trade", "auto_delivery", "ec", "cod"),
            *("independent_simple_trade", "independent_shop_trade", "fenxiao"),
            *("game_equipment", "shopex_trade", "netcn_trade", "external_trade"),
            *("o2o_offlinetrade", "nopaid", "pre_auth_type"),
        ),
        "normal",
    ),
    "step": "presale",
}
TAOBAO_SHIPPING = {
    **dict.fromkeys(("free", "post", "express", "ems", "25", "26"), "parcel"),
    "virtual": "virtual",
    "seller": "self_delivery",
}
"""shipping_type: free of charge, mail, express, EMS, next day, on an appointed day; nothing
to be carried; brought by the seller."""

# JD ------------------------------------------------------------------------------------

JD_TYPE = {"22": "normal", "75": "local_life"}
JD_SERVICE = {
    "WAIT_SEND_CODE": "unfulfilled",
    "WAIT_SELLER_STOCK_OUT": "unfulfilled",
    "WAIT_GOODS_RECEIVE_CONFIRM": "redeemable",
    "FINISHED_L": "redeemed",
}
"""States of an order of type 75, which a code is sent for."""
JD_DISCOUNT = {
    **dict.fromkeys(("34", "39", "41"), 300),
    **dict.fromkeys(("20", "28", "29", "30", "35", "52", "100"), 0),
}
"""couponType, to what of a discount of 3 yuan is the platform's by its name: red packets,
beans and the platform's own coupons."""

_TO_SHIP = Meaning("open", "paid", "unfulfilled")
_SHIPPED = Meaning("open", "paid", "shipped")
_PAUSED = Meaning("open", "unknown", "unfulfilled", flags=("paused",))
_BACK = Meaning("open", "paid", "shipped", "open", ("delivery_return",))
JD_ORDER = {
    "NOT_PAY": Meaning("pending_payment", "unpaid", "unfulfilled"),
    "WAIT_SELLER_STOCK_OUT": _TO_SHIP,
    "WAIT_SELLER_DELIVERY": _TO_SHIP,
    "WAIT_SEND_CODE": _TO_SHIP,
    "WAIT_GOODS_RECEIVE_CONFIRM": _SHIPPED,
    "FINISHED_L": Meaning("completed", "paid", "delivered"),
    "TRADE_CANCELED": Meaning("cancelled", "unknown", "not_required"),
    "LOCKED": Meaning(
        "open", "unknown", "unfulfilled", "open", ("locked", "refund_requested")
    ),
    "PAUSE": _PAUSED,
    "POP_ORDER_PAUSE": _PAUSED._replace(flags=("paused", "business_hold")),
    "DELIVERY_RETURN": _BACK,
    "DengDaiChuKu": _TO_SHIP,
    "DengDaiFaHuo": _TO_SHIP,
    "DengDaiQueRenShouHuo": _SHIPPED,
    "WanCheng": Meaning("completed", "paid", "delivered"),
    "ZanTing": _PAUSED,
    "PeiSongTuiHuo": _BACK,
}
"""order_state of an order that bears neither a time of payment nor a parcel: search lists
what is paid or paid on delivery, and these words alone do not say which of the two."""
JD_WORDS_OF_UNPAID = {"NOT_PAY"}
"""The unpaid list has no words of state: standing in it is the state."""

# Pinduoduo -----------------------------------------------------------------------------

PDD_ORDER = {
    "1": Meaning("open", "paid", "unfulfilled"),
    "2": Meaning("open", "paid", "shipped"),
    "3": Meaning("open", "paid", "delivered"),
}
"""order_status of a deal that holds: it speaks of the goods alone. 3 is signed for; that
the buyer has confirmed it, `receive_time` says."""
_ASKED, _OPEN, _OVER = ("open", "refunding"), ("open", "paid"), ("closed", "paid")
PDD_AFTER_SALE = {
    "0": ("none", "paid"),
    **dict.fromkeys(("2", "3", "4", "5", "6", "7", "8", "31", "33"), _ASKED),
    **dict.fromkeys(("9", "11", "12", "13", "16", "17", "24", "25"), _OVER),
    **dict.fromkeys(("14", "15", "18", "21", "22", "27", "32"), _OPEN),
    "10": ("closed", "partially_refunded"),
}
"""after_sales_status of an order under way: the case, and the order's money. Exchanges
(14 to 18), repairs (21 to 27) and goods sent again (32) are no matter of money; 10 may be
of a part."""
PDD_REFUND = {
    "1": ("none", "paid"),
    "2": _OPEN,
    "3": _ASKED,
    "4": ("closed", "partially_refunded"),
}
"""refund_status, where the finer word is not told. 2 does not say what the case is for."""
PDD_STEP = {"0": "unpaid", "1": "partially_paid", "2": "paid"}
PDD_TYPE = {"0": "normal", "1": "presale"}
PDD_DEAL = {
    "0": ("pending_payment", "unpaid", "unfulfilled"),
    "1": ("open", "paid", "unfulfilled"),
    "2": ("cancelled", "unpaid", "not_required"),
}
"""confirm_status of an order to ship, of which no time of payment is told."""


# Reading -------------------------------------------------------------------------------


def read(channel: str, shape: str, call: str, wire: JSON) -> Order:
    found = read_record(channel, shape, call, wire)
    assert isinstance(found, Order)
    return found


def laike_order(shape: str, **changes: Any) -> Order:
    paid = str(changes.get("order_status", 201)) in ("200", "201", "1")
    row: JSON = {
        "order_id": "1003000000000000001",
        "order_status": 201,
        "order_type": 21,
        "update_order_time": 1795147200,
        "pay_time": 1795147100 if paid else 0,
    }
    return read("douyin_laike", shape, "LIST", laike(row | changes))


def taobao_trade(shape: str, status: str, line: JSON | None = None, **more: Any) -> Order:
    row: JSON = {
        "tid": 3725362658812599001,
        "status": status,
        "modified": "2026-11-20 12:00:00",
        "orders": {"order": [{"oid": 3725362658812599001, "num": 1, **(line or {})}]},
    }
    return read("taobao", shape, "GET", taobao(row | more))


def jd_order(shape: str, state: str, **more: Any) -> Order:
    row = {"orderId": "303000000001", "orderState": state, "orderType": "22"}
    row |= {"modified": "2026-11-20 12:00:00"} | more
    method = {"orders_v1": "search"}.get(shape, "enSearch")
    return read("jd", shape, "LIST", jd(method, row))


def pdd_order(shape: str, status: str = "2", **more: Any) -> Order:
    row = {"order_sn": "261120-300000000000001", "order_status": int(status)}
    row |= {"updated_at": "2026-11-20 12:00:00", "confirm_status": 1, "group_status": 1}
    page = {"order_sn_list": [row | more], "total_count": 1}
    return read("pinduoduo", shape, "LIST", {"order_sn_increment_get_response": page})


def meaning(order: Order) -> Meaning:
    return Meaning(
        order.order_status,
        order.payment_status,
        order.fulfillment_status,
        order.after_sale_status,
        order.flags,
    )


def table(
    channel: str, areas: tuple[str, ...], words: dict[str, Any]
) -> Callable[[Any], Any]:
    """Every version file times every word."""
    return pytest.mark.parametrize(("shape", "word"), rows(files(channel, *areas), words))


LAIKE_AREAS = ("orders", "orders_catering")


@table("douyin_laike", LAIKE_AREAS, LAIKE_ORDER)
def test_laike_order_words(shape: str, word: str) -> None:
    for spelled in (word, int(word)):
        order = laike_order(shape, order_status=spelled)
        assert meaning(order) == LAIKE_ORDER[word]
        assert (order.status_raw, order.issues) == (word, ())


@table("douyin_laike", LAIKE_AREAS, LAIKE_ITEM)
def test_laike_voucher_words(shape: str, word: str) -> None:
    item = {"certificate_id": "7400000000000000901", "item_status": int(word)}
    order = laike_order(shape, certificate=[item])
    status, expected = LAIKE_ITEM[word]
    assert meaning(order) == expected
    assert order.vouchers[0].status is VoucherStatus(status)
    assert (order.vouchers[0].status_raw, order.issues) == (word, ())


@table("douyin_laike", LAIKE_AREAS, LAIKE_TYPE)
def test_laike_type_words(shape: str, word: str) -> None:
    order = laike_order(shape, order_type=int(word))
    assert (order.type, order.type_raw, order.issues) == (LAIKE_TYPE[word], word, ())


@pytest.mark.parametrize("word", LAIKE_TYPE_SEEN)
def test_laike_types_nobody_describes_are_unknown(word: str) -> None:
    order = laike_order("orders_v2", order_type=int(word))
    assert (order.type, order.type_raw) == ("unknown", word)
    assert order.issues == (Issue("type", "unknown_word"),)


@table("taobao", ("orders",), TAOBAO_TRADE)
def test_taobao_trade_words(shape: str, word: str) -> None:
    order = taobao_trade(shape, word)
    assert meaning(order) == TAOBAO_TRADE[word]
    assert (order.status_raw, order.issues) == (word, ())


@table("taobao", ("orders",), TAOBAO_TRADE)
def test_taobao_line_words_are_the_trades(shape: str, word: str) -> None:
    order = taobao_trade(shape, "SELLER_CONSIGNED_PART", {"status": word})
    (line,) = order.lines
    assert line.fulfillment_status == TAOBAO_TRADE[word].fulfillment
    closed = TAOBAO_TRADE[word].order == "cancelled"
    assert ("do_not_ship_closed_lines" in order.flags) is closed


@table("taobao", ("orders",), TAOBAO_REFUND)
def test_taobao_refund_words(shape: str, word: str) -> None:
    order = taobao_trade(shape, "WAIT_SELLER_SEND_GOODS", {"refund_status": word})
    case, money = TAOBAO_REFUND[word]
    assert (order.after_sale_status, order.payment_status) == (case, money)
    assert order.lines[0].after_sale_status == case


@table("taobao", ("orders",), TAOBAO_STEP)
def test_taobao_presale_words(shape: str, word: str) -> None:
    status, money = TAOBAO_STEP[word]
    order = taobao_trade(shape, status, step_trade_status=word, type="step")
    assert (order.payment_status, order.type) == (money, "presale")


@table("taobao", ("orders",), TAOBAO_TYPE)
def test_taobao_kinds_of_trade(shape: str, word: str) -> None:
    order = taobao_trade(shape, "WAIT_SELLER_SEND_GOODS", type=word)
    assert (order.type, order.type_raw) == (TAOBAO_TYPE[word], word)
    assert Issue("type", "unknown_word") not in order.issues


@table("taobao", ("orders",), TAOBAO_SHIPPING)
def test_taobao_ways_of_shipping(shape: str, word: str) -> None:
    line = {"invoice_no": "SF1", "logistics_company": "顺丰"}
    order = taobao_trade(shape, "WAIT_BUYER_CONFIRM_GOODS", line, shipping_type=word)
    assert [one.kind for one in order.deliveries] == [TAOBAO_SHIPPING[word]]


@table("jd", ("orders",), JD_TYPE)
def test_jd_kinds_of_order(shape: str, word: str) -> None:
    order = jd_order(shape, "FINISHED_L", orderType=word)
    assert (order.type, order.type_raw, order.issues) == (JD_TYPE[word], word, ())


@table("jd", ("orders",), JD_SERVICE)
def test_jd_services_are_redeemed(shape: str, word: str) -> None:
    order = jd_order(shape, word, orderType="75")
    assert order.fulfillment_status == JD_SERVICE[word]


@table("jd", ("orders",), JD_DISCOUNT)
def test_jd_words_for_who_pays_a_discount(shape: str, word: str) -> None:
    coupon = {"couponType": f"{word}-优惠", "couponPrice": "3.00"}
    order = jd_order(shape, "FINISHED_L", couponDetailList=[coupon])
    found = order.discounts
    assert (found.total_amount, found.platform_amount) == (300, JD_DISCOUNT[word])


@table("jd", ("orders",), JD_ORDER)
def test_jd_order_words(shape: str, word: str) -> None:
    order = jd_order(shape, word)
    assert meaning(order) == JD_ORDER[word]
    assert (order.status_raw, order.issues) == (word, ())


@table("jd", ("orders",), JD_ORDER)
def test_jd_orders_with_a_time_of_payment_are_paid(shape: str, word: str) -> None:
    order = jd_order(shape, word, paymentConfirmTime="2026-11-20 11:00:00")
    assert order.payment_status == "paid"


@pytest.mark.parametrize("shape", files("jd", "unpaid"))
def test_jd_unpaid_orders_have_one_state(shape: str) -> None:
    row = {"orderId": 303000000002, "orderCreated": "2026-11-20 12:00:00"}
    inner = {"code": "0", "paginatedInfo": {"totalItem": 1, "pageList": [row]}}
    wire = {"jingdong_pop_order_notPayOrderInfo_responce": inner}
    order = read("jd", shape, "LIST", wire)
    assert {order.status_raw} == JD_WORDS_OF_UNPAID
    assert meaning(order) == JD_ORDER["NOT_PAY"]


@table("pinduoduo", ("orders",), PDD_ORDER)
def test_pinduoduo_order_words(shape: str, word: str) -> None:
    order = pdd_order(shape, word, refund_status=1, after_sales_status=0)
    assert meaning(order) == PDD_ORDER[word]
    assert (order.status_raw, order.issues) == (word, ())
    confirmed = pdd_order(shape, word, receive_time="2026-11-20 12:00:00")
    assert (confirmed.order_status == "completed") is (word == "3")


@table("pinduoduo", ("orders",), PDD_AFTER_SALE)
def test_pinduoduo_after_sale_words(shape: str, word: str) -> None:
    order = pdd_order(shape, after_sales_status=int(word))
    case, money = PDD_AFTER_SALE[word]
    assert (order.after_sale_status, order.payment_status) == (case, money)
    assert ("refund_requested" in order.flags) is (money == "refunding")
    assert Issue("after_sale_status", "unknown_word") not in order.issues


@table("pinduoduo", ("orders",), PDD_REFUND)
def test_pinduoduo_refund_words(shape: str, word: str) -> None:
    order = pdd_order(shape, refund_status=int(word))
    assert (order.after_sale_status, order.payment_status) == PDD_REFUND[word]
    assert ("refund_requested" in order.flags) is (word in ("2", "3"))


@pytest.mark.parametrize("shape", files("pinduoduo", "orders"))
def test_pinduoduo_orders_refunded_before_they_are_shipped_are_cancelled(
    shape: str,
) -> None:
    order = pdd_order(shape, "1", refund_status=4, after_sales_status=10)
    assert meaning(order) == Meaning("cancelled", "refunded", "not_required", "closed")


@table("pinduoduo", ("orders",), PDD_DEAL)
def test_pinduoduo_words_of_the_deal(shape: str, word: str) -> None:
    order = pdd_order(shape, "1", confirm_status=int(word))
    assert meaning(order)[:3] == PDD_DEAL[word]


@table("pinduoduo", ("orders",), PDD_DEAL)
def test_pinduoduo_words_of_the_group(shape: str, word: str) -> None:
    """0 gathering, 1 complete, 2 failed."""
    order = pdd_order(shape, "1", group_status=int(word))
    assert (order.order_status == "cancelled") is (word == "2")
    expected = {"0": ("group_pending",), "1": (), "2": ("group_failed",)}
    assert order.flags == expected[word]


@table("pinduoduo", ("orders",), PDD_STEP)
def test_pinduoduo_presale_words(shape: str, word: str) -> None:
    step = {"step_trade_status": int(word)}
    order = pdd_order(shape, "1", trade_type=1, step_order_info=step)
    assert (order.payment_status, order.type) == (PDD_STEP[word], "presale")


@table("pinduoduo", ("orders",), PDD_TYPE)
def test_pinduoduo_type_words(shape: str, word: str) -> None:
    order = pdd_order(shape, trade_type=int(word))
    assert (order.type, order.type_raw, order.issues) == (PDD_TYPE[word], word, ())


# Whole ---------------------------------------------------------------------------------


def test_no_word_is_read_that_stands_in_no_table_here() -> None:
    assert laike_words.STATUS.keys() == LAIKE_ORDER.keys()
    assert laike_words.ITEM.keys() == LAIKE_ITEM.keys()
    assert laike_words.TYPE.keys() == LAIKE_TYPE.keys()
    assert taobao_words.STATUS.keys() == TAOBAO_TRADE.keys()
    assert taobao_words.REFUND.keys() == TAOBAO_REFUND.keys()
    assert taobao_words.STEP.keys() == TAOBAO_STEP.keys()
    assert taobao_words.TYPE.keys() == TAOBAO_TYPE.keys()
    assert taobao_words.SHIPPING.keys() == TAOBAO_SHIPPING.keys()
    assert jd_words.STATES.keys() == JD_ORDER.keys()
    assert jd_words.TYPES.keys() == JD_TYPE.keys()
    assert jd_words.SERVICE_STATES.keys() == JD_SERVICE.keys()
    assert jd_lines.PAYERS.keys() == JD_DISCOUNT.keys()
    assert pdd_words.STATES.keys() == PDD_ORDER.keys()
    assert pdd_words.AFTER_SALES.keys() == PDD_AFTER_SALE.keys()
    assert pdd_words.REFUNDS.keys() == PDD_REFUND.keys()
    assert pdd_words.STEPS.keys() == PDD_STEP.keys()
    assert pdd_words.TYPES.keys() == PDD_TYPE.keys()


def test_every_area_with_states_is_held_to_its_words() -> None:
    here = {
        *(("douyin_laike", area) for area in LAIKE_AREAS),
        *(("jd", area) for area in ("orders", "unpaid")),
        *((channel, "orders") for channel in ("taobao", "pinduoduo")),
    }
    with_the_records = {
        *(("douyin_laike", area) for area in ("after_sales", "products", "redemptions")),
        *(("jd", area) for area in ("refund_applies", "service_bills", "products")),
        *(("taobao", area) for area in ("after_sales", "products")),
        *(("pinduoduo", area) for area in ("after_sales", "products")),
    }
    stateless = {"token", "places", "stock", "shipping", "receivers"}
    stateless |= {"shop", "user_token", "messages", "answers"}
    stateless.add("order_status")  # asked only whether there is such an order at all
    known = {
        (folder, area)
        for folder, channel in CHANNELS.items()
        for area in shapes(channel.adapters)
        if area not in stateless
    }
    assert known == here | with_the_records
