"""How lists of the goodlife endpoints are read, whatever they list.

A page ends a list only by its own word: without `has_more`, or with it and without a
cursor, what comes next is not known and the page is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pydantic import TypeAdapter

from hub_core.models import Record
from hub_core.wire import JSON, Page, SomeFlag, SomeText, Wire, read_rows

W = TypeVar("W", bound=Wire)
SECRETS = frozenset({"code", "encrypted_code", "origin_code"})
"""A voucher's code is as good as the voucher: nothing of it is kept, not even raw."""


class Onward(Wire):
    """Where a list goes on."""

    has_more: SomeFlag = None
    cursor: SomeText = None
    next_cursor: SomeText = None


def rows_of(data: JSON, name: str) -> list[Any] | None:
    """The rows under `name`; None when there is no such list."""
    rows = data.get(name)
    if rows is None or isinstance(rows, list):
        return rows
    raise ValueError(f"{name} is no list but {type(rows).__name__}")


def onward(data: JSON, name: str, rows: Sequence[Any] | None) -> str | None:
    """The cursor of the next page, None after the last.

    Raises KeyError or ValueError when the page does not say which it is.
    """
    about = Onward.model_validate(data)
    if about.has_more is None:
        raise KeyError("has_more")
    if not about.has_more:
        return None
    if rows is None:
        raise KeyError(name)
    cursor = about.cursor or about.next_cursor
    if cursor is None:
        raise ValueError("has_more is true and there is no cursor")
    return cursor


def read_list(
    rows: Sequence[Any],
    wire: TypeAdapter[W],
    to_record: Callable[[W], Record],
    key: Callable[[Any], Any],
    **about: Any,
) -> Page:
    """A page of rows; `about` is what it says of itself."""
    items = read_rows(rows, wire, to_record, lambda row: name(key(row)))
    return Page(items, **about)


def name(value: Any) -> str | None:
    """The id of a row that could not be read, if it has one."""
    return str(value) if isinstance(value, str | int) and value else None


def without_codes(value: Any) -> Any:
    """The same without any voucher's code, at any depth."""
    if isinstance(value, dict):
        return {k: without_codes(v) for k, v in value.items() if k not in SECRETS}
    if isinstance(value, list):
        return [without_codes(one) for one in value]
    return value
