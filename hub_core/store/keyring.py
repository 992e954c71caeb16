"""What the database knows of the master keys it is sealed with.

`key` is the one without which nothing here opens, `new_key` one that is on its way to take
its place: both are needed until nothing is sealed with the former any more. What has to
outlive a master key is kept sealed with the newest: the key of the blind index, since ERPs
join on what it gives, and the audit log's former keys, since old rows stay as they were
written.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select
from sqlmodel import col

from ..errors import Misconfigured
from .engine import insert_unless_there
from .tables import MetaRow
from .vault import Mark, Vault

KEY, NEW, SINCE = "key", "new_key", "key_since"
INDEX, MARKS = "index_key", "audit_keys"
FACTS = (KEY, NEW, SINCE, INDEX, MARKS)

Facts = Mapping[str, str]


def facts(connection: Connection) -> dict[str, str]:
    """What is kept of the keys."""
    query = select(col(MetaRow.name), col(MetaRow.value))
    found = connection.execute(query.where(col(MetaRow.name).in_(FACTS)))
    return {row.name: row.value for row in found}


def needed(known: Facts) -> tuple[str, ...]:
    """Names of the keys without which not all of it opens, the newest first."""
    return tuple(known[name] for name in (NEW, KEY) if name in known)


def since(known: Facts) -> datetime | None:
    """When the newest took over; None: it was the first."""
    return datetime.fromisoformat(known[SINCE]) if SINCE in known else None


def name_first(connection: Connection, vault: Vault) -> None:
    """Note with which key a new database is sealed."""
    insert_unless_there(connection, MetaRow, {"name": KEY, "value": vault.fingerprint})


def put(connection: Connection, values: Facts) -> None:
    """Note facts in place of those of the same names."""
    drop(connection, *values)
    rows: list[dict[str, Any]] = [{"name": n, "value": v} for n, v in values.items()]
    connection.execute(insert(MetaRow), rows)


def drop(connection: Connection, *names: str) -> None:
    """Note no longer."""
    connection.execute(delete(MetaRow).where(col(MetaRow.name).in_(names)))


def equip(vault: Vault, known: Facts) -> None:
    """Hand the vault the keys of the blind index and of the audit log. Raises Misconfigured
    where it lacks a master key that is needed."""
    there = vault.known(needed(known))
    if missing := [one for one in needed(known) if one not in there]:
        here = " and ".join(there)
        raise Misconfigured(
            f"this database was sealed with key {missing[0]}, the key given is {here}: "
            "set CHANNEL_HUB_KEY or CHANNEL_HUB_KEY_FILE to the former one"
        )
    if INDEX in known:
        index = _opened(vault, INDEX, known[INDEX])
    else:
        index = vault.derive(known[KEY], "blind-index")
    kept = json.loads(known.get(MARKS, "[]"))
    marks = [Mark(until, _opened(vault, MARKS, sealed)) for until, sealed in kept]
    vault.equip(index, vault.derive(needed(known)[0], "audit"), marks)


def kept(vault: Vault, marks: list[Mark]) -> dict[str, str]:
    """What outlives the master keys, sealed with the newest."""
    sealed = [(mark.until, _sealed(vault, MARKS, mark.key)) for mark in marks]
    return {INDEX: _sealed(vault, INDEX, vault.index), MARKS: json.dumps(sealed)}


def _sealed(vault: Vault, name: str, key: bytes) -> str:
    return b64encode(vault.seal(key, _cell(name))).decode()


def _opened(vault: Vault, name: str, text: str) -> bytes:
    return vault.open(b64decode(text), _cell(name))


def _cell(name: str) -> str:
    return f"meta/value/{name}"
