"""Messages to endpoints: waiting until they are taken, dead when they were given up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat
from typing import Any

from sqlalchemy import Connection, delete, func, select, update
from sqlmodel import col

from . import bulk
from .tables import EndpointRow, MessageRow

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Message:
    """One change on its way to one endpoint."""

    id: int
    endpoint: str
    """The endpoint's own id."""
    seq: int
    message_id: str
    body: str
    made_at: datetime
    attempts: int
    due_at: datetime
    tried_at: datetime | None
    said: str | None
    dead_at: datetime | None

    @property
    def type(self) -> str:
        """What it tells of: `order.created` …"""
        return str(json.loads(self.body)["type"])


def put(
    connection: Connection,
    endpoint_id: int,
    found: Sequence[tuple[int, str, str]],
    at: datetime,
) -> None:
    """New messages, due at once: of each its `seq`, `message_id` and body."""
    bulk.insert(connection, MessageRow, {
        "endpoint_id": repeat(endpoint_id), "seq": [seq for seq, _, _ in found],
        "message_id": [id for _, id, _ in found], "body": [body for _, _, body in found],
        "made_at": repeat(at), "attempts": repeat(0), "due_at": repeat(at),
    })  # fmt: skip


def count_waiting(connection: Connection, endpoint_id: int) -> int:
    """How many are sent, or sent again, when they are due."""
    query = select(func.count()).where(*_waiting(endpoint_id))
    return int(connection.execute(query).scalar_one())


def due(
    connection: Connection, endpoint_id: int, now: datetime, limit: int
) -> list[Message]:
    """What is to be sent now, in the order of the feed."""
    query = _query().where(*_waiting(endpoint_id), col(MessageRow.due_at) <= now)
    found = connection.execute(query.order_by(col(MessageRow.seq)).limit(limit))
    return [_message(row) for row in found]


def taken(connection: Connection, id: int) -> None:
    """The endpoint has it: it is forgotten here."""
    connection.execute(delete(MessageRow).where(col(MessageRow.id) == id))


def failed(connection: Connection, id: int, **values: Any) -> None:
    """Note an attempt that failed: `attempts`, `tried_at`, `said`, and either `due_at`, or
    `dead_at` where it was the last."""
    values["said"] = values["said"][:LONGEST]
    connection.execute(update(MessageRow).where(col(MessageRow.id) == id).values(**values))


def hasten(connection: Connection, endpoint_id: int, now: datetime) -> None:
    """All that waits is due at once: the endpoint answers again."""
    later = col(MessageRow.due_at) > now
    step = update(MessageRow).where(*_waiting(endpoint_id), later)
    connection.execute(step.values(due_at=now))


def dead(
    connection: Connection,
    *,
    endpoint_id: int | None = None,
    since: datetime | None = None,
    limit: int = 100,
) -> list[Message]:
    """What was given up (since a moment), the newest change first."""
    m = MessageRow
    query = _query().where(col(m.dead_at).is_not(None))
    if endpoint_id is not None:
        query = query.where(col(m.endpoint_id) == endpoint_id)
    if since is not None:
        query = query.where(col(m.dead_at) >= since)
    found = connection.execute(query.order_by(col(m.seq).desc()).limit(limit))
    return [_message(row) for row in found]


def waiting(connection: Connection, endpoint_id: int, limit: int) -> list[Message]:
    """What is sent, or sent again, when it is due, in the order of the feed."""
    query = _query().where(*_waiting(endpoint_id)).order_by(col(MessageRow.seq))
    return [_message(row) for row in connection.execute(query.limit(limit))]


def any_dead(connection: Connection, endpoint_id: int) -> bool:
    """Whether something of this endpoint's was given up and is still here."""
    return bool(dead(connection, endpoint_id=endpoint_id, limit=1))


def replay(
    connection: Connection,
    endpoint_id: int,
    now: datetime,
    *,
    message_ids: Sequence[str] | None = None,
    since: datetime | None = None,
) -> int:
    """Send dead ones again from the first attempt on, under their old ids: those named,
    or given up since a moment, or all. Gives how many."""
    m = MessageRow
    which = [col(m.endpoint_id) == endpoint_id, col(m.dead_at).is_not(None)]
    if message_ids is not None:
        which.append(col(m.message_id).in_(message_ids))
    if since is not None:
        which.append(col(m.dead_at) >= since)
    step = update(m).where(*which).values(dead_at=None, attempts=0, due_at=now)
    return connection.execute(step).rowcount


def forget(connection: Connection, before: datetime) -> int:
    """Drop what was given up before a moment. Gives how many."""
    step = delete(MessageRow).where(col(MessageRow.dead_at) < before)
    return connection.execute(step).rowcount


def _waiting(endpoint_id: int) -> tuple[Any, Any]:
    return col(MessageRow.endpoint_id) == endpoint_id, col(MessageRow.dead_at).is_(None)


def _query() -> Any:
    m, e = MessageRow, EndpointRow
    query: Any = select(m.__table__, col(e.uid).label("endpoint"))  # type: ignore[attr-defined]
    return query.join(e, col(e.id) == col(m.endpoint_id))


def _message(row: Any) -> Message:
    return Message(
        row.id, row.endpoint, row.seq, row.message_id, row.body, row.made_at, row.attempts,
        row.due_at, row.tried_at, row.said, row.dead_at,
    )  # fmt: skip
