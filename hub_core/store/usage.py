"""Who used what of the limits: counts by day, what is left of a day's, what was learned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, select
from sqlmodel import col

from ..booking import TICKS, recovered
from ..days import Taken
from ..usage import Use, Used
from .again import again
from .engine import database_now, inserting, reading
from .limits import LIMIT, limits_of, locked, put
from .tables import PaceRow, UsageRow

DAYS = "day/"
KEPT = timedelta(days=31)
"""How long counts of calls are kept."""


class SqlUsage:
    """Counts of calls, added up over all processes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._swept = date.min

    def add(self, used: Mapping[Use, Used]) -> None:
        """Add these to what is there; forget what is old, once a day."""
        again(self._engine, lambda connection: _add(connection, used))
        if (day := max(use.day for use in used)) > self._swept:
            self._swept = day
            old = delete(UsageRow).where(col(UsageRow.day) < day - KEPT)
            again(self._engine, lambda connection: connection.execute(old))


def _add(connection: Connection, used: Mapping[Use, Used]) -> None:
    """In one order, so that two processes that do so wait for each other."""
    insert = inserting(connection.dialect)(UsageRow)
    sums = {
        name: getattr(UsageRow, name) + insert.excluded[name]
        for name in ("calls", "waited", "throttled")
    }
    keys = ("day", "app", "shop", "call", "rank")
    insert = insert.on_conflict_do_update(index_elements=keys, set_=sums)
    rows = [
        {
            **use._asdict(), "rank": use.rank.word, "calls": n.calls, "waited": n.waited,
            "throttled": n.throttled,
        }
        for use, n in sorted(used.items())
    ]  # fmt: skip
    connection.execute(insert, rows)


class SqlDays:
    """What is used of budgets a day, under a row's lock."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def take(self, key: str, day: date, want: int, most: int) -> Taken:
        """As many of `want` as there are until `most` are used."""

        def work(connection: Connection) -> Taken:
            used = self._used(connection, key, day)
            granted = max(0, min(want, most - used))
            if granted:
                put(connection, DAYS + key, {"day": str(day), "used": used + granted})
            return Taken(granted, used + granted)

        return again(self._engine, work)

    def give_back(self, key: str, day: date, calls: int) -> None:
        """They were not made."""

        def work(connection: Connection) -> None:
            if used := self._used(connection, key, day):
                put(connection, DAYS + key, {"day": str(day), "used": max(0, used - calls)})

        again(self._engine, work)

    @staticmethod
    def _used(connection: Connection, key: str, day: date) -> int:
        stored = locked(connection, DAYS + key)
        return int(stored["used"]) if stored.get("day") == str(day) else 0


# What is told of it -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spent:
    """Calls of one day, app, shop, name and rank."""

    day: date
    channel: str
    app_key: str
    shop: str
    call: str
    rank: str
    calls: int
    waited: float
    throttled: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A limit somebody has called under: how it stands now, for whom."""

    per: str
    channel: str
    app_key: str
    shop: str
    """Empty where it is the app's."""
    prefix: str
    rates: str
    """`10/1+600/60`: calls and seconds; empty: it is a day's."""
    part: float
    """Of it, in use: less than 1 where the platform was found to allow less."""
    free_at: datetime | None
    """When the next call may go; None: now."""
    used: int | None = None
    """Of a day's: calls taken today."""
    day: date | None = None


def spent(connection: Connection, since: date) -> list[Spent]:
    """What calls were used from a day on, the most first."""
    u = UsageRow
    query = select(u).where(col(u.day) >= since)
    query = query.order_by(col(u.day).desc(), col(u.calls).desc(), col(u.call), col(u.shop))
    rows = connection.execute(query).mappings()
    return [Spent(**_split(dict(row))) for row in rows]


def _split(row: dict[str, Any]) -> dict[str, Any]:
    channel, _, app_key = row.pop("app").partition("/")
    return {**row, "channel": channel, "app_key": app_key}


def standings(
    connection: Connection, now: datetime, *, of_shops: bool = True
) -> list[Standing]:
    """How limits stand: those of apps, and (there are many) those of shops, of which only
    those that are a day's or were found to be lower.

    `now` is the hub's clock, which limits go by on SQLite.
    """
    moment = now.timestamp()
    if connection.dialect.name == "postgresql":
        moment = database_now(connection)
    whose = "" if of_shops else "app:"
    with reading(limits_of(connection.engine)) as beside:
        windows = [*_windows(_states(beside, LIMIT + whose), moment)]
    return [*windows, *_budgets(_states(connection, DAYS + whose))]


def _states(connection: Connection, begin: str) -> Sequence[Any]:
    key, state = col(PaceRow.key), col(PaceRow.state)
    query = select(key, state).where(key.startswith(begin)).order_by(key)
    return connection.execute(query).all()


def _windows(rows: Sequence[Any], moment: float) -> Iterator[Standing]:
    now = int(moment * TICKS)
    for key, state in rows:
        if len(state.get("gcra", ())) < 4:
            continue
        _, part, since, *tats = state["gcra"]
        wait = (max(tats) / 1000 - now) / TICKS
        free = datetime.fromtimestamp(moment + wait, UTC) if wait > 0 else None
        part = recovered(part, now - since)
        named, _, rates = key.removeprefix(LIMIT).rpartition(":")
        if named.startswith("app:") or part < 1.0:
            yield Standing(**_named(named), rates=rates, part=part, free_at=free)


def _budgets(rows: Sequence[Any]) -> Iterator[Standing]:
    for key, state in rows:
        if state:
            named = _named(key.removeprefix(DAYS))
            day = date.fromisoformat(state["day"])
            yield Standing(
                **named, rates="", part=1.0, free_at=None, used=int(state["used"]), day=day
            )


def _named(key: str) -> dict[str, Any]:
    """`shop:<channel>/<app key>/<shop>:<prefix>` in its parts."""
    per, _, rest = key.partition(":")
    whose, _, prefix = rest.rpartition(":")
    channel, _, app_key = whose.partition("/")
    shop = ""
    if per == "shop":
        app_key, _, shop = app_key.partition("/")
    return {
        "per": per, "channel": channel, "app_key": app_key, "shop": shop, "prefix": prefix,
    }  # fmt: skip
