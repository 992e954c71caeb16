"""Products: four lists by modification time, newest first, and each product fetched.

What is on sale, and the three shelves of the warehouse: what waits to be put on sale, what
is sold out, what broke a rule. Every item stands on one of them. A search engine answers,
which is late by nobody says how much. Two things are assumed: that an item is modified when
it changes its list, and that a deleted one is told by its id alone, since it leaves every
list in silence.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from adapters.taobao.envelope import absent
from adapters.taobao.trade import seller_of
from hub_core.errors import Rejected
from hub_core.ports import Paging, Session, Stream, Window
from hub_core.wire import Fetched, Misread, Page, pick

from .asking import ends, refuse_others
from .facts import ADAPTERS, days, seconds

ON_SALE = "products"
SHELVES = {
    "products_in_warehouse": "for_shelved",
    "products_sold_out": "sold_out",
    "products_violation": "violation_off_shelf",
}
"""Stream to the banner that is asked for. Unasked, TOP answers for_shelved only."""
LONGEST = timedelta(days=365)
"""No document limits the span; a window with too many rows is cut."""
DEEPEST = 20_000
"""Rows beyond which either list refuses to page."""


class Products:
    """The products of one shop."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._calls = pick(ADAPTERS, "products", session.shop.pins.get("products"))
        self.streams = tuple([self._stream(name) for name in (ON_SALE, *SHELVES)])

    def _stream(self, name: str) -> Stream:
        return Stream(
            name=name,
            paging=Paging.REVERSE_OFFSET,
            order="modified desc",
            max_window=LONGEST,
            settle_lag=seconds(self._session, "product_settle_lag_seconds"),
            overlap=timedelta(minutes=5),
            page_size=200,
            rows_cap=DEEPEST,
            list_is_partial=True,
            look_back=days(self._session, "product_look_back_days"),
            reread_every=timedelta(days=1),
            assumptions=("product_settle_lag_seconds", "product_look_back_days"),
        )

    def probe(self, stream: Stream, window: Window) -> Page:
        """Page 1, which counts too."""
        return replace(self.page(stream, window, 1, count=True), number=1)

    def page(
        self, stream: Stream, window: Window, number: int, *, count: bool = False
    ) -> Page:
        """Page `number`, 1 being the newest. Every page counts the whole."""
        asked = {**ends(window), "page": number, "size": stream.page_size}
        if stream.name == ON_SALE:
            found: Page = self._session.send(self._calls.ON_SALE, **asked)
            return found
        banner = SHELVES[stream.name]
        found = self._session.send(self._calls.WAREHOUSE, banner=banner, **asked)
        return found

    def record(self, external_id: str) -> Fetched | Misread | None:
        """One product in full, with its SKUs; None when it was deleted."""
        try:
            found: Fetched | Misread = self._session.send(
                self._calls.GET, external_id=external_id
            )
        except Rejected as error:
            if absent(error):
                return None
            raise
        refuse_others(self._session, seller_of(found, "nick"), "a product")
        return found
