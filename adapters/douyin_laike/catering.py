"""Lines of catering orders: goods in a list, vouchers and sub orders that name their SKU.

Source: catering order query page; channel paper §3.3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hub_core.models import OrderLine
from hub_core.wire import SomeFlag, SomeId, SomeText, SomeWhole, Wire, pieces

from . import lines, money, vouchers
from .words import Axes


class Certificate(vouchers.Certificate):
    """A voucher here names its SKU; a donated one came with another."""

    sku_id: SomeId = None
    is_donated_item: SomeFlag = None


class SubOrder(money.SubOrder):
    """A sub order here names its SKU."""

    sku_id: SomeId = None


class Goods(Wire):
    """One SKU that was bought."""

    sku_id: SomeId = None
    sku_name: SomeText = None
    third_sku_id: SomeText = None
    count: SomeWhole = None


def only_line(
    order_id: str, goods: Sequence[Goods], share: lines.Money, stand: Axes
) -> OrderLine:
    """The only line of an order has all its money and its state."""
    one = goods[0] if goods else Goods()
    sku = lines.Sku(one.sku_id, one.sku_name, one.third_sku_id, one.count)
    return lines.only_line(order_id, sku, lines.WireProduct(), share, stand)


def several_lines(
    order_id: str,
    goods: Sequence[Goods],
    certificates: list[Certificate],
    subs: list[SubOrder],
    stand_of: Callable[[list[Certificate]], Axes],
) -> tuple[OrderLine, ...]:
    """One for each good, with the vouchers and sub orders that bear its SKU.

    Where two lines have one SKU, neither is told what is whose.
    """
    ids = [one.sku_id for one in goods]
    names = lines.distinct([one or "" for one in ids], order_id)
    whole = stand_of(certificates)
    found = []
    for name, one in zip(names, goods, strict=True):
        sure = one.sku_id is not None and ids.count(one.sku_id) == 1
        mine = [c for c in certificates if sure and c.sku_id == one.sku_id]
        billed = [s for s in money.of_goods(subs) if sure and s.sku_id == one.sku_id]
        stand = stand_of(mine) if mine else None
        found.append(_line(name, one, mine, billed, whole, stand))
    return tuple(found)


def _line(
    name: str,
    one: Goods,
    mine: list[Certificate],
    billed: list[SubOrder],
    whole: Axes,
    stand: Axes | None,
) -> OrderLine:
    amount = money.total([s.origin_amount for s in billed])
    paid = money.total([s.pay_amount for s in billed])
    off = money.total([s.discount_amount for s in billed])
    rows = [row for s in billed for row in s.discounts or ()]
    quantity = pieces(one.count or 1)
    return OrderLine(
        external_id=name,
        sku_external_id=one.sku_id,
        title=one.sku_name or "",
        quantity=quantity,
        sku_code=one.third_sku_id,
        unit_price=lines.unit_price(amount, quantity),
        goods_amount=amount,
        discounts=money.discounts(off, None, rows),
        buyer_paid_amount=paid if whole.paid else None,
        refunded_amount=vouchers.refunded(mine),
        fulfillment_status=(
            stand.fulfillment if stand else lines.shared_fulfillment(whole)
        ),
        after_sale_status=stand.after_sale if stand else lines.shared_after_sale(whole),
        is_gift=bool(mine) and all(c.is_donated_item for c in mine),
    )


def lines_of(
    certificates: Sequence[Certificate], sold: tuple[OrderLine, ...]
) -> list[str | None]:
    """The line each voucher belongs to: the only one, or the one of its SKU."""
    if len(sold) == 1:
        return [sold[0].external_id] * len(certificates)
    ids = vouchers.once([(line.sku_external_id, line.external_id) for line in sold])
    return [ids.get(one.sku_id) for one in certificates]
