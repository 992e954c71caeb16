"""What no version of the list calls has changed: what is asked, how lists are wrapped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, PlainSerializer, TypeAdapter

from hub_core.wire import (
    BEIJING,
    JSON,
    Ask,
    Id,
    Item,
    Misread,
    Page,
    Ref,
    Whole,
    clock_text,
    complaint,
)

KINDS = (
    "fixed",
    "auction",
    "guarantee_trade",
    "auto_delivery",
    "independent_simple_trade",
    "independent_shop_trade",
    "ec",
    "cod",
    "fenxiao",
    "game_equipment",
    "shopex_trade",
    "netcn_trade",
    "external_trade",
    "o2o_offlinetrade",
    "step",
    "nopaid",
    "pre_auth_type",
)
"""Every kind of trade the method's page names. Left out, `type` means five of them only,
and orders of the others are never listed. Source: taobao.trades.sold.increment.get."""
LIST_FIELDS = "tid,modified,status"
_ID: TypeAdapter[str] = TypeAdapter(Id)
_NUMBER: TypeAdapter[int] = TypeAdapter(Whole)


def beijing(moment: datetime) -> str:
    """A moment as TOP writes it: whole seconds of Beijing's clock, no zone."""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


Moment = Annotated[datetime, PlainSerializer(beijing)]


class ListAsk(Ask):
    """Trades by modification time, newest first; at most one day, 100 rows a page.

    Without `use_has_next` the answer has `total_results`; with it, `has_next` instead.
    """

    since: Moment = Field(serialization_alias="start_modified")
    until: Moment = Field(serialization_alias="end_modified")
    page: int = Field(1, ge=1, serialization_alias="page_no")
    size: int = Field(100, ge=1, le=100, serialization_alias="page_size")
    has_next: bool = Field(True, serialization_alias="use_has_next")
    kinds: str = Field(",".join(KINDS), serialization_alias="type")
    fields_: str = Field(LIST_FIELDS, serialization_alias="fields")


def rows(container: Any, name: str) -> list[Any]:
    """The rows of a list, however it is wrapped.

    `{"trade": [...]}` usually, a plain list under simplify=true; an empty one is left out,
    null, `{}` or `{"trade": []}`. Anything else is a ValueError.
    """
    if isinstance(container, dict) and container:
        if name not in container:
            raise ValueError(f"a list of {name} holds none")
        container = container[name]
    if container is None or container == {}:
        return []
    if not isinstance(container, list):
        raise ValueError(f"the list of {name} is {type(container).__name__}")
    return container


@dataclass(frozen=True, slots=True)
class Names:
    """What a list calls its rows, and in each the id and the word for its state."""

    rows: str
    row: str
    id: str
    word: str = "status"


TRADES = Names("trades", "trade", "tid")
AS_TEXT = {"true": True, "false": False}
"""A truth value as the published sample of a list of cases writes it."""


def read_list(body: JSON) -> Page:
    """A page of trades by name. TOP does not say which page it is."""
    return read_page(body, TRADES)


def read_page(body: JSON, names: Names) -> Page:
    """A page of whatever a list names; each row is fetched by its id."""
    found = rows(body.get(names.rows), names.row)
    total, more = body.get("total_results"), body.get("has_next")
    if total is None and more is None and not found:
        raise ValueError("neither rows nor total_results nor has_next")
    more = AS_TEXT.get(more, more) if isinstance(more, str) else more
    if more is not None and not isinstance(more, bool):
        raise ValueError("has_next is neither true nor false")
    total = None if total is None else _NUMBER.validate_python(total)
    if total is not None and total < 0:
        raise ValueError("total_results is negative")
    return Page(
        tuple([_read_ref(row, names) for row in found]),
        total=total,
        has_more=more,
    )


def _word(row: JSON, names: Names) -> str | None:
    word = row.get(names.word)
    return word if isinstance(word, str) and word else None


def _read_ref(row: Any, names: Names) -> Item:
    """A row that has an id is fetched by it, even if its time cannot be read."""
    try:
        found = _ID.validate_python(row[names.id])
    except (ValueError, TypeError, LookupError) as error:
        return Misread(None, complaint(error), row)
    try:
        return Ref(found, clock_text(row.get("modified")), _word(row, names))
    except ValueError:
        return Ref(found)
