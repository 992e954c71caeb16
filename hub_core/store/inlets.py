"""Inlets: who takes an app's messages, and how that goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, update
from sqlmodel import col

from ..errors import LeaseLost
from .engine import database_now, insert_unless_there
from .holder import is_gone, new_holder
from .inbox import LONGEST, WAITING
from .tables import InboxRow, InletRow


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to take an app's messages. The epoch fences a holder that fell asleep."""

    channel: str
    app: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Inlet:
    """How taking an app's messages goes."""

    channel: str
    app: str
    heard_at: datetime | None
    taken_at: datetime | None
    taken: int
    unread: int
    failing_since: datetime | None
    refused: bool
    said: str | None


def take(connection: Connection, channel: str, app: str, seconds: float) -> Lease | None:
    """The lease, or None while another has it.

    That of a process of this machine which has ended is taken over at once.
    """
    insert_unless_there(
        connection, InletRow,
        {"channel": channel, "app": app, "lease_epoch": 0, "lease_until": 0.0,
         "taken": 0, "unread": 0, "refused": False},
    )  # fmt: skip
    i, now = InletRow, database_now(connection)
    former = connection.execute(select(col(i.lease_holder)).where(*_is(channel, app)))
    free = col(i.lease_until) < now
    if is_gone(holder := former.scalar()):
        free |= col(i.lease_holder) == holder
    values = {
        "lease_holder": new_holder(),
        "lease_epoch": col(i.lease_epoch) + 1,
        "lease_until": now + seconds,
    }
    step = update(i).where(*_is(channel, app), free).values(values)
    epoch = connection.execute(step.returning(col(i.lease_epoch))).scalar_one_or_none()
    return None if epoch is None else Lease(channel, app, int(epoch))


def heard(
    connection: Connection,
    lease: Lease,
    seconds: float,
    at: datetime,
    *,
    taken: int = 0,
    unread: int = 0,
) -> None:
    """Its platform answered at that moment, and what came since this was last written.
    Lengthens the lease; raises LeaseLost where another has it."""
    i = InletRow
    values: dict[str, Any] = {
        "heard_at": at, "failing_since": None, "refused": False, "said": None,
        "taken": col(i.taken) + taken, "unread": col(i.unread) + unread,
    }  # fmt: skip
    if taken:
        values["taken_at"] = at
    _write(connection, lease, seconds, values)


def failed(
    connection: Connection,
    lease: Lease,
    seconds: float,
    at: datetime,
    said: str,
    *,
    refused: bool,
    taken: int = 0,
    unread: int = 0,
) -> None:
    """It can't be taken from; since when, counts from the last sign of life.
    Lengthens the lease; raises LeaseLost where another has it."""
    i = InletRow
    since = func.coalesce(col(i.failing_since), col(i.heard_at), at)
    values: dict[str, Any] = {
        "failing_since": since, "refused": refused, "said": said[:LONGEST],
        "taken": col(i.taken) + taken, "unread": col(i.unread) + unread,
    }  # fmt: skip
    if taken:
        values["taken_at"] = at
    _write(connection, lease, seconds, values)


def hold(connection: Connection, lease: Lease, seconds: float) -> None:
    """Lengthen the lease. Raises LeaseLost where another has it."""
    _write(connection, lease, seconds, {})


def free(connection: Connection, lease: Lease) -> None:
    """Give the lease back, whatever has become of it."""
    given = {"lease_holder": None, "lease_until": 0.0}
    connection.execute(update(InletRow).where(*_held(lease)).values(given))


def listing(connection: Connection) -> list[Inlet]:
    """All that were ever taken from."""
    i = InletRow
    query: Any = select(
        col(i.channel), col(i.app), col(i.heard_at), col(i.taken_at), col(i.taken),
        col(i.unread), col(i.failing_since), col(i.refused), col(i.said),
    )  # fmt: skip
    rows = connection.execute(query.order_by(col(i.channel), col(i.app)))
    return [Inlet(*row) for row in rows]


def waiting(connection: Connection) -> int:
    """How many pushes and messages wait to be worked off."""
    query = select(func.count()).where(col(InboxRow.state) == WAITING)
    return int(connection.execute(query).scalar_one())


def any_of(connection: Connection, channel: str, accounts: Sequence[str]) -> bool:
    """Whether anything of these accounts is kept."""
    i = InboxRow
    query = select(col(i.id)).where(col(i.channel) == channel, col(i.account).in_(accounts))
    return connection.execute(query.limit(1)).first() is not None


def _write(
    connection: Connection, lease: Lease, seconds: float, values: dict[str, Any]
) -> None:
    until = {"lease_until": database_now(connection) + seconds}
    step = update(InletRow).where(*_held(lease)).values({**values, **until})
    if connection.execute(step).rowcount != 1:
        raise LeaseLost(f"another process takes the messages of app {lease.app}")


def _held(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    return *_is(lease.channel, lease.app), col(InletRow.lease_epoch) == lease.epoch


def _is(channel: str, app: str) -> tuple[ColumnElement[bool], ...]:
    return col(InletRow.channel) == channel, col(InletRow.app) == app
