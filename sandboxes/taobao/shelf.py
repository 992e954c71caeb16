"""The book of trades, kept sorted by `modified` and by `created` as readers see it.

A list is read thousands of times for each change, so every change is filed when it
becomes visible, and a page is a slice.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import inf
from typing import Any

from hub_core.sandbox import Book, Record, Version

BULK = 1_000
"""More changes than this in one go are filed by sorting anew."""

Row = tuple[float, int, str, Record, Version]
"""Sort time, a rank that no other record has, the trade's type, and what shows."""


@dataclass(slots=True)
class Shop:
    """One account's rows."""

    all: list[Record] = field(default_factory=list)
    by_modified: list[Row] = field(default_factory=list)
    by_created: list[Row] = field(default_factory=list)
    shown: dict[int, Version] = field(default_factory=dict)
    waiting: list[tuple[float, int, int, Record, Version | None]] = field(
        default_factory=list
    )


class Shelf(Book):
    """A Book that also answers what lies in a window of time."""

    def __init__(self) -> None:
        super().__init__()
        self._shops: dict[str, Shop] = defaultdict(Shop)
        self._ranks: dict[tuple[str, str], int] = {}
        self._filed = 0

    def add(self, account: str, id: str, content: dict[str, Any], **more: Any) -> Record:
        """As Book.add, and filed."""
        record = super().add(account, id, content, **more)
        self._ranks[account, id] = len(self._ranks)
        self._shops[account].all.append(record)
        self._file(record, record.latest.visible_at, record.latest)
        return record

    def change(self, record: Record, at: float, **more: Any) -> Version:
        """As Book.change, and filed."""
        version = super().change(record, at, **more)
        self._file(record, version.visible_at, version)
        return version

    def remove(self, record: Record, at: float) -> None:
        """As Book.remove, and taken off the lists from then on."""
        super().remove(record, at)
        self._file(record, at, None)

    def everything(self, account: str) -> list[Record]:
        """All records in the order they were added; not a copy."""
        return self._shops[account].all

    def modified(self, account: str, since: float, until: float, now: float) -> list[Row]:
        """Rows with a `modified` in [since, until] as shown at `now`, oldest first."""
        return self._between(self._show(account, now).by_modified, since, until)

    def created(self, account: str, since: float, until: float, now: float) -> list[Row]:
        """Rows created in [since, until] as shown at `now`, oldest first."""
        return self._between(self._show(account, now).by_created, since, until)

    def oldest(self, account: str) -> float:
        """When the first trade on the lists was created; for ever if there is none."""
        rows = self._shops[account].by_created
        return rows[0][0] if rows else inf

    @staticmethod
    def _between(rows: list[Row], since: float, until: float) -> list[Row]:
        low = bisect_left(rows, (since,))
        return rows[low : bisect_right(rows, (until, inf), lo=low)]

    def _file(self, record: Record, at: float, version: Version | None) -> None:
        self._filed += 1
        rank = self._ranks[record.account, record.id]
        waiting = self._shops[record.account].waiting
        heappush(waiting, (at, self._filed, rank, record, version))

    def _show(self, account: str, now: float) -> Shop:
        """The account's rows with everything filed that is visible by now."""
        shop, due = self._shops[account], []
        while shop.waiting and shop.waiting[0][0] <= now:
            _, _, rank, record, version = heappop(shop.waiting)
            gone = record.removed_at is not None and now >= record.removed_at
            due.append((rank, record, None if gone else version))
        if len(due) > BULK:
            self._rebuild(shop, due)
        else:
            for change in due:
                self._refile(shop, *change)
        return shop

    def _refile(self, shop: Shop, rank: int, record: Record, new: Version | None) -> None:
        old = shop.shown.pop(rank, None)
        if old is not None:
            self._take(shop.by_modified, old.updated_at, rank)
            self._take(shop.by_created, record.created_at, rank)
        if new is not None:
            shop.shown[rank] = new
            insort(shop.by_modified, _row(new.updated_at, rank, record, new))
            insort(shop.by_created, _row(record.created_at, rank, record, new))

    def _rebuild(self, shop: Shop, due: list[tuple[int, Record, Version | None]]) -> None:
        """Many changes at once: sorting anew is cheaper than moving each."""
        latest = {row[1]: (row[3], row[4]) for row in shop.by_created}
        for rank, record, version in due:
            latest.pop(rank, None)
            if version is not None:
                latest[rank] = (record, version)
        shop.shown = {rank: version for rank, (_, version) in latest.items()}
        shop.by_modified = sorted(
            _row(v.updated_at, n, r, v) for n, (r, v) in latest.items()
        )
        shop.by_created = sorted(
            _row(r.created_at, n, r, v) for n, (r, v) in latest.items()
        )

    @staticmethod
    def _take(rows: list[Row], at: float, rank: int) -> None:
        del rows[bisect_left(rows, (at, rank))]


def _row(at: float, rank: int, record: Record, version: Version) -> Row:
    return at, rank, version.content["trade"].kind, record, version
