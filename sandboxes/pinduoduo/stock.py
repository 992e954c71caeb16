"""Goods as the platform keeps them: on sale or not, and how many of each SKU.

Source: channel paper §4; the official pages of pdd.goods.list.get and
pdd.goods.quantity.update.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from .catalogue import Goods, Sku

Content = dict[str, Any]


def stocked(goods: Goods, rng: random.Random, in_slot: float) -> Content:
    """A new page of the shop with its stock. `slot`: it stands in a promotion."""
    return {
        "goods": goods,
        "title": goods.title,
        "onsale": int(rng.random() < 0.85),
        "slot": rng.random() < in_slot,
        "quantity": {sku.id: rng.randrange(0, 500) for sku in goods.skus},
        "reserved": {sku.id: rng.randrange(0, 5) for sku in goods.skus},
    }


def stirred(was: Mapping[str, Any], rng: random.Random) -> Content:
    """What the seller does to a page by hand: sales, a new title, off or on the shelf."""
    match rng.choice(("stock", "stock", "stock", "title", "shelf")):
        case "title":
            return {"title": f"{was['goods'].title} 新款{rng.randrange(10, 99)}"}
        case "shelf":
            return {"onsale": 1 - was["onsale"]}
        case _:
            sku = rng.choice(was["goods"].skus)
            left = max(0, was["quantity"][sku.id] - rng.randrange(1, 9))
            return {"quantity": was["quantity"] | {sku.id: left}}


def sku_of(goods: Goods, id: str, outer: str) -> Sku | None:
    """The SKU by its id, or without one by the seller's code."""
    for sku in goods.skus:
        if str(sku.id) == id or (not id and sku.outer == outer):
            return sku
    return None
