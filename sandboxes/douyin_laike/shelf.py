"""One account's rows as a reader sees them now, kept sorted by both of their times."""

from __future__ import annotations

from bisect import bisect_left, insort
from heapq import heappop, heappush
from math import inf
from typing import Literal, NamedTuple

from hub_core.sandbox import Record, Version

Time = Literal["create", "update"]
Key = tuple[int, str]
"""Whole seconds, order id."""
Span = tuple[float, float]
"""First and last second, both inclusive."""

EVER: Span = (-inf, inf)


class Row(NamedTuple):
    """What stands on the shelf for one order."""

    record: Record
    version: Version
    created: int
    updated: int

    def at(self, time: Time) -> int:
        """One of its two times."""
        return self.created if time == "create" else self.updated


class Shelf:
    """Rows become visible when their time comes; call `settle` before reading."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self._keys: dict[Time, list[Key]] = {"create": [], "update": []}
        self._coming: list[tuple[float, int, Record, Version | None]] = []
        self._expected = 0
        self.turned = 0
        """Counts what has come and gone: while it stands still, so do the rows."""

    def expect(self, record: Record, version: Version) -> None:
        """Show this version from its `visible_at` on."""
        self._push(version.visible_at, record, version)

    def expect_removal(self, record: Record, at: float) -> None:
        """Show nothing of the record from `at` on."""
        self._push(at, record, None)

    def _push(self, at: float, record: Record, version: Version | None) -> None:
        self._expected += 1
        heappush(self._coming, (at, self._expected, record, version))

    def settle(self, now: float) -> None:
        """Put up what has become visible by `now`."""
        ready = []
        while self._coming and self._coming[0][0] <= now:
            ready.append(heappop(self._coming))
        self.turned += len(ready)
        bulk = len(ready) > 500
        for _, _, record, version in ready:
            self._drop(record.id, keyed=not bulk)
            if version is not None and record.removed_at is None:
                self._put(record, version, keyed=not bulk)
        if bulk:
            for time, keys in self._keys.items():
                keys[:] = sorted((row.at(time), id) for id, row in self.rows.items())

    def _drop(self, id: str, *, keyed: bool) -> None:
        row = self.rows.pop(id, None)
        if row is not None and keyed:
            for time, keys in self._keys.items():
                del keys[bisect_left(keys, (row.at(time), id))]

    def _put(self, record: Record, version: Version, *, keyed: bool) -> None:
        row = Row(record, version, int(record.created_at), int(version.updated_at))
        self.rows[record.id] = row
        if keyed:
            for time, keys in self._keys.items():
                insort(keys, (row.at(time), record.id))

    def between(self, time: Time, span: Span) -> list[Key]:
        """Rows whose `time` lies in the span, oldest first, ids breaking ties."""
        keys = self._keys[time]
        since = bisect_left(keys, (span[0], ""))
        return keys[since : bisect_left(keys, (span[1] + 1, ""))]
