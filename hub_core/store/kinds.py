"""The kinds of records the store keeps, as data: tables, columns, and what is final."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table
from sqlmodel import SQLModel

from ..models import CaseStatus, Issue
from . import parties, rows, tables
from .rows import Row
from .vault import Vault


@dataclass(frozen=True, slots=True)
class Owner:
    """The shop rows are written for, with what its columns need."""

    shop_id: int
    channel: str
    external_id: str
    zone: ZoneInfo
    day_cut_hour: int = 0

    def business_date(self, at: Any) -> str | None:
        """The shop's trading day of an instant."""
        return rows.business_date(at, self.zone, self.day_cut_hour)


Derived = Callable[[Sequence[Any], Owner, Vault], Mapping[str, Iterable[object]]]
"""Columns that are reckoned from records, for their owner."""


Model = Callable[[], type[SQLModel]]
"""Gives a table, which is made where it is asked for: most shops have not every kind."""


@dataclass(frozen=True, slots=True)
class Child:
    """What stands under a record, replaced as a set."""

    kept_in: Model
    parent: str
    """The column that names the record it stands under."""
    columns: tuple[str, ...]
    rows: Callable[[Any], list[Row]]

    @property
    def table(self) -> type[SQLModel]:
        """Its table."""
        return self.kept_in()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of record. `name` is its word in the feed: `order`, `product` …"""

    name: str
    plural: str
    """The capability it is read by, and its first stream: `orders`."""
    kept_in: Model
    word: str
    """The column of the platform's own word for its state."""
    columns: tuple[str, ...]
    row: Callable[[Any], Row]
    children: tuple[Child, ...] = ()
    is_dated: bool = True
    """A shop's start day counts for it. Else all there is is read, however old."""
    derived: Derived = lambda records, owner, vault: {}
    is_final: Callable[[Any], bool] = lambda record: True
    """Nothing more is expected to happen to it by itself."""
    personal: Callable[[Any], bytes | None] = lambda record: None
    """Personal data, which is sealed beside it."""
    write_personal: Callable[
        [Connection, Owner, Sequence[tuple[int, Any, bytes]], Vault], None
    ] = lambda connection, owner, found, vault: None
    clear_personal: Callable[[Connection, list[int | None]], None] = (
        lambda connection, ids: None
    )

    @property
    def model(self) -> type[SQLModel]:
        """Its table."""
        return self.kept_in()

    @property
    def table(self) -> Table:
        """The same, for Core."""
        made: Table = self.model.__table__  # type: ignore[attr-defined]
        return made

    def uid(self, owner: Owner, external_id: str) -> str:
        """The hub's id. An order's natural key names no kind; every other's does."""
        kind = () if self is ORDER else (self.name,)
        return rows.hub_id(owner.channel, owner.external_id, *kind, external_id)


# Plain records -------------------------------------------------------------------------


