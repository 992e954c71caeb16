"""Whether the audit log is as it was written; if not, where it first is not, and how."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from ..store import audit
from ..store.audit import Entry, Head
from ..store.vault import Vault


@dataclass(frozen=True, slots=True)
class Fault:
    """The first row that is not as it was written.

    `what` is `edited`, `deleted`, `inserted`, `reordered`, `cut` (rows at the end are
    gone) or `head` (not a row: the note of which is the last).
    """

    seq: int
    what: str
    said: str

    def __str__(self) -> str:
        return f"row {self.seq}: {self.what}: {self.said}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of reading the log through."""

    rows: int
    """Rows that are as they were written, from the first."""
    fault: Fault | None
    kept: Head | None
    """The head from outside it was held against; None: a cut tail would not be found."""

    @property
    def is_whole(self) -> bool:
        """Whether every row is there, unchanged, as far as the head kept outside."""
        return self.fault is None and (self.kept is not None or self.rows == 0)


def examine(connection: Connection, vault: Vault, kept: Head | None) -> Verdict:
    """Read the log through, some rows at a time, and hold its end against both heads.

    `kept` is the head from outside the database.
    """
    if kept is not None and not kept.is_ours(vault):
        said = "the head kept outside the database was edited, or is of another key"
        return Verdict(0, Fault(0, "head", said), kept)
    rows, before = 0, ""
    for entry in audit.entries(connection):
        place = rows + 1
        if not (_is_its_own(vault, entry, place) and audit.follows(vault, entry, before)):
            found = _Search(connection, vault, kept).fault(place, entry)
            return Verdict(rows, found, kept)
        if kept is not None and place == kept.seq and entry.chain != kept.chain:
            said = (
                "it is not the row the head kept outside speaks of: others came after a cut"
            )
            return Verdict(rows, Fault(place, "cut", said), kept)
        rows, before = place, entry.chain
    return Verdict(rows, _end(connection, vault, kept, rows, before), kept)


def _is_its_own(vault: Vault, entry: Entry, place: int) -> bool:
    return entry.seq == place and audit.stands_at(vault, entry, place)


def _end(
    connection: Connection, vault: Vault, kept: Head | None, rows: int, chain: str
) -> Fault | None:
    """What is wrong behind the last row, all rows being in order."""
    head = audit.head(connection)
    known = [h.seq for h in (head, kept) if h is not None and h.is_ours(vault)]
    if (last := max(known, default=0)) > rows:
        return Fault(rows + 1, "cut", f"the log went on to row {last}; the rest is gone")
    if head is None or not head.is_ours(vault):
        return Fault(rows, "head", "the note of which row is the last was edited")
    if (head.seq, head.chain) != (rows, chain):
        return Fault(rows, "head", f"the note of which row is the last says {head.seq}")
    return None


class _Search:
    """What was done to a log, told from where its rows were and are. Goes through all of
    it some times: only once something is wrong."""

    def __init__(self, connection: Connection, vault: Vault, kept: Head | None) -> None:
        self._connection, self._vault = connection, vault
        heads = (audit.head(connection), kept)
        known = [h.seq for h in heads if h is not None and h.is_ours(vault)]
        self._last = max(known, default=0) or self._rows()

    def _rows(self) -> int:
        return sum(1 for _ in audit.entries(self._connection))

    def fault(self, place: int, found: Entry) -> Fault:
        """What happened at the first place that does not have its own row."""
        if found.seq < 1:
            return Fault(found.seq, "inserted", "no row is written before the first")
        if place > self._last:
            return Fault(place, "inserted", f"the log ended with row {self._last}")
        now_at = self._standing_for(place)
        if place in now_at:
            return Fault(place, "edited", "its mark of the chain is not as it was written")
        if found.seq != place:
            return self._gap(place, now_at)
        return self._stranger(place, now_at, self._was_at(found))

    def _gap(self, place: int, now_at: list[int]) -> Fault:
        if now_at:
            return Fault(place, "reordered", f"it now stands as row {now_at[0]}")
        return Fault(place, "deleted", "it is gone")

    def _stranger(self, place: int, now_at: list[int], was_at: int | None) -> Fault:
        """Another row stands in its place: one of ours, or none of ours (None)."""
        is_copy = was_at is not None and len(self._standing_for(was_at)) > 1
        if now_at:
            if was_at is None or is_copy:
                said = f"it is none that was written here; the true one is row {now_at[0]}"
                return Fault(place, "inserted", said)
            return Fault(place, "reordered", f"row {was_at} stands in its place")
        if was_at is None or is_copy:
            return Fault(place, "edited", "it is not as it was written")
        return Fault(place, "deleted", f"row {was_at} was moved up into its place")

    def _standing_for(self, place: int) -> list[int]:
        """The numbers under which the row that was written as this one is found."""
        every = audit.entries(self._connection)
        return [e.seq for e in every if audit.stands_at(self._vault, e, place)]

    def _was_at(self, entry: Entry) -> int | None:
        """The number a row was written with; None: it was never written so."""
        places = range(1, self._last + 1)
        return next((p for p in places if audit.stands_at(self._vault, entry, p)), None)
