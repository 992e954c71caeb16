"""Orders in bulk: newer wins, the same is nothing, children are replaced as a set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import repeat
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, select, update
from sqlmodel import SQLModel, col

from ..models import Order
from ..wire import Fetched
from . import bulk, feed, rows
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

CHILDREN: tuple[tuple[type[SQLModel], tuple[str, ...]], ...] = (
    (OrderLineRow, rows.LINE),
    (DeliveryRow, rows.DELIVERY),
    (VoucherRow, rows.VOUCHER),
)


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

    order: Order
    raw: bytes
    row: rows.Row
    children: tuple[list[rows.Row], ...]
    party: bytes | None
    row_hash: bytes
    id: int | None = None


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """Which version of an order the store has."""

    id: int | None
    updated_at: datetime | None
    status_raw: str
    row_hash: bytes
    reread_at: datetime | None
    missing_at: datetime | None


def known_versions(
    connection: Connection, shop_id: int, ids: Sequence[str]
) -> dict[str, StoredVersion]:
    """What the store has of these external ids."""
    o = OrderRow
    query = select(
        col(o.external_id),
        col(o.id),
        col(o.channel_updated_at),
        col(o.status_raw),
        col(o.row_hash),
        col(o.reread_at),
        col(o.missing_at),
    ).where(col(o.shop_id) == shop_id, col(o.external_id).in_(ids))
    return {r[0]: StoredVersion(*r[1:]) for r in connection.execute(query)}


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
    drafts = {f.order.external_id: _draft(f) for f in _newest(fetched)}
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
        if _is_stale(draft.order, old.updated_at):
            done.stale += 1
        elif old.row_hash != draft.row_hash or old.missing_at is not None:
            newer.append(draft)
            done.changed.append(external_id)
        else:
            done.unchanged += 1
            if old.reread_at is not None and old.reread_at <= source.at:
                reread.append(draft)
    if fresh or newer:
        _store(connection, owner, source, fresh, newer, vault)
    if reread:
        due = {"reread_at": _due(reread, source)}
        bulk.update(connection, OrderRow, [d.id for d in reread], due)
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
        if not _is_stale(order, at):
            chosen[order.external_id] = one
    return chosen.values()


def _due(drafts: Iterable[_Draft], source: Source) -> list[datetime | None]:
    """An order that is not final is due again; a final one never is."""
    due = source.at + source.reread_every if source.reread_every else None
    return [None if rows.is_final(d.order) else due for d in drafts]


def _is_stale(order: Order, old: datetime | None) -> bool:
    """Whether it is older than what is stored. A change before the order's own creation
    is an odd date and says nothing: what was observed last counts then."""
    new, created = order.channel_updated_at, order.channel_created_at
    if new is None or old is None or (created is not None and new < created):
        return False
    return bool(new < old)


def _draft(fetched: Fetched) -> _Draft:
    order = fetched.order
    row, children = rows.order_row(order), rows.child_rows(order)
    party = rows.party_text(order.party) if order.party else None
    row_hash = rows.fingerprint(row, children, party)
    return _Draft(order, fetched.text, row, children, party, row_hash)


def _store(
    connection: Connection,
    owner: Owner,
    source: Source,
    fresh: list[_Draft],
    newer: list[_Draft],
    vault: Vault,
) -> None:
    if fresh:
        _insert(connection, owner, source, fresh, vault)
    if newer:
        ids = [d.id for d in newer]
        bulk.update(connection, OrderRow, ids, _columns(newer, owner, source, vault))
        _clear(connection, source, ids)
    both = fresh + newer
    _insert_children(connection, both)
    _insert_sealed(connection, owner, source, both, vault)
    events = [(d.id, "order.created") for d in fresh] + [
        (d.id, "order.changed") for d in newer
    ]
    feed.append(connection, owner.shop_id, "order", events, source.at)


def _columns(
    drafts: Sequence[_Draft], owner: Owner, source: Source, vault: Vault
) -> dict[str, Iterable[object]]:
    """What orders' rows hold, by column, but for their keys."""
    own = zip(*[d.row for d in drafts], strict=True)
    return dict(zip(rows.ORDER, own, strict=True)) | {
        "business_date": [_business_date(d.order, owner) for d in drafts],
        "buyer_key": [_buyer_key(d.order, owner, vault) for d in drafts],
        "missing_at": repeat(None),
        "reread_at": _due(drafts, source),
        "adapter": repeat(source.shape),
        "row_hash": [d.row_hash for d in drafts],
        "journal_id": repeat(source.journal_id),
        "hub_changed_at": repeat(source.at),
    }


