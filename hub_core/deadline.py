"""Work of plugins side by side, each in a thread that is given up when it falls silent.

A thread cannot be ended from outside. What is given up goes on by itself, as a daemon, and
may neither send (`Pulse`) nor store anything any more (its lease is another's).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Generic, TypeVar

from .errors import HubError

Result = TypeVar("Result")
LOOK = 1.0
"""Seconds between two looks at what runs, at most."""


class Overdue(HubError):
    """A plugin gave no sign of life for longer than it may."""


class Asleep(Overdue):
    """This process slept, and others may have taken up what it was doing."""


class Watch:
    """Whether others take this process for living. Off until somebody watches."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: float | None = None
        self.terms = 0

    def lives(self, until: float) -> None:
        """Others have heard of it, and do not doubt it until then (monotonic)."""
        with self._lock:
            self._until = until

    def ended(self) -> None:
        """What has begun so far is others' by now."""
        with self._lock:
            self.terms += 1

    def off(self) -> None:
        """Nobody watches any more."""
        with self._lock:
            self._until = None

    def is_over(self, term: int) -> bool:
        """Whether what began in a term may be another's."""
        with self._lock:
            late = self._until is not None and monotonic() > self._until
            return late or term != self.terms


WATCH = Watch()
"""Of this process."""


class Pulse:
    """The signs of life of one piece of work.

    While it is in the hub's hands (`held`), which have deadlines of their own, it is not
    silent however long that takes.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._at, self._held, self._over = monotonic(), 0, False
        self._term = WATCH.terms

    @contextmanager
    def held(self) -> Iterator[None]:
        """A span in the hub's hands. Raises Overdue where the work was given up, and Asleep
        where another may do it by now."""
        if WATCH.is_over(self._term):
            raise Asleep("this process slept; nothing more is sent of what it was doing")
        with self._lock:
            if self._over:
                raise Overdue("it was given up before; nothing more is sent")
            self._held += 1
        try:
            yield
        finally:
            with self._lock:
                self._held -= 1
                self._at = monotonic()

    def give_up(self) -> None:
        """From now on it sends nothing."""
        with self._lock:
            self._over = True

    def is_lost(self, seconds: float) -> bool:
        """Whether it has been silent for so many seconds; if so it is given up."""
        with self._lock:
            if not self._held and monotonic() - self._at >= seconds:
                self._over = True
            return self._over

    @property
    def is_over(self) -> bool:
        """Whether it was given up."""
        with self._lock:
            return self._over

    def left(self, seconds: float) -> float:
        """Seconds until the work is overdue, if it may be silent for `seconds`."""
        with self._lock:
            return seconds if self._held else self._at + seconds - monotonic()


class Task(Generic[Result]):
    """Something to do in a thread of its own, and how it ended."""

    def __init__(self, act: Callable[[Pulse], Result]) -> None:
        self.pulse = Pulse()
        self._act = act
        self._end: tuple[Result | None, BaseException | None] | None = None

    def start(self, told: Callable[[], None]) -> None:
        """Begin; `told` is called at its end."""
        self.pulse = Pulse()
        threading.Thread(target=self.run, args=(told,), daemon=True).start()

    def run(self, told: Callable[[], None]) -> None:
        """Do it in this thread, to its end."""
        try:
            self._end = (self._act(self.pulse), None)
        except BaseException as error:
            self._end = (None, error)
        told()

    @property
    def ended(self) -> bool:
        """Whether there is a result, or an error to raise."""
        return self._end is not None

    def result(self) -> Result:
        """What came out; raises what it raised."""
        assert self._end is not None
        result, error = self._end
        if error is not None:
            raise error
        return result  # type: ignore[return-value] # None only beside an error


def abreast(tasks: Sequence[Task[Result]], most: int, seconds: float) -> list[Task[Result]]:
    """Run tasks, at most so many at a time; gives those that were given up.

    An interrupt in the waiting thread gives all of them up.
    """
    news = threading.Condition()
    waiting, running, lost = list(tasks), list[Task[Result]](), list[Task[Result]]()

    def told() -> None:
        with news:
            news.notify()

    try:
        with news:
            while waiting or running:
                while waiting and len(running) < most:
                    running.append(waiting.pop(0))
                    running[-1].start(told)
                soonest = min(t.pulse.left(seconds) for t in running)
                news.wait(min(max(0.001, soonest), LOOK))
                late = [t for t in running if not t.ended and t.pulse.is_lost(seconds)]
                lost += late
                running = [t for t in running if not t.ended and t not in late]
    finally:
        for task in running:
            task.pulse.give_up()
    return lost


def within(seconds: float, act: Callable[[Pulse], Result], who: str) -> Result:
    """What `act` gives, from a thread of its own; raises Overdue, naming `who`, where it
    is silent for longer than so many seconds."""
    task = Task(act)
    if abreast([task], 1, seconds):
        raise Overdue(f"{who} gave no sign of life for {seconds:g} s and was given up")
    return task.result()
