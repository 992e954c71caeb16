"""The book of orders (or of cases), and what a reader of each list sees, in time order.

A version enters the lists when it becomes visible, so a list call costs two bisections
and not a walk over everything.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from heapq import heappop, heappush
from operator import itemgetter
from typing import Any

from hub_core.sandbox import Book, Record, Version

Row = tuple[float, int, Record, Version]
"""The second it is sorted by, its number, and what is seen of it."""
REBUILD = 500
"""With more changes than this at once, sorting everything is quicker than inserting."""
LISTS = ("updated", "confirmed")


class Shelf:
    """One shop's visible rows, by the time of change and by the time of the deal."""

    def __init__(self) -> None:
        self.lists: dict[str, list[Row]] = {name: [] for name in LISTS}
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
        if len(changed) > REBUILD:
            self._rebuild(changed, now)
        else:
            for record in changed.values():
                self._replace(record, now)

    def between(self, start: float, end: float, by: str) -> list[Row]:
        """Rows with `start <= second < end`, oldest first, by number within a second."""
        rows = self.lists[by]
        return rows[bisect_left(rows, (start,)) : bisect_left(rows, (end,))]

    def _replace(self, record: Record, now: float) -> None:
        old = self._shown.pop(record.id, None)
        for name, row in _places(*old) if old else ():
            del self.lists[name][bisect_left(self.lists[name], row[:2])]
        version = record.visible(now)
        if version is not None:
            self._shown[record.id] = record, version
            for name, row in _places(record, version):
                insort(self.lists[name], row)

    def _rebuild(self, changed: dict[str, Record], now: float) -> None:
        for id, record in changed.items():
            version = record.visible(now)
            self._shown.pop(id, None)
            if version is not None:
                self._shown[id] = record, version
        for rows in self.lists.values():
            rows.clear()
        for record, version in self._shown.values():
            for name, row in _places(record, version):
                self.lists[name].append(row)
        for rows in self.lists.values():
            rows.sort(key=itemgetter(0, 1))


def _places(record: Record, version: Version) -> list[tuple[str, Row]]:
    rank = int(record.id.replace("-", ""))
    found: list[tuple[str, Row]] = [
        ("updated", (version.updated_at, rank, record, version))
    ]
    deal = version.content.get("confirmed_at")
    if deal is not None:
        found.append(("confirmed", (deal, rank, record, version)))
    return found


class Ledger(Book):
    """A book that tells its shelves whenever something will show."""

    def __init__(self) -> None:
        super().__init__()
        self._shelves: defaultdict[str, dict[float, Shelf]] = defaultdict(dict)
        self._known: defaultdict[str, list[tuple[float, Record]]] = defaultdict(list)

    def shelf(self, account: str, now: float, behind: float = 0.0) -> Shelf:
        """A shop's shelf as it stood `behind` seconds before `now`."""
        shelf = self._shelves[account].get(behind)
        if shelf is None:
            shelf = self._shelves[account][behind] = Shelf()
            for at, record in self._known[account]:
                shelf.expect(record, at)
        shelf.catch_up(now - behind)
        return shelf

    def add(self, account: str, id: str, content: dict[str, Any], **times: Any) -> Record:
        """As the kit's; the shelves hear of it."""
        record = super().add(account, id, content, **times)
        self._expect(record, record.latest.visible_at)
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
        """As the kit's; the shelves hear of it."""
        version = super().change(record, at, delay=delay, bump=bump, **fields)
        self._expect(record, version.visible_at)
        return version

    def remove(self, record: Record, at: float) -> None:
        """As the kit's; the shelves hear of it."""
        super().remove(record, at)
        self._expect(record, at)

    def _expect(self, record: Record, at: float) -> None:
        self._known[record.account].append((at, record))
        for shelf in self._shelves[record.account].values():
            shelf.expect(record, at)
