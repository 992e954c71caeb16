"""Products, first and only shape: a ware (商品) and its SKUs, from two lists by page.

`ware.read.searchWare4Valid` tells a ware without its variants, `sku.read.searchSkuList` the
variants, of one ware or of all; both took the place of `360buy.wares.search` and its like.
Both give only the fields that are asked for, spelled as comma text; a row stands bare in
captures and within `ware` or `sku` on the pages. `orderField` of the one is `orderFiled` of
the other, and their page sizes are `pageSize` and `page_size`. A SKU that does not tell its
stock is asked for it apart.
Source: channel paper JD §4; official pages (apiId 1587, 1227, 1239; copy of 2019 in
lostinfo/jos-open-api); captures of 2023 and 2024.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field, TypeAdapter, ValidationError

from hub_core.models import Product
from hub_core.wire import (
    JSON,
    Ask,
    Call,
    Fetched,
    Id,
    Misread,
    Page,
    Ref,
    complaint,
)

from .asks import BeijingText
from .goods import WireSku, WireWare, read_product, read_sku, ware_name
from .pages import COUNT, bare, one_of, part_of, refuse_hollow
from .stock import GetAsk as StockAsk
from .stock import read_stock

SHAPE = "products_v1"
WARE_FIELDS = (
    "wareId,title,wareStatus,modified,created,outerId,itemNum,categoryId,multiCategoryId,"
    "brandName,onlineTime,offlineTime,colType,shopId,marketPrice,jdPrice"
)
SKU_FIELDS = (
    "wareId,skuId,status,skuName,wareTitle,outerId,barCode,jdPrice,stockNum,saleAttrs,"
    "modified,created"
)


# Asking --------------------------------------------------------------------------------


class WaresAsk(Ask):
    """A page of wares by their numbers, which never change; the newest come last."""

    states: str | None = Field(None, serialization_alias="wareStatusValue")
    order_by: str = Field("wareId", serialization_alias="orderField")
    order_type: str = Field("asc", serialization_alias="orderType")
    page: int = Field(ge=1, serialization_alias="pageNo")
    page_size: int = Field(ge=1, le=100, serialization_alias="pageSize")
    fields_: str = Field(WARE_FIELDS, serialization_alias="field")


class WareAsk(Ask):
    """One ware by its number, which travels as one of a list."""

    external_id: str = Field(pattern=r"^[0-9]+$", serialization_alias="wareId")
    page: int = Field(1, ge=1, serialization_alias="pageNo")
    page_size: int = Field(1, ge=1, le=100, serialization_alias="pageSize")
    fields_: str = Field(WARE_FIELDS, serialization_alias="field")


class ChangedAsk(Ask):
    """A page of SKUs that changed within a span, by their numbers."""

    since: BeijingText = Field(serialization_alias="startModifiedTime")
    until: BeijingText = Field(serialization_alias="endModifiedTime")
    states: str = Field("1,2,4", serialization_alias="skuStatuValue")
    order_by: str = Field("skuId", serialization_alias="orderFiled")
    order_type: str = Field("asc", serialization_alias="orderType")
    page: int = Field(ge=1, serialization_alias="pageNo")
    page_size: int = Field(ge=1, le=100, serialization_alias="page_size")
    fields_: str = Field("wareId,skuId,modified", serialization_alias="field")


class SkusAsk(Ask):
    """A page of the SKUs of one ware; deleted ones are left out."""

    product: str = Field(pattern=r"^[0-9]+$", serialization_alias="wareId")
    states: str = Field("1,2", serialization_alias="skuStatuValue")
    order_by: str = Field("skuId", serialization_alias="orderFiled")
    order_type: str = Field("asc", serialization_alias="orderType")
    page: int = Field(1, ge=1, serialization_alias="pageNo")
    page_size: int = Field(ge=1, le=100, serialization_alias="page_size")
    fields_: str = Field(SKU_FIELDS, serialization_alias="field")


# Lists ---------------------------------------------------------------------------------

_WARE: TypeAdapter[WireWare] = TypeAdapter(WireWare)
_SKU: TypeAdapter[WireSku] = TypeAdapter(WireSku)
_ID: TypeAdapter[str] = TypeAdapter(Id)


@dataclass(frozen=True, slots=True)
class Skus:
    """A page of one ware's SKUs, as they came."""

    rows: tuple[Any, ...]
    total: int

    def without_stock(self) -> tuple[str, ...]:
        """Those that do not tell theirs."""
        return tuple([sku for row in self.rows if (sku := _silent(row)) is not None])


