"""Stock, first shape: flat parameters, `id:pieces;id:pieces`; each SKU's number comes back.

For Taobao shops; Tmall's have the second shape. Only whole numbers are set here (type 1):
added below zero, the one method refuses and the other makes it zero, and neither knows a
call it has had before. A merchant's code that several SKUs share sets them all.
Source: taobao.item.quantity.update, taobao.skus.quantity.update (developer.alibaba.com,
apiId 38973 and 38499); capture of an answer of 2013-10; channel paper §4, §7.6 ("before").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, PlainSerializer, model_validator

from hub_core.wire import JSON, Ask, Call, ClockText, Id, SomeWhole, Whole, Wire

from .stock import Levels, LevelsById, Pieces, StockSet, exactly_one
from .trade import listed

SHAPE = "stock_v1"
ABSOLUTE = 1


def paired(given: Mapping[str, int]) -> str:
    """`4711:5;4712:0`."""
    return ";".join(f"{sku}:{count}" for sku, count in given.items())


class SetAsk(Ask):
    """The pieces of up to 20 SKUs of one product, by their ids or the merchant's codes."""

    product: str = Field(min_length=1, serialization_alias="num_iid")
    levels: Annotated[LevelsById, PlainSerializer(paired)] | None = Field(
        None, serialization_alias="skuid_quantities"
    )
    by_code: Annotated[Levels, PlainSerializer(paired)] | None = Field(
        None, serialization_alias="outerid_quantities"
    )
    how: int = Field(ABSOLUTE, ge=ABSOLUTE, le=ABSOLUTE, serialization_alias="type")

    @model_validator(mode="after")
    def _one_way(self) -> SetAsk:
        exactly_one(levels=self.levels, by_code=self.by_code)
        if any(mark in code for code in self.by_code or {} for mark in ":;"):
            raise ValueError("a code with : or ; can't be told apart in this shape")
        return self


class SetOneAsk(Ask):
    """The pieces of a product without variants, or of one of its SKUs."""

    product: str = Field(min_length=1, serialization_alias="num_iid")
    sku: str | None = Field(None, min_length=1, serialization_alias="sku_id")
    code: str | None = Field(None, min_length=1, serialization_alias="outer_id")
    quantity: Pieces
    how: int = Field(ABSOLUTE, ge=ABSOLUTE, le=ABSOLUTE, serialization_alias="type")


class WireLevel(Wire):
    """What a SKU has now."""

    sku_id: Id
    quantity: Whole


class WireAnswer(Wire):
    """What the product has now, and the SKUs that were changed."""

    num_iid: Id
    num: SomeWhole = None
    modified: ClockText = None
    skus: Annotated[tuple[WireLevel, ...], listed("sku")] = ()


def read(body: JSON) -> StockSet:
    """The numbers as they are now."""
    found = WireAnswer.model_validate(_item(body))
    return StockSet(
        product_external_id=found.num_iid,
        quantity=found.num,
        levels={row.sku_id: row.quantity for row in found.skus},
        updated_at=found.modified,
    )


def _item(body: JSON) -> Any:
    if not isinstance(body["item"], dict):
        raise ValueError("item is no object")
    return body["item"]


SET: Call[StockSet] = Call(
    name="stock.set",
    is_write=True,
    endpoint="taobao.skus.quantity.update",
    ask=SetAsk,
    read=read,
    shape=SHAPE,
    status="simulated",
)
SET_ONE: Call[StockSet] = Call(
    name="stock.set_one",
    is_write=True,
    endpoint="taobao.item.quantity.update",
    ask=SetOneAsk,
    read=read,
    shape=SHAPE,
    status="simulated",
)
