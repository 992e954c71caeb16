"""Many rows into PostgreSQL by COPY in its binary form, for `bulk`.

New rows go straight into their table. Changed ones go into a temporary table of the
connection's own and are merged from there in one statement, their rows locked in the order
of their keys first, so that two who change the same rows wait for each other in one order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from hashlib import blake2b
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, Dialect, Integer, Table, TypeDecorator
from sqlalchemy.exc import DBAPIError

from .engine import discreet

Rows = Sequence[tuple[Any, ...]]
INSERT_FROM = 5
"""Rows; below, a statement a row is quicker. Measured beside each other, orders, raw
payloads and the feed: with 1 row COPY is 0.7 to 0.9 times as quick, with 5 it is 1.0 to
1.3, with 100 2.4 to 3.2, with 1,000 1.9 to 5.4 with a quarter of this process's CPU or less
(`benchmarks/copying.py`, which says it anew)."""
UPDATE_FROM = 100
"""The same of changes, whose merge has a price of its own: with 20 rows 0.85 times as quick
as a statement a row, with 100 1.1 times at 57 % of the CPU, with 1,000 1.2 at 29 %."""
NAMES = {"varchar": "text", "float": "float8"}
"""PostgreSQL's own names, where SQLAlchemy says another or PostgreSQL takes more."""


def insert(connection: Connection, table: Table, names: Sequence[str], rows: Rows) -> bool:
    """Insert rows; False, and nothing is done, where a number is too large for its column:
    the driver would cut it off."""
    copy = _insertion(connection.dialect, table, tuple(names))
    if not _fit(copy, rows):
        return False
    _send(connection, copy, rows)
    return True


def update(connection: Connection, table: Table, names: Sequence[str], rows: Rows) -> bool:
    """Set columns of rows; the last of `names` stands for the key. False as above."""
    merge = _merging(connection.dialect, table, tuple(names))
    if not _fit(merge.copy, rows):
        return False
    connection.exec_driver_sql(merge.make)
    _send(connection, merge.copy, rows)
    connection.exec_driver_sql(merge.lock)
    connection.exec_driver_sql(merge.merge)
    return True


class _Copy(NamedTuple):
    text: str
    types: list[str]
    widths: list[tuple[int, int]]
    """Columns of whole numbers, and how many bits each has besides the sign."""


class _Merge(NamedTuple):
    make: str
    copy: _Copy
    lock: str
    merge: str


@lru_cache(maxsize=256)
def _insertion(dialect: Dialect, table: Table, names: tuple[str, ...]) -> _Copy:
    quote = dialect.identifier_preparer.quote
    columns = [table.c[n] for n in names]
    return _copy(quote(table.name), [quote(n) for n in names], columns, dialect)


@lru_cache(maxsize=64)
def _merging(dialect: Dialect, table: Table, names: tuple[str, ...]) -> _Merge:
    quote = dialect.identifier_preparer.quote
    own, (*set_, key) = quote(table.name), [quote(n) for n in names]
    columns = [table.c[n] for n in names[:-1]] + [table.c.id]
    digest = blake2b(" ".join(names).encode(), digest_size=4).hexdigest()
    temp = quote(f"copied_{table.name}_{digest}")
    copied = ", ".join(set_)
    equal = ", ".join(f"{n} = found.{n}" for n in set_)
    return _Merge(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {temp} ON COMMIT DELETE ROWS AS "
        f"SELECT {copied}, id AS {key} FROM {own} WITH NO DATA",
        _copy(temp, [*set_, key], columns, dialect),
        f"SELECT id FROM {own} WHERE id IN (SELECT {key} FROM {temp}) "
        "ORDER BY id FOR NO KEY UPDATE",
        f"WITH found AS (DELETE FROM {temp} RETURNING *) UPDATE {own} SET {equal} "
        f"FROM found WHERE {own}.id = found.{key}",
    )


def _copy(
    into: str, names: Iterable[str], columns: Sequence[Any], dialect: Dialect
) -> _Copy:
    types = [_impl(column.type, dialect) for column in columns]
    said = [type_.compile(dialect).lower() for type_ in types]
    whole = enumerate(types)
    widths = [(n, 63 if isinstance(t, BigInteger) else 31) for n, t in whole if _is_int(t)]
    text = f"COPY {into} ({', '.join(names)}) FROM STDIN (FORMAT binary)"
    return _Copy(text, [NAMES.get(name, name) for name in said], widths)


def _impl(type_: Any, dialect: Dialect) -> Any:
    found = type_.dialect_impl(dialect)
    return found.impl_instance if isinstance(found, TypeDecorator) else found


def _is_int(type_: Any) -> bool:
    return isinstance(type_, Integer)


def _fit(copy: _Copy, rows: Rows) -> bool:
    for n, bits in copy.widths:
        numbers = list(filter(None, map(itemgetter(n), rows)))
        if numbers and not -(2**bits) <= min(numbers) <= max(numbers) < 2**bits:
            return False
    return True


def _send(connection: Connection, copy: _Copy, rows: Rows) -> None:
    driver: Any = connection.connection.driver_connection
    with (
        _told_by_sqlalchemy(connection, copy.text),
        driver.cursor() as cursor,
        cursor.copy(copy.text) as going,
    ):
        going.set_types(copy.types)
        for row in rows:
            going.write_row(row)


@contextmanager
def _told_by_sqlalchemy(connection: Connection, text: str) -> Iterator[None]:
    """The driver's errors as they come from any other statement, and as discreet."""
    dialect: Any = connection.dialect
    try:
        yield
    except dialect.dbapi.Error as error:
        lost = dialect.is_disconnect(error, connection.connection, None)
        if lost:
            connection.invalidate(error)
        made: Any = DBAPIError.instance(
            text, None, error, dialect.dbapi.Error, hide_parameters=True,
            connection_invalidated=lost, dialect=dialect,
        )  # fmt: skip
        discreet(error, made)
        raise made from error
