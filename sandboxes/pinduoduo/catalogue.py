"""What a shop sells: goods with their SKUs, the same for orders, stock and after-sales."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hub_core.sandbox.people import GOODS

FIRST_GOODS, FIRST_SKU = 3_956_000_000, 840_777_000_000


@dataclass(frozen=True, slots=True)
class Sku:
    """One variant. `price` is fen."""

    id: int
    spec: str
    outer: str
    price: int


@dataclass(frozen=True, slots=True)
class Goods:
    """One page of the shop. Shared between versions, never changed."""

    id: int
    title: str
    outer: str
    skus: tuple[Sku, ...]

    def __deepcopy__(self, memo: Any) -> Goods:
        return self


def catalogue(shop: int) -> tuple[Goods, ...]:
    """The goods of shop number `shop`."""
    return tuple(_goods(shop, place) for place in range(len(GOODS)))


def _goods(shop: int, place: int) -> Goods:
    title, variants, fen = GOODS[place]
    number = shop * 1000 + place * 10
    skus = tuple(
        Sku(FIRST_SKU + number + n, spec, f"PDD-{place:02d}-{n}", fen + 200 * n)
        for n, spec in enumerate(variants)
    )
    return Goods(FIRST_GOODS + number, title, f"PDD-{place:02d}", skus)
