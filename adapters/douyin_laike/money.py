"""An order's money: discounts by payer, sub orders, and what they add up to. Fen.

Source: order query pages; channel paper §3.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from hub_core.models import Discounts, Issue
from hub_core.wire import SomeId, SomeText, SomeWhole, Wire, Words

S = TypeVar("S", bound="SubOrder")


class WireDiscount(Wire):
    """One discount, by who pays for it. Fen."""

    discount_amount: SomeWhole = None
    merchant_discount_amount: SomeWhole = None
    platform_discount_amount: SomeWhole = None
    provider_discount_amount: SomeWhole = None
    brand_discount_amount: SomeWhole = None


class AmountInfo(WireDiscount):
    """Money of a catering order, with the sums of its discounts by payer. Fen."""

    origin_amount: SomeWhole = None
    product_origin_amount: SomeWhole = None
    pay_amount: SomeWhole = None
    pay_discount_amount: SomeWhole = None
    freight_pay_amount: SomeWhole = None
    commission_amount: SomeWhole = None
    estimated_order_income: SomeWhole = None

    @property
    def splits(self) -> bool:
        """Whether it says who pays for the discounts."""
        payers = (self.merchant_discount_amount, self.platform_discount_amount)
        return payers != (None, None)


NO_INFO = AmountInfo()


class SubOrder(Wire):
    """Money of one item or fee; sub_order_type 100 goods, 1 delivery, 2 packing,
    3 service. Fen."""

    sub_order_id: SomeId = None
    sub_order_type: SomeText = None
    origin_amount: SomeWhole = None
    pay_amount: SomeWhole = None
    receipt_amount: SomeWhole = None
    discount_amount: SomeWhole = None
    discounts: list[WireDiscount] | None = None


GOODS, DELIVERY_FEE = "100", "1"
FEES = Words(
    {DELIVERY_FEE: "delivery_fee", "2": "packing_fee", "3": "service_fee"},
    unknown="other_fee",
)


def first(*amounts: int | None) -> int | None:
    """The first amount that is said."""
    return next((x for x in amounts if x is not None), None)


def total(amounts: list[int | None]) -> int | None:
    """The sum, or None if there is nothing or one is not said."""
    if not amounts or None in amounts:
        return None
    return sum([x for x in amounts if x is not None])


def said(amounts: list[int | None]) -> int | None:
    """The sum of those that are said, None if none is."""
    known = [x for x in amounts if x is not None]
    return sum(known) if known else None


class Totals(NamedTuple):
    """An order's money, from its own fields and its sub orders. Fen."""

    goods: int | None
    freight: int | None
    payable: int | None
    receivable: int | None
    discount: int | None
    fees: dict[str, int]
    issues: tuple[Issue, ...]


def totals(
    origin: int | None,
    pay: int | None,
    receipt: int | None,
    discount: int | None,
    subs: Sequence[SubOrder],
) -> Totals:
    """Sub orders split the order's sums; where they do not add up, the order's own hold.

    Source: original = Σ sub orders' original; original - discount = pay (order query
    page of 随心团).
    """
    if not subs:
        return Totals(origin, None, pay, receipt, discount, {}, ())
    parts = total([sub.origin_amount for sub in subs])
    fees = _fees(subs)
    whole = parts is not None and origin in (None, parts)
    paid = total([sub.pay_amount for sub in subs])
    odd = not whole or (None not in (pay, paid) and pay != paid)
    issues = [Issue("sub_order_amount_infos", "does_not_add_up")] if odd else []
    if "other_fee" in fees:
        issues.append(Issue("sub_order_type", "unknown_word"))
    return Totals(
        _goods(origin, subs, whole) if whole or not fees else None,
        fees.get("delivery_fee"),
        paid if pay is None else pay,
        total([s.receipt_amount for s in subs]) if receipt is None else receipt,
        total([s.discount_amount for s in subs]) if discount is None else discount,
        fees,
        tuple(issues),
    )


def _goods(origin: int | None, subs: Sequence[SubOrder], whole: bool) -> int | None:
    return total([s.origin_amount for s in of_goods(subs)]) if whole else origin


def with_info(sums: Totals, info: AmountInfo) -> Totals:
    """What `amount_info` adds where there is one (catering only): goods and freight.

    An order's sum that holds freight nobody has split off is not the goods'.
    """
    if info is NO_INFO:
        return sums
    goods = first(info.product_origin_amount, sums.goods)
    if info.freight_pay_amount and info.product_origin_amount is None and not sums.fees:
        goods = None
    return sums._replace(goods=goods, freight=first(sums.freight, info.freight_pay_amount))


def split(
    info: AmountInfo, own: Sequence[WireDiscount] | None, subs: Sequence[SubOrder]
) -> Sequence[WireDiscount]:
    """Discounts by payer: the sums of `amount_info`, else the order's rows, else those of
    its sub orders."""
    if info.splits:
        return [info]
    return own or [row for sub in subs for row in sub.discounts or ()]


def of_goods(subs: Sequence[S]) -> list[S]:
    """The sub orders that are goods, not fees."""
    return [sub for sub in subs if sub.sub_order_type in (GOODS, None)]


def _fees(subs: Sequence[SubOrder]) -> dict[str, int]:
    fees: dict[str, int] = {}
    for sub in subs:
        kind = sub.sub_order_type or GOODS
        if kind != GOODS and sub.origin_amount is not None:
            fees[FEES[kind]] = fees.get(FEES[kind], 0) + sub.origin_amount
    return fees


def discounts(
    whole: int | None, payment: int | None, rows: Sequence[WireDiscount]
) -> Discounts:
    """Discounts by payer. `whole` is the order's own sum, else that of its rows."""
    return Discounts(
        total_amount=whole
        if whole is not None
        else total([row.discount_amount for row in rows]),
        merchant_amount=said([row.merchant_discount_amount for row in rows]),
        platform_amount=said([row.platform_discount_amount for row in rows]),
        payment_amount=payment,
    )


def other_payers(rows: Sequence[WireDiscount]) -> dict[str, int | None]:
    """What service providers and brands pay: the hub has no column for them."""
    return {
        "provider_discount_amount": said([row.provider_discount_amount for row in rows]),
        "brand_discount_amount": said([row.brand_discount_amount for row in rows]),
    }
