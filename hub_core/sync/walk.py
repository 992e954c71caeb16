"""Reading one window so that nothing is lost while its rows change.

Rows of a closed window can only leave it (a later change moves them past its end). Read
from the last page to the first, a row that leaves only pushes unread rows towards pages
still to be read: rows may come twice, none is skipped. Read forward, each row that leaves
pulls one unread row onto a page already read.

A pass proves its window in one of three ways: one page held it all; it went from a last
page with room to spare down to page 1, nothing entered meanwhile, and no two pages meet
inside a group of rows with one time stamp, whose order a platform may change from call to
call; or as many rows were seen as the platform counted before the pass began.

Where two pages meet inside such a group (a seam), a row can only have slipped through if
it has that very time: where the list is sorted by the window's own time, asking for that
one second closes the seam.

Where calls go side by side, pages are asked for before those above them are answered, and
a row that leaves meanwhile may slip between two. As rows only leave, the pages from one
number on are known to be whole when they showed as many different rows as were counted
before the pass for them: whatever the order in which they were answered. A pass that went
so from end to end proves its window by that count or not at all; at the first sign of a
change it goes on page by page from where it is, and what came before has to be counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from ..errors import BadRequest
from ..ports import Source, Stream, Window
from ..wire import Item, Page
from .flights import Abreast, Behind, Flights
from .headstart import Headstart, departing
from .rows import is_nameless, key_of, stamp_of, stamps

SECOND = timedelta(seconds=1)
PAGES_BEYOND = 50
"""How far past a total that lies a walk looks for the real end."""
MOST_SEAMS = 20
"""Beyond these the window is better read again, in halves."""
TOLERANCE = 3 * SECOND
"""How far outside the window rows may stand: connectors ask for a little more."""


class TooMany(Exception):
    """The window has more rows than should, or can, be read at once."""

    def __init__(self, total: int, *, counted: bool = False) -> None:
        super().__init__(f"{total} rows")
        self.total = total
        self.counted = counted
        """Whether the platform counted them."""


@dataclass(slots=True)
class Walk:
    """One pass over one window. Iterate `pages`, then ask what it proved."""

    source: Source
    stream: Stream
    window: Window
    most: int | None = None
    """Raise TooMany above this total; None: read whatever there is."""
    beyond: datetime | None = None
    """Where the probe reaches to: one call then tells of the window and of what is
    younger."""
    reached: bool = False
    """Whether it did tell: the rows up to `beyond` were given, or there were none."""
    strangers: set[str] = field(default_factory=set)
    """Rows known to stand in this window with a time outside it; added to."""
    former: list[str] = field(default_factory=list)
    """The rows of the answer before this one, of whatever walk; kept up to date."""
    signed: Callable[[], bool] = lambda: True
    """Whether the newest answer bore an id. Of those that bear none, one that has the
    former's rows is asked for once more."""
    echoed: bool = False
    """It had them again: other rows of just the same look, or the former answer still."""
    seen: dict[str, datetime | None] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)
    """Rows without an id that only one of two answers had: spoiled forms of others, maybe.
    They count as nobody."""
    nameless: set[str] = field(default_factory=set)
    """Rows without an id."""
    rough: bool = False
    """The line fails: a row without an id may be another's spoiled form all the same, and
    that other stand on a later page."""
    abreast: Abreast | None = None
    """Where pages are asked for side by side; None: one after the other."""
    ahead: Headstart | None = None
    """The probe, and pages, where they were asked for before this walk began."""
    behind: Behind = field(default_factory=Behind)
    """Told when what is read after it may be asked for."""
    hasty: bool = False
    """Only the count can prove it: pages were asked for side by side."""
    calls: int = 0
    first_total: int = 0
    grew: bool = False
    """Rows entered, or the total had left some out."""
    seams: set[datetime] = field(default_factory=set)
    """Seconds in which two pages meet and a row may have slipped through."""
    tied: bool = False
    """Pages meet in a group that no second names."""
    doubtful: bool = False
    """A page was none of those asked for, and so it was when asked for again."""
    short: bool = False
    """The same of a page that had fewer rows than it counted."""
    page_count: int = 0
    left: int = 0
    """Pages that are still to come."""
    rows: int = 0
    _probed: int = 0
    _least_total: int = 0
    """Rows only leave: no later count may be higher, and those it counts were there for
    the whole pass."""
    _lower: list[Item] = field(default_factory=list)
    _flights: Flights[int, Page] | None = None

    def pages(self) -> Iterator[Page]:
        """The window's pages, last to first; counts as it goes.

        Raises TooMany where the platform has more rows than it pages through.
        """
        try:
            yield from self._backwards()
        finally:
            self._land()

    def _backwards(self) -> Iterator[Page]:
        first = self._probe()
        if first.number == 1 and self._is_whole(first):
            self.reached = self.beyond is not None
            yield self._note(first, 1)
            return
        if self.first_total == 0 and first.number != 1:
            return
        number, page = self._own_bottom() if self.beyond else self._bottom(first)
        yield self._note(page, number)
        while number > 2:
            number -= 1
            yield self._note(self._page(number), number)
        if number == 2:
            yield self._note(self._first_page(first), 1)
        self.reached = self.beyond is not None and self._least_total == self._probed

    @property
    def proof(self) -> str | None:
        """What shows that nothing of the window is missing; None when nothing does."""
        if self.doubtful or self.short:
            return None
        if self.is_small:
            return "one page"
        if self.grew or len(self.seen) < self._least_total:
            return None
        if not self.tied and not self.seams and not self.hasty:
            return "last page first, nothing entered"
        return "every row counted" if self._counted_rows >= self.first_total else None

    @property
    def _counted_rows(self) -> int:
        return len(self.named) + (0 if self.rough else len(self.steady))

    @property
    def named(self) -> dict[str, datetime | None]:
        """The rows that are surely different ones, by their ids."""
        return {k: at for k, at in self.seen.items() if k not in self.nameless}

    @property
    def steady(self) -> set[str]:
        """Rows without an id that came as they are whenever their page was asked for."""
        return self.nameless - self.unsure

    @property
    def wants_only_seams(self) -> bool:
        """Whether closing its seams is all that its proof lacks."""
        wrong = self.doubtful or self.short or self.grew or self.tied or self.hasty
        wrong |= len(self.seen) < self._least_total
        return not wrong and 0 < len(self.seams) <= MOST_SEAMS

    @property
    def is_small(self) -> bool:
        """Whether it was one page with room to spare: then the page is the window."""
        return self.page_count <= 1 and self.rows < self.stream.page_size

    def _probe(self) -> Page:
        window = Window(self.window.since, self.beyond or self.window.until)
        page = self._sound(lambda again: self._counted(window), 1, window)
        assert page.total is not None
        self.first_total = self._least_total = self._probed = page.total
        self._refuse_many(page.total)
        return page

    def _counted(self, window: Window) -> Page:
        self.calls += 1
        sent = self.ahead.take_count() if self.ahead else None
        page = sent or self.source.probe(self.stream, window)
        if page.total is None:
            raise ValueError(f"{self.stream.name}: the list gave no total")
        return page

    def _refuse_many(self, total: int) -> None:
        if self.most is not None and total > self.most:
            raise TooMany(total, counted=True)

    def _is_whole(self, page: Page) -> bool:
        return len(page.items) < self.stream.page_size and not page.has_more

    def _pages_of(self, total: int) -> int:
        """The number of the page with room to spare, were the total right."""
        return total // self.stream.page_size + 1

    def _own_bottom(self) -> tuple[int, Page]:
        """The window's last page, where the probe counted what is younger too."""
        number, page = self._bottom(None)
        if page.total is None or number > self._pages_of(self._probed):
            return number, page
        self.first_total = self._least_total = page.total
        is_behind = not page.items and self._pages_of(page.total) < number
        if is_behind:
            return self._bottom(None)
        self._take_off(number - 1, None)
        return number, page

    def _bottom(self, first: Page | None) -> tuple[int, Page]:
        """The real last page: one with room to spare, whatever the total says."""
        last = self._pages_of(self.first_total)
        if first:
            self._take_off(last, first)
        for number in range(last, last + PAGES_BEYOND):
            known = first is not None and first.number == number
            page = first if first and known else self._page(number)
            if len(page.items) < self.stream.page_size:
                self.grew |= number > last and bool(page.items)
                return number, page
        raise TooMany((last + PAGES_BEYOND) * self.stream.page_size)

    def _page(self, number: int, *, count: bool = False) -> Page:
        def ask(again: bool) -> Page:
            if page := self._flown(number, again):
                return page
            self.calls += 1
            counts = count or again
            return self.source.page(self.stream, self.window, number, count=counts)

        try:
            return self._sound(ask, number, self.window)
        except BadRequest:
            if number == 1:
                raise
            raise TooMany(max(self.first_total, number)) from None

    # Side by side ----------------------------------------------------------------------

    def _take_off(self, last: int, first: Page | None) -> None:
        """Ask for this page and those above 1 side by side, where that is worth it."""
        self._flights = self.ahead.take_flights(first) if self.ahead else None
        if self._flights is None:
            self._flights = departing(self.abreast, self._alone, last)
        if self._flights is not None:
            self._flights.behind = self.behind

    def _alone(self, number: int) -> Page:
        return self.source.page(self.stream, self.window, number)

    def _flown(self, number: int, again: bool) -> Page | None:
        """The page as it was asked for ahead, if nothing has changed by then."""
        if self._flights is None:
            return None
        page = None if again else self._flights.take(number)
        if page and page.total not in (None, self._least_total):
            page = None
        if page is None:
            self._go_on_alone(number)
        else:
            self.calls += 1
        return page

    def _go_on_alone(self, left: int) -> None:
        """From this page on one after the other. Those behind it are sound if they showed
        as many rows as were counted for them before the first was asked for."""
        self._land()
        self.hasty |= not self._has_all_but(left * self.stream.page_size, {})

    def _land(self) -> None:
        if self.ahead is not None:
            self.ahead.land()
        if self._flights is not None:
            self._flights.land()
            self._flights = None

    def _has_all_but(self, rows: int, others: dict[str, datetime | None]) -> bool:
        return len(self.named | others) >= self.first_total - rows

    def _first_page(self, first: Page) -> Page:
        """Page 1; that of the probe, where with it every row that it counted was seen."""
        if self._flights is None:
            return self._page(1, count=True)
        self._land()
        self.hasty = True
        own = first.number == 1 and not self.beyond
        shown = {key_of(i): stamp_of(i) for i in first.items if not is_nameless(i)}
        if own and self._has_all_but(0, shown):
            return first
        return self._page(1, count=True)

    @property
    def idle(self) -> bool:
        """Whether there is time to store what has come before the next page does."""
        if self._flights is None or self.abreast is None:
            return False
        return self._flights.late and self.abreast.paced

    # Whether to believe a page ---------------------------------------------------------

    def _sound(self, ask: Callable[[bool], Page], number: int, window: Window) -> Page:
        """A page; one that does not make sense is asked for once more, and has to count."""
        page = ask(False)
        short = self._is_short(page, number)
        odd = self._is_odd(page, number, window) or self._is_former(page)
        if short or odd or any(map(is_nameless, page.items)):
            nameless, page = _nameless(page), ask(True)
            self.unsure |= _nameless(page) - nameless
            self.short |= self._is_short(page, number)
            self.doubtful |= self._is_odd(page, number, window)
            self.strangers |= _outside(page, window)
            self.echoed |= self._is_former(page)
        self.former[:] = _ids(page)
        return page

    def _is_odd(self, page: Page, number: int, window: Window) -> bool:
        """A page that says it is another, repeats the one read before it, or has rows of
        another window."""
        if page.number is not None and page.number != number:
            return True
        if page.items and _ids(page) == list(map(key_of, self._lower)):
            return True
        return not _outside(page, window) <= self.strangers

    def _is_former(self, page: Page) -> bool:
        same = bool(page.items) and _ids(page) == self.former
        return same and not self.signed()

    def _is_short(self, page: Page, number: int) -> bool:
        """Whether rows are missing from it, by its own count or else by the last one."""
        size = self.stream.page_size
        if len(page.items) >= size:
            return False
        before = (number - 1) * size
        counted = self._least_total if page.total is None else page.total
        return bool(page.has_more) or counted > before + len(page.items)

    # What a page tells -----------------------------------------------------------------

    def _note(self, page: Page, number: int) -> Page:
        counted = self._least_total if page.total is None else page.total
        up_to = (number - 1) * self.stream.page_size + len(page.items)
        self.grew |= bool(page.items) and up_to > counted  # the count is too low
        if page.total is not None:
            self.grew |= page.total > self._least_total
            self._least_total = min(page.total, self._least_total)
        self._note_seam(page)
        for item in page.items:
            key, stamp = key_of(item), stamp_of(item)
            self.grew |= self.seen.get(key, stamp) != stamp  # it entered a second time
            self.seen[key] = stamp
            if is_nameless(item):
                self.nameless.add(key)
        self.grew |= len(self.seen) > self.first_total
        self.page_count += 1
        self.left = number - 1
        self.rows += len(page.items)
        self._lower = list(page.items)
        return page

    def _note_seam(self, page: Page) -> None:
        """Whether this page's last row and the first of the page read before share a time.

        A row that shows on neither was above the border when the lower page was read and
        below it now. Rows only leave, so only its place among rows of its own time can
        have sunk: both rows at the border have that time.
        """
        if not self._lower or not page.items:
            return
        above, under = page.items[-1], self._lower[0]
        if self.stream.order.startswith("modified"):
            one, other = stamp_of(above), stamp_of(under)
            if one is None or other is None or not _is_inside(one, self.window):
                self.tied = True
            elif one == other:
                self.seams.add(one)
        else:
            before, behind = stamps(above), stamps(under)
            self.tied |= bool(before & behind) or not before or not behind


