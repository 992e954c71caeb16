"""Products and stock levels, as far as orders need them: what a line refers to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .words import ListingStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Sku:
    """One sellable variant. Amounts are minor units; None means not said."""

    external_id: str
    outer_code: str | None = None
    spec_text: str | None = None
    price_amount: int | None = None
    list_amount: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One sellable page of one shop on one channel."""

    external_id: str
    title: str
    listing_status: ListingStatus
    listing_status_raw: str
    skus: tuple[Sku, ...] = ()
    channel_updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    """How many pieces of one SKU a channel offers at one place."""

    sku_external_id: str
    available: int
    as_of_at: datetime
    place_external_id: str | None = None
