"""Schedules: when each stream is next due, kept where every process sees them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, null, select, update
from sqlmodel import col

from .engine import insert_unless_there
from .tables import ScheduleRow, ShopRow

LOST = timedelta(hours=6)
"""What has been queued for so long is queued again: its job is gone."""
ERROR = 500


@dataclass(frozen=True, slots=True)
class Slot:
    """What is done again and again: a task, to a stream of a shop."""

    shop_id: int
    stream: str
    task: str

    @property
    def _is(self) -> tuple[ColumnElement[bool], ...]:
        s = ScheduleRow
        return (
            col(s.shop_id) == self.shop_id,
            col(s.stream) == self.stream,
            col(s.task) == self.task,
        )


@dataclass(frozen=True, slots=True)
class Schedule:
    """A slot with its shop's name, its rhythm, and how it stands."""

    slot: Slot
    shop: str
    every: timedelta
    due_at: datetime
    paused_at: datetime | None
    queued_at: datetime | None
    started_at: datetime | None
    done_at: datetime | None
    error: str | None

    @property
    def state(self) -> str:
        """`paused`, `running`, `queued` or `waiting`."""
        if self.queued_at is not None:
            ran = self.started_at is not None and self.started_at >= self.queued_at
            return "running" if ran else "queued"
        return "paused" if self.paused_at is not None else "waiting"

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "shop": self.shop, "stream": self.slot.stream, "task": self.slot.task,
            "state": self.state, "every_seconds": self.every.total_seconds(),
            "due_at": self.due_at, "started_at": self.started_at,
            "done_at": self.done_at, "error": self.error,
        }  # fmt: skip


def listing(connection: Connection) -> list[Schedule]:
    """All schedules, by shop, stream and task."""
    s = ScheduleRow
    query = _select().order_by(col(ShopRow.name), col(s.stream), col(s.task))
    return [_schedule(row) for row in connection.execute(query)]


def among(
    found: Iterable[Schedule],
    shops: Collection[str],
    streams: Collection[str] = (),
    task: str | None = None,
) -> list[Schedule]:
    """Those of these shops, and of these streams (none: all), and of this task."""
    return [
        one
        for one in found
        if one.shop in shops
        and (not streams or one.slot.stream in streams)
        and task in (None, one.slot.task)
    ]


def _select() -> Any:
    s, shop = ScheduleRow.__table__, ShopRow  # type: ignore[attr-defined]
    query = select(s, col(shop.name).label("shop_name"))
    return query.join(shop, col(shop.id) == s.c.shop_id)


def _schedule(row: Any) -> Schedule:
    return Schedule(
        Slot(row.shop_id, row.stream, row.task), row.shop_name,
        timedelta(seconds=row.every_seconds), row.due_at, row.paused_at, row.queued_at,
        row.started_at, row.done_at, row.error,
    )  # fmt: skip


def plan(
    connection: Connection, shop_id: int, wanted: Iterable[tuple[Slot, timedelta, datetime]]
) -> None:
    """Have a shop's schedules as wanted: (what, how often, when first). Those there are
    keep when they are due; what is not wanted any more goes."""
    s, kept = ScheduleRow, set[Slot]()
    for slot, every, first in wanted:
        seconds = round(every.total_seconds())
        named = {"shop_id": shop_id, "stream": slot.stream, "task": slot.task}
        row = {**named, "every_seconds": seconds, "due_at": first}
        insert_unless_there(connection, s, row)
        changed = (*slot._is, col(s.every_seconds) != seconds)
        connection.execute(update(s).where(*changed).values(every_seconds=seconds))
        kept.add(slot)
    there = select(col(s.stream), col(s.task)).where(col(s.shop_id) == shop_id)
    for stream, task in connection.execute(there).all():
        if (gone := Slot(shop_id, stream, task)) not in kept:
            connection.execute(delete(s).where(*gone._is))


def is_due(connection: Connection, now: datetime) -> bool:
    """Whether there is anything to take: asked first, for whoever takes holds SQLite's one
    writer."""
    query = select(col(ScheduleRow.shop_id)).where(*_due(now)).limit(1)
    query = query.join(ShopRow, col(ShopRow.id) == col(ScheduleRow.shop_id))
    return connection.execute(query).first() is not None


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    s = ScheduleRow
    lost = col(s.queued_at) < now - LOST
    return (
        col(s.due_at) <= now, col(s.paused_at).is_(None), col(ShopRow.state) == "active",
        col(s.queued_at).is_(None) | lost,
    )  # fmt: skip


def take_due(connection: Connection, now: datetime, limit: int) -> list[Schedule]:
    """What is due, longest due first; from now on it is queued. Whoever takes it queues a
    job in the same transaction."""
    s = ScheduleRow
    query = _select().where(*_due(now)).order_by(col(s.due_at)).limit(limit)
    query = query.with_for_update(of=s, skip_locked=True)
    found = [_schedule(row) for row in connection.execute(query)]
    for one in found:
        following = max(one.due_at + one.every, now)
        step = update(s).where(*one.slot._is)
        connection.execute(step.values(queued_at=now, due_at=following))
    return found


def started(connection: Connection, slot: Slot, at: datetime) -> bool:
    """Note that a worker has it; False where it is not wanted any more."""
    step = update(ScheduleRow).where(*slot._is).values(started_at=at)
    return connection.execute(step).rowcount > 0


def place(connection: Connection, slot: Slot) -> dict[str, Any]:
    """Where to go on with what the slice before this one left; empty: it begins anew."""
    query = select(col(ScheduleRow.place)).where(*slot._is)
    return dict(connection.execute(query).scalar() or {})


def done(
    connection: Connection,
    slot: Slot,
    at: datetime,
    error: str | None,
    *,
    again_at: datetime | None = None,
    place: Mapping[str, Any] | None = None,
) -> None:
    """Note how it ended; where it is not over, when it is gone on with, and from where."""
    said = error and error[:ERROR]
    values = {"queued_at": None, "done_at": at, "error": said, "place": place or null()}
    if again_at is not None:
        values["due_at"] = again_at
    connection.execute(update(ScheduleRow).where(*slot._is).values(values))


def left(connection: Connection, slot: Slot, begun: datetime | None, now: datetime) -> None:
    """Have due what was queued and is done by nobody: not begun since, or begun by the one
    that leaves it (`begun`: when)."""
    s = ScheduleRow
    nobodys = col(s.started_at).is_(None) | (col(s.started_at) < col(s.queued_at))
    if begun is not None:
        nobodys |= col(s.started_at) == begun
    step = update(s).where(*slot._is, col(s.queued_at).is_not(None), nobodys)
    connection.execute(step.values(queued_at=None, due_at=now))


def pause(connection: Connection, slots: Iterable[Slot], at: datetime | None) -> None:
    """Queue these no more; None: do so again. What runs ends as it would."""
    for slot in slots:
        connection.execute(update(ScheduleRow).where(*slot._is).values(paused_at=at))


def hasten(connection: Connection, slots: Iterable[Slot], at: datetime) -> None:
    """Have these due now."""
    for slot in slots:
        connection.execute(update(ScheduleRow).where(*slot._is).values(due_at=at))