def _plain(value: Any) -> Any:
    """A column's value of a field."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        said = [f"{v.field}:{v.code}" if isinstance(v, Issue) else str(v) for v in value]
        return ",".join(said) or None
    if isinstance(value, Mapping):
        return rows.ext_text(value)
    return value


def _row_of(*names: str) -> Callable[[Any], Row]:
    values = attrgetter(*names)
    return lambda record: tuple(map(_plain, values(record)))


def _child(kept_in: Model, parent: str, field: str, *names: str) -> Child:
    row = _row_of(*names)

    def found(record: Any) -> list[Row]:
        return [(n, *row(one)) for n, one in enumerate(getattr(record, field))]

    return Child(kept_in, parent, ("position", *names), found)


def _kind(kept_in: Model, *names: str, **more: Any) -> Kind:
    every = ("external_id", *names, "channel_created_at", "channel_updated_at", *LAST)
    return Kind(kept_in=kept_in, columns=every, row=_row_of(*every), **more)


LAST = ("issues", "ext")


# The kinds -----------------------------------------------------------------------------

ORDER = Kind(
    name="order",
    plural="orders",
    kept_in=lambda: tables.OrderRow,
    word="status_raw",
    columns=rows.ORDER,
    row=rows.order_row,
    children=(
        Child(lambda: tables.OrderLineRow, "order_id", rows.LINE, rows.line_rows),
        Child(lambda: tables.DeliveryRow, "order_id", rows.DELIVERY, rows.delivery_rows),
        Child(lambda: tables.VoucherRow, "order_id", rows.VOUCHER, rows.voucher_rows),
    ),
    derived=lambda orders, owner, vault: {
        "business_date": [
            owner.business_date(o.paid_at or o.channel_created_at) for o in orders
        ],
        "buyer_key": [parties.buyer_key(o, owner.channel, vault) for o in orders],
    },
    is_final=rows.is_final,
    personal=lambda order: rows.party_text(order.party) if order.party else None,
    write_personal=lambda connection, owner, found, vault: parties.write(
        connection, owner.shop_id, found, vault
    ),
    clear_personal=parties.clear,
)

PRODUCT = _kind(
    lambda: tables.ProductRow,
    *("title", "listing_status", "listing_status_raw", "kind", "kind_raw", "outer_code"),
    *("category_external_id", "category_path", "brand", "audit_reason", "sale_start_at"),
    *("sale_end_at", "place_external_ids", "currency"),
    name="product",
    is_dated=False,
    plural="products",
    word="listing_status_raw",
    is_final=lambda product: False,  # it may be taken down without a word
    children=(
        _child(
            lambda: tables.SkuRow,
            "product_id",
            "skus",
            *("external_id", "outer_code", "gtin", "title", "spec_text", "status"),
            *("status_raw", "price_amount", "list_amount", "available", "reserved"),
            "is_unlimited",
        ),
    ),
)

CLOSED = (CaseStatus.CLOSED_DONE, CaseStatus.CLOSED_REJECTED, CaseStatus.CLOSED_CANCELLED)

AFTER_SALE = _kind(
    lambda: tables.AfterSaleRow,
    *("order_external_id", "line_external_id", "kind", "kind_raw", "status", "status_raw"),
    *("reason_raw", "applied_at", "deadline_at", "decided_at", "completed_at", "currency"),
    *("requested_amount", "agreed_amount", "refunded_amount", "return_carrier_code"),
    *("return_carrier_name", "return_tracking_no", "version_raw"),
    name="after_sale",
    plural="after_sales",
    word="status_raw",
    is_final=lambda case: case.status in CLOSED,
    children=(
        _child(
            lambda: tables.AfterSaleLineRow,
            "after_sale_id",
            "lines",
            *("line_external_id", "voucher_external_id", "product_external_id"),
            *("sku_external_id", "sku_code", "title", "quantity", "requested_amount"),
        ),
        _child(
            lambda: tables.RefundRow,
            "after_sale_id",
            "refunds",
            *("external_id", "amount", "buyer_amount", "platform_amount", "fee_amount"),
            *("method", "status_raw", "voucher_external_id", "succeeded_at"),
        ),
    ),
)

REDEMPTION = _kind(
    lambda: tables.RedemptionRow,
    *("voucher_external_id", "order_external_id", "product_external_id"),
    *("sku_external_id", "sku_code", "title", "place_external_id", "status", "status_raw"),
    *("type_raw", "serial", "redeemed_at", "cancelled_at", "can_cancel", "currency"),
    *("original_amount", "list_amount", "buyer_paid_amount", "payment_discount_amount"),
    *("coupon_paid_amount", "merchant_discount_amount", "platform_discount_amount"),
    name="redemption",
    plural="redemptions",
    word="status_raw",
    derived=lambda found, owner, vault: {
        "business_date": [owner.business_date(r.redeemed_at) for r in found]
    },
)

PLACE = _kind(
    lambda: tables.PlaceRow,
    *("name", "status_raw", "address", "latitude", "longitude", "account_external_id"),
    *("root_account_external_id", "outer_code"),
    name="place",
    is_dated=False,
    plural="places",
    word="status_raw",
)

KINDS = {kind.plural: kind for kind in (ORDER, PRODUCT, AFTER_SALE, REDEMPTION, PLACE)}
"""By the capability that reads them."""
