"""Whose turn it is: the more urgent first, and among equals one shop after the other."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from enum import IntEnum
from itertools import count

SHARE = 10
"""Every so many turns one goes to a rank below the best that waits: a tenth of a lane is
theirs however much there is to do above them."""

MANY = 1000
"""Shops whose last turn is remembered, before those are forgotten it says nothing of."""
_numbers = count()


class Rank(IntEnum):
    """What a call is for, the most urgent first."""

    PUSH = 0
    """A record that was pushed, or what a platform waits for us to answer."""
    TOKEN = 1
    WRITE = 2
    INCREMENTAL = 3
    """Keeping up: what changed since the last reading."""
    HEAL = 4
    """Reading again."""
    BACKFILL = 5
    """Reading what lies far back for the first time."""

    @property
    def word(self) -> str:
        """As people read it: `backfill`."""
        return self.name.lower()


class Ticket:
    """One call's place in the queues of its lanes, one after the other."""

    __slots__ = ("number", "queue", "rank", "shop", "wake")

    def __init__(self, rank: Rank, shop: str, wake: Callable[[], None]) -> None:
        self.rank, self.shop, self.wake = rank, shop, wake
        self.number = next(_numbers)
        self.queue: Queue | None = None
        """Where it waits."""

    def hurry(self, rank: Rank) -> None:
        """Somebody of this rank waits behind it: it is as urgent as that."""
        if rank >= self.rank:
            return
        queue = self.queue
        if queue is None:
            self.rank = rank
        else:
            queue.promote(self, rank)


class Queue:
    """One ticket at a time has the turn; who is next is settled when it is given on.

    A shop's tickets are served in their order; of shops of one rank, the one whose last
    turn is the longest ago: however many threads a shop waits with, it has one turn a
    round, and one that seldom calls comes first. (Start-time fair queueing: a shop's turn
    is tagged with the round after its last, or with the round that is on.) Thread safe.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder: Ticket | None = None
        self._waiting: dict[Rank, dict[str, deque[Ticket]]] = {}
        self._tags: dict[str, int] = {}
        self._round = self._turns = 0

    def join(self, ticket: Ticket) -> bool:
        """Whether it is its turn at once; if not, `ticket.wake` is called when it is."""
        with self._lock:
            holder = self._holder
            if holder is None:
                self._holder = ticket
                self._served(ticket.shop)
                return True
            self._add(ticket)
        holder.hurry(ticket.rank)
        return False

    def leave(self, ticket: Ticket) -> None:
        """Give the turn on; or wait no longer, where it never had it."""
        with self._lock:
            if self._holder is not ticket:
                self._remove(ticket)
                return
            self._holder = follower = self._next() if self._waiting else None
        if follower is not None:
            follower.wake()

    def promote(self, ticket: Ticket, rank: Rank) -> None:
        """Let a ticket that waits here wait in a higher rank."""
        with self._lock:
            waits = self._remove(ticket)
            ticket.rank = rank
            if waits:
                self._add(ticket)

    def eager(self) -> int:
        """How many turns are wanted besides the holder's by those who have a claim to them:
        every call down to the writes, one a shop of those that keep up, none below."""
        if not self._waiting:
            return 0
        with self._lock:
            calls = sum(
                sum(map(len, shops.values()))
                for rank, shops in self._waiting.items()
                if rank < Rank.INCREMENTAL
            )
            shops = self._waiting.get(Rank.INCREMENTAL, {})
            is_in = self._holder is not None and self._holder.shop in shops
            return calls + len(shops) - is_in

    def _add(self, ticket: Ticket) -> None:
        shops = self._waiting.setdefault(ticket.rank, {})
        shops.setdefault(ticket.shop, deque()).append(ticket)
        ticket.queue = self

    def _remove(self, ticket: Ticket) -> bool:
        shops = self._waiting.get(ticket.rank)
        line = shops.get(ticket.shop) if shops else None
        if shops is None or line is None or ticket not in line:
            return False
        line.remove(ticket)
        ticket.queue = None
        if not line:
            del shops[ticket.shop]
        if not shops:
            del self._waiting[ticket.rank]
        return True

    def _next(self) -> Ticket:
        best = min(self._waiting)
        self._turns += 1
        lower = [t for t in self._fronts() if t.rank > best] if self._is_theirs() else []
        if lower:
            ticket = min(lower, key=lambda t: t.number)
        else:
            ticket = min(self._waiting[best].values(), key=self._tag)[0]
        self._remove(ticket)
        self._served(ticket.shop)
        return ticket

    def _tag(self, line: deque[Ticket]) -> int:
        return max(self._tags.get(line[0].shop, 0), self._round)

    def _served(self, shop: str) -> None:
        self._round = max(self._tags.get(shop, 0), self._round)
        self._tags[shop] = self._round + 1
        if len(self._tags) > MANY:
            self._tags = {s: tag for s, tag in self._tags.items() if tag > self._round}

    def _is_theirs(self) -> bool:
        return self._turns % SHARE == 0

    def _fronts(self) -> list[Ticket]:
        return [line[0] for shops in self._waiting.values() for line in shops.values()]
