"""The change feed: what changed, in the order of the commits that changed it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import repeat

from sqlalchemy import Connection, select, update
from sqlmodel import col

from . import bulk
from .tables import FeedCounterRow, FeedRow


def append(
    connection: Connection,
    shop_id: int,
    entity: str,
    events: Sequence[tuple[int | None, str]],
    at: datetime,
) -> None:
    """Add events in the caller's transaction.

    The counter's row stays locked until the commit, so a higher `seq` never shows before
    a lower one and a reader that asks for "after n" skips nothing.
    """
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
