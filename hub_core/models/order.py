"""An order, whatever the channel: what was bought, what was paid, how it is fulfilled.

All amounts are whole minor units of `Order.currency` (CNY: fen); None means the platform
did not say, which is not 0. All times are aware. Ids are text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .words import (
    AfterSaleStatus,
    DeliveryKind,
    FulfillmentStatus,
    OrderStatus,
    OrderType,
    PaymentStatus,
    Protection,
    VoucherStatus,
)


@dataclass(frozen=True, slots=True)
class Issue:
    """Something about one field that a reader should know, in a stable code."""

    field: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Discounts:
    """What was taken off, by who pays for it. None: the platform did not say."""

    total_amount: int | None = None
    merchant_amount: int | None = None
    platform_amount: int | None = None
    talent_amount: int | None = None
    payment_amount: int | None = None


NO_DISCOUNTS = Discounts()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One bought SKU. `goods_amount` is authoritative; the unit price is for display."""

    external_id: str
    sku_external_id: str | None
    title: str
    quantity: int
    product_external_id: str | None = None
    sku_code: str | None = None
    """The merchant's own code (商家编码), which an ERP binds by."""
    spec_text: str | None = None
    unit_price: int | None = None
    goods_amount: int | None = None
    discounts: Discounts = NO_DISCOUNTS
    buyer_paid_amount: int | None = None
    refunded_amount: int | None = None
    fulfillment_status: FulfillmentStatus = FulfillmentStatus.UNKNOWN
    after_sale_status: AfterSaleStatus = AfterSaleStatus.NONE
    status_raw: str | None = None
    is_gift: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One parcel or hand-over of goods."""

    external_id: str
    kind: DeliveryKind = DeliveryKind.PARCEL
    carrier_code: str | None = None
    carrier_name: str | None = None
    tracking_no: str | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    line_external_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """One voucher (券) the order gave its buyer. Never holds the code itself."""

    external_id: str
    line_external_id: str | None = None
    order_item_external_id: str | None = None
    status: VoucherStatus = VoucherStatus.UNKNOWN
    status_raw: str | None = None
    status_at: datetime | None = None
    original_amount: int | None = None
    buyer_paid_amount: int | None = None
    merchant_receivable_amount: int | None = None
    refunded_amount: int | None = None
    refunded_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Buyer and receiver: personal data, sealed at rest and never printed.

    `buyer_token` and `receiver_token` are the platform's opaque handles (open_id, OAID):
    good for asking the platform, not for recognising a person across shops.
    """

    buyer_token: str | None = field(default=None, repr=False)
    buyer_nick: str | None = field(default=None, repr=False)
    receiver_token: str | None = field(default=None, repr=False)
    protection: Protection = Protection.ABSENT
    name: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    telephone: str | None = field(default=None, repr=False)
    province: str | None = None
    city: str | None = None
    district: str | None = None
    town: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    postcode: str | None = field(default=None, repr=False)
    buyer_note: str | None = field(default=None, repr=False)
    seller_note: str | None = field(default=None, repr=False)
    ciphers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Platform ciphertexts by field name, for decryption by the platform."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order of one shop on one channel.

    Its natural key is (channel, shop, `external_id`); channel and shop are given by the
    session that read it. `channel_updated_at` orders versions: newer wins.
    """

    external_id: str
    status_raw: str
    order_status: OrderStatus
    payment_status: PaymentStatus
    fulfillment_status: FulfillmentStatus
    after_sale_status: AfterSaleStatus = AfterSaleStatus.NONE
    type: OrderType = OrderType.NORMAL
    type_raw: str | None = None
    parent_external_id: str | None = None
    place_external_id: str | None = None
    channel_created_at: datetime | None = None
    channel_updated_at: datetime | None = None
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    completed_at: datetime | None = None
    cancelled_at: datetime | None = None
    promise_ship_at: datetime | None = None
    close_reason: str | None = None
    currency: str = "CNY"
    goods_amount: int | None = None
    freight_amount: int | None = None
    tax_amount: int | None = None
    discounts: Discounts = NO_DISCOUNTS
    payable_amount: int | None = None
    buyer_paid_amount: int | None = None
    merchant_receivable_amount: int | None = None
    refunded_amount: int | None = None
    source: str | None = None
    """Where the buyer came from, in the hub's words: live, video, search, shelf, poi."""
    talent_external_id: str | None = None
    flags: tuple[str, ...] = ()
    """Facts that stop a clerk: `locked`, `cash_on_delivery`, `risk_review` …"""
    lines: tuple[OrderLine, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    vouchers: tuple[Voucher, ...] = ()
    party: Party | None = None
    issues: tuple[Issue, ...] = ()
    ext: Mapping[str, str | int | bool | None] = field(default_factory=dict)
    """Channel extras from an allow-list, namespaced (`laike:room_id`); no personal data."""
