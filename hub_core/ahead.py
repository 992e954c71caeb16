"""Calls of one shop's line made side by side, as many as its platform's limits ask for."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from .client import Line
from .deadline import Task

Result = TypeVar("Result")

MOST = 12
"""Calls of one app that are out at once, of all its shops: pages waiting to be stored take
memory, and those of one commit are ten."""
STORING = 1.0
"""Seconds that the reader may be busy storing while calls go on."""
SPARE = 0.05
"""Seconds a reader takes between two calls."""
SOON = 60.0
"""A limit over more seconds is a budget, and says nothing of how fast calls go."""
ROOMY = 0.025
"""Seconds between two calls in which there is time to store a page."""


class Landed(Generic[Result]):
    """A call in a thread of its own."""

    def __init__(
        self, line: Line, act: Callable[[], Result], told: Callable[[], None]
    ) -> None:
        self._line, self._told = line, told
        self._there = threading.Event()
        self._task = Task(lambda pulse: (act(), line.trail))
        self._task.start(self._landed)

    @property
    def ended(self) -> bool:
        """Whether it has come back."""
        return self._there.is_set()

    def result(self) -> Result:
        """Wait for what it gave; the line then has it for this thread's newest call."""
        self._there.wait()
        given, trail = self._task.result()
        self._line.follow(trail)
        return given

    def _landed(self) -> None:
        self._told()
        self._there.set()


class Ahead:
    """A line's calls side by side. `room` is shared by all lines of its app."""

    def __init__(self, line: Line, room: threading.Semaphore) -> None:
        self._line, self._room = line, room

    @property
    def depth(self) -> int:
        """As many as keep a limit used up while one is on its way and others are stored.

        0 where no limit of such calls is known, and where one after the other is as fast.
        """
        last, rate = self._line.last, self._rate
        if last is None or rate * (last.seconds + SPARE) <= 1:
            return 0
        return min(math.ceil(rate * (last.seconds + STORING)), MOST)

    @property
    def paced(self) -> bool:
        """Whether the limit leaves time to store between two calls."""
        return 0 < self._rate * ROOMY <= 1

    @property
    def _rate(self) -> float:
        """Calls a second, by what limits those like this thread's newest."""
        call = self._line.last.call if self._line.last else ""
        return min(
            (
                limit.calls / limit.seconds
                for limit in self._line.pace.limits
                if call.startswith(limit.prefix) and limit.seconds <= SOON
            ),
            default=0.0,
        )

    def start(self, act: Callable[[], Result]) -> Landed[Result] | None:
        """Make a call in a thread of its own. None: too many of the app's are out."""
        if not self._room.acquire(blocking=False):
            return None
        return Landed(self._line, act, self._room.release)
