"""Records in bulk: newer wins, the same is nothing, children are replaced as a set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import repeat
from typing import TypeVar

from sqlalchemy import Connection, delete, select, update
from sqlmodel import col

from ..models import Record
from ..wire import Fetched
from . import bulk, feed, rows
from .kinds import Kind, Owner
from .shops import take_turn
from .tables import RawRow
from .vault import Vault

Key = TypeVar("Key")
AT_ONCE = 250
"""Raw payloads that are sealed and handed to the driver together: they are large."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows came from: the version file, the area, the call, the moment."""

    area: str
    shape: str
    journal_id: int | None
    at: datetime
    reread_every: timedelta | None = None
    stream: str | None = None
    """The list that had them."""
    sent_at: datetime | None = None
    """When the first of the calls that gave them was sent; None: at that moment."""


@dataclass(slots=True)
class Written:
    """What one write did, by external id."""

    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: int = 0
    stale: int = 0


@dataclass(slots=True)
class _Draft:
    """A record on its way into the tables."""

    record: Record
    raw: bytes
    row: rows.Row
    children: tuple[list[rows.Row], ...]
    personal: bytes | None
    row_hash: bytes
    id: int | None = None


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """Which version of a record the store has."""

    id: int | None
    updated_at: datetime | None
    status_raw: str | None
    row_hash: bytes
    reread_at: datetime | None
    missing_at: datetime | None


def known_versions(
    connection: Connection, kind: Kind, shop_id: int, ids: Sequence[str]
) -> dict[str, StoredVersion]:
    """What the store has of these external ids."""
    c = kind.table.c
    query = select(
        c.external_id, c.id, c.channel_updated_at, c[kind.word], c.row_hash, c.reread_at,
        c.missing_at,
    ).where(c.shop_id == shop_id, c.external_id.in_(_filled(ids)))  # fmt: skip
    return {r[0]: StoredVersion(*r[1:]) for r in connection.execute(query)}


def _filled(ids: Sequence[Key]) -> Sequence[Key]:
    """The same with the last of them again and again, up to a power of two: the driver
    keeps every statement it was given, and one of each length would be many."""
    if not ids:
        return ids
    return [*ids, *repeat(ids[-1], (1 << (len(ids) - 1).bit_length()) - len(ids))]


def write_records(
    connection: Connection,
    kind: Kind,
    owner: Owner,
    source: Source,
    fetched: Sequence[Fetched],
    vault: Vault,
) -> Written:
    """Store records of one kind inside the caller's transaction.

    Of an id given twice the newer version wins, of two alike the later.
    """
    take_turn(connection, owner.shop_id)
    drafts = {f.record.external_id: _draft(kind, f) for f in _newest(fetched)}
    known = known_versions(connection, kind, owner.shop_id, sorted(drafts))
    done = Written()
    fresh: list[_Draft] = []
    newer: list[_Draft] = []
    reread: list[_Draft] = []
    for external_id in sorted(drafts):
        draft, old = drafts[external_id], known.get(external_id)
        if old is None:
            fresh.append(draft)
            done.created.append(external_id)
            continue
        draft.id = old.id
        if _is_stale(draft.record, old.updated_at):
            done.stale += 1
        elif old.row_hash != draft.row_hash or old.missing_at is not None:
            newer.append(draft)
            done.changed.append(external_id)
        else:
            done.unchanged += 1
            if old.reread_at is not None and old.reread_at <= source.at:
                reread.append(draft)
    if fresh or newer:
        _store(connection, kind, owner, source, fresh, newer, vault)
    if reread:
        due = {"reread_at": _due(kind, reread, source)}
        bulk.update(connection, kind.model, [d.id for d in reread], due)
    return done


def _newest(fetched: Sequence[Fetched]) -> Iterable[Fetched]:
    chosen: dict[str, Fetched] = {}
    for one in fetched:
        record = one.record
        known = chosen.get(record.external_id)
        at = known.record.channel_updated_at if known else None
        if not _is_stale(record, at):
            chosen[record.external_id] = one
    return chosen.values()


