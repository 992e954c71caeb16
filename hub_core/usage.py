"""Who used what: calls counted in memory, and told to a store every few seconds."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from .queueing import Rank

log = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between two tellings; a process that dies takes its last ones with it."""


class Use(NamedTuple):
    """What is counted by itself."""

    day: date
    app: str
    shop: str
    call: str
    rank: Rank


@dataclass(slots=True)
class Used:
    """Calls that went, and the seconds they waited for it; calls that were refused."""

    calls: int = 0
    waited: float = 0.0
    throttled: int = 0


class UsageStore(Protocol):
    """Counts of all processes."""

    def add(self, used: Mapping[Use, Used]) -> None:
        """Add these to what is there."""
        ...


class Tally:
    """The counts of one process. Costs a call no more than a look into a dictionary."""

    def __init__(
        self, store: UsageStore | None, zone: ZoneInfo, now: Callable[[], datetime]
    ) -> None:
        self._store, self._zone, self._now = store, zone, now
        self._lock = threading.Lock()
        self._counts: dict[Use, Used] = {}
        self._day = date.min
        self._ends = datetime.min.replace(tzinfo=zone)
        self._told = time.monotonic()

    def went(self, app: str, shop: str, call: str, rank: Rank, waited: float) -> None:
        """A call goes, after so many seconds."""
        self._count(app, shop, call, rank, 1, waited, 0)

    def throttled(self, app: str, shop: str, call: str, rank: Rank) -> None:
        """The platform refused a call: too many."""
        self._count(app, shop, call, rank, 0, 0.0, 1)

    def keep(self) -> None:
        """Hand over what was counted, if that was not done lately. It may take a while: not
        to be done between a call's slot and its sending."""
        if time.monotonic() - self._told > EVERY:
            self.tell()

    def tell(self) -> None:
        """Hand over what was counted. What can't be is lost: it is bookkeeping."""
        with self._lock:
            counts, self._counts = self._counts, {}
            self._told = time.monotonic()
        if not counts or self._store is None:
            return
        try:
            self._store.add(counts)
        except Exception:
            log.warning("%d counts of calls were not kept", len(counts), exc_info=True)

    def _count(
        self, app: str, shop: str, call: str, rank: Rank, calls: int, waited: float, no: int
    ) -> None:
        if self._store is None:
            return
        now = self._now()
        with self._lock:
            if now >= self._ends:
                self._turn(now)
            use = Use(self._day, app, shop, call, rank)
            used = self._counts.get(use)
            if used is None:
                used = self._counts[use] = Used()
            used.calls += calls
            used.waited += waited
            used.throttled += no

    def _turn(self, now: datetime) -> None:
        self._day = now.astimezone(self._zone).date()
        tomorrow = self._day + timedelta(days=1)
        self._ends = datetime(
            tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=self._zone
        )
