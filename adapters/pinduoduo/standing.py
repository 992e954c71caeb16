"""Where an order stands on the four axes: deal, money, goods, after-sale.

`order_status` speaks of the goods alone. Whether the deal holds, `confirm_status` and
`group_status` say; what became of the money, `refund_status` and `after_sales_status`.
Source: channel paper PDD §3.
"""

from __future__ import annotations

from typing import NamedTuple

from hub_core.models import (
    AfterSaleStatus,
    FulfillmentStatus,
    Issue,
    OrderStatus,
    PaymentStatus,
)

from .fields import WireBasics
from .rules import Rules
from .words import (
    AFTER_SALES,
    CANCELLED,
    DEALT,
    GROUP_FAILED,
    GROUPED,
    GROUPING,
    NEW_WORD,
    NO_CASE,
    NOT_DEALT,
    REFUNDS,
    STATES,
    STEPS,
    UNKNOWN,
    Case,
    State,
)

Money = PaymentStatus
OWED = (Money.UNPAID, Money.PARTIALLY_PAID)
HAD = (Money.PAID, Money.REFUNDING, Money.PARTIALLY_REFUNDED, Money.REFUNDED)
"""The buyer's money has come in, whatever became of it."""


class Standing(NamedTuple):
    """The four axes."""

    order: OrderStatus
    payment: PaymentStatus
    fulfillment: FulfillmentStatus
    after_sale: AfterSaleStatus


def standing_of(wire: WireBasics, rules: Rules, issues: list[Issue]) -> Standing:
    """The axes, and what is not sure about them."""
    state, case = STATES[wire.order_status], case_of(wire)
    paid = _paid(wire, state)
    over = _is_over(wire, state, case, rules)
    payment = _money(paid, case, over=over)
    _say_what_is_unsure(wire, state, case, payment, issues, over=over)
    return Standing(
        _deal(wire, state, payment, over=over),
        payment,
        _goods(state, over=over),
        case.after_sale,
    )


def case_of(wire: WireBasics) -> Case:
    """What the newest case says; money once refunded or on its way stays so, whatever a
    later case is about."""
    coarse = REFUNDS[wire.refund_status] if wire.refund_status else NO_CASE
    fine = AFTER_SALES[wire.after_sales_status] if wire.after_sales_status else None
    if fine is None or fine is NO_CASE:
        return coarse
    return Case(fine.after_sale, coarse.payment or fine.payment)


def _paid(wire: WireBasics, state: State) -> PaymentStatus:
    """Before any refund. A deal that holds is paid, and so are listed orders of the years
    before there was a word for it."""
    if wire.step_order_info is not None and wire.step_order_info.step_trade_status:
        return STEPS[wire.step_order_info.step_trade_status]
    if wire.pay_time is not None or wire.confirm_time is not None:
        return Money.PAID
    if wire.confirm_status in (NOT_DEALT, CANCELLED):
        return Money.UNPAID
    if wire.confirm_status == DEALT:
        return Money.PAID
    is_clear = wire.confirm_status is None and state is not UNKNOWN
    return Money.PAID if is_clear else Money.UNKNOWN


def _is_over(wire: WireBasics, state: State, case: Case, rules: Rules) -> bool:
    if wire.confirm_status == CANCELLED or wire.group_status == GROUP_FAILED:
        return True
    refunded = case.payment is Money.REFUNDED
    unshipped = state.fulfillment is FulfillmentStatus.UNFULFILLED
    return refunded and unshipped and rules.refunded_unshipped == "cancelled"


def _money(paid: PaymentStatus, case: Case, *, over: bool) -> PaymentStatus:
    """A refund may be of a part; it is of all where the deal is over."""
    if paid is not Money.PAID or case.payment is None:
        return paid
    if case.payment is Money.REFUNDED and not over:
        return Money.PARTIALLY_REFUNDED
    return case.payment


def _deal(
    wire: WireBasics, state: State, payment: PaymentStatus, *, over: bool
) -> OrderStatus:
    if over:
        return OrderStatus.CANCELLED
    if state is UNKNOWN:
        return OrderStatus.UNKNOWN
    if payment in OWED:
        return OrderStatus.PENDING_PAYMENT
    signed = state.fulfillment is FulfillmentStatus.DELIVERED
    done = signed and wire.receive_time is not None
    return OrderStatus.COMPLETED if done else state.order


def _goods(state: State, *, over: bool) -> FulfillmentStatus:
    if over and state.fulfillment is FulfillmentStatus.UNFULFILLED:
        return FulfillmentStatus.NOT_REQUIRED
    return state.fulfillment


def _say_what_is_unsure(
    wire: WireBasics,
    state: State,
    case: Case,
    payment: PaymentStatus,
    issues: list[Issue],
    *,
    over: bool,
) -> None:
    deals, groups = (NOT_DEALT, DEALT, CANCELLED), (GROUPING, GROUPED, GROUP_FAILED)
    known = wire.confirm_status in (None, *deals) and wire.group_status in (None, *groups)
    if state is UNKNOWN or not known:
        issues.append(Issue("status", "unknown_word"))
    if case.after_sale is NEW_WORD.after_sale or _is_new(wire.refund_status):
        issues.append(Issue("after_sale_status", "unknown_word"))
    if payment is Money.UNKNOWN:
        issues.append(Issue("payment_status", "unknown_word"))
    if over and payment is Money.PAID:
        issues.append(Issue("payment_status", "refund_not_told"))
    if payment in (Money.REFUNDED, Money.PARTIALLY_REFUNDED):
        issues.append(Issue("refunded_amount", "not_told"))


def _is_new(refund_status: str | None) -> bool:
    return refund_status is not None and refund_status not in REFUNDS
