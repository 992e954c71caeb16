"""What was bought: the trade's lines, and the services sold with them.

Source: channel paper §3 (money), §8; "common order amounts", article 108471.
"""

from __future__ import annotations

from hub_core.models import (
    NO_DISCOUNTS,
    AfterSaleStatus,
    Discounts,
    FulfillmentStatus,
    OrderLine,
    OrderStatus,
    PaymentStatus,
)
from hub_core.wire import pieces, priced

from .trade import UNREADABLE, Line, Service, Trade
from .words import REFUND, REFUNDED, STATUS, Axes, look_up

CANCELLED = OrderStatus.CANCELLED
PAID = (
    PaymentStatus.PAID,
    PaymentStatus.REFUNDING,
    PaymentStatus.PARTIALLY_REFUNDED,
)


def read_lines(trade: Trade, axes: Axes) -> tuple[OrderLine, ...]:
    """The lines of a trade, goods first. `axes` are the trade's own, money as it stands."""
    gifts = {p.gift_item_id for p in trade.promotion_details}
    single = alone(trade)
    lines = [_line(row, trade, axes, single, gifts) for row in trade.orders]
    if trade.service_orders:
        lines += [_service(row, axes) for row in trade.service_orders]
    return tuple(lines)


def alone(trade: Trade) -> bool:
    """Whether one line is all there is to pay for: then the trade's amounts are its own."""
    if len(trade.orders) != 1:
        return False
    return not trade.service_orders or not any(s.payment for s in trade.service_orders)


def _line(
    row: Line, trade: Trade, axes: Axes, single: bool, gifts: set[str | None]
) -> OrderLine:
    price, quantity = row.price, _quantity(row, trade, single)
    return OrderLine(
        external_id=_id(row),
        sku_external_id=row.sku_id,
        product_external_id=row.num_iid,
        sku_code=row.outer_sku_id or row.outer_iid,
        title=row.title or "",
        spec_text=row.sku_properties_name,
        quantity=quantity,
        unit_price=price,
        goods_amount=priced(price, quantity),
        discounts=_discounts(row, trade, single),
        buyer_paid_amount=_paid(row, trade, axes, single),
        fulfillment_status=_fulfillment(row, axes),
        after_sale_status=after_sale(row),
        status_raw=row.status,
        is_gift=row.payment == 0 and row.num_iid is not None and row.num_iid in gifts,
    )


def _id(row: Line) -> str:
    if (oid := row.id) is None:
        raise ValueError("orders.oid is missing")
    return oid


def _quantity(row: Line, trade: Trade, single: bool) -> int:
    """A trade's own `num` is 0 and means nothing unless it has one line."""
    quantity = trade.num if row.num is None and single else row.num
    if quantity is None:
        raise ValueError("orders.num is missing")
    return pieces(quantity)


def _discounts(row: Line, trade: Trade, single: bool) -> Discounts:
    """The line's own discount and its share of the trade's. Who pays is not said."""
    share = _share(row, trade, single)
    if row.discount_fee is None or share is None:
        return NO_DISCOUNTS
    return Discounts(total_amount=row.discount_fee + share)


def _share(row: Line, trade: Trade, single: bool) -> int | None:
    """Of the trade's own discounts; left out where there is nothing to share."""
    if row.part_mjz_discount is not None:
        return row.part_mjz_discount
    return trade.discount_fee if single or trade.discount_fee == 0 else None


def _paid(row: Line, trade: Trade, axes: Axes, single: bool) -> int | None:
    """What the buyer paid for the line, without freight; None once a refund blurs it."""
    if axes[1] not in PAID or refunded(row) or closed(row):
        return None
    if single:
        payment = trade.payment if row.payment is None else row.payment
        return _less(payment, trade.post_fee)
    if row.divide_order_fee is not None:
        return row.divide_order_fee
    return _less(row.payment, _share(row, trade, single))


def _less(amount: int | None, other: int | None) -> int | None:
    return None if amount is None or other is None else amount - other


def _fulfillment(row: Line, axes: Axes) -> FulfillmentStatus:
    """By the line's own word; without one the trade's, unless that is about several.

    A line that was closed before it was shipped has nothing left to ship.
    """
    if row.status is None:
        partial = axes[2] is FulfillmentStatus.PARTIAL
        return FulfillmentStatus.UNKNOWN if partial else axes[2]
    if not closed(row):
        return look_up(STATUS, row.status)[2]
    shipped = row.consign_time is not None and row.consign_time is not UNREADABLE
    return FulfillmentStatus.SHIPPED if shipped else FulfillmentStatus.NOT_REQUIRED


def closed(row: Line) -> bool:
    """Whether the line is off: before payment (never to be shipped, TOP warns in so many
    words) or refunded whole."""
    return row.status is not None and look_up(STATUS, row.status)[0] is CANCELLED


def after_sale(row: Line) -> AfterSaleStatus:
    """Whether a refund stands against the line."""
    word = row.refund_status
    return look_up(REFUND, word) if word else AfterSaleStatus.NONE


def refunded(row: Line) -> bool:
    """Whether a refund of the line has succeeded, of all of it or of a part."""
    return row.refund_status is not None and row.refund_status.startswith(REFUNDED)


def _service(row: Service, axes: Axes) -> OrderLine:
    """A service as a line that nothing is shipped for."""
    quantity = 1 if row.num is None else pieces(row.num)
    return OrderLine(
        external_id=row.oid,
        sku_external_id=None,
        product_external_id=row.service_id,
        title=row.title or "",
        quantity=quantity,
        unit_price=row.price,
        goods_amount=priced(row.price, quantity),
        buyer_paid_amount=row.payment if axes[1] in PAID else None,
        fulfillment_status=FulfillmentStatus.NOT_REQUIRED,
    )
