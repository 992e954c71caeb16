"""A lane: calls under the limits of one scope, by GCRA in a state that may be shared."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from pyrate_limiter import Decision, Rate, StateStore

from .booking import TICKS, Booked, Booking, Slowing, recovered
from .clock import Clock
from .ports import Limit
from .queueing import Queue

SLACK = 0.03
"""Seconds added to each limit's window: what sending may jitter without overfilling it."""
CREDIT = 0.02
"""Seconds after its slot within which a call may still go, so that waking late costs no
throughput. Less than the slack, hence still never more than the limit in any window."""
AHEAD = 1.0
"""Seconds of a lane that one process may book at once, and lose should it die."""
MOST = 8
"""Slots it may: what a process full of urgent calls has for one of a process without."""
LONGEST_LEAD = 0.5
INSTANT = 1e-6
"""Seconds that are none: clocks that count from 1970 are not finer."""


@runtime_checkable
class Peeking(Protocol):
    """A store whose time is its own, and that therefore must look for itself."""

    def peek(self, how: Booking, rates: list[Rate], now: int) -> Decision:
        """What `check` would tell, changing nothing."""
        ...


class Lane:
    """The limits of one scope for one key: calls go through it evenly spaced.

    A process books slots in the shared state ahead of time, one after another in the order
    of asking, and gives them to whoever is next when they come: so nobody polls, and who
    waits costs nothing. A slot that was slept through is lost. All but `join_in` and
    `slow_down` is for the one whose turn it is in `queue`.
    """

    def __init__(
        self,
        key: str,
        limits: Sequence[Limit],
        store: StateStore,
        clock: Clock,
        stamp: Callable[[], float],
        patience: float,
    ) -> None:
        self.key, self.limits = key, tuple(limits)
        self.queue = Queue()
        self._clock, self._stamp, self._store = clock, stamp, store
        self._peek = store.peek if isinstance(store, Peeking) else self._replay
        self._rates = [_rate(limit) for limit in limits]
        self._within = int(patience * TICKS)
        self.spacing = max((x.seconds + SLACK) / x.calls for x in limits)
        """Seconds from one call to the next."""
        self._most = min(max(1, int(AHEAD / self.spacing)), MOST)
        self._slots: deque[float] = deque()
        self._booking = threading.Lock()
        self._void = False
        self._lead = 0.0
        self._promised = -math.inf
        self._learned = (1.0, 0.0)

    # The widest of a call's lanes: slots are booked ---------------------------------------

    def slot(self) -> float:
        """Seconds until this process's next slot, which is booked if there is none. More
        than patience has: nothing was booked."""
        slots = self._slots
        if self._void:
            self._void = False
            slots.clear()
        now = self._clock.monotonic()
        while slots and now - slots[0] > CREDIT:
            slots.popleft()
        if not slots and (wait := self._book()) > 0:
            return wait
        wait = slots[0] - self._clock.monotonic()
        if wait < -CREDIT:  # the store took so long: next time a later one
            self._lead = min(2 * self._lead - wait, LONGEST_LEAD)
            return 1 / TICKS
        return wait if wait > INSTANT else 0.0

    def use(self) -> None:
        """The slot that has come is spent."""
        self._slots.popleft()
        self._lead = 0.0

    def join_in(self) -> None:
        """Book one more for whoever has begun to wait, if those who do have a claim to it.
        He need not have the turn."""
        if len(self._slots) <= self.queue.eager():
            self._book()

    def _book(self) -> float:
        """Book what is wanted; 0.0, or the seconds it would take where that is too long."""
        with self._booking:
            many = min(1 + self.queue.eager(), self._most) - len(self._slots)
            if many <= 0:
                return 0.0
            how = Booking(self._within, int(self._lead * TICKS))
            told = self._check(how, many)
            if not isinstance(told, Booked):
                return (told.retry_after_ms or 1) / TICKS
            now = self._clock.monotonic()
            self._slots.extend(now + wait / TICKS for wait in told.waits)
            return 0.0

    # The narrower ones: free, or not ------------------------------------------------------

    def look(self) -> float:
        """Seconds until a slot is free, spending nothing. For a waiter's eyes only."""
        how = Booking(10**12, self._missed())
        told = self._peek(how, self._rates, int(self._stamp() * TICKS))
        assert isinstance(told, Booked)
        return self._promise(max(told.waits[0], 0))

    def take(self) -> float:
        """Spend a slot now and answer 0.0, or the seconds until there is one."""
        told = self._check(Booking(0, self._missed()), 1)
        return 0.0 if isinstance(told, Booked) else self._promise(told.retry_after_ms or 1)

    def _replay(self, how: Booking, rates: list[Rate], now: int) -> Decision:
        state = self._store.read(how, rates)
        assert isinstance(state, tuple)
        return how.step(rates, state, now, 1)[1]

    def _promise(self, ticks: int) -> float:
        if ticks == 0:
            return 0.0
        self._promised = self._clock.monotonic() + ticks / TICKS
        return ticks / TICKS

    def _missed(self) -> int:
        """The lead of a call that goes when it was promised, if that was just missed."""
        ago = self._clock.monotonic() - self._promised
        return -int(ago * TICKS) if 0 <= ago <= CREDIT else 0

    # What is learned ----------------------------------------------------------------------

    def slow_down(self, rest: float) -> None:
        """The platform's limit is lower than ours: nothing for so long, then half as fast,
        in every process that shares the state."""
        self._check(Slowing(math.ceil(rest * TICKS)), 1)
        self._void = True

    @property
    def part(self) -> float:
        """The part of the configured limits in use, by what was learned."""
        part, since = self._learned
        return recovered(part, int((self._clock.monotonic() - since) * TICKS))

    def _check(self, how: Booking, many: int) -> Decision:
        told = self._store.check(how, self._rates, int(self._stamp() * TICKS), many)
        assert isinstance(told, Decision)
        if isinstance(told, Booked):
            self._learned = (told.part, self._clock.monotonic())
        return told


def _rate(limit: Limit) -> Rate:
    interval = math.ceil((limit.seconds + SLACK) * TICKS)
    return Rate(limit.calls, interval, burst=limit.burst)
