"""The orders, and what a reader of each list sees of them, kept in time order.

A version enters the lists when it becomes visible, so a list call costs two bisections
and not a walk over every order.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Mapping
from heapq import heappop, heappush
from operator import itemgetter
from typing import Any

from hub_core.sandbox import Book, Record, Version

from .states import NOT_PAY

Listener = Callable[[Record, Mapping[str, Any] | None], None]
"""Hears of an order that was born (None) or has changed (what it was)."""
Row = tuple[float, int, Record, Version]
"""The second it is sorted by, its number, and what is seen of it."""
REBUILD = 500
"""With more changes than this at once, sorting everything is quicker than inserting."""


class Shelf:
    """One shop's visible rows, sorted by modified and by creation time."""

    def __init__(self) -> None:
        self.lists: dict[tuple[bool, bool], list[Row]] = {
            (unpaid, created): [] for unpaid in (False, True) for created in (False, True)
        }
        """(waiting for payment, by creation time) to rows."""
        self.generation = 0
        self._shown: dict[str, tuple[Record, Version]] = {}
        self._due: list[tuple[float, int, Record]] = []
        self._count = 0

    def expect(self, record: Record, at: float) -> None:
        """Something about this record shows at `at`."""
        self._count += 1
        heappush(self._due, (at, self._count, record))

    def catch_up(self, now: float) -> None:
        """Bring the lists to what can be seen at `now`."""
        changed: dict[str, Record] = {}
        while self._due and self._due[0][0] <= now:
            record = heappop(self._due)[2]
            changed[record.id] = record
        if not changed:
            return
        self.generation += 1
        if len(changed) > REBUILD:
            self._rebuild(changed, now)
            return
        for record in changed.values():
            self._replace(record, now)

    def between(
        self, start: float, end: float, *, unpaid: bool, created: bool
    ) -> list[Row]:
        """Rows with `start <= second < end`, oldest first, by number within a second."""
        rows = self.lists[unpaid, created]
        low = bisect_left(rows, (start,))
        high = bisect_left(rows, (end,))
        return rows[low:high]

    def _replace(self, record: Record, now: float) -> None:
        old = self._shown.pop(record.id, None)
        if old is not None:
            for key, row in _places(*old):
                rows = self.lists[key]
                del rows[bisect_left(rows, row[:2])]
        version = record.visible(now)
        if version is not None:
            self._shown[record.id] = record, version
            for key, row in _places(record, version):
                insort(self.lists[key], row)

    def _rebuild(self, changed: dict[str, Record], now: float) -> None:
        for id, record in changed.items():
            version = record.visible(now)
            self._shown.pop(id, None)
            if version is not None:
                self._shown[id] = record, version
        for rows in self.lists.values():
            rows.clear()
        for record, version in self._shown.values():
            content, number = version.content, int(record.id)
            unpaid, started = content["state"] == NOT_PAY, content["started_at"]
            changed_at = version.updated_at
            self.lists[unpaid, False].append((changed_at, number, record, version))
            self.lists[unpaid, True].append((started, number, record, version))
        for rows in self.lists.values():
            rows.sort(key=itemgetter(0, 1))


def _places(record: Record, version: Version) -> tuple[tuple[tuple[bool, bool], Row], ...]:
    unpaid = version.content["state"] == NOT_PAY
    number = int(record.id)
    return (
        ((unpaid, False), (version.updated_at, number, record, version)),
        ((unpaid, True), (version.content["started_at"], number, record, version)),
    )


class Ledger(Book):
    """A book that tells its shelves whenever something will show.

    `listeners` hear of every birth and change: what follows orders is told here.
    """

    def __init__(self) -> None:
        super().__init__()
        self.listeners: list[Listener] = []
        self._shelves: dict[str, Shelf] = {}

    def shelf(self, account: str, now: float) -> Shelf:
        """A shop's shelf as it stands at `now`."""
        shelf = self._shelves.setdefault(account, Shelf())
        shelf.catch_up(now)
        return shelf

    def add(self, account: str, id: str, content: dict[str, Any], **times: Any) -> Record:
        """As the kit's; the shelf hears of it."""
        record = super().add(account, id, content, **times)
        self._expect(record, record.latest.visible_at)
        self._pass_on(record, None)
        return record

    def change(
        self,
        record: Record,
        at: float,
        *,
        delay: float = 0.0,
        bump: bool = True,
        **fields: Any,
    ) -> Version:
        """As the kit's; the shelf hears of it."""
        was = record.latest.content
        version = super().change(record, at, delay=delay, bump=bump, **fields)
        self._expect(record, version.visible_at)
        self._pass_on(record, was)
        return version

    def remove(self, record: Record, at: float) -> None:
        """As the kit's; the shelf hears of it."""
        super().remove(record, at)
        self._expect(record, at)

    def _pass_on(self, record: Record, was: Mapping[str, Any] | None) -> None:
        for listener in self.listeners:
            listener(record, was)

    def _expect(self, record: Record, at: float) -> None:
        self._shelves.setdefault(record.account, Shelf()).expect(record, at)
