"""What the methods answer, before it is put into an envelope.

Source: paper §3; taobao.trade.memo.update: paper §4.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from hub_core.sandbox import Clock, Record, Version

from . import faces, gate, life, pages, queries, refusals, shapes, times
from .poison import spoiled
from .privacy import NEEDED
from .queries import Query
from .shapes import JSON, Wanted
from .shelf import Row
from .world import Seller, World, trade_of

THREE_MONTHS = 90 * times.DAY
MEMO_BYTES = 1_000
NEW_FIELDS: JSON = {"carbon_label": {"grade": "B", "grams": 120}, "pickup_hint": "东门"}
"""Fields no document has; they come whether or not they were asked for."""


class Answers:
    """The methods about trades."""

    def __init__(
        self,
        world: World,
        clock: Clock,
        switches: Mapping[str, str],
        *,
        total_cap: int,
        new_fields: bool,
    ) -> None:
        self._world, self._clock, self._switches = world, clock, switches
        self._total_cap, self._new_fields = total_cap, new_fields
        self._calls = 0
        self._faces: dict[int, JSON] = {}
        self.served: set[tuple[str, str]] = set()

    def to(self, method: str, params: Mapping[str, str], seller: Seller) -> JSON:
        """The answer to one call. Raises Refused."""
        self._calls += 1
        match method:
            case "taobao.trades.sold.increment.get":
                query = queries.incremental(params, self._switches, "modified")
                return self._page(query, "modified", seller)
            case "taobao.trades.sold.incrementv.get":
                query = queries.incremental(params, self._switches, "create")
                return self._page(query, "arrived", seller)
            case "taobao.trades.sold.get":
                query = queries.by_creation(params, self._switches, self._clock.now())
                return self._page(query, "created", seller)
            case "taobao.trade.fullinfo.get":
                return self._fullinfo(params, seller)
        return self._memo(params, seller)

    # The lists --------------------------------------------------------------------

    def _seen(self, by: str) -> float:
        return pages.seen(self._clock.now(), self._switches, by)

    def _page(self, query: Query, by: str, seller: Seller) -> JSON:
        """Newest first; `has_next` or `total_results`, as asked."""
        now, ends = self._seen("list"), (query.since, query.until)
        rows = self._world.shelf.between(seller.user, by, *ends, now)
        rows = query.kept(self._young(rows, seller), seller.app_key)
        if self._switches["ties"] == "unstable":
            rows.sort(key=lambda r: (r[0], hash((r[1], self._calls)) % 65_521))
        high = max(0, len(rows) - (query.page - 1) * query.size)
        shown = rows[max(0, high - query.size) : high][::-1]
        asked = {k: v for k, v in query.asked.items() if k in faces.LIST_FIELDS}
        if not query.asked.keys() >= NEEDED:
            asked.pop("oaid", None)
        answer = self.trades([self._told(r[3], r[4], asked, seller) for r in shown])
        if not query.has_next:
            return {"total_results": self._total(rows)} | answer
        more = pages.more(query.page, query.size, rows, self._switches["has_next"])
        return {"has_next": more} | answer

    def _young(self, rows: list[Row], seller: Seller) -> list[Row]:
        """Only trades of the last three months are listed."""
        horizon = self._clock.now() - THREE_MONTHS
        if self._world.shelf.oldest(seller.user) >= horizon:
            return rows
        return [r for r in rows if r[3].created_at >= horizon]

    def _total(self, rows: list[Row]) -> int:
        return pages.total(rows, self._clock.now(), self._switches, self._total_cap)

    def trades(self, rows: list[JSON]) -> JSON:
        """The container of a list, or what stands for an empty one."""
        return pages.listed(rows, "trades", "trade", self._switches["empty_list"])

    # One trade --------------------------------------------------------------------

    def _fullinfo(self, params: Mapping[str, str], seller: Seller) -> JSON:
        if not params.get("fields"):
            raise refusals.missing("fields")
        record = self._record(params, seller)
        version = record.visible(self._seen("detail"))
        if version is None or record.created_at < self._clock.now() - THREE_MONTHS:
            raise refusals.business("isv.trade-not-exist", "交易订单不存在")
        asked = shapes.wanted(params["fields"])
        flagged = bool(params.get("include_oaid"))
        if flagged:
            asked["oaid"] = None
        enough = flagged or self._switches["oaid_detail"] == "fields"
        if not (asked.keys() >= NEEDED and enough):
            asked.pop("oaid", None)
        return {"trade": self._told(record, version, asked, seller)}

    def _record(self, params: Mapping[str, str], seller: Seller) -> Record:
        """The trade named by `tid`, be it visible or not."""
        tid = params.get("tid", "")
        if not tid:
            raise refusals.missing("tid")
        if not re.fullmatch(r"\d{1,19}", tid):
            raise refusals.invalid("tid")
        record = self._world.shelf.get(seller.user, tid)
        if record is None:
            raise refusals.business("isv.trade-not-exist", "交易订单不存在")
        return record

    def _told(
        self, record: Record, version: Version, asked: Wanted, seller: Seller
    ) -> JSON:
        """The fields asked for, and what this box adds or spoils on purpose."""
        self.served.add((record.account, record.id))
        told = shapes.chosen(self._face(version, seller), asked)
        if self._new_fields:
            told |= NEW_FIELDS
        poison = trade_of(version).poison
        return spoiled(told, poison) if poison else told

    def _face(self, version: Version, seller: Seller) -> JSON:
        """All fields of a version; kept, for versions never change and never go."""
        face = self._faces.get(id(version))
        if face is None:
            if len(self._faces) > 4_000:
                self._faces.clear()
            face = faces.body(version, seller, self._switches)
            self._faces[id(version)] = face
        return face

    # The seller's memo ------------------------------------------------------------

    def _memo(self, params: Mapping[str, str], seller: Seller) -> JSON:
        """A memo of at most 1,000 bytes, a flag 0 to 5; `reset` allows clearing."""
        record, now = self._record(params, seller), self._world.now()
        memo, flag = params.get("memo", ""), params.get("flag", "")
        if len(memo.encode()) > MEMO_BYTES:
            raise refusals.invalid("memo")
        if flag not in ("", *"012345"):
            raise refusals.invalid("flag")
        if memo or gate.truth(params, "reset"):
            after = trade_of(record.latest)._replace(memo=memo)
            self._world.change(record, now, life.EVENTS["note"], after)
        if flag:
            after = trade_of(record.latest)._replace(flag=int(flag))
            self._world.change(record, now, life.EVENTS["colour"], after)
        modified = times.text(record.latest.updated_at)
        return {"trade": {"tid": int(record.id), "modified": modified}}
