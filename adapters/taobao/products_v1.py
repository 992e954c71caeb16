"""Products, first and only shape: an item by num_iid, its variants under skus.sku.

Since iid gave way to num_iid (paper §7.1). Two methods list items, one what is on sale, the
other one shelf of the warehouse at a time; both name them here, and each is fetched. `sku`,
not `skus`, is the field that brings the variants. An item without variants has its stock
and price on itself: it becomes one SKU by the item's own id.
Source: taobao.items.onsale.get (developer.alibaba.com, apiId 18), taobao.item.seller.get
(apiId 24625), taobao.items.inventory.get; structures Item and Sku (2026 metadata); channel
paper §4 and §7.1.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from hub_core.models import Issue, ListingStatus, Product, ProductKind, Sku
from hub_core.wire import (
    JSON,
    Ask,
    Call,
    ClockText,
    Fetched,
    Id,
    Misread,
    Page,
    SomeId,
    SomePieces,
    SomeText,
    SomeWhole,
    SomeYuan,
    Text,
    Wire,
    Words,
    read_rows,
    row_reader,
)

from .common import Moment, Names, read_page
from .properties import by_id, spec
from .trade import Yes, fields, listed

SHAPE = "products_v1"
ITEMS = Names("items", "item", "num_iid", word="approve_status")
LISTING: Words[ListingStatus] = Words(
    {"onsale": ListingStatus.ON_SALE, "instock": ListingStatus.OFF_SALE},
    unknown=ListingStatus.UNKNOWN,
)
BRAND = "20000"
"""The property that holds the brand's name."""


class WireSku(Wire):
    """One variant. Amounts in yuan, counts in pieces."""

    sku_id: Id
    outer_id: SomeText = None
    barcode: SomeText = None
    price: SomeYuan = None
    quantity: SomePieces = None
    with_hold_quantity: SomePieces = None
    """Held by orders that are not paid, where stock is taken at payment."""
    properties_name: SomeText = None
    status: SomeText = None
    """normal, or delete."""


class WireItem(Wire):
    """One item. `price` of one with variants is the lowest of theirs, `num` their sum."""

    num_iid: Id
    approve_status: Text
    title: SomeText = None
    outer_id: SomeText = None
    barcode: SomeText = None
    cid: SomeId = None
    seller_cids: SomeText = None
    price: SomeYuan = None
    num: SomePieces = None
    with_hold_quantity: SomePieces = None
    sub_stock: SomeWhole = None
    """When stock is taken: 1 with the order, 2 with the payment, 0 as the platform does."""
    is_virtual: Yes = None
    violation: Yes = None
    type: SomeText = None
    props_name: SomeText = None
    """`pid:vid:name:value;…`; a colon within is `#cln#`, a semicolon `#scln#`."""
    created: ClockText = None
    modified: ClockText = None
    list_time: ClockText = None
    delist_time: ClockText = None
    """Moves on by itself as long as the item is put on sale again (every 7 or 14 days)."""
    nick: SomeText = None
    skus: Annotated[tuple[WireSku, ...], listed("sku")] = ()


class OnSaleAsk(Ask):
    """Items on sale by modification time; page times size stays below 20,000."""

    since: Moment = Field(serialization_alias="start_modified")
    until: Moment = Field(serialization_alias="end_modified")
    page: int = Field(1, ge=1, serialization_alias="page_no")
    size: int = Field(200, ge=1, le=200, serialization_alias="page_size")
    order: str = Field("modified:desc", serialization_alias="order_by")
    fields_: str = Field("num_iid,modified,approve_status", serialization_alias="fields")


class WarehouseAsk(OnSaleAsk):
    """Items of one shelf of the warehouse; left out, `banner` hides two of the three."""

    page: int = Field(1, ge=1, le=101, serialization_alias="page_no")
    banner: str = "for_shelved"


class GetAsk(Ask):
    """One item by its id."""

    external_id: str = Field(serialization_alias="num_iid")
    fields_: str = Field(
        ",".join("sku" if name == "skus" else name for name in fields(WireItem).split(",")),
        serialization_alias="fields",
    )


def read_items(body: JSON) -> Page:
    """A page of items by name; `total_results` always comes."""
    return read_page(body, ITEMS)


