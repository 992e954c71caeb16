"""Rows by the thousand: one statement a table, straight through the driver.

SQLAlchemy compiles the statement once for a database, and says how the driver wants each
type; only its turning of every row into bound parameters is left out, which costs more
than SQLite's own work. Values come by column, as a table's columns do not change from row
to row: what is the same in all rows is said once, with `repeat`.

SQLite takes rows by the dozen in one step, in which other threads may go on: a step a row
hands Python's lock back and forth for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain, repeat
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
    func,
    select,
    text,
)
from sqlalchemy import insert as insert_into
from sqlalchemy import update as update_of
from sqlmodel import SQLModel

from . import copying
from .engine import inserting

Columns = Mapping[str, Iterable[Any]]
"""Values by column; the shortest column says how many rows there are."""
Convert = Callable[[Any], Any]
MANY = 100
"""Rows from which on columns without a value in any are left out: platforms leave half of
an order's untold. Of few rows that would be another statement each time."""
PARAMETERS = 999
"""Of one statement for SQLite: all versions take so many, and more are no faster."""


class _Statement(NamedTuple):
    """What the driver is given: text, the order of its parameters, what to make of them."""

    text: str
    positional: bool
    inserts: bool
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
    columns = _told(made, columns)
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


def new_ids(connection: Connection, table: Table, many: int) -> Sequence[int]:
    """Keys for so many new rows of a table, in their order, which nobody else gets."""
    if connection.dialect.name == "sqlite":  # its one writer is us
        last = connection.execute(_newest_id(table)).scalar_one()
        return range(last + 1, last + 1 + many)
    return [*connection.execute(NEXT_IDS, {"of": table.name, "many": many}).scalars()]


@lru_cache(maxsize=64)
def _newest_id(table: Table) -> Any:
    return select(func.coalesce(func.max(table.c.id), 0))


NEXT_IDS = text(
    "SELECT nextval(pg_get_serial_sequence(:of, 'id')) FROM generate_series(1, :many)"
)
ROW = "row_id"
"""The parameter of a row's key, the last one."""
Rows = list[tuple[Any, ...]]


def _of(table: type[SQLModel] | Table) -> Table:
    if isinstance(table, Table):
        return table
    made: Table = table.__table__  # type: ignore[attr-defined]
    return made


def _told(table: Table, columns: Columns) -> Columns:
    """The columns that are not NULL in all rows, where there are many."""
    least = _least(columns)
    if least < MANY:
        return columns
    empty = _may_be_left_out(table)
    return {n: v for n, v in columns.items() if not (n in empty and _is_untold(v, least))}


def _least(columns: Columns) -> int:
    sized = (len(v) for v in columns.values() if isinstance(v, list | tuple))
    return min(sized, default=0)


def _is_untold(values: Iterable[Any], least: int) -> bool:
    if isinstance(values, repeat):
        return next(values) is None
    if not isinstance(values, list | tuple) or values[0] is not None:
        return False
    return values.count(None) >= least


@lru_cache(maxsize=64)
def _may_be_left_out(table: Table) -> frozenset[str]:
    return frozenset(c.name for c in table.c if c.nullable and c.server_default is None)


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
        _send_by_the_dozen(connection, statement, rows)
    else:
        named = [dict(zip(statement.names, row, strict=True)) for row in rows]
        connection.exec_driver_sql(statement.text, named)


def _send_by_the_dozen(connection: Connection, statement: _Statement, rows: Rows) -> None:
    many = PARAMETERS // len(statement.names)
    whole = len(rows) // many * many if statement.inserts else 0
    several = _text_of(statement.text, len(statement.names), many) if whole else ""
    for start in range(0, whole, many):
        values = tuple(chain.from_iterable(rows[start : start + many]))
        connection.exec_driver_sql(several, values)
    if rest := rows[whole:]:
        connection.exec_driver_sql(statement.text, rest)


@lru_cache(maxsize=64)
def _text_of(one: str, width: int, many: int) -> str:
    """An insertion of one row, for many."""
    row = f"({', '.join('?' * width)})"
    return one.replace(row, ", ".join([row] * many))


def _converted(values: Iterable[Any], convert: Convert | None) -> Iterable[Any]:
    if convert is None:
        return values
    return (
        repeat(convert(next(values)))
        if isinstance(values, repeat)
        else map(convert, values)
    )


@lru_cache(maxsize=256)
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
    named = tuple(made.positiontup or names)
    return _Statement(str(made), made.positional, statement.is_insert, named, convert)


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
