"""Orders: page 1 counts a window, then last page to first, each trade fetched.

The platform's own advice, since rows come newest change first and an order that changes
moves to the front (taobao.trades.sold.increment.get; channel paper §3).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from adapters.taobao.envelope import absent
from adapters.taobao.trade import seller_of
from hub_core.errors import Rejected
from hub_core.ports import Paging, Session, Stream, Window
from hub_core.wire import Fetched, Misread, Page, pick

from .asking import SLACK, ends, refuse_others
from .facts import ADAPTERS, fact, seconds

LONGEST = timedelta(days=1) - SLACK
"""A day on the wire."""


class Orders:
    """The orders of one shop."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._calls = pick(ADAPTERS, "orders", session.shop.pins.get("orders"))
        self.streams = (
            Stream(
                name="orders",
                paging=Paging.REVERSE_OFFSET,
                order="modified desc",
                max_window=LONGEST,
                settle_lag=seconds(session, "settle_lag_seconds"),
                overlap=timedelta(minutes=1),
                page_size=100,
                list_is_partial=True,
                look_back=timedelta(days=90),
                assumptions=("settle_lag_seconds", "trade_kinds"),
            ),
        )

    def probe(self, stream: Stream, window: Window) -> Page:
        """Page 1 with the total. The count alone would be one call more, and may lag."""
        return replace(self.page(stream, window, 1, count=True), number=1)

    def page(
        self, stream: Stream, window: Window, number: int, *, count: bool = False
    ) -> Page:
        """Page `number`, 1 being the newest. TOP counts rows or says whether more follow,
        not both."""
        page: Page = self._session.send(
            self._calls.LIST,
            **self._window(window),
            size=stream.page_size,
            page=number,
            has_next=not count,
        )
        return page

    def record(self, external_id: str) -> Fetched | Misread | None:
        """One trade in full. Every trade comes this way: the list only names them."""
        try:
            found: Fetched | Misread = self._session.send(
                self._calls.GET, external_id=external_id
            )
        except Rejected as error:
            if absent(error):
                return None
            raise
        refuse_others(self._session, seller_of(found), "an order")
        return found

    def _window(self, window: Window) -> dict[str, datetime | str]:
        return {**ends(window), "kinds": fact(self._session, "trade_kinds")}
