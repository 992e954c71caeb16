"""From a trade to the canonical order, whatever its version.

Source: response fields of taobao.trade.fullinfo.get; channel paper §3, §7.7 and §8.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from hub_core.models import (
    NO_DISCOUNTS,
    AfterSaleStatus,
    Delivery,
    DeliveryKind,
    Discounts,
    FulfillmentStatus,
    Issue,
    Order,
    OrderLine,
    OrderStatus,
    OrderType,
    Party,
    PaymentStatus,
    Protection,
)

from .lines import PAID, closed, read_lines, refunded
from .trade import UNREADABLE, Line, Trade
from .words import (
    CASH_ON_DELIVERY,
    FORBIDDEN,
    SHIPPING,
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
        promise_ship_at=_promised(trade),
        goods_amount=trade.total_fee,
        freight_amount=trade.post_fee,
        tax_amount=trade.order_tax_fee,
        discounts=_discounts(trade),
        payable_amount=trade.payment,
        buyer_paid_amount=_paid(trade, money),
        merchant_receivable_amount=_received(trade, deal),
        flags=_flags(trade, after_sale),
        lines=lines,
        deliveries=read_deliveries(trade),
        party=party,
        issues=_issues(trade, axes, kind, lines),
        ext=_ext(trade),
    )


# Status --------------------------------------------------------------------------------


def read_axes(trade: Trade) -> Axes:
    """The deal, the money and the goods, before refunds are looked at."""
    deal, money, goods = look_up(STATUS, trade.status)
    if trade.step_trade_status and money is PaymentStatus.UNPAID:
        money = look_up(STEP, trade.step_trade_status)
    if trade.type == CASH_ON_DELIVERY and goods in NOT_HANDED_OVER and not trade.pay_time:
        money = PaymentStatus.UNPAID if money is PaymentStatus.PAID else money
    if deal is OrderStatus.CANCELLED and trade.consign_time:
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


# Goods ---------------------------------------------------------------------------------


def read_deliveries(trade: Trade) -> tuple[Delivery, ...]:
    """One for each waybill. TOP names a line's waybill and its carrier on the line."""
    parcels: dict[tuple[str, str | None], list[Line]] = {}
    for row in trade.orders:
        if row.invoice_no:
            parcels.setdefault((row.invoice_no, row.logistics_company), []).append(row)
    return tuple([_delivery(trade, *key, held) for key, held in parcels.items()])


def _delivery(
    trade: Trade, waybill: str, carrier: str | None, held: list[Line]
) -> Delivery:
    return Delivery(
        external_id=waybill,
        kind=_kind(trade, held[0]),
        carrier_name=carrier,
        tracking_no=waybill,
        shipped_at=_real(held[0].consign_time) or trade.consign_time,
        line_external_ids=tuple([row.id for row in held if row.id]),
    )


def _kind(trade: Trade, row: Line) -> DeliveryKind:
    if trade.shop_pick or trade.rt_omni_send_type == "pickUp":
        return DeliveryKind.PICKUP
    word = row.shipping_type or trade.shipping_type
    return look_up(SHIPPING, word) if word else DeliveryKind.PARCEL


def _real(moment: datetime | None) -> datetime | None:
    return None if moment is UNREADABLE else moment


def _promised(trade: Trade) -> datetime | None:
    """The earliest of the latest times to ship."""
    moments = [moment for moment in _deadlines(trade) if moment is not UNREADABLE]
    return min(moments) if moments else None


def _deadlines(trade: Trade) -> list[datetime]:
    moments = [trade.delivery_time] if trade.delivery_time else []
    return moments + [row.delivery_time for row in trade.orders if row.delivery_time]


# What a clerk must see -----------------------------------------------------------------


def _flags(trade: Trade, after_sale: AfterSaleStatus) -> tuple[str, ...]:
    flags = ["locked", "paid_forbid_consign"] if trade.status == FORBIDDEN else []
    if _held(trade) and not flags:
        flags.append("locked")
    if trade.type == CASH_ON_DELIVERY:
        flags.append("cash_on_delivery")
    if after_sale is AfterSaleStatus.OPEN:
        flags.append("refund_requested")
    if trade.mark_desc:
        flags.append("risk_review")
    if trade.rx_audit_status == "0":
        flags.append("prescription_review")
    if trade.lm:
        flags.append("address_changed")
    for row in trade.orders:
        flags += _line_flags(row)
    return tuple(dict.fromkeys(flags))


