"""TOP's words and what each means. No version so far has changed a word, only added some.

Source: response fields of taobao.trade.fullinfo.get; channel paper §3 (status enums).
"""

from __future__ import annotations

from typing import TypeVar

from hub_core.models import (
    AfterSaleStatus,
    DeliveryKind,
    FulfillmentStatus,
    OrderStatus,
    OrderType,
    PaymentStatus,
)
from hub_core.wire import Words

T = TypeVar("T")
Axes = tuple[OrderStatus, PaymentStatus, FulfillmentStatus]

_WAITING: Axes = (
    OrderStatus.PENDING_PAYMENT,
    PaymentStatus.UNPAID,
    FulfillmentStatus.UNFULFILLED,
)
_OPEN, _PAID = OrderStatus.OPEN, PaymentStatus.PAID
NOT_SHIPPED = "TRADE_CLOSED_BY_TAOBAO"
"""Closed before payment. TOP warns in so many words never to ship such a line."""
FORBIDDEN = "PAID_FORBID_CONSIGN"
"""Paid, but shipping is locked (a group that is not full, controlled shipping)."""

STATUS: Words[Axes] = Words(
    {
        "TRADE_NO_CREATE_PAY": _WAITING,
        "WAIT_BUYER_PAY": _WAITING,
        "PAY_PENDING": _WAITING,  # a foreign card's payment is being confirmed
        "WAIT_PRE_AUTH_CONFIRM": _WAITING,  # a contract without a price is being made
        "WAIT_SELLER_SEND_GOODS": (_OPEN, _PAID, FulfillmentStatus.UNFULFILLED),
        FORBIDDEN: (_OPEN, _PAID, FulfillmentStatus.UNFULFILLED),
        "SELLER_CONSIGNED_PART": (_OPEN, _PAID, FulfillmentStatus.PARTIAL),
        "WAIT_BUYER_CONFIRM_GOODS": (_OPEN, _PAID, FulfillmentStatus.SHIPPED),
        "TRADE_BUYER_SIGNED": (_OPEN, _PAID, FulfillmentStatus.DELIVERED),
        "TRADE_FINISHED": (OrderStatus.COMPLETED, _PAID, FulfillmentStatus.DELIVERED),
        "TRADE_CLOSED": (
            OrderStatus.CANCELLED,
            PaymentStatus.REFUNDED,
            FulfillmentStatus.NOT_REQUIRED,
        ),
        NOT_SHIPPED: (
            OrderStatus.CANCELLED,
            PaymentStatus.UNPAID,
            FulfillmentStatus.NOT_REQUIRED,
        ),
    },
    unknown=(OrderStatus.UNKNOWN, PaymentStatus.UNKNOWN, FulfillmentStatus.UNKNOWN),
)
"""Of a trade and of a line alike: the deal, the money, the goods. A closed one has
nothing left to ship; what was shipped before is told by its shipping time."""

STEP: Words[PaymentStatus] = Words(
    {
        "FRONT_NOPAID_FINAL_NOPAID": PaymentStatus.UNPAID,
        "FRONT_PAID_FINAL_NOPAID": PaymentStatus.PARTIALLY_PAID,
        "FRONT_PAID_FINAL_PAID": PaymentStatus.PAID,
        "FRONT_PAID_FRONT_FORFEITED": PaymentStatus.PARTIALLY_PAID,  # deposit is kept
    },
    unknown=PaymentStatus.UNKNOWN,
)
"""Where a deposit and a final payment stand."""

_CASE, _DONE = AfterSaleStatus.OPEN, AfterSaleStatus.CLOSED
REFUND: Words[AfterSaleStatus] = Words(
    {
        "NO_REFUND": AfterSaleStatus.NONE,
        "WAIT_SELLER_AGREE": _CASE,
        "WAIT_BUYER_RETURN_GOODS": _CASE,
        "WAIT_SELLER_CONFIRM_GOODS": _CASE,
        "SELLER_REFUSE_BUYER": _CASE,  # the buyer may still change or escalate it
        "WAIT_BUYER_CONFIRM_EXCHANGE_SELLER_SEND_GOODS": _CASE,
        "WAIT_SELLER_CONSIGN_GOODS": _CASE,
        "EXCHANGE_TRANSFORM_TO_REFUND": _CASE,
        "CLOSED": _DONE,
        "SUCCESS": _DONE,
    },
    unknown=AfterSaleStatus.UNKNOWN,
)
REFUNDED = "SUCCESS"

TYPE: Words[OrderType] = Words(
    {
        "fixed": OrderType.NORMAL,
        "auction": OrderType.NORMAL,
        "guarantee_trade": OrderType.NORMAL,
        "auto_delivery": OrderType.NORMAL,
        "independent_simple_trade": OrderType.NORMAL,
        "independent_shop_trade": OrderType.NORMAL,
        "ec": OrderType.NORMAL,
        "cod": OrderType.NORMAL,
        "fenxiao": OrderType.NORMAL,
        "game_equipment": OrderType.NORMAL,
        "shopex_trade": OrderType.NORMAL,
        "netcn_trade": OrderType.NORMAL,
        "external_trade": OrderType.NORMAL,
        "o2o_offlinetrade": OrderType.NORMAL,
        "nopaid": OrderType.NORMAL,
        "pre_auth_type": OrderType.NORMAL,
        "step": OrderType.PRESALE,
    },
    unknown=OrderType.UNKNOWN,
)
CASH_ON_DELIVERY = "cod"

SHIPPING: Words[DeliveryKind] = Words(
    {
        "free": DeliveryKind.PARCEL,
        "post": DeliveryKind.PARCEL,
        "express": DeliveryKind.PARCEL,
        "ems": DeliveryKind.PARCEL,
        "25": DeliveryKind.PARCEL,  # next day
        "26": DeliveryKind.PARCEL,  # on an appointed day
        "virtual": DeliveryKind.VIRTUAL,
        "seller": DeliveryKind.SELF_DELIVERY,
    },
    unknown=DeliveryKind.UNKNOWN,
)


def look_up(words: Words[T], word: str) -> T:
    """What a word means; official examples carry a gloss, `SUCCESS(退款成功)`."""
    return words[word] if word in words else words[word.partition("(")[0]]
