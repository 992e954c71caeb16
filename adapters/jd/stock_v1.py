"""Stock, first shape: `360buy.sku.stock.update`, snake case, by JD's id or the merchant's.

Sets a whole number; `trade_no` is a running number of the caller's, of which no document
says that it makes a second call harmless. A code that several SKUs share is not taken here.
The wrapper is named as of old: `ware_sku_stock_update_response`.
Source: channel paper JD §7.8 ("before", C); official Java SDK (WareSkuStockUpdateRequest)
and clients of 2015 that send it (B).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, PlainSerializer, model_validator

from hub_core.wire import JSON, Ask, Call, ClockText, SomeId, Wire

from .stock import GetAsk, Pieces, StockSet, read_stock

SHAPE = "stock_v1"


class SetAsk(Ask):
    """The pieces of one SKU, by its id or the merchant's code; values travel as text."""

    sku: str | None = Field(None, pattern=r"^[0-9]+$", serialization_alias="sku_id")
    code: str | None = Field(None, min_length=1, serialization_alias="outer_id")
    quantity: Annotated[Pieces, PlainSerializer(str)]
    key: str | None = Field(None, min_length=1, serialization_alias="trade_no")
    store: str | None = Field(None, pattern=r"^[0-9]+$", serialization_alias="store_id")

    @model_validator(mode="after")
    def _one_name(self) -> SetAsk:
        if (self.sku is None) == (self.code is None):
            raise ValueError("exactly one of sku, code")
        return self


class WireAnswer(Wire):
    """The SKU that was changed, and when."""

    sku_id: SomeId = None
    modified: ClockText = None


def read(inner: JSON) -> StockSet:
    """The SKU that was changed. What it has now is not told."""
    found = WireAnswer.model_validate(inner)
    if found.sku_id is None:
        raise ValueError("sku_id is missing")
    return StockSet(sku_external_id=found.sku_id, updated_at=found.modified)


SET: Call[StockSet] = Call(
    name="stock.set",
    is_write=True,
    endpoint="360buy.sku.stock.update",
    ask=SetAsk,
    read=read,
    shape=SHAPE,
    status="simulated",
)
GET: Call[int | None] = Call(
    name="stock.get",
    endpoint="jingdong.stock.read.findSkuStock",
    ask=GetAsk,
    read=read_stock,
    shape=SHAPE,
    status="simulated",
)
