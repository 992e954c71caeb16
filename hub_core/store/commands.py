"""The ledger of what the hub does to platforms: intent first, then sending, then outcome.

A command is `intended` before anything is sent, `sending` in a commit that is on disk
before each send, and then what became of it. One that was sending when its worker ended is
`unknown`: it is looked at, never sent again blindly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update
from sqlmodel import col

from .engine import insert_unless_there
from .streams import Lease, hold_lease
from .tables import CommandRow, MetaRow

LEASE_SECONDS = 120.0
PAUSED = "commands/paused"
OPEN = ("intended", "sending", "unknown")


@dataclass(frozen=True, slots=True)
class Command:
    """One command as stored."""

    id: int
    key: str
    shop_id: int
    kind: str
    target: str
    asked: Mapping[str, Any]
    version: int
    state: str
    attempts: int
    said: str | None
    code: str | None
    told: int | None
    intended_at: datetime
    sent_at: datetime | None
    done_at: datetime | None


def intend(
    connection: Connection,
    *,
    key: str,
    shop_id: int,
    kind: str,
    target: str,
    asked: Mapping[str, Any],
    at: datetime,
    version: int = 0,
) -> Command:
    """Write an intent, once for its key; the same key again gives the command there is."""
    insert_unless_there(connection, CommandRow, {
        "key": key, "shop_id": shop_id, "kind": kind, "target": target,
        "asked": dict(asked), "version": version, "state": "intended", "epoch": 0,
        "attempts": 0, "intended_at": at,
    })  # fmt: skip
    return by_key(connection, key)


def by_key(connection: Connection, key: str) -> Command:
    """The command of that key, which must be there."""
    c = CommandRow
    query = select(c.__table__).where(col(c.key) == key)  # type: ignore[attr-defined]
    return _command(connection.execute(query).one())


def claim(connection: Connection, lease: Lease, ids: Sequence[int], at: datetime) -> None:
    """Mark commands as being sent, under this lease. Raises LeaseLost."""
    hold_lease(connection, lease, LEASE_SECONDS)
    c = CommandRow
    mine = (col(c.id).in_(ids), col(c.state) == "intended")
    connection.execute(
        update(c)
        .where(*mine)
        .values(
            state="sending", epoch=lease.epoch, sent_at=at, attempts=col(c.attempts) + 1
        )
    )


def finish(
    connection: Connection,
    lease: Lease,
    id: int,
    state: str,
    *,
    at: datetime,
    said: str | None = None,
    code: str | None = None,
    told: int | None = None,
) -> None:
    """Write what became of a command. Raises LeaseLost, having written nothing: then it
    is the next holder's to find out."""
    hold_lease(connection, lease, LEASE_SECONDS)
    done = None if state in OPEN else at
    values = {"state": state, "said": said and said[:500], "code": code, "told": told}
    c = CommandRow
    connection.execute(update(c).where(col(c.id) == id).values(**values, done_at=done))


def orphans_are_unknown(connection: Connection, lease: Lease, kind: str) -> int:
    """What former holders were sending: nobody knows what became of it."""
    hold_lease(connection, lease, LEASE_SECONDS)
    c = CommandRow
    left = (
        col(c.shop_id) == lease.shop_id,
        col(c.kind) == kind,
        col(c.state) == "sending",
        col(c.epoch) < lease.epoch,
    )
    step = update(c).where(*left).values(state="unknown", said="its sender ended")
    return connection.execute(step).rowcount


def listing(
    connection: Connection,
    *,
    shop_id: int | None = None,
    shop_ids: Sequence[int] | None = None,
    kind: str | None = None,
    target: str | None = None,
    states: Sequence[str] = (),
    limit: int = 1000,
    oldest_first: bool = True,
) -> list[Command]:
    """Commands, narrowed."""
    c = CommandRow
    query = select(c.__table__)  # type: ignore[attr-defined]
    for column, value in ((c.shop_id, shop_id), (c.kind, kind), (c.target, target)):
        if value is not None:
            query = query.where(col(column) == value)
    if shop_ids is not None:
        query = query.where(col(c.shop_id).in_(shop_ids))
    if states:
        query = query.where(col(c.state).in_(states))
    order = col(c.id) if oldest_first else col(c.id).desc()
    return [_command(row) for row in connection.execute(query.order_by(order).limit(limit))]


def shops_waiting(connection: Connection, kind: str) -> list[int]:
    """Shops that have open commands of a kind."""
    c = CommandRow
    mine = (col(c.kind) == kind, col(c.state).in_(OPEN))
    query = select(col(c.shop_id)).where(*mine).distinct()
    return list(connection.execute(query).scalars())


def supersede(connection: Connection, lease: Lease, newest: Sequence[Command]) -> int:
    """All other commands for their targets that are not done are not sent any more."""
    hold_lease(connection, lease, LEASE_SECONDS)
    c = CommandRow
    others = (
        col(c.shop_id) == lease.shop_id,
        col(c.kind).in_({one.kind for one in newest}),
        col(c.target).in_([one.target for one in newest]),
        col(c.state).in_(("intended", "unknown")),
        col(c.id).not_in([one.id for one in newest]),
    )
    step = update(c).where(*others).values(state="superseded", said="a newer level came")
    return connection.execute(step).rowcount


def pause(connection: Connection, why: str | None) -> None:
    """Stop sending commands of any kind, everywhere; None: go on."""
    m = MetaRow
    insert_unless_there(connection, m, {"name": PAUSED, "value": ""})
    step = update(m).where(col(m.name) == PAUSED).values(value=why or "")
    connection.execute(step)


def paused(connection: Connection) -> str | None:
    """Why nothing is sent; None where it is."""
    query = select(col(MetaRow.value)).where(col(MetaRow.name) == PAUSED)
    return connection.execute(query).scalar() or None


def _command(row: Any) -> Command:
    return Command(
        row.id, row.key, row.shop_id, row.kind, row.target, row.asked or {}, row.version,
        row.state, row.attempts, row.said, row.code, row.told, row.intended_at, row.sent_at,
        row.done_at,
    )  # fmt: skip
