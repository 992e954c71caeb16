"""The methods that send parcels, and the carriers to send them by.

Source: channel paper §4; the SDK classes OperatorResult (shipment) and, for the waybill,
JosRequest, WayBillInfoDto, PartialLogisticsInfoVo and JosResponse. Which code a refusal
has is nowhere written down (C): option `number_codes`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from hub_core.sandbox import Effect, Facts, Record

from . import states
from .answers import Envelope
from .asking import JSON, Asking, Method, needed, several
from .couriers import COURIERS, OWN_DELIVERY
from .errors import Declined
from .ledger import Ledger
from .queries import text
from .stock import Effects

COMPANY_FIELDS = frozenset({"id", "name", "description"})
NUMBER = re.compile(r"[0-9A-Za-z-]{4,40}")


class Group(NamedTuple):
    """The parcels of one carrier."""

    carrier: str
    numbers: tuple[str, ...]


class Shipping:
    """Sends parcels. `effects` receives (account, effect) for each that left."""

    def __init__(
        self,
        book: Ledger,
        how: Mapping[str, str],
        envelope: Envelope,
        effects: Effects,
    ) -> None:
        self._book, self._how = book, how
        self._envelope, self._effects = envelope, effects

    def methods(self) -> dict[str, Method]:
        """What it answers."""
        return {
            "360buy.get.vender.all.delivery.company": self._companies,
            "jingdong.pop.order.shipment": self._ship,
            "jingdong.pop.order.waybill.update": self._relabel,
        }

    def _companies(self, account: str, asked: Asking, now: float) -> JSON:
        needed(asked, "fields")
        wanted = several(asked, "fields") & COMPANY_FIELDS
        rows = [
            {"id": int(id), "name": name, "description": ""}
            for id, name in COURIERS.items()
        ]
        told = [{k: v for k, v in row.items() if k in wanted} for row in rows]
        return {"vender_id": int(account), "delivery_companies": told}

    def _ship(self, account: str, asked: Asking, now: float) -> JSON:
        """Carriers `2100|4700` with their numbers `1,2|3`; own delivery needs none."""
        needed(asked, "orderId", "logiCoprId")
        order = self._order(account, text(asked, "orderId"))
        carriers = text(asked, "logiCoprId").split("|")
        said = text(asked, "logiNo").split("|") if text(asked, "logiNo") else []
        said += [""] * (len(carriers) - len(said))
        if len(said) != len(carriers):
            raise Declined("waybill", "logiNo")
        groups = [self._group(*pair) for pair in zip(carriers, said, strict=True)]
        if order.latest.content["state"] not in (states.TO_SHIP, states.ABROAD):
            raise Declined("order_state", order.latest.content["state"])
        at = float(int(now))
        self._book.change(order, at, state=states.SHIPPED, shipped_at=at, **_label(groups))
        self._note(order, groups, at)
        words = {"chineseErrCode": "", "englishErrCode": "", "errorCode": ""}
        done = {"success": self._envelope.truth(True), **words}
        return {"sopjosshipment_result": done}

    def _relabel(self, account: str, asked: Asking, now: float) -> JSON:
        """Other numbers for an order that was sent and has not arrived."""
        data = _inside(_inside(asked, "request"), "data")
        order = self._order(account, text(data, "orderId"))
        rows = data.get("partialShipmentInfoList")
        if not isinstance(rows, list) or not rows:
            raise Declined("parameters", "partialShipmentInfoList")
        if not all(isinstance(row, dict) for row in rows):
            raise Declined("parameters", "partialShipmentInfoList")
        by: dict[str, list[str]] = {}
        for row in rows:
            by.setdefault(text(row, "logicId"), []).append(text(row, "waybillId"))
        groups = [self._group(carrier, ",".join(said)) for carrier, said in by.items()]
        if order.latest.content["state"] != states.SHIPPED:
            raise Declined("order_state", order.latest.content["state"])
        at = float(int(now))
        self._book.change(order, at, **_label(groups))
        self._note(order, groups, at, again=True)
        code = int(self._how["waybill_code"])
        return {"response": {"code": code, "msg": "成功", "data": None}}

    # How ------------------------------------------------------------------------------

    def _order(self, account: str, id: str) -> Record:
        if not id.isdecimal():
            raise Declined("parameters", "orderId")
        order = self._book.get(account, id)
        if order is None or order.removed_at is not None:
            raise Declined("missing_order")
        if order.latest.content["state"] == states.NOT_PAY:
            raise Declined("order_state", states.NOT_PAY)
        return order

    def _group(self, carrier: str, said: str) -> Group:
        known = carrier in COURIERS or (
            self._how["unknown_carrier"] == "accepted" and carrier.isdecimal()
        )
        if not known:
            raise Declined("carrier", carrier[:20])
        if carrier == OWN_DELIVERY:
            return Group(carrier, ())
        numbers = tuple(x.strip() for x in said.split(","))
        if not all(NUMBER.fullmatch(x) for x in numbers):
            raise Declined("waybill", carrier)
        return Group(carrier, numbers)

    def _note(
        self, order: Record, groups: list[Group], at: float, *, again: bool = False
    ) -> None:
        for group in groups:
            for number in group.numbers or (None,):
                facts: Facts = {
                    "carrier_code": group.carrier,
                    "tracking_no": number,
                    "again": int(again),
                }
                effect = Effect(at, "ship", order.id, facts)
                self._effects.append((order.account, effect))


def _label(groups: list[Group]) -> dict[str, Any]:
    """`A1,A2|B1` aligned with `id1|id2`, as the order shows them."""
    return {
        "waybill": "|".join(",".join(group.numbers) for group in groups),
        "carriers": "|".join(group.carrier for group in groups),
    }


def _inside(asked: Asking, name: str) -> Asking:
    found = asked.get(name)
    if not isinstance(found, dict):
        raise Declined("parameters", name)
    return found
