"""The containers of a page and of a single order. Source: channel paper JD §3."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import TypeAdapter

from hub_core.models import Order, Record
from hub_core.wire import (
    JSON,
    Fetched,
    Item,
    Misread,
    Page,
    Ref,
    SomeId,
    Whole,
    Wire,
    read_rows,
)

W = TypeVar("W", bound=Wire)
COUNT: TypeAdapter[int] = TypeAdapter(Whole)
VENDER: TypeAdapter[str | None] = TypeAdapter(SomeId)


def page_of(inner: JSON, wire: TypeAdapter[W], to_order: Callable[[W], Order]) -> Page:
    """A page of `searchorderinfo_result`; rows in the order they came.

    Raises KeyError or ValueError where the container is not as documented.
    """
    found = _with_verdict(inner, "searchorderinfo_result")
    total = COUNT.validate_python(found["orderTotal"])
    return Page(rows_of(found.get("orderInfoList"), wire, to_order), total=total)


def name_of(row: Any) -> str | None:
    """The number of an order that could not be read."""
    number = row["orderId"]
    return str(number) if isinstance(number, str | int) else None


def rows_of(
    rows: Any,
    wire: TypeAdapter[W],
    to_record: Callable[[W], Record],
    name: Callable[[Any], str | None] = name_of,
    what: str = "orders",
) -> tuple[Fetched | Ref | Misread, ...]:
    """Rows one by one. An empty page, as one behind the last, may come without a list.

    A list that is nowhere though rows are counted is noticed by whoever walks it.
    """
    if rows is None:
        return ()
    if not isinstance(rows, list):
        raise ValueError(f"a list of {what}, not {type(rows).__name__}")
    return read_rows(rows, wire, to_record, name)


def order_of(
    inner: JSON, wire: TypeAdapter[W], to_order: Callable[[W], Order]
) -> Fetched | Misread | None:
    """The order of `orderDetailInfo`; None where the platform has none."""
    if not inner:
        return None
    row = _with_verdict(inner, "orderDetailInfo").get("orderInfo")
    return one_of(row, wire, to_order)


def one_of(
    row: Any,
    wire: TypeAdapter[W],
    to_record: Callable[[W], Record],
    name: Callable[[Any], str | None] = name_of,
) -> Fetched | Misread | None:
    """A single row; None where there is none."""
    if row is None or row == {} or row == []:
        return None
    (item,) = read_rows([row], wire, to_record, name)
    assert not isinstance(item, Ref)
    return item


def refuse_hollow(rows: Any, total: Any) -> None:
    """Raises ValueError where a single record is counted and not given: that is no proof
    that it is gone."""
    if not rows and total is not None and COUNT.validate_python(total) > 0:
        raise ValueError("one is counted and none is given")


def vender_of(item: Item) -> str | None:
    """The merchant a row belongs to (`venderId`, number or text), also of a row that
    could not be read; None where it does not say. Source: channel paper JD §3."""
    raw = None if isinstance(item, Ref) else item.raw
    try:
        return VENDER.validate_python(
            raw.get("venderId") if isinstance(raw, dict) else None
        )
    except ValueError:
        return None


def _with_verdict(inner: JSON, name: str) -> JSON:
    """The container, which must hold the verdict the envelope has judged."""
    found = inner[name]
    if not isinstance(found, dict):
        raise ValueError(f"{name} is not an object")
    found["apiResult"]
    return found


def bare(row: Any, name: str) -> Any:
    """A row out of the object that names it: documents show one, captures do not."""
    inner = row.get(name) if isinstance(row, dict) else None
    return inner if isinstance(inner, dict) else row


def part_of(inner: JSON, name: str) -> JSON:
    """A container that must be there. Raises KeyError or ValueError."""
    found = inner[name]
    if not isinstance(found, dict):
        raise ValueError(f"{name} is not an object")
    return found
