"""A process's seat among the workers: its slot, its signs of life, and who has none.

A slot is a row. Its holder gives a sign of life every second; whoever sees no other for
long enough, or sees that the process has ended, begins a new term in the dead one's place:
what that held is freed, and its slot is given back. A process that only slept finds its
term over and takes a seat again. Nothing hangs on a session of the database, which ends for
all at once where its server is started anew; and no two clocks are compared.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from ..deadline import WATCH
from ..errors import LeaseLost, Misconfigured
from ..store import Store, workers
from ..store.holder import is_gone, new_holder
from ..store.workers import Term, Worker

BEAT = 1.0
"""Seconds between two signs of life, and between two looks for those of others."""
SILENT = {"postgresql": 5.0, "sqlite": 60.0}
"""Seconds without any after which a process counts as dead. On SQLite all are of one
machine, which tells of those that ended; and one writer may keep the others waiting."""
MOST = 10_000

log = logging.getLogger(__name__)


class Seat:
    """The seat of this process. Thread safe as far as one thread gives signs of life and
    one looks after the others."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now
        self._holder = new_holder()
        self._silent = SILENT[store.engine.dialect.name]
        self._seen: dict[int, tuple[tuple[int, int], float]] = {}
        self._looked = 0.0
        self._lock = threading.Lock()
        self._term: Term | None = None
        self.held: frozenset[int] = frozenset()
        """The slots that somebody has, as of the last look."""

    @property
    def term(self) -> Term | None:
        """What this process works under; None before it sits, and once it has stood up."""
        with self._lock:
            return self._term

    @property
    def leads(self) -> bool:
        """Whether this is the first of all: what one process can do for all, it does. Two
        may for a moment think so; nothing they do then does harm."""
        term = self.term
        return term is not None and term.slot == min(self.held, default=term.slot)

    def sit(self, slot: int | None = None) -> Term:
        """Take a seat: this slot, or the first that is free. Raises Misconfigured where
        the one asked for is another living process's."""
        self.look()
        if slot is not None:
            return self._keep(self._wait_for(slot))
        term = next((t for n in range(MOST) if (t := self._take(n))), None)
        assert term is not None
        return self._keep(term)

    def beat(self) -> Term | None:
        """A sign of life. Gives the new term where ours was over: what was begun under it
        is another's by now."""
        term, at = self.term, time.monotonic()
        if term is None:
            return None
        try:
            with self._store.writing() as connection:
                workers.beat(connection, term)
        except LeaseLost:
            WATCH.ended()
            log.warning("slot %s was taken over while this process slept", term.slot)
            again = self._take(term.slot)
            return self.sit() if again is None else self._keep(again)
        WATCH.lives(at + self._silent)
        return None

    def look(self) -> None:
        """Look for those who give no signs of life, and free what they held."""
        self._bury(self._silent_ones())

    def prove(self, connection: Connection, term: Term | None) -> None:
        """Raises LeaseLost where what was begun under a term is another's by now."""
        if term is not None:
            workers.prove(connection, term)

    def living(self) -> set[int]:
        """The slots that somebody has, as of now."""
        with self._store.reading() as connection:
            return {one.slot for one in workers.listing(connection)}

    def stand(self) -> None:
        """Give the seat back."""
        with self._lock:
            term, self._term = self._term, None
        WATCH.off()
        if term is not None:
            with self._store.writing() as connection:
                workers.end(connection, term)

    # Ours --------------------------------------------------------------------------------

    def _wait_for(self, slot: int) -> Term:
        """Until whoever has it has been silent for long enough, or gives it back."""
        end = time.monotonic() + 2 * self._silent
        while (term := self._take(slot)) is None:
            if time.monotonic() > end:
                raise Misconfigured(
                    f"slot {slot} is another process's; without --slot a free one is taken"
                )
            time.sleep(BEAT / 2)
            self.look()
        return term

    def _take(self, slot: int) -> Term | None:
        return self._store.again(
            lambda connection: workers.begin(connection, slot, self._holder, self._now())
        )

    def _keep(self, term: Term) -> Term:
        with self._lock:
            self._term, self.held = term, self.held | {term.slot}
        return term

    # Others' -----------------------------------------------------------------------------

    def _silent_ones(self) -> list[Worker]:
        """Those that have ended, or of whom nothing new was seen for too long. Where the
        database was away meanwhile, it is looked anew."""
        try:
            with self._store.reading() as connection:
                there = workers.listing(connection)
        except Exception:
            self._seen.clear()
            raise
        at, mine = time.monotonic(), self.term
        self.held = frozenset(one.slot for one in there)
        self._note(there, at)
        return [
            one
            for one in there
            if (mine is None or one.slot != mine.slot)
            and (is_gone(one.holder) or at - self._seen[one.slot][1] > self._silent)
        ]

    def _note(self, there: list[Worker], at: float) -> None:
        """Since when each is as it is; a look that comes late proves nothing of others."""
        late = self._seen and at - self._looked > 3 * BEAT
        former = {} if late else self._seen
        self._looked, self._seen = at, {}
        for one in there:
            as_it_is = (one.epoch, one.beats)
            seen = former.get(one.slot)
            since = seen[1] if seen is not None and seen[0] == as_it_is else at
            self._seen[one.slot] = (as_it_is, since)

    def _bury(self, dead: list[Worker]) -> None:
        """Free what they held, and give their slots back."""
        for one in dead:
            term = self._store.again(
                lambda connection, one=one: workers.succeed(  # type: ignore[misc]
                    connection, one, self._holder, self._now()
                )
            )
            if term is None:
                continue
            log.warning(
                "slot %s: its process shows no life; others go on with it", one.slot
            )
            workers.take_back(self._store.again, one.holder)
            self._store.again(lambda connection, t=term: workers.end(connection, t))  # type: ignore[misc]
