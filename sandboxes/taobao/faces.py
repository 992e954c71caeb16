"""A trade as it is sent: every field the lists and fullinfo can give, in yuan and GMT+8.

Source: paper §3 (money, time, types), §8 (ids), and the field names of the published
fullinfo answers. What is empty is left out, as those answers do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub_core.sandbox import Version

from . import privacy, times
from .births import VIRTUAL
from .shapes import JSON
from .trade import FINAL, UNPAID, Line, Trade
from .world import Seller, trade_of

LIST_FIELDS = frozenset({
    "seller_nick", "buyer_nick", "buyer_open_uid", "title", "type", "created", "tid",
    "sid", "seller_rate", "buyer_rate", "status", "payment", "discount_fee",
    "adjust_fee", "post_fee", "total_fee", "pay_time", "end_time", "modified",
    "consign_time", "pic_path", "num_iid", "num", "price", "cod_fee", "cod_status",
    "shipping_type", "receiver_name", "receiver_state", "receiver_city",
    "receiver_district", "receiver_town", "receiver_address", "receiver_zip",
    "receiver_mobile", "receiver_phone", "seller_flag", "has_buyer_message",
    "trade_from", "step_trade_status", "step_paid_fee", "service_orders", "orders",
    "rx_audit_status", "is_part_consign", "buyer_cod_fee", "has_post_fee", "oaid",
    "mark_desc", "send_time", "order_tax_fee", "credit_card_fee", "async_modified",
})  # fmt: skip
"""What the two lists give at trade level; anything else is fullinfo's alone."""


USUAL = "圆通速递"
"""The carrier of shops that send by themselves."""


