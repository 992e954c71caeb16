"""API keys: made, shown once, checked with every request, revoked."""

from __future__ import annotations

import contextlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import Connection

from ..errors import Misconfigured
from ..store import Store, access, audit, notes
from ..store.access import Person
from ..store.tables import GrantRow, KeyRow
from . import texts
from .grants import granted
from .people import named
from .principal import Principal
from .refusals import NoKey, TooMany

MOST_TRIES = 10
WITHIN = timedelta(minutes=1)
"""So many wrong keys may come from one source within that time; then it rests as long."""
NOTED = timedelta(minutes=1)
"""How often it is written, at most, that a key is used."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it may be shown: all but its text."""

    id: int
    person: str
    kind: str
    prefix: str
    name: str
    addresses: tuple[str, ...]
    made_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def state(self, now: datetime) -> str:
        """`live`, `expired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at and self.expires_at <= now else "live"


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made. Its text is here, and nowhere ever again."""

    key: Key
    text: str = field(repr=False)


class Keys:
    """The keys of one store. Thread safe; nothing is remembered between two checks, so
    that what is revoked opens nothing any more from that moment on."""

    def __init__(self, store: Store, now: Callable[[], datetime] | None = None) -> None:
        self._store, self._now = store, now or store.now
        self._made_use_of: set[int] = set()

    # Letting in --------------------------------------------------------------------------

    def check(self, text: str, address: str | None) -> Principal:
        """Whom this key lets in, coming from that address (None: it has none).

        Raises NoKey, the same for whatever is wrong with it, and TooMany after ten wrong
        ones from one address (of IPv6: from one /64) within a minute.
        """
        now, where = self._now(), texts.address_of(address)
        source, prefix = texts.source_of(where), texts.prefix_of(text)
        with self._store.reading() as connection:
            _refuse_guesser(access.tries(connection, source), now)
            row = access.key_of(connection, prefix) if prefix else None
            is_it = hmac.compare_digest(row.hash if row else b"", texts.hash_of(text))
            rights = granted(connection, row.person_id) if row and is_it else []
        if row is None or not is_it:
            self._count(source, now)
            raise NoKey("unknown")
        _refuse_ended(row, now)
        if not texts.is_within(where, row.addresses):
            raise NoKey("address")
        self._note_use(row, now)
        return Principal(
            row.person, row.person_id, row.kind, row.prefix, tuple(rights),
            self._made_use_of.add,
        )  # fmt: skip

    def _count(self, source: str, now: datetime) -> None:
        with self._store.writing() as connection:
            before = access.add_try(connection, source, now, WITHIN, MOST_TRIES)
            if len(before) == MOST_TRIES - 1:
                text = f"{MOST_TRIES} wrong API keys within a minute from {source}"
                notes.incident(connection, "keys_tried", text, at=now)
        _refuse_guesser(before, now)

    def _note_use(self, row: Any, now: datetime) -> None:
        if row.last_used_at is None or row.last_used_at <= now - NOTED:
            with self._store.writing() as connection:
                access.used(connection, KeyRow, row.id, now)
                self._write_grants_used(connection, now)

    def _write_grants_used(self, connection: Connection, now: datetime) -> None:
        ids = []
        with contextlib.suppress(KeyError):  # another thread takes some of them
            while True:
                ids.append(self._made_use_of.pop())
        for id in sorted(ids):  # one order in all processes: no two wait for each other
            access.used(connection, GrantRow, id, now)

    def close(self) -> None:
        """Write down which grants were made use of since that was last written."""
        with self._store.writing() as connection:
            self._write_grants_used(connection, self._now())

    # Making and revoking -----------------------------------------------------------------

    def create(
        self,
        person: str,
        name: str,
        *,
        actor: str,
        new: str | None = None,
        expires_at: datetime | None = None,
        addresses: Sequence[str] = (),
    ) -> NewKey:
        """Make a key for a person or a system; `new` (`person` or `system`) where it is
        not known yet. Raises Misconfigured for a name nobody has, and for no networks.

        A key by itself may do nothing: see `Grants`.
        """
        now, text, allowed = self._now(), texts.new_text(), texts.networks(addresses)
        prefix = text.rpartition("_")[0]
        if expires_at is not None and expires_at <= now:
            raise Misconfigured("a key that has expired opens nothing: name a later day")
        with self._store.writing(durable=True) as connection:
            whose = named(connection, person, new, now)
            id = access.add_key(
                connection, person_id=whose.id, prefix=prefix, hash=texts.hash_of(text),
                name=name[:100], addresses=allowed, made_at=now, expires_at=expires_at,
            )  # fmt: skip
            self._audit(
                connection, actor, "key.created", prefix, now, whose, name=name,
                expires_at=expires_at and expires_at.isoformat(), addresses=allowed,
            )  # fmt: skip
        return NewKey(self._one(id), text)

    def revoke(self, prefix: str, *, actor: str) -> Key:
        """End a key, by its prefix: from now on it opens nothing. Raises Misconfigured
        where there is none. One that had ended stays as it was."""
        now = self._now()
        with self._store.writing(durable=True) as connection:
            row = access.key_of(connection, prefix.strip())
            if row is None:
                raise Misconfigured(f"no key {_told(prefix)!r}; see `hub keys list`")
            if access.revoke(connection, row.id, now):
                whose = Person(row.person_id, row.person, row.kind)
                self._audit(connection, actor, "key.revoked", row.prefix, now, whose)
        return self._one(row.id)

    def _audit(
        self,
        connection: Connection,
        actor: str,
        action: str,
        prefix: str,
        at: datetime,
        whose: Person,
        **more: Any,
    ) -> None:
        audit.append(
            connection, self._store.vault, actor=actor, action=action,
            of=f"key {prefix}", at=at, details={"person": whose.name, **more},
        )  # fmt: skip

    def _one(self, id: int) -> Key:
        return next(key for key in self.listing() if key.id == id)

    def listing(self, person: str | None = None) -> list[Key]:
        """All keys, or somebody's; the newest first."""
        with self._store.reading() as connection:
            whose = named(connection, person) if person else None
            rows = access.keys(connection, person_id=whose.id if whose else None)
        return [
            Key(
                r.id, r.person, r.kind, r.prefix, r.name, tuple(r.addresses), r.made_at,
                r.expires_at, r.revoked_at, r.last_used_at,
            )
            for r in rows
        ]  # fmt: skip


def _refuse_guesser(times: Sequence[float], now: datetime) -> None:
    left = times[-1] - (now - WITHIN).timestamp() if times else 0.0
    if len(times) >= MOST_TRIES and left > 0:
        raise TooMany(ceil(left))


def _refuse_ended(row: Any, now: datetime) -> None:
    if row.revoked_at is not None:
        raise NoKey("revoked")
    if row.expires_at is not None and row.expires_at <= now:
        raise NoKey("expired")


def _told(prefix: str) -> str:
    """What was given as a prefix, and may be a whole key: its secret is not repeated."""
    return prefix[:12]
