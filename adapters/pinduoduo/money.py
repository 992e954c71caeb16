"""What an order cost, who paid for what, and whether the platform's sums hold.

The platform's own identities (channel paper PDD §3, A):

    goods_amount    = price x count - order_change_amount
    discount_amount = platform_discount + seller_discount + capital_free_discount
    pay_amount      = goods_amount - discount_amount + postage + service fees
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from hub_core.models import Discounts, Issue, OrderLine, PaymentStatus

from .fields import WireBasics
from .rules import Rules
from .standing import HAD


class Sums(NamedTuple):
    """Fen; None: not said."""

    discounts: Discounts
    buyer_paid: int | None
    receivable: int | None


def read_sums(
    wire: WireBasics, payment: PaymentStatus, rules: Rules, issues: list[Issue]
) -> Sums:
    """The order's amounts; a sum that does not hold is said and nothing is put right."""
    _check_discounts(wire, issues)
    _check_payment(wire, issues)
    return Sums(
        Discounts(
            total_amount=wire.discount_amount,
            merchant_amount=wire.seller_discount,
            platform_amount=wire.platform_discount,
            payment_amount=wire.duo_duo_pay_reduction,
        ),
        _buyer_paid(wire, payment),
        _receivable(wire, rules),
    )


def service_fees(wire: WireBasics) -> int | None:
    """What the buyer paid for services, in all."""
    fees = [fee.service_fee for fee in wire.service_fee_detail]
    return sum(fee or 0 for fee in fees) if fees else None


def with_change(
    lines: Sequence[OrderLine], wire: WireBasics, issues: list[Issue]
) -> tuple[OrderLine, ...]:
    """The bought lines, a merchant's change of price in them where there is only one.

    Older answers do not tell the change; then it is what `goods_amount` lacks.
    """
    amounts = [line.goods_amount for line in lines]
    if wire.goods_amount is None or not lines or None in amounts:
        return tuple(lines)
    lacking = sum(filter(None, amounts)) - wire.goods_amount
    told = wire.order_change_amount
    if lacking != (told or 0) and (told is not None or len(lines) > 1):
        issues.append(Issue("goods_amount", "lines_do_not_add_up"))
    if len(lines) == 1:
        return (replace(lines[0], goods_amount=wire.goods_amount),)
    return tuple(lines)


def _check_discounts(wire: WireBasics, issues: list[Issue]) -> None:
    parts = (wire.platform_discount, wire.seller_discount, wire.capital_free_discount)
    whole = wire.discount_amount
    if whole is None or None in parts:
        return
    if whole != sum(filter(None, parts)):
        issues.append(Issue("discounts", "do_not_add_up"))


def _check_payment(wire: WireBasics, issues: list[Issue]) -> None:
    parts = (wire.goods_amount, wire.discount_amount, wire.postage)
    goods, discount, postage = parts
    if wire.pay_amount is None or goods is None or discount is None or postage is None:
        return
    if wire.pay_amount != goods - discount + postage + (service_fees(wire) or 0):
        issues.append(Issue("payable_amount", "does_not_add_up"))


def _buyer_paid(wire: WireBasics, payment: PaymentStatus) -> int | None:
    step = wire.step_order_info
    if payment is PaymentStatus.PARTIALLY_PAID and step is not None:
        paid = step.step_paid_fee
        return step.advanced_paid_fee if paid is None else paid
    return wire.pay_amount if payment in HAD else None


def _receivable(wire: WireBasics, rules: Rules) -> int | None:
    """Before the platform's fees."""
    if wire.pay_amount is None or rules.receivable == "pay":
        return wire.pay_amount
    if wire.platform_discount is None:
        return None
    return wire.pay_amount + wire.platform_discount
