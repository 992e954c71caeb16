"""What the shops offer at first: the goods that trades are about, and some more."""

from __future__ import annotations

import random

from hub_core.sandbox.people import GOODS

from .births import item_id, sku_id
from .items import Item, Sku

FIRST_EXTRA = 700_000_000_000
"""Ids of items no trade is about."""
STANDS = {
    "onsale": 12, "off_shelf": 3, "never_on_shelf": 2, "regular_shelved": 1,
    "sold_out": 3, "violation_off_shelf": 1,
}  # fmt: skip


class Catalogue:
    """Puts items together for one shop, from a seed."""

    def __init__(self, rng: random.Random, shop: int) -> None:
        self._rng, self._shop, self._extras = rng, shop, 0

    def first(self, count: int, since: float, until: float) -> list[Item]:
        """So many items, created in between; the goods of trades come first."""
        born = sorted(float(int(self._rng.uniform(since, until))) for _ in range(count))
        known = [self._known(place, at) for place, at in enumerate(born[: len(GOODS)])]
        return known + [self.another(at) for at in born[len(GOODS) :]]

    def _known(self, place: int, at: float) -> Item:
        """One of the goods that trades name; their lines carry these ids and codes."""
        title, variants, price = GOODS[place]
        item = item_id(title)
        skus = tuple(
            self._sku(sku_id(item, x), x, price, f"SKU-{sku_id(item, x) % 1_000_003}", at)
            for x in variants
        )
        return Item(item, title, price, f"ITEM-{item % 100_003}", "onsale", at, at, skus)

    def another(self, at: float) -> Item:
        """An item no trade is about: one in three has no SKUs, or two that share a code."""
        self._extras += 1
        n, rng = self._extras, self._rng
        item = FIRST_EXTRA + self._shop * 10**7 + n * 1_009
        title, variants, price = rng.choice(GOODS)
        stands = rng.choices(list(STANDS), list(STANDS.values()))[0]
        shape = n % 3
        code = f"ITEM-{item % 100_003}" if n % 4 else ""
        skus = tuple(
            self._sku(item * 10 + i, x, price + 100 * i, self._code(item, i, shape), at)
            for i, x in enumerate((*variants, "加大") if shape else ())
        )
        pieces = 0 if skus else rng.randrange(1, 300)
        made = Item(item, f"{title} 第{n}款", price, code, stands, at, at, skus, pieces)
        return emptied(made) if stands == "sold_out" else made

    def _code(self, item: int, place: int, shape: int) -> str:
        """The merchant's own code; the same for every SKU where `shape` is 2."""
        return f"SKU-{item % 1_000_003}" + (f"-{place}" if shape == 1 else "")

    def _sku(self, id: int, variant: str, price: int, code: str, at: float) -> Sku:
        pieces, held = self._rng.randrange(3, 300), self._rng.choice((0, 0, 0, 1, 2))
        return Sku(id, variant, price, pieces, code, at, at, held)


def emptied(item: Item) -> Item:
    """The same with no pieces left, and nothing held for anybody."""
    skus = tuple(x._replace(quantity=0, held=0) for x in item.skus)
    return item._replace(skus=skus, pieces=0)
