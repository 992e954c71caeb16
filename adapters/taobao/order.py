"""From a trade to the canonical order, whatever its version.

Source: response fields of taobao.trade.fullinfo.get; channel paper §3, §7.7 and §8.
"""

from __future__ import annotations

from collections.abc import Iterable

from hub_core.models import (
    NO_DISCOUNTS,
    AfterSaleStatus,
    Discounts,
    FulfillmentStatus,
    Order,
    OrderStatus,
    OrderType,
    Party,
    PaymentStatus,
)

from .lines import PAID, read_lines, refunded
from .marks import read_extras, read_flags, read_issues
from .parcels import promised, read_deliveries
from .trade import Trade
from .words import (
    CASH_ON_DELIVERY,
    STATUS,
    STEP,
    TYPE,
    Axes,
    look_up,
)


def read_trade(trade: Trade, party: Party | None) -> Order:
    """The order a trade stands for. Amounts in fen, None where TOP does not say."""
    if trade.modified is None:
        raise ValueError("modified is missing: no version of the trade could be told")
    deal, money, goods = axes = read_axes(trade)
    lines = read_lines(trade, axes)
    after_sale = gravest([line.after_sale_status for line in lines])
    money = _refunds(trade, money, after_sale)
    kind = _type(trade)
    ended = trade.end_time
    return Order(
        external_id=trade.id,
        status_raw=trade.status,
        order_status=deal,
        payment_status=money,
        fulfillment_status=goods,
        after_sale_status=after_sale,
        type=kind,
        type_raw=trade.type,
        place_external_id=trade.rt_omni_store_id or trade.nr_shop_id or trade.o2o_shop_id,
        channel_created_at=trade.created,
        channel_updated_at=trade.modified,
        paid_at=trade.pay_time,
        shipped_at=trade.consign_time,
        completed_at=ended if deal is OrderStatus.COMPLETED else None,
        cancelled_at=ended if deal is OrderStatus.CANCELLED else None,
        promise_ship_at=promised(trade),
        goods_amount=trade.total_fee,
        freight_amount=trade.post_fee,
        tax_amount=trade.order_tax_fee,
        discounts=_discounts(trade),
        payable_amount=trade.payment,
        buyer_paid_amount=_paid(trade, money),
        merchant_receivable_amount=_received(trade, deal),
        flags=read_flags(trade, after_sale),
        lines=lines,
        deliveries=read_deliveries(trade),
        party=party,
        issues=read_issues(trade, axes, kind, lines),
        ext=read_extras(trade),
    )


# Status --------------------------------------------------------------------------------


def read_axes(trade: Trade) -> Axes:
    """The deal, the money and the goods, before refunds are looked at."""
    deal, money, goods = look_up(STATUS, trade.status)
    if trade.step_trade_status and money is PaymentStatus.UNPAID:
        money = look_up(STEP, trade.step_trade_status)
    if trade.type == CASH_ON_DELIVERY and goods in NOT_HANDED_OVER and not trade.pay_time:
        money = PaymentStatus.UNPAID if money is PaymentStatus.PAID else money
    if deal is OrderStatus.CANCELLED and trade.consign_time is not None:
        goods = FulfillmentStatus.SHIPPED
    return deal, money, goods


NOT_HANDED_OVER = (
    FulfillmentStatus.UNFULFILLED,
    FulfillmentStatus.PARTIAL,
    FulfillmentStatus.SHIPPED,
)
"""Cash on delivery is paid when the goods are handed over, not when they are ordered."""


def gravest(found: Iterable[AfterSaleStatus]) -> AfterSaleStatus:
    """What the lines' cases come to for the whole order."""
    worst = AfterSaleStatus.NONE
    for status in found:
        if RANK[status] > RANK[worst]:
            worst = status
    return worst


RANK = {
    AfterSaleStatus.NONE: 0,
    AfterSaleStatus.CLOSED: 1,
    AfterSaleStatus.UNKNOWN: 2,
    AfterSaleStatus.OPEN: 3,
}


def _refunds(
    trade: Trade, money: PaymentStatus, after_sale: AfterSaleStatus
) -> PaymentStatus:
    """Paid money under refund. A line's refund may be of a part, so only a trade that was
    closed over it (TRADE_CLOSED) is refunded whole."""
    if money is not PaymentStatus.PAID:
        return money
    if after_sale is AfterSaleStatus.OPEN:
        return PaymentStatus.REFUNDING
    return PaymentStatus.PARTIALLY_REFUNDED if any_refunded(trade) else money


def any_refunded(trade: Trade) -> bool:
    """Whether any line's refund has succeeded."""
    return any(refunded(row) for row in trade.orders)


def _type(trade: Trade) -> OrderType:
    if trade.gifting or trade.is_gift:
        return OrderType.GIFT
    return look_up(TYPE, trade.type) if trade.type else OrderType.NORMAL


# Money ---------------------------------------------------------------------------------


def _discounts(trade: Trade) -> Discounts:
    """The trade's own discount and its lines' own; who pays is not said."""
    total = trade.discount_fee
    for row in trade.orders:
        if total is None or row.discount_fee is None:
            return NO_DISCOUNTS
        total += row.discount_fee
    return Discounts(total_amount=total)


def _paid(trade: Trade, money: PaymentStatus) -> int | None:
    """What the buyer paid. Once a refund has succeeded `payment` may have been lowered
    (its page says so of lines and leaves the trade open), so nothing is claimed."""
    if money is PaymentStatus.PARTIALLY_PAID:
        return trade.step_paid_fee
    return trade.payment if money in PAID and not any_refunded(trade) else None


def _received(trade: Trade, deal: OrderStatus) -> int | None:
    """Grows line by line until the trade is finished; only then is it the whole."""
    return trade.received_payment if deal is OrderStatus.COMPLETED else None
