"""Orders, and what stands under them."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field

from .columns import Row, key, money, ref, sealed


class OrderRow(Row, table=True):
    """One order. Column meanings as in `hub_core.models.Order`."""

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("shop_id", "external_id"),
        Index("ix_orders_created", "shop_id", "channel_created_at"),
        Index("ix_orders_reread", "shop_id", "reread_at"),
        Index("ix_orders_changed", "hub_changed_at", "id"),
        # What a page is read along: see `walks`.
        Index("ix_orders_shop_changed", "shop_id", "hub_changed_at", "id"),
        Index("ix_orders_status", "order_status", "hub_changed_at", "id", "shop_id"),
        Index(
            "ix_orders_place",
            *("place_external_id", "hub_changed_at", "id", "order_status", "shop_id"),
            "channel_created_at",
            # On PostgreSQL, too, as its migration says; said here, it would bring in all
            # that database's drivers.
            sqlite_where=text("place_external_id IS NOT NULL"),
        ),
        Index("ix_orders_newest", "channel_created_at", "id"),
    )

    id: int | None = key()
    uid: str = Field(unique=True)
    shop_id: int = ref(index=False)
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
    goods_amount: int | None = money()
    freight_amount: int | None = money()
    tax_amount: int | None = money()
    discount_amount: int | None = money()
    merchant_discount_amount: int | None = money()
    platform_discount_amount: int | None = money()
    talent_discount_amount: int | None = money()
    payment_discount_amount: int | None = money()
    payable_amount: int | None = money()
    buyer_paid_amount: int | None = money()
    merchant_receivable_amount: int | None = money()
    refunded_amount: int | None = money()
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


class OrderLineRow(Row, table=True):
    """One bought SKU of an order."""

    __tablename__ = "order_line"

    id: int | None = key()
    order_id: int = ref()
    position: int
    external_id: str
    product_external_id: str | None = None
    sku_external_id: str | None = None
    sku_code: str | None = None
    title: str
    spec_text: str | None = None
    quantity: int
    unit_price: int | None = money()
    goods_amount: int | None = money()
    discount_amount: int | None = money()
    merchant_discount_amount: int | None = money()
    platform_discount_amount: int | None = money()
    talent_discount_amount: int | None = money()
    payment_discount_amount: int | None = money()
    buyer_paid_amount: int | None = money()
    refunded_amount: int | None = money()
    fulfillment_status: str
    after_sale_status: str
    status_raw: str | None = None
    is_gift: bool = False


class DeliveryRow(Row, table=True):
    """One parcel or hand-over."""

    __tablename__ = "delivery"

    id: int | None = key()
    order_id: int = ref()
    position: int
    external_id: str
    kind: str
    carrier_code: str | None = None
    carrier_name: str | None = None
    tracking_no: str | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    line_external_ids: str | None = None


class VoucherRow(Row, table=True):
    """One voucher an order gave its buyer."""

    __tablename__ = "voucher"

    id: int | None = key()
    order_id: int = ref()
    position: int
    external_id: str
    line_external_id: str | None = None
    order_item_external_id: str | None = None
    status: str
    status_raw: str | None = None
    status_at: datetime | None = None
    original_amount: int | None = money()
    buyer_paid_amount: int | None = money()
    merchant_receivable_amount: int | None = money()
    refunded_amount: int | None = money()
    refunded_at: datetime | None = None


class PartyRow(Row, table=True):
    """Buyer and receiver of an order: sealed, with masked copies for people."""

    __tablename__ = "party"

    order_id: int = Field(primary_key=True, sa_type=BigInteger)
    protection: str
    masked_name: str | None = None
    masked_phone: str | None = None
    region: str | None = None
    phone_key: str | None = Field(default=None, index=True)
    sealed: bytes = sealed()
