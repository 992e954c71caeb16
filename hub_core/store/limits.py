"""Rate limits and bans in the database, so that every process spends from one purse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from pyrate_limiter import StateStore
from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlmodel import col

from .engine import writing
from .tables import PaceRow

BAN = "ban/"


class SqlLimitState(StateStore):
    """One limit's state under one row's lock."""

    def __init__(self, engine: Engine, key: str) -> None:
        self._engine, self._key = engine, key

    def check(self, algorithm: Any, rates: Any, now: int, weight: int) -> Any:
        """Read the state, step it and write it, with no other writer between."""
        with writing(self._engine) as connection:
            stored = _state(connection, self._key, lock=True)
            state = tuple(stored["gcra"]) if stored else algorithm.initial(rates)
            state, decision = algorithm.step(rates, state, now, weight)
            _put(connection, self._key, {"gcra": list(state)}, stored is not None)
        return decision

    def read(self, algorithm: Any, rates: Any) -> Any:
        """The state as it stands, for reports."""
        with self._engine.connect() as connection:
            stored = _state(connection, self._key)
        return tuple(stored["gcra"]) if stored else algorithm.initial(rates)

    def reset(self) -> None:
        """Forget it."""
        with writing(self._engine) as connection:
            connection.execute(delete(PaceRow).where(col(PaceRow.key) == self._key))


def limit_states(engine: Engine) -> Callable[[str], StateStore]:
    """The factory `Pace` takes."""
    return lambda key: SqlLimitState(engine, f"limit/{key}")


class SqlBans:
    """Bans, kept over restarts."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def until(self, keys: Sequence[str]) -> datetime | None:
        """The latest end of a ban on any of `keys`."""
        p = PaceRow
        query = select(col(p.state)).where(col(p.key).in_([BAN + k for k in keys]))
        with self._engine.connect() as connection:
            ends = [s["until"] for s in connection.execute(query).scalars()]
        return datetime.fromtimestamp(max(ends), UTC) if ends else None

    def put(self, key: str, until: datetime, why: str) -> None:
        """Ban `key`; a longer ban already there is kept."""
        with writing(self._engine, durable=True) as connection:
            stored = _state(connection, BAN + key, lock=True)
            if stored is None or stored["until"] < until.timestamp():
                state = {"until": until.timestamp(), "why": why[:200]}
                _put(connection, BAN + key, state, stored is not None)


def _state(connection: Connection, key: str, *, lock: bool = False) -> Any:
    query = select(col(PaceRow.state)).where(col(PaceRow.key) == key)
    return connection.execute(query.with_for_update() if lock else query).scalar()


def _put(connection: Connection, key: str, state: dict[str, Any], known: bool) -> None:
    if known:
        step = update(PaceRow).where(col(PaceRow.key) == key)
        connection.execute(step.values(state=state))
    else:
        connection.execute(insert(PaceRow).values(key=key, state=state))
