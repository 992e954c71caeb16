"""What a clerk must see on an order: flags, doubts, and extras an ERP may want.

Source: response fields of taobao.trade.fullinfo.get; channel paper §3.
"""

from __future__ import annotations

from hub_core.models import (
    AfterSaleStatus,
    FulfillmentStatus,
    Issue,
    OrderLine,
    OrderStatus,
    OrderType,
    PaymentStatus,
)

from .lines import closed, refunded
from .parcels import deadlines
from .trade import UNREADABLE, Line, Trade
from .words import CASH_ON_DELIVERY, FORBIDDEN, Axes


def read_flags(trade: Trade, after_sale: AfterSaleStatus) -> tuple[str, ...]:
    """Facts that stop a clerk, each named once."""
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


def read_issues(
    trade: Trade, axes: Axes, kind: OrderType, lines: tuple[OrderLine, ...]
) -> tuple[Issue, ...]:
    """Words newer than the hub, and amounts and times that are not what they seem."""
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
        if line.fulfillment_status is FulfillmentStatus.UNKNOWN and line.status_raw:
            issues.append(Issue("lines.status", "unknown_word"))
    if any(refunded(row) for row in trade.orders):
        issues.append(Issue("payable_amount", "may_be_lowered_by_refund"))
        issues.append(Issue("buyer_paid_amount", "may_be_lowered_by_refund"))
    if UNREADABLE in deadlines(trade):
        issues.append(Issue("promise_ship_at", "unreadable"))
    return tuple(dict.fromkeys(issues)) if issues else ()


def read_extras(trade: Trade) -> dict[str, str | int | bool | None]:
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
