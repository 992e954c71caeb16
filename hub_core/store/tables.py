"""The store's tables. Written in bulk through Core; read as typed rows.

Internal keys are integers; `uid` (UUIDv5 of the natural key) is what an ERP addresses.
Amounts are minor units in BigInteger. Sealed columns are AES-256-GCM (see `vault`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
)
from sqlmodel import Field, SQLModel

BIGINT_KEY = BigInteger().with_variant(Integer, "sqlite")
"""SQLite only makes INTEGER a row id."""


def _key() -> Any:
    return Field(default=None, sa_column=Column(BIGINT_KEY, primary_key=True))


def _ref(index: bool = True) -> Any:
    return Field(sa_type=BigInteger, index=index)


def _money() -> Any:
    return Field(default=None, sa_type=BigInteger)


def _json() -> Any:
    return Field(default_factory=dict, sa_type=JSON)


def _sealed() -> Any:
    return Field(sa_type=LargeBinary)


class ShopRow(SQLModel, table=True):
    """One authorised shop."""

    __tablename__ = "shop"
    __table_args__ = (UniqueConstraint("channel", "external_id"),)

    id: int | None = _key()
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
    account: dict[str, Any] = _json()
    settings: dict[str, Any] = _json()
    pins: dict[str, Any] = _json()
    created_at: datetime
    refused_at: datetime | None = None
    refused_why: str | None = None


class TokenRow(SQLModel, table=True):
    """A token, sealed. `subject` is an app (shared tokens) or a shop."""

    __tablename__ = "token"

    subject: str = Field(primary_key=True)
    version: int
    state: str
    sealed: bytes = _sealed()
    expires_at: datetime | None = None
    fetched_at: datetime
    locked_by: str | None = None
    locked_until: datetime | None = None


class StreamRow(SQLModel, table=True):
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


class CoverageRow(SQLModel, table=True):
    """What is known of an interval of a stream: `complete`, `partial` or `unknown`."""

    __tablename__ = "coverage"
    __table_args__ = (Index("ix_coverage_span", "shop_id", "stream", "since"),)

    id: int | None = _key()
    shop_id: int = _ref(index=False)
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


class OrderRow(SQLModel, table=True):
    """One order. Column meanings as in `hub_core.models.Order`."""

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("shop_id", "external_id"),
        Index("ix_orders_created", "shop_id", "channel_created_at"),
        Index("ix_orders_reread", "shop_id", "reread_at"),
    )

    id: int | None = _key()
    uid: str = Field(unique=True)
    shop_id: int = _ref(index=False)
    external_id: str
    parent_external_id: str | None = None
    type: str
    type_raw: str | None = None
    status_raw: str
    order_status: str
    payment_status: str
    fulfillment_status: str
    after_sale_status: str
    place_external_id: str | None = None
    channel_created_at: datetime | None = None
    channel_updated_at: datetime | None = None
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    completed_at: datetime | None = None
    cancelled_at: datetime | None = None
    promise_ship_at: datetime | None = None
    business_date: str | None = None
    """The shop's trading day of `paid_at`, else of creation (zone and day cut applied)."""
    close_reason: str | None = None
    currency: str = "CNY"
    goods_amount: int | None = _money()
    freight_amount: int | None = _money()
    tax_amount: int | None = _money()
    discount_amount: int | None = _money()
    merchant_discount_amount: int | None = _money()
    platform_discount_amount: int | None = _money()
    talent_discount_amount: int | None = _money()
    payment_discount_amount: int | None = _money()
    payable_amount: int | None = _money()
    buyer_paid_amount: int | None = _money()
    merchant_receivable_amount: int | None = _money()
    refunded_amount: int | None = _money()
    source: str | None = None
    talent_external_id: str | None = None
    buyer_key: str | None = None
    """HMAC of the platform's buyer token: joins orders of one buyer, tells nobody who."""
    flags: str | None = None
    issues: str | None = None
    ext: str | None = None
    missing_at: datetime | None = None
    """When the platform stopped knowing this order."""
    reread_at: datetime | None = None
    """When it is due to be fetched by id again; NULL once final."""
    adapter: str
    """The version file that read it: `orders_v2`."""
    row_hash: bytes = Field(sa_type=LargeBinary)
    journal_id: int | None = Field(default=None, sa_type=BigInteger)
    hub_seen_at: datetime
    hub_changed_at: datetime


class OrderLineRow(SQLModel, table=True):
    """One bought SKU of an order."""

    __tablename__ = "order_line"

    id: int | None = _key()
    order_id: int = _ref()
    position: int
    external_id: str
    product_external_id: str | None = None
    sku_external_id: str | None = None
    sku_code: str | None = None
    title: str
    spec_text: str | None = None
    quantity: int
    unit_price: int | None = _money()
    goods_amount: int | None = _money()
    discount_amount: int | None = _money()
    merchant_discount_amount: int | None = _money()
    platform_discount_amount: int | None = _money()
    talent_discount_amount: int | None = _money()
    payment_discount_amount: int | None = _money()
    buyer_paid_amount: int | None = _money()
    refunded_amount: int | None = _money()
    fulfillment_status: str
    after_sale_status: str
    status_raw: str | None = None
    is_gift: bool = False


