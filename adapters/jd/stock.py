"""What setting stock and looking at it share: one SKU a call, and what proves it.

Source: channel paper JD §4, §7.8; official page of jingdong.stock.read.findSkuStock
(apiId 1239): one row for each warehouse, 0 being the whole country.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.alias_generators import to_camel

from hub_core.wire import JSON, Ask, SomePieces, SomeText, Whole, Wire

from .pages import bare

WHOLE_COUNTRY = "0"
Pieces = Annotated[int, Field(strict=True, ge=0, le=100_000_000)]
Change = Annotated[int, Field(strict=True, ge=-100_000_000, le=100_000_000)]
SkuNumber = Annotated[int, Field(ge=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class StockSet:
    """What the platform says of a change it has made. What a SKU has now it never tells."""

    sku_external_id: str | None = None
    updated_at: datetime | None = None


class GetAsk(Ask):
    """What one SKU has."""

    sku: SkuNumber = Field(serialization_alias="skuId")


class WireStock(Wire):
    """What one warehouse has of a SKU."""

    model_config = ConfigDict(alias_generator=to_camel)

    stock_num: Whole
    store_id: SomeText = None


_STOCK: TypeAdapter[WireStock] = TypeAdapter(WireStock)
_LEVEL: TypeAdapter[int | None] = TypeAdapter(SomePieces)


def read_stock(inner: JSON) -> int | None:
    """Pieces of a SKU: the whole country's row, else its warehouses together; None where
    there is no such SKU."""
    rows = inner.get("skuStocks") if inner else None
    if rows is None or rows == []:
        return None
    if not isinstance(rows, list):
        raise ValueError("a list of warehouses")
    found = [_STOCK.validate_python(bare(row, "sku_stock")) for row in rows]
    whole = [s.stock_num for s in found if s.store_id in (None, WHOLE_COUNTRY)]
    return _LEVEL.validate_python(whole[0] if whole else sum([s.stock_num for s in found]))
