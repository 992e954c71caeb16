"""What the store keeps of records as they came: the raw form beside the row made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection, Select, func, select
from sqlmodel import col

from ...store import Store
from ...store.kinds import Kind
from ...store.records import raw_cell
from ...store.shops import Shop
from ...store.tables import RawRow
from ...wire import JSON

AT_ONCE = 500
"""Records that are read, and held, at a time."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A record's latest raw form in one area."""

    id: int
    external_id: str
    area: str
    shape: str
    """The version file it was fetched by."""
    fetched_at: datetime
    journal_id: int | None
    raw: JSON = field(repr=False)
    row: Mapping[str, Any] = field(repr=False)
    """The record's own row, whatever it was made of."""

    @property
    def is_source(self) -> bool:
        """Whether the row was made of this. An order may be kept in two areas: as it was
        before it was paid, and since."""
        made_by: str = self.row["adapter"]
        return made_by.rpartition("_v")[0] == self.area


def pages(
    store: Store,
    kind: Kind,
    shop: Shop,
    area: str | None = None,
    *,
    below: int | None = None,
) -> Iterator[list[Kept]]:
    """Everything kept of one kind of a shop, newest records first (`below`: from the one
    before that on). Between two pages the store is free; a record that comes meanwhile is
    left out."""
    while True:
        with store.reading() as connection:
            query = _of(kind, shop, area).order_by(kind.table.c.id.desc())
            if below is not None:
                query = query.where(kind.table.c.id < below)
            ids = list(connection.execute(query.limit(AT_ONCE)).scalars())
            if not ids:
                return
            found = of_ids(connection, store, kind, shop, ids, area)
        below = min(ids)
        yield found


def _of(kind: Kind, shop: Shop, area: str | None) -> Select[Any]:
    t, r = kind.table, RawRow
    mine = (col(r.entity) == kind.name, t.c.shop_id == shop.id)
    query = select(t.c.id).join(RawRow, col(r.entity_id) == t.c.id).where(*mine).distinct()
    return query if area is None else query.where(col(r.area) == area)


def count(store: Store, kind: Kind, shop: Shop, area: str | None = None) -> int:
    """How many records `pages` will give, at most."""
    with store.reading() as connection:
        ids = _of(kind, shop, area).subquery()
        return int(connection.execute(select(func.count()).select_from(ids)).scalar_one())


def of_ids(
    connection: Connection,
    store: Store,
    kind: Kind,
    shop: Shop,
    ids: Sequence[int],
    area: str | None = None,
) -> list[Kept]:
    """What is kept of these records of the shop, newest first."""
    t, r = kind.table, RawRow
    said: list[Any] = [col(c).label(f"raw_{c.key}") for c in _RAW]
    query = (
        select(t, *said)
        .join(RawRow, (col(r.entity_id) == t.c.id) & (col(r.entity) == kind.name))
        .where(t.c.shop_id == shop.id, t.c.id.in_(ids))
        .order_by(t.c.id.desc(), col(r.area))
    )
    if area is not None:
        query = query.where(col(r.area) == area)
    return [_kept(row._mapping, store, shop) for row in connection.execute(query)]


_RAW: tuple[Any, ...] = (
    *(RawRow.area, RawRow.shape, RawRow.fetched_at, RawRow.journal_id, RawRow.sealed),
)


def _kept(row: Mapping[Any, Any], store: Store, shop: Shop) -> Kept:
    cell = raw_cell(shop.id, row["external_id"], row["raw_area"])
    return Kept(
        id=row["id"],
        external_id=row["external_id"],
        area=row["raw_area"],
        shape=row["raw_shape"],
        fetched_at=row["raw_fetched_at"],
        journal_id=row["raw_journal_id"],
        raw=from_json(store.vault.open(row["raw_sealed"], cell)),
        row={str(k): v for k, v in row.items() if not str(k).startswith("raw_")},
    )
