"""Products, second generation: `/goodlife/v1/goods/…`, one merchant at a time.

Since 2022, until now. The merchant is named (`account_id`), the list is `online/query`
with `next_cursor`; places are `pois[]`, several SKUs `skus[]` (one of them `sku`, which
stays for products of a single SKU). 5 rows a page where nothing is asked, 50 at most;
drafts have no documented most.
Source: pages product-query/online.query and product-query/query; channel paper §3.2,
§6 V3, V5.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field, TypeAdapter

from hub_core.models import Product
from hub_core.wire import (
    JSON,
    Ask,
    Call,
    Id,
    Page,
    row_reader,
)

from . import goods

OF_ONE_MERCHANT = True
"""Lists and lookups tell of the one that is asked about."""
BASE = "/goodlife/v1/goods/product"


class DraftQuery(Ask):
    """Drafts of one merchant. The first page has no cursor."""

    account_id: str = Field(min_length=1)
    cursor: str | None = None
    count: int = Field(default=10, ge=1, le=50)
    status: int | None = None


class OnlineQuery(DraftQuery):
    """Products of one merchant, whatever their state. goods_creator_type: 0 those the
    app has made, 1 those the merchant has."""

    goods_creator_type: int | None = None


class ById(goods.ById):
    """Products of one merchant by their ids."""

    account_id: str = Field(min_length=1)


class WireProduct(goods.WireProduct):
    """The page with its places."""

    product_id: Id
    pois: list[goods.WirePoi] | None = None


class Row(goods.Row):
    """A product with its SKUs."""

    product: WireProduct


WIRE = TypeAdapter(Row)


def read_product(row: Row) -> Product:
    """Raises ValueError when the row bears no word of state."""
    wire, skus = row.product, row.skus or row.sku_list
    return goods.to_product(row, wire.product_id, wire, wire.pois or (), skus)


def _key(row: Any) -> Any:
    return row["product"]["product_id"]


def read(data: JSON) -> Page:
    """A page of products, online or drafts."""
    return goods.read_page(data, WIRE, read_product, _key)


def read_online(data: JSON) -> Page:
    """The products that are known online."""
    return goods.read_found(data, "product_onlines", WIRE, read_product, _key)


def read_drafts(data: JSON) -> Page:
    """The drafts there are."""
    return goods.read_found(data, "product_drafts", WIRE, read_product, _key)


def _call(name: str, path: str, ask: type[Ask], read: Any) -> Call[Page]:
    return Call(
        name=name,
        endpoint=f"{BASE}/{path}/",
        ask=ask,
        read=read,
        method="GET",
        shape="products_v2",
        status="simulated",
    )


LIST = _call("products.list", "online/query", OnlineQuery, read)
DRAFTS = _call("products.drafts", "draft/query", DraftQuery, read)
GET = _call("products.get", "online/get", ById, read_online)
GET_DRAFT = _call("products.get_draft", "draft/get", ById, read_drafts)
READ_ROW = row_reader(WIRE, read_product)
