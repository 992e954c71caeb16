"""Whether a record's own amounts contradict each other by a hundred or a thousand.

A sum that does not hold by some fen is the platform's business, and the reader says so. Two
that should be one and differ by a hundred exactly are yuan beside fen: neither is believed.
What a coupon or a deposit may bring down to a hundredth is left out. Every record that is
stored passes here, so it is written to be quick.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ...models import AfterSale, Order, OrderLine, PaymentStatus, Record

FACTORS = (100, 1000)
PAID = PaymentStatus.PAID
HOLDS, FAILS = "holds", "fails"


def contradiction(record: Record) -> str | None:
    """The two amounts that cannot be in one unit, by their names; None: all is well."""
    check = CHECKS.get(type(record))
    return check(record) if check else None


def apart(one: int | None, other: int | None) -> bool:
    """Whether one is the other in another unit, fractions of the larger unit cut off."""
    if not one or not other or one == other:
        return False
    less, more = (one, other) if one < other else (other, one)
    return 0 < less <= more // 100 and any(more // by == less for by in FACTORS)


def _of_order(order: Order) -> str | None:
    goods, payable, lines = order.goods_amount, order.payable_amount, order.lines
    bought = 0
    for line in lines:
        amount, price = line.goods_amount, line.unit_price
        if amount is None:
            goods = None  # nothing to hold it against
        else:
            bought += amount
            if price and amount != price * line.quantity and _is_odd(line):
                return "lines.goods_amount and unit_price"
    if goods != bought and lines and apart(goods, bought):
        return "goods_amount and its lines"
    if payable is not None:
        if payable != (owed := due(order)) and apart(payable, owed):
            return "payable_amount and what it is made of"
        paid = order.buyer_paid_amount
        if paid != payable and order.payment_status is PAID and apart(paid, payable):
            return "buyer_paid_amount and payable_amount"
    if order.vouchers and goods:
        original = total(voucher.original_amount for voucher in order.vouchers)
        if original != goods and apart(goods, original):
            return "goods_amount and its vouchers"
    return None


def adding_up(record: Record) -> dict[str, str]:
    """Which of a record's sums hold to the fen, in words as a platform would have them."""
    if not isinstance(record, Order):
        return {}
    goods, payable, owed = record.goods_amount, record.payable_amount, due(record)
    lines = total(line.goods_amount for line in record.lines)
    pairs = {"goods_amount": (goods, lines), "payable_amount": (payable, owed)}
    return {
        f"{name}_state": HOLDS if one == other else FAILS
        for name, (one, other) in pairs.items()
        if one is not None and other is not None
    }


def _is_odd(line: OrderLine) -> bool:
    price = line.unit_price or 0
    return not line.is_gift and apart(line.goods_amount, price * line.quantity)


def due(order: Order) -> int | None:
    """Goods less discounts, with freight and tax; None where a discount may be untold."""
    goods, off = order.goods_amount, order.discounts.total_amount
    if goods is None or off is None:
        return None
    return goods - off + (order.freight_amount or 0) + (order.tax_amount or 0)


def _of_case(case: AfterSale) -> str | None:
    asked, given = case.requested_amount, case.refunded_amount
    if apart(given, total(refund.amount for refund in case.refunds)):
        return "refunded_amount and its refunds"
    if asked and given and given > asked and apart(given, asked):
        return "refunded_amount and requested_amount"
    return None


CHECKS: dict[type, Callable[[Any], str | None]] = {Order: _of_order, AfterSale: _of_case}


def total(amounts: Iterable[int | None]) -> int | None:
    """Their sum; None where there is none, or one is not told."""
    found = list(amounts)
    return None if not found or None in found else sum(filter(None, found))