def _silent(row: Any) -> str | None:
    try:
        sku = _SKU.validate_python(row)
    except ValidationError:
        return None
    return sku.sku_id if sku.stock_num is None else None


def _page(inner: JSON) -> tuple[list[Any], int]:
    found = part_of(inner, "page")
    rows = found.get("data")
    if rows is not None and not isinstance(rows, list):
        raise ValueError(f"a list of rows, not {type(rows).__name__}")
    return rows or [], COUNT.validate_python(found["totalItem"])


def read_wares(inner: JSON) -> Page:
    """A page of wares by name."""
    rows, total = _page(inner)
    return Page(tuple([_named(row) for row in rows]), total=total)


def _named(row: Any) -> Ref | Misread:
    try:
        ware = _WARE.validate_python(row)
    except ValidationError as error:
        return _by_number(row, complaint(error))
    return Ref(ware.ware_id, ware.modified, ware.ware_status)


def _by_number(row: Any, why: str) -> Ref | Misread:
    """A row whose ware can be read is fetched by it."""
    for name in ("ware", "sku"):
        row = bare(row, name)
    try:
        return Ref(_ID.validate_python(row["wareId"]))
    except (KeyError, TypeError, ValidationError):
        return Misread(None, why, row)


def read_changed(inner: JSON) -> Page:
    """The wares whose SKUs a page names, each once. Which of the two changed last is not
    told, so that each is fetched."""
    rows, total = _page(inner)
    found = [_by_number(row, "wareId is missing") for row in rows]
    wares = {item.external_id: item for item in found if isinstance(item, Ref)}
    nameless = [item for item in found if isinstance(item, Misread)]
    return Page((*wares.values(), *nameless), total=total)


def read_one(inner: JSON) -> Fetched | Misread | None:
    """One ware, as yet without its SKUs; None where there is none of this number."""
    rows, total = _page(inner) if inner else ([], 0)
    refuse_hollow(rows, total)
    if len(rows) > 1:
        raise ValueError("one ware, not several")
    return one_of(rows[0], _WARE, read_product, ware_name) if rows else None


def read_skus(inner: JSON) -> Skus:
    """A page of one ware's SKUs."""
    rows, total = _page(inner)
    return Skus(tuple(rows), total)


def with_skus(
    found: Fetched, rows: Sequence[Any], stock: Mapping[str, int | None]
) -> Fetched | Misread:
    """The product with its variants; one that can't be read parks the whole of it."""
    raw = {"ware": bare(found.raw, "ware"), "sku": [bare(row, "sku") for row in rows]}
    try:
        ware = _WARE.validate_python(raw)
        read = [_SKU.validate_python(row) for row in rows]
    except ValidationError as error:
        at = found.record.channel_updated_at
        return Misread(found.record.external_id, complaint(error), raw, at)
    own = [row for row in read if row.ware_id in (None, ware.ware_id)]
    skus = tuple([read_sku(row, stock.get(row.sku_id)) for row in own])
    return Fetched(read_product(ware, skus), raw)


def read_row(row: JSON, facts: Mapping[str, str]) -> Product:
    """A kept ware with its SKUs."""
    ware = _WARE.validate_python(row)
    found = [_SKU.validate_python(one) for one in row.get("sku") or ()]
    own = [sku for sku in found if sku.ware_id in (None, ware.ware_id)]
    return read_product(ware, tuple([read_sku(sku, None) for sku in own]))


READ_ROW = read_row
APART = ("skus.available",)
"""A SKU that tells no stock was asked for it by itself."""
LIST: Call[Page] = Call(
    name="products.list",
    endpoint="jingdong.ware.read.searchWare4Valid",
    ask=WaresAsk,
    read=read_wares,
    shape=SHAPE,
    status="simulated",
)
CHANGED: Call[Page] = Call(
    name="products.changed",
    endpoint="jingdong.sku.read.searchSkuList",
    ask=ChangedAsk,
    read=read_changed,
    shape=SHAPE,
    status="simulated",
)
GET: Call[Fetched | Misread | None] = Call(
    name="products.get",
    endpoint="jingdong.ware.read.searchWare4Valid",
    ask=WareAsk,
    read=read_one,
    shape=SHAPE,
    status="simulated",
)
SKUS: Call[Skus] = Call(
    name="products.skus",
    endpoint="jingdong.sku.read.searchSkuList",
    ask=SkusAsk,
    read=read_skus,
    shape=SHAPE,
    status="simulated",
)
STOCK: Call[int | None] = Call(
    name="products.stock.get",
    endpoint="jingdong.stock.read.findSkuStock",
    ask=StockAsk,
    read=read_stock,
    shape=SHAPE,
    status="simulated",
)
