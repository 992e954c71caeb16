"""People and systems, their keys and what is granted to them, and wrong tries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlmodel import SQLModel, col

from .engine import insert_unless_there
from .tables import GrantRow, KeyRow, PersonRow, TriesRow


@dataclass(frozen=True, slots=True)
class Person:
    """Who stands behind keys: a `person` or a `system`."""

    id: int
    name: str
    kind: str


def people(connection: Connection) -> list[Person]:
    """All of them, by name."""
    p = PersonRow
    query: Any = select(col(p.id), col(p.name), col(p.kind)).order_by(col(p.name))
    return [Person(*row) for row in connection.execute(query)]


def add_person(connection: Connection, name: str, kind: str, at: datetime) -> Person:
    """Note a new one."""
    values = {"name": name, "kind": kind, "made_at": at}
    return Person(_insert(connection, PersonRow, values), name, kind)


def _insert(connection: Connection, table: Any, values: dict[str, Any]) -> int:
    made = connection.execute(insert(table).values(**values).returning(col(table.id)))
    return int(made.scalar_one())


# Keys ----------------------------------------------------------------------------------


def add_key(connection: Connection, **values: Any) -> int:
    """Keep a key's hash and what may be shown of it."""
    return _insert(connection, KeyRow, values)


def keys(
    connection: Connection, *, prefix: str | None = None, person_id: int | None = None
) -> Sequence[Any]:
    """Rows of keys with their owners (`person`, `kind`), newest first."""
    k, p = KeyRow, PersonRow
    query: Any = select(
        k.__table__,  # type: ignore[attr-defined]
        col(p.name).label("person"),
        col(p.kind).label("kind"),
    ).join(p, col(p.id) == col(k.person_id))
    if prefix is not None:
        query = query.where(col(k.prefix) == prefix)
    if person_id is not None:
        query = query.where(col(k.person_id) == person_id)
    return connection.execute(query.order_by(col(k.id).desc())).all()


def revoke(connection: Connection, key_id: int, at: datetime) -> bool:
    """End a key; False where it had ended before."""
    k = KeyRow
    live = (col(k.id) == key_id, col(k.revoked_at).is_(None))
    return connection.execute(update(k).where(*live).values(revoked_at=at)).rowcount == 1


def used(connection: Connection, table: type[SQLModel], id: int, at: datetime) -> None:
    """Note when a key or a grant was last made use of; never an earlier time."""
    t: Any = table
    older = col(t.last_used_at).is_(None) | (col(t.last_used_at) < at)
    step = update(t).where(col(t.id) == id, older).values(last_used_at=at)
    connection.execute(step)


# Grants --------------------------------------------------------------------------------


def add_grant(connection: Connection, **values: Any) -> int:
    """Grant a role."""
    return _insert(connection, GrantRow, values)


def grants(
    connection: Connection, *, person_id: int | None = None, ended: bool = False
) -> Sequence[Any]:
    """Rows of grants with whom they are of (`person`), oldest first."""
    g, p = GrantRow, PersonRow
    query: Any = select(g.__table__, col(p.name).label("person"))  # type: ignore[attr-defined]
    query = query.join(p, col(p.id) == col(g.person_id))
    if person_id is not None:
        query = query.where(col(g.person_id) == person_id)
    if not ended:
        query = query.where(col(g.ended_at).is_(None))
    return connection.execute(query.order_by(col(g.id))).all()


def end_grant(connection: Connection, grant_id: int, at: datetime) -> bool:
    """Take a grant back; False where it had ended before."""
    g = GrantRow
    live = (col(g.id) == grant_id, col(g.ended_at).is_(None))
    return connection.execute(update(g).where(*live).values(ended_at=at)).rowcount == 1


# Wrong tries ---------------------------------------------------------------------------


def tries(connection: Connection, source: str) -> list[float]:
    """When wrong keys came from a source lately, epoch seconds, oldest first."""
    query = select(col(TriesRow.times)).where(col(TriesRow.source) == source)
    return list(connection.execute(query).scalar() or [])


def add_try(
    connection: Connection, source: str, at: datetime, within: timedelta, most: int
) -> list[float]:
    """Count a wrong key, unless `most` have come already and the last not so long ago.
    Gives those that had come before."""
    t, since = TriesRow, at - within
    new = {"source": source, "times": [], "last_at": at}
    insert_unless_there(connection, t, new)
    query = select(col(t.times)).where(col(t.source) == source).with_for_update()
    found = connection.execute(query).scalar_one()
    before = [one for one in found if one > since.timestamp()]
    if before and len(found) >= most:
        return list(found)
    values = {"times": [*before, at.timestamp()], "last_at": at}
    connection.execute(update(t).where(col(t.source) == source).values(**values))
    _forget(connection, since)
    return before


def _forget(connection: Connection, since: datetime) -> None:
    """Sources that are quiet again; those another writer has in hand, another time."""
    t = TriesRow
    quiet = select(col(t.source)).where(col(t.last_at) < since)
    free = quiet.with_for_update(skip_locked=True)
    connection.execute(delete(t).where(col(t.source).in_(free)))