def yuan(fen: int) -> str:
    """`20007` as `200.07`."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def body(version: Version, seller: Seller, how: Mapping[str, str]) -> JSON:
    """All fields of the trade under the switch positions `how`."""
    trade = trade_of(version)
    one = trade.lines[0] if len(trade.lines) == 1 else None
    ident = str if how["ids"] == "string" else int
    fields: JSON = {
        "tid": ident(trade.tid),
        "tid_str": str(trade.tid),
        "type": trade.kind,
        "status": trade.word,
        "title": seller.nick,
        "seller_nick": seller.nick,
        "created": times.text(trade.created),
        "modified": times.text(version.updated_at),
        "async_modified": times.text(version.visible_at),
        "pay_time": _time(trade.paid_at),
        "consign_time": _time(trade.sent_at),
        "end_time": _time(trade.ended_at),
        "payment": yuan(trade.payment),
        "total_fee": yuan(sum(x.price * x.num for x in trade.lines)),
        "discount_fee": yuan(trade.discount),
        "adjust_fee": yuan(one.adjust if one else 0),
        "post_fee": yuan(trade.post_fee),
        "received_payment": yuan(trade.received),
        "has_post_fee": trade.post_fee > 0,
        "num": one.num if one else 0,
        "num_iid": one.num_iid if one else None,
        "price": yuan(one.price) if one else None,
        "cod_fee": "0.00",
        "buyer_cod_fee": "0.00",
        "cod_status": trade.cod_status or "NEW_CREATED",
        "step_trade_status": trade.step_status,
        "step_paid_fee": yuan(trade.step_paid) if trade.step_status else None,
        "shipping_type": "virtual" if trade.kind in VIRTUAL else "express",
        "trade_from": "WAP,TAOBAO",
        "seller_flag": trade.flag,
        "seller_memo": trade.memo or None,
        "buyer_message": trade.message or None,
        "has_buyer_message": bool(trade.message),
        "buyer_rate": trade.rated,
        "seller_rate": False,
        "is_part_consign": trade.status == "SELLER_CONSIGNED_PART",
        "is_lgtype": False,
        "commission_fee": "0.00",
        "alipay_no": None
        if trade.status in UNPAID
        else f"20261120220011{trade.tid % 10**14}",
    }
    fields |= _who(trade, seller, how)
    fields["orders"] = {"order": [_order(trade, x, ident, how) for x in trade.lines]}
    if trade.promotions:
        fields["promotion_details"] = _promotions(trade, ident)
    if trade.services:
        fields["service_orders"] = _services(trade, ident)
    return without_blanks(fields, how)


def without_blanks(fields: JSON, how: Mapping[str, str]) -> JSON:
    """Fields without a value left out, or empty."""
    if how["blanks"] == "absent":
        return {k: v for k, v in fields.items() if v is not None}
    return {k: "" if v is None else v for k, v in fields.items()}


def _time(at: float | None) -> str | None:
    return None if at is None else times.text(at)


def _who(trade: Trade, seller: Seller, how: Mapping[str, str]) -> JSON:
    """Buyer and receiver: as they were until 2021, or masked with handles."""
    to, nick = trade.receiver, privacy.nick(trade.buyer)
    where: JSON = {
        "receiver_state": to.province,
        "receiver_city": to.city or None,  # empty for a county the province runs itself
        "receiver_district": to.district,
        "receiver_zip": "000000",
    }
    if seller.clear:
        return where | {
            "buyer_nick": nick,
            "receiver_name": to.name,
            "receiver_mobile": to.phone,
            "receiver_address": to.address,
        }
    glyphs = how["masks"]
    return where | {
        "buyer_nick": privacy.masked(nick, glyphs),
        "buyer_open_uid": privacy.open_uid(seller.app_key, trade.buyer),
        "receiver_name": privacy.masked(to.name, glyphs),
        "receiver_mobile": privacy.masked_mobile(to.phone),
        "receiver_address": privacy.masked_address(to.address, glyphs),
        "oaid": privacy.oaid(seller.app_key, seller.user, trade.created, to),
    }


def _order(trade: Trade, line: Line, ident: Any, how: Mapping[str, str]) -> JSON:
    """One line. Alone in its trade its payment includes freight and all discounts."""
    alone = len(trade.lines) == 1
    payment = trade.payment if alone else line.goods
    if line.refund_status == "SUCCESS" and how["refunded_line"] == "zeroed":
        payment = 0
    refund = line.refund_status
    if refund == "NO_REFUND" and how["no_refund"] == "absent":
        refund = ""
    fields: JSON = {
        "oid": ident(line.oid),
        "oid_str": str(line.oid),
        "num_iid": line.num_iid,
        "sku_id": str(line.sku_id),
        "outer_sku_id": f"SKU-{line.sku_id % 1_000_003}",
        "outer_iid": f"ITEM-{line.num_iid % 100_003}",
        "sku_properties_name": f"规格:{line.variant}",
        "title": line.title,
        "num": line.num,
        "price": yuan(line.price),
        "payment": yuan(payment),
        "total_fee": yuan(line.goods),
        "adjust_fee": yuan(line.adjust),
        "discount_fee": yuan(line.discount),
        "part_mjz_discount": yuan(line.share),
        "divide_order_fee": yuan(line.goods - line.share),
        "status": trade.said if trade.said and alone else line.status,
        "refund_status": refund or None,
        "refund_id": None if line.refund_id is None else str(line.refund_id),
        "consign_time": _time(line.sent_at),
        "end_time": _time(line.ended_at),
        "logistics_company": (line.courier or USUAL) if line.waybill else None,
        "invoice_no": line.waybill,
        "order_from": "WAP,TAOBAO",
        "buyer_rate": trade.rated and line.status in FINAL,
        "seller_type": "C",
    }
    return without_blanks(fields, how)


def _promotions(trade: Trade, ident: Any) -> JSON:
    rows = []
    for p in trade.promotions:
        row = {
            "id": ident(p.id),
            "promotion_name": p.name,
            "promotion_desc": f"{p.name}:省{yuan(p.fee)}元",
            "promotion_id": p.promotion_id,
            "discount_fee": yuan(p.fee),
        }
        if p.gift_item_id is not None:
            row |= {"gift_item_id": str(p.gift_item_id), "gift_item_num": "1"}
        rows.append(row)
    return {"promotion_detail": rows}


def _services(trade: Trade, ident: Any) -> JSON:
    rows = [
        {
            "oid": ident(oid),
            "item_oid": ident(trade.tid),
            "service_id": 21_785_043_555 + i,
            "title": ("送货入户", "全国联保")[i % 2],
            "num": 1,
            "price": "0.00",
            "payment": "0.00",
            "total_fee": "0.00",
        }
        for i, oid in enumerate(trade.services)
    ]
    return {"service_order": rows}
