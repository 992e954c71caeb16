"""What a list brings: rows read whole, named only, or not to be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from pydantic import TypeAdapter
from pydantic_core import from_json, to_json

from ..models import Order, Record
from .complaint import complaint
from .values import Wire

JSON = dict[str, Any]
W = TypeVar("W", bound=Wire)
UNFIT_ROW = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError)
"""What a reader may raise on a row that has not the documented shape."""


@dataclass(frozen=True, slots=True, init=False)
class Fetched:
    """A record read whole: the canonical one, and the platform's own form of it.

    That form is kept as text: it waits for its commit among a thousand others, and the
    objects it was read from take four times the room.
    """

    record: Record
    text: bytes = field(repr=False)
    """UTF-8 JSON."""

    def __init__(self, record: Record, raw: JSON) -> None:
        object.__setattr__(self, "record", record)
        object.__setattr__(self, "text", to_json(raw))

    @property
    def order(self) -> Order:
        """The record, which is an order. TypeError where it is another kind."""
        if not isinstance(self.record, Order):
            raise TypeError(f"{type(self.record).__name__} is no order")
        return self.record

    @property
    def raw(self) -> JSON:
        """The record as it came, decoded anew."""
        decoded: JSON = from_json(self.text)
        return decoded


@dataclass(frozen=True, slots=True)
class Ref:
    """A record only named by a list: it has to be fetched by id."""

    external_id: str
    updated_at: datetime | None = None
    status_raw: str | None = None
    """The platform's word for its state, where the list tells it: of two changes within
    a second the time shows only one."""


@dataclass(frozen=True, slots=True)
class Misread:
    """A record that could not be read: kept in its raw form, the others go on."""

    external_id: str | None
    reason: str
    raw: Any = field(repr=False)
    updated_at: datetime | None = None


Item = Fetched | Ref | Misread


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list.

    `total` is the number of rows the platform says the whole window has, `number` the
    page it says this is, `has_more` whether it says others follow, `cursor` where it
    says the next page begins. None: it did not say.
    """

    items: tuple[Item, ...]
    total: int | None = None
    number: int | None = None
    has_more: bool | None = None
    cursor: Any = None


def read_rows(
    rows: Iterable[Any],
    wire: TypeAdapter[W],
    to_record: Callable[[W], Record],
    name: Callable[[Any], str | None],
) -> tuple[Item, ...]:
    """Read each row; one that does not fit becomes `Misread`, the others go on.

    `name` finds the id in a raw row that could not be read; it may raise.
    """
    return tuple([_read_row(row, wire, to_record, name) for row in rows])


def _read_row(
    row: Any,
    wire: TypeAdapter[W],
    to_record: Callable[[W], Record],
    name: Callable[[Any], str | None],
) -> Item:
    try:
        return Fetched(to_record(wire.validate_python(row)), row)
    except UNFIT_ROW as error:
        return Misread(_name(row, name), complaint(error), row)


def _name(row: Any, name: Callable[[Any], str | None]) -> str | None:
    try:
        return name(row)
    except (ValueError, TypeError, LookupError, AttributeError):
        return None
