"""Couriers, a parcel sent, further parcels, and the seller's note on an order.

Source: channel paper §4; official pages of pdd.logistics.online.send,
pdd.order.upload.extra.logistics and pdd.order.note.update.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub_core.sandbox import Effect, Record

from . import states
from .errors import Declined
from .happenings import Happenings
from .options import Options
from .orders import Orders
from .queries import Reader, Sent

NAMES = {
    44: ("SF", "顺丰快递", 1),
    85: ("YTO", "圆通快递", 1),
    115: ("ZTO", "中通快递", 1),
    121: ("YUNDA", "韵达快递", 1),
    384: ("JTSD", "极兔速递", 1),
    3: ("BSHT", "百世快递", 0),
}
"""Courier's id: code, name, and whether parcels may be sent with it."""
FIRST, MODIFY = 1, 2
"""redelivery_type."""
EXTRA = {1: "split", 2: "reship", 3: "gift"}
"""extra_track_type."""
NO_SENDING = {
    "under_review": "订单审核中，不能发货",
    "cancelled": "订单已取消，不能发货",
    "refunded": "订单已退款，不能发货",
}
Done = tuple[dict[str, Any], Effect]


class Shipping:
    """Answers clients that change an order."""

    def __init__(
        self,
        orders: Orders,
        happenings: Happenings,
        options: Options,
        switches: Mapping[str, str],
    ) -> None:
        self.orders, self.happenings, self.switches = orders, happenings, switches
        self._reader = Reader(options, switches)

    def companies(self) -> dict[str, Any]:
        """Every courier; only those with available 1 may be sent with."""
        rows = [
            {"id": id, "code": code, "logistics_company": name, "available": open_}
            for id, (code, name, open_) in NAMES.items()
        ]
        return {"logistics_companies": rows}

    def send(self, account: str, sent: Sent, now: float) -> Done:
        """A parcel leaves, or (redelivery_type 2) left with another number."""
        record = self._order(account, sent, now)
        reader = self._reader
        carrier = self._carrier(reader.number(sent, "logistics_id"))
        number = reader.text(sent, "tracking_number")
        kind = reader.number(sent, "redelivery_type", default=FIRST, allowed=(1, 2))
        was = record.latest.content
        self._may_leave(was)
        if kind == FIRST and was["status"] != states.TO_SHIP:
            raise Declined("not_to_ship", "订单已发货，不能重复发货")
        if kind == MODIFY and was["status"] == states.TO_SHIP:
            raise Declined("not_shipped", "订单未发货，不能修改发货")
        at = float(int(now))
        left: dict[str, Any] = (
            {"status": states.SHIPPED, "shipped_at": at} if kind == FIRST else {}
        )
        self.happenings.put(record, at, carrier=carrier, tracking=number, **left)
        is_bool = self.switches["is_success"] == "bool"
        mode = "first" if kind == FIRST else "modify"
        effect = _shipped(now, record.id, carrier, number, mode)
        return {"is_success": True if is_bool else 1}, effect

    def more(
        self, account: str, sent: Sent, now: float
    ) -> tuple[dict[str, Any], list[Effect]]:
        """Further parcels of an order that has left."""
        record = self._order(account, sent, now)
        kind = self._reader.number(sent, "extra_track_type", default=1, allowed=EXTRA)
        rows = self._reader.rows(sent, "extra_track_list")
        was = record.latest.content
        self._may_leave(was)
        if was["status"] == states.TO_SHIP:
            raise Declined("not_shipped", "订单未发货，不能上传额外运单")
        parcels = [(kind, *self._parcel(row)) for row in rows]
        fresh = [p for p in dict.fromkeys(parcels) if p not in was["parcels"]]
        if fresh:
            self.happenings.put(record, float(int(now)), parcels=(*was["parcels"], *fresh))
        told = [_shipped(now, record.id, c, n, EXTRA[kind]) for _, c, n in fresh]
        return {"success": True}, told

    def note(self, account: str, sent: Sent, now: float) -> Done:
        """The seller's remark; tag and tag_name come together or not at all."""
        record = self._order(account, sent, now)
        note, tag_name = self._reader.text(sent, "note"), sent.get("tag_name", "")
        tag = self._reader.number(sent, "tag", default=0, allowed=range(6))
        if bool(tag) != bool(tag_name):
            raise self._reader.bad("tag_name" if tag else "tag")
        if len(tag_name) > 3:
            raise Declined("too_long", "标记名称最大为3个字符")
        bump = self.switches["bumps"] == "all"
        marks = {"tag": (tag, tag_name)} if tag else {}
        self.happenings.put(record, float(int(now)), bump=bump, remark=note, **marks)
        told = {"success": True, "error_code": 0, "error_msg": ""}
        return told, Effect(now, "note", record.id, {"note": note, "tag": tag or None})

    # How --------------------------------------------------------------------------------

    def _order(self, account: str, sent: Sent, now: float) -> Record:
        """The order as it is, also where readers see an older version still."""
        seen = self.orders.seen(account, self._reader.text(sent, "order_sn"), now)
        if seen is None:
            raise Declined("missing_order", "订单不存在")
        return seen[0]

    def _may_leave(self, was: Mapping[str, Any]) -> None:
        held = {
            "under_review": was["risk"] == 1,
            "cancelled": was["confirm"] == states.CANCELLED,
            "refunded": was["refund"] == states.REFUNDED,
        }
        for kind, is_so in held.items():
            if is_so:
                raise Declined(kind, NO_SENDING[kind])

    def _carrier(self, id: int) -> int:
        if not NAMES.get(id, ("", "", 0))[2]:
            raise Declined("carrier", "快递公司不可用")
        return id

    def _parcel(self, row: Mapping[str, Any]) -> tuple[int, str]:
        said, number = str(row.get("shipping_id", "")), str(row.get("tracking_number", ""))
        if not said.isdecimal() or not number:
            raise self._reader.bad("extra_track_list")
        return self._carrier(int(said)), number


def _shipped(at: float, sn: str, carrier: int, number: str, mode: str) -> Effect:
    """`mode` is first, modify, split, reship or gift."""
    facts = {"carrier_code": str(carrier), "tracking_no": number, "mode": mode}
    return Effect(at, "ship", sn, facts)
