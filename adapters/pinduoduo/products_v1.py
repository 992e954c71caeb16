"""Products, first and only shape: pdd.goods.list.get, with stock and without prices.

The list takes no time of change and tells none. Prices (in fen) are in the single product
only. Source: channel paper PDD §4; the page's copies of 2021 and 2024.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, TypeAdapter

from hub_core.models import Issue, ListingStatus, Product, Sku
from hub_core.wire import (
    JSON,
    Ask,
    Call,
    Id,
    Page,
    SomePieces,
    SomeText,
    SomeWhole,
    Text,
    Wire,
    Words,
    row_reader,
)

from .pages import page_of

LISTING: Words[ListingStatus] = Words(
    {"1": ListingStatus.ON_SALE, "0": ListingStatus.OFF_SALE},
    unknown=ListingStatus.UNKNOWN,
)


class ListAsk(Ask):
    """A page of all products, on sale or not."""

    page: int = Field(ge=1)
    page_size: int = Field(ge=1, le=100)


class WireSku(Wire):
    """One variant. Counts are pieces; `reserve_quantity` is held by orders."""

    sku_id: Id
    spec: SomeText = None
    outer_id: SomeText = None
    sku_quantity: SomePieces = None
    reserve_quantity: SomePieces = None
    is_sku_onsale: SomeText = None


class WireGoods(Wire):
    """One product. Its counts are the sums of its variants'."""

    goods_id: Id
    is_onsale: Text
    goods_name: SomeText = None
    outer_goods_id: SomeText = None
    goods_quantity: SomeWhole = None
    goods_reserve_quantity: SomeWhole = None
    sku_list: Annotated[
        tuple[WireSku, ...], BeforeValidator(lambda v: () if v is None else v)
    ] = ()


GOODS: TypeAdapter[WireGoods] = TypeAdapter(WireGoods)


def read_product(goods: WireGoods) -> Product:
    """The canonical product."""
    status = LISTING[goods.is_onsale]
    return Product(
        external_id=goods.goods_id,
        title=goods.goods_name or "",
        listing_status=status,
        listing_status_raw=goods.is_onsale,
        outer_code=goods.outer_goods_id,
        skus=tuple(_sku(row, status) for row in goods.sku_list),
        issues=_issues(goods),
        ext=_extras(goods),
    )


def _sku(row: WireSku, product: ListingStatus) -> Sku:
    """Where it says nothing of itself, it is what its product is."""
    word = row.is_sku_onsale
    return Sku(
        external_id=row.sku_id,
        outer_code=row.outer_id,
        spec_text=row.spec,
        status=product if word is None else LISTING[word],
        status_raw=word,
        available=row.sku_quantity,
        reserved=row.reserve_quantity,
    )


def _issues(goods: WireGoods) -> tuple[Issue, ...]:
    issues = []
    if goods.is_onsale not in LISTING:
        issues.append(Issue("listing_status", "unknown_word"))
    words = {row.is_sku_onsale for row in goods.sku_list} - {None}
    if words - set(LISTING):
        issues.append(Issue("skus.status", "unknown_word"))
    return tuple(issues)


def _extras(goods: WireGoods) -> dict[str, str | int | bool | None]:
    found = {
        "pdd:goods_quantity": goods.goods_quantity,
        "pdd:goods_reserve_quantity": goods.goods_reserve_quantity,
    }
    return {name: value for name, value in found.items() if value is not None}


def read_page(inner: JSON) -> Page:
    """A page; it counts the whole list."""
    return page_of(inner, "goods_list", "goods_id", GOODS, read_product)


LIST = Call(
    name="products.list",
    endpoint="pdd.goods.list.get",
    ask=ListAsk,
    read=read_page,
    shape="products_v1",
    status="simulated",
)
READ_ROW = row_reader(GOODS, read_product)
