"""A refund case as the list and the detail call write it.

The detail has no refund_status of its own; its refund_info_list has one per voucher.
Source: paper §3.5; field by field also a client generated from the page (audit_time and
apply_time there are ms, a switch here).
"""

from __future__ import annotations

from collections.abc import Mapping

from .after_sales import DONE, REFUSED
from .drawer import Content
from .rows import JSON, Form, certificate_id
from .sale import Unit

RESULTS = {DONE: "1", REFUSED: "2"}


def after_sale_row(
    id: str,
    case: Content,
    updated: int,
    form: Form,
    box: Mapping[str, str],
    *,
    detail: bool,
) -> JSON:
    """The case in documented types."""
    code, text = case["reason"]
    status, unit = case["word"] or case["status"], case["sale"].units[case["n"]]
    row: JSON = {
        "after_sale_id": id,
        "out_biz_after_sale_id": "",
        "out_refund_payment_id": f"PAY{id}" if case["completed"] else "",
        "order_id": case["sale"].order_id,
        "order_type": case["sale"].order_type,
        "trade_type": 1,
        "refund_type": 1,
        "status": status,
        "create_time": case["created"],
        "update_time": updated,
        "audit_time": _audited(case, form, box),
        "complete_time": case["completed"],
        "audit_result": RESULTS.get(case["status"], ""),
        "reject_reason": "已预约，不可退" if case["status"] == REFUSED else "",
        "reason": {
            "desc": text,
            "reason_code": [code],
            "show_reason": [{"reason_code": code, "msg": text}],
        },
        "merchant_account_id": int(form.account_id),
        **_amounts(case, unit, box),
        "refund_info_list": [_voucher(id, case, status, box)],
    }
    if form.new_fields:
        row["risk_scene_v2"] = {"level": 1}
    return row if detail else row | {"refund_status": status}


def _audited(case: Content, form: Form, box: Mapping[str, str]) -> int:
    """In ms where the box has it so and times are not all in ms anyway."""
    millis = box["audit_time"] == "milliseconds" and form.times == "seconds"
    at: int = case["audited"]
    return at * 1000 if millis else at


def _amounts(case: Content, unit: Unit, box: Mapping[str, str]) -> JSON:
    """The guest's money, and where the box tells it the platform's part beside it."""
    market = unit.platform_off if box["market_refund"] == "told" else 0
    return {
        "refund_amount": case["requested"],
        "user_refund_amount": case["requested"],
        "market_refund_amount": market,
        "total_refund_amount": case["requested"] + market,
        "real_refund_amount": case["refunded"],
        "deduct_fee_amount": 0,
        "user_deduct_fee_amount": 0,
        "market_deduct_fee_amount": 0,
    }


def _voucher(id: str, case: Content, status: int, box: Mapping[str, str]) -> JSON:
    """What of the case is about one voucher; it is about no other."""
    sale, n = case["sale"], case["n"]
    amounts = _amounts(case, sale.units[n], box)
    del amounts["refund_amount"]
    row: JSON = {
        "refund_id": f"77{id[2:]}",
        "certificate_id": certificate_id(sale, n),
        "order_item_id": sale.units[n].item_id,
        "code": "",
        "refund_status": status,
        "is_verified": False,
        **amounts,
    }
    if case["serials"]:
        row["times_card_refund_info_list"] = _serials(case)
    return row


def _serials(case: Content) -> list[JSON]:
    """The money by use not yet made; the first carry the fen that can't be divided."""
    share, rest = divmod(case["requested"], len(case["serials"]))
    amounts = [share + (1 if k < rest else 0) for k in range(len(case["serials"]))]
    return [
        {
            "serial_number": serial,
            "origin_amount": amount,
            "refund_amount": amount,
            "user_amount": amount,
            "marketing_amount": 0,
            "platform_market_amount": 0,
        }
        for serial, amount in zip(case["serials"], amounts, strict=True)
    ]
