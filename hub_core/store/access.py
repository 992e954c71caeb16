"""People and systems, their keys and what is granted to them, and wrong tries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlmodel import SQLModel, col

from .engine import insert_unless_there
from .tables import GrantRow, KeyRow, PersonRow, TriesRow

# Built once: every request asks them, and building costs more than asking.
KEYS: Any = select(
    KeyRow.__table__,  # type: ignore[attr-defined]
    col(PersonRow.name).label("person"),
    col(PersonRow.kind).label("kind"),
).join(PersonRow, col(PersonRow.id) == col(KeyRow.person_id))
KEY_OF = KEYS.where(col(KeyRow.prefix) == bindparam("prefix"))
GRANTS: Any = select(
    GrantRow.__table__,  # type: ignore[attr-defined]
    col(PersonRow.name).label("person"),
).join(PersonRow, col(PersonRow.id) == col(GrantRow.person_id))
GRANTS_OF = GRANTS.where(
    col(GrantRow.person_id) == bindparam("of"), col(GrantRow.ended_at).is_(None)
).order_by(col(GrantRow.id))
TRIES = select(col(TriesRow.times)).where(col(TriesRow.source) == bindparam("of"))


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


def key_of(connection: Connection, prefix: str) -> Any:
    """The key with that prefix and its owner (`person`, `kind`); None: there is none."""
    return connection.execute(KEY_OF, {"prefix": prefix}).first()


def keys(connection: Connection, *, person_id: int | None = None) -> Sequence[Any]:
    """Rows of keys with their owners (`person`, `kind`), newest first."""
    query = KEYS if person_id is None else KEYS.where(col(KeyRow.person_id) == person_id)
    return connection.execute(query.order_by(col(KeyRow.id).desc())).all()


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


def grants_of(connection: Connection, person_id: int) -> Sequence[Any]:
    """What somebody holds, oldest first, with whose it is (`person`)."""
    return connection.execute(GRANTS_OF, {"of": person_id}).all()


def grants(
    connection: Connection, *, person_id: int | None = None, ended: bool = False
) -> Sequence[Any]:
    """Rows of grants with whose they are (`person`), oldest first."""
    query = GRANTS if ended else GRANTS.where(col(GrantRow.ended_at).is_(None))
    if person_id is not None:
        query = query.where(col(GrantRow.person_id) == person_id)
    return connection.execute(query.order_by(col(GrantRow.id))).all()


def end_grant(connection: Connection, grant_id: int, at: datetime) -> bool:
    """Take a grant back; False where it had ended before."""
    g = GrantRow
    live = (col(g.id) == grant_id, col(g.ended_at).is_(None))
    return connection.execute(update(g).where(*live).values(ended_at=at)).rowcount == 1


# Wrong tries ---------------------------------------------------------------------------


def tries(connection: Connection, source: str) -> list[float]:
    """When wrong keys came from a source lately, epoch seconds, oldest first."""
    return list(connection.execute(TRIES, {"of": source}).scalar() or [])


def add_try(
    connection: Connection, source: str, at: datetime, within: timedelta, most: int
) -> list[float]:
    """Count a wrong key, unless `most` have come already and the last not so long ago.
    Gives those that had come before."""
    t, since = TriesRow, at - within
    new = {"source": source, "times": [], "last_at": at}
    insert_unless_there(connection, t, new)
    found = connection.execute(TRIES.with_for_update(), {"of": source}).scalar_one()
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
