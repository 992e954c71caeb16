"""Alarms at rest: raised once, kept while they last, and who has heard of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, update
from sqlmodel import col

from .engine import database_now, insert_unless_there
from .holder import is_gone
from .tables import AlarmLookRow, AlarmRow, AlarmTargetRow, AlarmToldRow

LOOKS = ""
"""The row of all looks together."""
AT_ONCE = 500
"""So many keys a statement asks for at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm. Times are the hub's own clock."""

    id: int
    key: str
    source: str
    severity: str
    said: str
    next: str
    raised_at: datetime
    tell_at: datetime
    channel: str | None = None
    company: str | None = None
    shop: str | None = None
    since: datetime | None = None
    gone_at: datetime | None = None
    closed_at: datetime | None = None
    quiet: bool = False
    once: bool = False
    acked_at: datetime | None = None
    flaps: int = 0

    @property
    def kind(self) -> str:
        """`stale` of `stale:west-lake:orders`."""
        return self.key.partition(":")[0]

    @property
    def began(self) -> datetime:
        """When it began, or else was found."""
        return self.since or self.raised_at


@dataclass(frozen=True, slots=True)
class Told:
    """What a receiver has heard of an alarm."""

    severity: str
    at: datetime
    ended: bool


@dataclass(frozen=True, slots=True)
class Target:
    """How a receiver stands."""

    name: str
    since: datetime
    told_at: datetime | None = None
    tried_at: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    error: str | None = None


# Who looks --------------------------------------------------------------------------------


def take_turn(connection: Connection, holder: str, now: datetime, seconds: float) -> bool:
    """Whether this process is the one that looks; it stays so for `seconds` after its
    last turn. One that was of this machine and has ended is followed at once."""
    row, mine, at = AlarmLookRow, col(AlarmLookRow.name) == LOOKS, database_now(connection)
    query = select(col(row.holder)).where(mine)
    if (found := connection.execute(query).first()) is None:
        insert_unless_there(connection, row, {"name": LOOKS, "since": now, "at": now})
    former = found[0] if found else None
    free = (col(row.until) < at) | col(row.holder).is_(None) | (col(row.holder) == holder)
    if is_gone(former):
        free |= col(row.holder) == former
    step = update(row).where(mine, free).values(holder=holder, until=at + seconds)
    return connection.execute(step).rowcount == 1


def has_turn(connection: Connection, holder: str) -> bool:
    """Whether this process looked last."""
    query = select(col(AlarmLookRow.holder)).where(col(AlarmLookRow.name) == LOOKS)
    return bool(connection.execute(query).scalar() == holder)


def looked(connection: Connection, name: str, now: datetime, since: datetime) -> None:
    """Note a look."""
    values = {"since": since, "at": now}
    step = update(AlarmLookRow).where(col(AlarmLookRow.name) == name).values(values)
    if connection.execute(step).rowcount == 0:
        insert_unless_there(connection, AlarmLookRow, {"name": name, **values})


def looks(connection: Connection) -> dict[str, tuple[datetime, datetime]]:
    """By condition: since when it has been looked at without a break, and when last."""
    row = AlarmLookRow
    query = select(col(row.name), col(row.since), col(row.at))
    return {name: (since, at) for name, since, at in connection.execute(query)}


# Alarms -----------------------------------------------------------------------------------


def open_ones(connection: Connection) -> list[Alarm]:
    """Those that are open, oldest first."""
    return _alarms(connection, col(AlarmRow.closed_at).is_(None))


def since(connection: Connection, moment: datetime) -> list[Alarm]:
    """Those that are open, and those that were closed after a moment."""
    row = AlarmRow
    lately = col(row.closed_at).is_(None) | (col(row.closed_at) > moment)
    return _alarms(connection, lately)


def _alarms(connection: Connection, which: Any) -> list[Alarm]:
    row = AlarmRow.__table__  # type: ignore[attr-defined]
    query = select(row).where(which).order_by(row.c.id)
    names = Alarm.__dataclass_fields__
    found = (line._mapping for line in connection.execute(query))
    return [Alarm(**{n: line[n] for n in names}) for line in found]


def raise_one(connection: Connection, values: Mapping[str, Any]) -> None:
    """Open an alarm; one of that key which is open already is left alone."""
    usual = {"quiet": False, "once": False, "flaps": 0, "open_key": values["key"]}
    insert_unless_there(connection, AlarmRow, {**usual, **values})


