"""What the hub has of one account, and how old each change was when it came in."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush

from .demand import Account
from .platform import Shelf

REREAD = timedelta(hours=6).total_seconds()
"""`Stream.reread_every` of orders on every channel."""


@dataclass(slots=True)
class Stored:
    """The store of one account. Times are the world's, in seconds."""

    account: Account
    shelf: Shelf
    cursors: dict[str, datetime] = field(default_factory=dict)
    busy: set[str] = field(default_factory=set)
    """Streams that are being read."""
    ages: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    """By kind, of each change: when it happened, how many seconds later it was stored."""
    versions: dict[tuple[str, str], int] = field(default_factory=dict)
    """(kind, id) to the newest event that is stored."""
    fetched: dict[tuple[str, str], datetime] = field(default_factory=dict)
    """(kind, id) to when the call was sent that brought the newest event."""
    _due: dict[str, float] = field(default_factory=dict)
    _heap: list[tuple[float, str]] = field(default_factory=list)

    def begin(self, seed: int) -> None:
        """All that was so before the beginning is stored."""
        chance = random.Random(f"{seed} {self.account.name} open")
        self.shelf.turn_to(0.0)
        if self.account.past:
            return
        self.versions |= self.shelf.newest
        for (kind, id), event in self.shelf.newest.items():
            if kind == "orders" and not self.shelf.kind(kind).final[event]:
                self._set_due(id, chance.random() * REREAD)

    def put(self, kind: str, event: int, now: float, sent: datetime) -> None:
        """Store a record as it was after an event, unless it is stored newer."""
        of = self.shelf.kind(kind)
        id = of.ids[event]
        old = self.versions.get((kind, id), -1)
        is_due = self._due.get(id, now + 1) <= now
        if event > old:
            self.versions[kind, id] = event
            self.fetched[kind, id] = sent
            ages = self.ages.setdefault(kind, [])
            while event > old:
                ages.append((of.times[event], now - of.times[event]))
                event = of.former[event]
        elif not is_due:
            return
        if kind == "orders":
            self._keep_due(id, self.versions[kind, id], now)

    def _keep_due(self, id: str, event: int, now: float) -> None:
        if self.shelf.kind("orders").final[event]:
            self._due.pop(id, None)
        else:
            self._set_due(id, now + REREAD)

    def _set_due(self, id: str, at: float) -> None:
        self._due[id] = at
        heappush(self._heap, (at, id))

    def due(self, now: float, limit: int) -> list[str]:
        """Open orders whose turn it is to be fetched again, the longest due first."""
        found: list[tuple[float, str]] = []
        while self._heap and self._heap[0][0] <= now and len(found) < limit:
            at, id = heappop(self._heap)
            if self._due.get(id) == at:
                found.append((at, id))
        for one in found:
            heappush(self._heap, one)
        return [id for _, id in found]

    def missing(self, wanted: str, now: float) -> Iterator[tuple[float, float]]:
        """Changes that happened and are not stored: when, and their age by now. What never
        stood in a list nobody could have."""
        self.shelf.turn_to(now)
        of = self.shelf.kind(wanted)
        for (kind, id), newest in self.shelf.newest.items():
            event = newest if kind == wanted else -1
            while event > self.versions.get((kind, id), -1):
                if of.lists[event]:
                    yield of.times[event], now - of.times[event]
                event = of.former[event]


def ages(
    stored: Iterable[Stored], kind: str, now: float, since: float, until: float
) -> list[float]:
    """The ages of the changes of that time, sorted; what is missing is as old as by now."""
    return sorted(
        age
        for one in stored
        for at, age in (*one.ages.get(kind, ()), *one.missing(kind, now))
        if since <= at < until
    )
