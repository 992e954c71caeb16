"""The inbox: pushes kept before they are acknowledged, claimed to be worked off."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, select, update
from sqlmodel import col

from . import bulk
from .engine import database_now
from .kinds import KINDS
from .tables import InboxRow, RawRow
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


def put_off(
    connection: Connection,
    name: str,
    of: Of,
    due: datetime,
    *,
    said: str,
    since: datetime | None = None,
) -> None:
    """Have all that wait and are this claim's or nobody's wait until then; none is tried
    sooner for it. With `since` those that came after it and were never tried. How often
    they have failed stays."""
    i = InboxRow
    theirs = [*_open(connection, name, of), col(i.due_at) < due]
    if since is not None:
        theirs += [col(i.received_at) > since, col(i.attempts) == 0]
    # Those another is just writing are left: two that wait for each other's rows never end.
    ids = select(col(i.id)).where(*theirs).with_for_update(skip_locked=True)
    values = {"due_at": due, "said": said[:LONGEST], "claim": None, "claimed_until": 0.0}
    connection.execute(update(i).where(col(i.id).in_(ids)).values(values))


def _open(connection: Connection, name: str, of: Of) -> list[ColumnElement[bool]]:
    """Those that wait, and are this claim's or nobody's."""
    i, clock = InboxRow, database_now(connection)
    ours = (col(i.claim) == name) | (col(i.claimed_until) < clock)
    return [
        col(i.state) == WAITING, ours, col(i.channel) == of.channel, col(i.app) == of.app,
        col(i.account) == of.account, col(i.kind) == of.kind,
    ]  # fmt: skip


def crowds(connection: Connection, among: Collection[Of], most: int) -> set[Of]:
    """Those of whom pushes wait that name more than so many records, none of them tried."""
    i = InboxRow
    accounts = {of.account for of in among if of.account is not None}
    by = (col(i.channel), col(i.app), col(i.account), col(i.kind))
    query = select(*by).where(
        col(i.state) == WAITING, col(i.attempts) == 0, col(i.account).in_(accounts)
    )
    many = func.count(func.distinct(col(i.external_id))) > most
    rows = connection.execute(query.group_by(*by).having(many))
    return {of for row in rows if (of := Of(*row)) in among}


class Brought(NamedTuple):
    """A push that waits, and when what it names was last seen to be new."""

    id: int
    wakes: tuple[str, ...]
    received_at: datetime
    fetched_at: datetime


def brought(
    connection: Connection, name: str, of: Of, shop_id: int, limit: int
) -> list[Brought]:
    """The oldest that wait, are this claim's or nobody's, and name what is stored as it
    was fetched after they came, on clocks that agree."""
    i, r, kind = InboxRow, RawRow, KINDS[str(of.kind)]
    c = kind.table.c
    stored = (c.shop_id == shop_id) & (c.external_id == col(i.external_id))
    raw = (col(r.entity) == kind.name) & (col(r.entity_id) == c.id)
    query = (
        select(col(i.id), col(i.wakes), col(i.received_at), col(r.fetched_at))
        .join(kind.table, stored).join(r, raw)
        .where(*_open(connection, name, of), col(r.fetched_at) > col(i.received_at))
        .order_by(col(i.id)).limit(limit).with_for_update(of=i, skip_locked=True)
    )  # fmt: skip
    return [
        Brought(id, tuple(_words(wakes)), received_at, fetched_at)
        for id, wakes, received_at, fetched_at in connection.execute(query)
        if id is not None
    ]


def confirm(connection: Connection, ids: Sequence[int], at: datetime) -> None:
    """Those `brought` gave in this transaction are done."""
    i = InboxRow
    values = {"state": DONE, "done_at": at, "said": None, "claim": None}
    waiting = (col(i.id).in_(ids), col(i.state) == WAITING)
    connection.execute(update(i).where(*waiting).values({**values, "claimed_until": 0.0}))


def fetched(
    connection: Connection, kind: str, shop_ids: Sequence[int], ids: Sequence[str]
) -> dict[str, datetime]:
    """Since when what is stored of these records is known: when the calls were sent that
    last brought something new of each. None of what is not stored."""
    if kind not in KINDS:
        return {}
    of, r = KINDS[kind], RawRow
    c = of.table.c
    query = (
        select(c.external_id, func.max(col(r.fetched_at)))
        .join(r, (col(r.entity) == of.name) & (col(r.entity_id) == c.id))
        .where(c.shop_id.in_(shop_ids), c.external_id.in_(ids))
        .group_by(c.external_id)
    )
    return {id: at for id, at in connection.execute(query)}


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
        row.message_id, row.event_at, tuple(_words(row.wakes)), row.state, row.attempts,
        row.said, row.received_at, row.due_at, row.done_at,
    )  # fmt: skip


def _words(text: str | None) -> Iterator[str]:
    yield from text.split(",") if text else ()
