"""Where the messages of an app are taken: a queue that is asked, or a connection."""

from datetime import datetime

from sqlalchemy import BigInteger, Float, UniqueConstraint
from sqlmodel import Field

from .columns import Row, key


class InletRow(Row, table=True):
    """One app's inlet, and who takes from it. The lease is by the database's clock."""

    __tablename__ = "inlet"
    __table_args__ = (UniqueConstraint("channel", "app"),)

    id: int | None = key()
    channel: str
    app: str
    lease_holder: str | None = None
    lease_epoch: int = 0
    lease_until: float = Field(default=0.0, sa_type=Float)
    heard_at: datetime | None = None
    """When its platform last answered, or gave a sign of life."""
    taken_at: datetime | None = None
    """When the last message came."""
    taken: int = Field(default=0, sa_type=BigInteger)
    """Messages that were kept, those that came again too."""
    unread: int = Field(default=0, sa_type=BigInteger)
    """What came and was no message."""
    failing_since: datetime | None = None
    refused: bool = False
    """It fails for the platform will not have the app."""
    said: str | None = None
    """Why it fails."""
