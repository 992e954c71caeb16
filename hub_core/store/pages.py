"""Pages of records of every kind, each beginning where the one before it ended."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from . import reads, records_reads, walks
from .kinds import KINDS, ORDER, Kind
from .reads import OrderFilter, RawRecord, StoredOrder
from .records_reads import StoredRecord
from .tables import ShopRow
from .vault import Vault
from .walks import CHANGED, CREATED, SORTS, After, Span, Wanted

__all__ = [
    "CHANGED", "CREATED", "SORTS", "After", "Records", "Span", "Wanted",
    "newest", "one", "page", "raw",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Records:
    """One page, and where the next one begins; None: nowhere, this was the last."""

    rows: list[StoredOrder] | list[StoredRecord]
    after: After | None


def page(
    connection: Connection, wanted: Wanted, limit: int, after: After | None = None
) -> Records:
    """The rows after `after`, at most `limit`. A row that changes while the pages are read
    is met again where it is sorted by its change, and may be met nowhere else; none that
    stays as it is is left out."""
    found = walks.keys(connection, wanted, limit + 1, after)
    places, more = found[:limit], len(found) > limit
    rows = _rows(connection, wanted.kind, [id for _, id in places])
    return Records(_whole(connection, wanted.kind, rows), places[-1] if more else None)


def newest(connection: Connection, wanted: OrderFilter, limit: int) -> list[StoredOrder]:
    """The newest orders by creation on the channel, without what stands under them; those
    that tell no creation come last."""
    equal = {walks.STATUS: wanted.status, walks.PLACE: wanted.place}
    asked = Wanted(
        ORDER.plural, reads.shops_of(connection, wanted),
        {name: value for name, value in equal.items() if value is not None},
        {
            CREATED: (wanted.created_since, wanted.created_until),
            CHANGED: (wanted.changed_since, None),
        },
        CREATED, descending=True,
    )  # fmt: skip
    found = walks.keys(connection, asked, limit)
    rows = _rows(connection, ORDER, [id for _, id in found])
    return [reads.stored(row) for row in rows]


def one(
    connection: Connection, plural: str, uid: str, shop_ids: Collection[int]
) -> StoredOrder | StoredRecord | None:
    """The record of that hub id, if it is of one of these shops."""
    kind = KINDS[plural]
    query = select(kind.table.c.id).where(
        kind.table.c.uid == uid, kind.table.c.shop_id.in_(sorted(shop_ids))
    )
    rows = _rows(connection, kind, connection.execute(query).scalars().all())
    found = _whole(connection, kind, rows)
    return found[0] if found else None


def raw(
    connection: Connection, plural: str, uid: str, shop_ids: Collection[int], vault: Vault
) -> list[RawRecord] | None:
    """What the platform said of it, word for word; None where there is none of that id
    among these shops."""
    table = KINDS[plural].table
    query = select(table.c.id).where(
        table.c.uid == uid, table.c.shop_id.in_(sorted(shop_ids))
    )
    found = connection.execute(query).scalar()
    if found is None:
        return None
    return reads.raw_records(connection, found, vault, KINDS[plural])


def _rows(connection: Connection, kind: Kind, ids: Sequence[int]) -> list[Any]:
    """Rows with their shops' names, in the order of these keys."""
    if not ids:
        return []
    table, shop = kind.table, ShopRow
    query = select(table, col(shop.name).label("shop_name"), col(shop.channel))
    query = query.join(shop, col(shop.id) == table.c.shop_id).where(table.c.id.in_(ids))
    found = {row.id: row for row in connection.execute(query)}
    return [found[id] for id in ids if id in found]


def _whole(connection: Connection, kind: Kind, rows: Any) -> Any:
    if kind is ORDER:
        orders = {row.id: reads.stored(row) for row in rows}
        if orders:
            reads.add_children(connection, orders)
        return list(orders.values())
    found = {row.id: records_reads.stored(row) for row in rows}
    for child in kind.children if found else ():
        records_reads.add_children(connection, child, found)
    return list(found.values())
