"""Stock, second shape: `stock.write.updateSkuStock`, camel case, by JD's id alone.

Sets a whole number, of the whole country where no warehouse is named. `increaseSkuStock`
adds or takes away instead; its `stockRfId` is the caller's own number, by which the
platform knows a change it has had before. Setting answers that it was done and nothing
else; adding has a `result` that names the SKU, and says how it went in a `detailCode` of
which no document tells the values (the dialect's `stock_added`).
The platform's list of methods says by 2026 that this one is to go, for
`jingdong.ware.stock.sku.set`; what words that one's `updateModel` takes is not to be found.
Source: channel paper JD §4, §7.8 ("after"); official pages (updateSkuStock: apiId 1224,
increaseSkuStock: 2170); official Java SDK (SkuStockWriteResult).
"""

from __future__ import annotations

from pydantic import ConfigDict, Field, field_validator
from pydantic.alias_generators import to_camel

from hub_core.wire import JSON, Ask, Call, SomeId, Text, Wire

from .pages import part_of
from .stock import Change, GetAsk, Pieces, SkuNumber, StockSet, read_stock

SHAPE = "stock_v2"


class SetAsk(Ask):
    """The pieces of one SKU."""

    sku: SkuNumber = Field(serialization_alias="skuId")
    quantity: Pieces = Field(serialization_alias="stockNum")
    store: int | None = Field(None, ge=0, serialization_alias="storeId")


class AddAsk(Ask):
    """Pieces to add to one SKU or, below zero, to take away; `key` makes it happen once."""

    sku: SkuNumber = Field(serialization_alias="skuId")
    change: Change = Field(serialization_alias="stockNum")
    store: int = Field(0, ge=0, serialization_alias="storeId")
    key: str = Field(min_length=1, max_length=64, serialization_alias="stockRfId")

    @field_validator("change")
    @classmethod
    def _something(cls, change: int) -> int:
        if change == 0:
            raise ValueError("a change of nothing")
        return change


def read(inner: JSON) -> StockSet:
    """That it was done, which the envelope has judged; nothing more is told."""
    inner["success"]
    return StockSet()


class WireAdded(Wire):
    """What became of an addition."""

    model_config = ConfigDict(alias_generator=to_camel)

    sku_id: SomeId = None
    detail_code: Text


def read_added(inner: JSON) -> StockSet:
    """The SKU that was changed. The dialect has judged the code, which must be there."""
    found = WireAdded.model_validate(part_of(inner, "result"))
    return StockSet(sku_external_id=found.sku_id)


SET: Call[StockSet] = Call(
    name="stock.set",
    is_write=True,
    endpoint="jingdong.stock.write.updateSkuStock",
    ask=SetAsk,
    read=read,
    shape=SHAPE,
    status="simulated",
)
ADD: Call[StockSet] = Call(
    name="stock.add",
    is_write=True,
    endpoint="jingdong.stock.write.increaseSkuStock",
    ask=AddAsk,
    read=read_added,
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
