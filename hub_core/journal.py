"""What went out and what came back: one entry for every attempt, fit to be shown."""

from __future__ import annotations

import itertools
import random
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any, Protocol

from .clock import Clock
from .errors import HubError
from .masking import mask, mask_body
from .wire import JSON, Call


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


@dataclass(slots=True, kw_only=True)
class Attempt:
    """One attempt under way, as the client fills it in. Unmasked: it never leaves it."""

    channel: str
    shop: str
    stream: str
    number: int
    at: datetime
    sent: float
    """When it went out; monotonic, as `first`."""
    params: JSON = field(repr=False)
    secrets: tuple[str | None, ...] = field(repr=False)
    """What must not be shown, word for word."""
    sent_bytes: int = 0
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    first: float = 0.0
    """When the answer's head was there."""
    body: bytes = field(default=b"", repr=False)
    request_id: str | None = None
    seconds: float = 0.0

    def entry(self, id: int, call: Call[Any], error: HubError | None) -> JournalEntry:
        """What is kept of it; `error` is what it ended in."""
        good = error is None
        return JournalEntry(
            id=id,
            at=self.at,
            channel=self.channel,
            shop=self.shop,
            stream=self.stream,
            call=call.name,
            shape=call.shape,
            endpoint=call.endpoint,
            attempt=self.number,
            outcome=error.kind if error else "ok",
            status=self.status,
            code=error.code if error else None,
            request_id=self.request_id,
            sent_bytes=self.sent_bytes,
            received_bytes=len(self.body),
            seconds=self.seconds,
            params=mask(self.params, self.secrets),
            body_hash=blake2b(self.body, digest_size=16).hexdigest() if good else None,
            body=mask_body(self.body, self.secrets) if error and self.body else None,
        )


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
