"""Setting a product's stock: what both generations of the call share.

One product a call, which has one SKU or shares one stock. What is set is its total
(stock_qty), sold and frozen pieces with it: available = total - frozen - sold.
Source: pages goods_stock_sync and old-versions-warning/goods-repo/goods-batch-save;
channel paper §3.2, §6 V1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pydantic import Field, model_validator

from hub_core.wire import JSON, Ask, Call

LIMITED, UNLIMITED = 1, 2


class Stock(Ask):
    """Pieces in all, or no count at all: limit_type 2 goes without a number."""

    limit_type: Literal[1, 2]
    stock_qty: int | None = Field(default=None, ge=0, le=10**9)

    @model_validator(mode="after")
    def _counted(self) -> Stock:
        if (self.limit_type == LIMITED) != (self.stock_qty is not None):
            raise ValueError("limit_type 1 takes a stock_qty, 2 takes none")
        return self


class StockAsk(Ask):
    """A product, by the platform's id or by the merchant's own, and its stock."""

    product_id: str | None = Field(default=None, min_length=1)
    out_id: str | None = Field(default=None, min_length=1)
    stock: Stock

    @model_validator(mode="after")
    def _which(self) -> StockAsk:
        if (self.product_id is None) == (self.out_id is None):
            raise ValueError("product_id or out_id, one of the two")
        return self


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one call. It was taken: a refusal is raised as the error it is."""

    taken: bool = True
    note: str | None = None
    """The platform's words, where it has any beside its success."""


def read(data: JSON) -> Outcome:
    """Success was proven when the envelope was opened; nothing else comes with it."""
    said = data.get("description")
    plain = said.strip() if isinstance(said, str) else ""
    return Outcome(note=None if plain in ("", "success") else plain[:200])


def setting(path: str, ask: type[StockAsk], shape: str, status: str) -> Call[Outcome]:
    """The call of one generation."""
    reader: Callable[[JSON], Outcome] = read
    return Call(
        name="stock.set", endpoint=path, ask=ask, read=reader, shape=shape, status=status,
        is_write=True,
    )  # fmt: skip
