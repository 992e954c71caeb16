"""The business behind the gateway: lists, details, the shop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hub_core.sandbox import Record, Version

from .answers import HOLDERS, Envelope, dumps
from .errors import Declined
from .gate import METHODS, Asked
from .ledger import Ledger, Row
from .options import Options
from .queries import Query, Reader, text, wanted_fields
from .rows import Rows, picked
from .spoiled import spoil
from .states import NOT_PAY
from .unpaid import UnpaidRows

Seen = list[tuple[str, str]]
"""(account, id) of the orders in an answer."""
KEPT = 40_000
"""Rendered rows kept before all are forgotten."""


class Counter:
    """Answers what the gate let in."""

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
        self._unpaid = UnpaidRows(switches, options.new_fields)
        self._written: dict[Any, str] = {}
        self._found: tuple[Any, list[Row]] = None, []
        self._totals: dict[Any, int] = {}
        self._calls = 0

    def serve(self, account: str, asked: Asked, now: float) -> tuple[str, Seen]:
        """The answer's JSON text and the orders in it. Raises Declined."""
        match METHODS[asked.method]:
            case "orders.list":
                return self._search(account, asked, now)
            case "orders.get":
                return self._get(account, asked, now)
            case "unpaid.list":
                return self._unpaid_list(account, asked, now)
            case "unpaid.get":
                return self._unpaid_get(account, asked, now)
            case _:
                return dumps(self.envelope.good(asked.method, _shop(account))), []

    # Lists ----------------------------------------------------------------------------

    def _search(self, account: str, asked: Asked, now: float) -> tuple[str, Seen]:
        query = self._reader.search(asked.business(), now)
        rows = self._matching(account, query, now)
        page = self._page(rows, query)
        result = {
            "apiResult": self.envelope.api_result(),
            "orderTotal": self._total(account, query, len(rows)),
            "orderInfoList": [],
        }
        texts = [self._text(asked.method, row, query.fields) for row in page]
        return self._listed(asked, HOLDERS[asked.method], result, texts), _ids(page)

    def _unpaid_list(self, account: str, asked: Asked, now: float) -> tuple[str, Seen]:
        query = self._reader.unpaid(asked.business(), now)
        rows = self._matching(account, query, now)
        page = self._page(rows, query)
        total = self._total(account, query, len(rows))
        result = {
            "pageSize": query.size,
            "index": query.page,
            "totalItem": total,
            "totalPage": -(-total // query.size),
            "pageList": [],
        }
        texts = [self._text(asked.method, row, ()) for row in page]
        return self._listed(asked, "paginatedInfo", result, texts), _ids(page)

    def _matching(self, account: str, query: Query, now: float) -> list[Row]:
        """Every row of the window, in the list's order."""
        late = self.options.lag_by if self.switches["lagging"] == "list" else 0.0
        shelf = self.book.shelf(account, now - late)
        span = query.start, query.end, query.created, query.unpaid
        key = account, shelf.generation, span, query.states
        if self._found[0] != key:
            start = query.start + (self.switches["window_start"] == "exclusive")
            end = query.end + (self.switches["window_end"] == "inclusive")
            rows = shelf.between(start, end, unpaid=query.unpaid, created=query.created)
            self._found = key, _with_state(rows, query.states)
        return self._ordered(self._found[1], query)

    def _ordered(self, rows: list[Row], query: Query) -> list[Row]:
        """Direction, and the switches that change key or ties."""
        ties = self.switches["ties"]
        by_change = query.created and self.switches["created_sort"] == "modified"
        if by_change and not query.unpaid:
            rows = sorted(rows, key=lambda row: (row[3].updated_at, row[1]))
        if ties == "by_id_desc":
            rows = sorted(rows, key=lambda row: (row[0], -row[1]))
        elif ties == "unstable":
            self._calls += 1
            salt = 7919 * self._calls
            rows = sorted(rows, key=lambda row: (row[0], row[1] * salt % 1_000_003))
        return rows[::-1] if query.newest_first else rows

    def _page(self, rows: Sequence[Row], query: Query) -> Sequence[Row]:
        cap, last = self.options.rows_cap, query.page * query.size
        if cap is not None and last - query.size >= cap:
            if self.switches["past_cap"] == "refused":
                raise Declined("too_deep")
            return []
        return rows[last - query.size : last]

    def _total(self, account: str, query: Query, count: int) -> int:
        match self.switches["total"]:
            case "capped":
                return min(count, self.options.rows_cap or count)
            case "lagging":
                key = (account, query.start, query.end, query.states, query.unpaid)
                before = self._totals.get(key, count)
                self._totals[key] = count
                return before
            case _:
                return count

    def _listed(
        self, asked: Asked, holder: str, result: dict[str, Any], rows: Sequence[str]
    ) -> str:
        """The answer with its rows put in as text: they are rendered once only."""
        name = "orderInfoList" if "orderInfoList" in result else "pageList"
        if not rows and self.switches["empty_list"] != "list":
            result = {k: v for k, v in result.items() if k != name}
            if self.switches["empty_list"] == "null":
                result[name] = None
        body = dumps(self.envelope.good(asked.method, {holder: result}))
        return body.replace(f'"{name}":[]', f'"{name}":[{",".join(rows)}]', 1)

    # Details --------------------------------------------------------------------------

    def _get(self, account: str, asked: Asked, now: float) -> tuple[str, Seen]:
        business = asked.business()
        id, fields = text(business, "order_id"), wanted_fields(business)
        if not id.isdecimal():
            raise Declined("parameters", "order_id")
        found = self._one(account, id, now)
        if found and found[1].content["state"] == NOT_PAY:
            found = found if self.switches["unpaid_get"] == "found" else None
        if found is None:
            return self._missing(asked), []
        marker = {"apiResult": self.envelope.api_result(), "orderInfo": []}
        body = dumps(self.envelope.good(asked.method, {HOLDERS[asked.method]: marker}))
        order = self._text(asked.method, (0.0, 0, *found), fields)
        return body.replace('"orderInfo":[]', f'"orderInfo":{order}', 1), [(account, id)]

    def _unpaid_get(self, account: str, asked: Asked, now: float) -> tuple[str, Seen]:
        id = text(asked.business(), "orderId")
        found = self._one(account, id, now)
        if found is None or found[1].content["state"] != NOT_PAY:
            raise Declined("missing_order")
        name = "orderDataNotPayInfo"
        row = self._text(asked.method, (0.0, 0, *found), ())
        body = dumps(self.envelope.good(asked.method, {name: []}))
        return body.replace(f'"{name}":[]', f'"{name}":{row}', 1), [(account, id)]

    def _one(self, account: str, id: str, now: float) -> tuple[Record, Version] | None:
        """The order as the detail copy has it. Raises Declined for another shop's."""
        late = self.options.lag_by if self.switches["lagging"] == "detail" else 0.0
        record = self.book.get(account, id)
        if record is None and any(self.book.get(shop, id) for shop in self.privacy):
            raise Declined("wrong_merchant")
        version = record.visible(now - late) if record else None
        return (record, version) if record and version else None

    def _missing(self, asked: Asked) -> str:
        if self.switches["missing_order"] == "declined":
            raise Declined("missing_order")
        result = {"apiResult": self.envelope.api_result(), "orderInfo": None}
        return dumps(self.envelope.good(asked.method, {HOLDERS[asked.method]: result}))

    # Rows -----------------------------------------------------------------------------

    def _text(self, method: str, row: Row, fields: tuple[str, ...]) -> str:
        record, version = row[2], row[3]
        bad = self.spoiled.get((record.account, record.id))
        key = (id(version), method, fields, bad)
        text = self._written.get(key)
        if text is None:
            if len(self._written) >= KEPT:
                self._written.clear()
            text = dumps(self._row(method, record, version, fields, bad))
            self._written[key] = text
        return text

    def _row(
        self,
        method: str,
        record: Record,
        version: Version,
        fields: tuple[str, ...],
        bad: str | None,
    ) -> dict[str, Any]:
        privacy = self.privacy[record.account]
        unpaid = METHODS[method].startswith("unpaid.")
        if unpaid:
            row = self._unpaid.row(record, version, privacy)
        else:
            encrypted = ".order.en" in method
            row = self._rows.row(record, version, privacy, encrypted=encrypted)
        if bad is not None:
            row = spoil(row, bad, unpaid=unpaid)
        return row if unpaid else picked(row, fields)


def _with_state(rows: list[Row], states: frozenset[str] | None) -> list[Row]:
    if states is None:
        return rows
    return [row for row in rows if row[3].content["state"] in states]


def _ids(rows: Sequence[Row]) -> Seen:
    return [(row[2].account, row[2].id) for row in rows]


def _shop(account: str) -> dict[str, Any]:
    """jingdong.vender.shop.query: which shop a token speaks for. Source: paper §2."""
    shop = {"shop_id": int(account) - 10_000_000, "vender_id": int(account)}
    return {"shop_jos_result": shop | {"shop_name": f"沙箱京东店{account[-3:]}"}}
