"""Reading lists whose pages the platform hands out one after the other.

Nothing counts the rows of such a list, and nobody says in which order they stand: what it
has is proved by reading it again and seeing the same, ids and times of change. Where all
of it is one page that has rows, and every call was answered well at once, once is enough.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ..errors import Rejected, Retryable, Unreadable
from ..ports import CursorSource, Stream, Window
from ..wire import Page
from .commits import FINAL, Commits
from .following import Next
from .rows import key_of, stamp_of
from .walk import SECOND, halves

Seen = dict[str, datetime | None]

PASSES = 8
"""The most runs over one window before it is called partial."""
MOST_PAGES = 20_000
"""A list that goes on beyond these is one that never ends."""


class Run:
    """One run over a list, from its first page to its last."""

    def __init__(
        self, source: CursorSource, stream: Stream, window: Window | None, commits: Commits
    ) -> None:
        self._source, self._stream, self._window = source, stream, window
        self._commits = commits
        self.seen: Seen = {}
        self.pages = 0

    def read(self, first_page: Callable[[], None] = lambda: None) -> None:
        """Read it all, storing rows as they come; `first_page` is called after the first.

        Raises Unreadable for a list that goes in circles or never ends.
        """
        cursor: str | None = None
        former: set[str] = set()
        self._commits.flush()
        while True:
            page = self._source.after(self._stream, self._window, cursor)
            self._take(page)
            if self.pages == 1:
                first_page()
            cursor = None if page.cursor is None else str(page.cursor)
            if cursor is None:
                return
            if cursor in former or self.pages >= MOST_PAGES:
                raise Unreadable(f"{self._stream.name}: its pages go in circles")
            former.add(cursor)

    def _take(self, page: Page) -> None:
        self.pages += 1
        self.seen |= {key_of(item): stamp_of(item) for item in page.items}
        self._commits.take(page)
        self._commits.ledger.counts.pages += 1
        self._commits.ledger.counts.rows += len(page.items)


class Runs:
    """The windows of one stream that is paged by cursors. Read like `Windows`."""

    def __init__(self, source: CursorSource, stream: Stream, commits: Commits) -> None:
        self._source, self._stream, self._commits = source, stream, commits
        self.careful = False
        """The reading before this one broke off."""
        self.in_slices = False
        """As of `Windows`; these are not cut by their rows."""
        self.reached = False
        """Whether the last reading told of all that is younger, too: it never does."""
        self._pages = 0

    def read(
        self,
        window: Window,
        beyond: datetime | None = None,
        following: Next = None,
    ) -> None:
        """Read one closed window until it is proved; in halves when it breaks off."""
        try:
            self._prove(window)
        except (Retryable, Rejected, Unreadable) as error:
            cut = halves(window) or ()
            if isinstance(error, FINAL) or not cut or self._pages < 2:
                raise
            for half in cut:
                self.read(half)

    def read_young(self, window: Window) -> None:
        """Read a window that rows still enter, once: nothing of it is proved."""
        self._commits.intake.begin()
        self._run(window)
        self._commits.flush()

    def read_whole(self, begun: datetime, since: datetime) -> Seen | None:
        """Read a list that takes no time. What two runs agree on stood there at `begun`;
        the interval from `since` to it is proved. None where they kept differing.
        """
        window = Window(since, begun)
        seen, rule, runs = self._agreed(None, lambda: None)
        self._settle(window, rule, seen, runs)
        return None if rule is None else seen

    def _prove(self, window: Window) -> None:
        asked = Window(window.since - SECOND, window.until + SECOND)
        seen, rule, runs = self._agreed(asked, lambda: self._commits.check_closed(window))
        self._commits.check_closed(window)
        self._settle(window, rule, seen, runs)

    def _agreed(
        self, window: Window | None, first_page: Callable[[], None]
    ) -> tuple[Seen, str | None, int]:
        """What the list has, what shows it, and after how many runs."""
        last: Seen | None = None
        alike = 0
        self._commits.intake.begin()
        for number in range(1, PASSES + 1):
            run = self._run(window, first_page)
            alike = alike + 1 if run.seen == last else 1
            last = run.seen
            if rule := self._rule(run, alike):
                return last, rule, number
        return last or {}, None, PASSES

    def _run(
        self, window: Window | None, first_page: Callable[[], None] = lambda: None
    ) -> Run:
        run = Run(self._source, self._stream, window, self._commits)
        try:
            run.read(first_page)
        finally:
            self._pages = run.pages
        return run

    def _rule(self, run: Run, alike: int) -> str | None:
        """What has proved the list by now, if anything."""
        of = self._commits.ledger.provenance()
        smooth = of.smooth and not self.careful
        room = len(run.seen) < self._stream.page_size
        if smooth and of.signed and run.pages == 1 and run.seen and room:
            return "one page"
        wanted = 2 if smooth else 3
        return f"read {alike} times, the same" if alike >= wanted else None

    def _settle(self, window: Window, rule: str | None, seen: Seen, runs: int) -> None:
        state = "partial" if rule is None else "complete"
        said = rule or f"{PASSES} runs kept differing"
        self._commits.settle(
            window, state, said, passes=runs, pages=self._pages, rows=len(seen)
        )
