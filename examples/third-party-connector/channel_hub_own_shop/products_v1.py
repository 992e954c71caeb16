"""Products with their SKUs and stock, first shape. Source: the shop's API page, README.md.

Wire models have the hub's names; an alias is the shop's.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from hub_core.models import ListingStatus, Product, ProductKind, Sku
from hub_core.wire import (
    JSON,
    Ask,
    ClockText,
    Id,
    Records,
    SomePieces,
    SomeText,
    SomeWhole,
    Text,
    Wire,
    Words,
)

from .asks import OneAsk, Reading, Writing

STATES = Words(
    {word: ListingStatus(word) for word in ("draft", "on_sale", "off_sale")},
    unknown=ListingStatus.UNKNOWN,
)


class AllAsk(Ask):
    """Every product, page by page."""

    after: str | None = None
    size: int = Field(ge=1, le=100)


class WireSku(Wire):
    """One variant."""

    external_id: Id = Field(alias="id")
    outer_code: SomeText = Field(None, alias="code")
    gtin: SomeText = Field(None, alias="barcode")
    spec_text: SomeText = Field(None, alias="spec")
    price_amount: SomeWhole = Field(None, alias="price")
    available: SomePieces = None


class WireProduct(Wire):
    """A product as the shop writes it."""

    external_id: Id = Field(alias="id")
    title: Text
    listing_status_raw: Text = Field(alias="status")
    channel_created_at: ClockText = Field(None, alias="created_at")
    channel_updated_at: ClockText = Field(None, alias="updated_at")
    skus: tuple[WireSku, ...] = ()


def read_product(wire: WireProduct) -> Product:
    """Wire to canonical."""
    told: dict[str, Any] = dict(wire) | {
        "kind": ProductKind.PHYSICAL,
        "listing_status": STATES[wire.listing_status_raw],
        "skus": tuple(Sku(**dict(sku)) for sku in wire.skus),
    }
    return Product(**told)


PRODUCTS = Records(WireProduct, read_product, id="id")
READ_ROW = PRODUCTS.again
LIST = Reading(
    name="products.list",
    endpoint="/api/v1/products",
    ask=AllAsk,
    read=PRODUCTS.page("products", cursor="next"),
)
GET = Reading(
    name="products.get",
    endpoint="/api/v1/products/{id}",
    ask=OneAsk,
    read=PRODUCTS.one("product"),
)


# Stock ---------------------------------------------------------------------------------


class LevelAsk(Ask):
    """What one SKU shall have."""

    sku_id: str
    available: int = Field(ge=0)


class SetAsk(Ask):
    """Levels of up to fifty SKUs."""

    levels: tuple[LevelAsk, ...] = Field(min_length=1, max_length=50)


class WireLevel(Wire):
    """What a SKU has now, or why it could not be set."""

    sku_id: Id
    available: SomePieces = None
    error: SomeText = None


def read_levels(data: JSON) -> list[WireLevel]:
    """What became of each SKU."""
    return [WireLevel.model_validate(row) for row in data["levels"]]


SET = Writing(
    name="stock.set", method="PUT", endpoint="/api/v1/stock", ask=SetAsk, read=read_levels
)
LEVEL = Reading(
    name="stock.get",
    endpoint="/api/v1/stock/{id}",
    ask=OneAsk,
    read=lambda data: WireLevel.model_validate(data["level"]),
)
