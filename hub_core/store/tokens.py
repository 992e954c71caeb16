"""Tokens at rest: sealed, swapped by version, one renewer at a time across processes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select, update
from sqlmodel import col

from ..errors import Retryable
from ..tokens import StoredToken
from .engine import database_now, insert_unless_there, reading, writing
from .holder import freeing, is_gone, new_holder
from .tables import TokenRow
from .vault import Vault

LEASE_SECONDS = 60.0
NEVER = datetime.fromtimestamp(0, UTC)
TIMES = ("expires_at", "refresh_expires_at", "fetched_at", "former_dies_at")


class SqlTokens:
    """The token store of `hub_core.tokens`, on the hub's database."""

    def __init__(
        self,
        engine: Engine,
        vault: Vault,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._engine, self._vault, self._sleep = engine, vault, sleep

    def load(self, subject: str) -> StoredToken | None:
        """The newest token, read from the database each time."""
        t = TokenRow
        query = select(col(t.sealed), col(t.version)).where(col(t.subject) == subject)
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        if row is None or row.version == 0:
            return None
        return _token(json.loads(self._vault.open(row.sealed, cell(subject))))

    def every(self) -> dict[str, StoredToken]:
        """The newest tokens of all subjects, in one query."""
        t = TokenRow
        query = select(col(t.subject), col(t.sealed)).where(col(t.version) > 0)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        opened = ((s, self._vault.open(sealed, cell(s))) for s, sealed in rows)
        return {subject: _token(json.loads(text)) for subject, text in opened}

    def save_if(
        self, subject: str, expected_version: int | None, token: StoredToken
    ) -> bool:
        """Write if the stored version still is the expected one; durable when True."""
        values = {
            "version": token.version,
            "state": token.state,
            "sealed": self._vault.seal(_text(token), cell(subject)),
            "expires_at": token.expires_at,
            "fetched_at": token.fetched_at,
        }
        self._ensure(subject)
        t = TokenRow
        mine = (col(t.subject) == subject, col(t.version) == (expected_version or 0))
        with writing(self._engine, durable=True) as connection:
            done = connection.execute(update(t).where(*mine).values(values))
        return done.rowcount == 1

    @contextmanager
    def lock(self, subject: str) -> Iterator[None]:
        """The one lease for renewing this token; a dead holder's ends by itself, at once
        where it was a process of this machine. Raises Retryable after a while in which
        others had it in turn."""
        self._ensure(subject)
        holder = new_holder()
        deadline = time.monotonic() + 2 * LEASE_SECONDS
        while not (self._is_free(subject) and self._take(subject, holder)):
            if time.monotonic() > deadline:
                raise Retryable(f"{subject}: others keep renewing its token", after=5.0)
            self._sleep(0.05)
        try:
            yield
        finally:
            self._free(subject, holder)

    def _ensure(self, subject: str) -> None:
        t = TokenRow
        there = select(col(t.subject)).where(col(t.subject) == subject)
        with reading(self._engine) as connection:
            if connection.execute(there).first() is not None:
                return
        empty = {"version": 0, "state": "empty", "sealed": b"", "fetched_at": NEVER}
        with writing(self._engine) as connection:
            insert_unless_there(connection, t, {"subject": subject, **empty})

    def _is_free(self, subject: str) -> bool:
        """Whether it is worth trying: those who wait only read, lest they keep who has it
        from writing what the platform has given."""
        t = TokenRow
        query = select(col(t.locked_by), col(t.locked_until)).where(
            col(t.subject) == subject
        )
        with reading(self._engine) as connection:
            now = datetime.fromtimestamp(database_now(connection), UTC)
            by, until = connection.execute(query).one()
        return until is None or until < now or is_gone(by)

    def _take(self, subject: str, holder: str) -> bool:
        t = TokenRow
        with freeing(holder), writing(self._engine) as connection:
            now = datetime.fromtimestamp(database_now(connection), UTC)
            free = col(t.locked_until).is_(None) | (col(t.locked_until) < now)
            query = select(col(t.locked_by)).where(col(t.subject) == subject)
            if is_gone(former := connection.execute(query).scalar()):
                free |= col(t.locked_by) == former
            until = now + timedelta(seconds=LEASE_SECONDS)
            step = update(t).where(col(t.subject) == subject, free)
            done = connection.execute(step.values(locked_by=holder, locked_until=until))
        return done.rowcount == 1

    def _free(self, subject: str, holder: str) -> None:
        t = TokenRow
        mine = (col(t.subject) == subject, col(t.locked_by) == holder)
        with freeing(holder), writing(self._engine) as connection:
            step = update(t).where(*mine)
            connection.execute(step.values(locked_by=None, locked_until=None))


def cell(subject: str) -> str:
    """Where a token stands, as its seal's additional data."""
    return f"token/sealed/{subject}"


def _text(token: StoredToken) -> bytes:
    return json.dumps(asdict(token), default=lambda t: t.isoformat()).encode()


def _token(said: dict[str, Any]) -> StoredToken:
    for name in TIMES:
        said[name] = _time(said[name])
    scopes: Mapping[str, str] = said["scopes"]
    said["scopes"] = {k: datetime.fromisoformat(v) for k, v in scopes.items()}
    return StoredToken(**said)


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
