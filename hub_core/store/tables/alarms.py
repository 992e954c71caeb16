"""What is wrong, since when, who was told of it, and who looks."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from .columns import Row, key


class AlarmRow(Row, table=True):
    """One trouble, from its first look to its end."""

    __tablename__ = "alarm"
    __table_args__ = (Index("ix_alarm_closed", "closed_at"),)

    id: int | None = key()
    key: str
    """What it is and of whom: `stale:west-lake:orders`."""
    open_key: str | None = Field(default=None, unique=True)
    """The key while it is open: of one trouble there is one open alarm."""
    source: str
    """Which condition finds it, and so can say that it is gone."""
    severity: str
    channel: str | None = None
    company: str | None = None
    shop: str | None = None
    said: str
    next: str
    since: datetime | None = None
    raised_at: datetime
    tell_at: datetime
    """What passes before this moment is told to nobody."""
    gone_at: datetime | None = None
    """The first look that did not find it any more."""
    closed_at: datetime | None = None
    quiet: bool = False
    """Its end is not told: another alarm stands for it, or it was no lasting thing."""
    once: bool = False
    acked_at: datetime | None = None
    flaps: int = 0
    """How often it had come back shortly after its end."""


class AlarmToldRow(Row, table=True):
    """What a receiver has heard of an alarm."""

    __tablename__ = "alarm_told"

    alarm_id: int = Field(primary_key=True, sa_type=BigInteger)
    target: str = Field(primary_key=True)
    severity: str
    at: datetime
    """When last."""
    ended: bool = False
    """Its end, too."""


class AlarmTargetRow(Row, table=True):
    """A receiver, and whether it can be reached."""

    __tablename__ = "alarm_target"

    name: str = Field(primary_key=True)
    since: datetime
    told_at: datetime | None = None
    tried_at: datetime | None = None
    failures: int = 0
    """In a row."""
    failing_since: datetime | None = None
    error: str | None = None


class AlarmLookRow(Row, table=True):
    """When a condition was last looked at. The row `` (no name) is of all looks, and says
    which process looks; its `until` is the database's own clock."""

    __tablename__ = "alarm_look"

    name: str = Field(primary_key=True)
    since: datetime
    at: datetime
    holder: str | None = None
    until: float = 0.0
