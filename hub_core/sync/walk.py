"""Reading one window so that nothing is lost while its rows change.

Rows of a closed window can only leave it (a later change moves them past its end). Read
from the last page to the first, a row that leaves only pushes unread rows towards pages
still to be read: rows may come twice, none is skipped. Read forward, each row that leaves
pulls one unread row onto a page already read.

A pass proves the window when every row it had at the start was seen (by count), or when
it went last page first, the total never grew, and no two pages meet inside a group of
rows with one time stamp, whose order a platform may change from call to call.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..errors import BadRequest
from ..ports import OrderSource, Stream, Window
from ..wire import Fetched, Item, Misread, Page, Ref

SECOND = timedelta(seconds=1)
PAGES_BEYOND = 50
"""How far past a total that lies a walk looks for the real end."""


class TooMany(Exception):
    """The window has more rows than should be read at once."""

    def __init__(self, total: int) -> None:
        super().__init__(f"{total} rows")
        self.total = total


def key_of(item: Item) -> str:
    """What tells rows apart: the id, or a hash of a record that has none."""
    match item:
        case Fetched():
            return item.order.external_id
        case Ref():
            return item.external_id
        case Misread():
            return item.external_id or _hash(item)


def _hash(item: Misread) -> str:
    text = json.dumps(item.raw, sort_keys=True, default=str)
    return "raw:" + hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def stamp_of(item: Item) -> datetime | None:
    """The platform's time of the row's last change."""
    return item.order.channel_updated_at if isinstance(item, Fetched) else item.updated_at


def stamps(item: Item) -> set[datetime]:
    """The times a platform may sort the row by."""
    created = item.order.channel_created_at if isinstance(item, Fetched) else None
    return {t for t in (stamp_of(item), created) if t is not None}


@dataclass(slots=True)
class Walk:
    """One pass over one window. Iterate `pages`, then ask what it proved."""

    source: OrderSource
    stream: Stream
    window: Window
    most: int | None = None
    """Raise TooMany above this total; None: read whatever there is."""
    seen: dict[str, datetime | None] = field(default_factory=dict)
    calls: int = 0
    first_total: int = 0
    last_total: int = 0
    grew: bool = False
    tied: bool = False
    doubtful: bool = False
    """The platform contradicted itself and did so again when asked again."""
    page_count: int = 0
    rows: int = 0
    _lower: list[Item] = field(default_factory=list)

    def pages(self) -> Iterator[Page]:
        """The window's pages, last to first; counts as it goes."""
        first = self._probe()
        if self.first_total == 0 and not first.items and not first.has_more:
            return
        if first.number == 1 and self._is_whole(first):
            yield self._note(first)
            return
        last = -(-self.first_total // self.stream.page_size) or 1
        for number in range(self._real_end(last), 0, -1):
            yield self._note(self._page(number, count=number == 1))

    @property
    def proof(self) -> str | None:
        """What shows that nothing of the window is missing; None when nothing does."""
        if self.grew or self.doubtful:
            return None
        if len(self.seen) >= self.first_total:
            return "one page" if self.page_count <= 1 else "every row counted"
        if len(self.seen) >= self.last_total and not self.tied:
            return "last page first, total never grew"
        return None

    @property
    def is_small(self) -> bool:
        """Whether it was one page with room to spare: then the page is the window."""
        return self.page_count <= 1 and self.rows < self.stream.page_size

    def _probe(self) -> Page:
        page = self.source.probe(self.stream, self.window)
        self.calls += 1
        if page.total is None:
            raise ValueError(f"{self.stream.name}: the list gave no total")
        self.first_total = self.last_total = page.total
        if self.most is not None and page.total > self.most:
            raise TooMany(page.total)
        return page

    def _is_whole(self, page: Page) -> bool:
        fits = self.first_total <= len(page.items) < self.stream.page_size + 1
        return fits and not page.has_more

    def _real_end(self, last: int) -> int:
        """A last page that is full may hide others behind a capped total: look."""
        if self.first_total != last * self.stream.page_size:
            return last
        for number in range(last + 1, last + PAGES_BEYOND):
            try:
                page = self._page(number)
            except BadRequest:
                return number - 1
            if not page.items:
                return number - 1
            self.grew = True
        return last + PAGES_BEYOND - 1

    def _page(self, number: int, *, count: bool = False) -> Page:
        page = self._ask(number, count)
        if self._is_odd(page, number):
            page = self._ask(number, count)
            self.doubtful |= self._is_odd(page, number)
        return page

    def _ask(self, number: int, count: bool) -> Page:
        self.calls += 1
        return self.source.page(self.stream, self.window, number, count=count)

    def _is_odd(self, page: Page, number: int) -> bool:
        """A page that says it is another, or that repeats the one read before it."""
        if page.number is not None and page.number != number:
            return True
        ids = [key_of(i) for i in page.items]
        return bool(ids) and ids == [key_of(i) for i in self._lower]

    def _note(self, page: Page) -> Page:
        if page.total is not None:
            self.last_total = page.total
            self.grew |= page.total > self.first_total
        if page.has_more and self.page_count == 0:
            self.grew = True
        self.tied |= self._meets_inside_a_tie(page)
        for item in page.items:
            self.seen[key_of(item)] = stamp_of(item)
        self.page_count += 1
        self.rows += len(page.items)
        self._lower = list(page.items)
        return page

    def _meets_inside_a_tie(self, page: Page) -> bool:
        """Whether this page's end and the page read before it share a time stamp."""
        if not self._lower or not page.items:
            return False
        below = {key_of(i) for i in self._lower}
        end = next((i for i in reversed(page.items) if key_of(i) not in below), None)
        return end is not None and bool(stamps(end) & stamps(self._lower[0]))


def halves(window: Window) -> tuple[Window, Window] | None:
    """The window cut at a whole second; None when it is too short to cut."""
    span = window.until - window.since
    if span < 2 * SECOND:
        return None
    middle = window.since + timedelta(seconds=int(span.total_seconds()) // 2)
    return Window(window.since, middle), Window(middle, window.until)
