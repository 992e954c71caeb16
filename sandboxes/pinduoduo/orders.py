"""Order lists, order details, order status: pages over what can be seen.

Source: channel paper §3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hub_core.sandbox import Record, Version

from .envelope import Envelope, dumps
from .errors import Declined
from .gate import Asked
from .ledger import Ledger, Row
from .options import Options
from .paging import Paging
from .queries import OrderQuery, Reader, ids, matches
from .rows import Rows
from .spoiled import spoil

Seen = list[tuple[str, str]]
"""(account, id) of the orders in an answer."""
KEPT = 40_000
"""Rendered rows kept before all are forgotten."""


class Orders:
    """Answers about orders."""

    def __init__(
        self,
        book: Ledger,
        options: Options,
        switches: Mapping[str, str],
        envelope: Envelope,
    ) -> None:
        self.book, self.options, self.switches = book, options, switches
        self.envelope = envelope
        self.privacy: dict[str, str] = {}
        self.spoiled: Mapping[tuple[str, str], str] = {}
        self._reader = Reader(options, switches)
        self._rows = Rows(switches, options.new_fields)
        self._written: dict[Any, str] = {}
        self.paging = Paging(switches)

    def listed(self, account: str, asked: Asked, now: float) -> tuple[str, Seen]:
        """The increment list, or a list by the time of the deal."""
        increment = asked.type == "pdd.order.number.list.increment.get"
        sent = asked.sent
        query = self._reader.increment(sent) if increment else self._reader.deals(sent, now)
        rows = self.paging.ordered(self._matching(account, query, now))
        last = query.window.page * query.window.size
        page = rows[last - query.window.size : last]
        inner = self._count(account, query, now, len(rows), last)
        name = "order_sn_list" if increment else "order_list"
        basic = asked.type == "pdd.order.basic.list.get"
        texts = [self._text(row[2], row[3], basic) for row in page]
        return self.envelope.listed(asked, name, inner, texts), _ids(page)

    def one(self, account: str, asked: Asked, now: float) -> tuple[str, Seen]:
        """One order in full. Raises Declined for one the shop does not have."""
        sn = self._reader.text(asked.sent, "order_sn")
        late = self.options.lag_by if self.switches["lagging"] == "detail" else 0.0
        record = self.book.get(account, sn)
        version = record.visible(now - late) if record else None
        if record is None or version is None:
            if self.switches["missing_order"] == "empty":
                return self.envelope.good(asked, {"order_info": None}), []
            raise Declined("missing_order", "订单不存在")
        body = self.envelope.good(asked, {"order_info": []})
        text = self._text(record, version, False)
        return body.replace('"order_info":[]', f'"order_info":{text}', 1), [(account, sn)]

    def status(self, account: str, asked: Asked, now: float) -> tuple[str, Seen]:
        """Status by number, 0 for a number that is not the shop's."""
        rows = []
        for sn in ids(self._reader.text(asked.sent, "order_sns")):
            found = self.seen(account, sn, now)
            content = found[1].content if found else {"status": 0, "refund": 0}
            row = {"orderSn": sn, "order_status": content["status"]}
            rows.append(row | {"refund_status": content["refund"]})
        return self.envelope.good(asked, {"order_status_list": rows}), []

    def seen(self, account: str, sn: str, now: float) -> tuple[Record, Version] | None:
        """An order as the shop sees it now."""
        record = self.book.get(account, sn)
        version = record.visible(now) if record else None
        return (record, version) if record and version else None

    # How --------------------------------------------------------------------------------

    def _matching(
        self, account: str, query: OrderQuery, now: float, behind: float = 0.0
    ) -> list[Row]:
        """Every row of the window that passes the filters, oldest first."""
        if self.switches["lagging"] == "list":
            behind += self.options.lag_by
        shelf = self.book.shelf(account, now, behind)
        start, end = matches(query.window.start, query.window.end, self.switches)
        oldest = now - self.options.look_back.total_seconds()
        return [
            row
            for row in shelf.between(start, end, query.by)
            if (row[3].content["confirmed_at"] or now) >= oldest
            and query.wants(row[3].content)
        ]

    def _count(
        self, account: str, query: OrderQuery, now: float, rows: int, last: int
    ) -> dict[str, Any]:
        """has_next without a total, or a total without has_next."""
        if query.has_next:
            generous = self.switches["has_next"] == "generous"
            return {"has_next": rows > last or (generous and rows == last > 0)}
        if self.switches["total"] == "lagging":
            rows = len(self._matching(account, query, now, self.options.lag_by))
        return {"total_count": rows}

    def _text(self, record: Record, version: Version, basic: bool) -> str:
        bad = self.spoiled.get((record.account, record.id))
        key = id(version), basic, bad
        text = self._written.get(key)
        if text is None:
            if len(self._written) >= KEPT:
                self._written.clear()
            privacy = self.privacy[record.account]
            row = (
                self._rows.basic(record, version)
                if basic
                else self._rows.full(record, version, privacy)
            )
            text = self._written[key] = dumps(spoil(row, bad) if bad else row)
        return text


def _ids(rows: Sequence[Row]) -> Seen:
    return [(row[2].account, row[2].id) for row in rows]
