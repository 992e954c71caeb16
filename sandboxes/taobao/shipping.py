"""The methods that send goods, and the carriers to send them by.

Source: taobao.logistics.companies.get, taobao.logistics.offline.send,
alibaba.ascp.logistics.offline.send and taobao.logistics.consign.resend in the official
metadata (paper §4, §7.5). Sub_codes and their meaning are those published clients handle
(B): B01 no such order, B02 wrong state, B04 sent or closed already, B57 not that carrier,
B60 not such a number, B98 wrong kind of trade, CD22 sub_tid needed, CD25 split and sub_tid
go together, P38 split refused; for another number: CD19 not sent yet, P06 not in this
state, P07 nothing changed, P08 not this kind, P10 not such a number. Which of them stands
for a pending refund is nowhere said (C).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from hub_core.sandbox import Effect, Facts, Record

from . import couriers, life, packing, parcels, refusals, shapes, times
from .births import VIRTUAL
from .couriers import COURIERS
from .methods import Method
from .packing import OFFLINE, RESEND
from .parcels import PART, TO_SEND, Parcel
from .refusals import Refused
from .shapes import JSON
from .trade import CLOSED, UNPAID, Line, Trade
from .world import Seller, World, trade_of


class Shipping:
    """Sends goods. `effects` receives (account, effect) for each parcel that left."""

    def __init__(
        self,
        world: World,
        switches: Mapping[str, str],
        effects: list[tuple[str, Effect]],
    ) -> None:
        self._world, self._switches, self._effects = world, switches, effects
        self._used: dict[tuple[str, str], str] = {}

    def methods(self) -> dict[str, Method]:
        """What it answers."""
        return {
            "taobao.logistics.companies.get": self._companies,
            "taobao.logistics.offline.send": self._offline,
            "alibaba.ascp.logistics.offline.send": self._chain,
            "taobao.logistics.consign.resend": self._resend,
        }

    def _companies(self, params: Mapping[str, str], seller: Seller) -> JSON:
        """Every carrier there is; it needs no session."""
        if not params.get("fields"):
            raise refusals.missing("fields")
        asked = shapes.wanted(params["fields"])
        rows = [shapes.chosen(couriers.told(c), asked) for c in COURIERS.values()]
        return {"logistics_companies": {"logistics_company": rows}}

    def _offline(self, params: Mapping[str, str], seller: Seller) -> JSON:
        """The seller's own carrier. Cash on delivery does not go this way."""
        packing.needed(params, "tid", "out_sid", "company_code")
        record = self._record(params, seller, OFFLINE)
        trade = trade_of(record.latest)
        if trade.kind == "cod":
            raise packing.no(OFFLINE, "B98")
        self._sendable(trade)
        chosen = packing.split(trade, params, OFFLINE) or [
            x for x in trade.lines if x.status == TO_SEND
        ]
        parcel = self._parcel(params, chosen, OFFLINE, "B60", record)
        self._send(record, [parcel], chosen, set())
        return {"shipping": {"is_success": True}}

    def _resend(self, params: Mapping[str, str], seller: Seller) -> JSON:
        """Another number or carrier, within so many days of sending."""
        packing.needed(params, "tid", "out_sid", "company_code")
        record, now = self._record(params, seller, RESEND), self._world.now()
        trade = trade_of(record.latest)
        if trade.kind in VIRTUAL:
            raise packing.no(RESEND, "P08")
        chosen = packing.split(trade, params, RESEND) or [
            x for x in trade.lines if x.sent_at is not None
        ]
        if not chosen or any(x.sent_at is None for x in chosen):
            raise packing.no(RESEND, "CD19")
        days = int(self._switches["resend_days"]) * times.DAY
        late = any(now - (x.sent_at or now) > days for x in chosen)
        if late or trade.status not in {"WAIT_BUYER_CONFIRM_GOODS", PART}:
            raise packing.no(RESEND, "P06")
        parcel = self._parcel(params, chosen, RESEND, "P10", record)
        if all((x.waybill, x.courier) == (parcel.waybill, parcel.name) for x in chosen):
            raise packing.no(RESEND, "P07")
        self._world.change(
            record, now, life.EVENTS["ship"], parcels.relabelled(trade, parcel)
        )
        self._note(record, parcel, again=True)
        return {"shipping": {"is_success": True}}

    # The new chain ----------------------------------------------------------------

    def _chain(self, params: Mapping[str, str], seller: Seller) -> JSON:
        """alibaba.ascp…: a refusal may come as an error or as success=false (C)."""
        packing.needed(params, "tid")
        kind = params.get("consign_type") or "0"
        way: dict[str, Callable[[Mapping[str, str], Record], None]] = {
            "0": self._old_chain,
            "1": self._by_parcels,
            "2": self._rest_sent,
            "3": self._sent_again,
        }
        if kind not in way:
            raise refusals.invalid("consign_type")
        try:
            way[kind](params, self._record(params, seller, OFFLINE))
        except Refused as no:
            if no.code is not None or self._switches["ascp_refusal"] == "error":
                raise
            return {"result": {"success": False}}
        return {"result": {"success": True}}

    def _old_chain(self, params: Mapping[str, str], record: Record) -> None:
        """One parcel for the lines in sub_tid, or for all that are left."""
        trade = trade_of(record.latest)
        self._sendable(trade)
        split = {"is_split": "1" if params.get("sub_tid") else "0", **params}
        chosen = packing.split(trade, split, OFFLINE) or [
            x for x in trade.lines if x.status == TO_SEND
        ]
        parcel = self._parcel(packing.packages(params)[0], chosen, OFFLINE, "B60", record)
        self._send(record, [parcel], chosen, set())

    def _by_parcels(self, params: Mapping[str, str], record: Record) -> None:
        """Each parcel says what is in it; a line may stay sent in part."""
        trade = trade_of(record.latest)
        self._sendable(trade)
        packed, chosen = [], dict[int, Line]()
        for package in packing.packages(params):
            lines = packing.goods(trade, package)
            packed.append(self._parcel(package, lines, OFFLINE, "B60", record))
            chosen |= {x.oid: x for x in lines}
        self._send(record, packed, list(chosen.values()), packing.partly(params))

    def _rest_sent(self, params: Mapping[str, str], record: Record) -> None:
        """From sent in part to all sent; no parcel leaves."""
        trade = trade_of(record.latest)
        oids = {x.oid for p in packing.packages(params) for x in packing.goods(trade, p)}
        if not oids or any(x.oid in oids and x.status != PART for x in trade.lines):
            raise packing.no(OFFLINE, "B04")
        after = parcels.completed(trade, oids)
        self._world.change(record, self._world.now(), life.EVENTS["ship"], after)

    def _sent_again(self, params: Mapping[str, str], record: Record) -> None:
        """One more parcel for lines that were sent; the trade stays as it is."""
        trade = trade_of(record.latest)
        packed = []
        for package in packing.packages(params):
            lines = packing.goods(trade, package)
            if not lines or any(x.sent_at is None or x.status in CLOSED for x in lines):
                raise packing.no(OFFLINE, "B02")
            packed.append(self._parcel(package, lines, OFFLINE, "B60", record))
        for parcel in packed:
            self._note(record, parcel, again=True)

    # What both share --------------------------------------------------------------

    def _record(self, params: Mapping[str, str], seller: Seller, prefix: str) -> Record:
        if not re.fullmatch(r"\d{1,19}", params["tid"]):
            raise refusals.invalid("tid")
        record = self._world.shelf.get(seller.user, params["tid"])
        if record is None or record.removed_at is not None:
            raise packing.no(prefix, "B01")
        return record

    def _sendable(self, trade: Trade) -> None:
        if trade.kind in VIRTUAL:
            raise packing.no(OFFLINE, "B98")
        if trade.status in UNPAID | {"PAID_FORBID_CONSIGN"}:
            raise packing.no(OFFLINE, "B02")
        if trade.status not in {TO_SEND, PART}:
            raise packing.no(OFFLINE, "B04")

    def _parcel(
        self,
        params: Mapping[str, Any],
        lines: Iterable[Line],
        prefix: str,
        bad: str,
        record: Record,
    ) -> Parcel:
        """The parcel, if the carrier takes such a number and nobody else has it."""
        code = str(params.get("company_code") or "")
        waybill = str(params.get("out_sid") or "")
        courier = COURIERS.get(code)
        if courier is None and self._switches["unknown_courier"] == "refused":
            raise packing.no(prefix, "B57")
        taken = self._used.get((record.account, waybill), record.id) != record.id
        refused = taken and self._switches["waybill_used"] == "refused"
        if not waybill or refused or (courier and not couriers.accepts(courier, waybill)):
            raise packing.no(prefix, bad)
        name = courier.name if courier else code
        return Parcel(code, name, waybill, tuple(x.oid for x in lines))

    def _send(
        self, record: Record, packed: list[Parcel], chosen: list[Line], partly: set[int]
    ) -> None:
        """Nothing of it happens unless every line may go."""
        if not chosen or any(x.status not in {TO_SEND, PART} for x in chosen):
            raise packing.no(OFFLINE, "B04")
        pending = any(x.refund_status in life.OPEN_REFUND for x in chosen)
        if pending and self._switches["ship_refunding"] == "refused":
            raise packing.no(OFFLINE, "B02", "订单存在退款")
        now, trade = self._world.now(), trade_of(record.latest)
        after = parcels.sent(trade, packed, partly, now)
        self._world.change(record, now, life.EVENTS["ship"], after)
        for parcel in packed:
            self._note(record, parcel)

    def _note(self, record: Record, parcel: Parcel, *, again: bool = False) -> None:
        self._used.setdefault((record.account, parcel.waybill), record.id)
        facts: Facts = {
            "carrier_code": parcel.code,
            "tracking_no": parcel.waybill,
            "lines": ",".join(map(str, parcel.oids)),
            "again": int(again),
        }
        effect = Effect(self._world.now(), "ship", record.id, facts)
        self._effects.append((record.account, effect))
