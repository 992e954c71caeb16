"""The hub's memory: one database, SQLite or PostgreSQL, and what is done with it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, select
from sqlmodel import col

from ..errors import Misconfigured
from ..journal import JournalEntry
from . import journal, notes
from .engine import connect, insert_unless_there, reading, writing
from .limits import SqlBans, limit_states
from .tables import MetaRow
from .tokens import SqlTokens
from .vault import Vault

__all__ = ["Store", "Vault"]


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
        self.limit_states = limit_states(engine)

    @classmethod
    def open(
        cls, url: str, master_key: bytes, now: Callable[[], datetime] = _utc_now
    ) -> Store:
        """Open, making the tables of a new database.

        Raises Misconfigured for a wrong key and for a schema older or newer than ours.
        """
        from .schema import check_schema

        engine = connect(url)
        try:
            check_schema(engine)
            store = cls(engine, Vault(master_key), now)
            store._check_key()
        except BaseException:
            engine.dispose()
            raise
        return store

    def _check_key(self) -> None:
        mine = self.vault.fingerprint
        if (stored := self._fact("key")) is None:
            with self.writing(durable=True) as connection:
                insert_unless_there(connection, MetaRow, {"name": "key", "value": mine})
            stored = self._fact("key")
        if stored != mine:
            raise Misconfigured(
                f"this database was sealed with key {stored}, the key given is {mine}: "
                "set CHANNEL_HUB_KEY or CHANNEL_HUB_KEY_FILE to the former one"
            )

    def _fact(self, name: str) -> str | None:
        query = select(col(MetaRow.value)).where(col(MetaRow.name) == name)
        with self.reading() as connection:
            found: str | None = connection.execute(query).scalar()
        return found

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
