"""Where a reading writes: one short transaction at a time, fenced by its lease."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import Connection

from ..store import Store, notes, parked, records, streams
from ..store.journal import JournalBuffer
from ..store.kinds import ORDER, Kind, Owner
from ..store.records import Source, Written
from ..store.streams import Lease, Proof
from ..wire import Fetched, Misread
from .counts import Counts
from .gate import Gate

ROWS_PER_COMMIT = 500
"""They wait in memory, as rows, as text and as what is sealed: more of them are stored no
faster."""
UNKNOWN_WORD = "unknown_word"
"""The code of what a reader said of a word it does not know."""
LEASE_SECONDS = 120.0
"""A lease not renewed for this long is free for another worker."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """The last call: its journal entry and the version file that read its answer."""

    journal_id: int | None = None
    shape: str = "orders_v1"
    call: str = ""
    """The call's name: `orders.list`."""
    signed: bool = True
    """Whether the answer bore an id of its own, which no other answer has."""
    smooth: bool = True
    """Whether every call of this reading was answered well at once."""
    sent_at: datetime | None = None
    """When it was sent, by our own clock."""

    @property
    def area(self) -> str:
        """The shape without its number."""
        return self.shape.rpartition("_v")[0]


@dataclass(slots=True)
class Batch:
    """What the next commit writes."""

    fetched: list[Fetched] = field(default_factory=list)
    misread: list[Misread] = field(default_factory=list)
    late_at: list[datetime] = field(default_factory=list)
    of: Provenance | None = None
    """Where its rows come from; None: from the last call."""
    sent_at: datetime | None = None
    """No row of it was asked for before then; None: not before the call they come from."""

    def ask_from(self, at: datetime | None) -> None:
        """It has rows that were asked for then, or later."""
        known = [one for one in (self.sent_at, at) if one is not None]
        self.sent_at = min(known, default=None)

    def __len__(self) -> int:
        return len(self.fetched) + len(self.misread)


