"""The inbox: pushes kept before they are acknowledged, claimed to be worked off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, select, update
from sqlmodel import col

from . import bulk
from .engine import database_now
from .kinds import KINDS
from .tables import InboxRow
from .vault import Vault

WAITING, DONE, UNHEEDED = "waiting", "done", "unheeded"
PARKED, NO_SHOP = "parked", "no_shop"
STUCK = (PARKED, NO_SHOP)
"""States that a person has to look at."""
LONGEST = 300


class Of(NamedTuple):
    """Whose a push is, as it says itself, and the kind of what it names."""

    channel: str
    app: str
    account: str | None
    kind: str | None


@dataclass(frozen=True, slots=True)
class Kept:
    """One push of the inbox, without its body."""

    id: int
    channel: str
    app: str
    event: str
    kind: str | None
    external_id: str | None
    account: str | None
    message_id: str | None
    event_at: datetime | None
    wakes: tuple[str, ...]
    state: str
    attempts: int
    said: str | None
    received_at: datetime
    due_at: datetime
    done_at: datetime | None

    @property
    def of(self) -> Of:
        """Whose it is, and of which kind."""
        return Of(self.channel, self.app, self.account, self.kind)


def cell(channel: str, app: str, body_hash: str) -> str:
    """Where a body stands, as its seal's additional data."""
    return f"inbox/sealed/{channel}:{app}:{body_hash}"


