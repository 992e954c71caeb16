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

from . import couriers, gate, life, parcels, refusals, shapes, times
from .births import VIRTUAL
from .couriers import COURIERS
from .parcels import PART, TO_SEND, Parcel
from .refund_answers import Method
from .refusals import Refused
from .shapes import JSON
from .trade import CLOSED, UNPAID, Line, Trade
from .world import Seller, World, trade_of

MANY = 50
OFFLINE = "isv.logistics-offline-service-error"
RESEND = "isv.logistics-update-company-or-mailno-error"
WORDS = {
    "B01": "订单不存在", "B02": "订单状态不对", "B57": "该物流公司不支持自己联系",
    "B04": "订单状态不对该物流订单已经发货或者已关闭，不能重复发货",
    "B60": "运单号不符合规则或已经被使用", "B98": "发货类型不匹配",
    "CD22": "订单已拆单，必须传入子交易号列表", "P38": "拆单校验未通过",
    "CD25": "拆单标记和子订单列表两者必须都填或者都不填", "CD19": "订单未发货",
    "P06": "当前订单状态不支持修改", "P07": "未作修改", "P08": "该订单不支持修改",
    "P10": "运单号不符合规则或已经被使用",
}  # fmt: skip


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
        _needed(params, "tid", "out_sid", "company_code")
        record = self._record(params, seller, OFFLINE)
        trade = trade_of(record.latest)
        if trade.kind == "cod":
            raise _no(OFFLINE, "B98")
        self._sendable(trade)
        chosen = _split(trade, params, OFFLINE) or [
            x for x in trade.lines if x.status == TO_SEND
        ]
        parcel = self._parcel(params, chosen, OFFLINE, "B60", record)
        self._send(record, [parcel], chosen, set())
        return {"shipping": {"is_success": True}}

    def _resend(self, params: Mapping[str, str], seller: Seller) -> JSON:
        """Another number or carrier, within so many days of sending."""
        _needed(params, "tid", "out_sid", "company_code")
        record, now = self._record(params, seller, RESEND), self._world.now()
        trade = trade_of(record.latest)
        if trade.kind in VIRTUAL:
            raise _no(RESEND, "P08")
        chosen = _split(trade, params, RESEND) or [
            x for x in trade.lines if x.sent_at is not None
        ]
        if not chosen or any(x.sent_at is None for x in chosen):
            raise _no(RESEND, "CD19")
        days = int(self._switches["resend_days"]) * times.DAY
        late = any(now - (x.sent_at or now) > days for x in chosen)
        if late or trade.status not in {"WAIT_BUYER_CONFIRM_GOODS", PART}:
            raise _no(RESEND, "P06")
        parcel = self._parcel(params, chosen, RESEND, "P10", record)
        if all((x.waybill, x.courier) == (parcel.waybill, parcel.name) for x in chosen):
            raise _no(RESEND, "P07")
        self._world.change(
            record, now, life.EVENTS["ship"], parcels.relabelled(trade, parcel)
        )
        self._note(record, parcel, again=True)
        return {"shipping": {"is_success": True}}

    # The new chain ----------------------------------------------------------------

    def _chain(self, params: Mapping[str, str], seller: Seller) -> JSON:
        """alibaba.ascp…: a refusal may come as an error or as success=false (C)."""
        _needed(params, "tid")
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
        chosen = _split(trade, split, OFFLINE) or [
            x for x in trade.lines if x.status == TO_SEND
        ]
        parcel = self._parcel(_packages(params)[0], chosen, OFFLINE, "B60", record)
        self._send(record, [parcel], chosen, set())

    def _by_parcels(self, params: Mapping[str, str], record: Record) -> None:
        """Each parcel says what is in it; a line may stay sent in part."""
        trade = trade_of(record.latest)
        self._sendable(trade)
        packed, chosen = [], dict[int, Line]()
        for package in _packages(params):
            lines = _goods(trade, package)
            packed.append(self._parcel(package, lines, OFFLINE, "B60", record))
            chosen |= {x.oid: x for x in lines}
        self._send(record, packed, list(chosen.values()), _partly(params))

    def _rest_sent(self, params: Mapping[str, str], record: Record) -> None:
        """From sent in part to all sent; no parcel leaves."""
        trade = trade_of(record.latest)
        oids = {x.oid for p in _packages(params) for x in _goods(trade, p)}
        if not oids or any(x.oid in oids and x.status != PART for x in trade.lines):
            raise _no(OFFLINE, "B04")
        after = parcels.completed(trade, oids)
        self._world.change(record, self._world.now(), life.EVENTS["ship"], after)

    def _sent_again(self, params: Mapping[str, str], record: Record) -> None:
        """One more parcel for lines that were sent; the trade stays as it is."""
        trade = trade_of(record.latest)
        packed = []
        for package in _packages(params):
            lines = _goods(trade, package)
            if not lines or any(x.sent_at is None or x.status in CLOSED for x in lines):
                raise _no(OFFLINE, "B02")
            packed.append(self._parcel(package, lines, OFFLINE, "B60", record))
        for parcel in packed:
            self._note(record, parcel, again=True)

    # What both share --------------------------------------------------------------

    def _record(self, params: Mapping[str, str], seller: Seller, prefix: str) -> Record:
        if not re.fullmatch(r"\d{1,19}", params["tid"]):
            raise refusals.invalid("tid")
        record = self._world.shelf.get(seller.user, params["tid"])
        if record is None or record.removed_at is not None:
            raise _no(prefix, "B01")
        return record

    def _sendable(self, trade: Trade) -> None:
        if trade.kind in VIRTUAL:
            raise _no(OFFLINE, "B98")
        if trade.status in UNPAID | {"PAID_FORBID_CONSIGN"}:
            raise _no(OFFLINE, "B02")
        if trade.status not in {TO_SEND, PART}:
            raise _no(OFFLINE, "B04")

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
            raise _no(prefix, "B57")
        taken = self._used.get((record.account, waybill), record.id) != record.id
        refused = taken and self._switches["waybill_used"] == "refused"
        if not waybill or refused or (courier and not couriers.accepts(courier, waybill)):
            raise _no(prefix, bad)
        name = courier.name if courier else code
        return Parcel(code, name, waybill, tuple(x.oid for x in lines))

    def _send(
        self, record: Record, packed: list[Parcel], chosen: list[Line], partly: set[int]
    ) -> None:
        """Nothing of it happens unless every line may go."""
        if not chosen or any(x.status not in {TO_SEND, PART} for x in chosen):
            raise _no(OFFLINE, "B04")
        pending = any(x.refund_status in life.OPEN_REFUND for x in chosen)
        if pending and self._switches["ship_refunding"] == "refused":
            raise _no(OFFLINE, "B02", "订单存在退款")
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


