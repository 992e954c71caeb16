"""The audit log, with what proves it: `Audit.of(hub.store, hub.settings)`."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from ..errors import Misconfigured
from ..settings import Settings
from ..store import Store, keyring
from ..store import audit as log
from ..store.audit import Details, Entry, Head
from . import heads
from .proof import Fault, Verdict, examine


class Audit:
    """The audit log of one store, and the file its head is kept in. Thread safe."""

    def __init__(self, store: Store, file: Path | None) -> None:
        self._store, self.file = store, file

    @classmethod
    def of(cls, store: Store, settings: Settings) -> Audit:
        """With the file the settings name."""
        return cls(store, heads.place(store.engine.url, settings))

    def append(
        self,
        connection: Connection,
        *,
        actor: str,
        action: str,
        of: str,
        details: Details | None = None,
    ) -> int:
        """Write a deed in the deed's own transaction, as the last thing in it.

        `actor` is `Principal.actor`, `action` a noun and what was done to it
        (`stock.set`), `of` what it was done to (`item TEA-100`). Ids, names and numbers
        only: no secret, nothing of a buyer. Gives its number.
        """
        return log.append(
            connection, self._store.vault, actor=actor, action=action, of=of,
            details=details, at=self._store.now(),
        )  # fmt: skip

    def newest(self, **wanted: Any) -> list[Entry]:
        """The newest rows first: `actor`, `action`, `of`, `before` (a number), `limit`."""
        with self._store.reading() as connection:
            return log.newest(connection, **wanted)

    # Proving it --------------------------------------------------------------------------

    def verify(self, kept: str | None = None) -> Verdict:
        """Read the whole log. `kept`: a line `head` gave once, to hold it against instead
        of the file's."""
        if kept is not None:
            outside: Head | None = heads.read_line(kept, "the head given")
        else:
            outside = heads.read(self.file) if self.file else None
        with self._store.reading() as connection:
            self._refit(connection)
            return examine(connection, self._store.vault, outside)

    def _refit(self, connection: Connection) -> None:
        """The master key may have been changed since this process began; with strangers
        only, nothing is proved."""
        with suppress(Misconfigured):
            keyring.equip(self._store.vault, keyring.facts(connection))

    def head(self) -> str:
        """The head as it is now, as a line to keep elsewhere: what is cut off of the log
        behind it is found, forever."""
        with self._store.reading() as connection:
            return heads.as_line(self._head(connection))

    def _head(self, connection: Connection) -> Head:
        self._refit(connection)
        head = log.head(connection)
        if head is None or not head.is_ours(self._store.vault):
            raise Misconfigured(
                "the audit log's head was edited: `hub audit verify` says what else was"
            )
        return head

    def keep(self) -> Fault | None:
        """Bring the file up to date: after deeds, and every few minutes.

        Not where the log no longer reaches as far as the file says, or not with the same
        row: that is told, and the file stays, so that it can be proved.
        """
        if self.file is None:
            return None
        before = heads.read(self.file) or log.NONE_YET
        with self._store.reading() as connection:
            self._refit(connection)
            head, there = log.head(connection), log.chain_at(connection, before.seq) or ""
        if head is None or not head.is_ours(self._store.vault):
            return Fault(before.seq, "head", "the note of which row is the last was edited")
        if head.seq < before.seq or there != before.chain:
            said = f"the log no longer has it, and {self.file} says that it had"
            return Fault(before.seq, "cut", said)
        if head.seq > before.seq:
            heads.write(self.file, head)
        return None

    def begin_anew(self, *, actor: str) -> None:
        """Take the log as it is for right, as after a backup was restored, and say so in
        it: what was found until now is found no more."""
        if self.file is None:
            raise Misconfigured("a database in memory keeps no head")
        former = heads.read(self.file)
        with self._store.writing(durable=True) as connection:
            log.take_as_it_is(connection, self._store.vault)
            details: Details = {"former": former.seq if former else None}
            self.append(
                connection, actor=actor, action="audit.begun_anew", of="audit log",
                details=details,
            )  # fmt: skip
        with self._store.reading() as connection:
            heads.write(self.file, self._head(connection))
