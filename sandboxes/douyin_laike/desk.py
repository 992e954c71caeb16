"""The order queries: whose orders are meant, which are found, how they are written.

Source: paper §3.3; root, shop account and POI ids: §1.2 and §3.1.
"""

from __future__ import annotations

import json

from hub_core.sandbox import Request, Response

from .catering import catering_row
from .envelope import (
    JSON,
    NO_PERMISSION,
    ORDER_NOT_FOUND,
    TRADE,
    Refused,
)
from .generic import generic_row
from .house import House
from .listing import Found, Listing
from .poison import KINDS
from .query import Asked, Reader
from .rows import Form, retyped
from .shelf import Row
from .shop import Shop

GENERIC = "/goodlife/v1/trade/order/query"
CATERING = "/goodlife/v1/akte/order/query"
PATHS = (GENERIC, CATERING)
KEPT_TEXTS = 20_000
JSON_TEXT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class Desk:
    """Answers both order queries for all merchants of a box."""

    def __init__(self, house: House, served: set[tuple[str, str]], seed: int) -> None:
        self._house, self._served = house, served
        self._clock, self._switches, self._options = (
            house.clock,
            house.switches,
            house.options,
        )
        self._envelope = house.envelope
        self._reader = Reader(house.switches, house.options)
        self._listing = Listing(house.switches, house.options, seed)
        self._texts: dict[Form, dict[int, bytes]] = {}

    def answer(self, request: Request, path: str, operation: str) -> Response:
        """The page or the single order that is asked for. Raises Refused."""
        twin = path == CATERING
        shop = self._house.shops.get(dict(request.query()).get("account_id", ""))
        cursors = twin or shop is None or _shape(shop) != "2022"
        asked = self._reader.read(request, cursors=cursors)
        shop = self._merchant(asked, request, twin=twin)
        if shop is None:
            return self._page(asked, Found([], 0, []), None)
        shop.shelf.settle(self._clock.now())
        secret = asked.secret_number and not twin
        form = self._house.form(shop, twin=twin, secret_number=secret)
        if operation == "orders.get":
            return self._page(asked, self._single(shop, asked), form)
        found = self._listing.find(shop.shelf, asked, self._clock.now())
        return self._page(asked, found, form)

    def _merchant(self, asked: Asked, request: Request, *, twin: bool) -> Shop | None:
        """Whose orders are meant; None when the platform finds nobody's."""
        shop = self._house.merchant(asked.account_id, request)
        return shop if shop is not None and self._answers(shop, twin=twin) else None

    def _answers(self, shop: Shop, *, twin: bool) -> bool:
        """Whether this merchant's orders stand in the list that was asked."""
        settings = shop.account.settings
        own = settings["business"] == "catering" and settings["shape"] != "2022"
        if twin == own or self._switches["other_endpoint"] == "answered":
            return True
        if self._switches["other_endpoint"] == "refused":
            raise Refused(NO_PERMISSION)
        return False

    def _single(self, shop: Shop, asked: Asked) -> Found:
        """One order by its id. Both ids given: order_id counts."""
        id = asked.order_id or shop.by_ext_id.get(asked.ext_order_id or "", "")
        row = shop.shelf.rows.get(id)
        if row is not None and self._switches["detail"] == "lagging":
            row = _as_of(row, self._clock.now() - self._options.detail_lag)
        if row is None:
            if self._switches["unknown_order"] == "refused":
                raise Refused(TRADE, "order not found", ORDER_NOT_FOUND)
            return Found([], 0, [])
        rows = [row] if asked.size else []
        cursor = [str(row.created), id] if rows else []
        return Found(rows, 1, cursor)

    def _page(self, asked: Asked, found: Found, form: Form | None) -> Response:
        texts = self._texts_of(found.rows, form) if form else []
        self._served.update((row.record.account, row.record.id) for row in found.rows)
        page = {"page_num": asked.number, "page_size": asked.size, "total": found.total}
        data: JSON = {"page": page}
        if form is None or form.shape != "2022":
            data["search_after"] = _search_after(found, form)
        if self._options.new_fields:
            data["list_version"] = {"rev": 3, "hints": ["sandbox"]}
        return self._envelope.listed(texts, data)

    def _texts_of(self, rows: list[Row], form: Form) -> list[bytes]:
        """The rows as JSON; each version is written once per form."""
        texts = self._texts.setdefault(form, {})
        if len(texts) > KEPT_TEXTS:
            texts.clear()
        for row in rows:
            if id(row.version) not in texts:
                texts[id(row.version)] = _written(row, form)
        return [texts[id(row.version)] for row in rows]


def _shape(shop: Shop) -> str:
    shape: str = shop.account.settings["shape"]
    return shape


def _as_of(row: Row, then: float) -> Row | None:
    version = row.record.visible(then)
    if version is None:
        return None
    return Row(row.record, version, row.created, int(version.updated_at))


def _search_after(found: Found, form: Form | None) -> JSON:
    """Where the next page begins; the catering twin spells it in lower case."""
    size = len(found.rows)
    if form is not None and form.twin:
        return {"size": size, "cursor": found.cursor, "all_cursor": found.cursor}
    return {"Size": size, "CursorValue": found.cursor}


def _written(row: Row, form: Form) -> bytes:
    make = catering_row if form.twin else generic_row
    body = retyped(make(row.version.content, row.updated, form), form)
    if form.new_fields:
        body |= {"settle_mode_v3": {"kind": 2, "tags": ["sandbox"]}}
    kind = row.version.content.get("poison")
    if kind is not None:
        body = KINDS[kind](body)
    return JSON_TEXT.encode(body).encode()