def _business_date(order: Order, owner: Owner) -> str | None:
    at = order.paid_at or order.channel_created_at
    return rows.business_date(at, owner.zone, owner.day_cut_hour)


def _buyer_key(order: Order, owner: Owner, vault: Vault) -> str | None:
    token = order.party.buyer_token if order.party else None
    return vault.blind(f"{owner.channel}/{token}") if token else None


def _insert(
    connection: Connection,
    owner: Owner,
    source: Source,
    fresh: list[_Draft],
    vault: Vault,
) -> None:
    names = [d.order.external_id for d in fresh]
    keys: dict[str, Iterable[object]] = {
        "uid": [rows.hub_id(owner.channel, owner.external_id, name) for name in names],
        "shop_id": repeat(owner.shop_id),
        "hub_seen_at": repeat(source.at),
    }
    bulk.insert(connection, OrderRow, keys | _columns(fresh, owner, source, vault))
    ids = _ids(connection, owner.shop_id, names)
    for draft in fresh:
        draft.id = ids[draft.order.external_id]


def _ids(connection: Connection, shop_id: int, names: Sequence[str]) -> dict[str, int]:
    o = OrderRow
    mine = (col(o.shop_id) == shop_id, col(o.external_id).in_(names))
    found = connection.execute(select(col(o.external_id), col(o.id)).where(*mine))
    return {name: id for name, id in found if id is not None}


def _clear(connection: Connection, source: Source, ids: list[int | None]) -> None:
    """What stands under orders whose row has just been replaced."""
    for child, _ in CHILDREN:
        connection.execute(delete(child).where(col(child.order_id).in_(ids)))  # type: ignore[attr-defined]
    in_area = col(RawRow.area) == source.area
    connection.execute(delete(RawRow).where(col(RawRow.order_id).in_(ids), in_area))
    connection.execute(delete(PartyRow).where(col(PartyRow.order_id).in_(ids)))


def _insert_children(connection: Connection, drafts: list[_Draft]) -> None:
    for n, (table, names) in enumerate(CHILDREN):
        found = [row for d in drafts for row in d.children[n]]
        owners = [d.id for d in drafts for _ in d.children[n]]
        if found:
            own = dict(zip(names, zip(*found, strict=True), strict=True))
            bulk.insert(connection, table, {"order_id": owners, **own})


def _insert_sealed(
    connection: Connection,
    owner: Owner,
    source: Source,
    drafts: list[_Draft],
    vault: Vault,
) -> None:
    raw = {
        "order_id": [d.id for d in drafts],
        "area": repeat(source.area),
        "shape": repeat(source.shape),
        "sealed": [_sealed_raw(d, owner, source, vault) for d in drafts],
        "fetched_at": repeat(source.at),
        "journal_id": repeat(source.journal_id),
    }
    bulk.insert(connection, RawRow, raw)
    parties = [_party_row(d, owner, vault) for d in drafts if d.party is not None]
    if parties:
        columns = zip(PARTY, zip(*parties, strict=True), strict=True)
        bulk.insert(connection, PartyRow, dict(columns))


def raw_cell(owner_id: int, external_id: str, area: str) -> str:
    """Where a raw payload stands, as its seal's additional data."""
    return f"raw/sealed/{owner_id}:{external_id}:{area}"


def party_cell(owner_id: int, external_id: str) -> str:
    """The same for the personal data of an order."""
    return f"party/sealed/{owner_id}:{external_id}"


def _sealed_raw(draft: _Draft, owner: Owner, source: Source, vault: Vault) -> bytes:
    cell = raw_cell(owner.shop_id, draft.order.external_id, source.area)
    return vault.seal(draft.raw, cell)


PARTY = (
    "order_id", "protection", "masked_name", "masked_phone", "region", "phone_key", "sealed"
)  # fmt: skip


def _party_row(draft: _Draft, owner: Owner, vault: Vault) -> rows.Row:
    party = draft.order.party
    assert party is not None
    assert draft.party is not None
    phone = rows.normal_phone(party.phone)
    cell = party_cell(owner.shop_id, draft.order.external_id)
    return (
        draft.id,
        party.protection.value,
        rows.masked_name(party.name),
        rows.masked_phone(party.phone),
        rows.region(party),
        vault.blind(phone) if phone else None,
        vault.seal(draft.party, cell),
    )


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
