"""Whether a canonical record is what the hub's ground rules say: types, times, ids."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from ..models import Record
from ..models.money import EXPONENTS
from ..wire import Fetched, Item, Misread, Page, Ref, complaint
from .rules import is_id, rules_of


def faults(record: Record) -> list[str]:
    """What is wrong with a record, as sentences that name the field and no value."""
    name = word_of(record)
    return [*_types(record, name), *_common(record, name), *rules_of(record)]


def raw_faults(item: Fetched | Misread) -> list[str]:
    """What is wrong with the raw form that is kept of a record."""
    raw: Any = item.raw
    if isinstance(item, Fetched) and not (isinstance(raw, dict) and raw):
        return ["raw is not the record's own JSON object"]
    try:
        same = json.loads(json.dumps(raw, allow_nan=False)) == raw
    except (TypeError, ValueError) as error:
        return [f"raw is not JSON: {type(error).__name__}"]
    return [] if same else ["raw changes when it is written as JSON and read again"]


def page_faults(page: Page) -> list[str]:
    """What is wrong with a page and with what stands on it."""
    said = list(_plain_page(page))
    for item in page.items:
        match item:
            case Fetched():
                said += [*faults(item.record), *raw_faults(item)]
            case Misread():
                said += raw_faults(item) + ([] if item.reason else ["no reason given"])
            case Ref():
                said += _times(item.updated_at, "ref.updated_at")
                said += [] if is_id(item.external_id) else ["ref.external_id is no id"]
            case _:
                said.append(f"an item is a {type(item).__name__}")
    return said


def id_of(item: Item) -> str | None:
    """The platform's id of a record."""
    return item.record.external_id if isinstance(item, Fetched) else item.external_id


def word_of(record: Record) -> str:
    """`AfterSale` is told of as `aftersale`."""
    return type(record).__name__.lower()


def _plain_page(page: Page) -> Iterator[str]:
    if not isinstance(page, Page):
        yield f"a page is a {type(page).__name__}"
        return
    if not isinstance(page.items, tuple):
        yield "page.items is no tuple"
    for name in ("total", "number"):
        value = getattr(page, name)
        if value is not None and (type(value) is not int or value < 0):
            yield f"page.{name} is no count"


@cache
def _adapters(kind: type) -> dict[str, TypeAdapter[Any]]:
    return {name: TypeAdapter(hint) for name, hint in get_type_hints(kind).items()}


def _types(value: Any, where: str) -> Iterator[str]:
    """Every field strictly of its declared type, all the way down."""
    adapters = _adapters(type(value))  # type: ignore[arg-type]
    for one in fields(value):
        inner, place = getattr(value, one.name), f"{where}.{one.name}"
        try:
            adapters[one.name].validate_python(inner, strict=True)
        except ValidationError as error:
            yield f"{place}: {complaint(error)}"
            continue
        yield from _times(inner, place)
        for part in inner if isinstance(inner, tuple) else (inner,):
            if is_dataclass(part):
                yield from _types(part, place)


def _times(value: Any, where: str) -> list[str]:
    naive = isinstance(value, datetime) and value.utcoffset() is None
    return [f"{where} is a time without a zone"] if naive else []


def _common(record: Record, name: str) -> Iterator[str]:
    if not is_id(record.external_id):
        yield f"{name}.external_id is no id"
    currency = getattr(record, "currency", "CNY")
    if currency not in EXPONENTS:
        yield f"{name}.currency {currency!r} is not known to the hub"
    if any(":" not in key for key in record.ext):
        yield f"{name}.ext: a name without the channel before it (`laike:room_id`)"
