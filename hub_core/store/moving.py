"""A grown store moved into another database, row by row, and held against what it was.

All of it is one transaction of the target: killed or refused at any moment, the target is
as empty as it was. The source is only read, as it stood at one moment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, inspect, select, text

from ..errors import Misconfigured
from . import bulk
from .engine import database_now, reading, writing
from .schema import HEAD, current, upgrade_within
from .tables import StreamRow, every_table

CHUNK = 2_000
"""Rows that are held at once."""
SEEDS = ("feed_counter", "audit_head")
"""Tables that have a row from the beginning."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a table holds: how many rows, and a hash of all of them in any order."""

    rows: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved, by table, and what of it did not arrive as it left."""

    schema: str
    left: dict[str, Content] = field(default_factory=dict)
    arrived: dict[str, Content] = field(default_factory=dict)

    @property
    def differs(self) -> list[str]:
        """Tables that are not alike on both sides."""
        return [name for name, said in self.left.items() if self.arrived.get(name) != said]


OnRows = Callable[[str, int, int], None]
"""Told a table, how many of its rows are done, and of how many: moved, then read again."""


class Differs(Misconfigured):
    """What arrived is not what left; nothing of it stays."""


def move(source: Engine, target: Engine, on_rows: OnRows = lambda *_: None) -> Moved:
    """Move everything. The engine's own tables are not moved: its jobs are laid anew.

    Raises Misconfigured, having changed nothing, where the source is of another schema or
    still read for, where the target holds anything, and where what arrived is not what
    left.
    """
    at = current(source)
    if at != HEAD:
        raise Misconfigured(
            f"the source is at schema {at or 'none'}, this hub needs {HEAD}: "
            "run `hub db upgrade` on it first, or move it with the hub it belongs to"
        )
    moved = Moved(HEAD)
    with reading(source) as old, writing(target, durable=True) as new:
        _refuse_in_use(old)
        _make_ready(new)
        for table in _ours():
            moved.left[table.name] = _copied(old, new, table, on_rows)
            moved.arrived[table.name] = _content(
                new, table, moved.left[table.name], on_rows
            )
        if moved.differs:
            raise Differs(f"did not arrive as they left: {', '.join(moved.differs)}")
        _set_sequences(new)
    return moved


def _ours() -> list[Table]:
    return list(every_table().sorted_tables)


def _refuse_in_use(connection: Connection) -> None:
    s = StreamRow.__table__  # type: ignore[attr-defined]
    query = select(func.count()).select_from(s)
    if connection.execute(query.where(s.c.lease_until > database_now(connection))).scalar():
        raise Misconfigured(
            "the source is being read for just now: stop every hub that uses it, wait "
            "two minutes, and run this again"
        )


def _make_ready(connection: Connection) -> None:
    """The tables, and nothing in them. Raises Misconfigured where there is something."""
    if connection.dialect.name == "postgresql":  # it waits while the source is read
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    known = {*_names(), "alembic_version"}
    there = known & set(inspect(connection).get_table_names())
    if "alembic_version" in there:
        found = connection.execute(text("SELECT version_num FROM alembic_version"))
        if (at := found.scalar()) != HEAD:
            raise Misconfigured(f"the target is at schema {at}, not {HEAD}: take a new one")
    elif there:
        raise Misconfigured(f"the target has tables of these names: {', '.join(there)}")
    upgrade_within(connection)
    full = [t.name for t in _ours() if t.name not in SEEDS and _has_rows(connection, t)]
    if full:
        raise Misconfigured(
            f"the target is not empty, there are rows in {', '.join(full)}: nothing is "
            "written over what is there; take a new database"
        )
    for name in SEEDS:
        connection.execute(text(f"DELETE FROM {name}"))


def _names() -> list[str]:
    return [table.name for table in _ours()]


def _has_rows(connection: Connection, table: Table) -> bool:
    return (
        connection.execute(select(text("1")).select_from(table).limit(1)).first()
        is not None
    )


def _copied(old: Connection, new: Connection, table: Table, on_rows: OnRows) -> Content:
    count, done, digest = _count(old, table), 0, _Digest()
    names = [column.name for column in table.columns]
    for rows in _chunks(old, table):
        digest.add(rows)
        bulk.insert(new, table, dict(zip(names, zip(*rows, strict=True), strict=True)))
        done += len(rows)
        on_rows(table.name, done, 2 * count)
    return digest.content


def _content(
    connection: Connection, table: Table, left: Content, on_rows: OnRows
) -> Content:
    digest, done = _Digest(), left.rows
    for rows in _chunks(connection, table):
        digest.add(rows)
        done += len(rows)
        on_rows(table.name, done, 2 * left.rows)
    return digest.content


def _count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _chunks(connection: Connection, table: Table) -> Iterator[Sequence[Any]]:
    """All rows in the order of their key, so many at a time."""
    query = select(table).order_by(*table.primary_key.columns)
    found = connection.execute(query.execution_options(stream_results=True))
    yield from found.partitions(CHUNK)


class _Digest:
    """A sum of the rows' own hashes: alike for the same rows in any order."""

    def __init__(self) -> None:
        self._rows, self._sum = 0, 0

    def add(self, rows: Sequence[Any]) -> None:
        for row in rows:
            said = repr(tuple(row)).encode("utf-8", "surrogatepass")
            one = hashlib.blake2b(said, digest_size=16).digest()
            self._sum = (self._sum + int.from_bytes(one, "big")) % 2**128
        self._rows += len(rows)

    @property
    def content(self) -> Content:
        return Content(self._rows, f"{self._sum:032x}")


def _set_sequences(connection: Connection) -> None:
    """New rows get keys after those that were moved. SQLite counts on by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in _ours():
        key = table.autoincrement_column
        if key is None:
            continue
        step = text(
            "SELECT setval(pg_get_serial_sequence(:of, :key), max(id)) "
            f"FROM (SELECT {key.name} AS id FROM {table.name}) AS found HAVING max(id) > 0"
        )
        connection.execute(step, {"of": table.name, "key": key.name})
    connection.execute(text("ANALYZE"))
