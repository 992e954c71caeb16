"""Redemptions of one account, by the time they were made, with their places.

A cancellation changes a record and leaves its time of use alone, so a window is read
again for as long as a use can be taken back (an hour, by the documents).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub_core.errors import Misconfigured, Unreadable
from hub_core.ports import Paging, Session, Stream, Window
from hub_core.wire import Page, pick

from .by_place import ByPlace, Memory
from .cursors import Cursored, ends
from .facts import ADAPTERS, FACTS, ID, days, seconds

PAGE_SIZE = 20
AREA = "redemptions"


class LaikeRedemptions(Cursored):
    """One list holds every use, cancelled ones too. It is read as `ByPlace` says; a
    cursor names the list asked, then the platform's own."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._calls = pick(ADAPTERS, AREA, session.shop.pins.get(AREA))
        self._memory = Memory(session)
        self._run: Iterator[Page] = iter(())
        self._next: str | None = None

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

    def after(self, stream: Stream, window: Window | None, cursor: str | None) -> Page:
        """The next page of the run that gave out `cursor`; without one a run begins."""
        if not self._asks_places():
            return super().after(stream, window, cursor)
        if cursor is None:
            self._run = self._begin(stream, window)
        elif cursor != self._next:
            raise Unreadable("redemptions: this cursor belongs to another run")
        self._next = None
        page = next(self._run)
        self._next = page.cursor
        return page

    def _begin(self, stream: Stream, window: Window | None) -> Iterator[Page]:
        def asked(places: Sequence[str], cursor: str | None) -> Page:
            if not places:
                return self.ask(stream, window, cursor)
            return self._send(stream, window, cursor, places)

        self._memory.turn_to(window)
        return ByPlace(asked, self._memory).pages()

    def ask(self, stream: Stream, window: Window | None, cursor: str | None) -> Page:
        """Uses made within the window, wherever."""
        return self._send(stream, window, cursor, ())

    def _send(
        self,
        stream: Stream,
        window: Window | None,
        cursor: str | None,
        places: Sequence[str],
    ) -> Page:
        """Uses at these places, or wherever. A first page that has none of those it
        counts proves neither that there are none, nor where: it is asked for once more.
        Raises Unreadable where that is no better."""
        start, end = ends(window)
        for _ in range(2):
            page: Page = self._session.send(
                self._calls.LIST,
                account_id=self._account,
                cursor=cursor or "0",
                size=stream.page_size,
                poi_ids=list(places) or None,
                start_time=start,
                end_time=end,
            )
            if cursor is not None or page.items or not page.total:
                return page
        raise Unreadable("redemptions are counted and none is listed")

    def _asks_places(self) -> bool:
        name = "redemption_places"
        said = str(self._session.facts.get(name, FACTS[name]))
        if said not in ("ask", "none"):
            raise Misconfigured(f"{ID}: {name} is ask or none, not {said!r}")
        return said == "ask"
