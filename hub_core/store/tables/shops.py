"""Shops, their tokens, and how far each of their lists has been read."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, UniqueConstraint
from sqlmodel import Field

from .columns import Row, json, key, ref, sealed


class ShopRow(Row, table=True):
    """One authorised shop."""

    __tablename__ = "shop"
    __table_args__ = (UniqueConstraint("channel", "external_id"),)

    id: int | None = key()
    uid: str = Field(unique=True)
    name: str = Field(unique=True)
    channel: str = Field(index=True)
    external_id: str
    app: str
    title: str | None = None
    company: str | None = Field(default=None, index=True)
    shop_group: str | None = Field(default=None, index=True)
    kind: str = "goods"
    time_zone: str = "Asia/Shanghai"
    day_cut_hour: int = 0
    state: str = "active"
    start_at: datetime
    account: dict[str, Any] = json()
    settings: dict[str, Any] = json()
    pins: dict[str, Any] = json()
    created_at: datetime
    refused_at: datetime | None = None
    refused_why: str | None = None


class TokenRow(Row, table=True):
    """A token, sealed. `subject` is an app (shared tokens) or a shop."""

    __tablename__ = "token"

    subject: str = Field(primary_key=True)
    version: int
    state: str
    sealed: bytes = sealed()
    expires_at: datetime | None = None
    fetched_at: datetime
    locked_by: str | None = None
    locked_until: datetime | None = None


class StreamRow(Row, table=True):
    """How far a shop's stream has been read, and who reads it now.

    The lease's times are the database's own clock.
    """

    __tablename__ = "stream"

    shop_id: int = Field(primary_key=True, sa_type=BigInteger)
    name: str = Field(primary_key=True)
    cursor_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_error: str | None = None
    last_error_at: datetime | None = None
    healed_at: datetime | None = None
    lease_holder: str | None = None
    lease_epoch: int = 0
    lease_until: float = 0.0


class CoverageRow(Row, table=True):
    """What is known of an interval of a stream: `complete`, `partial` or `unknown`."""

    __tablename__ = "coverage"
    __table_args__ = (Index("ix_coverage_span", "shop_id", "stream", "since"),)

    id: int | None = key()
    shop_id: int = ref(index=False)
    stream: str
    since: datetime
    until: datetime
    state: str
    rule: str
    """What proved it, or why it is not proved."""
    passes: int = 0
    pages: int = 0
    rows: int = 0
    late: int = 0
    """Rows found here after the interval had been called complete."""
    assumptions: list[str] = Field(default_factory=list, sa_type=JSON)
    shape: str | None = None
    journal_id: int | None = Field(default=None, sa_type=BigInteger)
    observed_at: datetime
