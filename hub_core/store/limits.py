"""Rate limits and bans in the database, so that every process spends from one purse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from pyrate_limiter import StateStore
from sqlalchemy import Connection, Engine, bindparam, delete, select, update
from sqlmodel import col

from .engine import insert_unless_there, reading, writing
from .tables import PaceRow

BAN = "ban/"
# Built once: every call to a platform asks them, and building costs more than asking.
STATE = select(col(PaceRow.state)).where(col(PaceRow.key) == bindparam("of"))
STATES = select(col(PaceRow.state)).where(
    col(PaceRow.key).in_(bindparam("of", expanding=True))
)
LOCKED = STATE.with_for_update()
PUT = (
    update(PaceRow).where(col(PaceRow.key) == bindparam("of")).values(state=bindparam("to"))
)


class SqlLimitState(StateStore):
    """One limit's state under one row's lock."""

    def __init__(self, engine: Engine, key: str) -> None:
        self._engine, self._key = engine, key

    def check(self, algorithm: Any, rates: Any, now: int, weight: int) -> Any:
        """Read the state, step it and write it, with no other writer between."""
        with writing(self._engine) as connection:
            stored = _locked(connection, self._key)
            state = tuple(stored["gcra"]) if stored else algorithm.initial(rates)
            state, decision = algorithm.step(rates, state, now, weight)
            _put(connection, self._key, {"gcra": list(state)})
        return decision

    def read(self, algorithm: Any, rates: Any) -> Any:
        """The state as it stands, for reports."""
        with reading(self._engine) as connection:
            stored = connection.execute(STATE, {"of": self._key}).scalar()
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
        asked = {"of": [BAN + key for key in keys]}
        with reading(self._engine) as connection:
            ends = [s["until"] for s in connection.execute(STATES, asked).scalars() if s]
        return datetime.fromtimestamp(max(ends), UTC) if ends else None

    def put(self, key: str, until: datetime, why: str) -> None:
        """Ban `key`; a longer ban already there is kept."""
        with writing(self._engine, durable=True) as connection:
            stored = _locked(connection, BAN + key)
            if not stored or stored["until"] < until.timestamp():
                state = {"until": until.timestamp(), "why": why[:200]}
                _put(connection, BAN + key, state)


def _locked(connection: Connection, key: str) -> dict[str, Any]:
    """The row's state, which nobody else may change until the commit; made if need be."""
    stored: dict[str, Any] | None = connection.execute(LOCKED, {"of": key}).scalar()
    if stored is None:
        insert_unless_there(connection, PaceRow, {"key": key, "state": {}})
        stored = connection.execute(LOCKED, {"of": key}).scalar_one()
    return stored


def _put(connection: Connection, key: str, state: dict[str, Any]) -> None:
    connection.execute(PUT, {"of": key, "to": state})
