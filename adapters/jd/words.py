"""JD's words and what each says. Source: channel paper JD §3; official Java SDK."""

from __future__ import annotations

from typing import NamedTuple

from hub_core.models import (
    AfterSaleStatus,
    FulfillmentStatus,
    OrderStatus,
    OrderType,
    PaymentStatus,
)
from hub_core.wire import Words


class State(NamedTuple):
    """What an order state says by itself."""

    order: OrderStatus
    payment: PaymentStatus
    """Where neither a payment time nor the way of paying says more: search only lists
    orders fit for production, which are paid unless paid on delivery."""
    fulfillment: FulfillmentStatus | None
    """None: the state does not say; a parcel or a shipping time does."""
    after_sale: AfterSaleStatus = AfterSaleStatus.NONE
    flags: tuple[str, ...] = ()


UNKNOWN = State(
    OrderStatus.UNKNOWN,
    PaymentStatus.UNKNOWN,
    FulfillmentStatus.UNKNOWN,
    AfterSaleStatus.UNKNOWN,
)
TO_SHIP = State(OrderStatus.OPEN, PaymentStatus.PAID, FulfillmentStatus.UNFULFILLED)
SHIPPED = State(OrderStatus.OPEN, PaymentStatus.PAID, FulfillmentStatus.SHIPPED)
FINISHED = State(OrderStatus.COMPLETED, PaymentStatus.PAID, FulfillmentStatus.DELIVERED)
PAUSED = State(OrderStatus.OPEN, PaymentStatus.UNKNOWN, None, flags=("paused",))
RETURNING = State(
    OrderStatus.OPEN,
    PaymentStatus.PAID,
    FulfillmentStatus.SHIPPED,
    AfterSaleStatus.OPEN,
    ("delivery_return",),
)

STATES: Words[State] = Words(
    {
        "NOT_PAY": State(
            OrderStatus.PENDING_PAYMENT,
            PaymentStatus.UNPAID,
            FulfillmentStatus.UNFULFILLED,
        ),
        "WAIT_SELLER_STOCK_OUT": TO_SHIP,
        "WAIT_SELLER_DELIVERY": TO_SHIP,
        "WAIT_GOODS_RECEIVE_CONFIRM": SHIPPED,
        "WAIT_SEND_CODE": TO_SHIP,
        "FINISHED_L": FINISHED,
        "TRADE_CANCELED": State(OrderStatus.CANCELLED, PaymentStatus.UNKNOWN, None),
        "LOCKED": State(
            OrderStatus.OPEN,
            PaymentStatus.UNKNOWN,
            None,
            AfterSaleStatus.OPEN,
            ("locked", "refund_requested"),
        ),
        "PAUSE": PAUSED,
        "POP_ORDER_PAUSE": PAUSED._replace(flags=("paused", "business_hold")),
        "DELIVERY_RETURN": RETURNING,
        "DengDaiChuKu": TO_SHIP,
        "DengDaiFaHuo": TO_SHIP,
        "DengDaiQueRenShouHuo": SHIPPED,
        "WanCheng": FINISHED,
        "ZanTing": PAUSED,
        "PeiSongTuiHuo": RETURNING,
    },
    unknown=UNKNOWN,
)
"""LOCKED: the buyer asked to cancel, never ship. The last six are older spellings."""

SERVICE_STATES: Words[FulfillmentStatus] = Words(
    {
        "WAIT_SEND_CODE": FulfillmentStatus.UNFULFILLED,
        "WAIT_SELLER_STOCK_OUT": FulfillmentStatus.UNFULFILLED,
        "WAIT_GOODS_RECEIVE_CONFIRM": FulfillmentStatus.REDEEMABLE,
        "FINISHED_L": FulfillmentStatus.REDEEMED,
    },
    unknown=FulfillmentStatus.UNKNOWN,
)
"""The same for local-life (LOC) orders, where a code is sent instead of goods."""

TYPES: Words[OrderType] = Words(
    {"22": OrderType.NORMAL, "75": OrderType.LOCAL_LIFE}, unknown=OrderType.UNKNOWN
)
ON_DELIVERY = "1"
"""The way of paying that is cash on delivery."""


def word_code(text: str | None) -> str | None:
    """`4` of `4-在线支付` (and of `4`)."""
    return None if text is None else text.partition("-")[0].strip()
