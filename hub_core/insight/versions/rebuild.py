"""Stored records made again from their raw form, by the version their shop reads now.

Only what has come out otherwise is written, and told in the feed. What is the shop's own
account of a record stays: when it was fetched and by which call, when it is asked for
again, that it is gone. A record that can be read no more keeps its row and is parked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlmodel import col

from ...models import Record
from ...settings import Settings
from ...store import Store, bulk, parked, records, rows
from ...store.kinds import Kind
from ...store.shops import Shop, take_turn
from ...store.tables import ParkedRow, RawRow
from ...wire import Fetched, Misread
from . import kept
from .apart import told_apart, with_the_rest
from .kept import Kept
from .replay import EXAMPLES, Reader, reader

OURS = "cannot be made again"
"""Begins the reason of what was parked here."""
Step = Callable[[int, int], None]
"""Told how many of how many records are done."""


@dataclass(slots=True)
class Rebuilt:
    """What became of one shop's records of one kind in one area."""

    shop: str
    kind: str
    shape: str
    records: int = 0
    unchanged: int = 0
    changed: int = 0
    unreadable: int = 0
    examples: list[str] = field(default_factory=list)
    """Some that cannot be read."""
    reasons: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Again:
    """A record as it is read now."""

    kept: Kept
    found: Record | str

    def is_same(self, kind: Kind) -> bool:
        """Whether the row is what would be written."""
        if isinstance(self.found, str):
            return False
        children = [child.rows(self.found) for child in kind.children]
        text = kind.personal(self.found)
        now = rows.fingerprint(kind.row(self.found), children, text)
        same: bool = now == self.kept.row["row_hash"]
        return same


