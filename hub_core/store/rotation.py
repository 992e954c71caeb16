"""From one master key to the next, while others read and write: each step is a transaction
of its own, and does nothing where it was taken before."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from . import audit, keyring
from .vault import Mark, Vault


def begin(connection: Connection, vault: Vault, *, actor: str, at: datetime) -> str | None:
    """From here on the newest key signs the audit log, and what outlives a key is sealed
    with it. Gives the former one's name; None where that is done.

    Other processes must be able to learn the newest key before.
    """
    head = audit.locked_head(connection)  # one at a time, and no deed in between
    known = keyring.facts(connection)
    former, newest = keyring.needed(known)[0], vault.fingerprint
    if former == newest:
        return None
    keyring.equip(vault, known)
    until = head.seq if head else 0
    marks = [*vault.marks, Mark(until, vault.derive(former, "audit"))]
    news = {keyring.NEW: newest, keyring.SINCE: at.isoformat()}
    keyring.put(connection, {**news, **keyring.kept(vault, marks)})
    keyring.equip(vault, keyring.facts(connection))
    audit.append(
        connection, vault, actor=actor, action="encryption_key.rotated",
        of=f"encryption key {newest}", at=at, details={"former": former},
    )  # fmt: skip
    return former


def finish(connection: Connection, vault: Vault) -> bool:
    """Nothing is sealed with a former key any more: the newest is enough. False where that
    was said before."""
    audit.locked_head(connection)
    if keyring.facts(connection).get(keyring.NEW) != vault.fingerprint:
        return False
    keyring.put(connection, {keyring.KEY: vault.fingerprint})
    keyring.drop(connection, keyring.NEW)
    return True
