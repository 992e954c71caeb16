"""Products, their SKUs and stock levels, and the places they are sold at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .order import Issue
from .words import ListingStatus, ProductKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Sku:
    """One sellable variant. Amounts are minor units, stock whole pieces; None: not said."""

    external_id: str
    outer_code: str | None = None
    """The merchant's own code (商家编码), which an ERP binds by."""
    gtin: str | None = None
    title: str | None = None
    spec_text: str | None = None
    status: ListingStatus = ListingStatus.UNKNOWN
    status_raw: str | None = None
    price_amount: int | None = None
    list_amount: int | None = None
    """The struck-through price (市场价)."""
    available: int | None = None
    """Pieces a buyer could order now."""
    reserved: int | None = None
    """Pieces held by orders that are not paid or not yet counted as sold."""
    is_unlimited: bool = False
    """The channel counts no stock for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One sellable page of one shop on one channel."""

    external_id: str
    title: str
    listing_status: ListingStatus
    listing_status_raw: str
    kind: ProductKind = ProductKind.UNKNOWN
    kind_raw: str | None = None
    outer_code: str | None = None
    category_external_id: str | None = None
    category_path: str | None = None
    brand: str | None = None
    audit_reason: str | None = None
    sale_start_at: datetime | None = None
    sale_end_at: datetime | None = None
    place_external_ids: tuple[str, ...] = ()
    skus: tuple[Sku, ...] = ()
    currency: str = "CNY"
    channel_created_at: datetime | None = None
    channel_updated_at: datetime | None = None
    issues: tuple[Issue, ...] = ()
    ext: Mapping[str, str | int | bool | None] = field(default_factory=dict)
    """Extras of the channel by `channel:name`; an allow-list, never personal data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    """How many pieces of one SKU a channel offers, at one place or in all."""

    sku_external_id: str
    available: int | None
    as_of_at: datetime
    place_external_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A physical place (门店, POI) that belongs to a shop."""

    external_id: str
    name: str
    status_raw: str | None = None
    address: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    account_external_id: str | None = None
    """The platform's account of this place, where it has one of its own."""
    root_account_external_id: str | None = None
    outer_code: str | None = None
    """The merchant's own code of it, where the platform keeps one."""
    channel_created_at: datetime | None = None
    channel_updated_at: datetime | None = None
    issues: tuple[Issue, ...] = ()
    ext: Mapping[str, str | int | bool | None] = field(default_factory=dict)
