"""After-sale cases with their lines and refunds, and redemptions.

Columns as in `hub_core.models.after_sale` and `hub_core.models.redemption`.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from .columns import Row, key, money, ref


class AfterSaleRow(Row, table=True):
    """One after-sale case."""

    __tablename__ = "after_sale"
    __table_args__ = (
        UniqueConstraint("shop_id", "external_id"),
        Index("ix_after_sale_order", "shop_id", "order_external_id"),
        Index("ix_after_sale_reread", "shop_id", "reread_at"),
        Index("ix_after_sale_changed", "hub_changed_at", "id"),
    )

    id: int | None = key()
    uid: str = Field(unique=True)
    shop_id: int = ref(index=False)
    external_id: str
    order_external_id: str | None = None
    line_external_id: str | None = None
    kind: str
    kind_raw: str | None = None
    status: str
    status_raw: str
    reason_raw: str | None = None
    applied_at: datetime | None = None
    deadline_at: datetime | None = None
    decided_at: datetime | None = None
    completed_at: datetime | None = None
    currency: str = "CNY"
    requested_amount: int | None = money()
    agreed_amount: int | None = money()
    refunded_amount: int | None = money()
    return_carrier_code: str | None = None
    return_carrier_name: str | None = None
    return_tracking_no: str | None = None
    version_raw: str | None = None
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


class AfterSaleLineRow(Row, table=True):
    """What of its order a case is about."""

    __tablename__ = "after_sale_line"

    id: int | None = key()
    after_sale_id: int = ref()
    position: int
    line_external_id: str | None = None
    voucher_external_id: str | None = None
    product_external_id: str | None = None
    sku_external_id: str | None = None
    sku_code: str | None = None
    title: str | None = None
    quantity: int | None = None
    requested_amount: int | None = money()


class RefundRow(Row, table=True):
    """Money that went back, or is on its way."""

    __tablename__ = "refund"

    id: int | None = key()
    after_sale_id: int = ref()
    position: int
    external_id: str
    amount: int | None = money()
    buyer_amount: int | None = money()
    platform_amount: int | None = money()
    fee_amount: int | None = money()
    method: str | None = None
    status_raw: str | None = None
    voucher_external_id: str | None = None
    succeeded_at: datetime | None = None


class RedemptionRow(Row, table=True):
    """One use of one voucher (核销)."""

    __tablename__ = "redemption"
    __table_args__ = (
        UniqueConstraint("shop_id", "external_id"),
        Index("ix_redemption_day", "shop_id", "business_date"),
        Index("ix_redemption_reread", "shop_id", "reread_at"),
        Index("ix_redemption_changed", "hub_changed_at", "id"),
    )

    id: int | None = key()
    uid: str = Field(unique=True)
    shop_id: int = ref(index=False)
    external_id: str
    voucher_external_id: str | None = Field(default=None, index=True)
    order_external_id: str | None = None
    product_external_id: str | None = None
    sku_external_id: str | None = None
    sku_code: str | None = None
    title: str | None = None
    place_external_id: str | None = None
    status: str
    status_raw: str
    type_raw: str | None = None
    serial: int | None = None
    redeemed_at: datetime | None = None
    cancelled_at: datetime | None = None
    can_cancel: bool | None = None
    business_date: str | None = None
    """The shop's trading day of `redeemed_at` (zone and day cut applied)."""
    currency: str = "CNY"
    original_amount: int | None = money()
    list_amount: int | None = money()
    buyer_paid_amount: int | None = money()
    payment_discount_amount: int | None = money()
    coupon_paid_amount: int | None = money()
    merchant_discount_amount: int | None = money()
    platform_discount_amount: int | None = money()
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