def put(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Add pushes; one whose body is there already is left as it is."""
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    bulk.insert(connection, InboxRow, columns, unless_there=True)


def claim(
    connection: Connection,
    name: str,
    now: datetime,
    limit: int,
    seconds: float,
    app: tuple[str, str] | None = None,
) -> list[Kept]:
    """The oldest of each shop that are due and nobody's, as `name`'s for so many seconds
    of the database's clock; of one channel's app, or of all.

    Each shop has its turn before another has its next: the many pushes of one let those
    of the others pass.
    """
    i, clock = InboxRow, database_now(connection)
    free = [*_due(now, app), col(i.claimed_until) < clock]
    shop = (col(i.channel), col(i.app), col(i.account))
    turn = func.row_number().over(partition_by=shop, order_by=col(i.id)).label("turn")
    ranked = select(col(i.id).label("id"), turn).where(*free).subquery()
    chosen = select(ranked.c.id).order_by(ranked.c.turn, ranked.c.id).limit(limit)
    query = select(i.__table__).where(col(i.id).in_(chosen), *free)  # type: ignore[attr-defined]
    query = query.order_by(col(i.id)).with_for_update(skip_locked=True)
    found = [_kept(row) for row in connection.execute(query)]
    if ids := [one.id for one in found]:
        values = {"claim": name, "claimed_until": clock + seconds}
        connection.execute(update(i).where(col(i.id).in_(ids)).values(values))
    return found


def _due(now: datetime, app: tuple[str, str] | None) -> list[ColumnElement[bool]]:
    i = InboxRow
    due = [col(i.state) == WAITING, col(i.due_at) <= now]
    if app is not None:
        due += [col(i.channel) == app[0], col(i.app) == app[1]]
    return due


def apps_due(connection: Connection, now: datetime) -> list[tuple[str, str]]:
    """(channel, app) of the pushes that are due and nobody's."""
    i, clock = InboxRow, database_now(connection)
    free = (*_due(now, None), col(i.claimed_until) < clock)
    query = select(col(i.channel), col(i.app)).where(*free).distinct()
    return [(channel, app) for channel, app in connection.execute(query)]


def finish(
    connection: Connection,
    name: str,
    ids: Sequence[int],
    state: str,
    at: datetime,
    said: str | None = None,
) -> None:
    """The claim's pushes are done with, or wait for a person."""
    values = {"state": state, "done_at": at, "said": said and said[:LONGEST]}
    _release(connection, name, ids, values)


def postpone(
    connection: Connection,
    name: str,
    ids: Sequence[int],
    due: datetime,
    *,
    attempts: int,
    said: str,
) -> None:
    """Try again then; `attempts` are how often it has failed so far."""
    values = {"due_at": due, "attempts": attempts, "said": said[:LONGEST]}
    _release(connection, name, ids, values)


def _release(
    connection: Connection, name: str, ids: Sequence[int], values: dict[str, Any]
) -> None:
    """Fenced by the claim: one that ran out and is another's by now changes nothing."""
    i = InboxRow
    mine = (col(i.id).in_(ids), col(i.claim) == name)
    free = {"claim": None, "claimed_until": 0.0}
    connection.execute(update(i).where(*mine).values({**values, **free}))


def again(connection: Connection, at: datetime, ids: Sequence[int] | None = None) -> int:
    """Have those that wait for a person (all, or these) tried again; gives how many."""
    i = InboxRow
    stuck: list[ColumnElement[bool]] = [col(i.state).in_(STUCK)]
    if ids is not None:
        stuck.append(col(i.id).in_(ids))
    values = {"state": WAITING, "due_at": at, "attempts": 0, "done_at": None}
    return connection.execute(update(i).where(*stuck).values(values)).rowcount


def any_without_shop(
    connection: Connection, channel: str, app: str, account: str | None
) -> bool:
    """Whether a push of this account waits for its shop already."""
    i = InboxRow
    query = select(col(i.id)).where(
        col(i.state) == NO_SHOP, col(i.channel) == channel, col(i.app) == app,
        col(i.account).is_(None) if account is None else col(i.account) == account,
    )  # fmt: skip
    return connection.execute(query.limit(1)).first() is not None


def owners(
    connection: Connection, kind: str, shop_ids: Sequence[int], external_id: str
) -> set[int]:
    """Which of these shops have a record of that id stored."""
    if kind not in KINDS:
        return set()
    c = KINDS[kind].table.c
    query = select(c.shop_id).where(c.shop_id.in_(shop_ids), c.external_id == external_id)
    return set(connection.execute(query).scalars())


def listing(
    connection: Connection, *, states: Sequence[str] = (), limit: int = 100
) -> list[Kept]:
    """Pushes, newest first; of these states, or all."""
    i = InboxRow
    query = select(i.__table__)  # type: ignore[attr-defined]
    if states:
        query = query.where(col(i.state).in_(states))
    rows = connection.execute(query.order_by(col(i.id).desc()).limit(limit))
    return [_kept(row) for row in rows]


def counts(connection: Connection) -> dict[str, tuple[int, datetime]]:
    """How many there are of each state, and when the oldest of them came."""
    i = InboxRow
    query = select(col(i.state), func.count(), func.min(i.received_at)).group_by(
        col(i.state)
    )
    return {state: (n, oldest) for state, n, oldest in connection.execute(query)}


def overdue(connection: Connection, before: datetime) -> tuple[int, datetime] | None:
    """How many have been due since before a moment, or were never tried since, and when
    the oldest of them came. Those that failed and are tried again later are not due."""
    i = InboxRow
    untried = (col(i.attempts) == 0) & (col(i.received_at) < before)
    late = (col(i.due_at) < before) | untried
    query = select(func.count(), func.min(i.received_at)).where(
        col(i.state) == WAITING, late
    )
    count, oldest = connection.execute(query).one()
    return (count, oldest) if count else None


def body(connection: Connection, id: int, vault: Vault) -> bytes | None:
    """A push's body as it came, opened. May hold personal data."""
    i = InboxRow
    query = select(col(i.channel), col(i.app), col(i.body_hash), col(i.sealed))
    row = connection.execute(query.where(col(i.id) == id)).first()
    if row is None:
        return None
    return vault.open(row.sealed, cell(row.channel, row.app, row.body_hash))


def purge(
    connection: Connection, done_before: datetime, stuck_before: datetime, limit: int
) -> int:
    """Remove what was worked off before the one moment, and what has waited for a person
    since before the other. What still waits to be worked off stays."""
    i = InboxRow
    old = (col(i.state).in_((DONE, UNHEEDED)) & (col(i.done_at) < done_before)) | (
        col(i.state).in_(STUCK) & (col(i.done_at) < stuck_before)
    )
    ids = list(connection.execute(select(col(i.id)).where(old).limit(limit)).scalars())
    return connection.execute(delete(i).where(col(i.id).in_(ids))).rowcount


def _kept(row: Any) -> Kept:
    return Kept(
        row.id, row.channel, row.app, row.event, row.kind, row.external_id, row.account,
        row.message_id, row.event_at, words(row.wakes), row.state, row.attempts,
        row.said, row.received_at, row.due_at, row.done_at,
    )  # fmt: skip


def words(text: str | None) -> tuple[str, ...]:
    """What a column holds, parted by commas."""
    return tuple(text.split(",")) if text else ()