def _line_flags(row: Line) -> list[str]:
    flags = []
    if closed(row):
        flags.append("do_not_ship_closed_lines")
    if row.modify_address:
        flags.append("address_changed")
    if row.is_oversold:
        flags.append("oversold")
    if row.bind_oid or row.bind_oids:
        flags.append("ship_together")
    return flags


def _held(trade: Trade) -> bool:
    """Any of the platform's own holds on shipping."""
    return bool(
        trade.top_hold
        or trade.ofp_hold
        or trade.team_buy_hold
        or trade.share_group_hold
        or trade.forbid_consign
        or trade.is_sh_ship
    )


def _issues(
    trade: Trade, axes: Axes, kind: OrderType, lines: tuple[OrderLine, ...]
) -> tuple[Issue, ...]:
    issues = []
    if axes[0] is OrderStatus.UNKNOWN:
        issues.append(Issue("status", "unknown_word"))
    if axes[1] is PaymentStatus.UNKNOWN and axes[0] is not OrderStatus.UNKNOWN:
        issues.append(Issue("step_trade_status", "unknown_word"))
    if kind is OrderType.UNKNOWN:
        issues.append(Issue("type", "unknown_word"))
    for line in lines:
        if line.after_sale_status is AfterSaleStatus.UNKNOWN:
            issues.append(Issue("lines.refund_status", "unknown_word"))
        if line.fulfillment_status is FulfillmentStatus.UNKNOWN:
            issues.append(Issue("lines.status", "unknown_word"))
    if any_refunded(trade):
        issues.append(Issue("payable_amount", "may_be_lowered_by_refund"))
        issues.append(Issue("buyer_paid_amount", "may_be_lowered_by_refund"))
    if UNREADABLE in _deadlines(trade):
        issues.append(Issue("promise_ship_at", "unreadable"))
    return tuple(dict.fromkeys(issues)) if issues else ()


def _ext(trade: Trade) -> dict[str, str | int | bool | None]:
    """What an ERP may want besides; nothing of a person. Amounts in fen, `_raw` as sent."""
    extras: dict[str, str | int | bool | None] = {
        "taobao:trade_from": trade.trade_from,
        "taobao:shipping_type": trade.shipping_type,
        "taobao:step_trade_status": trade.step_trade_status,
        "taobao:step_paid_amount": trade.step_paid_fee,
        "taobao:cod_status": trade.cod_status,
        "taobao:seller_flag": trade.seller_flag,
        "taobao:adjust_amount": trade.adjust_fee,
        "taobao:commission_amount": trade.commission_fee,
        "taobao:biz_code": trade.biz_code,
        "taobao:final_payment_order_id": trade.o2o_step_order_id,
        "taobao:deposit_order_id": trade.o2o_et_order_id,
        "taobao:platform_subsidy_raw": trade.platform_subsidy_fee,
        "taobao:coupon_fee_raw": trade.coupon_fee,
        "taobao:refund_ids": ",".join([r.refund_id for r in trade.orders if r.refund_id])
        or None,
    }
    return {name: value for name, value in extras.items() if value is not None}


# People --------------------------------------------------------------------------------


def read_party(
    trade: Trade,
    protection: Protection,
    *,
    buyer_token: str | None = None,
    receiver_token: str | None = None,
) -> Party | None:
    """Buyer and receiver, or None where nothing was said of either."""
    party = Party(
        buyer_token=buyer_token,
        receiver_token=receiver_token,
        buyer_nick=trade.buyer_nick,
        protection=protection,
        name=trade.receiver_name,
        phone=trade.receiver_mobile,
        telephone=trade.receiver_phone,
        province=trade.receiver_state,
        city=trade.receiver_city,
        district=trade.receiver_district,
        town=trade.receiver_town,
        address=trade.receiver_address,
        postcode=trade.receiver_zip,
        buyer_note=trade.buyer_message,
        seller_note=trade.seller_memo,
    )
    return None if party == NOBODY[protection] else party


NOBODY = {kind: Party(protection=kind) for kind in Protection}