def _due(kind: Kind, drafts: Iterable[_Draft], source: Source) -> Iterable[datetime | None]:
    """A record that is not final is due again; a final one never is."""
    if source.reread_every is None:
        return [None for _ in drafts]
    due = source.at + source.reread_every
    return [None if kind.is_final(d.record) else due for d in drafts]


def _is_stale(record: Record, old: datetime | None) -> bool:
    """Whether it is older than what is stored. A change before the record's own creation
    is an odd date and says nothing: what was observed last counts then."""
    new, created = record.channel_updated_at, record.channel_created_at
    if new is None or old is None or (created is not None and new < created):
        return False
    return bool(new < old)


def _draft(kind: Kind, fetched: Fetched) -> _Draft:
    record = fetched.record
    row, children = kind.row(record), tuple([c.rows(record) for c in kind.children])
    personal = kind.personal(record)
    row_hash = rows.fingerprint(row, children, personal)
    return _Draft(record, fetched.text, row, children, personal, row_hash)


def _store(
    connection: Connection,
    kind: Kind,
    owner: Owner,
    source: Source,
    fresh: list[_Draft],
    newer: list[_Draft],
    vault: Vault,
) -> None:
    if fresh:
        _insert(connection, kind, owner, source, fresh, vault)
    if newer:
        ids = [d.id for d in newer]
        columns = _columns(kind, newer, owner, source, vault)
        bulk.update(connection, kind.model, ids, columns)
        _clear(connection, kind, source, ids)
    both = fresh + newer
    _insert_children(connection, kind, both)
    _insert_raw(connection, kind, owner, source, both, vault)
    found = [(d.id or 0, d.record, d.personal) for d in both]
    if personal := [(key, r, text) for key, r, text in found if text is not None]:
        kind.write_personal(connection, owner, personal, vault)
    events = [(d.id, f"{kind.name}.created") for d in fresh] + [
        (d.id, f"{kind.name}.changed") for d in newer
    ]
    feed.append(connection, owner.shop_id, kind.name, events, source.at)


def _columns(
    kind: Kind, drafts: Sequence[_Draft], owner: Owner, source: Source, vault: Vault
) -> dict[str, Iterable[object]]:
    """What records' rows hold, by column, but for their keys."""
    own = zip(*[d.row for d in drafts], strict=True)
    listed = {"listed_by": repeat(source.stream)} if "listed_by" in kind.table.c else {}
    return listed | {
        **dict(zip(kind.columns, own, strict=True)),
        **kind.derived([d.record for d in drafts], owner, vault),
        "missing_at": repeat(None),
        "reread_at": _due(kind, drafts, source),
        "adapter": repeat(source.shape),
        "row_hash": [d.row_hash for d in drafts],
        "journal_id": repeat(source.journal_id),
        "hub_changed_at": repeat(source.at),
    }


def _insert(
    connection: Connection,
    kind: Kind,
    owner: Owner,
    source: Source,
    fresh: list[_Draft],
    vault: Vault,
) -> None:
    names = [d.record.external_id for d in fresh]
    ids = bulk.new_ids(connection, kind.table, len(fresh))
    keys: dict[str, Iterable[object]] = {
        "id": ids,
        "uid": [kind.uid(owner, name) for name in names],
        "shop_id": repeat(owner.shop_id),
        "hub_seen_at": repeat(source.at),
    }
    columns = _columns(kind, fresh, owner, source, vault)
    bulk.insert(connection, kind.model, keys | columns)
    for draft, id in zip(fresh, ids, strict=True):
        draft.id = id


def _clear(
    connection: Connection, kind: Kind, source: Source, ids: list[int | None]
) -> None:
    """What stands under records whose row has just been replaced."""
    ids = list(_filled(ids))
    for child in kind.children:
        table = child.table.__table__  # type: ignore[attr-defined]
        connection.execute(delete(table).where(table.c[child.parent].in_(ids)))
    r = RawRow
    mine = (col(r.entity) == kind.name, col(r.entity_id).in_(ids))
    connection.execute(delete(r).where(*mine, col(r.area) == source.area))
    kind.clear_personal(connection, ids)


