"""Where changes are told of over webhooks, and what has yet to be told."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Index, UniqueConstraint
from sqlmodel import Field

from .columns import Row, key, ref, sealed


class EndpointRow(Row, table=True):
    """One address of an ERP's. The lease's times are the database's own clock."""

    __tablename__ = "endpoint"

    id: int | None = key()
    uid: str = Field(unique=True)
    url: str
    description: str
    events: list[str] = Field(default_factory=list, sa_type=JSON)
    """`order`, `order.created` …; none: all."""
    shops: list[str] = Field(default_factory=list, sa_type=JSON)
    """Names; none: all."""
    company: str | None = None
    sealed: bytes = sealed()
    """Its secrets, the newest first, and until when the former one signs too."""
    state: str
    """active, off."""
    reason: str | None = None
    """Why it is off."""
    since: datetime
    """Of its state."""
    position: int = Field(sa_type=BigInteger)
    """Of the feed: all changes up to it are delivered, or messages waiting or dead."""
    made_at: datetime
    delivered: int = Field(default=0, sa_type=BigInteger)
    """How many messages it has taken."""
    delivered_at: datetime | None = None
    failing_since: datetime | None = None
    """The first failure since it last took a message."""
    silent: int = 0
    """Attempts in a row that brought no answer, or that of a server in trouble."""
    said: str | None = None
    """What came of the last attempt that failed."""
    rests_until: datetime | None = None
    """Nothing is sent before."""
    lease_holder: str | None = None
    lease_epoch: int = 0
    lease_until: float = 0.0


class MessageRow(Row, table=True):
    """One change for one endpoint, until the endpoint has taken it."""

    __tablename__ = "endpoint_message"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "seq"),
        Index("ix_endpoint_message_open", "endpoint_id", "dead_at", "seq"),
    )

    id: int | None = key()
    endpoint_id: int = ref(index=False)
    seq: int = Field(sa_type=BigInteger)
    """Of the change in the feed."""
    message_id: str
    """The header `webhook-id`, the same in every attempt."""
    body: str
    made_at: datetime
    attempts: int = 0
    due_at: datetime
    tried_at: datetime | None = None
    said: str | None = None
    """What came of the last attempt."""
    dead_at: datetime | None = None
    """When it was given up; NULL: it waits."""
