"""Who works jobs off, and the jobs that people asked for."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from .columns import Row, json, key


class WorkerRow(Row, table=True):
    """A slot: one process at a time works under its name. The epoch fences a process that
    fell asleep and was taken for dead."""

    __tablename__ = "worker"

    slot: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    holder: str | None = None
    """The process that has it; None: nobody."""
    epoch: int = Field(default=0, sa_type=BigInteger)
    beats: int = Field(default=0, sa_type=BigInteger)
    """Signs of life: while they rise, the holder lives."""
    since: datetime | None = None
    """When its holder took it."""


class JobRow(Row, table=True):
    """Work at one shop that a person asked for, how far it is and how it ended."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_due", "state", "due_at"),
        Index("ix_job_shop", "shop_id"),
    )

    id: int | None = key()
    kind: str
    """`backfill`, `heal` or `rebuild`."""
    shop_id: int = Field(sa_type=BigInteger)
    what: dict[str, Any] = json()
    """What was asked for: streams or kinds, from when on."""
    state: str
    wish: str | None = None
    """`cancel` or `pause`: what whoever works at it is to do at its next step."""
    asked_by: str
    asked_at: datetime
    due_at: datetime
    queued_at: datetime | None = None
    turn: int = Field(default=0, sa_type=BigInteger)
    """Raised by whoever begins to work at it: of two that do, the later one writes."""
    attempts: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    place: dict[str, Any] = json()
    """How far it is: where the next turn goes on."""
    counts: dict[str, Any] = json()
    error: str | None = None
