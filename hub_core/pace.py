"""When the next call may go: limits kept by spacing, and bans sat out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from pyrate_limiter import StateStore

StoreFactory = Callable[[str], StateStore]
"""Gives the state of one limit by its key. Called once per key and process.

The `now` a store's `check` is given is epoch milliseconds of the machine's wall clock, the
same for every process of one machine; where several machines share a store, hand `Pace` a
`stamp` that tells the database's time instead of letting the store replace `now`.
"""


class BanStore(Protocol):
    """Bans, shared by all processes and kept over restarts."""

    def until(self, keys: Sequence[str]) -> datetime | None:
        """The latest end of a ban on any of `keys`, aware; None when there is none.

        Ends that have passed may be answered or left out. Read before every call.
        """
        ...

    def put(self, key: str, until: datetime, why: str) -> None:
        """Ban `key`, durably; a longer ban already there is kept."""
        ...


class MemoryBans:
    """Bans of one process, in memory."""

    def __init__(self) -> None:
        self._bans: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def until(self, keys: Sequence[str]) -> datetime | None:
        """The latest end of a ban on any of `keys`."""
        with self._lock:
            return max((self._bans[k] for k in keys if k in self._bans), default=None)

    def put(self, key: str, until: datetime, why: str) -> None:
        """Ban `key`; a longer ban already there is kept."""
        with self._lock:
            self._bans[key] = max(until, self._bans.get(key, until))
