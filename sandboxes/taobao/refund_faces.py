"""A refund as it is sent: yuan, GMT+8, in the shape before or after `dispute_type`.

Source: the field lists of taobao.refunds.receive.get (apiId 52) and taobao.refund.get
(apiId 53) in the official metadata; the published answer of
taobao.special.refunds.receive.get, which has the same Refund; paper §4, §7.3, §7.8.
"""

from __future__ import annotations

from collections.abc import Mapping

from hub_core.sandbox import Version

from . import privacy, times
from .births import VIRTUAL
from .cases import Case, price
from .faces import without_blanks, yuan
from .refunds import case_of
from .shapes import JSON
from .world import Seller

LIST_FIELDS = frozenset({
    "refund_id", "tid", "oid", "title", "buyer_nick", "buyer_open_uid", "ouid",
    "seller_nick", "total_fee", "status", "created", "modified", "refund_fee", "payment",
    "good_status", "company_name", "sid", "reason", "desc", "has_good_return",
    "order_status", "refund_phase", "refund_version", "dispute_type", "num", "sku",
    "outer_id", "operation_contraint", "attribute",
})  # fmt: skip
"""What the list gives; anything else is the detail's alone."""


def body(version: Version, seller: Seller, how: Mapping[str, str]) -> JSON:
    """All fields of the refund under the switch positions `how`."""
    case = case_of(version)
    line, ident = case.line, str if how["ids"] == "string" else int
    whole = price(case.trade, case.which)
    number = int if how["refund_id"] == "number" else str
    fields: JSON = {
        "refund_id": number(case.refund_id),
        "tid": ident(case.trade.tid),
        "oid": ident(line.oid),
        "title": line.title,
        "num": line.num,
        "num_iid": line.num_iid,
        "price": yuan(line.price),
        "sku": f"{line.sku_id}|规格:{line.variant}",
        "outer_id": f"SKU-{line.sku_id % 1_000_003}",
        "status": case.status,
        "order_status": line.status,
        "good_status": case.good_status,
        "has_good_return": case.returns,
        "refund_phase": case.phase,
        "refund_version": int(version.updated_at * 1000) + len(case.status),
        "refund_fee": yuan(case.fee),
        "total_fee": yuan(whole),
        "payment": yuan(whole - case.fee),
        "reason": case.reason,
        "desc": case.words,
        "created": times.text(case.created),
        "modified": times.text(version.updated_at),
        "company_name": "中通快递" if case.waybill else None,
        "sid": case.waybill,
        "cs_status": 1,
        "attribute": f";gaia:2;bizCode:taobao;itemPrice:{line.price};",
        "seller_nick": seller.nick,
    }
    fields |= _detail(case) | _who(case, seller, how)
    if seller.disputes:
        fields["dispute_type"] = case.dispute
    return without_blanks(fields, how)


def _detail(case: Case) -> JSON:
    """What the detail has over the list."""
    fields: JSON = {
        "alipay_no": f"20261120220011{case.trade.tid % 10**14}",
        "shipping_type": "virtual" if case.trade.kind in VIRTUAL else "express",
        "advance_status": 0,
        "good_return_time": _time(case.returned_at),
        "end_time": _time(case.ended_at),
        "address": "沙箱省沙箱市沙箱路1号 退货组" if case.returns else None,
    }
    if case.deadline is not None:
        until = times.text(case.deadline)
        fields["refund_remind_timeout"] = {
            "exist_timeout": True, "remind_type": 1, "timeout": until,
        }  # fmt: skip
    return fields


def _who(case: Case, seller: Seller, how: Mapping[str, str]) -> JSON:
    """The buyer: by name as until 2021, or masked with handles."""
    nick, uid = privacy.nick(case.trade.buyer), case.trade.buyer
    if seller.clear:
        return {"buyer_nick": nick}
    return {
        "buyer_nick": privacy.masked(nick, how["masks"]),
        "buyer_open_uid": privacy.open_uid(seller.app_key, uid),
        "ouid": privacy.open_uid(seller.app_key, uid),
    }


def _time(at: float | None) -> str | None:
    return None if at is None else times.text(at)
