"""What runs by itself: one row for each thing that is done to a stream again and again."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index
from sqlmodel import Field

from .columns import Row


class ScheduleRow(Row, table=True):
    """When a stream of a shop is next read, and how it went the last time."""

    __tablename__ = "schedule"
    __table_args__ = (Index("ix_schedule_due", "due_at"),)

    shop_id: int = Field(primary_key=True, sa_type=BigInteger)
    stream: str = Field(primary_key=True)
    task: str = Field(primary_key=True)
    """`sync` or `heal`."""
    every_seconds: int
    due_at: datetime
    paused_at: datetime | None = None
    queued_at: datetime | None = None
    """Since when it waits for a worker, or is being done; None: neither."""
    started_at: datetime | None = None
    done_at: datetime | None = None
    """When it ended last, well or not."""
    error: str | None = None
    """Why it did not end well the last time."""
    place: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    """Where what takes more than one slice is to be gone on with; None: it begins anew."""
