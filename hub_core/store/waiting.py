"""Which shops have something that waits to be sent: a level, a parcel."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, update
from sqlmodel import col

from .commands import OPEN
from .tables import CommandRow, OfferRow, ScheduleRow, SkuBindingRow, StockItemRow


def with_levels() -> Select[int]:
    """Shops with a bound SKU whose newest level the platform neither has nor refused; the
    ERP has told of all its items."""
    b, i, o = SkuBindingRow, StockItemRow, OfferRow
    version, refused = func.sum(col(i.version)), func.max(col(o.refused))
    offered = and_(
        col(o.shop_id) == col(b.shop_id), col(o.sku_external_id) == col(b.sku_external_id)
    )
    return (
        select(col(b.shop_id))
        .outerjoin(i, col(i.code) == col(b.code))
        .outerjoin(o, offered)
        .group_by(col(b.shop_id), col(b.sku_external_id))
        .having(
            func.count() == func.count(col(i.code)),
            version != func.coalesce(func.max(col(o.version)), 0),
            or_(refused.is_(None), version != func.max(col(o.refused_version))),
        )
    )


def with_parcels() -> Select[int]:
    """Shops with a parcel that was not sent yet, or whose answer was lost."""
    c = CommandRow
    return select(col(c.shop_id)).where(col(c.kind) == "ship", col(c.state).in_(OPEN))


def pass_over(
    connection: Connection, now: datetime, waits: Mapping[str, Select[int]]
) -> None:
    """What of these tasks is due to shops for which nothing waits counts as done."""
    for task, seconds in _due(connection, now, waits):
        s = ScheduleRow
        step = update(s).where(
            *_idle(now), col(s.task) == task, col(s.every_seconds) == seconds,
            col(s.shop_id).not_in(waits[task]),
        )  # fmt: skip
        due = now + timedelta(seconds=seconds)
        connection.execute(step.values(due_at=due, done_at=now, error=None))


def _due(
    connection: Connection, now: datetime, tasks: Collection[str]
) -> list[tuple[str, int]]:
    """Which of the tasks are due at all, by their rhythms: asked first, for it costs less
    than what waits."""
    s = ScheduleRow
    rhythms = select(col(s.task), col(s.every_seconds)).where(
        *_idle(now), col(s.task).in_(tasks)
    )
    return [(task, seconds) for task, seconds in connection.execute(rhythms.distinct())]


def _idle(now: datetime) -> tuple[ColumnElement[bool], ...]:
    s = ScheduleRow
    return col(s.due_at) <= now, col(s.paused_at).is_(None), col(s.queued_at).is_(None)
