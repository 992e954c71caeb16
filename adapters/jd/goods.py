"""A ware and its SKUs as JD has them, and what they stand for.

Prices are yuan, as JSON numbers too; times epoch ms. Source: official pages of
jingdong.ware.read.searchWare4Valid and sku.read.searchSkuList (apiId 1587, 1227).
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, model_validator
from pydantic.alias_generators import to_camel

from hub_core.models import Issue, ListingStatus, Product, Sku
from hub_core.wire import (
    ClockText,
    Id,
    SomeId,
    SomePieces,
    SomeText,
    SomeWhole,
    SomeYuan,
    Text,
    Wire,
    Words,
)

from .pages import bare

LISTING: Words[ListingStatus] = Words(
    {
        "-1": ListingStatus.DELETED,
        "1": ListingStatus.DRAFT,  # never on sale
        "2": ListingStatus.OFF_SALE,
        "4": ListingStatus.BANNED,  # taken off by the platform
        "8": ListingStatus.ON_SALE,
        "513": ListingStatus.AUDITING,
        "514": ListingStatus.AUDITING,
        "516": ListingStatus.AUDITING,
        "520": ListingStatus.AUDITING,
        "1028": ListingStatus.REJECTED,
    },
    unknown=ListingStatus.UNKNOWN,
)
SKU_LISTING: Words[ListingStatus] = Words(
    {
        "1": ListingStatus.ON_SALE,
        "2": ListingStatus.OFF_SALE,
        "4": ListingStatus.DELETED,
    },
    unknown=ListingStatus.UNKNOWN,
)


def _props(value: Any) -> Any:
    if isinstance(value, list):
        return [bare(row, "prop") for row in value]
    return () if value is None else value


def _texts(value: Any) -> Any:
    return [value] if isinstance(value, str) else value or ()


class WireAttribute(Wire):
    """What tells a variant from its siblings; 1 is the colour, 2 the size."""

    model_config = ConfigDict(alias_generator=to_camel)

    index: SomeWhole = None
    attr_value_alias: Annotated[tuple[Text, ...], BeforeValidator(_texts)] = ()


class WireSku(Wire):
    """One variant."""

    model_config = ConfigDict(alias_generator=to_camel)

    sku_id: Id
    ware_id: SomeId = None
    status: SomeText = None
    sku_name: SomeText = None
    outer_id: SomeText = None
    bar_code: SomeText = None
    jd_price: SomeYuan = None
    stock_num: SomePieces = None
    sale_attrs: Annotated[tuple[WireAttribute, ...], BeforeValidator(_props)] = ()

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, row: Any) -> Any:
        return bare(row, "sku")


class WireWare(Wire):
    """A ware without its variants."""

    model_config = ConfigDict(alias_generator=to_camel)

    ware_id: Id
    ware_status: Text
    title: SomeText = None
    outer_id: SomeText = None
    item_num: SomeText = None
    category_id: SomeId = None
    multi_category_id: SomeId = None
    brand_name: SomeText = None
    online_time: ClockText = None
    offline_time: ClockText = None
    col_type: SomeText = None
    shop_id: SomeId = None
    market_price: SomeYuan = None
    modified: ClockText = None
    created: ClockText = None

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, row: Any) -> Any:
        return bare(row, "ware")


def read_product(ware: WireWare, skus: tuple[Sku, ...] = ()) -> Product:
    """The canonical product. Its time of change is the ware's own."""
    return Product(
        external_id=ware.ware_id,
        title=ware.title or "",
        listing_status=LISTING[ware.ware_status],
        listing_status_raw=ware.ware_status,
        outer_code=ware.outer_id or ware.item_num,
        category_external_id=ware.multi_category_id or ware.category_id,
        brand=ware.brand_name,
        sale_start_at=ware.online_time,
        skus=skus,
        channel_created_at=ware.created,
        channel_updated_at=ware.modified,
        issues=_issues(ware, skus),
        ext=_extras(ware),
    )


def read_sku(row: WireSku, stock: int | None) -> Sku:
    """The canonical variant; `stock` counts where it tells none itself."""
    return Sku(
        external_id=row.sku_id,
        outer_code=row.outer_id,
        gtin=row.bar_code,
        title=row.sku_name,
        spec_text=_spec(row),
        status=SKU_LISTING[row.status or ""],
        status_raw=row.status,
        price_amount=row.jd_price,
        available=stock if row.stock_num is None else row.stock_num,
    )


def _spec(row: WireSku) -> str | None:
    """`白色;M`: colour before size."""
    ordered = sorted(row.sale_attrs, key=lambda attribute: attribute.index or 0)
    values = [value for one in ordered for value in one.attr_value_alias if value]
    return ";".join(values) or None


def _issues(ware: WireWare, skus: tuple[Sku, ...]) -> tuple[Issue, ...]:
    issues = []
    if ware.ware_status not in LISTING:
        issues.append(Issue("listing_status", "unknown_word"))
    if any(s.status_raw and s.status is ListingStatus.UNKNOWN for s in skus):
        issues.append(Issue("skus.status", "unknown_word"))
    if ware.modified is None:
        issues.append(Issue("channel_updated_at", "missing"))
    return tuple(issues)


def _extras(ware: WireWare) -> dict[str, str | int | bool | None]:
    gone = ware.offline_time
    found: dict[str, str | int | bool | None] = {
        "jd:item_number": ware.item_num,
        "jd:cooperation": ware.col_type,
        "jd:shop_id": ware.shop_id,
        "jd:market_price": ware.market_price,
        "jd:offline_at": None if gone is None else gone.isoformat(),
    }
    return {name: value for name, value in found.items() if value is not None}


def ware_name(row: Any) -> str | None:
    """The id of a ware that could not be read."""
    number = bare(row, "ware")["wareId"]
    return str(number) if isinstance(number, str | int) else None
