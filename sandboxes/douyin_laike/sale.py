"""What a buyer bought: the part of an order that never changes, and the shop selling it.

Amounts are fen, times whole epoch seconds.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from hub_core.sandbox import Street
from hub_core.sandbox.people import Person

GROUPON, PRESALE, DELIVERY, BOOKING = 21, 31, 41, 100
TIMES_CARDS = (51, 70)

KINDS = {
    "general": ((21, 60), (51, 6), (70, 4), (31, 10), (41, 12), (60, 3), (100, 5)),
    "catering": ((21, 80), (51, 12), (70, 8)),
}
"""order_type to weight, by business. Source: paper §3.3, order_type."""

ROOMS = ("", "", "7100000000000000001", "7100000000000000002")
ROLES = ("商家", "达人", "")
CHANNELS = ("直播", "短视频", "搜索", "")


class Buyer(NamedTuple):
    """Somebody to sell to and the id this app knows them by."""

    open_id: str
    person: Person


class Product(NamedTuple):
    """One deal on offer: what it costs, and what it is said to be worth."""

    product_id: str
    title: str
    sku_id: str
    price: int
    market: int


class Unit(NamedTuple):
    """One bought piece, which becomes one voucher."""

    item_id: str
    product: Product
    platform_off: int
    payment_off: int
    times: int = 1

    @property
    def merchant_off(self) -> int:
        """What the merchant gave away."""
        return self.product.market - self.product.price

    @property
    def pay(self) -> int:
        """What the buyer pays for it."""
        return self.product.price - self.platform_off - self.payment_off

    @property
    def receipt(self) -> int:
        """What the merchant is owed: the platform's subsidies included."""
        return self.product.price


@dataclass(frozen=True)
class Sale:
    """The unchanging part of an order. Copies are the sale itself."""

    order_id: str
    order_type: int
    created: int
    buyer: Buyer
    units: tuple[Unit, ...]
    freight: int
    packing: int
    poi_id: str
    room_id: str
    role: str
    note: str
    ext_order_id: str

    def __deepcopy__(self, memo: Any) -> Sale:
        return self

    @cached_property
    def original(self) -> int:
        """Market prices and fees."""
        return sum(u.product.market for u in self.units) + self.freight + self.packing

    @cached_property
    def pay(self) -> int:
        """What the buyer pays for the whole order."""
        return sum(u.pay for u in self.units) + self.freight + self.packing

    @cached_property
    def receipt(self) -> int:
        """What the merchant is owed for it."""
        return sum(u.receipt for u in self.units) + self.freight + self.packing

    @cached_property
    def payment_off(self) -> int:
        """The payment channel's part of the discount."""
        return sum(u.payment_off for u in self.units)


class Counter:
    """One merchant's shop counter: its catalogue, its regulars, its order numbers."""

    def __init__(self, number: int, business: str, rng: random.Random) -> None:
        self._number, self._rng = number, rng
        self._sold = 0
        self._kinds, self._weights = zip(*KINDS[business], strict=True)
        self._street = Street(rng)
        self._buyers = [self._buyer() for _ in range(60)]
        self.products = [self._product(n) for n in range(8)]
        self.poi_id = f"66{number:03d}{0:014d}"
        self.shop_account_id = f"72{number:03d}{0:014d}"

    def sell(self, created: int) -> Sale:
        """Somebody orders something at `created`."""
        rng = self._rng
        self._sold += 1
        # Scrambled, so that an id says nothing about its time; still unique.
        tail = self._sold * 61803398873 % 10**14
        kind: int = rng.choices(self._kinds, self._weights)[0]
        delivered = kind == DELIVERY
        return Sale(
            order_id=f"10{self._number:03d}{tail:014d}",
            order_type=kind,
            created=created,
            buyer=rng.choice(self._buyers),
            units=self._units(kind, tail),
            freight=rng.choice((0, 300, 500)) if delivered else 0,
            packing=rng.choice((0, 100, 200)) if delivered else 0,
            poi_id=self.poi_id if delivered or rng.random() < 0.7 else "",
            room_id=rng.choice(ROOMS),
            role=rng.choice(ROLES),
            note=self._street.note() if delivered else "",
            ext_order_id=f"EXT{tail:014d}" if rng.random() < 0.2 else "",
        )

    def _units(self, kind: int, tail: int) -> tuple[Unit, ...]:
        rng = self._rng
        several = kind in (GROUPON, DELIVERY)
        number = rng.choice((1, 1, 1, 2, 2, 3, 4)) if several else 1
        mixed = number > 1 and rng.random() < 0.4
        first = rng.choice(self.products)
        platform_off = rng.choice((0, 0, 0, 300, 500))
        payment_off = rng.choice((0, 0, 0, 0, 1, 188))
        times = 5 if kind in TIMES_CARDS else 1
        return tuple(
            Unit(
                f"8{self._number:03d}{tail:016d}{n:07d}",
                rng.choice(self.products) if mixed and n else first,
                platform_off,
                payment_off if n == 0 else 0,
                times,
            )
            for n in range(number)
        )

    def _buyer(self) -> Buyer:
        return Buyer(f"_000{self._rng.getrandbits(96):024x}", self._street.person())

    def _product(self, number: int) -> Product:
        title, price = self._street.deal()
        return Product(
            f"17{self._number:03d}{number:014d}",
            title,
            f"18{self._number:03d}{number:014d}",
            price,
            price * self._rng.choice((120, 130, 155)) // 100,
        )
