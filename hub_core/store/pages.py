"""Pages of records of every kind, each beginning where the one before it ended."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from . import fetching, reads, records_reads, walks
from .kinds import KINDS, ORDER
from .reads import OrderFilter, RawRecord, StoredOrder
from .records_reads import StoredRecord
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
    rows = _whole(connection, wanted.plural, [id for _, id in places])
    return Records(rows, places[-1] if more else None)


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
    rows = fetching.records_of(connection, ORDER.plural, [id for _, id in found])
    return [reads.stored(row) for row in rows]


def one(
    connection: Connection, plural: str, uid: str, shop_ids: Collection[int] | None
) -> StoredOrder | StoredRecord | None:
    """The record of that hub id, if it is of one of these shops (None: of whatever)."""
    table = KINDS[plural].table
    query = select(table.c.id).where(table.c.uid == uid)
    if shop_ids is not None:
        query = query.where(table.c.shop_id.in_(sorted(shop_ids)))
    found = _whole(connection, plural, connection.execute(query).scalars().all())
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


def _whole(connection: Connection, plural: str, ids: Sequence[int]) -> Any:
    """With what stands under them, in the order of these keys."""
    rows, kind = fetching.records_of(connection, plural, ids), KINDS[plural]
    if kind is ORDER:
        orders = {row[0]: reads.stored(row) for row in rows}
        if orders:
            reads.add_children(connection, orders)
        return list(orders.values())
    found = {row[0]: records_reads.stored(plural, row) for row in rows}
    for child in kind.children if found else ():
        records_reads.add_children(connection, child, found)
    return list(found.values())
