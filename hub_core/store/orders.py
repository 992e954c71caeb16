"""Orders in bulk: newer wins, the same is nothing, children are replaced as a set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlmodel import SQLModel, col

from ..wire import Fetched
from . import feed, rows
from .tables import (
    DeliveryRow,
    OrderLineRow,
    OrderRow,
    PartyRow,
    RawRow,
    ShopRow,
    VoucherRow,
)
from .vault import Vault

CHILDREN: tuple[type[SQLModel], ...] = (OrderLineRow, DeliveryRow, VoucherRow)


@dataclass(frozen=True, slots=True)
class Owner:
    """The shop rows are written for, with what its columns need."""

    shop_id: int
    channel: str
    external_id: str
    zone: ZoneInfo
    day_cut_hour: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows came from: the version file, the area, the call, the moment."""

    area: str
    shape: str
    journal_id: int | None
    at: datetime
    reread_every: timedelta | None = None


@dataclass(slots=True)
class Written:
    """What one write did, by external id."""

    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: int = 0
    stale: int = 0


@dataclass(slots=True)
class _Draft:
    """An order on its way into the tables."""

    row: dict[str, Any]
    children: tuple[list[rows.Row], ...]
    party: bytes | None
    fetched: Fetched
    id: int | None = None


@dataclass(frozen=True, slots=True)
class _Stored:
    id: int | None
    updated_at: datetime | None
    row_hash: bytes
    reread_at: datetime | None
    missing_at: datetime | None


def known_versions(
    connection: Connection, shop_id: int, ids: Sequence[str]
) -> dict[str, _Stored]:
    """What the store has of these external ids."""
    o = OrderRow
    query = select(
        col(o.external_id),
        col(o.id),
        col(o.channel_updated_at),
        col(o.row_hash),
        col(o.reread_at),
        col(o.missing_at),
    ).where(col(o.shop_id) == shop_id, col(o.external_id).in_(ids))
    return {r[0]: _Stored(r[1], r[2], r[3], r[4], r[5]) for r in connection.execute(query)}


def write_orders(
    connection: Connection,
    owner: Owner,
    source: Source,
    fetched: Sequence[Fetched],
    vault: Vault,
) -> Written:
    """Store orders inside the caller's transaction.

    Of an id given twice the newer version wins, of two alike the later.
    """
    _take_turn(connection, owner.shop_id)
    drafts = {f.order.external_id: _draft(f, owner, vault) for f in _newest(fetched)}
    known = known_versions(connection, owner.shop_id, sorted(drafts))
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
        if _is_stale(draft.row["channel_updated_at"], old.updated_at):
            done.stale += 1
        elif old.row_hash != draft.row["row_hash"] or old.missing_at is not None:
            newer.append(draft)
            done.changed.append(external_id)
        else:
            done.unchanged += 1
            if old.reread_at is not None and old.reread_at <= source.at:
                reread.append(draft)
    _schedule(drafts.values(), source)
    if fresh or newer:
        _store(connection, owner, source, fresh, newer, vault)
    if reread:
        _postpone(connection, reread)
    return done


def _take_turn(connection: Connection, shop_id: int) -> None:
    """One writer of a shop's orders at a time: two streams may hold the same order.

    SQLite has one writer anyhow.
    """
    turn = select(col(ShopRow.id)).where(col(ShopRow.id) == shop_id).with_for_update()
    if connection.dialect.name != "sqlite":
        connection.execute(turn)


def _newest(fetched: Sequence[Fetched]) -> Iterable[Fetched]:
    chosen: dict[str, Fetched] = {}
    for one in fetched:
        order = one.order
        known = chosen.get(order.external_id)
        at = known.order.channel_updated_at if known else None
        if not _is_stale(order.channel_updated_at, at):
            chosen[order.external_id] = one
    return chosen.values()


def _schedule(drafts: Iterable[_Draft], source: Source) -> None:
    """An order that is not final is due again; a final one never is."""
    due = source.at + source.reread_every if source.reread_every else None
    for draft in drafts:
        draft.row["reread_at"] = None if rows.is_final(draft.fetched.order) else due


def _postpone(connection: Connection, reread: list[_Draft]) -> None:
    table = OrderRow.__table__  # type: ignore[attr-defined]
    statement = update(table).where(table.c.id == bindparam("row_id"))
    found = [{"row_id": d.id, "due": d.row["reread_at"]} for d in reread]
    connection.execute(statement.values(reread_at=bindparam("due")), found)


def _is_stale(new: datetime | None, old: datetime | None) -> bool:
    return new is not None and old is not None and new < old


def _draft(fetched: Fetched, owner: Owner, vault: Vault) -> _Draft:
    order = fetched.order
    row, children = rows.order_row(order), rows.child_rows(order)
    party = rows.party_text(order.party) if order.party else None
    row["row_hash"] = rows.fingerprint(row, children, party)
    token = order.party.buyer_token if order.party else None
    row["buyer_key"] = vault.blind(f"{owner.channel}/{token}") if token else None
    row["business_date"] = rows.business_date(
        order.paid_at or order.channel_created_at, owner.zone, owner.day_cut_hour
    )
    return _Draft(row, children, party, fetched)


