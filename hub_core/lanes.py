"""A lane: calls under one limit, evenly spaced, by GCRA in a state that may be shared."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

from pyrate_limiter import Decision, Rate, RateItem, StateBucket, StateStore

from .clock import Clock
from .ports import Limit

SLACK = 0.01
"""Seconds added to each limit's window: what sending may jitter without overfilling it."""
CREDIT = 0.009
"""Seconds by which a call may be booked earlier than it goes, so that waking late costs no
throughput. Less than the slack, hence still never more than the limit in any window."""
TICKS = 10_000
"""Of a limit's clock in a second. pyrate-limiter takes them for milliseconds, which are too
coarse: at 50 calls a second rounding up would cost 2 to 4 % of them."""
LOWEST = 1 / 16
"""The part of a configured limit that learning never goes below."""
RECOVERY = 1.1
"""How much a learned limit grows each minute in which it is not met."""
SETTLE = 1.0
"""Seconds after a halving in which no other counts: those calls were already out."""


class Lane:
    """One limit for one key: calls go through it evenly spaced."""

    def __init__(
        self,
        key: str,
        limit: Limit,
        store: StateStore,
        clock: Clock,
        stamp: Callable[[], float],
    ) -> None:
        self.key, self.limit = key, limit
        self.turn = threading.Lock()
        """Held by the one thread that waits for this lane; the others queue for it."""
        self._clock, self._stamp, self._store = clock, stamp, store
        self._part, self._since = 1.0, -math.inf
        self._bucket = self._make()
        self._promised = 0
        longest = (limit.seconds + SLACK) / limit.calls / LOWEST * limit.burst
        self._absurd = 2 * longest + 1.0

    def look(self) -> float:
        """Seconds until a slot is free, spending nothing. For a waiter's eyes only."""
        now, at = self._times()
        bucket = self._bucket
        state = bucket.store.read(bucket.algorithm, bucket.rates)
        assert isinstance(state, tuple)
        _, told = bucket.algorithm.step(bucket.rates, state, at, 1)
        wait = 0.0 if told.allowed else self._wait(told, now, at)
        return wait if wait < self._absurd else 0.0

    def take(self) -> float:
        """Spend a slot and answer 0.0, or the seconds until there is one."""
        if self._part < 1.0:
            self._bucket = self._make()
        now, at = self._times()
        told = self._bucket.put_decision(RateItem(self.key, at))
        assert isinstance(told, Decision)
        if told.allowed:
            return 0.0
        wait = self._wait(told, now, at)
        if wait < self._absurd:
            return wait
        self._store.reset()  # no limit asks for so much: the wall clock was set back
        return 1 / TICKS

    def _times(self) -> tuple[int, int]:
        """Now, and the time to book a call at: when it was promised, if just missed."""
        now = int(self._stamp() * TICKS)
        missed = now - self._promised
        return now, self._promised if 0 <= missed <= CREDIT * TICKS else now

    def _wait(self, told: Decision, now: int, at: int) -> float:
        self._promised = at + (told.retry_after_ms or 1)
        return max(self._promised - now, 1) / TICKS

    def slow_down(self) -> None:
        """The platform's limit is lower than ours: go half as fast."""
        now = self._clock.monotonic()
        if now - self._since >= SETTLE:
            self._part, self._since = max(self.part / 2, LOWEST), now

    @property
    def part(self) -> float:
        """The part of the configured limit in use, by what was learned."""
        if self._part == 1.0:
            return 1.0
        minutes = (self._clock.monotonic() - self._since) / 60
        part = self._part * math.pow(RECOVERY, min(minutes, 60.0))
        if part >= 1.0:
            self._part = 1.0
        return min(part, 1.0)

    def _make(self) -> StateBucket:
        interval = math.ceil((self.limit.seconds + SLACK) * TICKS / self.part)
        rate = Rate(self.limit.calls, interval, burst=self.limit.burst)
        return StateBucket([rate], store=self._store)
