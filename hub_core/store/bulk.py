"""Rows by the thousand: one statement a table, straight through the driver.

SQLAlchemy compiles the statement once for a database, and says how the driver wants each
type; only its turning of every row into bound parameters is left out, which costs more
than SQLite's own work. Values come by column, as a table's columns do not change from row
to row: what is the same in all rows is said once, with `repeat`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from itertools import repeat
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    LargeBinary,
    Table,
    TypeDecorator,
    UniqueConstraint,
    bindparam,
)
from sqlalchemy import insert as insert_into
from sqlalchemy import update as update_of
from sqlmodel import SQLModel

from . import copying
from .engine import inserting

Columns = Mapping[str, Iterable[Any]]
"""Values by column; the shortest column says how many rows there are."""
Convert = Callable[[Any], Any]


class _Statement(NamedTuple):
    """What the driver is given: text, the order of its parameters, what to make of them."""

    text: str
    positional: bool
    names: tuple[str, ...]
    convert: dict[str, Convert]


def insert(
    connection: Connection,
    table: type[SQLModel] | Table,
    columns: Columns,
    *,
    unless_there: bool = False,
) -> None:
    """Insert rows; columns not given are NULL or the database's own. `unless_there`: a row
    whose key is taken is left as it is."""
    made = _of(table)
    make = _insertion_of_new if unless_there else _insertion
    statement = make(connection.dialect, made, tuple(columns))
    rows = _rows(statement, columns)
    if unless_there:  # it waits for others that insert the same
        rows.sort(key=_by_key(made, statement.names))
    copies = not unless_there and _copies(connection, rows, copying.INSERT_FROM)
    if not (copies and copying.insert(connection, made, statement.names, rows)):
        _send(connection, statement, rows)


def update(
    connection: Connection, table: type[SQLModel], ids: Iterable[Any], columns: Columns
) -> None:
    """Set columns of the rows with these ids, in the order of the ids: who changes some of
    the same rows waits, and is not waited for."""
    made = _of(table)
    statement = _change(connection.dialect, made, tuple(columns))
    rows = _rows(statement, {**columns, ROW: ids})
    rows.sort(key=itemgetter(-1))
    copies = _copies(connection, rows, copying.UPDATE_FROM)
    if not (copies and copying.update(connection, made, statement.names, rows)):
        _send(connection, statement, rows)


ROW = "row_id"
"""The parameter of a row's key, the last one."""
Rows = list[tuple[Any, ...]]


def _of(table: type[SQLModel] | Table) -> Table:
    if isinstance(table, Table):
        return table
    made: Table = table.__table__  # type: ignore[attr-defined]
    return made


def _rows(statement: _Statement, columns: Columns) -> Rows:
    """Values as the driver wants them, a row each."""
    ready = (_converted(columns[n], statement.convert.get(n)) for n in statement.names)
    return list(zip(*ready, strict=False))


def _by_key(table: Table, names: tuple[str, ...]) -> Callable[[tuple[Any, ...]], Any]:
    """A row's place by what no two rows have alike."""
    unique = [c for c in table.constraints if isinstance(c, UniqueConstraint)]
    keys = [[c.name for c in one.columns] for one in (*unique, table.primary_key)]
    known = next(key for key in keys if set(key) <= set(names))
    return itemgetter(*[names.index(name) for name in known])


def _copies(connection: Connection, rows: Rows, least: int) -> bool:
    return connection.dialect.name == "postgresql" and len(rows) >= least


def _send(connection: Connection, statement: _Statement, rows: Rows) -> None:
    if not rows:
        return
    if statement.positional:
        connection.exec_driver_sql(statement.text, rows)
    else:
        named = [dict(zip(statement.names, row, strict=True)) for row in rows]
        connection.exec_driver_sql(statement.text, named)


def _converted(values: Iterable[Any], convert: Convert | None) -> Iterable[Any]:
    if convert is None:
        return values
    return (
        repeat(convert(next(values)))
        if isinstance(values, repeat)
        else map(convert, values)
    )


@lru_cache(maxsize=64)
def _insertion(dialect: Dialect, table: Table, names: tuple[str, ...]) -> _Statement:
    # Inline: no look at the key of the row just made, which many rows at once rule out.
    statement = insert_into(table).values({n: bindparam(n) for n in names}).inline()
    return _compiled(statement, dialect, table, names)


@lru_cache(maxsize=64)
def _insertion_of_new(dialect: Dialect, table: Table, names: tuple[str, ...]) -> _Statement:
    statement = inserting(dialect)(table).values({n: bindparam(n) for n in names})
    statement = statement.on_conflict_do_nothing().inline()
    return _compiled(statement, dialect, table, names)


@lru_cache(maxsize=64)
def _change(dialect: Dialect, table: Table, names: tuple[str, ...]) -> _Statement:
    statement = update_of(table).values({n: bindparam(n) for n in names})
    statement = statement.where(table.c.id == bindparam(ROW))
    return _compiled(statement, dialect, table, (*names, ROW))


def _compiled(
    statement: Any, dialect: Dialect, table: Table, names: tuple[str, ...]
) -> _Statement:
    made = statement.compile(dialect=dialect)
    convert = {n: c for n in names if (c := _conversion(dialect, table, n)) is not None}
    return _Statement(str(made), made.positional, tuple(made.positiontup or names), convert)


def _conversion(dialect: Dialect, table: Table, name: str) -> Convert | None:
    """How the driver wants a column's values; None: as they are."""
    type_ = table.c["id" if name == ROW else name].type.dialect_impl(dialect)
    inner = type_.impl_instance if isinstance(type_, TypeDecorator) else type_
    if dialect.name == "sqlite" and isinstance(inner, DateTime):
        return _moment
    if dialect.name == "sqlite" and isinstance(inner, LargeBinary):
        return None  # it takes bytes as they are
    return type_.bind_processor(dialect)


def _moment(at: datetime | None) -> str | None:
    """A time as SQLAlchemy writes it into SQLite, in a fifth of the time."""
    if at is None:
        return None
    if at.tzinfo is not UTC:
        if at.utcoffset() is None:
            raise ValueError("a time without its zone")
        at = at.astimezone(UTC)
    return at.isoformat(" ", "microseconds")[:26]
