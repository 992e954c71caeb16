"""The refund methods: the list of refunds a shop received, and one of them.

Source: taobao.refunds.receive.get (apiId 52), taobao.refund.get (apiId 53): paper §4.
`type` left out asks for guarantee_trade and auto_delivery only; the list has no
documented order: see the switch `refund_order`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from hub_core.sandbox import Clock, Record, Version

from . import gate, pages, privacy, queries, refund_faces, refusals, shapes
from .cases import STATUSES
from .methods import Method
from .poison import REFUND_POISONS, spoiled
from .refunds import Refunds, case_of
from .shapes import JSON
from .shelf import Row
from .world import Seller

MANY = 100
DEFAULT_KINDS = "guarantee_trade,auto_delivery"


class RefundAnswers:
    """Reads refunds; `served` has (account, kind, id) of what left in an answer."""

    def __init__(
        self,
        refunds: Refunds,
        clock: Clock,
        switches: Mapping[str, str],
        *,
        total_cap: int,
        served: set[tuple[str, str, str]],
    ) -> None:
        self._refunds, self._clock, self._switches = refunds, clock, switches
        self._total_cap, self._served = total_cap, served

    def methods(self) -> dict[str, Method]:
        """What it answers."""
        return {
            "taobao.refunds.receive.get": self._list,
            "taobao.refund.get": self._one,
        }

    def _list(self, params: Mapping[str, str], seller: Seller) -> JSON:
        if not params.get("fields"):
            raise refusals.missing("fields")
        how = self._switches
        page, size = gate.number(params, "page_no", 1), pages.size(params, how, MANY)
        rows = self._ordered(self._kept(params, seller))
        shown = rows[(page - 1) * size : page * size]
        asked = shapes.wanted(params["fields"])
        asked = {k: v for k, v in asked.items() if k in refund_faces.LIST_FIELDS}
        told = [self._told(r[3], r[4], asked, seller) for r in shown]
        answer = pages.listed(told, "refunds", "refund", how["empty_list"])
        if gate.truth(params, "use_has_next"):
            return {"has_next": pages.more(page, size, rows, how["has_next"])} | answer
        count = pages.total(rows, self._clock.now(), how, self._total_cap)
        return {"total_results": count} | answer

    def _kept(self, params: Mapping[str, str], seller: Seller) -> list[Row]:
        """The rows a call asks for, oldest change first."""
        status = params.get("status", "")
        if status and status not in STATUSES:
            raise refusals.invalid("status")
        kinds = queries.kinds_of(params.get("type") or DEFAULT_KINDS)
        uid = params.get("buyer_open_uid", "")
        ends = gate.window(params, "modified", self._switches)
        now = pages.seen(self._clock.now(), self._switches, "list")
        rows = self._refunds.shelf.between(seller.user, "modified", *ends, now)
        return [
            r
            for r in rows
            if r[2] in kinds
            and status in ("", case_of(r[4]).status)
            and uid in ("", privacy.open_uid(seller.app_key, case_of(r[4]).trade.buyer))
        ]

    def _ordered(self, rows: list[Row]) -> list[Row]:
        match self._switches["refund_order"]:
            case "oldest":
                return rows
            case "created":
                return sorted(rows, key=lambda r: (-r[3].created_at, r[1]))
        return rows[::-1]

    def _one(self, params: Mapping[str, str], seller: Seller) -> JSON:
        for name in ("fields", "refund_id"):
            if not params.get(name):
                raise refusals.missing(name)
        if not re.fullmatch(r"\d{1,19}", params["refund_id"]):
            raise refusals.invalid("refund_id")
        record = self._refunds.shelf.get(seller.user, params["refund_id"])
        now = pages.seen(self._clock.now(), self._switches, "detail")
        version = None if record is None else record.visible(now)
        if record is None or version is None:
            raise refusals.business(self._switches["unknown_refund"], "退款单不存在")
        asked = shapes.wanted(params["fields"])
        if self._switches["refund_detail"] == "no_modified":
            asked.pop("modified", None)
        return {"refund": self._told(record, version, asked, seller)}

    def _told(
        self, record: Record, version: Version, asked: shapes.Wanted, seller: Seller
    ) -> JSON:
        self._served.add((record.account, "after_sale", record.id))
        face = refund_faces.body(version, seller, self._switches)
        told = shapes.chosen(face, asked)
        poison = case_of(version).poison
        return spoiled(told, poison, REFUND_POISONS) if poison else told
