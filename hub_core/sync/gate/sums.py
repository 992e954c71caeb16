"""Whether a record's own amounts contradict each other by a hundred or a thousand.

A sum that does not hold by some fen is the platform's business, and the reader says so. Two
that should be one and differ by a hundred exactly are yuan beside fen: neither is believed.
What a coupon or a deposit may bring down to a hundredth is left out. Every record that is
stored passes here, so it is written to be quick.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...models import (
    AfterSale,
    Discounts,
    Order,
    OrderLine,
    PaymentStatus,
    Record,
    Redemption,
)

FACTORS = (100, 1000)
SOME = 1_000
"""From 10 yuan on nobody owes ten times what the goods cost less what is off."""
LEAST = 10
"""Fen; a buyer who pays a fen or two pays with something else too."""
PAID = PaymentStatus.PAID
HOLDS, FAILS, UNTOLD = "holds", "fails", "untold"
SUMS_HELD = "_sums"
"""Where a row's sums stand beside what came. That one holds no more is noted, not stopped:
platforms think of new discounts."""
NOTHING = (None, None, None, None)


def looked_at(record: Record) -> tuple[str | None, bool]:
    """Two amounts that cannot be in one unit, by their names (None: all is well), and
    whether all its sums hold to the fen, as far as they are told."""
    if type(record) is Order:
        return _of_order(record)
    return (_of_case(record) if type(record) is AfterSale else None), True


def apart(one: int | None, other: int | None) -> bool:
    """Whether one is the other in another unit, fractions of the larger unit cut off."""
    if not one or not other or one == other:
        return False
    less, more = (one, other) if one < other else (other, one)
    return LEAST <= less <= more // 100 and any(more // by == less for by in FACTORS)


def _of_order(order: Order) -> tuple[str | None, bool]:
    goods, payable, off = order.goods_amount, order.payable_amount, order.discounts
    bought, whole = _of_lines(order), off.total_amount
    if bought is None:
        return _of_parts(order), goods is None
    if goods is not None and goods != bought:
        return (_pair("goods_amount") if apart(goods, bought) else _of_parts(order)), False
    if payable is not None and goods is not None and whole is not None:
        added = (order.freight_amount or 0) + (order.tax_amount or 0)
        if _is_much(whole, goods + added, 2):
            return _pair("discount_amount"), False
        if payable != (owed := goods - whole + added):
            odd = apart(payable, owed) or _is_much(payable, owed, 10)
            return (_pair("payable_amount") if odd else _of_parts(order)), False
    return _of_parts(order), whole is None or _split_holds(off)


def _is_much(amount: int, other: int, times: int) -> bool:
    """Whether it is so many times the other, and that no trifle."""
    return other >= SOME and amount >= times * other


def _pair(name: str) -> str:
    return f"{name} and what it is of"


def _of_lines(order: Order) -> int | None:
    bought = 0
    for line in order.lines:
        if line.goods_amount is None:
            return None
        bought += line.goods_amount
    return bought if order.lines else None


def _split_holds(off: Discounts) -> bool:
    parts = (
        off.merchant_amount,
        off.platform_amount,
        off.talent_amount,
        off.payment_amount,
    )
    return parts == NOTHING or off.total_amount == sum([part or 0 for part in parts])


def _of_parts(order: Order) -> str | None:
    paid, payable = order.buyer_paid_amount, order.payable_amount
    if paid is not None and payable is not None and paid != payable:
        whole = order.payment_status is PAID and apart(paid, payable)
        if whole or _is_much(paid, payable, 3):
            return "buyer_paid_amount and payable_amount"
    for line in order.lines:
        price, amount = line.unit_price, line.goods_amount
        if price and amount and price != amount and _is_odd(line):
            return "lines.goods_amount and unit_price"
        if (
            amount
            and line.buyer_paid_amount
            and _is_much(line.buyer_paid_amount, amount, 10)
        ):
            return "lines.buyer_paid_amount and goods_amount"
    if order.vouchers and order.goods_amount:
        original = total([voucher.original_amount for voucher in order.vouchers])
        if original != order.goods_amount and apart(order.goods_amount, original):
            return "goods_amount and its vouchers"
    return None


def adding_up(record: Record) -> dict[str, str]:
    """Which of a record's sums hold, in words as a platform would have them."""
    if isinstance(record, Redemption):
        parts = (record.merchant_discount_amount, record.platform_discount_amount)
        whole = total([record.coupon_paid_amount, *parts])
        return {"original_amount_state": _held(record.original_amount, whole)}
    if not isinstance(record, Order):
        return {}
    payable = record.payable_amount
    every = [record.discounts, *[line.discounts for line in record.lines]]
    goods, bought, owed = record.goods_amount, _of_lines(record), due(record)
    return {
        "goods_amount_state": _held(goods, bought),
        "payable_amount_state": _held(payable, owed),
        "lines_discount_amount_state": _held(
            record.discounts.total_amount, total([one.total_amount for one in every[1:]])
        ),
        "discount_amount_state": HOLDS if all(map(_split_holds, every)) else FAILS,
    }


def _held(one: int | None, other: int | None) -> str:
    if one is None or other is None:
        return UNTOLD
    return HOLDS if one == other else FAILS


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
    if apart(asked, total([line.requested_amount for line in case.lines])):
        return "requested_amount and its lines"
    if apart(given, total(refund.amount for refund in case.refunds)):
        return "refunded_amount and its refunds"
    if asked and given and given > asked and apart(given, asked):
        return "refunded_amount and requested_amount"
    return None


def total(amounts: Iterable[int | None]) -> int | None:
    """Their sum; None where there is none, or one is not told."""
    found = list(amounts)
    return None if not found or None in found else sum(filter(None, found))
