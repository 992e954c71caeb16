"""What was bought. Source: channel paper PDD §3; `item_list` and `gift_list` of
pdd.order.information.get."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hub_core.models import AfterSaleStatus, FulfillmentStatus, Issue, OrderLine
from hub_core.wire import Pieces, SomeId, SomeText, SomeYuan, Wire, priced

from .rules import Rules

NONE = AfterSaleStatus.NONE


class WireItem(Wire):
    """A row of `item_list` or `gift_list`. The price is yuan a piece, text or number."""

    goods_count: Pieces
    goods_id: SomeId = None
    goods_name: SomeText = None
    goods_spec: SomeText = None
    goods_price: SomeYuan = None
    sku_id: SomeId = None
    outer_id: SomeText = None
    order_sn: SomeId = None
    """Of a gift that is an order of its own."""


def read_lines(
    order_sn: str,
    items: Sequence[WireItem],
    fulfillment: FulfillmentStatus,
    after_sale: AfterSaleStatus,
    rules: Rules,
    issues: list[Issue],
) -> tuple[OrderLine, ...]:
    """The order's lines, with ids made up of its number: the platform gives none.

    An order has one as a rule. Where it has more, that their order stays is not said,
    nor which of them an after-sale case is about.
    """
    if len(items) > 1:
        issues.append(Issue("lines", "ids_made_up"))
        after_sale = NONE if after_sale is NONE else AfterSaleStatus.UNKNOWN
    names = [item.sku_id or str(n) for n, item in enumerate(items, 1)]
    if rules.line_id == "position" or len(set(names)) < len(names):
        names = [str(n) for n in range(1, len(items) + 1)]
    return tuple(
        _line(f"{order_sn}#{name}", item, fulfillment, after_sale)
        for name, item in zip(names, items, strict=True)
    )


def read_gifts(
    order_sn: str,
    gifts: Sequence[WireItem],
    fulfillment: FulfillmentStatus,
    issues: list[Issue],
) -> tuple[OrderLine, ...]:
    """Gifts as lines that cost nothing; one that is an order of its own is left to it."""
    mine = [gift for gift in gifts if gift.order_sn in (None, order_sn)]
    if len(mine) < len(gifts):
        issues.append(Issue("lines", "gift_in_its_own_order"))
    return tuple(
        replace(
            _line(f"{order_sn}#gift{n}", gift, fulfillment, NONE),
            goods_amount=0,
            is_gift=True,
        )
        for n, gift in enumerate(mine, 1)
    )


def _line(
    name: str,
    item: WireItem,
    fulfillment: FulfillmentStatus,
    after_sale: AfterSaleStatus,
) -> OrderLine:
    price = item.goods_price
    return OrderLine(
        external_id=name,
        sku_external_id=item.sku_id,
        product_external_id=item.goods_id,
        sku_code=item.outer_id,
        title=item.goods_name or "",
        spec_text=item.goods_spec,
        quantity=item.goods_count,
        unit_price=price,
        goods_amount=priced(price, item.goods_count),
        fulfillment_status=fulfillment,
        after_sale_status=after_sale,
    )
