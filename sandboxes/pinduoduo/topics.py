"""What a change is called in messages, and what the message says of it.

Source: channel paper §6 (types; the content of an order's and of a refund's message as
captured). Which change has which type is inferred from the types' names (C); so is the
content of goods'. `operation` is known for a new refund alone and left out elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub_core.sandbox import Record

from . import states

Told = tuple[str, dict[str, Any]]
"""A type and its content, before it is made text."""
Teller = Callable[[Record], Told | None]

ORDER, CASE, GOODS = "pdd_trade_Trade", "pdd_refund_Refund", "pdd_goods_Goods"
TOPICS = (
    *(ORDER + x for x in ("Confirmed", "SellerShip", "Success", "RiskChanged")),
    *(ORDER + x for x in ("LogisticsAddressChanged", "MemoModified")),
    *(CASE + x for x in ("Created", "AgreeAgreement", "BuyerReturnGoods", "Closed")),
    *(GOODS + x for x in ("Add", "Update", "OnShelf", "OffShelf", "CheckReject")),
    "pdd_chat_OrderPromise",
)
"""Every type there is."""
AGREED = frozenset({4, 5, 7, 10, 31})
"""after_sales_status of what the seller or the platform agreed to."""


def order(record: Record) -> Told | None:
    """An order's newest version; orders whose group is not complete are not told of."""
    was, now = _two(record)
    name = _order_name(was, now) if record.removed_at is None else None
    return name and (ORDER + name, {**_mall(record), "tid": record.id})  # type: ignore[return-value]


def _order_name(was: dict[str, Any], now: dict[str, Any]) -> str | None:
    if now["confirmed_at"] is None:
        return None
    if was.get("confirmed_at") is None:
        return "Confirmed"
    if now["status"] != was["status"]:
        return {states.SHIPPED: "SellerShip", states.SIGNED: "Success"}.get(now["status"])
    for field, name in CHANGES.items():
        if now[field] != was[field]:
            return name
    return None


CHANGES = {
    "risk": "RiskChanged",
    "person": "LogisticsAddressChanged",
    "remark": "MemoModified",
    "tag": "MemoModified",
}


def case(record: Record) -> Told | None:
    """An after-sale case's newest version. Amounts are fen, `modified` is ms."""
    was, now = _two(record)
    name = _case_name(was, now)
    if name is None:
        return None
    content = {
        **_mall(record),
        "tid": now["order"],
        "refund_id": int(record.id),
        "refund_fee": now["amount"],
        "bill_type": now["kind"] - 1,
        "modified": int(record.latest.updated_at * 1000),
    }
    return CASE + name, content | ({"operation": 1000} if name == "Created" else {})


def _case_name(was: dict[str, Any], now: dict[str, Any]) -> str | None:
    if not was:
        return "Created"
    if now["tracking"] != was["tracking"]:
        return "BuyerReturnGoods"
    if now["status"] in states.CLOSED:
        return "Closed"
    agreed = now["status"] in AGREED and was["status"] not in AGREED
    return "AgreeAgreement" if agreed else None


def goods(record: Record) -> Told | None:
    """A page's newest version."""
    was, now = _two(record)
    content = {**_mall(record), "goods_id": int(record.id)}
    if not was:
        return GOODS + "Add", content
    if now["onsale"] != was["onsale"]:
        return GOODS + ("OnShelf" if now["onsale"] else "OffShelf"), content
    return None if now == was else (GOODS + "Update", content)


def _two(record: Record) -> tuple[dict[str, Any], dict[str, Any]]:
    """What it was, empty for what is new, and what it is."""
    former = record.versions[-2].content if len(record.versions) > 1 else {}
    return former, record.latest.content


def _mall(record: Record) -> dict[str, Any]:
    return {"mall_id": int(record.account)}
