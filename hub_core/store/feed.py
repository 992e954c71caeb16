"""The change feed: what changed, in the order of the commits that changed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat

from sqlalchemy import ColumnElement, Connection, delete, func, null, select, update
from sqlmodel import col

from ..errors import PositionLost
from . import bulk, tables
from .engine import at_last
from .kinds import KINDS, Kind
from .tables import FeedCounterRow, FeedRow, ShopRow

LAST = ("feed",)
"""Its counter's place among what all shops' transactions write to."""


def append(
    connection: Connection,
    shop_id: int,
    entity: str,
    events: Sequence[tuple[int | None, str]],
    at: datetime,
) -> None:
    """Add events in the caller's transaction, as the last thing in it.

    The counter's row is locked from then until the commit, so a higher `seq` never shows
    before a lower one and a reader that asks for "after n" skips nothing. Everything else
    the transaction does is done before: others wait for the numbers alone.
    """
    at_last(connection, LAST, lambda c: _append(c, shop_id, entity, events, at))


def _append(
    connection: Connection,
    shop_id: int,
    entity: str,
    events: Sequence[tuple[int | None, str]],
    at: datetime,
) -> None:
    last = _advance(connection, len(events))
    first = last - len(events) + 1
    columns = {
        "seq": range(first, last + 1),
        "at": repeat(at),
        "shop_id": repeat(shop_id),
        "entity": repeat(entity),
        "entity_id": [entity_id for entity_id, _ in events],
        "kind": [kind for _, kind in events],
    }
    bulk.insert(connection, FeedRow, columns)


def _advance(connection: Connection, by: int) -> int:
    counter = FeedCounterRow
    step = (
        update(counter)
        .where(col(counter.id) == 1)
        .values(seq=col(counter.seq) + by)
        .returning(col(counter.seq))
    )
    return int(connection.execute(step).scalar_one())


def last_seq(connection: Connection) -> int:
    """The newest position of the feed."""
    found = connection.execute(select(col(FeedCounterRow.seq))).scalar_one()
    return int(found)


@dataclass(frozen=True, slots=True)
class Bounds:
    """From where to where the feed can be read."""

    forgotten: int
    """The last position that is no longer kept; 0: all are."""
    newest: int

    def check(self, after: int) -> None:
        """Raises PositionLost where what comes after a position cannot be told whole."""
        if after > self.newest:
            raise PositionLost(
                f"the feed has come to {self.newest}, not yet to {after}: is this another "
                "database, or one restored from a backup? Take a new copy and follow the "
                "position it was taken at"
            )
        if after < self.forgotten:
            raise PositionLost(
                f"changes up to {self.forgotten} are no longer kept, and {after} is before "
                "that: take a new copy and follow the position it was taken at"
            )


def bounds(connection: Connection) -> Bounds:
    """As the feed stands."""
    c = FeedCounterRow
    return Bounds(*connection.execute(select(col(c.forgotten), col(c.seq))).one())


def forget(connection: Connection, before: datetime, limit: int) -> int:
    """Drop the oldest changes, of those told before a moment; gives how many. What an
    endpoint that is on was not told of yet is kept."""
    f, e, c = FeedRow, tables.EndpointRow, FeedCounterRow
    told = select(func.min(col(e.position))).where(col(e.state) == "active")
    oldest = select(col(f.seq), col(f.at)).order_by(col(f.seq)).limit(limit).subquery()
    within = func.coalesce(told.scalar_subquery(), oldest.c.seq)
    last = connection.execute(
        select(func.max(oldest.c.seq)).where(oldest.c.at < before, oldest.c.seq <= within)
    ).scalar()
    if last is None:
        return 0
    done = connection.execute(delete(f).where(col(f.seq) <= last)).rowcount
    connection.execute(update(c).where(col(c.id) == 1).values(forgotten=last))
    return done


@dataclass(frozen=True, slots=True)
class Change:
    """One event of the feed: a hint to fetch the record, which may be newer already."""

    seq: int
    at: datetime
    kind: str
    """What of: `order.created`, `after_sale.changed`, `product.missing` …"""
    shop: str
    channel: str
    external_id: str
    uid: str


GO_LIVE = {"order", "after_sale", "redemption"}
"""Kinds of which an ERP that goes live does not want the old ones."""


def changes(
    connection: Connection,
    after: int,
    limit: int,
    *,
    created_since: datetime | None = None,
    kinds: Sequence[str] = (),
) -> list[Change]:
    """The feed after a position, oldest first; of all kinds, or of these (`order` …).

    Without orders, cases and redemptions known to be created before `created_since`.
    """
    f, s = FeedRow, ShopRow
    there = [k for k in KINDS.values() if not kinds or k.name in kinds]
    named = func.coalesce(*[k.table.c.external_id for k in there], NOTHING)
    keyed = func.coalesce(*[k.table.c.uid for k in there], NOTHING)
    query = select(
        col(f.seq), col(f.at), col(f.kind), col(s.name), col(s.channel), named, keyed
    ).join(s, col(s.id) == col(f.shop_id))
    for kind in there:
        own = (kind.table.c.id == col(f.entity_id)) & (col(f.entity) == kind.name)
        query = query.outerjoin(kind.table, own)
    query = query.where(col(f.seq) > after, col(f.entity).in_([k.name for k in there]))
    if created_since is not None:
        query = query.where(*_not_before(there, created_since))
    found = connection.execute(query.order_by(col(f.seq)).limit(limit))
    return [Change(*row) for row in found]


NOTHING = null()


def _not_before(kinds: Sequence[Kind], moment: datetime) -> list[ColumnElement[bool]]:
    created = [k.table.c.channel_created_at for k in kinds if k.name in GO_LIVE]
    return [at.is_(None) | (at >= moment) for at in created]


def events_of(
    connection: Connection, kind: str, id: int
) -> list[tuple[int, datetime, str]]:
    """A record's own events in the feed, oldest first."""
    f = FeedRow
    query = select(col(f.seq), col(f.at), col(f.kind)).where(
        col(f.entity) == kind, col(f.entity_id) == id
    )
    return [(r[0], r[1], r[2]) for r in connection.execute(query.order_by(col(f.seq)))]
