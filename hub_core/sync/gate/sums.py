"""Whether a record's own amounts contradict each other by a hundred or a thousand.

A sum that does not hold by some fen is the platform's business, and the reader says so. Two
that should be one and differ by a hundred exactly are yuan beside fen: neither is believed.
What a coupon or a deposit may bring down to a hundredth is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...models import AfterSale, Order, PaymentStatus, Record

Pair = tuple[str, int | None, int | None]
FACTORS = (100, 1000)


def contradiction(record: Record) -> str | None:
    """The two amounts that cannot be in one unit, by their names; None: all is well."""
    if isinstance(record, Order):
        pairs = _of_order(record)
    elif isinstance(record, AfterSale):
        pairs = _of_case(record)
    else:
        return None
    for name, one, other in pairs:
        if one and other and one != other and apart(one, other):
            return name
    return None


def apart(one: int, other: int) -> bool:
    """Whether one is the other in another unit, fractions of the larger unit cut off."""
    less, more = (one, other) if one < other else (other, one)
    return 0 < less <= more // 100 and any(more // by == less for by in FACTORS)


def _of_order(order: Order) -> Iterator[Pair]:
    bought = [line for line in order.lines if not line.is_gift]
    goods = order.goods_amount
    lines = total(line.goods_amount for line in bought)
    yield "goods_amount and its lines", goods, lines
    for line in bought:
        if line.unit_price is not None:
            priced = line.unit_price * line.quantity
            yield "lines.goods_amount and unit_price", line.goods_amount, priced
    yield "payable_amount and what it is made of", order.payable_amount, _due(order)
    if order.payment_status is PaymentStatus.PAID:
        paid = order.buyer_paid_amount
        yield "buyer_paid_amount and payable_amount", paid, order.payable_amount
    if order.vouchers:
        original = total(voucher.original_amount for voucher in order.vouchers)
        yield "goods_amount and its vouchers", goods, original


def _due(order: Order) -> int | None:
    """Goods less discounts, with freight and tax; None where a discount may be untold."""
    if order.goods_amount is None or order.discounts.total_amount is None:
        return None
    added = (order.freight_amount or 0) + (order.tax_amount or 0)
    return order.goods_amount - order.discounts.total_amount + added


def _of_case(case: AfterSale) -> Iterator[Pair]:
    back = total(refund.amount for refund in case.refunds)
    yield "refunded_amount and its refunds", case.refunded_amount, back
    asked, given = case.requested_amount, case.refunded_amount
    if asked and given and given > asked:
        yield "refunded_amount and requested_amount", given, asked


def total(amounts: Iterable[int | None]) -> int | None:
    """Their sum; None where there is none, or one is not told."""
    found = list(amounts)
    return None if not found or None in found else sum(filter(None, found))
