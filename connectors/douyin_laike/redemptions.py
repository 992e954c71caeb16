"""Redemptions of one account, by the time they were made.

A cancellation changes a record and leaves its time of use alone, so a window is read
again for as long as a use can be taken back (an hour, by the documents).
"""

from __future__ import annotations

from hub_core.errors import Unreadable
from hub_core.ports import Paging, Session, Stream, Window
from hub_core.wire import Page, pick

from .cursors import Cursored, ends
from .facts import ADAPTERS, days, seconds

PAGE_SIZE = 20
AREA = "redemptions"


class LaikeRedemptions(Cursored):
    """One list holds every use, cancelled ones too."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._calls = pick(ADAPTERS, AREA, session.shop.pins.get(AREA))

    @property
    def streams(self) -> tuple[Stream, ...]:
        """One list by time of use. A record cannot be asked for by its id."""
        facts = self._session.facts
        lag = seconds(facts, "settle_lag_seconds")
        return (
            Stream(
                name="redemptions",
                paging=Paging.OPAQUE_CURSOR,
                order="not documented",
                max_window=days(facts, "max_window_days"),
                settle_lag=lag,
                # The last reading that still holds a use comes when it can no longer be
                # cancelled and a cancellation of the last moment is told.
                overlap=seconds(facts, "redemption_cancel_seconds")
                + lag
                + seconds(facts, "overlap_seconds"),
                page_size=PAGE_SIZE,
                by_id=False,
                look_back=days(facts, "look_back_days"),
                reread_every=None,
                assumptions=(
                    "a use can be cancelled for redemption_cancel_seconds and no longer",
                    "a page without a record is the last",
                    "uses and cancellations are listed within the settle lag",
                ),
            ),
        )

    def ask(self, stream: Stream, window: Window | None, cursor: str | None) -> Page:
        """Uses made within the window."""
        start, end = ends(window)
        page: Page = self._session.send(
            self._calls.LIST,
            account_id=self._account,
            cursor=cursor or "0",
            size=stream.page_size,
            start_time=start,
            end_time=end,
        )
        if cursor is None and page.total and not page.items:
            raise Unreadable("redemptions are counted and none is listed")
        return page
