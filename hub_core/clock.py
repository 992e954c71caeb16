"""Time as a port: this machine's clock, and a platform's as told by its answers."""

from __future__ import annotations

import logging
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

log = logging.getLogger(__name__)

ALARM = 30.0
"""Seconds between our clock and a platform's beyond which a person is told."""
AHEAD = timedelta(minutes=30)
"""How far a platform's clock, and with it a cursor, may be ahead of ours."""


class Clock(Protocol):
    """All the hub knows of time. Tests give one that stands still."""

    def now(self) -> datetime:
        """The time of day, aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards; only differences mean anything."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let that many seconds pass."""
        ...


class SystemClock:
    """This machine's clock."""

    def now(self) -> datetime:
        """The time of day, aware, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let that many seconds pass; none or less pass at once."""
        if seconds > 0:
            time.sleep(seconds)


class PlatformClock:
    """A platform's clock: ours, moved by what its answers tell.

    Each answer bounds the difference from both sides; the bounds are narrowed answer by
    answer and dropped when one contradicts them (either clock was set). While no
    difference at all is within the bounds, ours is taken to be right. Thread safe.
    """

    def __init__(self, clock: Clock, *, name: str = "platform") -> None:
        self.name = name
        self.local = clock
        """Our own clock."""
        self._lock = threading.Lock()
        self._bounds: tuple[float, float] | None = None
        self._offset = 0.0
        self._told = False

    @property
    def offset(self) -> float:
        """Seconds to add to our time to get the platform's."""
        return self._offset

    @property
    def known(self) -> bool:
        """Whether any answer has told the platform's time yet."""
        return self._bounds is not None

    @property
    def skewed(self) -> bool:
        """Whether the two clocks differ by more than 30 seconds."""
        return abs(self._offset) > ALARM

    def now(self) -> datetime:
        """The platform's time, aware, UTC."""
        return self.local.now() + timedelta(seconds=self._offset)

    def monotonic(self) -> float:
        """Our own seconds that never run backwards."""
        return self.local.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let that many seconds pass."""
        self.local.sleep(seconds)

    def learn(self, server: datetime, sent: float, received: float, coarse: bool) -> None:
        """Take in the time of one answer.

        `sent` and `received` are readings of `monotonic`; `coarse` says that `server`
        was cut to whole seconds, as a Date header is.
        """
        ago = max(0.0, self.local.monotonic() - received)
        at = self.local.now() - timedelta(seconds=ago)
        low = (server - at).total_seconds()
        high = low + max(0.0, received - sent) + (1.0 if coarse else 0.0)
        with self._lock:
            self._narrow(low, high)
            alarm = self.skewed and not self._told
            self._told = self.skewed
        if alarm:
            log.warning("%s: our clock is %.0f s off its clock", self.name, -self._offset)

    def _narrow(self, low: float, high: float) -> None:
        if self._bounds and low <= self._bounds[1] and high >= self._bounds[0]:
            low, high = max(low, self._bounds[0]), min(high, self._bounds[1])
        self._bounds = (low, high)
        self._offset = 0.0 if low <= 0.0 <= high else (low + high) / 2
