"""The containers of a page and of a single record. Source: channel paper PDD §1, §3."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import TypeAdapter

from hub_core.errors import Unreadable
from hub_core.models import Record
from hub_core.wire import (
    JSON,
    Fetched,
    Misread,
    Page,
    Ref,
    SomeFlag,
    SomeWhole,
    Wire,
    read_rows,
)

W = TypeVar("W", bound=Wire)
COUNT: TypeAdapter[int | None] = TypeAdapter(SomeWhole)
FLAG: TypeAdapter[bool | None] = TypeAdapter(SomeFlag)


def page_of(
    inner: JSON, name: str, key: str, wire: TypeAdapter[W], read: Callable[[W], Record]
) -> Page:
    """A page: the list `name`, whose rows are called by `key`, with a count or a word on
    whether others follow.

    Raises ValueError where the answer has neither, or rows that are no list.
    """
    total = COUNT.validate_python(inner.get("total_count"))
    more = FLAG.validate_python(inner.get("has_next"))
    if total is None and more is None:
        raise ValueError("neither total_count nor has_next")
    rows = _rows(inner, name, is_none=total == 0)
    items = read_rows(rows, wire, read, lambda row: _name(row, key))
    return Page(items, total=total, has_more=more)


class Untold(Unreadable):
    """A good answer without its single record: neither there nor said not to be."""


def told(inner: JSON, name: str) -> Any:
    """The single record of an answer. What null means no page says. Raises Untold."""
    row = inner[name]
    if row is None or row == {} or row == []:
        raise Untold(f"{name} is empty, and nothing says that there is none")
    return row


def one_of(
    row: Any, key: str, wire: TypeAdapter[W], read: Callable[[W], Record]
) -> Fetched | Misread | None:
    """A single row; None where there is none."""
    if row is None or row == {} or row == []:
        return None
    (item,) = read_rows([row], wire, read, lambda raw: _name(raw, key))
    assert not isinstance(item, Ref)
    return item


def _rows(inner: JSON, name: str, *, is_none: bool) -> list[Any]:
    """An empty page may come with null; only one that counts nothing without a list."""
    rows = inner.get(name) if is_none else inner[name]
    if rows is None:
        return []
    if not isinstance(rows, list):
        raise ValueError(f"{name} is no list but {type(rows).__name__}")
    return rows


def _name(row: Any, key: str) -> str | None:
    """What a row that could not be read is called."""
    found = row[key]
    return str(found) if type(found) in (str, int) else None
