"""How long a thread may compute before another has its turn.

While streams are read, threads that answer must not wait for the readers at each of their
system calls: short turns double what is answered then. With nothing to compute beside,
each change of turns only costs, and Python's own length answers a third more.
"""

from __future__ import annotations

import sys
import threading

SHORT = 0.0005
"""Seconds."""


class Turns:
    """Short while anything is within its `with` block, else as they were. Thread safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._within = 0
        self._usual = sys.getswitchinterval()

    def __enter__(self) -> None:
        with self._lock:
            self._within += 1
            sys.setswitchinterval(SHORT)

    def __exit__(self, *gone: object) -> None:
        with self._lock:
            self._within -= 1
            if not self._within:
                sys.setswitchinterval(self._usual)
