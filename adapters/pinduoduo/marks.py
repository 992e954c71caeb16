"""What stops a clerk, and what is kept beside the canonical fields.

Source: channel paper PDD §3; labels as listed in the field text of `order_tag_list`.
"""

from __future__ import annotations

from hub_core.models import Issue, PaymentStatus

from .fields import WireBasics
from .money import service_fees
from .words import GROUP_FAILED, GROUPING

Extras = dict[str, str | int | bool | None]
SAFE, UNDER_REVIEW = "0", "1"
OUT_OF_STOCK = "0"
"""`stock_out_handle_status`: to be dealt with. -1 is no such thing, 1 dealt with."""
LOTTERY = "2"
IN_A_CASE = "2"
"""`refund_status`: a case of whatever kind."""


def read_flags(
    wire: WireBasics, payment: PaymentStatus, issues: list[Issue]
) -> tuple[str, ...]:
    """`risk_review` and `paused`: do not ship. A word newer than these stops as well."""
    risk = wire.risk_control_status
    if risk not in (None, SAFE, UNDER_REVIEW):
        issues.append(Issue("flags", "unknown_word"))
    told = {
        "risk_review": risk not in (None, SAFE),
        "paused": "ship_hold" in wire.tags,
        "refund_requested": payment is PaymentStatus.REFUNDING or _may_want_it_back(wire),
        "group_pending": wire.group_status == GROUPING,
        "group_failed": wire.group_status == GROUP_FAILED,
        "stock_out": wire.stock_out_handle_status == OUT_OF_STOCK,
        "lottery": wire.is_lucky_flag == LOTTERY,
    }
    return tuple(name for name, is_so in told.items() if is_so)


def _may_want_it_back(wire: WireBasics) -> bool:
    """A case is open, and an answer without the finer word does not say what for."""
    return wire.refund_status == IN_A_CASE and wire.after_sales_status is None


def read_extras(wire: WireBasics) -> Extras:
    """Words as they came, and amounts in fen that have no field of their own."""
    step = wire.step_order_info
    found: Extras = {
        "pdd:refund_status": wire.refund_status,
        "pdd:after_sales_status": wire.after_sales_status,
        "pdd:confirm_status": wire.confirm_status,
        "pdd:group_status": wire.group_status,
        "pdd:risk_control_status": wire.risk_control_status,
        "pdd:is_pre_sale": wire.is_pre_sale,
        "pdd:mkt_biz_type": wire.mkt_biz_type,
        "pdd:pay_type": wire.pay_type,
        "pdd:invoice_status": wire.invoice_status,
        "pdd:remark_tag": wire.remark_tag,
        "pdd:self_contained": wire.self_contained,
        "pdd:group_order_id": wire.group_order_id,
        "pdd:ship_additional_origin_order": wire.ship_additional_origin_order,
        "pdd:tags": ",".join(wire.tags) or None,
        "pdd:order_change_amount": wire.order_change_amount,
        "pdd:capital_free_amount": wire.capital_free_discount,
        "pdd:service_fee_amount": service_fees(wire),
        "pdd:step_trade_status": step.step_trade_status if step else None,
        "pdd:step_deposit_amount": step.advanced_paid_fee if step else None,
        "pdd:step_paid_amount": step.step_paid_fee if step else None,
        "pdd:step_discount_amount": step.step_discount_amount if step else None,
    }
    return {name: value for name, value in found.items() if value is not None}
