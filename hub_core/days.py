"""Budgets of calls a calendar day: counted, not spaced, a part kept for what matters."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from .ports import Limit
from .queueing import Rank

RESERVES = {Rank.BACKFILL: 0.4, Rank.HEAL: 0.3, Rank.INCREMENTAL: 0.1}
"""The part of a day's calls that a rank leaves to those above it when the day begins. It
shrinks with the day: at its end there is nothing left to keep it for."""
DAY = 86_400.0
BLOCK = 50
"""Calls a process takes of a budget at once, at most; it gives back at its end what is left
of them. Should it die they are lost."""
BLOCKS = 200
"""No block is more than this part of the budget."""
SOONEST = 30.0
"""Seconds to wait at least where a reserve is in the way: it shrinks slowly."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken of a day's budget, and how much of it is now, by all."""

    granted: int
    used: int


class DayStore(Protocol):
    """Counts of calls by budget and day, shared by all processes."""

    def take(self, key: str, day: date, want: int, most: int) -> Taken:
        """As many of `want` as there are until `most` are used, durably counted."""
        ...

    def give_back(self, key: str, day: date, calls: int) -> None:
        """They were not made."""
        ...


class MemoryDays:
    """Counts of one process."""

    def __init__(self) -> None:
        self._used: dict[tuple[str, date], int] = {}
        self._lock = threading.Lock()

    def take(self, key: str, day: date, want: int, most: int) -> Taken:
        """As many of `want` as there are until `most` are used."""
        with self._lock:
            used = self._used.get((key, day), 0)
            granted = max(0, min(want, most - used))
            self._used[key, day] = used + granted
        return Taken(granted, used + granted)

    def give_back(self, key: str, day: date, calls: int) -> None:
        """They were not made."""
        with self._lock:
            self._used[key, day] -= calls


class Day:
    """One budget for one key. A process takes some calls at a time and counts them here."""

    def __init__(
        self,
        key: str,
        limit: Limit,
        zone: ZoneInfo,
        store: DayStore,
        now: Callable[[], datetime],
    ) -> None:
        self.key, self.limit = key, limit
        self._zone, self._store, self._now = zone, store, now
        self._lock = threading.Lock()
        self._date = date.min
        self._left = self._used = 0

    def take(self, rank: Rank) -> float:
        """Count a call; 0.0, or the seconds until one of this rank may be made."""
        with self._lock:
            gone = self._gone()
            most = allowance(self.limit.calls, rank, gone)
            if self._used - self._left < most and (self._left or self._refill(most)):
                self._left -= 1
                return 0.0
            return opens(self.limit.calls, rank, self._used - self._left, gone)

    def undo(self) -> None:
        """The call that was counted is not made."""
        with self._lock:
            self._left += 1

    def close(self) -> None:
        """Give back what was taken and not used."""
        with self._lock:
            if self._left > 0:
                self._store.give_back(self.key, self._date, self._left)
            self._left = 0

    def _gone(self) -> float:
        """The part of the day that is gone. Where the clock was set back it is still the
        day it was."""
        local = self._now().astimezone(self._zone)
        if local.date() > self._date:
            self._date, self._left, self._used = local.date(), 0, 0
        elif local.date() < self._date:
            return 0.0
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        return (local - midnight) / timedelta(days=1)

    def _refill(self, most: int) -> bool:
        block = max(1, min(BLOCK, self.limit.calls // BLOCKS))
        taken = self._store.take(self.key, self._date, block, most)
        self._left, self._used = taken.granted, taken.used
        return taken.granted > 0


def allowance(calls: int, rank: Rank, gone: float) -> int:
    """How many calls of the day may be used, by whomever, before one of this rank."""
    return int(calls * (1 - RESERVES.get(rank, 0.0) * (1 - gone)))


def opens(calls: int, rank: Rank, used: int, gone: float) -> float:
    """Seconds until a call of this rank may be made, if no other is made before."""
    reserve = RESERVES.get(rank, 0.0)
    if not reserve or used >= calls:
        return (1 - gone) * DAY + 1.0
    then = 1 - (1 - (used + 1) / calls) / reserve
    return max((then - gone) * DAY, SOONEST)
