"""Pages of records of every kind, each beginning where the one before it ended."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    literal,
    or_,
    select,
    tuple_,
)
from sqlmodel import col

from . import reads, records_reads
from .kinds import KINDS, ORDER, Kind
from .reads import RawRecord, StoredOrder
from .records_reads import StoredRecord
from .tables import ShopRow
from .vault import Vault

CHANGED, CREATED = "hub_changed_at", "channel_created_at"
SORTS = (CHANGED, CREATED)
"""Columns a page may be sorted by; the second one's NULLs come last."""
After = tuple[datetime | None, int]
"""Where the page before ended: its last row's moment and internal key."""
Span = tuple[datetime | None, datetime | None]
"""Since (inclusive) and until (exclusive); None: open."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of one kind, in which order."""

    plural: str
    shop_ids: Collection[int]
    """Only of these; of none: nothing."""
    equal: Mapping[str, str] = field(default_factory=dict)
    within: Mapping[str, Span] = field(default_factory=dict)
    sort: str = CHANGED
    descending: bool = False
    missing: bool = False
    """With what the platform no longer lists."""

    @property
    def kind(self) -> Kind:
        """Of which kind."""
        return KINDS[self.plural]


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
    table = wanted.kind.table
    query = _select(wanted).where(*_narrowed(wanted))
    if after is not None:
        query = query.where(_past(wanted, after))
    at = table.c[wanted.sort]
    order = (at.desc(), table.c.id.desc()) if wanted.descending else (at, table.c.id)
    first = order[0] if wanted.sort == CHANGED else order[0].nulls_last()
    query = query.order_by(first, order[1]).limit(limit + 1)
    found = connection.execute(query).all()
    rows, more = found[:limit], len(found) > limit
    last = (getattr(rows[-1], wanted.sort), rows[-1].id) if more else None
    return Records(_whole(connection, wanted.kind, rows), last)


def one(
    connection: Connection, plural: str, uid: str, shop_ids: Collection[int]
) -> StoredOrder | StoredRecord | None:
    """The record of that hub id, if it is of one of these shops."""
    wanted = Wanted(plural, shop_ids, {"uid": uid}, missing=True)
    rows = connection.execute(_select(wanted).where(*_narrowed(wanted))).all()
    found = _whole(connection, wanted.kind, rows)
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


def _select(wanted: Wanted) -> Select[Any]:
    table, shop = wanted.kind.table, ShopRow
    query = select(table, col(shop.name).label("shop_name"), col(shop.channel))
    return query.join(shop, col(shop.id) == table.c.shop_id)


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    columns = wanted.kind.table.c
    said: list[ColumnElement[bool]] = [columns.shop_id.in_(sorted(wanted.shop_ids))]
    said += [columns[name] == value for name, value in wanted.equal.items()]
    for name, (since, until) in wanted.within.items():
        said += [columns[name] >= since] if since is not None else []
        said += [columns[name] < until] if until is not None else []
    if not wanted.missing and wanted.kind is not ORDER:
        said.append(columns.missing_at.is_(None))
    return said


def _past(wanted: Wanted, after: After) -> ColumnElement[bool]:
    """Behind a row: moments of none come last either way."""
    columns, (moment, key) = wanted.kind.table.c, after
    at, id = columns[wanted.sort], columns.id
    later = id < key if wanted.descending else id > key
    if wanted.sort == CHANGED:  # never NULL, and its index is read from here on
        row = tuple_(literal(moment, at.type), literal(key, id.type))
        return tuple_(at, id) < row if wanted.descending else tuple_(at, id) > row
    if moment is None:
        return and_(at.is_(None), later)
    past = at < moment if wanted.descending else at > moment
    return or_(past, and_(at == moment, later), at.is_(None))


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
