"""Products, first generation: `/life/goods/…`, every product of the app at once.

2021 to 2022; still answered. The token stands in the query and no merchant is named: an
app that serves several is told the products of all, each with its owner_account_id (a
draft of 2022 has none). The lists are `online/list` and `draft/list`, which clients ask by
status, count and cursor (mark B); places are `poi_list[]`, several SKUs `sku_list[]`, and
a product's id may be called `spu_id`, which is the same number. How the lists of this
generation wrap their rows only clients show (mark B): data with an error_code, as the
second does.
Source: pages mini-app old-versions-warning/goods-repo; channel paper §3.2, §6 V3, V5;
clients in PHP and Python.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field, TypeAdapter

from hub_core.models import Product
from hub_core.wire import (
    JSON,
    Ask,
    Call,
    Page,
    SomeId,
    row_reader,
)

from . import goods

OF_ONE_MERCHANT = False
"""Lists tell of every merchant of the app: a row says itself whose it is."""
BASE = "/life/goods/product"


class DraftQuery(Ask):
    """Drafts of the app. The account is known here and not sent."""

    account_id: str = Field(min_length=1, exclude=True)
    cursor: str | None = None
    count: int = Field(default=10, ge=1, le=50)
    status: int | None = None


class OnlineQuery(DraftQuery):
    """Products of the app, whatever their state; who has made them cannot be asked."""

    goods_creator_type: int | None = Field(default=None, exclude=True)


class ById(goods.ById):
    """Products of the app by their ids."""

    account_id: str = Field(min_length=1, exclude=True)


class WireProduct(goods.WireProduct):
    """The page with its places."""

    product_id: SomeId = None
    spu_id: SomeId = None
    poi_list: list[goods.WirePoi] | None = None


class Row(goods.Row):
    """A product with its SKUs."""

    product: WireProduct


WIRE = TypeAdapter(Row)


def read_product(row: Row) -> Product:
    """Raises ValueError when the row bears no id or no word of state."""
    wire = row.product
    name = wire.product_id or wire.spu_id
    if name is None:
        raise ValueError("product_id is missing")
    skus = row.sku_list or row.skus
    return goods.to_product(row, name, wire, wire.poi_list or (), skus)


def _key(row: Any) -> Any:
    return row["product"].get("product_id") or row["product"].get("spu_id")


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
        shape="products_v1",
        status="simulated",
    )


LIST = _call("products.list", "online/list", OnlineQuery, read)
DRAFTS = _call("products.drafts", "draft/list", DraftQuery, read)
GET = _call("products.get", "online/get", ById, read_online)
GET_DRAFT = _call("products.get_draft", "draft/get", ById, read_drafts)
READ_ROW = row_reader(WIRE, read_product)
