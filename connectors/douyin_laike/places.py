"""The places of one account: a list without time, read whole."""

from __future__ import annotations

from adapters.douyin_laike.envelope import PLACE_NOT_FOUND, says_not_found
from hub_core.errors import Rejected, Unreadable
from hub_core.ports import Session, Stream, Window
from hub_core.wire import Fetched, Misread, Page, pick

from .cursors import Cursored, own, snapshot
from .facts import ADAPTERS

PAGE_SIZE = 50
AREA = "places"


class LaikePlaces(Cursored):
    """One list of numbered pages; a cursor here is the number of a page."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._calls = pick(ADAPTERS, AREA, session.shop.pins.get(AREA))

    @property
    def streams(self) -> tuple[Stream, ...]:
        """All places as they stand."""
        return (snapshot("places", PAGE_SIZE, "no place comes or goes during a reading"),)

    def ask(self, stream: Stream, window: Window | None, cursor: str | None) -> Page:
        """Page `cursor` of the places, the first without one."""
        number = int(cursor or "1")
        page: Page = self._session.send(
            self._calls.LIST,
            account_id=self._account,
            page=number,
            size=stream.page_size,
        )
        if page.total is None:
            raise Unreadable("a page of places came without total")
        if not page.items and (number - 1) * stream.page_size < page.total:
            raise Unreadable("places are counted and none is listed")
        more = number * stream.page_size < page.total
        return Page(
            page.items,
            page.total,
            number,
            has_more=more,
            cursor=str(number + 1) if more else None,
        )

    def record(self, external_id: str) -> Fetched | Misread | None:
        """One place by its id. Raises Unreadable for an answer that counts what it does
        not have, or has another place's row: it is no proof that there is none."""
        try:
            page: Page = self._session.send(self._calls.GET, poi_id=external_id)
        except Rejected as refusal:
            if says_not_found(refusal, PLACE_NOT_FOUND):
                return None
            raise
        found = next((x for item in page.items if (x := own(item, external_id))), None)
        if found is None and (page.items or page.total != 0):
            raise Unreadable("the answer is about another place, or has lost its row")
        return found
