"""What was bought and what it cost: drawn from a seed, exact in fen.

Source: channel paper §3 "Money and types"; the formulas of the official page of
pdd.order.list.get. One order holds one SKU.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from .catalogue import Goods, Sku

SERVICES = ("sf_express_fee", "install_fee", "charge_home_delivery_door")


@dataclass(frozen=True, slots=True)
class Basket:
    """The line and the amounts of one order, fen. Shared between versions."""

    goods: Goods
    sku: Sku
    count: int
    change: int = 0
    """What the seller took off by hand: order_change_amount."""
    platform: int = 0
    seller: int = 0
    captain: int = 0
    """What a group's captain does not pay: capital_free_discount."""
    postage: int = 0
    services: tuple[tuple[str, int], ...] = ()

    def __deepcopy__(self, memo: Any) -> Basket:
        return self

    @property
    def amount(self) -> int:
        """goods_amount = price * count - order_change_amount."""
        return self.sku.price * self.count - self.change

    @property
    def discount(self) -> int:
        """discount_amount = platform + seller + captain."""
        return self.platform + self.seller + self.captain

    @property
    def paid(self) -> int:
        """pay_amount = goods_amount - discount_amount + postage + service fees."""
        fees = sum(fee for _, fee in self.services)
        return self.amount - self.discount + self.postage + fees


def basket(rng: random.Random, shelf: tuple[Goods, ...]) -> Basket:
    """Something off the shelf, some of it with discounts, postage, services."""
    goods = rng.choice(shelf)
    sku, count = rng.choice(goods.skus), rng.choice((1, 1, 1, 2, 3))
    total = sku.price * count
    share = {part: rng.random() < 0.25 for part in ("change", "platform", "seller")}
    return Basket(
        goods,
        sku,
        count,
        change=total // 33 if share["change"] else 0,
        platform=total // 17 if share["platform"] else 0,
        seller=total // 11 if share["seller"] else 0,
        captain=total // 7 if rng.random() < 0.03 else 0,
        postage=rng.choice((0, 0, 0, 600, 800)),
        services=((rng.choice(SERVICES), 1299),) if rng.random() < 0.05 else (),
    )