def _insert_children(connection: Connection, kind: Kind, drafts: list[_Draft]) -> None:
    for n, child in enumerate(kind.children):
        found = [row for d in drafts for row in d.children[n]]
        owners = [d.id for d in drafts for _ in d.children[n]]
        if found:
            own = dict(zip(child.columns, zip(*found, strict=True), strict=True))
            bulk.insert(connection, child.table, {child.parent: owners, **own})


def _insert_raw(
    connection: Connection,
    kind: Kind,
    owner: Owner,
    source: Source,
    drafts: list[_Draft],
    vault: Vault,
) -> None:
    for start in range(0, len(drafts), AT_ONCE):
        some = drafts[start : start + AT_ONCE]
        raw = {
            "entity": repeat(kind.name),
            "entity_id": [d.id for d in some],
            "area": repeat(source.area),
            "shape": repeat(source.shape),
            "sealed": vault.seal_all([_unsealed(d, owner, source) for d in some]),
            "fetched_at": repeat(source.sent_at or source.at),
            "journal_id": repeat(source.journal_id),
        }
        bulk.insert(connection, RawRow, raw)


def raw_cell(owner_id: int, external_id: str, area: str) -> str:
    """Where a raw payload stands, as its seal's additional data. An area belongs to one
    kind of record."""
    return f"raw/sealed/{owner_id}:{external_id}:{area}"


def _unsealed(draft: _Draft, owner: Owner, source: Source) -> tuple[bytes, str]:
    """A raw payload, and where it stands."""
    cell = raw_cell(owner.shop_id, draft.record.external_id, source.area)
    return draft.raw, cell


# What no list tells --------------------------------------------------------------------


def due_for_reread(
    connection: Connection, kind: Kind, shop_id: int, now: datetime, limit: int
) -> list[str]:
    """External ids of records not final that are due to be fetched by id again, oldest
    first."""
    c = kind.table.c
    query = (
        select(c.external_id)
        .where(c.shop_id == shop_id, c.reread_at <= now)
        .order_by(c.reread_at)
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def listed_by(connection: Connection, kind: Kind, shop_id: int, stream: str) -> list[str]:
    """External ids of what a list read whole had when it was last seen to change, and
    that are not known to be gone."""
    c = kind.table.c
    query = select(c.external_id).where(
        c.shop_id == shop_id, c.listed_by == stream, c.missing_at.is_(None)
    )
    return list(connection.execute(query).scalars())


def postpone_reread(
    connection: Connection,
    kind: Kind,
    shop_id: int,
    external_ids: Sequence[str],
    due: datetime,
) -> None:
    """Look at those of these records later that are to be looked at again."""
    take_turn(connection, shop_id)
    c = kind.table.c
    mine = (c.shop_id == shop_id, c.external_id.in_(external_ids), c.reread_at < due)
    connection.execute(update(kind.table).where(*mine).values(reread_at=due))


def mark_missing(
    connection: Connection,
    kind: Kind,
    shop_id: int,
    external_id: str,
    at: datetime,
    due: datetime | None,
) -> bool:
    """The platform does not know this record any more: say so in the feed, once.

    With `due` it is asked for again then; it comes back by itself should the platform
    know it again.
    """
    take_turn(connection, shop_id)
    c = kind.table.c
    query = select(c.id, c.missing_at).where(
        c.shop_id == shop_id, c.external_id == external_id
    )
    row = connection.execute(query).first()
    if row is None:
        return False
    step = update(kind.table).where(c.id == row.id)
    if row.missing_at is not None:
        connection.execute(step.values(reread_at=due))
        return False
    connection.execute(step.values(missing_at=at, reread_at=due, hub_changed_at=at))
    feed.append(connection, shop_id, kind.name, [(row.id, f"{kind.name}.missing")], at)
    return True