def read_product(item: WireItem) -> Product:
    """The canonical product."""
    status = _listing(item)
    skus = tuple([_sku(row, status) for row in item.skus]) or (_alone(item, status),)
    return Product(
        external_id=item.num_iid,
        title=item.title or "",
        listing_status=status,
        listing_status_raw=item.approve_status,
        kind=_kind(item),
        outer_code=item.outer_id,
        category_external_id=item.cid,
        brand=by_id(item.props_name).get(BRAND),
        sale_start_at=item.list_time,
        skus=skus,
        channel_created_at=item.created,
        channel_updated_at=item.modified,
        issues=_issues(item, skus),
        ext=_extras(item),
    )


def _listing(item: WireItem) -> ListingStatus:
    """What broke a rule and was taken off is banned; its word is the warehouse's."""
    status = LISTING[item.approve_status]
    banned = item.violation and status is ListingStatus.OFF_SALE
    return ListingStatus.BANNED if banned else status


def _kind(item: WireItem) -> ProductKind:
    if item.is_virtual is None:
        return ProductKind.UNKNOWN
    return ProductKind.VIRTUAL if item.is_virtual else ProductKind.PHYSICAL


def _sku(row: WireSku, listing: ListingStatus) -> Sku:
    return Sku(
        external_id=row.sku_id,
        outer_code=row.outer_id,
        gtin=row.barcode,
        spec_text=spec(row.properties_name),
        status=_sku_status(row.status, listing),
        status_raw=row.status,
        price_amount=row.price,
        available=row.quantity,
        reserved=row.with_hold_quantity,
    )


def _sku_status(word: str | None, listing: ListingStatus) -> ListingStatus:
    known = {None: listing, "normal": listing, "delete": ListingStatus.DELETED}
    return known.get(word, ListingStatus.UNKNOWN)


def _alone(item: WireItem, listing: ListingStatus) -> Sku:
    """The item itself as its only SKU: nothing else holds its stock and price."""
    return Sku(
        external_id=item.num_iid,
        outer_code=item.outer_id,
        gtin=item.barcode,
        status=listing,
        price_amount=item.price,
        available=item.num,
        reserved=item.with_hold_quantity,
    )


# What a reader should know -------------------------------------------------------------


def _issues(item: WireItem, skus: tuple[Sku, ...]) -> tuple[Issue, ...]:
    issues = []
    if item.approve_status not in LISTING:
        issues.append(Issue("listing_status", "unknown_word"))
    if any(s.status_raw not in (None, "normal", "delete") for s in skus):
        issues.append(Issue("skus.status", "unknown_word"))
    if item.modified is None:
        issues.append(Issue("channel_updated_at", "missing"))
    return tuple(issues)


def _extras(item: WireItem) -> dict[str, str | int | bool | None]:
    extras: dict[str, Any] = {
        "taobao:type": item.type,
        "taobao:seller_cids": item.seller_cids,
        "taobao:sub_stock": item.sub_stock,
        "taobao:violation": item.violation,
        "taobao:delist_at": item.delist_time and item.delist_time.isoformat(),
    }
    return {name: value for name, value in extras.items() if value is not None}


# Calls ---------------------------------------------------------------------------------


def read(body: JSON) -> Fetched | Misread:
    """One item. An item that cannot be read is a `Misread` with its id."""
    row = body["item"]
    if not isinstance(row, dict):
        raise ValueError("item is no object")
    (found,) = read_rows([row], _ITEM, read_product, lambda raw: str(raw["num_iid"]))
    assert isinstance(found, Fetched | Misread)
    return found


_ITEM: TypeAdapter[WireItem] = TypeAdapter(WireItem)
ON_SALE: Call[Page] = Call(
    name="products.list",
    endpoint="taobao.items.onsale.get",
    ask=OnSaleAsk,
    read=read_items,
    shape=SHAPE,
    status="simulated",
)
WAREHOUSE: Call[Page] = Call(
    name="products.list_warehouse",
    endpoint="taobao.items.inventory.get",
    ask=WarehouseAsk,
    read=read_items,
    shape=SHAPE,
    status="simulated",
)
GET: Call[Fetched | Misread] = Call(
    name="products.get",
    endpoint="taobao.item.seller.get",
    ask=GetAsk,
    read=read,
    shape=SHAPE,
    status="simulated",
)
READ_ROW = row_reader(_ITEM, read_product)
