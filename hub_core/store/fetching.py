"""Rows of many keys, read back by statements that are made once for a database.

Beside the rows themselves, making a statement anew, a parameter a key, and SQLAlchemy's own
way of reading a time cost most of a page: all keys go as one parameter here, and times are
read in a fifth of the time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Table,
    Text,
    any_,
    bindparam,
    func,
    select,
    type_coerce,
)
from sqlalchemy.types import UserDefinedType

from .kinds import KINDS
from .tables import ShopRow

HIDDEN = {"id", "shop_id", "row_hash", "order_id", "position", "ext", "flags", "issues"}
"""Columns that are the store's own business, or are given in another form."""
LISTS = ("place_external_ids", "flags", "issues")
"""Columns of several values."""
KEYS = "keys"
"""The parameter of all keys."""
Read = Callable[[Any], datetime | None]


class Moment(UserDefinedType[datetime]):
    """A time as it is read: aware, UTC."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Read:
        """What is made of the driver's own."""
        return _of_text if dialect.name == "sqlite" else _in_utc


def _of_text(said: str | None) -> datetime | None:
    return None if said is None else datetime.fromisoformat(said + "+00:00")


def _in_utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.astimezone(UTC)


def columns(table: Table, hidden: Collection[str]) -> list[ColumnElement[Any]]:
    """A table's columns but those, as they are read back."""
    return [quick(one) for one in table.c if one.name not in hidden]


def quick(one: Any) -> ColumnElement[Any]:
    """A column as it is read back."""
    is_moment = isinstance(getattr(one.type, "impl_instance", one.type), DateTime)
    return type_coerce(one, Moment()).label(one.name) if is_moment else one


def among(column: Any, dialect: str) -> ColumnElement[bool]:
    """Whether a row is of one of the keys `rows` is given."""
    key: ColumnElement[Any] = column
    if dialect == "sqlite":
        each = func.json_each(bindparam(KEYS, type_=Text)).table_valued("value")
        return key.in_(select(each.c.value))
    return key == any_(bindparam(KEYS, type_=ARRAY(BigInteger)))


def rows(connection: Connection, query: Any, keys: Iterable[int]) -> Sequence[Any]:
    """The rows of a query that is narrowed by `among`."""
    given: Any = list(keys)
    if connection.dialect.name == "sqlite":
        given = json.dumps(given)
    return connection.execute(query, {KEYS: given}).all()


# Records of a kind ----------------------------------------------------------------------

Told = tuple[str, str, str, dict[str, Any]]
"""What is given out of a record: hub id, shop, channel, all else by name."""


def records(plural: str) -> Any:
    """A query of records of a kind, with their shops: rows for `told`."""
    table, shop = KINDS[plural].table, ShopRow.__table__  # type: ignore[attr-defined]
    lists = [table.c[name] for name in LISTS if name in table.c]
    own = (table.c.id, table.c.uid, shop.c.name, shop.c.channel, table.c.ext, *lists)
    query = select(*own, *columns(table, HIDDEN | {"uid", *LISTS}))
    return query.join(shop, shop.c.id == table.c.shop_id)


@lru_cache
def _records_of_keys(plural: str, dialect: str) -> Any:
    return records(plural).where(among(KINDS[plural].table.c.id, dialect))


def records_of(connection: Connection, plural: str, keys: Sequence[int]) -> list[Any]:
    """Records of a kind by their internal keys, in the order of these: rows for `told`."""
    if not keys:
        return []
    query = _records_of_keys(plural, connection.dialect.name)
    found = {row[0]: row for row in rows(connection, query, keys)}
    return [found[key] for key in keys if key in found]


@lru_cache
def _names(plural: str) -> tuple[list[str], list[str]]:
    """Of a row's columns those of several values, and the others."""
    there = KINDS[plural].table.c.keys()
    lists = [name for name in LISTS if name in there]
    return lists, [n for n in there if n not in HIDDEN | {"uid", *LISTS}]


def told(plural: str, row: Any) -> Told:
    """A row as it is given out."""
    lists, names = _names(plural)
    _, uid, shop, channel, ext, *values = row
    said = dict(zip(names, values[len(lists) :], strict=True))
    for name, several in zip(lists, values, strict=False):
        said[name] = several.split(",") if several else []
    said["ext"] = json.loads(ext) if ext else {}
    return uid, shop, channel, said