def _no(prefix: str, code: str, words: str = "") -> Refused:
    return refusals.business(f"{prefix}:{code}", words or WORDS[code])


def _needed(params: Mapping[str, str], *names: str) -> None:
    for name in names:
        if not params.get(name):
            raise refusals.missing(name)


def _split(trade: Trade, params: Mapping[str, str], prefix: str) -> list[Line]:
    """The lines named by sub_tid; none when the trade is not split."""
    split, sub = params.get("is_split") or "0", params.get("sub_tid", "")
    named = [x for x in sub.split(",") if x]
    if split not in {"0", "1"} or len(named) > MANY:
        raise refusals.invalid("is_split" if len(named) <= MANY else "sub_tid")
    if (split == "1") != bool(named):
        raise _no(prefix, "CD25")
    if not named and trade.status == PART:
        raise _no(prefix, "CD22")
    return _lines(trade, named, prefix)


def _lines(trade: Trade, named: list[str], prefix: str) -> list[Line]:
    by = {str(x.oid): x for x in trade.lines}
    if not set(named) <= by.keys():
        raise _no(prefix, "P38")
    return [by[x] for x in dict.fromkeys(named)]


def _packages(params: Mapping[str, str]) -> list[dict[str, Any]]:
    """consign_pkgs: a JSON list of objects."""
    found = gate.parsed(params, "consign_pkgs", [])
    if not found or not all(isinstance(x, dict) for x in found):
        raise refusals.invalid("consign_pkgs")
    return list(found)


def _goods(trade: Trade, package: Mapping[str, Any]) -> list[Line]:
    """The lines in a package; the seller's own gifts (item_type 1) are no lines."""
    goods = package.get("goods")
    if not isinstance(goods, list) or not all(isinstance(x, dict) for x in goods):
        raise refusals.invalid("consign_pkgs")
    for row in goods:
        if "num" in row and not re.fullmatch(r"[1-9]\d{0,8}", str(row["num"])):
            raise refusals.invalid("consign_pkgs")
    named = [str(x.get("sub_tid", "")) for x in goods if str(x.get("item_type", 0)) != "1"]
    return _lines(trade, named, OFFLINE)


def _partly(params: Mapping[str, str]) -> set[int]:
    """The lines that consign_status says are sent in part: an object, or a list of them."""
    text = params.get("consign_status", "").lstrip()
    empty: Any = {} if text.startswith("{") else []
    found = gate.parsed(params, "consign_status", empty)
    rows = [found] if isinstance(found, dict) else found
    if not all(isinstance(x, dict) for x in rows):
        raise refusals.invalid("consign_status")
    said = [str(x.get("sub_tid", "")) for x in rows if x.get("is_part_consign") is True]
    return {int(x) for x in said if re.fullmatch(r"\d{1,19}", x)}
