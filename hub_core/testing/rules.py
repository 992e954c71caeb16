"""What the hub relies on in each kind of record, beyond the types of its fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from ..models import (
    AfterSale,
    CaseStatus,
    ListingStatus,
    Order,
    Place,
    Product,
    Record,
    Redemption,
    RedemptionStatus,
)

UNPAID_BACK = (CaseStatus.MERCHANT_REVIEW, CaseStatus.CLOSED_REJECTED)
"""Cases in which no money can have gone back yet, or at all."""
SALE_AMOUNTS = ("requested_amount", "agreed_amount", "refunded_amount")
USE_AMOUNTS = (
    *("original_amount", "list_amount", "buyer_paid_amount", "payment_discount_amount"),
    *("coupon_paid_amount", "merchant_discount_amount", "platform_discount_amount"),
)
REFUND_AMOUNTS = ("amount", "buyer_amount", "platform_amount", "fee_amount")


def rules_of(record: Record) -> Iterator[str]:
    """What is wrong with a record, by the rules of its kind."""
    for kind, rules in RULES.items():
        if isinstance(record, kind):
            yield from rules(record)


def is_id(value: Any) -> bool:
    """Text that says something, with no space about it."""
    return isinstance(value, str) and bool(value.strip()) and value == value.strip()


def _order(order: Order) -> Iterator[str]:
    """Within an order each id names one thing."""
    for name in ("lines", "deliveries", "vouchers"):
        yield from _apart([x.external_id for x in getattr(order, name)], f"order.{name}")
    lines = {line.external_id for line in order.lines}
    named = {v.line_external_id for v in order.vouchers if v.line_external_id}
    named |= {x for delivery in order.deliveries for x in delivery.line_external_ids}
    if named - lines:
        yield "a voucher or delivery names a line the order does not have"
    if order.channel_updated_at is None:
        yield "order.channel_updated_at is missing: versions could not be told apart"
    if any(line.quantity < 1 for line in order.lines if type(line.quantity) is int):
        yield "order.lines: a quantity below one"


def _product(product: Product) -> Iterator[str]:
    """A price is never negative; a SKU the channel counts no stock of has none."""
    yield from _said(product.listing_status_raw, "product.listing_status_raw")
    if not product.title.strip():
        yield "product.title is blank"
    yield from _apart(product.place_external_ids, "product.place_external_ids")
    yield from _apart([sku.external_id for sku in product.skus], "product.skus")
    for sku in product.skus:
        yield from _amounts(sku, ("price_amount", "list_amount"), "sku")
        if sku.is_unlimited and sku.available is not None:
            yield "sku: is_unlimited, and yet a number is available"
        if sku.status is ListingStatus.UNKNOWN and sku.status_raw == "":
            yield "sku.status_raw is blank; None says that it was not told"
    yield from _in_order(product, "sale_start_at", "sale_end_at", "product")


def _after_sale(case: AfterSale) -> Iterator[str]:
    """A case names its order; money that went back is a fact of money."""
    yield from _said(case.status_raw, "aftersale.status_raw")
    yield from _parent(case, "order_external_id")
    yield from _amounts(case, SALE_AMOUNTS, "aftersale")
    yield from _apart([r.external_id for r in case.refunds], "aftersale.refunds")
    for refund in case.refunds:
        yield from _amounts(refund, REFUND_AMOUNTS, "refund")
    for line in case.lines:
        yield from _amounts(line, ("requested_amount", "quantity"), "aftersale line")
    if case.refunded_amount and case.status in UNPAID_BACK:
        yield f"aftersale.refunded_amount is said of a case in {case.status.value}"
    yield from _in_order(case, "applied_at", "completed_at", "aftersale")


def _redemption(use: Redemption) -> Iterator[str]:
    """Revenue counts a use on the day it happened, and one with `cancelled_at` not."""
    yield from _said(use.status_raw, "redemption.status_raw")
    yield from _parent(use, "voucher_external_id")
    yield from _amounts(use, USE_AMOUNTS, "redemption")
    if use.status is RedemptionStatus.REDEEMED and use.redeemed_at is None:
        yield "redemption.redeemed_at is missing: revenue has no day for it"
    if use.status is RedemptionStatus.REDEEMED and use.cancelled_at is not None:
        yield "redemption: redeemed, and yet it has a time of its cancelling"
    if use.serial is not None and type(use.serial) is int and use.serial < 1:
        yield "redemption.serial: uses are counted from one"
    yield from _in_order(use, "redeemed_at", "cancelled_at", "redemption")


def _place(place: Place) -> Iterator[str]:
    """A place has a name, and a point on the map has both its numbers."""
    if not place.name.strip():
        yield "place.name is blank"
    point = (place.latitude, place.longitude)
    if (point[0] is None) != (point[1] is None):
        yield "place: half a point on the map"
    if not all(
        x is None or abs(x) <= most for x, most in zip(point, (90, 180), strict=True)
    ):
        yield "place: no such point on earth"


def _said(word: str, where: str) -> Iterator[str]:
    if not word.strip():
        yield f"{where} is blank: the platform's own word is kept"


def _parent(record: Any, field: str) -> Iterator[str]:
    """What it belongs to, or an issue that says why that is not known."""
    value = getattr(record, field)
    if value is None and field not in {issue.field for issue in record.issues}:
        yield f"{field} is missing, and no issue says so"
    if value is not None and not is_id(value):
        yield f"{field} is no id"


def _amounts(value: Any, names: Sequence[str], where: str) -> Iterator[str]:
    for name in names:
        amount = getattr(value, name)
        if type(amount) is int and amount < 0:
            yield f"{where}.{name} is negative"


def _apart(ids: Iterable[str], where: str) -> Iterator[str]:
    found = list(ids)
    if not all(map(is_id, found)):
        yield f"{where}: an external_id is no id"
    if len(set(found)) != len(found):
        yield f"{where}: two have one external_id"


def _in_order(value: Any, first: str, last: str, where: str) -> Iterator[str]:
    one, other = getattr(value, first), getattr(value, last)
    both = isinstance(one, datetime) and isinstance(other, datetime)
    if both and one > other:
        yield f"{where}.{last} lies before its {first}"


RULES: dict[type, Callable[[Any], Iterator[str]]] = {
    Order: _order,
    Product: _product,
    AfterSale: _after_sale,
    Redemption: _redemption,
    Place: _place,
}
