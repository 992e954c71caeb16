"""What happened: raw payloads, parked records, the feed, the journal, incidents."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, UniqueConstraint
from sqlmodel import Field

from .columns import BIGINT_KEY, Row, json, key, ref, sealed


class RawRow(Row, table=True):
    """The latest raw payload of a record in one area, sealed."""

    __tablename__ = "raw"

    entity: str = Field(primary_key=True)
    """`order`, `product` …: whose `entity_id` this is."""
    entity_id: int = Field(primary_key=True, sa_type=BigInteger)
    area: str = Field(primary_key=True)
    shape: str
    sealed: bytes = sealed()
    fetched_at: datetime
    """What the platform says from then on may differ: no later than the call was sent that
    gave it, by the clock of the process that sent it."""
    journal_id: int | None = Field(default=None, sa_type=BigInteger)


class ParkedRow(Row, table=True):
    """A record that could not be read, put aside with its raw form."""

    __tablename__ = "parked"
    __table_args__ = (UniqueConstraint("shop_id", "stream", "record_key"),)

    id: int | None = key()
    shop_id: int = ref(index=False)
    stream: str
    record_key: str
    """The record's id, or a hash of its raw form when it has none."""
    external_id: str | None = None
    reason: str
    shape: str | None = None
    sealed: bytes = sealed()
    journal_id: int | None = Field(default=None, sa_type=BigInteger)
    attempts: int = 0
    first_seen_at: datetime
    last_seen_at: datetime
    wanted_at: datetime | None = None
    """The version a list named and no detail has shown yet."""
    retry_at: datetime | None = None
    resolved_at: datetime | None = None


class FeedRow(Row, table=True):
    """What changed, in commit order. `seq` has no gaps a reader could fall into."""

    __tablename__ = "feed"

    seq: int = Field(sa_column=Column(BIGINT_KEY, primary_key=True, autoincrement=False))
    at: datetime
    shop_id: int = ref(index=False)
    entity: str
    entity_id: int = ref()
    kind: str


class FeedCounterRow(Row, table=True):
    """One row: the last `seq` given. Its lock makes the feed's order the commits' order."""

    __tablename__ = "feed_counter"

    id: int = Field(primary_key=True)
    seq: int = Field(default=0, sa_type=BigInteger)
    forgotten: int = Field(
        default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"}
    )
    """The last `seq` that is no longer kept."""


class JournalRow(Row, table=True):
    """One call to a platform: what was asked, what came. No good body, no secret."""

    __tablename__ = "journal"

    id: int = Field(sa_column=Column(BIGINT_KEY, primary_key=True, autoincrement=False))
    at: datetime
    channel: str
    shop: str | None = Field(default=None, index=True)
    stream: str | None = None
    call: str
    shape: str | None = None
    endpoint: str
    attempt: int
    outcome: str
    http_status: int | None = None
    platform_code: str | None = None
    request_id: str | None = None
    sent_bytes: int = 0
    received_bytes: int = 0
    seconds: float = 0.0
    params: str | None = None
    body_hash: str | None = None
    body: str | None = None


class DriftRow(Row, table=True):
    """Something a platform said that this version of the hub does not know."""

    __tablename__ = "drift"
    __table_args__ = (UniqueConstraint("channel", "shape", "field", "code"),)

    id: int | None = key()
    channel: str
    shape: str
    field: str
    code: str
    rows: int = 0
    first_seen_at: datetime
    last_seen_at: datetime


class IncidentRow(Row, table=True):
    """Something a person should know: a gap, an authorisation that ended, a token another
    system used."""

    __tablename__ = "incident"

    id: int | None = key()
    at: datetime
    channel: str | None = None
    shop_id: int | None = Field(default=None, sa_type=BigInteger)
    kind: str = Field(index=True)
    text: str


class PaceRow(Row, table=True):
    """The state of one shared rate limit; also a ban's end. Epoch milliseconds inside."""

    __tablename__ = "pace"

    key: str = Field(primary_key=True)
    state: dict[str, Any] = json()


class MetaRow(Row, table=True):
    """Facts about this database: the key's fingerprint and the like."""

    __tablename__ = "meta"

    name: str = Field(primary_key=True)
    value: str
