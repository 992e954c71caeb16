"""Each documented state word, in each version file that reads it, and what it must mean.

The words and their meaning are written down from the platforms' documents. A version file
that is added is held to the same table; a golden shows whole orders, this the words.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

import pytest

from adapters.douyin_laike import words as laike_words
from adapters.jd import words as jd_words
from adapters.taobao import words as taobao_words
from connectors.douyin_laike import CHANNEL as LAIKE
from connectors.jd import CHANNEL as JD
from connectors.taobao import CHANNEL as TAOBAO
from hub_core.models import Issue, Order, VoucherStatus
from hub_core.ports import Channel
from hub_core.wire import JSON, Fetched, Page, shapes
from tests.adapters.by_hand.case import jd, laike, taobao

CHANNELS: dict[str, Channel] = {"douyin_laike": LAIKE, "taobao": TAOBAO, "jd": JD}


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

# JD ------------------------------------------------------------------------------------

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


# Reading -------------------------------------------------------------------------------


def files(channel: str, *areas: str) -> list[str]:
    found = shapes(CHANNELS[channel].adapters)
    return [module.rpartition(".")[2] for area in areas for module in found[area].values()]


def read(channel: str, shape: str, call: str, wire: JSON) -> Order:
    of = CHANNELS[channel]
    asked = getattr(import_module(f"{of.adapters}.{shape}"), call)
    found = asked.read(of.dialect.unwrap(asked, wire))
    (item,) = found.items if isinstance(found, Page) else (found,)
    assert isinstance(item, Fetched), item
    return item.order


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
    rows = [(shape, word) for shape in files(channel, *areas) for word in words]
    return pytest.mark.parametrize(("shape", "word"), rows)


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


# Whole ---------------------------------------------------------------------------------


def test_no_word_is_read_that_stands_in_no_table_here() -> None:
    assert laike_words.STATUS.keys() == LAIKE_ORDER.keys()
    assert laike_words.ITEM.keys() == LAIKE_ITEM.keys()
    assert laike_words.TYPE.keys() == LAIKE_TYPE.keys()
    assert taobao_words.STATUS.keys() == TAOBAO_TRADE.keys()
    assert taobao_words.REFUND.keys() == TAOBAO_REFUND.keys()
    assert taobao_words.STEP.keys() == TAOBAO_STEP.keys()
    assert jd_words.STATES.keys() == JD_ORDER.keys()


def test_every_area_with_states_is_held_to_its_words() -> None:
    held = {
        ("douyin_laike", "orders"),
        ("douyin_laike", "orders_catering"),
        ("taobao", "orders"),
        ("jd", "orders"),
        ("jd", "unpaid"),
    }
    stateless = {"token"}
    known = {
        (folder, area)
        for folder, channel in CHANNELS.items()
        for area in shapes(channel.adapters)
        if area not in stateless
    }
    assert known == held
