"""Rate limits and bans in the database, so that every process spends from one purse.

On SQLite limits stand in a file of their own beside the database, `hub.db-limits`: a
database has one writer at a time, and slots would go by while one stores pages. Nothing in
it outlives a few minutes but what was learned; it may be deleted while no hub runs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from weakref import WeakKeyDictionary

from pyrate_limiter import StateStore
from sqlalchemy import (
    Connection,
    Engine,
    bindparam,
    delete,
    event,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable
from sqlmodel import col

from ..booking import TICKS, Booked
from .again import again
from .engine import connect, insert_unless_there, reading, writing
from .tables import PaceRow

BAN = "ban/"
LIMIT = "limit/"
FRESH = 0.25
"""Seconds for which it is not asked again whether somebody is banned."""
KNOWN = 1000
"""Answers that are kept at most."""
# Built once: every call to a platform asks them, and building costs more than asking.
CLOCK: Any = literal_column("extract(epoch FROM clock_timestamp())::float8")
STATE = select(col(PaceRow.state)).where(col(PaceRow.key) == bindparam("of"))
TIMED = STATE.add_columns(CLOCK)
STATES = select(col(PaceRow.key), col(PaceRow.state)).where(
    col(PaceRow.key).in_(bindparam("of", expanding=True))
)
PUT = (
    update(PaceRow).where(col(PaceRow.key) == bindparam("of")).values(state=bindparam("to"))
)
TABLE: Any = PaceRow.__table__  # type: ignore[attr-defined]
MADE = str(CreateTable(TABLE, if_not_exists=True).compile(dialect=sqlite.dialect()))
LOCKED, TIMED_LOCKED = STATE.with_for_update(), TIMED.with_for_update()

Now = Callable[[], float]
"""Epoch seconds."""


_FILES: WeakKeyDictionary[Engine, Engine] = WeakKeyDictionary()
_FILES_LOCK = threading.Lock()
OPEN = 4
"""Connections to the file at most: a step is over at once."""


def limits_of(engine: Engine) -> Engine:
    """Where the state of limits stands; closed together with `engine`."""
    file = engine.url.database
    if engine.dialect.name != "sqlite" or file in (None, "", ":memory:"):
        return engine
    with _FILES_LOCK:
        if engine not in _FILES:
            beside = engine.url.set(database=f"{file}-limits")
            _FILES[engine] = made = connect(beside.render_as_string(), OPEN)
            event.listen(made, "connect", _passing)
            event.listen(engine, "engine_disposed", lambda _: made.dispose())
        return _FILES[engine]


def _passing(connection: Any, record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute(MADE)


class SqlLimitState(StateStore):
    """One limit's state under one row's lock.

    What time it is is asked while the row is locked, so that nobody steps the state by an
    older time than the one before: the database's own clock, which machines share, or on
    SQLite, whose processes are of one machine, that machine's. Times that are answered are
    reckoned from when the answer is given.
    """

    def __init__(self, engine: Engine, key: str, now: Now | None = None) -> None:
        self._engine, self._key = limits_of(engine), key
        self._own_clock = now is None and engine.dialect.name == "postgresql"
        self._now = now or time.time

    def check(self, algorithm: Any, rates: Any, now: int, weight: int) -> Any:
        """Read the state, step it and write it, with no other writer between."""
        told, at = again(self._engine, lambda c: self._step(c, algorithm, rates, weight))
        ago = int(((time.monotonic if self._own_clock else self._now)() - at) * TICKS)
        if isinstance(told, Booked) and ago > 0:
            return replace(told, waits=tuple(wait - ago for wait in told.waits))
        return told

    def peek(self, algorithm: Any, rates: Any, now: int) -> Any:
        """What `check` would tell, changing nothing."""
        with reading(self._engine) as connection:
            state, moment, _ = self._read(connection, algorithm, rates, locked=False)
        return algorithm.step(rates, state, int(moment * TICKS), 1)[1]

    def read(self, algorithm: Any, rates: Any) -> Any:
        """The state as it stands, for reports."""
        with reading(self._engine) as connection:
            return self._read(connection, algorithm, rates, locked=False)[0]

    def reset(self) -> None:
        """Forget it."""
        with writing(self._engine) as connection:
            connection.execute(delete(PaceRow).where(col(PaceRow.key) == self._key))

    def _step(
        self, connection: Connection, algorithm: Any, rates: Any, weight: int
    ) -> tuple[Any, float]:
        state, moment, at = self._read(connection, algorithm, rates, locked=True)
        after, told = algorithm.step(rates, state, int(moment * TICKS), weight)
        if after is not state:
            put(connection, self._key, {"gcra": list(after)})
        return told, at

    def _read(
        self, connection: Connection, algorithm: Any, rates: Any, *, locked: bool
    ) -> tuple[Any, float, float]:
        """The state, what time it is, and that moment by the clock it is left by."""
        if self._own_clock:
            stored, moment = self._row(
                connection, TIMED_LOCKED if locked else TIMED, locked
            )
            at = time.monotonic()
        else:
            (stored,) = self._row(connection, LOCKED if locked else STATE, locked)
            moment = at = self._now()
        initial = algorithm.initial(rates)
        kept = tuple(stored.get("gcra", ()))
        return kept if len(kept) == len(initial) else initial, float(moment), at

    def _row(self, connection: Connection, query: Any, locked: bool) -> Any:
        row = connection.execute(query, {"of": self._key}).one_or_none()
        if row is None and locked:
            insert_unless_there(connection, PaceRow, {"key": self._key, "state": {}})
            row = connection.execute(query, {"of": self._key}).one()
        if row is not None:
            return row
        return (
            ({}, connection.execute(select(CLOCK)).scalar()) if self._own_clock else ({},)
        )


def limit_states(engine: Engine, now: Now | None = None) -> Callable[[str], StateStore]:
    """The factory `Pace` takes. `now` is a clock in place of the one the database goes by:
    where time is played."""
    return lambda key: SqlLimitState(engine, LIMIT + key, now)


class SqlBans:
    """Bans, kept over restarts.

    What was asked is not asked again for a quarter of a second, which is all that a ban
    another process has put may be late by: calls that a limit lets go in that time may
    still go, as those may that were under way. What this process puts counts at once.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._known: dict[tuple[str, ...], tuple[float, datetime | None]] = {}
        self._puts = 0

    def until(self, keys: Sequence[str]) -> datetime | None:
        """The latest end of a ban on any of `keys`."""
        asked, now = tuple(keys), time.monotonic()
        at, end = self._known.get(asked, (-FRESH, None))
        if now - at < FRESH:
            return end
        puts, end = self._puts, self._read(asked)
        with self._lock:
            if puts == self._puts:
                if len(self._known) >= KNOWN:
                    self._known.clear()
                self._known[asked] = (now, end)
        return end

    def put(self, key: str, until: datetime, why: str) -> None:
        """Ban `key`; a longer ban already there is kept."""
        with writing(self._engine, durable=True) as connection:
            stored = locked(connection, BAN + key)
            if not stored or stored["until"] < until.timestamp():
                state = {"until": until.timestamp(), "why": why[:200]}
                put(connection, BAN + key, state)
        with self._lock:
            self._puts += 1
            self._known.clear()

    def _read(self, keys: Sequence[str]) -> datetime | None:
        asked = {"of": [BAN + key for key in keys]}
        with reading(self._engine) as connection:
            ends = [s["until"] for _, s in connection.execute(STATES, asked) if s]
        return datetime.fromtimestamp(max(ends), UTC) if ends else None


def locked(connection: Connection, key: str) -> dict[str, Any]:
    """The row's state, which nobody else may change until the commit; made if need be."""
    stored: dict[str, Any] | None = connection.execute(LOCKED, {"of": key}).scalar()
    if stored is None:
        insert_unless_there(connection, PaceRow, {"key": key, "state": {}})
        stored = connection.execute(LOCKED, {"of": key}).scalar_one()
    return stored


def put(connection: Connection, key: str, state: dict[str, Any]) -> None:
    """Write the row's state."""
    connection.execute(PUT, {"of": key, "to": state})
