"""Pushes of one shop that wait, seen together: put off, counted, done by what was read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select, update
from sqlmodel import col

from .engine import database_now
from .inbox import DONE, LONGEST, WAITING, Of, words
from .kinds import KINDS
from .tables import InboxRow, RawRow


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
        Brought(id, words(wakes), received_at, fetched_at)
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
