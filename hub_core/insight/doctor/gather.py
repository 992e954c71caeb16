"""The questions a stream is asked, in the order that tells most for the fewest calls.

Only lists are read and one order is fetched by id: nothing on the platform changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from ...errors import (
    Banned,
    Down,
    Forbidden,
    Gone,
    HubError,
    Rejected,
    Retryable,
    Unreadable,
)
from ...ports import Stream, Window
from .asking import Asker, Enough, Row, Seen

SECOND = timedelta(seconds=1)
MARGIN = 2 * SECOND
"""A Date header is only good to a second, and rows carry whole seconds."""
FEW, SOME = 8, 60
"""Rows a window should have at least, and about, for its order to say something."""
SHRINKS = 3
BACK = (0, 1, 6)
"""How many windows back a shop's rows are looked for, when the newest has none."""
PASSING = (Rejected, Unreadable, Retryable)
"""Errors that end a question and leave the others; save those that end them all."""
USED_UP = "the calls allowed for one stream are used up"


@dataclass(slots=True)
class Gathered:
    """The answers. What was not asked, or refused, is None and stands in `refused`."""

    wide: Window
    """The longest window that may be asked."""
    total: int | None = None
    first: Seen | None = None
    """A closed window that fits on one page; `again` is the same, asked last of all."""
    again: Seen | None = None
    small: list[Seen] = field(default_factory=list)
    """The same window in small pages, last page first."""
    start: Seen | None = None
    """From a row's very second on; `end`: up to it."""
    end: Seen | None = None
    parts: tuple[int, int] | None = None
    """The rows of the wide window in two parts: the total of all before `first`, and what
    was counted in it."""
    beyond: Seen | None = None
    """The page after the last one there should be."""
    full: Seen | None = None
    """A page that has to be full."""
    tail: Seen | None = None
    """What is younger than the settle lag."""
    old: Seen | None = None
    """A window near the end of the look-back."""
    smaller: int | None = None
    """The page size that was answered, where the configured one was refused."""
    refused: dict[str, str] = field(default_factory=dict)
    """Question to why there is no answer."""