def change(connection: Connection, alarm_id: int, **values: Any) -> None:
    """Change an alarm; closing it frees its key."""
    if values.get("closed_at") is not None:
        values["open_key"] = None
    connection.execute(update(AlarmRow).where(col(AlarmRow.id) == alarm_id).values(values))


def flaps(connection: Connection, keys: Collection[str], after: datetime) -> dict[str, int]:
    """Of the keys that had an alarm closed after a moment: how often it had come back."""
    row, asked, found = AlarmRow, list(keys), dict[str, int]()
    for begin in range(0, len(asked), AT_ONCE):
        which = col(row.key).in_(asked[begin : begin + AT_ONCE])
        query = select(col(row.key), func.max(col(row.flaps)))
        query = query.where(which, col(row.closed_at) > after).group_by(col(row.key))
        found |= {key: number for key, number in connection.execute(query)}
    return found


def acknowledge(connection: Connection, keys: Collection[str], at: datetime) -> list[str]:
    """Be quiet about open alarms, by key or id; gives the keys of those that were open."""
    row = AlarmRow
    ids = [int(key) for key in keys if key.isascii() and key.isdecimal()]
    named = or_(col(row.key).in_(keys), col(row.id).in_(ids))
    step = update(row).where(col(row.closed_at).is_(None), named).values(acked_at=at)
    return list(connection.execute(step.returning(col(row.key))).scalars())


def forget(connection: Connection, before: datetime) -> None:
    """Delete what was closed before a moment."""
    old = select(col(AlarmRow.id)).where(col(AlarmRow.closed_at) < before)
    told = AlarmToldRow
    connection.execute(delete(told).where(col(told.alarm_id).in_(old)))
    connection.execute(delete(AlarmRow).where(col(AlarmRow.closed_at) < before))


# Who was told -----------------------------------------------------------------------------


def told(connection: Connection, after: datetime) -> dict[tuple[int, str], Told]:
    """By alarm and receiver, of alarms that are open or were closed after a moment."""
    row, alarm = AlarmToldRow, AlarmRow
    query = select(
        col(row.alarm_id), col(row.target), col(row.severity), col(row.at), col(row.ended)
    ).join(alarm, col(alarm.id) == col(row.alarm_id))
    lately = col(alarm.closed_at).is_(None) | (col(alarm.closed_at) > after)
    found = connection.execute(query.where(lately))
    return {(id, target): Told(word, at, end) for id, target, word, at, end in found}


def note_told(connection: Connection, alarm: Alarm, target: str, at: datetime) -> None:
    """A receiver has heard of an alarm as it stands."""
    row = AlarmToldRow
    said = {"severity": alarm.severity, "at": at, "ended": alarm.closed_at is not None}
    mine = (col(row.alarm_id) == alarm.id, col(row.target) == target)
    if connection.execute(update(row).where(*mine).values(said)).rowcount == 0:
        insert_ = insert(row).values(alarm_id=alarm.id, target=target, **said)
        connection.execute(insert_)


def targets(connection: Connection) -> dict[str, Target]:
    """The receivers there ever were, by name."""
    row = AlarmTargetRow.__table__  # type: ignore[attr-defined]
    found = (Target(*line) for line in connection.execute(select(row)))
    return {one.name: one for one in found}


def know(connection: Connection, names: Collection[str], now: datetime) -> None:
    """Know these receivers from now on, and no others."""
    row = AlarmTargetRow
    there = set(connection.execute(select(col(row.name))).scalars())
    for name in set(names) - there:
        insert_unless_there(connection, row, {"name": name, "since": now, "failures": 0})
    if gone := there - set(names):
        connection.execute(delete(row).where(col(row.name).in_(gone)))


def note_sent(
    connection: Connection, target: Target, at: datetime, error: str | None
) -> None:
    """How sending to a receiver ended: None is well."""
    values: dict[str, Any] = {"tried_at": at, "failures": 0, "failing_since": None}
    values |= {"told_at": at, "error": None}
    if error is not None:
        values = {"tried_at": at, "failures": target.failures + 1, "error": error[:200]}
        values["failing_since"] = target.failing_since or at
    mine = col(AlarmTargetRow.name) == target.name
    connection.execute(update(AlarmTargetRow).where(mine).values(values))
