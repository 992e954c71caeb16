"""What writing stock asks and answers in every version: pieces by SKU, nothing else.

Numbers are set, not added, wherever that will do: a number set twice is the same, one added
twice is not. Source: taobao.skus.quantity.update, taobao.item.quantity.update (developer.
alibaba.com, apiId 38499 and 38973), tmall.item.quantity.update (apiId 26178); paper §4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field

MOST = 20
"""SKUs that one call takes."""
Pieces = Annotated[int, Field(strict=True, ge=0, le=100_000_000)]


def few(given: Mapping[str, int]) -> Mapping[str, int]:
    """Between one SKU and as many as a call takes."""
    if not 1 <= len(given) <= MOST:
        raise ValueError(f"between 1 and {MOST} SKUs")
    return given


def numbers(given: Mapping[str, int]) -> Mapping[str, int]:
    """The platform's own ids, which are numbers."""
    if not all(key.isascii() and key.isdecimal() for key in given):
        raise ValueError("a SKU's id is a number")
    return given


def exactly_one(**given: Any) -> None:
    """Raise ValueError unless one of these was given and no other."""
    if sum(value is not None for value in given.values()) != 1:
        raise ValueError(f"exactly one of {', '.join(given)}")


Levels = Annotated[Mapping[str, Pieces], AfterValidator(few)]
"""The merchant's code of each SKU to the pieces it is to have."""
LevelsById = Annotated[Levels, AfterValidator(numbers)]
"""The same by the platform's own ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkuOutcome:
    """What became of one SKU. `told` is what the platform says it has now."""

    sku_external_id: str
    asked: int
    told: int | None = None

    @property
    def confirmed(self) -> bool | None:
        """Whether it has what was asked; None where the platform does not tell."""
        return None if self.told is None else self.told == self.asked


@dataclass(frozen=True, slots=True, kw_only=True)
class StockSet:
    """What the platform answers: the product it changed, and what it now has, if told."""

    product_external_id: str
    quantity: int | None = None
    """Pieces of the whole product."""
    levels: Mapping[str, int] = field(default_factory=dict)
    """Pieces by the platform's id of each SKU it told of."""
    updated_at: datetime | None = None

    def outcomes(self, asked: Mapping[str, int]) -> tuple[SkuOutcome, ...]:
        """Each SKU that was asked for by its id, in that order; one the answer leaves out
        has no `told`."""
        return tuple(
            [
                SkuOutcome(sku_external_id=sku, asked=count, told=self.levels.get(sku))
                for sku, count in asked.items()
            ]
        )
