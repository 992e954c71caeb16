"""Virtual time: stands still until told, or runs along with the wall."""

from __future__ import annotations

import threading
import time


class Clock:
    """Epoch seconds (UTC). With `running` it moves with real time; `advance` adds to it."""

    def __init__(self, start: float | None = None, *, running: bool = False) -> None:
        self._base = time.time() if start is None else start
        self._lock = threading.Lock()
        self._running_since = time.monotonic() if running else None

    def now(self) -> float:
        """The platform's time, in epoch seconds."""
        if self._running_since is None:
            return self._base
        return self._base + time.monotonic() - self._running_since

    def advance(self, seconds: float) -> None:
        """Let time pass at once."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        with self._lock:
            self._base += seconds
