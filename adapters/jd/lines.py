"""What was bought, and what was taken off. Source: channel paper JD §3, §8."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

from hub_core.models import (
    NO_DISCOUNTS,
    Discounts,
    FulfillmentStatus,
    Issue,
    OrderLine,
)
from hub_core.wire import Pieces, SomeId, SomeText, SomeYuan, Wire, Words, priced


class WireItem(Wire):
    """One row of `itemInfoList`. `jdPrice` is in yuan, as text or as a JSON number."""

    model_config = ConfigDict(alias_generator=to_camel)

    item_total: Pieces
    id: SomeId = None
    sku_id: SomeId = None
    ware_id: SomeId = None
    outer_sku_id: SomeText = None
    sku_name: SomeText = None
    jd_price: SomeYuan = None


class WireCoupon(Wire):
    """One row of `couponDetailList`; only a single-product promotion names its SKU."""

    model_config = ConfigDict(alias_generator=to_camel)

    coupon_type: SomeText = None
    coupon_price: SomeYuan = None

    @property
    def code(self) -> str:
        """`41` of `41-京东券优惠` (and of `41`)."""
        return (self.coupon_type or "").partition("-")[0].strip()


PLATFORM, MERCHANT, UNSAID, UNKNOWN = "platform", "merchant", "unsaid", "unknown"
PAYERS: Words[str] = Words(
    {
        "20": UNSAID,  # suit
        "28": UNSAID,  # flash group
        "29": UNSAID,  # group purchase
        "30": UNSAID,  # single-product promotion
        "34": PLATFORM,  # mobile red packet
        "35": UNSAID,  # money back on a full amount
        "39": PLATFORM,  # JD beans
        "41": PLATFORM,  # JD coupon
        "52": UNSAID,  # gift card: the buyer's own money, listed among the discounts
        "100": MERCHANT,  # shop
    },
    unknown=UNKNOWN,
)
"""Who pays for a discount, as far as its name says it. The merchant's whole share is a
field of its own, `sellerDiscount`."""


def read_lines(
    items: Sequence[WireItem],
    fulfillment: FulfillmentStatus,
    list_total: int | None,
    issues: list[Issue],
) -> tuple[OrderLine, ...]:
    """The order's lines; it is said when they do not add up to the order's list total."""
    named = zip(items, names(i.id or i.sku_id for i in items), strict=True)
    lines = tuple(_line(item, name, fulfillment) for item, name in named)
    if list_total is None or not lines:
        return lines
    amounts = [line.goods_amount for line in lines]
    if None not in amounts and sum(filter(None, amounts)) != list_total:
        issues.append(Issue("goods_amount", "lines_do_not_add_up"))
    return lines


def _line(item: WireItem, name: str, fulfillment: FulfillmentStatus) -> OrderLine:
    price = item.jd_price
    return OrderLine(
        external_id=name,
        sku_external_id=item.sku_id,
        product_external_id=item.ware_id,
        sku_code=item.outer_sku_id,
        title=item.sku_name or "",
        quantity=item.item_total,
        unit_price=price,
        goods_amount=priced(price, item.item_total),
        fulfillment_status=fulfillment,
        is_gift=price == 0,
    )


def names(found: Iterable[str | None]) -> Iterator[str]:
    """A row's own id; before there was one, its SKU, and `#2` … where that repeats.

    A gift may be the same SKU as what was bought, so the place in the list counts.
    """
    seen: dict[str, int] = {}
    for text in found:
        name = text or "line"
        seen[name] = seen.get(name, 0) + 1
        yield name if seen[name] == 1 else f"{name}#{seen[name]}"


def read_discounts(
    coupons: Sequence[WireCoupon] | None,
    merchant: int | None,
    payment: int | None,
    issues: list[Issue],
) -> Discounts:
    """Discounts by payer; a total only where the list is given and covers the rest.

    `merchant` is `sellerDiscount`, `payment` what the means of payment gave.
    """
    if coupons is None:
        if merchant is None and payment is None:
            return NO_DISCOUNTS
        return Discounts(merchant_amount=merchant, payment_amount=payment)
    payers = [(PAYERS[c.code], c.coupon_price) for c in coupons]
    known = not payers or _are_readable(payers, issues)
    total = sum([price or 0 for _, price in payers])
    if total < (merchant or 0):
        issues.append(Issue("discounts", "do_not_add_up"))
        known = False
    platform = sum([price or 0 for payer, price in payers if payer == PLATFORM])
    return Discounts(
        total_amount=total if known else None,
        merchant_amount=merchant,
        platform_amount=platform if known else None,
        payment_amount=payment,
    )


def _are_readable(payers: Sequence[tuple[str, int | None]], issues: list[Issue]) -> bool:
    if any(price is None for _, price in payers):
        issues.append(Issue("discounts", "amount_missing"))
        return False
    if any(payer == UNKNOWN for payer, _ in payers):
        issues.append(Issue("discounts", "unknown_word"))
        return False
    return True
