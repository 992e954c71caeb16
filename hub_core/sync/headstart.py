"""What is asked of a window before its turn: how much it has, and then its pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ..ports import Source, Stream, Window
from ..wire import Page
from .flights import Abreast, Flights, Pending, settled

LEAST_PAGES = 3
"""A window of fewer is read one page after the other."""


def departing(
    abreast: Abreast | None, page: Callable[[int], Page], last: int
) -> Flights[int, Page] | None:
    """This page and those above 1 side by side, last to first, where that is worth it."""
    if abreast is None or last < LEAST_PAGES or abreast.depth <= 1:
        return None
    return Flights(abreast, page, range(last, 1, -1))


class Headstart:
    """A window's first calls, which are out before it is read.

    Its pages go out once its count has come, and never before: the count proves them.
    """

    def __init__(
        self,
        source: Source,
        stream: Stream,
        window: Window,
        abreast: Abreast,
        now: Callable[[], datetime],
    ) -> None:
        self.window = window
        self.at: datetime | None = None
        """When the first call went out, by our own clock."""
        self._source, self._stream, self._abreast = source, stream, abreast
        self._now = now
        self._count: Pending[Page] | None = None
        self._told: Page | None = None
        self._flights: Flights[int, Page] | None = None

    def ask(self) -> None:
        """Have it counted, if there is room and that has not been done."""
        if self._count is None:
            at = self._now()
            self._count = self._abreast.start(self._counting)
            self.at = at if self._count else None

    def _counting(self) -> Page:
        self._told = page = self._source.probe(self._stream, self.window)
        return page

    @property
    def total(self) -> int | None:
        """How many rows it has, once that is known."""
        if self._count is None or not self._count.ended or self._told is None:
            return None
        return self._told.total

    def fill(self, room: int) -> None:
        """Have so many of its pages out, once it is known which there are."""
        if self._flights is None and self.total is not None:
            last = self.total // self._stream.page_size + 1
            self._flights = departing(self._abreast, self._page, last)
        if self._flights:
            self._flights.fill(room)

    def _page(self, number: int) -> Page:
        return self._source.page(self._stream, self.window, number)

    def take_count(self) -> Page | None:
        """Wait for what the count gave; None where it was not asked for, or taken before.
        Raises what it raised."""
        sent, self._count = self._count, None
        return sent.result() if sent else None

    def take_flights(self, count: Page | None) -> Flights[int, Page] | None:
        """The pages that are out, where it is this count that proves them; none else."""
        if count is None or count is not self._told:
            self.land()
        flights, self._flights = self._flights, None
        return flights

    def land(self) -> None:
        """Wait for what is out, and forget it."""
        sent, self._count = self._count, None
        if sent:
            settled(sent)
        if self._flights:
            self._flights.land()
        self._flights = None
