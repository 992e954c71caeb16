"""Products and their SKUs, as far as no version of the goods lists changed them.

A product is told twice: as it is seen by buyers (online), and as it waits for its audit
(draft). Stock of one SKU: total = available + frozen + sold; with limit_type 2 the
numbers mean nothing. Amounts in fen, times in seconds.
Source: pages product-query/online.query, online.get, query and draft.get; channel
paper §3.2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from pydantic import Field, TypeAdapter, field_validator, model_validator

from hub_core.models import Issue, ListingStatus, Product, ProductKind, Sku
from hub_core.wire import (
    JSON,
    Ask,
    Epoch,
    Page,
    SomeFlag,
    SomeId,
    SomePieces,
    SomeText,
    SomeWhole,
    Wire,
    Words,
)

from . import lists, money
from .common import ext

W = TypeVar("W", bound="Row")
MOST_IDS = 10
"""How many products one lookup takes."""
LIMITED, UNLIMITED, DELETED = "1", "2", "-1"

ONLINE = Words(
    {"1": ListingStatus.ON_SALE, "2": ListingStatus.OFF_SALE, "3": ListingStatus.BANNED},
    unknown=ListingStatus.UNKNOWN,
)
DRAFT = Words(
    {
        "10": ListingStatus.AUDITING,
        "12": ListingStatus.REJECTED,
        # Passed: whether it is on sale the online list tells.
        "1": ListingStatus.DRAFT,
        "11": ListingStatus.DRAFT,
        # The merchant's own audit; 23: it was not answered in time.
        "20": ListingStatus.AUDITING,
        "21": ListingStatus.REJECTED,
        "22": ListingStatus.DRAFT,
        "23": ListingStatus.REJECTED,
        "100": ListingStatus.DRAFT,
    },
    unknown=ListingStatus.UNKNOWN,
)
KIND = Words(
    {
        "1": ProductKind.VOUCHER,
        "3": ProductKind.VOUCHER,
        "4": ProductKind.CALENDAR,
        "5": ProductKind.VOUCHER,
        "7": ProductKind.SERVICE,
        "8": ProductKind.SERVICE,
        "11": ProductKind.VOUCHER,
        "12": ProductKind.VOUCHER,
        "13": ProductKind.SERVICE,
        "15": ProductKind.TIMES_CARD,
    },
    unknown=ProductKind.UNKNOWN,
)
"""product_type: 1 set meal, 3 and 12 presale vouchers, 4 rooms by the day, 5 tickets,
7 travel photography, 8 day trips, 11 cash vouchers, 13 booked goods, 15 cards of uses."""


class ById(Ask):
    """Up to ten products by their ids, joined by commas."""

    product_ids: str = Field(min_length=1)

    @field_validator("product_ids")
    @classmethod
    def _few(cls, value: str) -> str:
        if value.count(",") >= MOST_IDS:
            raise ValueError(f"at most {MOST_IDS} ids")
        return value


# The wire ------------------------------------------------------------------------------


class WireStock(Wire):
    """Pieces. limit_type: 1 counted, 2 not counted; old rows have 0.

    Numbers of what is not counted mean nothing, so that none of them is too large.
    """

    limit_type: SomeText = None
    stock_qty: SomeWhole = None
    avail_qty: SomePieces = None
    frozen_qty: SomePieces = None
    sold_qty: SomeWhole = None

    @model_validator(mode="before")
    @classmethod
    def _uncounted(cls, value: Any) -> Any:
        if isinstance(value, dict) and str(value.get("limit_type")) == UNLIMITED:
            return {"limit_type": UNLIMITED}
        return value


class WireSku(Wire):
    """One SKU. status: 1 there, -1 deleted."""

    sku_id: SomeId = None
    out_sku_id: SomeId = None
    sku_name: SomeText = None
    origin_amount: SomeWhole = None
    actual_amount: SomeWhole = None
    status: SomeText = None
    stock: WireStock | None = None
    update_time: Epoch = None


class WirePoi(Wire):
    """A place it is sold at."""

    poi_id: SomeId = None


class WireProduct(Wire):
    """The page itself. What stands in attr_key_value_map stays in the raw record."""

    product_name: SomeText = None
    product_type: SomeText = None
    product_sub_type: SomeText = None
    out_id: SomeId = None
    category_id: SomeId = None
    category_full_name: SomeText = None
    biz_line: SomeText = None
    creator_account_id: SomeId = None
    owner_account_id: SomeId = None
    sold_start_time: Epoch = None
    sold_end_time: Epoch = None
    create_time: Epoch = None
    update_time: Epoch = None


class Commission(Wire):
    """What the platform takes, in ten-thousandths."""

    platform_take_rate: SomeWhole = None


class Row(Wire):
    """What both lists say beside the product. A single SKU is `sku`; several are `skus`
    in every answer of the second generation that a page shows, and `sku_list`, in 2022
    the name in what is sent, may be that of the first (mark C): each takes the other's
    name where its own is not there.
    """

    sku: WireSku | None = None
    skus: list[WireSku] | None = None
    sku_list: list[WireSku] | None = None
    online_status: SomeText = None
    draft_status: SomeText = None
    audit_msg: SomeText = None
    is_sell_out: SomeFlag = None
    commission_info: Commission | None = None


# Products ------------------------------------------------------------------------------


def to_product(
    row: Row,
    name: str,
    wire: WireProduct,
    places: Sequence[WirePoi],
    several: Sequence[WireSku] | None,
) -> Product:
    """Raises ValueError when the row bears no word of state, or not an id for each SKU.

    A draft has no `channel_updated_at`: its time orders drafts, and would make the product
    as it goes online, or is online already, the older of two versions. It stands in `ext`.
    """
    word, listing = _listing(row)
    skus = several or ([row.sku] if row.sku else [])
    ids, changed = _ids(name, skus), _changed(wire, skus)
    is_draft = row.online_status is None
    sold = tuple([_sku(i, one, listing) for i, one in zip(ids, skus, strict=True)])
    return Product(
        external_id=name,
        title=wire.product_name or "",
        listing_status=listing,
        listing_status_raw=word,
        kind=KIND[wire.product_type or ""],
        kind_raw=wire.product_type,
        outer_code=wire.out_id,
        category_external_id=wire.category_id,
        category_path=wire.category_full_name,
        audit_reason=row.audit_msg,
        sale_start_at=wire.sold_start_time,
        sale_end_at=wire.sold_end_time,
        place_external_ids=tuple(dict.fromkeys([p.poi_id for p in places if p.poi_id])),
        skus=sold,
        channel_created_at=wire.create_time,
        channel_updated_at=None if is_draft else changed,
        issues=_issues(wire, listing, skus),
        ext=ext(
            is_draft=True if is_draft else None,
            draft_updated_at=int(changed.timestamp()) if is_draft and changed else None,
            product_sub_type=wire.product_sub_type,
            biz_line=wire.biz_line,
            creator_account_id=wire.creator_account_id,
            owner_account_id=wire.owner_account_id,
            is_sell_out=row.is_sell_out,
            platform_take_rate=(row.commission_info or Commission()).platform_take_rate,
        ),
    )


def _listing(row: Row) -> tuple[str, ListingStatus]:
    if row.online_status is not None:
        return row.online_status, ONLINE[row.online_status]
    if row.draft_status is not None:
        return row.draft_status, DRAFT[row.draft_status]
    raise ValueError("online_status and draft_status are missing")


def _ids(product: str, skus: Sequence[WireSku]) -> list[str]:
    """A product of one SKU may leave its id out: it is the product's own."""
    ids = [one.sku_id or (product if len(skus) == 1 else "") for one in skus]
    if "" in ids or len(set(ids)) < len(ids):
        raise ValueError("several SKUs and not an id for each")
    return ids


