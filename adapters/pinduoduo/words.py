"""Pinduoduo's words, which are numbers, and what each says.

Source: channel paper PDD §3; field texts of pdd.order.information.get.
"""

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

Goods, Money, After = FulfillmentStatus, PaymentStatus, AfterSaleStatus


class State(NamedTuple):
    """What `order_status` says: it only speaks of the goods."""

    order: OrderStatus
    fulfillment: FulfillmentStatus


UNKNOWN = State(OrderStatus.UNKNOWN, Goods.UNKNOWN)
STATES: Words[State] = Words(
    {
        "1": State(OrderStatus.OPEN, Goods.UNFULFILLED),
        "2": State(OrderStatus.OPEN, Goods.SHIPPED),
        "3": State(OrderStatus.OPEN, Goods.DELIVERED),
    },
    unknown=UNKNOWN,
)
"""3 is signed for; that the buyer has confirmed it, `receive_time` says."""

STEPS: Words[PaymentStatus] = Words(
    {"0": Money.UNPAID, "1": Money.PARTIALLY_PAID, "2": Money.PAID},
    unknown=Money.UNKNOWN,
)
"""Deposit and balance of a presale: neither, the deposit, both."""

TYPES: Words[OrderType] = Words(
    {"0": OrderType.NORMAL, "1": OrderType.PRESALE}, unknown=OrderType.UNKNOWN
)

NOT_DEALT, DEALT, CANCELLED = "0", "1", "2"
"""`confirm_status`."""
GROUPING, GROUPED, GROUP_FAILED = "0", "1", "2"
"""`group_status`."""


class Case(NamedTuple):
    """What an after-sale word says of the order."""

    after_sale: AfterSaleStatus
    payment: PaymentStatus | None = None
    """None: it is no matter of money (exchange, reship, repair), or no longer."""


ASKED = Case(After.OPEN, Money.REFUNDING)
GIVEN = Case(After.CLOSED, Money.REFUNDED)
OPEN, OVER = Case(After.OPEN), Case(After.CLOSED)
NO_CASE, NEW_WORD = Case(After.NONE), Case(After.UNKNOWN)

AFTER_SALES: Words[Case] = Words(
    {
        "0": NO_CASE,
        "2": ASKED,  # refund, the merchant's turn
        "3": ASKED,  # return and refund, the merchant's turn
        "4": ASKED,  # agreed, the money is on its way
        "5": ASKED,  # the platform agreed, the money is on its way
        "6": ASKED,  # refused, the buyer's turn
        "7": ASKED,  # the goods are to come back
        "8": ASKED,  # the platform decides
        "9": OVER,  # the platform refused
        "10": GIVEN,
        "11": OVER,  # withdrawn
        "12": OVER,  # the buyer was late: failed
        "13": OVER,  # the buyer was late: expired
        "14": OPEN,  # exchange or reship, the merchant's turn
        "15": OPEN,  # the same, the buyer's turn
        "16": OVER,
        "17": OVER,
        "18": OPEN,  # the buyer has to confirm
        "21": OPEN,  # repair, the merchant's turn
        "22": OPEN,  # repair, the buyer has to send
        "24": OVER,
        "25": OVER,
        "27": OPEN,  # repaired, the buyer has to confirm
        "31": ASKED,  # refund once the buyer refuses the parcel
        "32": OPEN,  # reship, the merchant has to send
        "33": ASKED,  # refund once the parcel is called back
    },
    unknown=NEW_WORD,
)
"""`after_sales_status`: the newest case. 1, 19, 20, 23, 26 and 28-30 are no words."""

REFUNDS: Words[Case] = Words(
    {"1": NO_CASE, "2": OPEN, "3": ASKED, "4": GIVEN}, unknown=NEW_WORD
)
"""`refund_status`, the coarser word: none or closed, a case, money on its way, refunded."""
