"""What platforms have pushed, and what they have asked, until it is done with."""

from datetime import datetime

from sqlalchemy import BigInteger, Float, Index, UniqueConstraint
from sqlmodel import Field

from .columns import Row, key, sealed


class InboxRow(Row, table=True):
    """One push that was accepted. What it names is a reason to look, no more."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "app", "body_hash"),
        Index("ix_inbox_due", "state", "due_at"),
    )

    id: int | None = key()
    channel: str
    app: str
    body_hash: str
    """SHA-256 of the body as it came: the same again is the same push. Of a message, of
    its id and what it names."""
    sealed: bytes = sealed()
    event: str
    kind: str | None = None
    external_id: str | None = None
    account: str | None = None
    message_id: str | None = None
    event_at: datetime | None = None
    wakes: str | None = None
    state: str
    """`waiting`, `done`, `unheeded`, `parked`, `no_shop`."""
    attempts: int = 0
    said: str | None = None
    """What came of it, or why it still waits."""
    received_at: datetime
    due_at: datetime
    done_at: datetime | None = None
    claim: str | None = None
    claimed_until: float = Field(default=0.0, sa_type=Float)
    """By the database's clock."""


class AskRow(Row, table=True):
    """One question a platform waits on, however often it asks."""

    __tablename__ = "ask"
    __table_args__ = (
        UniqueConstraint("channel", "app", "kind", "key"),
        Index("ix_ask_state", "state", "deadline_at"),
    )

    id: int | None = key()
    channel: str
    app: str
    kind: str
    key: str
    orders: str
    """Their ids at the platform, parted by commas."""
    amount: int | None = Field(default=None, sa_type=BigInteger)
    sealed: bytes = sealed()
    """The body as it came first."""
    shop_id: int | None = Field(default=None, sa_type=BigInteger)
    """None: nobody can tell yet whose it is."""
    codes: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How many codes it asks for."""
    sku: str | None = None
    outer_code: str | None = None
    answered: str | None = None
    """The verdict the platform was given last."""
    warned_at: datetime | None = None
    """When somebody was told that its time runs short."""
    state: str
    """`open`, `decided`, `told`: the platform has heard it, or `closed`: it was decided
    elsewhere."""
    verdict: str | None = None
    reason: str | None = None
    decided_by: str | None = None
    asked_at: datetime
    asked_again: int = 0
    deadline_at: datetime | None = None
    decided_at: datetime | None = None
    told_at: datetime | None = None
