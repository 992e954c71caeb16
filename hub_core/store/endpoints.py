"""Endpoints of webhooks out: which there are, how each fares, and who delivers to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, select
from sqlalchemy import update as update_of
from sqlmodel import col

from ..errors import LeaseLost, Misconfigured
from .engine import database_now
from .holder import is_gone, new_holder
from .tables import EndpointRow, FeedCounterRow, MessageRow

ACTIVE, OFF = "active", "off"
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint as stored. Its secrets stand sealed, elsewhere."""

    id: int
    uid: str
    url: str
    description: str
    events: tuple[str, ...]
    shops: tuple[str, ...]
    company: str | None
    state: str
    reason: str | None
    since: datetime
    position: int
    made_at: datetime
    delivered: int
    delivered_at: datetime | None
    failing_since: datetime | None
    silent: int
    said: str | None
    rests_until: datetime | None
    waiting: int
    """Messages that are sent, or sent again, when they are due."""
    dead: int
    """Messages that were given up."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to deliver to one endpoint. The epoch fences a holder that fell asleep."""

    endpoint_id: int
    holder: str
    epoch: int


def add(connection: Connection, *, at: datetime, **values: Any) -> int:
    """Add an endpoint: `uid`, `url`, `description`, `events`, `shops`, `company`,
    `sealed`, `position`."""
    whole = {
        **values, "state": ACTIVE, "since": at, "made_at": at, "delivered": 0, "silent": 0,
        "lease_epoch": 0, "lease_until": 0.0,
    }  # fmt: skip
    step = insert(EndpointRow).values(**whole).returning(col(EndpointRow.id))
    made: int | None = connection.execute(step).scalar_one()
    assert made is not None
    return made


def listing(connection: Connection) -> list[Endpoint]:
    """All endpoints, the oldest first."""
    rows = connection.execute(_query().order_by(col(EndpointRow.id)))
    return [_endpoint(row) for row in rows]


def named(connection: Connection, uid: str) -> Endpoint:
    """The endpoint of that id. Misconfigured when there is none."""
    row = connection.execute(_query().where(col(EndpointRow.uid) == uid)).first()
    if row is None:
        raise Misconfigured(f"no endpoint {uid!r}; see `hub endpoints list`")
    return _endpoint(row)


def with_work(connection: Connection, now: datetime) -> list[str]:
    """Active endpoints that something is due for or that have not read the whole feed."""
    e, m = EndpointRow, MessageRow
    due = exists().where(
        col(m.endpoint_id) == col(e.id), col(m.dead_at).is_(None), col(m.due_at) <= now
    )
    newest = select(col(FeedCounterRow.seq)).scalar_subquery()
    rested = col(e.rests_until).is_(None) | (col(e.rests_until) <= now)
    query = select(col(e.uid)).where(
        col(e.state) == ACTIVE, rested, due | (col(e.position) < newest)
    )
    return list(connection.execute(query.order_by(col(e.id))).scalars())


def change(connection: Connection, id: int, **values: Any) -> None:
    """Set columns of an endpoint."""
    if (said := values.get("said")) is not None:
        values["said"] = said[:LONGEST]
    connection.execute(update_of(EndpointRow).where(_is(id)).values(**values))


def took(connection: Connection, id: int, at: datetime) -> None:
    """It has taken a message: all is well with it."""
    delivered = col(EndpointRow.delivered) + 1
    change(
        connection, id, delivered=delivered, delivered_at=at, silent=0, failing_since=None,
        rests_until=None,
    )  # fmt: skip


def switch(
    connection: Connection, id: int, state: str, reason: str | None, at: datetime
) -> None:
    """Turn it on, with a clean slate, or off. Who delivers to it now is stopped."""
    fresh = {"silent": 0, "failing_since": None, "rests_until": None}
    epoch = col(EndpointRow.lease_epoch) + 1
    change(
        connection, id, state=state, reason=reason and reason[:LONGEST], since=at,
        lease_epoch=epoch, lease_until=0.0, **(fresh if state == ACTIVE else {}),
    )  # fmt: skip


def remove(connection: Connection, id: int) -> None:
    """Forget an endpoint and all its messages."""
    connection.execute(delete(MessageRow).where(col(MessageRow.endpoint_id) == id))
    connection.execute(delete(EndpointRow).where(_is(id)))


def sealed(connection: Connection, id: int, *, lock: bool = False) -> bytes:
    """Its secrets, sealed; with `lock` nobody else changes them until the commit."""
    query = select(col(EndpointRow.sealed)).where(_is(id))
    found: bytes = connection.execute(
        query.with_for_update() if lock else query
    ).scalar_one()
    return found


# Who delivers ---------------------------------------------------------------------------


def take(connection: Connection, id: int, seconds: float) -> Lease | None:
    """The lease of an active endpoint, or None while another has it.

    That of a process of this machine which has ended is taken over at once.
    """
    e, now, holder = EndpointRow, database_now(connection), new_holder()
    former = connection.execute(select(col(e.lease_holder)).where(_is(id))).scalar()
    free = col(e.lease_until) < now
    if is_gone(former):
        free |= col(e.lease_holder) == former
    step = (
        update_of(e)
        .where(_is(id), col(e.state) == ACTIVE, free)
        .values(
            lease_holder=holder,
            lease_epoch=col(e.lease_epoch) + 1,
            lease_until=now + seconds,
        )
        .returning(col(e.lease_epoch))
    )
    epoch = connection.execute(step).scalar_one_or_none()
    return None if epoch is None else Lease(id, holder, int(epoch))


def hold(connection: Connection, lease: Lease, seconds: float) -> None:
    """Prove the lease and lengthen it, in the caller's transaction.

    Raises LeaseLost when another has it or the endpoint is off or gone.
    """
    until = database_now(connection) + seconds
    mine = (*_held(lease), col(EndpointRow.state) == ACTIVE)
    step = update_of(EndpointRow).where(*mine).values(lease_until=until)
    if connection.execute(step).rowcount != 1:
        raise LeaseLost("another worker delivers to this endpoint, or it is off")


def free(connection: Connection, lease: Lease) -> None:
    """Give the lease back, whatever has become of it."""
    step = update_of(EndpointRow).where(*_held(lease))
    connection.execute(step.values(lease_holder=None, lease_until=0.0))


def _held(lease: Lease) -> Sequence[ColumnElement[bool]]:
    return _is(lease.endpoint_id), col(EndpointRow.lease_epoch) == lease.epoch


def _is(id: int) -> ColumnElement[bool]:
    return col(EndpointRow.id) == id


def _query() -> Any:
    e, m = EndpointRow, MessageRow
    mine = select(func.count()).where(col(m.endpoint_id) == col(e.id))
    return select(
        e.__table__,  # type: ignore[attr-defined]
        mine.where(col(m.dead_at).is_(None)).scalar_subquery().label("waiting"),
        mine.where(col(m.dead_at).is_not(None)).scalar_subquery().label("dead"),
    )


def _endpoint(row: Any) -> Endpoint:
    return Endpoint(
        row.id, row.uid, row.url, row.description, tuple(row.events), tuple(row.shops),
        row.company, row.state, row.reason, row.since, row.position, row.made_at,
        row.delivered, row.delivered_at, row.failing_since, row.silent, row.said,
        row.rests_until, row.waiting, row.dead,
    )  # fmt: skip
