"""Stock, second shape: JSON, one method for all of a product; only its id comes back.

For Tmall shops. A number added can carry a key of hexadecimal digits by which the platform
knows a call it has had before, so that adding is offered here. SKUs named in two ways at
once are changed in no way that could be foretold (the page's own warning).
Source: tmall.item.quantity.update (developer.alibaba.com, apiId 26178); channel paper §4,
§7.6 ("after").
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated

from pydantic import (
    AfterValidator,
    Field,
    PlainSerializer,
    TypeAdapter,
    computed_field,
    model_validator,
)

from hub_core.wire import JSON, Ask, Call, Id

from .stock import Levels, LevelsById, Pieces, StockSet, exactly_one, few, numbers

SHAPE = "stock_v2"
ABSOLUTE, ADDED = 1, 2
_ID: TypeAdapter[str] = TypeAdapter(Id)


def by_id(given: Mapping[str, int]) -> str:
    """SKUs by the platform's ids, which travel as numbers."""
    return _text([{"sku_id": int(sku), "quantity": n} for sku, n in given.items()])


def by_outer_id(given: Mapping[str, int]) -> str:
    """SKUs by the merchant's codes."""
    return _text([{"outer_id": code, "quantity": n} for code, n in given.items()])


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class SetAsk(Ask):
    """The pieces of up to 20 SKUs, or of a product without any."""

    product: str = Field(min_length=1, serialization_alias="item_id")
    quantity: Pieces | None = Field(None, serialization_alias="item_quantity")
    levels: Annotated[LevelsById, PlainSerializer(by_id)] | None = Field(
        None, serialization_alias="sku_quantities"
    )
    by_code: Annotated[Levels, PlainSerializer(by_outer_id)] | None = Field(
        None, serialization_alias="sku_quantities"
    )

    @model_validator(mode="after")
    def _one_way(self) -> SetAsk:
        exactly_one(quantity=self.quantity, levels=self.levels, by_code=self.by_code)
        return self

    @computed_field
    def options(self) -> str:
        """All of it, not a difference."""
        return _text({"type": ABSOLUTE})


Change = Annotated[int, Field(strict=True)]
Changes = Annotated[Mapping[str, Change], AfterValidator(few), AfterValidator(numbers)]


class AddAsk(Ask):
    """Pieces to add to SKUs by their ids, or to take away; `key` makes it happen once."""

    product: str = Field(min_length=1, serialization_alias="item_id")
    changes: Annotated[Changes, PlainSerializer(by_id)] = Field(
        serialization_alias="sku_quantities"
    )
    key: str = Field(pattern=r"^[0-9a-fA-F]{1,64}$", exclude=True)

    @computed_field
    def options(self) -> str:
        """A difference, with the key it is known by."""
        return _text({"type": ADDED, "outer_biz_key": self.key})


def read(body: JSON) -> StockSet:
    """The product that was changed. What it has now is not told."""
    return StockSet(product_external_id=_ID.validate_python(body["quantity_update_result"]))


SET: Call[StockSet] = Call(
    name="stock.set",
    is_write=True,
    endpoint="tmall.item.quantity.update",
    ask=SetAsk,
    read=read,
    shape=SHAPE,
    status="simulated",
)
ADD: Call[StockSet] = Call(
    name="stock.add",
    is_write=True,
    endpoint="tmall.item.quantity.update",
    ask=AddAsk,
    read=read,
    shape=SHAPE,
    status="simulated",
)