class Rebuilding:
    """Makes the records of one kind of one shop again."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        package: str,
        facts: Mapping[str, str],
        shop: Shop,
        kind: Kind,
        told: Callable[[Record], None] = lambda record: None,
        *,
        below: int | None = None,
    ) -> None:
        """`told` hears of every record that was written, after its commit. `below`: where
        one that was broken off had come to."""
        self.below = below
        self.store, self.shop, self.kind, self._told = store, shop, kind, told
        self.done: dict[str, Rebuilt] = {}
        """By area."""
        self._package, self._facts = package, facts
        self._pins = {**settings.pins(shop.channel, shop.name), **shop.pins}
        self._readers: dict[str, Reader] = {}

    def run(self, *, dry: bool = False, step: Step | None = None) -> list[Rebuilt]:
        """Everything there is, a few hundred records a commit. Dry: nothing is written."""
        total, seen = kept.count(self.store, self.kind, self.shop), 0
        for page in kept.pages(self.store, self.kind, self.shop, below=self.below):
            with self.store.reading() as connection:
                found = self._read(connection, page)
            self._count(found)
            if not dry:
                self._write(found)
            seen += len({one.id for one in page})
            self.below = min(one.id for one in page)
            if step is not None:
                step(seen, total)
        return [self.done[area] for area in sorted(self.done)]

    def _reader(self, area: str) -> Reader:
        if area not in self._readers:
            pin = self._pins.get(area)
            self._readers[area] = reader(self._package, area, pin, self._facts)
        return self._readers[area]

    # Reading ---------------------------------------------------------------------------

    def _read(self, connection: Connection, page: Iterable[Kept]) -> list[_Again]:
        sources = [one for one in page if one.is_source]
        read = {one.id: self._reader(one.area).read(one) for one in sources}
        names = {area: self._reader(area).apart for area in {k.area for k in sources}}
        every = {name for found in names.values() for name in found}
        told = told_apart(connection, self.kind, sources, every)
        return [
            _Again(
                one,
                found
                if isinstance(found, str)
                else with_the_rest(one, found, names[one.area], told),
            )
            for one, found in ((one, read[one.id]) for one in sources)
        ]

    # Counting --------------------------------------------------------------------------

    def _count(self, found: Iterable[_Again]) -> None:
        for one in found:
            shape = self._reader(one.kept.area).shape
            fresh = Rebuilt(self.shop.name, self.kind.name, shape)
            done = self.done.setdefault(one.kept.area, fresh)
            done.records += 1
            if isinstance(one.found, str):
                done.unreadable += 1
                done.reasons[one.found] = done.reasons.get(one.found, 0) + 1
                if len(done.examples) < EXAMPLES:
                    done.examples.append(one.kept.external_id)
            elif one.is_same(self.kind):
                done.unchanged += 1
            else:
                done.changed += 1

    # Writing ---------------------------------------------------------------------------

    def _write(self, read: Sequence[_Again]) -> None:
        """What is not as it was, if it still is not once no one else can write: a newer
        version may have come since it was read."""
        ids = [one.kept.id for one in read if not one.is_same(self.kind)]
        waiting = self._parked_here([one.kept.external_id for one in read])
        if not ids and not waiting:
            return
        at, written = self.store.now(), list[Record]()
        with self.store.writing() as connection:
            take_turn(connection, self.shop.id)
            page = kept.of_ids(connection, self.store, self.kind, self.shop, ids)
            found = self._read(connection, page)
            self._park([one for one in found if isinstance(one.found, str)], connection, at)
            new = [one for one in found if not isinstance(one.found, str)]
            for area in sorted({one.kept.area for one in new}):
                mine = [one for one in new if one.kept.area == area]
                mine = [one for one in mine if not one.is_same(self.kind)]
                self._store(connection, mine, at)
                written += [o.found for o in mine if not isinstance(o.found, str)]
            unread = {o.kept.external_id for o in found if isinstance(o.found, str)}
            for stream, names in waiting.items():
                well = [name for name in names if name not in unread]
                parked.resolve(connection, self.shop.id, [stream], well, at)
        for record in written:
            self._told(record)

    def _store(self, connection: Connection, found: Sequence[_Again], at: datetime) -> None:
        if not found:
            return
        area = found[0].kept.area
        source = records.Source(area, self._reader(area).shape, None, at)
        # The same version read otherwise may bear an earlier time: it is no older for it.
        t, ids = self.kind.table, [one.kept.id for one in found]
        connection.execute(update(t).where(t.c.id.in_(ids)).values(channel_updated_at=None))
        fetched = [
            Fetched(o.found, o.kept.raw) for o in found if not isinstance(o.found, str)
        ]
        records.write_records(
            connection, self.kind, self.shop.owner, source, fetched, self.store.vault
        )
        self._keep_account(connection, found, at)

    def _keep_account(
        self, connection: Connection, found: Sequence[_Again], at: datetime
    ) -> None:
        """What writing a record newly fetched sets, and this one was not."""
        before = [one.kept.row for one in found]
        columns = {n: [row[n] for row in before] for n in ("journal_id", "missing_at")}
        columns["reread_at"] = [self._due(one, at) for one in found]
        if "listed_by" in self.kind.table.c:
            columns["listed_by"] = [row["listed_by"] for row in before]
        bulk.update(connection, self.kind.model, [o.kept.id for o in found], columns)
        r = RawRow
        step = update(r).where(
            col(r.entity) == self.kind.name,
            col(r.entity_id) == bindparam("its_id"),
            col(r.area) == bindparam("its_area"),
        )
        said: dict[str, Any] = {
            "fetched_at": bindparam("at"),
            "journal_id": bindparam("by"),
        }
        connection.execute(
            step.values(said),
            [
                {"its_id": k.id, "its_area": k.area, "at": k.fetched_at, "by": k.journal_id}
                for k in (one.kept for one in found)
            ],
        )

    def _due(self, one: _Again, at: datetime) -> datetime | None:
        """When it is asked for again: as before, or now where it turns out not to be over
        after all."""
        if self.kind.is_final(one.found):
            return None
        due: datetime | None = one.kept.row["reread_at"]
        return due or (None if one.kept.row["missing_at"] else at)

    # Parking ---------------------------------------------------------------------------

    def _parked_here(self, external_ids: Sequence[str]) -> dict[str, list[str]]:
        """Stream to those that were parked by a rebuilding before."""
        p = ParkedRow
        query = select(col(p.stream), col(p.external_id)).where(
            col(p.shop_id) == self.shop.id,
            col(p.external_id).in_(external_ids),
            col(p.resolved_at).is_(None),
            col(p.reason).startswith(OURS),
        )
        found: dict[str, list[str]] = {}
        with self.store.reading() as connection:
            for stream, external_id in connection.execute(query):
                found.setdefault(stream, []).append(str(external_id))
        return found

    def _park(self, unread: Sequence[_Again], connection: Connection, at: datetime) -> None:
        """Put aside what is not aside already: that may be a newer form of it."""
        p = ParkedRow
        query = select(col(p.external_id)).where(
            col(p.shop_id) == self.shop.id,
            col(p.external_id).in_([one.kept.external_id for one in unread]),
            col(p.resolved_at).is_(None),
        )
        aside = set(connection.execute(query).scalars()) if unread else set()
        for one in unread:
            if (name := one.kept.external_id) in aside:
                continue
            shape = self._reader(one.kept.area).shape
            why = f"{OURS} by {shape}: {one.found}"
            stream = one.kept.row.get("listed_by") or one.kept.area
            parked.park(
                connection, self.shop.id, stream, [Misread(name, why, one.kept.raw)],
                shape=shape, journal_id=one.kept.journal_id, at=at, vault=self.store.vault,
            )  # fmt: skip
