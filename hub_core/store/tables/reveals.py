"""Who asked whose receiver for what, and how often a day. Never whom it showed."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from .columns import Row, key, ref


class RevealRow(Row, table=True):
    """One asking for one order's receiver: written before it is sent, ended after."""

    __tablename__ = "reveal"
    __table_args__ = (Index("ix_reveal_shop", "shop_id", "id"),)

    id: int | None = key()
    shop_id: int = ref(index=False)
    order_external_id: str
    purpose: str
    actor: str
    """Who asked, in the caller's words."""
    day: date
    """By the platform's calendar: which day's quota it counts against."""
    units: int
    """Of that quota."""
    outcome: str
    """`unknown` until the answer is there, and for ever where none came."""
    said: str | None = None
    """The platform's word or code."""
    asked_at: datetime
    done_at: datetime | None = None


class RevealDayRow(Row, table=True):
    """What a shop's receivers have cost on one day."""

    __tablename__ = "reveal_day"

    shop_id: int = Field(primary_key=True, sa_type=BigInteger)
    day: date = Field(primary_key=True)
    used: int = 0
    closed: str | None = None
    """The platform's word that its own quota of this day is spent."""
