"""What may be wrong with shops and streams, in a query each however many there are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, and_, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from . import streams
from .limits import BAN
from .schedules import listing
from .tables import (
    AlarmRow,
    CoverageRow,
    IncidentRow,
    PaceRow,
    ParkedRow,
    ShopRow,
    StreamRow,
)

MANY = 2000
SYNC = "sync"
"""The task of a schedule that reads a stream."""


@dataclass(frozen=True, slots=True)
class StreamState:
    """When a stream of a shop was last read to its end."""

    shop: str
    name: str
    last_ok_at: datetime
    """The shop's own beginning where it never was."""
    every: timedelta | None
    """How often it is read; None: nothing says so."""
    reads: bool
    """False where it is paused, or no schedule has it any more."""


@dataclass(frozen=True, slots=True)
class Grown:
    """How many records that can't be read came new and are not mended."""

    shop_id: int
    hour: int
    day: int


@dataclass(frozen=True, slots=True)
class Ban:
    """Nothing is sent for a key until then."""

    key: str
    until: datetime


def stream_states(connection: Connection) -> list[StreamState]:
    """All streams that were ever read, of active shops."""
    s, shop = StreamRow, ShopRow
    query = (
        select(col(shop.name), col(s.name), col(s.last_ok_at), col(shop.created_at))
        .join(shop, col(shop.id) == col(s.shop_id))
        .where(col(shop.state) == "active", ~col(s.name).startswith(streams.COMMANDS))
        .order_by(col(shop.name), col(s.name))
    )
    plans = [plan for plan in listing(connection) if plan.slot.task == SYNC]
    planned = {(plan.shop, plan.slot.stream): plan for plan in plans}
    found = []
    for name, stream, ok, created in connection.execute(query):
        plan = planned.get((name, stream))
        reads = plan.paused_at is None if plan else not planned
        every = plan.every if plan else None
        found.append(StreamState(name, stream, ok or created, every, reads))
    return found


def gaps(
    connection: Connection, before: datetime, look_back: str
) -> dict[tuple[int, str], list[streams.Span]]:
    """By shop and stream: stretches noted before a moment that no proof covers.

    Those whose rule says `look_back` can't be had any more and are left out. Only streams
    that have a row which no single proof covers are reckoned through.
    """
    c, proof = CoverageRow, aliased(CoverageRow)
    covered = exists().where(
        col(proof.shop_id) == col(c.shop_id), col(proof.stream) == col(c.stream),
        col(proof.state) == "complete", col(proof.since) <= col(c.since),
        col(proof.until) >= col(c.until),
    )  # fmt: skip
    query = select(col(c.shop_id), col(c.stream)).distinct()
    open_rows = and_(
        col(c.state) != "complete", col(c.observed_at) <= before,
        ~col(c.rule).contains(look_back), ~covered,
    )  # fmt: skip
    found = {}
    for shop_id, stream in connection.execute(query.where(open_rows)).all():
        rows = streams.coverage_rows(connection, shop_id, stream)
        open_ones = [r for r in rows if r.state != "complete" and r.observed_at <= before]
        holes = [h for h in streams.open_spans(rows) if look_back not in h.rule]
        noted = [h for h in holes if any(_overlap(h, r) for r in open_ones)]
        if noted:
            found[shop_id, stream] = noted
    return found


def _overlap(hole: streams.Span, row: CoverageRow) -> bool:
    return row.since < hole.until and row.until > hole.since


def grown(connection: Connection, now: datetime) -> list[Grown]:
    """How many records were parked in the last hour and day and still are, by shop."""
    p, hour, day = ParkedRow, timedelta(hours=1), timedelta(days=1)
    recent = func.count(col(p.id)).filter(col(p.first_seen_at) > now - hour)
    query = select(col(p.shop_id), recent, func.count(col(p.id)))
    query = query.where(col(p.first_seen_at) > now - day, col(p.resolved_at).is_(None))
    found = connection.execute(query.group_by(col(p.shop_id)))
    return [Grown(*row) for row in found]


def bans(connection: Connection, now: datetime) -> list[Ban]:
    """Bans in force."""
    query = select(col(PaceRow.key), col(PaceRow.state))
    found = connection.execute(query.where(col(PaceRow.key).startswith(BAN)))
    ends = [(key, state.get("until", 0)) for key, state in found]
    timed = [(key, datetime.fromtimestamp(end, UTC)) for key, end in ends]
    return [Ban(key.removeprefix(BAN), until) for key, until in timed if until > now]


def fresh_incidents(
    connection: Connection, kinds: Collection[str], after: datetime
) -> list[tuple[str, str | None, int | None, datetime]]:
    """What happened after a moment: kind, channel, shop, when; the newest of too many."""
    i = IncidentRow
    query = select(col(i.kind), col(i.channel), col(i.shop_id), col(i.at))
    query = query.where(col(i.kind).in_(kinds), col(i.at) > after)
    query = query.order_by(col(i.id).desc()).limit(MANY)
    return [(kind, of, shop, at) for kind, of, shop, at in connection.execute(query)]


def lifted(
    connection: Connection, kinds: Collection[str], after: datetime, now: datetime
) -> dict[str, datetime]:
    """By shop: when alarms of these key beginnings were last found gone; `now` where the
    last look still found one."""
    a = AlarmRow
    query = select(col(a.shop), func.max(func.coalesce(col(a.gone_at), now)))
    begins = or_(*(col(a.key).startswith(f"{kind}:") for kind in kinds))
    recent = col(a.gone_at).is_(None) | (col(a.gone_at) > after)
    query = query.where(recent, col(a.shop).is_not(None), begins)
    found = connection.execute(query.group_by(col(a.shop)))
    return {shop: at for shop, at in found if shop is not None and at is not None}
