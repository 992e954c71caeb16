"""The hub's memory: one database, SQLite or PostgreSQL, and what is done with it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import Connection, Engine

from ..journal import JournalEntry
from . import again, journal, keyring, notes
from .engine import POOL, connect, reading, writing
from .limits import SqlBans
from .tokens import SqlTokens
from .vault import Source, Vault

__all__ = ["Store", "Vault"]

T = TypeVar("T")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Store:
    """A database that is at the schema this hub knows, opened with its key."""

    def __init__(
        self, engine: Engine, vault: Vault, now: Callable[[], datetime] = _utc_now
    ) -> None:
        self.engine, self.vault, self.now = engine, vault, now
        self.tokens = SqlTokens(engine, vault)
        self.bans = SqlBans(engine)

    @classmethod
    def open(
        cls,
        url: str,
        master_key: bytes | Sequence[bytes],
        now: Callable[[], datetime] = _utc_now,
        *,
        source: Source | None = None,
        pool: int = POOL,
    ) -> Store:
        """Open, making the tables of a new database. Of several keys the first seals;
        `source` tells of such as come later. `pool`: how many connections at most.

        Raises Misconfigured for a wrong key and for a schema older or newer than ours.
        """
        from .schema import check_schema

        engine = connect(url, pool)
        try:
            check_schema(engine)
            keys = (master_key,) if isinstance(master_key, bytes) else master_key
            store = cls(engine, Vault(*keys, source=source), now)
            store._check_key()
        except BaseException:
            engine.dispose()
            raise
        return store

    def _check_key(self) -> None:
        if keyring.KEY not in self._key_facts():
            with self.writing(durable=True) as connection:
                keyring.name_first(connection, self.vault)
        keyring.equip(self.vault, self._key_facts())

    def _key_facts(self) -> keyring.Facts:
        with self.reading() as connection:
            return keyring.facts(connection)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reading; sees one consistent moment. Be short."""
        with reading(self.engine) as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self, *, durable: bool = False) -> Iterator[Connection]:
        """A short write transaction; rolled back when anything is raised inside."""
        with writing(self.engine, durable=durable) as connection:
            yield connection

    def again(
        self, work: Callable[[Connection], T], *, durable: bool = False, lost: bool = True
    ) -> T:
        """Do `work`, which may be done twice, in a write transaction of its own; from its
        beginning where the database broke that off (see `again`)."""
        return again.again(self.engine, work, durable=durable, lost=lost)

    def write_journal(
        self, connection: Connection, entries: Sequence[JournalEntry]
    ) -> None:
        """Journal entries, inside the caller's transaction."""
        journal.write(connection, entries)

    def incident(
        self,
        kind: str,
        text: str,
        *,
        channel: str | None = None,
        shop_id: int | None = None,
    ) -> None:
        """Note something a person should know, in a transaction of its own."""
        with self.writing() as connection:
            notes.incident(
                connection, kind, text, at=self.now(), channel=channel, shop_id=shop_id
            )

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()
