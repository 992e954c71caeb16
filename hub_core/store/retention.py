"""Forgetting what nobody asks for any more, a few rows at a time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlmodel import col

from . import feed
from .gauges import journal_id
from .tables import IncidentRow, JournalRow


def forget_calls(connection: Connection, before: datetime, limit: int) -> int:
    """Drop the oldest calls of the journal that were made before a moment; gives how many.
    What they brought stays, and proofs stay proved."""
    j = JournalRow
    old = select(col(j.id)).where(col(j.id) < journal_id(before)).order_by(col(j.id))
    step = delete(j).where(col(j.id).in_(old.limit(limit)))
    return connection.execute(step).rowcount


def forget_incidents(connection: Connection, before: datetime, limit: int) -> int:
    """Drop incidents that happened before a moment; gives how many."""
    i = IncidentRow
    old = select(col(i.id)).where(col(i.at) < before).order_by(col(i.id))
    step = delete(i).where(col(i.id).in_(old.limit(limit)))
    return connection.execute(step).rowcount


def forget_changes(connection: Connection, before: datetime, limit: int) -> int:
    """Drop changes of the feed that were told before a moment; gives how many."""
    return feed.forget(connection, before, limit)
