"""What no version of the order query changed: how it is asked and how a page is read.

Source: order query pages of the generic and the catering endpoint; channel paper §3.3.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import Field, TypeAdapter, model_validator

from hub_core.models import Order
from hub_core.wire import JSON, Ask, Call, Page, SomeId, SomeWhole, Wire, read_rows

EXT = "douyin-laike:"
PAGE_SIZE = 100
ROWS_CAP = 10_000
"""page_num × page_size may not pass it (mark B quoting the documents)."""

W = TypeVar("W", bound=Wire)
Seconds = Annotated[int, Field(ge=0)]
"""Epoch seconds."""


class OrderAsk(Ask):
    """Orders of one merchant account by id, user, status or time; pages from 1.

    Both ends of a time span or none. A page_size left out is answered with nothing.
    """

    account_id: str = Field(min_length=1)
    page_num: int = Field(default=1, ge=1)
    page_size: int = Field(default=PAGE_SIZE, ge=1, le=100)
    order_id: str | None = None
    ext_order_id: str | None = None
    open_id: str | None = None
    order_status: int | None = None
    create_order_start_time: Seconds | None = None
    create_order_end_time: Seconds | None = None
    update_order_start_time: Seconds | None = None
    update_order_end_time: Seconds | None = None

    @model_validator(mode="after")
    def _spans(self) -> OrderAsk:
        for name in ("create_order", "update_order"):
            ends = [getattr(self, f"{name}_{end}_time") for end in ("start", "end")]
            if (ends[0] is None) != (ends[1] is None):
                raise ValueError(f"{name}: both ends of a time span or none")
            if ends[0] is not None and ends[0] > ends[1]:
                raise ValueError(f"{name}: the span ends before it starts")
        return self

    @model_validator(mode="after")
    def _depth(self) -> OrderAsk:
        deep = "cursor" in type(self).model_fields
        if not deep and self.page_num * self.page_size > ROWS_CAP:
            raise ValueError(f"page_num times page_size passes {ROWS_CAP}")
        return self


class Merchant(Wire):
    """The account the order stands under."""

    account_id: SomeId = None


class Place(Wire):
    """The shop of a delivery order."""

    poi_id: SomeId = None


class WirePage(Wire):
    """The `page` block. `total` counts rows, whatever one page calls it."""

    page_num: SomeWhole = None
    page_size: SomeWhole = None
    total: SomeWhole = None


def read_page(data: JSON, wire: TypeAdapter[W], to_order: Callable[[W], Order]) -> Page:
    """One page of orders; a row that cannot be read does not spoil the others.

    Raises ValueError or KeyError when the list or the page block is misshapen.
    """
    about = WirePage.model_validate(data.get("page") or {})
    rows = _rows(data, about)
    items = read_rows(rows, wire, to_order, _name)
    return Page(items, about.total, about.page_num, cursor=_cursor(data))


def query(
    name: str, path: str, ask: type[OrderAsk], read: Callable[[JSON], Page], shape: str
) -> Call[Page]:
    """An order query: GET, whatever it is used for."""
    return Call(
        name=name,
        endpoint=path,
        ask=ask,
        read=read,
        method="GET",
        shape=shape,
        status="simulated",
    )


def changed(at: datetime | None) -> datetime:
    """The time that orders an order's versions; without it nothing can be told newer."""
    if at is None:
        raise ValueError("update_order_time is missing")
    return at


def _rows(data: JSON, about: WirePage) -> list[Any]:
    """The list of orders. Null or absent is an empty page only where none can be left."""
    rows = data.get("orders")
    if isinstance(rows, list):
        return rows
    if rows is not None:
        raise ValueError(f"orders is no list but {type(rows).__name__}")
    before = ((about.page_num or 1) - 1) * (about.page_size or 0)
    if about.total is None or about.total > before:
        raise KeyError("orders")
    return []


def _name(row: Any) -> str | None:
    order_id = row["order_id"]
    return str(order_id) if isinstance(order_id, str | int) and order_id else None


def _cursor(data: JSON) -> tuple[str, ...] | None:
    """Where deep paging goes on: CursorValue on the generic endpoint, cursor on akte."""
    after = data.get("search_after")
    if not isinstance(after, dict):
        return None
    values = after.get("CursorValue") or after.get("cursor")
    return tuple(map(str, values)) if isinstance(values, list) else None


def ext(**extras: str | int | bool | None) -> dict[str, str | int | bool | None]:
    """The allow-list, namespaced; what is not said is left out."""
    return {EXT + name: value for name, value in extras.items() if value is not None}
