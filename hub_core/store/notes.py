"""Small ledgers: incidents a person should know of, and words the hub does not know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, insert, select, update
from sqlmodel import col

from .engine import at_last, insert_unless_there
from .tables import DriftRow, IncidentRow


def incident(
    connection: Connection,
    kind: str,
    text: str,
    *,
    at: datetime,
    channel: str | None = None,
    shop_id: int | None = None,
) -> None:
    """Note something a person should know."""
    connection.execute(
        insert(IncidentRow).values(
            at=at, channel=channel, shop_id=shop_id, kind=kind, text=text[:1000]
        )
    )


def drift(
    connection: Connection,
    channel: str,
    shape: str,
    seen: Mapping[tuple[str, str], int] | Counter[tuple[str, str]],
    at: datetime,
) -> list[tuple[str, str]]:
    """Count (field, code) pairs the reader did not know; gives those that are new."""
    d = DriftRow
    mine = (col(d.channel) == channel, col(d.shape) == shape)
    query = select(col(d.field), col(d.code)).where(*mine)
    known = {(row.field, row.code) for row in connection.execute(query)}
    for (field, code), rows in sorted(seen.items()):
        key = {"channel": channel, "shape": shape, "field": field, "code": code}
        at_last(connection, ("drift", *key.values()), partial(_count, key, rows, at))
    return sorted(seen.keys() - known)


def _count(key: Mapping[str, str], rows: int, at: datetime, connection: Connection) -> None:
    d = DriftRow
    first = {"rows": 0, "first_seen_at": at, "last_seen_at": at}
    insert_unless_there(connection, d, {**key, **first})
    step = update(d).where(*[getattr(d, name) == value for name, value in key.items()])
    connection.execute(step.values(rows=col(d.rows) + rows, last_seen_at=at))


def incidents(connection: Connection, limit: int = 100) -> list[IncidentRow]:
    """The newest incidents first."""
    i = IncidentRow
    query = select(i.__table__).order_by(col(i.id).desc()).limit(limit)  # type: ignore[attr-defined]
    return [IncidentRow(**row._mapping) for row in connection.execute(query)]