class Gatherer:
    """Asks one stream everything, within the calls it is given."""

    def __init__(self, asker: Asker) -> None:
        self.asker = asker
        self.found = Gathered(self._widest(asker.session.now(), 0))

    @property
    def stream(self) -> Stream:
        """The stream as it is asked."""
        return self.asker.stream

    def run(self) -> Gathered:
        """Ask. Raises the HubErrors that no further question would escape."""
        try:
            self._find_rows()
        except Rejected as error:
            if isinstance(error, Forbidden | Gone):
                raise
            self._ask_smaller(error)
            self._find_rows()
        first = self.found.first
        if first is not None and first.rows:
            self._try("small pages", lambda: self._small_pages(first))
            self._try("ends", lambda: self._ends(first))
            self._try("detail", lambda: self._detail(first))
            self._try("total", lambda: self._compare_parts(first))
            self._try("total", lambda: self._look_beyond(first))
        self._try("tail", self._tail)
        if self.asker.left > 1:
            self._try("page size", self._full_page)
        if first is not None:
            self._try("again", lambda: self._again(first))
        if self.asker.left:
            self._try("look-back", self._old)
        return self.found

    def _try(self, question: str, ask: Callable[[], None]) -> None:
        try:
            ask()
        except Enough:
            self.found.refused[question] = USED_UP
        except (Banned, Down, Forbidden, Gone):
            raise
        except PASSING as error:
            self.found.refused[question] = refusal(error)

    def _ask_smaller(self, error: Rejected) -> None:
        """A list that refuses its first question may refuse the page size: half of it."""
        self.found.refused["page size"] = refusal(error)
        self.found.smaller = max(1, self.stream.page_size // 2)
        self.asker.stream = replace(self.stream, page_size=self.found.smaller)

    # A window that can be judged -----------------------------------------------------

    def _widest(self, now: datetime, back: int) -> Window:
        """The longest legal closed window, or one that many windows further back."""
        span = self.stream.max_window - 4 * SECOND
        until = (now - self.stream.settle_lag - MARGIN).replace(microsecond=0)
        until -= back * span
        return Window(until - span, until)

    def _find_rows(self) -> None:
        """The newest window with rows, then a part of it that fits on one page."""
        now = self.asker.session.now()
        for back in BACK:
            wide = self._widest(now, back)
            if back and wide.since < now - self.stream.look_back:
                break
            self.found.wide, self.found.total = wide, self.asker.total(wide)
            if self.found.total != 0:
                break
        self._fit()

    def _fit(self) -> None:
        window, total = self.found.wide, self.found.total
        some = min(SOME, 0.6 * self.stream.page_size)
        for _ in range(SHRINKS + 1):
            if total is not None and total >= self.stream.page_size:
                window = _part(window, some / total)
            seen = self.asker.page(window)
            if len(seen.rows) < self.stream.page_size:
                self.found.first = seen
                if len(seen.rows) >= FEW or window == self.found.wide:
                    return
                window = _stretched(window, self.found.wide)
                total = None
            else:
                total = max(seen.total or 0, 4 * self.stream.page_size)

    # Questions -----------------------------------------------------------------------

    def _small_pages(self, first: Seen) -> None:
        size = max(1, -(-len(first.rows) // 3))
        for number in range(-(-len(first.rows) // size), 0, -1):
            self.found.small.append(self.asker.page(first.window, number, size))

    def _ends(self, first: Seen) -> None:
        """Windows that begin and end, as they go out, in a known row's very second."""
        at = _known_second(first)
        if at is None or first.sent is None:
            return
        window = first.window
        early = window.since - first.sent.since
        late = first.sent.until - window.until
        self.found.start = self.asker.page(Window(at + early, window.until))
        self.found.end = self.asker.page(Window(window.since, at - late))

    def _detail(self, first: Seen) -> None:
        self.asker.detail(first.rows[0].id)

    def _compare_parts(self, first: Seen) -> None:
        """The page that was counted, and all before it: they share no second as sent.

        Where the parts are more than the whole, the whole is asked again: rows may have
        come meanwhile.
        """
        wide, total = self.found.wide, self.found.total
        if not total or first.sent is None or first.window == wide:
            return
        both = (first.window.since - first.sent.since) + (
            first.sent.until - first.window.until
        )
        before = self.asker.total(Window(wide.since, first.window.since - both - SECOND))
        if before is None:
            return
        if before + len(first.rows) > total:
            self.found.total = total = self.asker.total(wide) or total
        self.found.parts = before, len(first.rows)

    def _look_beyond(self, first: Seen) -> None:
        wide, total = self.found.wide, self.found.total
        if total is None:
            return
        number = -(-total // self.stream.page_size) + 1
        self.found.beyond = self.asker.page(wide, number)

    def _full_page(self) -> None:
        if (self.found.total or 0) >= self.stream.page_size:
            self.found.full = self.asker.page(self.found.wide)

    def _tail(self) -> None:
        now = self.asker.session.now().replace(microsecond=0)
        self.found.tail = self.asker.page(Window(now - self.stream.settle_lag, now))

    def _again(self, first: Seen) -> None:
        self.found.again = self.asker.page(first.window)

    def _old(self) -> None:
        now = self.asker.session.now().replace(microsecond=0)
        since = now - self.stream.look_back + timedelta(hours=1)
        span = min(self.stream.max_window - 4 * SECOND, timedelta(days=1))
        self.found.old = self.asker.page(Window(since, since + span))


def refusal(error: HubError) -> str:
    """An error's own words, cut short."""
    return f"{error.kind}: {error.args[0]}"[:160]


def _known_second(first: Seen) -> datetime | None:
    """The second of a row where the two times a window may be over tell most rows apart.

    One of a row never changed since it was made, if there is any: then the end can be
    judged whichever of the two it is.
    """
    rows = [r for r in first.rows if r.modified is not None]
    untouched = [r for r in rows if r.created == r.modified]
    middle = sorted(untouched or rows, key=lambda r: str(r.modified))
    inner = middle[len(middle) // 4 : 3 * len(middle) // 4 + 1]
    return max(
        (r.modified for r in inner if r.modified), key=partial(_apart, rows), default=None
    )


def _apart(rows: Sequence[Row], at: datetime) -> int:
    """How many rows are past `at` by one of their times and not by the other."""
    known = [(r.modified, r.created) for r in rows]
    return sum((m > at) != (c > at) for m, c in known if m and c)


def _part(window: Window, share: float) -> Window:
    """The newest share of a window, in whole seconds."""
    span = (window.until - window.since).total_seconds() * min(share, 1.0)
    return Window(window.until - timedelta(seconds=max(10, int(span))), window.until)


def _stretched(window: Window, most: Window) -> Window:
    return Window(
        max(most.since, window.until - 4 * (window.until - window.since)), window.until
    )