@dataclass(slots=True)
class Ledger:
    """Commits one stream's rows, proofs and cursor; counts what happened."""

    store: Store
    owner: Owner
    lease: Lease
    reread_every: timedelta | None
    now: Callable[[], datetime]
    counts: Counts
    journal: JournalBuffer
    provenance: Callable[[], Provenance] = Provenance
    told: Callable[[Batch, Written], None] = lambda batch, done: None
    """Told of every batch after its commit: what it held, what of it was news."""
    kind: Kind = ORDER
    siblings: tuple[str, ...] = ()
    """The streams of the same kind, this one too; none: it is alone."""
    holds_drift: bool = True
    """Park records whose amounts came in another unit, until a person has looked."""
    _kept_at: float = field(default_factory=time.monotonic)
    _gate: Gate = field(init=False)
    _of: Provenance = field(init=False, default_factory=Provenance)
    """Where the rows of the commit that is under way come from."""

    def __post_init__(self) -> None:
        self._gate = Gate(
            self.owner.shop_id, self.kind, self.store.vault, holds=self.holds_drift
        )

    def keep(self) -> None:
        """Lengthen the lease when it has not been for a while."""
        if time.monotonic() - self._kept_at > LEASE_SECONDS / 4:
            with self.store.writing() as connection:
                streams.hold_lease(connection, self.lease, LEASE_SECONDS)
            self._kept_at = time.monotonic()

    def commit(
        self, batch: Batch, *, proof: Proof | None = None, cursor: datetime | None = None
    ) -> None:
        """Rows, parked records, feed, journal, coverage and cursor: all or nothing.

        Records that are not what their shop's were are parked (see `gate`). What the
        database rolled back, for another was in its way, is written anew.
        Raises LeaseLost, having written nothing, when another worker took over.
        """
        at, tried = self.now(), count()
        before = self.counts.parked, self.counts.late
        self._of = batch.of or self.provenance()
        entries = self.journal.take()

        def work(connection: Connection) -> tuple[Batch, list[Misread], Written]:
            if next(tried):
                self._gate.forget()
                self.counts.parked, self.counts.late = before
            streams.hold_lease(connection, self.lease, LEASE_SECONDS)
            self.store.write_journal(connection, entries)
            written = self._store(connection, batch, at)
            if proof is not None:
                stream = self.lease.stream
                streams.add_proof(connection, self.owner.shop_id, stream, proof, at)
            if cursor is not None:
                streams.move_cursor(connection, self.lease, cursor)
            return written

        try:
            stored, held, done = self.store.again(work, lost=False)
        except BaseException:
            self.journal.give_back(entries)
            self._gate.forget()
            raise
        self._kept_at = time.monotonic()
        self._count(done, proof)
        self.told(replace(stored, misread=stored.misread + held), done)

    def _store(
        self, connection: Connection, batch: Batch, at: datetime
    ) -> tuple[Batch, list[Misread], Written]:
        """What of it was stored, what is held for a person, what of it was news."""
        held, done = list[Misread](), Written()
        if batch.fetched:
            batch, held = self._sifted(connection, batch, at)
            done = self._write(connection, batch, at)
        self._park(connection, batch.misread, at)
        self._hold(connection, held, at)
        self._note_oddities(connection, batch, at)
        return batch, held, done

    def close(self, connection: Connection) -> None:
        """Keep what the reading has learned of the shop's records."""
        self._gate.keep(connection, self.now())

    def set_back(self, to: datetime, now: datetime) -> None:
        """Set the stream's cursor back, fenced by the lease like every write."""
        with self.store.writing(durable=True) as connection:
            streams.hold_lease(connection, self.lease, LEASE_SECONDS)
            streams.set_back(connection, self.lease, to, now)

    def _sifted(
        self, connection: Connection, batch: Batch, at: datetime
    ) -> tuple[Batch, list[Misread]]:
        """The batch, and what of it is not what its shop's records were."""
        of = self._of
        done = self._gate.sift(connection, batch.fetched, of.shape, of.call, at)
        if done.notes:
            notes.drift(connection, self.owner.channel, of.shape, done.notes, at)
        for finding in done.found:
            parks = finding.holds and self.holds_drift
            fate = "parked, none is stored" if parks else "stored as they were read"
            said = f"{finding.said}; records that show it are {fate}"
            self._tell(connection, said, at)
        return replace(batch, fetched=done.fetched), done.held

    def _tell(self, connection: Connection, said: str, at: datetime) -> None:
        text = f"{self._of.area} are not as they were: {said}. See `hub drift`"
        channel, shop_id = self.owner.channel, self.owner.shop_id
        notes.incident(connection, "drift", text, at=at, channel=channel, shop_id=shop_id)

    def _write(self, connection: Connection, batch: Batch, at: datetime) -> Written:
        of = self._of
        source = Source(
            of.area, of.shape, of.journal_id, at, self.reread_every, self.lease.stream,
            batch.sent_at or of.sent_at,
        )  # fmt: skip
        vault = self.store.vault
        done = records.write_records(
            connection, self.kind, self.owner, source, batch.fetched, vault
        )
        self._resolve(connection, batch, at)
        return done

    def _park(
        self,
        connection: Connection,
        misread: list[Misread],
        at: datetime,
        *,
        retry: bool = True,
    ) -> None:
        of = self._of
        self.counts.parked += parked.park(
            connection, self.owner.shop_id, self.lease.stream, misread, shape=of.shape,
            journal_id=of.journal_id, at=at, vault=self.store.vault, retry=retry,
        )  # fmt: skip

    def _hold(self, connection: Connection, held: list[Misread], at: datetime) -> None:
        """Park for a person. What is stored of them is due again in its turn: else they
        would be the first of those that are due until somebody has looked."""
        self._park(connection, held, at, retry=False)
        ids = [one.external_id for one in held if one.external_id]
        if ids and self.reread_every is not None:
            shop, due = self.owner.shop_id, at + self.reread_every
            records.postpone_reread(connection, self.kind, shop, ids, due)

    def _resolve(self, connection: Connection, batch: Batch, at: datetime) -> None:
        ids = [f.record.external_id for f in batch.fetched]
        shop, streams_ = self.owner.shop_id, self.siblings or (self.lease.stream,)
        if parked.any_open(connection, shop):
            parked.resolve(connection, shop, streams_, ids, at)

    def _note_oddities(self, connection: Connection, batch: Batch, at: datetime) -> None:
        seen = Counter((i.field, i.code) for f in batch.fetched for i in f.record.issues)
        if seen:
            shape = self._of.shape
            new = notes.drift(connection, self.owner.channel, shape, seen, at)
            for name in [field for field, code in new if code == UNKNOWN_WORD]:
                said = f"{name} has a word this hub does not know; it is stored as unknown"
                self._tell(connection, said, at)
        if batch.late_at:
            self.counts.late += streams.count_late(
                connection,
                self.owner.shop_id,
                self.lease.stream,
                batch.late_at,
            )

    def _count(self, done: Written, proof: Proof | None) -> None:
        self.counts.created += len(done.created)
        self.counts.changed += len(done.changed)
        self.counts.unchanged += done.unchanged
        self.counts.stale += done.stale
        if proof is not None:
            self.counts.windows += 1
            self.counts.partial += proof.state == "partial"