def _ids(page: Page) -> list[str]:
    return list(map(key_of, page.items))


def _nameless(page: Page) -> set[str]:
    return {key_of(item) for item in page.items if is_nameless(item)}


def _outside(page: Page, window: Window) -> set[str]:
    """Rows none of whose times lies in the window."""
    since, until = window.since - TOLERANCE, window.until + TOLERANCE

    def is_out(item: Item) -> bool:
        changed = stamp_of(item)
        if changed is not None and since <= changed <= until:
            return False  # as nearly all are
        known = stamps(item)
        return bool(known) and not any(since <= at <= until for at in known)

    return {key_of(item) for item in page.items if is_out(item)}


def _is_inside(moment: datetime, window: Window) -> bool:
    return window.since - TOLERANCE <= moment <= window.until + TOLERANCE


def halves(window: Window) -> tuple[Window, ...] | None:
    """The window cut at a whole second; None when it is too short to cut."""
    return parts(window, 2) or None


def parts(window: Window, many: int) -> tuple[Window, ...]:
    """The window cut at whole seconds, in so many parts or as many as there are seconds;
    none when it is too short to cut."""
    seconds = int((window.until - window.since).total_seconds())
    many = min(many, seconds)
    if many < 2:
        return ()
    cuts = [window.since + SECOND * (seconds * n // many) for n in range(1, many)]
    return tuple(Window(*ends) for ends in pairwise((window.since, *cuts, window.until)))
