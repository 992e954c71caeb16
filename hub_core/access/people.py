"""Whom a key is of: persons and systems, by their names."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from ..errors import Misconfigured
from ..store import access
from ..store.access import Person

KINDS = ("person", "system")


def named(
    connection: Connection, name: str, new: str | None = None, at: datetime | None = None
) -> Person:
    """Who has that name; made, where it is said of which kind it is. Misconfigured naming
    those there are."""
    name, known = name.strip(), access.people(connection)
    found = next((one for one in known if one.name == name), None)
    if found is None and new is not None and at is not None:
        return _made(connection, name, new, at)
    if found is None:
        there = ", ".join(one.name for one in known) or "nobody yet"
        raise Misconfigured(
            f"nobody is called {name!r}; there are: {there}; a new one's first key is "
            "made with --new person or --new system"
        )
    if new is not None and new != found.kind:
        raise Misconfigured(f"{name!r} is there already, as a {found.kind}")
    return found


def _made(connection: Connection, name: str, kind: str, at: datetime) -> Person:
    if not name or not name.isprintable() or len(name) > 100:
        raise Misconfigured("a name is one line of at most 100 characters")
    if kind not in KINDS:
        raise Misconfigured(f"{kind!r} is none of: {', '.join(KINDS)}")
    return access.add_person(connection, name, kind, at)
