"""What no list tells: parked records, and open orders that change in silence."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import timedelta

from ..errors import Throttled
from ..ports import Stream
from ..store import parked
from ..store.records import due_for_reread, listed_by, mark_missing, postpone_reread
from ..wire import Fetched, Misread
from .details import Details
from .intake import is_older
from .ledger import Batch, Ledger

NAMELESS = "raw:"
"""How the keys of rows begin that came without an id (see `rows.key_of`)."""
AT_ONCE = 500
"""Open orders fetched again in one sync, at most."""
REREADING = timedelta(seconds=20)
"""How long a sync may take for them: the shop's next things wait meanwhile, some of which
are due every minute. What is left stays due."""

Again = Callable[[float], AbstractContextManager[None]]
"""Within, calls let all others go first, and none is sent after so many seconds: Throttled
is raised then."""


class Revisits:
    """Orders of one stream asked for by their ids."""

    def __init__(
        self,
        details: Details,
        stream: Stream,
        ledger: Ledger,
        again: Again = lambda seconds: nullcontext(),
    ) -> None:
        self._details, self._stream, self._ledger = details, stream, ledger
        self._again = again
        self._shop, self._kind = ledger.owner.shop_id, ledger.kind

    def retry_parked(self, *, all_of_them: bool = False) -> None:
        """Fetch parked records by id again: the due ones, or all."""
        if not self._stream.by_id:
            return
        with self._ledger.store.reading() as connection:
            now = None if all_of_them else self._ledger.now()
            waiting = parked.due(connection, self._shop, self._stream.name, now)
        for record in waiting:
            assert record.external_id is not None
            self._retry(record, record.external_id)

    def _retry(self, record: parked.Parked, external_id: str) -> None:
        self._ledger.counts.rereads += 1
        found = self._details.record(external_id)
        if isinstance(found, Fetched) and not _still_behind(found, record):
            self._ledger.commit(Batch([found]))
            return
        misread = found if isinstance(found, Misread) else None
        with self._ledger.store.writing() as connection:
            parked.tried(connection, record, misread, self._ledger.now())

    def reread(self) -> None:
        """Fetch open orders that are due by id, the longest due first: some changes leave
        the list silent. They take what nobody else wants, and end where there is none."""
        if self._stream.reread_every is None or not self._stream.by_id:
            return
        by_shape: dict[str, Batch] = {}
        with suppress(Throttled), self._again(REREADING.total_seconds()):
            self._read_into(by_shape, self._due())
        self._commit(by_shape)

    def _due(self) -> list[str]:
        with self._ledger.store.reading() as connection:
            now = self._ledger.now()
            return due_for_reread(connection, self._kind, self._shop, now, AT_ONCE)

    def fetch(self, ids: Sequence[str]) -> dict[str, bool]:
        """These by id, whatever any list says; each with whether the platform has it. None
        at all where the list's records are not had by id."""
        return self._reread_all(ids) if self._stream.by_id else {}

    def _reread_all(self, ids: Sequence[str]) -> dict[str, bool]:
        by_shape: dict[str, Batch] = {}
        there = self._read_into(by_shape, ids)
        self._commit(by_shape)
        return there

    def _read_into(self, by_shape: dict[str, Batch], ids: Sequence[str]) -> dict[str, bool]:
        """Rows go with those that the same version file has read: some are had by another
        call than others."""
        there: dict[str, bool] = {}
        for external_id in ids:
            one = Batch()
            self._ledger.keep()
            there[external_id] = self._reread_one(external_id, one)
            of = self._ledger.provenance()
            batch = by_shape.setdefault(of.shape, Batch())
            batch.fetched += one.fetched
            batch.misread += one.misread
            batch.of = of
            batch.ask_from(of.sent_at)
        return there

    def _commit(self, by_shape: dict[str, Batch]) -> None:
        for batch in by_shape.values():
            if len(batch):
                self._ledger.commit(batch)

    def miss_all_but(self, seen: Collection[str]) -> None:
        """The list was read whole: what it had once and has no longer is asked for by its
        id, for it may stand in another list now, or is marked as gone.

        Where no id can be asked for, a row without one may be any of them.
        """
        if not self._stream.by_id and any(id.startswith(NAMELESS) for id in seen):
            return
        with self._ledger.store.reading() as connection:
            listed = listed_by(connection, self._kind, self._shop, self._stream.name)
        gone = sorted(set(listed) - set(seen))
        if self._stream.by_id:
            self._reread_all(gone)
            return
        for external_id in gone:
            self._miss(external_id)

    def _reread_one(self, external_id: str, batch: Batch) -> bool:
        found = self._details.record(external_id)
        self._ledger.counts.rereads += 1
        match found:
            case Fetched():
                batch.fetched.append(found)
            case Misread():
                batch.misread.append(found)
                self._postpone(external_id)
            case None:
                self._miss(external_id)
        return found is not None

    def _miss(self, external_id: str) -> None:
        every, at = self._stream.reread_every, self._ledger.now()
        with self._ledger.store.writing() as connection:
            due = at + every if every and self._stream.by_id else None
            mark_missing(connection, self._kind, self._shop, external_id, at, due)

    def _postpone(self, external_id: str) -> None:
        if self._stream.reread_every is None:
            return
        due = self._ledger.now() + self._stream.reread_every
        with self._ledger.store.writing() as connection:
            postpone_reread(connection, self._kind, self._shop, [external_id], due)


def _still_behind(found: Fetched, record: parked.Parked) -> bool:
    return is_older(found.record.channel_updated_at, record.wanted_at)
