"""The platform's words for states, and what they mean on the hub's four axes.

Source: order query pages, field tables of order_status, order_type and item_status;
channel paper §3.3.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from hub_core.models import (
    AfterSaleStatus,
    FulfillmentStatus,
    Issue,
    OrderStatus,
    OrderType,
    PaymentStatus,
    VoucherStatus,
)
from hub_core.wire import Words

CLOSED, FINISHED = "101", "1"
REFUNDING, REFUNDED, ITEM_CLOSED = "300", "301", "101"

_Base = tuple[OrderStatus, PaymentStatus, FulfillmentStatus]

STATUS = Words[_Base](
    {
        "0": (
            OrderStatus.PENDING_PAYMENT,
            PaymentStatus.UNPAID,
            FulfillmentStatus.UNFULFILLED,
        ),
        "100": (
            OrderStatus.PENDING_PAYMENT,
            PaymentStatus.UNPAID,
            FulfillmentStatus.UNFULFILLED,
        ),
        CLOSED: (
            OrderStatus.CANCELLED,
            PaymentStatus.UNPAID,
            FulfillmentStatus.NOT_REQUIRED,
        ),
        "200": (OrderStatus.OPEN, PaymentStatus.PAID, FulfillmentStatus.UNFULFILLED),
        "201": (OrderStatus.OPEN, PaymentStatus.PAID, FulfillmentStatus.REDEEMABLE),
        FINISHED: (OrderStatus.COMPLETED, PaymentStatus.PAID, FulfillmentStatus.REDEEMED),
    },
    unknown=(OrderStatus.UNKNOWN, PaymentStatus.UNKNOWN, FulfillmentStatus.UNKNOWN),
)
"""order_status: 0 made, 100 to be paid, 101 closed, 200 paid (no code yet), 201 codes
can be used, 1 finished."""

ITEM = Words[tuple[VoucherStatus, FulfillmentStatus | None]](
    {
        "0": (VoucherStatus.CREATED, FulfillmentStatus.UNFULFILLED),
        "10": (VoucherStatus.CREATED, FulfillmentStatus.UNFULFILLED),
        "20": (VoucherStatus.CREATED, FulfillmentStatus.UNFULFILLED),
        "100": (VoucherStatus.VALID, FulfillmentStatus.REDEEMABLE),
        # Closed before it was ever valid: the hub has no word of its own for that.
        ITEM_CLOSED: (VoucherStatus.CREATED, None),
        "200": (VoucherStatus.VALID, FulfillmentStatus.REDEEMABLE),
        "201": (VoucherStatus.VALID, FulfillmentStatus.REDEEMABLE),
        REFUNDING: (VoucherStatus.REFUNDING, FulfillmentStatus.REDEEMABLE),
        REFUNDED: (VoucherStatus.REFUNDED, None),
        "400": (VoucherStatus.VALID, FulfillmentStatus.PARTIALLY_REDEEMED),
        "401": (VoucherStatus.REDEEMED, FulfillmentStatus.REDEEMED),
        "1": (VoucherStatus.REDEEMED, FulfillmentStatus.REDEEMED),
    },
    unknown=(VoucherStatus.UNKNOWN, FulfillmentStatus.UNKNOWN),
)
"""item_status of one voucher; None: nothing is left to be redeemed. 200/201 are being
booked and booked: owed to the buyer still."""

TYPE = Words(
    {
        "21": OrderType.GROUPBUY,
        "31": OrderType.PRESALE,
        "41": OrderType.TAKEAWAY,
        "51": OrderType.LOCAL_LIFE,
        "60": OrderType.LOCAL_LIFE,
        "70": OrderType.LOCAL_LIFE,
        "100": OrderType.BOOKING,
        "110": OrderType.LOCAL_LIFE,
    },
    unknown=OrderType.UNKNOWN,
)
"""order_type; 51 and 70 are cards for several uses, 60 vouchers, 110 a bill paid (买单)."""

TAKEAWAY, BILL = "41", "110"

SALE_CHANNEL = Words(
    {"直播": "live", "短视频": "video", "搜索": "search"}, unknown="unknown"
)


class Axes(NamedTuple):
    """Where an order stands."""

    order: OrderStatus
    payment: PaymentStatus
    fulfillment: FulfillmentStatus
    after_sale: AfterSaleStatus
    type: OrderType
    flags: tuple[str, ...]
    issues: tuple[Issue, ...]
    paid: bool
    """Whether money has changed hands, as far as is known."""


@lru_cache(maxsize=4096)
def axes(status: str, kind: str | None, was_paid: bool, words: frozenset[str]) -> Axes:
    """Read the order's own word together with those of its vouchers.

    `was_paid`: there is a time of payment. Kept, since few combinations occur.
    """
    order, payment, fulfillment = STATUS[status]
    if status == CLOSED and (was_paid or words & {REFUNDING, REFUNDED}):
        # Closed after payment, whose time may be left out: only the vouchers can tell
        # where the money is.
        payment = PaymentStatus.UNKNOWN
    if order is not OrderStatus.UNKNOWN and payment is not PaymentStatus.UNPAID:
        payment = _payment(payment, words)
        fulfillment = _fulfillment(status, kind, words)
    type = OrderType.LOCAL_LIFE if kind is None else TYPE[kind]
    flags = ("refund_requested",) if REFUNDING in words else ()
    issues = _issues(status, type, words)
    after_sale = _after_sale(words)
    unsure = payment is PaymentStatus.UNKNOWN
    paid = was_paid if unsure else payment is not PaymentStatus.UNPAID
    return Axes(order, payment, fulfillment, after_sale, type, flags, issues, paid)


def _payment(base: PaymentStatus, words: frozenset[str]) -> PaymentStatus:
    if REFUNDING in words:
        return PaymentStatus.REFUNDING
    if REFUNDED not in words:
        return base
    rest = words - {REFUNDED, ITEM_CLOSED}
    return PaymentStatus.PARTIALLY_REFUNDED if rest else PaymentStatus.REFUNDED


def _fulfillment(status: str, kind: str | None, words: frozenset[str]) -> FulfillmentStatus:
    states = {ITEM[word][1] for word in words} - {None}
    if words and not states:
        return FulfillmentStatus.NOT_REQUIRED
    if kind == BILL:  # eaten before it was paid
        return FulfillmentStatus.NOT_REQUIRED
    if kind == TAKEAWAY and status != CLOSED:  # handed over, not redeemed
        done = status == FINISHED
        return FulfillmentStatus.DELIVERED if done else FulfillmentStatus.UNFULFILLED
    return _redeemed(states) if words else STATUS[status][2]


def _redeemed(states: set[FulfillmentStatus | None]) -> FulfillmentStatus:
    if FulfillmentStatus.UNKNOWN in states:
        return FulfillmentStatus.UNKNOWN
    if states == {FulfillmentStatus.REDEEMED}:
        return FulfillmentStatus.REDEEMED
    if states & {FulfillmentStatus.REDEEMED, FulfillmentStatus.PARTIALLY_REDEEMED}:
        return FulfillmentStatus.PARTIALLY_REDEEMED
    if FulfillmentStatus.REDEEMABLE in states:
        return FulfillmentStatus.REDEEMABLE
    return FulfillmentStatus.UNFULFILLED


def _after_sale(words: frozenset[str]) -> AfterSaleStatus:
    if REFUNDING in words:
        return AfterSaleStatus.OPEN
    if not words <= ITEM.keys():
        return AfterSaleStatus.UNKNOWN
    return AfterSaleStatus.CLOSED if REFUNDED in words else AfterSaleStatus.NONE


def _issues(status: str, type: OrderType, words: frozenset[str]) -> tuple[Issue, ...]:
    found: tuple[Issue, ...] = ()
    if status not in STATUS:
        found += (Issue("status", "unknown_word"),)
    if type is OrderType.UNKNOWN:
        found += (Issue("type", "unknown_word"),)
    if not words <= ITEM.keys():
        found += (Issue("vouchers.status", "unknown_word"),)
    return found
