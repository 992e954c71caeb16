"""What is in a backup, and what is wrong with it: told by restoring it aside."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, Engine

from ..access.proof import examine
from ..errors import Misconfigured
from ..store import keyring, whole
from ..store.engine import connect, reading
from ..store.schema import HEAD, current, upgrade
from ..store.vault import Vault

MANY = 5
"""Damages of the file that are told one by one."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database holds, as one moment of it."""

    schema: str
    """Of the file itself; an older one was moved forward aside to be read."""
    key: str | None
    """The fingerprint of the master key that opens it, or of both while one takes the
    other's place. No key is in a backup."""
    shops: int
    orders: int
    records: int
    """Of all kinds, orders too."""
    position: int
    """Of the feed."""
    newest: datetime | None
    """When the newest change was noted."""
    audit: str
    wrong: tuple[str, ...]
    """What is not as it must be, a sentence each."""
    bytes: int

    @property
    def is_sound(self) -> bool:
        """Whether it can be relied on."""
        return not self.wrong


def look_into(
    file: Path, key: bytes | Sequence[bytes] | None, *, folder: Path | None = None
) -> Contents:
    """Restore it to a temporary place (in `folder`) and read it through; the file itself is
    only read. Without a key the audit log can't be proved.

    Raises Misconfigured naming the file where it is no database of a hub at all.
    """
    if not file.is_file():
        raise Misconfigured(f"{file}: there is no such file")
    with TemporaryDirectory(dir=folder, prefix=".hub-restore-") as place:
        copy = Path(place) / "hub.db"
        shutil.copyfile(file, copy)
        damage = _damage(file, copy)
        with _opened(copy) as engine:
            schema = _schema(file, engine)
            with reading(engine) as connection:
                return _told(connection, schema, file.stat().st_size, damage, key)


@contextmanager
def _opened(copy: Path) -> Iterator[Engine]:
    engine = connect(f"sqlite:///{copy.as_posix()}")
    try:
        yield engine
    finally:
        engine.dispose()


def _damage(file: Path, copy: Path) -> list[str]:
    """What SQLite itself finds. Raises Misconfigured where it can't even be read."""
    try:
        with closing(sqlite3.connect(copy)) as plain:
            said = [row[0] for row in plain.execute(f"PRAGMA integrity_check({MANY})")]
            tables = plain.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    except sqlite3.Error as error:
        raise Misconfigured(f"{file} is damaged: {error}; take an older backup") from None
    if said != ["ok"]:
        raise Misconfigured(
            f"{file} is damaged: {said[0]}; take an older backup, or save what can be "
            "read: sqlite3 FILE .recover"
        )
    return [] if tables else ["it is empty"]


def _schema(file: Path, engine: Engine) -> str:
    at = current(engine)
    if at is None:
        raise Misconfigured(f"{file} is no database of a hub")
    if at > HEAD:
        raise Misconfigured(
            f"{file} is at schema {at}, this hub knows up to {HEAD}: install the "
            "channel-hub it was made with"
        )
    if at < HEAD:
        upgrade(engine)
    return at


def _told(
    connection: Connection,
    schema: str,
    size: int,
    wrong: list[str],
    key: bytes | Sequence[bytes] | None,
) -> Contents:
    held = whole.held(connection)
    keys = (key,) if isinstance(key, bytes) else tuple(key or ())
    audit, faults = _audit(connection, keys)
    return Contents(
        schema, held.key, held.shops, held.orders, held.records, held.position, held.newest,
        audit, (*wrong, *whole.troubles(connection), *faults), size,
    )  # fmt: skip


def _audit(connection: Connection, keys: Sequence[bytes]) -> tuple[str, list[str]]:
    """The log's verdict, and what is wrong. Its tail is held against its own head alone: a
    backup is older than the head kept outside, and may be."""
    if not keys:
        return "not proved: the master key is not here", []
    vault, known = Vault(*keys), keyring.facts(connection)
    here = vault.fingerprints
    if missing := [one for one in keyring.needed(known) if one not in here]:
        said = f"it was sealed with key {missing[0]}, the key here is {' and '.join(here)}"
        return "not proved: another key", [said]
    if keyring.KEY in known:
        keyring.equip(vault, known)
    verdict = examine(connection, vault, None)
    if verdict.fault is not None:
        return str(verdict.fault), [f"audit log: {verdict.fault}"]
    return f"{verdict.rows} rows, as they were written", []
