"""Former answers that come again: a cache or a proxy may give one for another call."""

from __future__ import annotations

import threading
from collections import deque

REMEMBERED = 512
"""Answers' ids that are kept: those of the last few minutes of an app's calls."""


class Answered:
    """Ids of the good answers an app's lines were given, each of which no other bears.

    What another process was given cannot be known here: of each kind of call the first
    good answer may be a former one. Thread safe.
    """

    def __init__(self) -> None:
        self._ids: deque[str] = deque(maxlen=REMEMBERED)
        self._calls: set[str] = set()
        self._lock = threading.Lock()

    def holds(self, request_id: str | None) -> bool:
        """Whether an answer with this id was given before."""
        with self._lock:
            return request_id in self._ids

    def add(self, request_id: str, call: str) -> bool:
        """Remember an answer; True if one to the same kind of call was known already."""
        with self._lock:
            self._ids.append(request_id)
            sure = call in self._calls
            self._calls.add(call)
            return sure
