"""Workers: who has which slot, whether they live, and what the dead leave held."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Executable, func, select, text, update
from sqlmodel import col

from ..errors import LeaseLost
from .engine import insert_unless_there
from .holder import is_gone, new_holder, process_of, session_of
from .tables import (
    AlarmLookRow,
    EndpointRow,
    InboxRow,
    InletRow,
    StreamRow,
    WorkerRow,
)

Write = Callable[[Callable[[Connection], None]], None]
"""Does something in a write transaction of its own."""


@dataclass(frozen=True, slots=True)
class Term:
    """The right to work under a slot's name, until somebody else begins another."""

    slot: int
    epoch: int
    holder: str


@dataclass(frozen=True, slots=True)
class Worker:
    """A slot that somebody has, and how many signs of life there were."""

    slot: int
    epoch: int
    holder: str
    beats: int
    since: datetime | None


def listing(connection: Connection) -> list[Worker]:
    """The slots that somebody has, in their order."""
    w = WorkerRow
    query: Any = select(
        col(w.slot), col(w.epoch), col(w.holder), col(w.beats), col(w.since)
    ).where(col(w.holder).is_not(None))
    return [Worker(*row) for row in connection.execute(query.order_by(col(w.slot)))]


def begin(connection: Connection, slot: int, holder: str, at: datetime) -> Term | None:
    """Take a slot nobody has. Two can never have the same."""
    insert_unless_there(connection, WorkerRow, {"slot": slot, "epoch": 0, "beats": 0})
    return _begin(connection, slot, col(WorkerRow.holder).is_(None), holder, at)


def succeed(connection: Connection, dead: Worker, holder: str, at: datetime) -> Term | None:
    """Take the slot of one that shows no life; None where it has changed meanwhile."""
    w = WorkerRow
    as_seen = (col(w.epoch) == dead.epoch) & (col(w.beats) == dead.beats)
    return _begin(connection, dead.slot, as_seen, holder, at)


def _begin(
    connection: Connection, slot: int, may: ColumnElement[bool], holder: str, at: datetime
) -> Term | None:
    w = WorkerRow
    values = {"holder": holder, "epoch": col(w.epoch) + 1, "since": at}
    step = update(w).where(col(w.slot) == slot, may).values(values)
    epoch = connection.execute(step.returning(col(w.epoch))).scalar_one_or_none()
    return None if epoch is None else Term(slot, int(epoch), holder)


def beat(connection: Connection, term: Term) -> None:
    """A sign of life. Raises LeaseLost where another term has begun."""
    w = WorkerRow
    step = update(w).where(*_is(term)).values(beats=col(w.beats) + 1)
    if connection.execute(step).rowcount != 1:
        raise LeaseLost(f"slot {term.slot} was taken over")


def prove(connection: Connection, term: Term) -> None:
    """Have nobody else begin until the caller's transaction ends. Raises LeaseLost where
    that has happened: nothing may be written then."""
    query = select(col(WorkerRow.slot)).where(*_is(term))
    if connection.execute(query.with_for_update(read=True)).first() is None:
        raise LeaseLost(f"slot {term.slot} was taken over")


def end(connection: Connection, term: Term) -> None:
    """Give the slot back, if it is still ours."""
    step = update(WorkerRow).where(*_is(term))
    connection.execute(step.values(holder=None, epoch=col(WorkerRow.epoch) + 1))


def _is(term: Term) -> tuple[ColumnElement[bool], ...]:
    return col(WorkerRow.slot) == term.slot, col(WorkerRow.epoch) == term.epoch


# What is left held ------------------------------------------------------------------------


def _leased(row: Any) -> tuple[Any, dict[str, Any]]:
    free = {"lease_holder": None, "lease_until": 0.0}
    return col(row.lease_holder), {**free, "lease_epoch": col(row.lease_epoch) + 1}


_HELD: tuple[tuple[Any, Any, dict[str, Any]], ...] = (
    (StreamRow, *_leased(StreamRow)),
    (EndpointRow, *_leased(EndpointRow)),
    (InletRow, *_leased(InletRow)),
    (InboxRow, col(InboxRow.claim), {"claim": None, "claimed_until": 0.0}),
    (AlarmLookRow, col(AlarmLookRow.holder), {"holder": None}),
)
"""By table: whose it is, and what to write to make it nobody's. Not the lock of a token
that is being renewed: the new pair may have been given to one that only sleeps."""


def take_back(write: Write, holder: str) -> None:
    """Free all that a process holds. What it still tries, it can't write: the epochs of
    its leases are over. Each table in a transaction of its own, so that nobody waits."""
    process = process_of(holder)
    if process == process_of(new_holder()):  # two in one process: that lives
        return
    if not is_gone(holder):
        write(partial(_cut_off, holder))
    for table, whose, free in _HELD:
        held = func.substr(whose, 1, len(process)) == process
        step = update(table).where(held).values(free)
        write(partial(_execute, step))


def _cut_off(holder: str, connection: Connection) -> None:
    """End the sessions of a process that is frozen: in the middle of a transaction it
    keeps everybody waiting for what it has locked. On SQLite that can't be done."""
    if connection.dialect.name != "postgresql":
        return
    its = "application_name = :its AND datname = current_database()"
    query = text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {its}")
    connection.execute(query, {"its": session_of(holder)})


def _execute(step: Executable, connection: Connection) -> None:
    connection.execute(step)
