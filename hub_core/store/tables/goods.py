"""Products with their SKUs, and places. Columns as in `hub_core.models.goods`."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from .columns import Row, key, money, ref


class ProductRow(Row, table=True):
    """One product."""

    __tablename__ = "product"
    __table_args__ = (
        UniqueConstraint("shop_id", "external_id"),
        Index("ix_product_reread", "shop_id", "reread_at"),
        Index("ix_product_changed", "hub_changed_at", "id"),
    )

    id: int | None = key()
    uid: str = Field(unique=True)
    shop_id: int = ref(index=False)
    external_id: str
    title: str
    listing_status: str
    listing_status_raw: str
    kind: str
    kind_raw: str | None = None
    outer_code: str | None = None
    category_external_id: str | None = None
    category_path: str | None = None
    brand: str | None = None
    audit_reason: str | None = None
    sale_start_at: datetime | None = None
    sale_end_at: datetime | None = None
    place_external_ids: str | None = None
    currency: str = "CNY"
    channel_created_at: datetime | None = None
    channel_updated_at: datetime | None = None
    issues: str | None = None
    ext: str | None = None
    missing_at: datetime | None = None
    """When the platform stopped knowing it."""
    reread_at: datetime | None = None
    """When it is due to be fetched by id again; NULL once final."""
    adapter: str
    row_hash: bytes = Field(sa_type=LargeBinary)
    journal_id: int | None = Field(default=None, sa_type=BigInteger)
    hub_seen_at: datetime
    hub_changed_at: datetime
    listed_by: str | None = None
    """The stream whose list had it."""


class SkuRow(Row, table=True):
    """One SKU of a product."""

    __tablename__ = "sku"

    id: int | None = key()
    product_id: int = ref()
    position: int
    external_id: str = Field(index=True)
    outer_code: str | None = Field(default=None, index=True)
    gtin: str | None = None
    title: str | None = None
    spec_text: str | None = None
    status: str
    status_raw: str | None = None
    price_amount: int | None = money()
    list_amount: int | None = money()
    available: int | None = None
    reserved: int | None = None
    is_unlimited: bool = False


class PlaceRow(Row, table=True):
    """One physical place of a shop."""

    __tablename__ = "place"
    __table_args__ = (
        UniqueConstraint("shop_id", "external_id"),
        Index("ix_place_reread", "shop_id", "reread_at"),
    )

    id: int | None = key()
    uid: str = Field(unique=True)
    shop_id: int = ref(index=False)
    external_id: str
    name: str
    status_raw: str | None = None
    address: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    account_external_id: str | None = None
    root_account_external_id: str | None = None
    outer_code: str | None = None
    channel_created_at: datetime | None = None
    channel_updated_at: datetime | None = None
    issues: str | None = None
    ext: str | None = None
    missing_at: datetime | None = None
    """When the platform stopped knowing it."""
    reread_at: datetime | None = None
    """When it is due to be fetched by id again; NULL once final."""
    adapter: str
    row_hash: bytes = Field(sa_type=LargeBinary)
    journal_id: int | None = Field(default=None, sa_type=BigInteger)
    hub_seen_at: datetime
    hub_changed_at: datetime
    listed_by: str | None = None
    """The stream whose list had it."""
