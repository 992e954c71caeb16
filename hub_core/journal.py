"""What went out and what came back: one entry for every attempt, fit to be shown."""

from __future__ import annotations

import itertools
import random
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from .clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One attempt. Holds no secret and no buyer's data: all text in it is masked."""

    id: int
    """63 bits, ordered by time: see `new_id`."""
    at: datetime
    """When it was sent, by our own clock."""
    channel: str
    shop: str
    stream: str
    """The stream it was for, or empty."""
    call: str
    """The call's name: `orders.list`."""
    shape: str
    """The version file: `orders_v2`."""
    endpoint: str
    attempt: int
    """From 1 within one `send`."""
    outcome: str
    """`ok`, or the kind of error: `Throttled`, `Garbled` …"""
    status: int | None = None
    """HTTP's status; None when no answer came."""
    code: str | None = None
    """The platform's error code."""
    request_id: str | None = None
    """The platform's own id of the exchange."""
    sent_bytes: int = 0
    """Of the body that went out."""
    received_bytes: int = 0
    """Of the body that came back, unpacked."""
    seconds: float = 0.0
    """From the first byte out to the last byte in."""
    params: Mapping[str, Any] = field(default_factory=dict)
    """What was asked, masked."""
    body_hash: str | None = None
    """Of a good answer: BLAKE2b, 16 bytes, hex."""
    body: str | None = None
    """Of an answer that was no good: masked, at most 8 kB."""


class JournalSink(Protocol):
    """Where entries go."""

    def note(self, entry: JournalEntry) -> None:
        """Keep one entry. Called from any thread, after each attempt."""
        ...


class MemoryJournal:
    """The newest `size` entries, in memory."""

    def __init__(self, size: int = 1000) -> None:
        self._entries: deque[JournalEntry] = deque(maxlen=size)
        self._lock = threading.Lock()

    @property
    def entries(self) -> list[JournalEntry]:
        """What was noted, oldest first."""
        with self._lock:
            return list(self._entries)

    def note(self, entry: JournalEntry) -> None:
        """Keep one entry."""
        with self._lock:
            self._entries.append(entry)


_serial = itertools.count(random.SystemRandom().getrandbits(21))


def new_id(clock: Clock) -> int:
    """42 bits of milliseconds since 1970, then 21 bits of a serial number.

    Unique within a process; two processes start at random serials, so theirs meet about
    never. A sink that finds an id taken may store the entry under the next free one.
    """
    milliseconds = int(clock.now().timestamp() * 1000)
    return (milliseconds << 21 | next(_serial) & 0x1FFFFF) & (2**63 - 1)
