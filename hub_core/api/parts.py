"""Lines, vouchers and SKUs as lists of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, create_model

from ..store import parts
from ..store.parts import PARTS
from .cursors import read, written
from .records import ERRORS, MISSING
from .shapes import as_json, part_of
from .who import ThisHub, Who, reached


class AskParts(BaseModel):
    """What each of these lists takes."""

    model_config = ConfigDict(extra="forbid")

    shop: str | None = Field(None, description="By name or hub id.")
    channel: str | None = None
    company: str | None = None
    group: str | None = None
    limit: int = Field(100, ge=1, le=500)
    cursor: str | None = Field(
        None, max_length=200, description="`next` of the page before."
    )


NOUN = {"lines": "orders", "vouchers": "vouchers", "skus": "products"}
"""Whose right it takes to read them."""


def router() -> APIRouter:
    """The routes of all of them."""
    made = APIRouter(responses={**ERRORS, **MISSING})
    for name in PARTS:
        shape = part_of(name)
        page = create_model(
            f"{shape.__name__}Page",
            __doc__="One page; `next` is the cursor of the one after it, null at the end.",
            data=(list[shape], ...),  # type: ignore[valid-type]
            next=(str | None, ...),
        )
        made.get(f"/{name}", response_model=page, summary=f"A page of {name}")(
            _listing(name)
        )
    return made


def _listing(name: str) -> Callable[..., Any]:
    part = PARTS[name]
    known: Any = {column: (str | None, None) for column in part.known}
    ask = create_model(f"Ask{name.capitalize()}", __base__=AskParts, **known)

    def listing(hub: ThisHub, who: Who, asked: Annotated[Any, Query()]) -> Any:
        equal = {column: getattr(asked, column) for column in part.known}
        _, after = read(asked.cursor) or (None, 0)
        with hub.store.reading() as connection:
            shop_ids = reached(
                connection, who, f"{NOUN[name]}.read", asked.shop, channel=asked.channel,
                company=asked.company, group=asked.group,
            )  # fmt: skip
            data, last = parts.page(
                connection, part, shop_ids,
                {n: v for n, v in equal.items() if v is not None}, asked.limit, after,
            )  # fmt: skip
        after_it = None if last is None else written((None, last))
        return as_json({"data": data, "next": after_it})

    listing.__annotations__["asked"] = Annotated[ask, Query()]
    listing.__name__ = f"list_{name}"
    return listing
