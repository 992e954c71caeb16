"""Shops that call one platform side by side, on a clock that jumps from event to event."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

from hub_core.pace import Pace, Rank

APP = "corner/key"
START = datetime(2026, 11, 20, 4, 0, tzinfo=UTC).timestamp()


class Now:
    """A clock nobody sleeps by."""

    def __init__(self, at: float = START) -> None:
        self.at = at

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)

    def monotonic(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        raise AssertionError("events pass here, nobody sleeps")


@dataclass
class Caller:
    """One thread of a shop: calls, gets its answer, rests, calls again."""

    pace: Pace
    shop: str
    rank: Rank = Rank.INCREMENTAL
    latency: float = 0.1
    rests: float = 0.0
    call: str = "orders.list"
    waits: list[float] = field(default_factory=list)
    sent: list[float] = field(default_factory=list)


class Street:
    """All callers, and what happens next."""

    def __init__(self, clock: Now) -> None:
        self.clock = clock
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()

    def let(self, caller: Caller, after: float = 0.0) -> Caller:
        """Have it call from then on, again and again."""
        self._at(after, lambda: self._begin(caller))
        return caller

    def run(self, seconds: float) -> None:
        end = self.clock.at + seconds
        while self._events and self._events[0][0] <= end:
            at, _, act = heapq.heappop(self._events)
            self.clock.at = max(at, self.clock.at)
            act()

    def _at(self, after: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._events, (self.clock.at + after, next(self._numbers), act))

    def _begin(self, caller: Caller) -> None:
        began = self.clock.at
        steps: Generator[float | None, None, None]

        def go() -> None:
            try:
                seconds = next(steps)
            except StopIteration:
                self._went(caller, began)
                return
            if seconds is not None:
                self._at(seconds, go)

        steps = caller.pace.steps(
            caller.call, APP, caller.shop, caller.rank, lambda: self._at(0.0, go)
        )
        go()

    def _went(self, caller: Caller, began: float) -> None:
        caller.waits.append(self.clock.at - began)
        caller.sent.append(self.clock.at)
        self._at(caller.latency + caller.rests, lambda: self._begin(caller))