class DeliveryRow(SQLModel, table=True):
    """One parcel or hand-over."""

    __tablename__ = "delivery"

    id: int | None = _key()
    order_id: int = _ref()
    position: int
    external_id: str
    kind: str
    carrier_code: str | None = None
    carrier_name: str | None = None
    tracking_no: str | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    line_external_ids: str | None = None


class VoucherRow(SQLModel, table=True):
    """One voucher an order gave its buyer."""

    __tablename__ = "voucher"

    id: int | None = _key()
    order_id: int = _ref()
    position: int
    external_id: str
    line_external_id: str | None = None
    order_item_external_id: str | None = None
    status: str
    status_raw: str | None = None
    status_at: datetime | None = None
    original_amount: int | None = _money()
    buyer_paid_amount: int | None = _money()
    merchant_receivable_amount: int | None = _money()
    refunded_amount: int | None = _money()
    refunded_at: datetime | None = None


class PartyRow(SQLModel, table=True):
    """Buyer and receiver of an order: sealed, with masked copies for people."""

    __tablename__ = "party"

    order_id: int = Field(primary_key=True, sa_type=BigInteger)
    protection: str
    masked_name: str | None = None
    masked_phone: str | None = None
    region: str | None = None
    phone_key: str | None = Field(default=None, index=True)
    sealed: bytes = _sealed()


class RawRow(SQLModel, table=True):
    """The latest raw payload of an order in one area, sealed."""

    __tablename__ = "raw"

    order_id: int = Field(primary_key=True, sa_type=BigInteger)
    area: str = Field(primary_key=True)
    shape: str
    sealed: bytes = _sealed()
    fetched_at: datetime
    journal_id: int | None = Field(default=None, sa_type=BigInteger)


class ParkedRow(SQLModel, table=True):
    """A record that could not be read, put aside with its raw form."""

    __tablename__ = "parked"
    __table_args__ = (UniqueConstraint("shop_id", "stream", "record_key"),)

    id: int | None = _key()
    shop_id: int = _ref(index=False)
    stream: str
    record_key: str
    """The record's id, or a hash of its raw form when it has none."""
    external_id: str | None = None
    reason: str
    shape: str | None = None
    sealed: bytes = _sealed()
    journal_id: int | None = Field(default=None, sa_type=BigInteger)
    attempts: int = 0
    first_seen_at: datetime
    last_seen_at: datetime
    wanted_at: datetime | None = None
    """The version a list named and no detail has shown yet."""
    retry_at: datetime | None = None
    resolved_at: datetime | None = None


class FeedRow(SQLModel, table=True):
    """What changed, in commit order. `seq` has no gaps a reader could fall into."""

    __tablename__ = "feed"

    seq: int = Field(sa_column=Column(BIGINT_KEY, primary_key=True, autoincrement=False))
    at: datetime
    shop_id: int = _ref(index=False)
    entity: str
    entity_id: int = _ref()
    kind: str


class FeedCounterRow(SQLModel, table=True):
    """One row: the last `seq` given. Its lock makes the feed's order the commits' order."""

    __tablename__ = "feed_counter"

    id: int = Field(primary_key=True)
    seq: int = Field(default=0, sa_type=BigInteger)


class JournalRow(SQLModel, table=True):
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


class DriftRow(SQLModel, table=True):
    """Something a platform said that this version of the hub does not know."""

    __tablename__ = "drift"
    __table_args__ = (UniqueConstraint("channel", "shape", "field", "code"),)

    id: int | None = _key()
    channel: str
    shape: str
    field: str
    code: str
    rows: int = 0
    first_seen_at: datetime
    last_seen_at: datetime


class IncidentRow(SQLModel, table=True):
    """Something a person should know: a gap, an authorisation that ended, a token another
    system used."""

    __tablename__ = "incident"

    id: int | None = _key()
    at: datetime
    channel: str | None = None
    shop_id: int | None = Field(default=None, sa_type=BigInteger)
    kind: str = Field(index=True)
    text: str


class PaceRow(SQLModel, table=True):
    """The state of one shared rate limit; also a ban's end. Epoch milliseconds inside."""

    __tablename__ = "pace"

    key: str = Field(primary_key=True)
    state: dict[str, Any] = _json()


class MetaRow(SQLModel, table=True):
    """Facts about this database: the key's fingerprint and the like."""

    __tablename__ = "meta"

    name: str = Field(primary_key=True)
    value: str
