"""Orders of one account: the one stream that is walked by page numbers."""

from __future__ import annotations

import math
from typing import Any

from adapters.douyin_laike.envelope import says_not_found
from hub_core.errors import Rejected, Unreadable
from hub_core.ports import Paging, Session, ShopInfo, Stream, Window
from hub_core.wire import Fetched, Misread, Page, pick

from .cursors import own
from .facts import ADAPTERS, account_of, days, seconds

PAGE_SIZE = 100
ROWS_CAP = 10_000
SMALL = 10
"""Room for the one order that is asked for by its id."""


class LaikeOrders:
    """Orders of one account, by the time they last changed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._calls = _shape(session.shop)
        self._account = account_of(session.shop)

    @property
    def streams(self) -> tuple[Stream, ...]:
        """One list holds every order, whatever its state."""
        facts = self._session.facts
        return (
            Stream(
                name="orders",
                paging=Paging.REVERSE_OFFSET,
                order="not documented",
                max_window=days(facts, "max_window_days"),
                settle_lag=seconds(facts, "settle_lag_seconds"),
                overlap=seconds(facts, "overlap_seconds"),
                page_size=PAGE_SIZE,
                rows_cap=ROWS_CAP,
                look_back=days(facts, "look_back_days"),
                assumptions=(
                    "pages of one window keep one sort order",
                    "page.total counts the window's rows",
                    "rows are listed within the settle lag",
                ),
            ),
        )

    def probe(self, stream: Stream, window: Window) -> Page:
        """Page 1 whole: it tells the total and costs no call of its own."""
        return self.page(stream, window, 1, count=True)

    def page(
        self, stream: Stream, window: Window, number: int, *, count: bool = False
    ) -> Page:
        """Page `number` of the orders that last changed within the window.

        Whether the platform takes its ends as inclusive no document says: a second more
        is asked at both.
        """
        page: Page = self._session.send(
            self._calls.LIST,
            account_id=self._account,
            page_num=number,
            page_size=stream.page_size,
            update_order_start_time=math.floor(window.since.timestamp()) - 1,
            update_order_end_time=math.ceil(window.until.timestamp()) + 1,
        )
        if count and page.total is None:
            raise Unreadable("a page of orders came without page.total")
        return page

    def record(self, external_id: str) -> Fetched | Misread | None:
        """One order by its id, whatever its age."""
        try:
            page: Page = self._session.send(
                self._calls.GET,
                account_id=self._account,
                order_id=external_id,
                page_size=SMALL,
            )
        except Rejected as refusal:
            if says_not_found(refusal):
                return None
            raise
        return next((x for item in page.items if (x := own(item, external_id))), None)


def _shape(shop: ShopInfo) -> Any:
    """The version file that speaks for this shop: catering has an endpoint of its own."""
    catering = shop.settings.get("business") == "catering"
    area = "orders_catering" if catering else "orders"
    return pick(ADAPTERS, area, shop.pins.get(area))