def _sku(name: str, wire: WireSku, listing: ListingStatus) -> Sku:
    stock = wire.stock or WireStock()
    unlimited = stock.limit_type == UNLIMITED
    known = {LIMITED: listing, DELETED: ListingStatus.DELETED}
    return Sku(
        external_id=name,
        outer_code=wire.out_sku_id,
        title=wire.sku_name,
        status=known.get(wire.status or "", ListingStatus.UNKNOWN),
        status_raw=wire.status,
        price_amount=wire.actual_amount,
        list_amount=wire.origin_amount,
        available=None if unlimited else stock.avail_qty,
        reserved=None if unlimited else stock.frozen_qty,
        is_unlimited=unlimited,
    )


def _changed(wire: WireProduct, skus: Sequence[WireSku]) -> datetime | None:
    times = [t for t in (wire.update_time, *[s.update_time for s in skus]) if t]
    return max(times, default=None)


def _issues(
    wire: WireProduct, listing: ListingStatus, skus: Sequence[WireSku]
) -> tuple[Issue, ...]:
    found = []
    if listing is ListingStatus.UNKNOWN:
        found.append(Issue("listing_status", "unknown_word"))
    if wire.product_type is not None and wire.product_type not in KIND:
        found.append(Issue("kind", "unknown_word"))
    if {one.status for one in skus} - {None, LIMITED, DELETED}:
        found.append(Issue("skus.status", "unknown_word"))
    if any([one.stock is not None and not _adds_up(one.stock) for one in skus]):
        found.append(Issue("skus.available", "does_not_add_up"))
    return tuple(found)


def _adds_up(stock: WireStock) -> bool:
    parts = money.total([stock.avail_qty, stock.frozen_qty, stock.sold_qty])
    if stock.limit_type == UNLIMITED or None in (parts, stock.stock_qty):
        return True
    return parts == stock.stock_qty


# Lists ---------------------------------------------------------------------------------


def read_page(
    data: JSON,
    wire: TypeAdapter[W],
    read: Callable[[W], Product],
    key: Callable[[Any], Any],
) -> Page:
    """A page of a list, and where the next begins."""
    rows = lists.rows_of(data, "products")
    cursor = lists.onward(data, "products", rows)
    more = lists.Onward.model_validate(data).has_more
    return lists.read_list(rows or [], wire, read, key, cursor=cursor, has_more=more)


def read_found(
    data: JSON,
    name: str,
    wire: TypeAdapter[W],
    read: Callable[[W], Product],
    key: Callable[[Any], Any],
) -> Page:
    """What a lookup found. No list is nothing found: success was proven before."""
    return lists.read_list(lists.rows_of(data, name) or [], wire, read, key)
