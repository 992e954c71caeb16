"""Lines of the generic order query: one for each SKU.

An order of one SKU names it at the top and has the order's money; one of several lists
them in products[]. Source: order query page; channel paper §3.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hub_core.models import (
    NO_DISCOUNTS,
    AfterSaleStatus,
    Discounts,
    FulfillmentStatus,
    OrderLine,
)
from hub_core.wire import SomeId, SomeText, SomeWhole, Wire, pieces

from . import money
from .words import Axes


class WireProduct(Wire):
    """What was bought; origin_amount in fen, before discounts."""

    product_id: SomeId = None
    product_name: SomeText = None
    sku_id: SomeId = None
    num: SomeWhole = None
    origin_amount: SomeWhole = None


class Sku(NamedTuple):
    """The order's SKU as named at its top."""

    sku_id: str | None
    title: str | None
    code: str | None
    pieces: int | None


class Money(NamedTuple):
    """What is the goods' alone of an order's money, in fen."""

    goods: int | None
    discounts: Discounts
    paid: int | None
    refunded: int | None


def goods_money(
    sums: money.Totals,
    off: Discounts,
    paid: int | None,
    refunded: int | None,
    subs: Sequence[money.SubOrder],
) -> Money:
    """The order's own sums, unless there are fees among them: then its goods' alone.

    What was paid for delivery too, or taken off it, and is not split, is not the goods'.
    """
    if not sums.fees:
        brought = bool(sums.freight)
        return Money(
            sums.goods,
            NO_DISCOUNTS if brought else off,
            None if brought else paid,
            refunded,
        )
    goods = money.of_goods(subs)
    rows = [row for sub in goods for row in sub.discounts or ()]
    own = money.discounts(money.total([s.discount_amount for s in goods]), None, rows)
    goods_paid = money.total([s.pay_amount for s in goods])
    return Money(sums.goods, own, None if paid is None else goods_paid, refunded)


def generic_lines(
    order_id: str, sku: Sku, products: Sequence[WireProduct], money: Money, axes: Axes
) -> tuple[OrderLine, ...]:
    """One line with the order's money, or one for each of several products."""
    if len(products) < 2:
        product = products[0] if products else WireProduct()
        return (only_line(order_id, sku, product, money, axes),)
    names = distinct([p.sku_id or p.product_id or "" for p in products], order_id)
    times = _times(products, money.goods)
    return tuple(
        [
            _one_of(name, sku, p, axes, times)
            for name, p in zip(names, products, strict=True)
        ]
    )


def distinct(ids: Sequence[str], order_id: str) -> list[str]:
    """Line ids: the SKU's own, with its place where it is blank or comes twice."""
    return [
        one if one and ids.index(one) == at else f"{one or order_id}#{at + 1}"
        for at, one in enumerate(ids)
    ]


def unit_price(amount: int | None, quantity: int) -> int | None:
    """For display, and only where it is exact."""
    if amount is None or quantity < 1 or amount % quantity:
        return None
    return amount // quantity


def shared_fulfillment(axes: Axes) -> FulfillmentStatus:
    """What the order's word says of each of several lines; part of them says nothing."""
    partly = axes.fulfillment is FulfillmentStatus.PARTIALLY_REDEEMED
    return FulfillmentStatus.UNKNOWN if partly else axes.fulfillment


def shared_after_sale(axes: Axes) -> AfterSaleStatus:
    """No case at all is none on each line; a case stands on some line, none knows which."""
    none = axes.after_sale is AfterSaleStatus.NONE
    return AfterSaleStatus.NONE if none else AfterSaleStatus.UNKNOWN


def only_line(
    order_id: str, sku: Sku, product: WireProduct, money: Money, axes: Axes
) -> OrderLine:
    """The only line of an order has all its money and its state."""
    quantity = _quantity(sku.pieces, product.num)
    return OrderLine(
        external_id=sku.sku_id or product.sku_id or order_id,
        sku_external_id=sku.sku_id or product.sku_id,
        title=sku.title or product.product_name or "",
        quantity=quantity,
        product_external_id=product.product_id,
        sku_code=sku.code,
        unit_price=unit_price(money.goods, quantity),
        goods_amount=money.goods,
        discounts=money.discounts,
        buyer_paid_amount=money.paid,
        refunded_amount=money.refunded,
        fulfillment_status=axes.fulfillment,
        after_sale_status=axes.after_sale,
    )


def _one_of(
    name: str, sku: Sku, product: WireProduct, axes: Axes, times: str | None
) -> OrderLine:
    quantity = _quantity(product.num, None)
    amount = product.origin_amount if times else None
    if amount is not None and times == "unit":
        amount *= quantity
    return OrderLine(
        external_id=name,
        sku_external_id=product.sku_id,
        title=product.product_name or "",
        quantity=quantity,
        product_external_id=product.product_id,
        sku_code=sku.code if sku.sku_id and sku.sku_id == product.sku_id else None,
        unit_price=unit_price(amount, quantity),
        goods_amount=amount,
        fulfillment_status=shared_fulfillment(axes),
        after_sale_status=shared_after_sale(axes),
    )


def _quantity(first: int | None, second: int | None) -> int:
    """A count that is not said, or 0, is one: an order of nothing is not made."""
    return pieces(first or second or 1)


def _times(products: Sequence[WireProduct], goods: int | None) -> str | None:
    """Whether origin_amount is a line's or a piece's: whichever adds up to the goods.

    No document says (mark C); None where neither or both would.
    """
    amounts = [p.origin_amount for p in products]
    if goods is None or None in amounts:
        return None
    lines = sum(a for a in amounts if a is not None)
    units = sum((p.origin_amount or 0) * _quantity(p.num, None) for p in products)
    if lines == goods:
        return "line"
    return "unit" if units == goods else None
