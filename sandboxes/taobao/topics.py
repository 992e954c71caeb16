"""What a change is called in messages, and what the message says of it.

Source: the topics and the content of paper §6 and §8; taobao_jds_TradeTrace (topic 620 of
the official documents) for ids as text. The documents of the topics themselves could not
be read: which event has which topic is inferred from their names (C), and so is `oid` of
what concerns several lines: the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hub_core.sandbox import Record

from . import privacy
from .cases import Case
from .faces import yuan
from .items import ON_SALE, Item
from .shapes import JSON
from .trade import CLOSED, Trade
from .world import Seller

Told = tuple[str, JSON]
"""A topic and its content, before it is made text."""

_TRADE, _REFUND, _ITEM = "taobao_trade_", "taobao_refund_", "taobao_item_"
TRADES = (
    *("TradeCreate", "TradeBuyerPay", "TradeBuyerStepPay", "TradeSellerShip"),
    *("TradePartlySellerShip", "TradeSuccess", "TradeClose", "TradeModifyFee"),
    *("TradeMemoModified", "TradeLogisticsAddressChanged", "TradePartlyRefund"),
    *("TradeRated", "TradeChanged"),
)
REFUNDS = {
    "WAIT_BUYER_RETURN_GOODS": "RefundSellerAgreeAgreement",
    "SELLER_REFUSE_BUYER": "RefundSellerRefuseAgreement",
    "WAIT_SELLER_CONFIRM_GOODS": "RefundBuyerReturnGoods",
    "SUCCESS": "RefundSuccess",
    "CLOSED": "RefundClosed",
}
ITEMS = (
    *("ItemAdd", "ItemUpdate", "ItemUpshelf", "ItemDownshelf", "ItemDelete"),
    *("ItemZeroStock", "ItemStockChanged"),
)
TOPICS = (
    *(_TRADE + name for name in TRADES),
    *(_REFUND + name for name in ("RefundCreated", *REFUNDS.values())),
    *(_ITEM + name for name in ITEMS),
)
"""All this box tells of, and so all an app can have subscribed."""

STATUSES = {
    "WAIT_BUYER_CONFIRM_GOODS": "TradeSellerShip",
    "SELLER_CONSIGNED_PART": "TradePartlySellerShip",
    "TRADE_FINISHED": "TradeSuccess",
    "TRADE_CLOSED": "TradeClose",
    "TRADE_CLOSED_BY_TAOBAO": "TradeClose",
}


def of(record: Record, seller: Seller, how: Mapping[str, str]) -> Told | None:
    """What is told of a record's newest version; None where there is nothing to tell."""
    ((kind, after),) = record.latest.content.items()
    former = record.versions[-2].content[kind] if len(record.versions) > 1 else None
    prefix, named, content = KINDS[kind]
    name = named(former, after)
    if record.removed_at is not None:
        name = "ItemDelete" if kind == "item" else None
    return None if name is None else (prefix + name, content(after, seller, how))


# Names --------------------------------------------------------------------------------


def _trade_name(former: Trade | None, after: Trade) -> str | None:
    if former is None:
        return "TradeCreate"
    if after.paid_at != former.paid_at and after.kind != "cod":
        return "TradeBuyerPay"
    if after.step_paid > former.step_paid:
        return "TradeBuyerStepPay"
    if after.status != former.status:
        return STATUSES.get(after.status, "TradeChanged")
    closed = sum(x.status in CLOSED for x in after.lines)
    if closed > sum(x.status in CLOSED for x in former.lines):
        return "TradePartlyRefund"
    return _edit_name(former, after)


def _edit_name(former: Trade, after: Trade) -> str | None:
    if after.payment != former.payment:
        return "TradeModifyFee"
    if (after.memo, after.flag) != (former.memo, former.flag):
        return "TradeMemoModified"
    if after.receiver != former.receiver:
        return "TradeLogisticsAddressChanged"
    if after.rated and not former.rated:
        return "TradeRated"
    return None if after._replace(poison=former.poison) == former else "TradeChanged"


def _case_name(former: Case | None, after: Case) -> str | None:
    if former is None:
        return "RefundCreated"
    return None if after.status == former.status else REFUNDS.get(after.status)


def _item_name(former: Item | None, after: Item) -> str | None:
    if former is None:
        return "ItemAdd"
    if after.num == 0 < former.num:
        return "ItemZeroStock"
    if (after.stands == ON_SALE) != (former.stands == ON_SALE):
        return "ItemUpshelf" if after.stands == ON_SALE else "ItemDownshelf"
    if after.levels() != former.levels():
        return "ItemStockChanged"
    return None if after._replace(poison=former.poison) == former else "ItemUpdate"


# Contents -----------------------------------------------------------------------------


def _trade(trade: Trade, seller: Seller, how: Mapping[str, str]) -> JSON:
    return {
        **_ids(how, tid=trade.tid, oid=trade.lines[0].oid),
        **_buyer(trade, seller, how),
        "seller_nick": seller.nick,
        "payment": yuan(trade.payment),
        "post_fee": yuan(trade.post_fee),
        "status": trade.word,
        "type": trade.kind,
    }


def _case(case: Case, seller: Seller, how: Mapping[str, str]) -> JSON:
    return {
        **_ids(how, tid=case.trade.tid, oid=case.line.oid, refund_id=case.refund_id),
        **_buyer(case.trade, seller, how),
        "seller_nick": seller.nick,
        "refund_fee": yuan(case.fee),
        "bill_type": "return_bill" if case.returns else "refund_bill",
        "refund_phase": case.phase,
    }


def _item(item: Item, seller: Seller, how: Mapping[str, str]) -> JSON:
    said = {"nick": seller.nick, "title": item.title, "price": yuan(item.price)}
    return {**_ids(how, num_iid=item.num_iid), **said, "num": item.num}


def _buyer(trade: Trade, seller: Seller, how: Mapping[str, str]) -> JSON:
    """By name, or since 2023 masked and with the app's own handle (paper §7.3)."""
    nick = privacy.nick(trade.buyer)
    if seller.clear:
        return {"buyer_nick": nick}
    open_uid = privacy.open_uid(seller.app_key, trade.buyer)
    return {
        "buyer_nick": privacy.masked(nick, how["masks"]),
        "buyer_open_uid": open_uid,
    }


def _ids(how: Mapping[str, str], **ids: int) -> dict[str, Any]:
    text = how["message_ids"] == "string"
    return {name: str(id) if text else id for name, id in ids.items()}


KINDS: dict[str, tuple[str, Callable[..., str | None], Callable[..., JSON]]] = {
    "trade": (_TRADE, _trade_name, _trade),
    "case": (_REFUND, _case_name, _case),
    "item": (_ITEM, _item_name, _item),
}
"""What a record holds: how its topics begin, which it is, what is said."""
