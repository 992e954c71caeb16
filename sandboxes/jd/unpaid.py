"""Orders waiting for payment: another list, another shape.

Source: channel paper §3 (notPayOrderInfo: parameters) and the published SDK classes
PaginatedInfo, OrderDataNotPayInfo and OrderItemNotPayInfo (answer).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub_core.sandbox import Record, Version

from .baskets import Line
from .receivers import buyer, consignee, person
from .times import text_of

WAITING = 1
"""`status` of a row. An Integer in the SDK; its words are not documented."""


class UnpaidRows:
    """Writes OrderDataNotPayInfo in the shape the switches choose."""

    def __init__(self, switches: Mapping[str, str], new_fields: bool) -> None:
        self.switches, self.new_fields = switches, new_fields

    def row(self, record: Record, version: Version, privacy: str) -> dict[str, Any]:
        """One order; ids are JSON numbers here, as the SDK types them."""
        content = version.content
        extra = {"sandboxHold": {"left": 1}} if self.new_fields else {}
        return {
            "id": int(record.id) % 10_000_000_000,
            "orderId": int(record.id),
            "venderId": int(record.account),
            "payment": self._amount(content["paid"]),
            "orderType": int(content["kind"]),
            "parentId": int(content["parent"] or 0),
            "orderCreated": text_of(content["started_at"]),
            "status": WAITING,
            "created": self._date(content["started_at"]),
            "modified": self._date(version.updated_at),
            **_who(content, privacy),
            "itemList": self._items(record, version),
            **extra,
        }

    def _amount(self, fen: int) -> float:
        return fen if self.switches["unpaid_amount"] == "fen" else fen / 100

    def _date(self, at: float) -> Any:
        text = self.switches["unpaid_dates"] == "text"
        return text_of(at) if text else int(at) * 1000

    def _items(self, record: Record, version: Version) -> list[dict[str, Any]]:
        return [
            self._item(record, version, place, line)
            for place, line in enumerate(version.content["basket"].lines)
        ]

    def _item(
        self, record: Record, version: Version, place: int, line: Line
    ) -> dict[str, Any]:
        return {
            "id": int(record.id) * 10 % 1_000_000_000_000 + place,
            "orderId": int(record.id),
            "venderId": int(record.account),
            "num": line.quantity,
            "skuId": int(line.sku),
            "skuName": line.title,
            "created": self._date(version.content["started_at"]),
            "modified": self._date(version.updated_at),
        }


def _who(content: Mapping[str, Any], privacy: str) -> dict[str, Any]:
    who = person(content["person"])
    shown = consignee(who, privacy, encrypted=True, voucher=content["kind"] == "75")
    plain = {
        "userName": shown["fullname"],
        "address": shown["fullAddress"],
        "mobile": shown["mobile"],
        "phone": shown["telephone"],
    }
    ids = {k: int(shown[k] or 0) for k in ("provinceId", "cityId", "countyId", "townId")}
    tail = {k: shown[k] for k in ("oaid", "desen_mobile") if k in shown}
    handles = {k: v for k, v in buyer(who, privacy).items() if k != "realPin"}
    return plain | ids | tail | handles
