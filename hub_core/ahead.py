"""Calls of one shop's line made side by side, as many as its platform's limits ask for."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
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
FASTEST = 40.0
"""Pages a second that can be read and stored, about: faster limits bound nothing."""
NEAR = 0.03
"""An answer there within so many seconds is not worth a thread where no limit is in the
way and this process does the storing too: threads that all want the processor take an
eighth more of it than one. A database of its own process leaves it to them."""
IDLE = 5.0
"""Seconds a thread waits for another call. Each has memory of its own, so that those that
are there are used before another is made."""


class Crew:
    """Threads for the calls of one app. Thread safe."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._out, self._waiting = most, 0, 0
        self._todo = SimpleQueue[Callable[[], None]]()
        self._lock = threading.Lock()

    def start(self, work: Callable[[], None]) -> bool:
        """Have it done in some thread; False where too many are at work."""
        with self._lock:
            if self._out >= self._most:
                return False
            self._out += 1
            if self._waiting:
                self._waiting -= 1
            else:
                threading.Thread(target=self._run, daemon=True).start()
        self._todo.put(work)
        return True

    def _run(self) -> None:
        while (work := self._next()) is not None:
            work()
            with self._lock:
                self._out -= 1
                self._waiting += 1

    def _next(self) -> Callable[[], None] | None:
        try:
            return self._todo.get(timeout=IDLE)
        except Empty:
            pass
        with self._lock:
            if not self._waiting:  # somebody counts on this thread just now
                return self._todo.get()
            self._waiting -= 1
            return None


class Landed(Generic[Result]):
    """A call in another thread."""

    def __init__(self, line: Line, act: Callable[[], Result]) -> None:
        self._line = line
        self._there = threading.Event()
        self._task = Task(lambda pulse: (act(), line.trail))

    def make(self) -> None:
        """Make it, in the thread of whoever asks."""
        self._task.run(self._there.set)

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


class Ahead:
    """A line's calls side by side. The crew is shared by all lines of its app.

    `stores`: the database works in this process.
    """

    def __init__(self, line: Line, crew: Crew, *, stores: bool) -> None:
        self._line, self._crew = line, crew
        self._near = NEAR if stores else 0.0

    @property
    def depth(self) -> int:
        """As many as keep a limit used up while one is on its way and others are stored.

        0 where no limit of such calls is known, and where one after the other is as fast.
        """
        last, rate = self._line.last, min(self._rate, FASTEST)
        if last is None or rate * (last.seconds + SPARE) <= 1:
            return 0
        if not self.paced and last.seconds < self._near:
            return 0
        busy = STORING if self.paced else SPARE / 2
        return min(math.ceil(rate * (last.seconds + busy)), MOST)

    @property
    def paced(self) -> bool:
        """Whether the limit leaves time to store between two calls."""
        return 0 < self._rate <= FASTEST

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
        """Make a call in another thread. None: too many of the app's are out."""
        call = Landed(self._line, act)
        return call if self._crew.start(call.make) else None
