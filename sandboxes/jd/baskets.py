"""What was bought and what it cost: drawn from a seed, exact in fen.

Source: channel paper §3 (orderInfo, couponDetailList) and §8.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from hub_core.sandbox import Street

SELLER_BORNE = ("20", "28", "29", "30", "35", "100")
"""Coupon types the shop pays for; that they add up to sellerDiscount is an inference."""
BUYER_HELD = ("34", "39", "41", "52")
"""Red packet, beans, coupon, gift card: taken off after the seller's price."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of itemInfoList. `price` is fen a piece."""

    sku: str
    ware: str
    outer: str
    title: str
    quantity: int
    price: int


@dataclass(frozen=True, slots=True)
class Coupon:
    """One row of couponDetailList; only type 30 names a SKU. `amount` is fen."""

    kind: str
    amount: int
    sku: str = ""

    def __deepcopy__(self, memo: Any) -> Coupon:
        return self  # versions of an order share what cannot change


@dataclass(frozen=True, slots=True)
class Basket:
    """Lines and amounts of one order, fen. Shared between versions, never changed."""

    lines: tuple[Line, ...]
    coupons: tuple[Coupon, ...]
    freight: int
    balance: int
    tax: int = 0

    def __deepcopy__(self, memo: Any) -> Basket:
        return self  # the same

    @property
    def total(self) -> int:
        """orderTotalPrice: list prices, no discount, no freight."""
        return sum(line.price * line.quantity for line in self.lines)

    @property
    def seller_discount(self) -> int:
        """What the shop takes off."""
        return sum(c.amount for c in self.coupons if c.kind in SELLER_BORNE)

    @property
    def payment(self) -> int:
        """orderPayment = total - every discount - balance + freight + tax."""
        off = sum(c.amount for c in self.coupons) + self.balance
        return self.total - off + self.freight + self.tax


def basket(rng: random.Random, *, voucher: bool = False) -> Basket:
    """A basket for goods, or for a local-life deal (no freight, no gift)."""
    lines = [_deal(rng)] if voucher else _goods(rng)
    total = sum(line.price * line.quantity for line in lines)
    coupons = _coupons(rng, lines, total)
    freight = 0 if voucher or rng.random() < 0.7 else rng.choice((600, 800, 1200))
    left = total - sum(c.amount for c in coupons)
    balance = left // 4 if rng.random() < 0.1 else 0
    return Basket(tuple(lines), coupons, freight, balance)


def halves(whole: Basket) -> tuple[Basket, Basket]:
    """The baskets of two children: lines, coupons and amounts add up to the parent's."""
    kept, moved = whole.lines[:1], whole.lines[1:]
    if not moved:
        line = whole.lines[0]
        one, rest = line.quantity // 2, line.quantity - line.quantity // 2
        kept, moved = (_pieces(line, one),), (_pieces(line, rest),)
    room = sum(x.price * x.quantity for x in moved)
    total = max(1, whole.total)
    there = tuple(_part(c, c.amount * room // total) for c in whole.coupons)
    pairs = zip(whole.coupons, there, strict=True)
    here = tuple(_part(c, c.amount - gone.amount) for c, gone in pairs)
    share = whole.balance * room // total
    first = Basket(kept, here, whole.freight, whole.balance - share, whole.tax)
    return first, Basket(moved, there, 0, share)


def _part(coupon: Coupon, amount: int) -> Coupon:
    return Coupon(coupon.kind, amount, coupon.sku)


def can_split(whole: Basket) -> bool:
    """Whether there is anything to put into a second parcel."""
    first, *more = whole.lines
    return more[0].price > 0 if more else first.quantity > 1


def _pieces(line: Line, quantity: int) -> Line:
    return Line(line.sku, line.ware, line.outer, line.title, quantity, line.price)


def _goods(rng: random.Random) -> list[Line]:
    street = Street(rng)
    lines = []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        title, variant, fen = street.goods()
        number = 10_054_887_000_000 + sum(map(ord, title + variant))
        outer = f"SB-{number % 100_000}"
        quantity = rng.choice((1, 1, 1, 2, 3))
        sku, ware, name = str(number), str(number - 34_221_842_129), f"{title} {variant}"
        lines.append(Line(sku, ware, outer, name, quantity, fen))
    if rng.random() < 0.12:  # the gift is the same SKU, free, beside the main line
        main = lines[0]
        lines.append(Line(main.sku, main.ware, main.outer, main.title, 1, 0))
    return lines


def _deal(rng: random.Random) -> Line:
    title, fen = Street(rng).deal()
    number = 10_070_000_000_000 + sum(map(ord, title))
    return Line(str(number), str(number - 1), f"LOC-{number % 10_000}", title, 1, fen)


def _coupons(rng: random.Random, lines: list[Line], total: int) -> tuple[Coupon, ...]:
    found = []
    if rng.random() < 0.3:
        found.append(Coupon("30", total // 20, lines[0].sku))
    if rng.random() < 0.3:
        kind = rng.choice(("100", "20", "28", "29", "35"))
        found.append(Coupon(kind, total // 10))
    if rng.random() < 0.3:
        found.append(Coupon(rng.choice(BUYER_HELD), total // 15))
    return tuple(c for c in found if c.amount)
