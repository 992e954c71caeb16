"""Whether what is stored hangs together, and how much it is: a query each, however much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, exists, func, select
from sqlmodel import col

from . import keyring
from .kinds import KINDS, ORDER
from .streams import COMMANDS
from .tables import (
    CoverageRow,
    FeedCounterRow,
    FeedRow,
    PartyRow,
    ShopRow,
    StreamRow,
)


@dataclass(frozen=True, slots=True)
class Held:
    """How much there is."""

    key: str | None
    """The fingerprint of the key it is sealed with, or of both while one takes the other's
    place; None: nothing was sealed yet."""
    shops: int
    orders: int
    records: int
    position: int
    newest: datetime | None


def held(connection: Connection) -> Held:
    """How much is stored, and up to when."""
    keys = keyring.needed(keyring.facts(connection))
    counted = {kind.name: _count(connection, kind.table) for kind in KINDS.values()}
    newest = select(col(FeedRow.at)).order_by(col(FeedRow.seq).desc()).limit(1)
    return Held(
        " and ".join(keys) or None,
        _count(connection, _table(ShopRow)),
        counted[ORDER.name],
        sum(counted.values()),
        connection.execute(select(col(FeedCounterRow.seq))).scalar() or 0,
        connection.execute(newest).scalar(),
    )


def troubles(connection: Connection) -> Iterator[str]:
    """What does not hang together, as sentences; none where all does."""
    yield from _feed(connection)
    yield from _orphans(connection)
    yield from _cursors(connection)


def _feed(connection: Connection) -> Iterator[str]:
    f = FeedRow
    counter = connection.execute(select(col(FeedCounterRow.seq))).scalar()
    first, last, rows = connection.execute(
        select(func.min(f.seq), func.max(f.seq), func.count())
    ).one()
    if counter is None:
        yield "the feed's counter is gone"
    elif counter != (last or 0):
        yield f"the feed's counter says {counter}, its newest change is {last or 0}"
    if rows and last - first + 1 != rows:
        yield f"the feed has {rows} changes from {first} to {last}: some are missing"


def _orphans(connection: Connection) -> Iterator[str]:
    shop = _table(ShopRow)
    for kind in KINDS.values():
        yield from _without(connection, kind.table, "shop_id", shop)
        for child in kind.children:
            yield from _without(connection, _table(child.table), child.parent, kind.table)
    yield from _without(connection, _table(PartyRow), "order_id", ORDER.table)


def _without(
    connection: Connection, table: Table, column: str, parent: Table
) -> Iterator[str]:
    there = exists().where(parent.c.id == table.c[column])
    query = select(func.count()).select_from(table).where(~there)
    if lost := connection.execute(query).scalar_one():
        yield f"{lost} rows of {table.name} belong to no {parent.name}"


def _cursors(connection: Connection) -> Iterator[str]:
    """Cursors that are past all that was noted of their stream."""
    s, c, shop = StreamRow, CoverageRow, ShopRow
    noted = (
        select(col(c.shop_id), col(c.stream), func.max(c.until).label("until"))
        .group_by(col(c.shop_id), col(c.stream))
        .subquery()
    )
    query = (
        select(col(shop.name), col(s.name))
        .join(s, col(s.shop_id) == col(shop.id))
        .join(noted, (noted.c.shop_id == col(s.shop_id)) & (noted.c.stream == col(s.name)))
        .where(col(s.cursor_at) > noted.c.until, ~col(s.name).startswith(COMMANDS))
    )
    for name, stream in connection.execute(query):
        yield f"{name}: the cursor of {stream} is past its proofs"


def _table(model: Any) -> Table:
    found: Table = model.__table__
    return found


def _count(connection: Connection, table: Table) -> int:
    query = select(func.count()).select_from(table)
    return int(connection.execute(query).scalar_one())