def _store(
    connection: Connection,
    owner: Owner,
    source: Source,
    fresh: list[_Draft],
    newer: list[_Draft],
    vault: Vault,
) -> None:
    for draft in (*fresh, *newer):
        draft.row |= {
            "adapter": source.shape,
            "journal_id": source.journal_id,
            "hub_changed_at": source.at,
            "missing_at": None,
        }
    if fresh:
        _insert(connection, owner, source, fresh)
    if newer:
        _update(connection, newer)
    both = fresh + newer
    _insert_children(connection, both)
    _replace_sealed(connection, owner, source, both, [d.id for d in newer], vault)
    events = [(d.id, "order.created") for d in fresh] + [
        (d.id, "order.changed") for d in newer
    ]
    feed.append(connection, owner.shop_id, "order", events, source.at)


def _insert(
    connection: Connection, owner: Owner, source: Source, fresh: list[_Draft]
) -> None:
    for draft in fresh:
        external_id = draft.row["external_id"]
        draft.row["uid"] = rows.hub_id(owner.channel, owner.external_id, external_id)
        draft.row["shop_id"] = owner.shop_id
        draft.row["hub_seen_at"] = source.at
    connection.execute(insert(OrderRow), [d.row for d in fresh])
    ids = [d.row["external_id"] for d in fresh]
    known = known_versions(connection, owner.shop_id, ids)
    for draft in fresh:
        draft.id = known[draft.row["external_id"]].id


def _update(connection: Connection, newer: list[_Draft]) -> None:
    changed = [{"row_id": d.id, **d.row} for d in newer]
    columns: dict[str, Any] = {k: bindparam(k) for k in newer[0].row if k != "external_id"}
    table = OrderRow.__table__  # type: ignore[attr-defined]
    statement = update(table).where(table.c.id == bindparam("row_id")).values(columns)
    connection.execute(statement, changed)
    ids = [d.id for d in newer]
    for child in CHILDREN:
        connection.execute(delete(child).where(col(child.order_id).in_(ids)))  # type: ignore[attr-defined]


def _insert_children(connection: Connection, drafts: list[_Draft]) -> None:
    for n, table in enumerate(CHILDREN):
        found = [{"order_id": d.id, **row} for d in drafts for row in d.children[n]]
        if found:
            connection.execute(insert(table), found)


def _replace_sealed(
    connection: Connection,
    owner: Owner,
    source: Source,
    drafts: list[_Draft],
    replaced: list[int | None],
    vault: Vault,
) -> None:
    if replaced:
        in_area = col(RawRow.area) == source.area
        gone = col(RawRow.order_id).in_(replaced)
        connection.execute(delete(RawRow).where(gone, in_area))
        connection.execute(delete(PartyRow).where(col(PartyRow.order_id).in_(replaced)))
    connection.execute(insert(RawRow), [_raw_row(d, owner, source, vault) for d in drafts])
    parties = [_party_row(d, owner, vault) for d in drafts if d.party is not None]
    if parties:
        connection.execute(insert(PartyRow), parties)


def raw_cell(owner_id: int, external_id: str, area: str) -> str:
    """Where a raw payload stands, as its seal's additional data."""
    return f"raw/sealed/{owner_id}:{external_id}:{area}"


def party_cell(owner_id: int, external_id: str) -> str:
    """The same for the personal data of an order."""
    return f"party/sealed/{owner_id}:{external_id}"


def _raw_row(draft: _Draft, owner: Owner, source: Source, vault: Vault) -> rows.Row:
    cell = raw_cell(owner.shop_id, draft.row["external_id"], source.area)
    return {
        "order_id": draft.id,
        "area": source.area,
        "shape": source.shape,
        "sealed": vault.seal(rows.raw_text(draft.fetched.raw), cell),
        "fetched_at": source.at,
        "journal_id": source.journal_id,
    }


def _party_row(draft: _Draft, owner: Owner, vault: Vault) -> rows.Row:
    party = draft.fetched.order.party
    assert party is not None
    assert draft.party is not None
    phone = rows.normal_phone(party.phone)
    cell = party_cell(owner.shop_id, draft.row["external_id"])
    return {
        "order_id": draft.id,
        "protection": party.protection.value,
        "masked_name": rows.masked_name(party.name),
        "masked_phone": rows.masked_phone(party.phone),
        "region": rows.region(party),
        "phone_key": vault.blind(phone) if phone else None,
        "sealed": vault.seal(draft.party, cell),
    }


def due_for_reread(
    connection: Connection, shop_id: int, now: datetime, limit: int
) -> list[str]:
    """External ids of open orders that are due to be fetched by id again, oldest first."""
    o = OrderRow
    query = (
        select(col(o.external_id))
        .where(col(o.shop_id) == shop_id, col(o.reread_at) <= now)
        .order_by(col(o.reread_at))
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def postpone_reread(
    connection: Connection, shop_id: int, external_id: str, due: datetime
) -> None:
    """Look at this order again later."""
    o = OrderRow
    mine = (col(o.shop_id) == shop_id, col(o.external_id) == external_id)
    connection.execute(update(o).where(*mine).values(reread_at=due))


def mark_missing(
    connection: Connection, shop_id: int, external_id: str, at: datetime, due: datetime
) -> bool:
    """The platform does not know this order any more: say so in the feed, once.

    It stays due, and comes back by itself should the platform know it again.
    """
    _take_turn(connection, shop_id)
    o = OrderRow
    mine = (col(o.shop_id) == shop_id, col(o.external_id) == external_id)
    query = select(col(o.id), col(o.missing_at)).where(*mine)
    row = connection.execute(query).first()
    if row is None:
        return False
    step = update(o).where(col(o.id) == row.id)
    if row.missing_at is not None:
        connection.execute(step.values(reread_at=due))
        return False
    connection.execute(step.values(missing_at=at, reread_at=due, hub_changed_at=at))
    feed.append(connection, shop_id, "order", [(row.id, "order.missing")], at)
    return True
