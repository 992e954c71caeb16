"""Refunds of one account: by the time they were made, and by the time money went back.

A refund that is refused or called off changes and stands in neither list anew, and none
can be asked for by its own id. So those made within the last days are read again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hub_core.ports import Paging, Session, Stream, Window
from hub_core.wire import Page, pick

from .cursors import Cursored, ends
from .facts import ADAPTERS, days, number, seconds

PAGE_SIZE = 100
AREA = "after_sales"
SPANS = {
    "after_sales_made": "create_order",
    "after_sales_done": "refund_done",
}
"""Stream to the pair of parameters that cuts its windows."""


class LaikeAfterSales(Cursored):
    """Two lists of one thing: a case stands in both once its money is back."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._calls = pick(ADAPTERS, AREA, session.shop.pins.get(AREA))

    @property
    def streams(self) -> tuple[Stream, ...]:
        """By time of making, read again while a case may be open; by time done."""
        facts = self._session.facts
        lag = seconds(facts, "after_sale_settle_lag_seconds")
        short = lag + seconds(facts, "overlap_seconds")
        still_open = timedelta(hours=number(facts, "after_sale_open_hours"))
        made, done = SPANS
        return self._stream(made, lag, short + still_open), self._stream(done, lag, short)

    def _stream(self, name: str, lag: timedelta, overlap: timedelta) -> Stream:
        facts = self._session.facts
        return Stream(
            name=name,
            paging=Paging.OPAQUE_CURSOR,
            order="not documented",
            max_window=days(facts, "max_window_days"),
            settle_lag=lag,
            overlap=overlap,
            page_size=PAGE_SIZE,
            by_id=False,
            look_back=days(facts, "look_back_days"),
            reread_every=None,
            assumptions=(
                "refunds are listed within the settle lag",
                "a refund that ends without money does so within after_sale_open_hours",
            ),
        )

    def ask(self, stream: Stream, window: Window | None, cursor: str | None) -> Page:
        """Refunds made, or done, within the window."""
        start, end = ends(window)
        span = SPANS[stream.name]
        asked: dict[str, Any] = {f"{span}_start_time": start, f"{span}_end_time": end}
        page: Page = self._session.send(
            self._calls.LIST,
            account_id=self._account,
            cursor=cursor or "0",
            page_size=stream.page_size,
            **asked,
        )
        return page
