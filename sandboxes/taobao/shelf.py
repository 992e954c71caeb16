"""A book of trades or refunds by `modified`, `created` and arrival as readers see it.

A list is read thousands of times for each change, so every change is filed when it
becomes visible, and a page is a slice.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import inf
from typing import Any

from hub_core.sandbox import Book, Record, Version

BULK = 1_000
"""More changes than this in one go are filed by sorting anew."""

Row = tuple[float, int, str, Record, Version]
"""Sort time, a rank that no other record has, the trade's type, record, what shows."""

Waiting = tuple[float, int, int, Record, Version | None]
"""When it shows, a number that no other has, the rank, and what shows (None: gone)."""

TIMES: dict[str, Callable[[Record, Version], float]] = {
    "modified": lambda record, version: version.updated_at,
    "created": lambda record, version: record.created_at,
    "arrived": lambda record, version: version.visible_at,
}
"""The times a list may be sorted by."""


@dataclass(slots=True)
class Shop:
    """One account's rows."""

    all: list[Record] = field(default_factory=list)
    by: dict[str, list[Row]] = field(default_factory=lambda: {k: [] for k in TIMES})
    shown: dict[int, Version] = field(default_factory=dict)
    waiting: list[Waiting] = field(default_factory=list)


class Shelf(Book):
    """A Book that also answers what lies in a window of time."""

    def __init__(self, kind: Callable[[Version], str] | None = None) -> None:
        super().__init__()
        self._kind = kind or _of_trade
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

    def between(
        self, account: str, by: str, since: float, until: float, now: float
    ) -> list[Row]:
        """Rows whose time (one of TIMES) is in [since, until], as shown at `now`.

        Oldest first.
        """
        rows = self._show(account, now).by[by]
        low = bisect_left(rows, (since,))
        return rows[low : bisect_right(rows, (until, inf), lo=low)]

    def oldest(self, account: str) -> float:
        """When the first trade on the lists was created; for ever if there is none."""
        rows = self._shops[account].by["created"]
        return rows[0][0] if rows else inf

    def _file(self, record: Record, at: float, version: Version | None) -> None:
        self._filed += 1
        rank = self._ranks[record.account, record.id]
        waiting = self._shops[record.account].waiting
        heappush(waiting, (at, self._filed, rank, record, version))

    def _show(self, account: str, now: float) -> Shop:
        """The account's rows with everything filed that is visible by now."""
        shop = self._shops[account]
        if len(shop.waiting) > BULK:
            shop.waiting.sort()  # a sorted list is a heap
            end = bisect_right(shop.waiting, (now, inf))
            due, shop.waiting = shop.waiting[:end], shop.waiting[end:]
            self._rebuild(shop, due, now)
        while shop.waiting and shop.waiting[0][0] <= now:
            _, _, rank, record, version = heappop(shop.waiting)
            self._refile(shop, rank, record, None if _gone(record, now) else version)
        return shop

    def _refile(self, shop: Shop, rank: int, record: Record, new: Version | None) -> None:
        old = shop.shown.pop(rank, None)
        for name, time in TIMES.items():
            rows = shop.by[name]
            if old is not None:
                del rows[bisect_left(rows, (time(record, old), rank))]
            if new is not None:
                insort(rows, self._row(time(record, new), rank, record, new))
        if new is not None:
            shop.shown[rank] = new

    def _row(self, at: float, rank: int, record: Record, version: Version) -> Row:
        return at, rank, self._kind(version), record, version

    def _rebuild(self, shop: Shop, due: list[Waiting], now: float) -> None:
        """Many changes at once: sorting anew is cheaper than moving each."""
        latest = {row[1]: (row[3], row[4]) for row in shop.by["created"]}
        final = {rank: (record, version) for _, _, rank, record, version in due}
        for rank, (record, version) in final.items():
            latest.pop(rank, None)
            if version is not None and not _gone(record, now):
                latest[rank] = (record, version)
        shop.shown = {rank: version for rank, (_, version) in latest.items()}
        for name, time in TIMES.items():
            rows = (self._row(time(r, v), rank, r, v) for rank, (r, v) in latest.items())
            shop.by[name] = sorted(rows)


def _gone(record: Record, now: float) -> bool:
    return record.removed_at is not None and now >= record.removed_at


def _of_trade(version: Version) -> str:
    kind: str = version.content["trade"].kind
    return kind
