"""What lists that hand out their pages one after the other share."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from datetime import timedelta

from hub_core.errors import Misconfigured, Unreadable
from hub_core.ports import Paging, Session, Stream, Window
from hub_core.wire import Fetched, Item, Misread, Page

from .facts import ID, account_of


class Cursored(ABC):
    """A source none of whose lists can be asked for by page number."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._account = account_of(session.shop)

    @property
    @abstractmethod
    def streams(self) -> tuple[Stream, ...]:
        """The lists that together hold every record."""

    @abstractmethod
    def ask(self, stream: Stream, window: Window | None, cursor: str | None) -> Page:
        """Ask the platform for the page that begins at `cursor`."""

    def after(self, stream: Stream, window: Window | None, cursor: str | None) -> Page:
        """The page that begins at `cursor`; a cursor that stands still is no way on."""
        page = self.ask(stream, window, cursor)
        if page.cursor is not None and page.cursor == cursor:
            raise Unreadable(f"{stream.name}: the cursor has not moved")
        return page

    def probe(self, stream: Stream, window: Window) -> Page:
        """The first page; whether it counts the whole list is the platform's affair."""
        return self.ask(stream, window, None)

    def page(
        self, stream: Stream, window: Window, number: int, *, count: bool = False
    ) -> Page:
        """The first page alone; the others begin where the one before them ends."""
        if number != 1:
            raise Misconfigured(f"{ID}: {stream.name} has no numbered pages")
        return self.ask(stream, window, None)

    def record(self, external_id: str) -> Fetched | Misread | None:
        """No such list can be asked for one record, unless its source says how."""
        raise Misconfigured(f"{ID}: {external_id} cannot be asked for by its id")


def ends(window: Window | None) -> tuple[int, int]:
    """A window as epoch seconds, a second more at both ends: whether the platform takes
    its own as inclusive no document says."""
    if window is None:
        raise Misconfigured(f"{ID}: this list takes a span of time")
    since, until = window.since.timestamp(), window.until.timestamp()
    return math.floor(since) - 1, math.ceil(until) + 1


def snapshot(name: str, page_size: int, *assumptions: str) -> Stream:
    """A list that takes no time and is read whole: its spans of time mean nothing."""
    return Stream(
        name=name,
        paging=Paging.OPAQUE_CURSOR,
        order="not documented",
        max_window=timedelta(days=1),
        settle_lag=timedelta(0),
        overlap=timedelta(0),
        page_size=page_size,
        is_snapshot=True,
        reread_every=None,
        assumptions=assumptions,
    )


def own(item: Item, external_id: str) -> Fetched | Misread | None:
    """The item, if it is the record asked for; one that has lost its id may be."""
    if isinstance(item, Fetched):
        return item if item.record.external_id == external_id else None
    if isinstance(item, Misread):
        return item if item.external_id in (external_id, None) else None
    return None
