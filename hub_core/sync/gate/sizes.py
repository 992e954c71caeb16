"""How large a shop's amounts are, and whether they have all become a hundred times that.

A price is held against the last one of the same SKU, every other amount against the price
in the same record: what else a merchant sells tomorrow, and dearer, says nothing. A SKU
counts once a commit: a flash sale is of one, another unit of all.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ...models import AfterSale, Order, Product, Record, Redemption
from .sums import apart, due, total

MOST_PRICES = 500
BINS = 4
"""A power of ten is cut into so many."""
SHIFTS = (2 * BINS, 3 * BINS, -2 * BINS, -3 * BINS)
"""A hundred and a thousand times more, or less."""
LEVELS = 4
"""So many prices of a SKU are kept: a sale is over some day."""
EXACTLY, NEARLY, AS_EVER = 5.0, 4.0, -7.0
"""What one SKU's price says for another unit, in nats."""
LIKE, NEAR = 0.7, 0.1
"""Powers of ten: a price that has not leapt; one that has by a hundred or a thousand."""
ENOUGH = 8
RANGE = 40
"""Into so many bins anything may fall."""
PRICE = "price"
USUAL = 4
"""An amount that so many were as large as is as usual."""
NONE: dict[int, int] = {}
Sizes = dict[str, dict[int, int]]
"""Amount to bin to how often."""


@dataclass(slots=True)
class Leap:
    """What speaks for one name's amounts being written in another unit from some row on:
    evidence added up as it comes, never below nothing. The same SKU says it once, and so
    does the same amount: a sale makes many things cost the same, another unit none."""

    name: str
    shift: int
    now: float = 0.0
    """Nats."""
    rows: int = 0
    heard: set[str] = field(default_factory=set)

    def add(self, who: str, hint: float) -> None:
        """What one amount says."""
        self.rows += hint > 0
        said = {f"{'+' if hint > 0 else '-'}{part}" for part in who.split()}
        if said & self.heard:
            return
        self.heard |= said
        self.now = max(0.0, self.now + hint)
        if not self.now:
            self.heard = {one for one in self.heard if one[0] == "-"}

    @property
    def said(self) -> str:
        """`×100`."""
        return f"{'×' if self.shift > 0 else '÷'}{10 ** (abs(self.shift) // BINS)}"


@dataclass(slots=True)
class Scale:
    """What is known of the size of a shop's amounts."""

    prices: dict[str, list[int]] = field(default_factory=dict)
    """SKU to its last prices, each once."""
    sizes: Sizes = field(default_factory=dict)

    def learn(self, record: Record) -> None:
        """Count a record that was stored."""
        for sku, amount in prices_of(record):
            former = [one for one in self.prices.pop(sku, ()) if one != amount]
            self.prices[sku] = [*former[1 - LEVELS :], amount]
        for name, size in sizes_of(record):
            bins = self.sizes.setdefault(name, {})
            bins[size] = bins.get(size, 0) + 1
        while len(self.prices) > MOST_PRICES:
            del self.prices[next(iter(self.prices))]

    def leaps(self, records: Iterable[Record], before: Iterable[Leap]) -> list[Leap]:
        """What speaks for a leap within these, in the order they came; `before`: what
        former records have left."""
        found = {(leap.name, leap.shift): leap for leap in before}
        doubtful = {leap.name for leap in found.values()}
        for record in records:
            for name, who, hints in self.hints(record, doubtful):
                for shift, hint in hints.items():
                    if hint > 0 or (name, shift) in found:
                        doubtful.add(name)
                        key = name, shift
                        found.setdefault(key, Leap(name, shift)).add(who, hint)
        return [leap for leap in found.values() if leap.now > 0]

    def hints(
        self, record: Record, doubtful: Collection[str] | None = None
    ) -> Iterator[tuple[str, str, dict[int, float]]]:
        """For each of a record's amounts: whose it is, and what it says for each shift.

        Of those that are not `doubtful` what is as usual is left out.
        """
        found = prices_of(record)
        for sku, amount in found:
            known = self.prices.get(sku)
            usual = doubtful is not None and PRICE not in doubtful
            if known is not None and not (usual and amount in known):
                yield PRICE, f"{sku} {amount}", _price_hints(known, amount)
        who = found[0][0] if found else record.external_id
        for name, size in sizes_of(record):
            bins = self.sizes.get(name, NONE)
            usual = bins.get(size, 0) >= USUAL
            if usual and doubtful is not None and name not in doubtful:
                continue
            if sum(bins.values()) >= ENOUGH:
                yield name, who, {s: _hint(bins, size, s) for s in SHIFTS}

    def dump(self) -> list[Any]:
        """For the store."""
        return [self.prices, self.sizes]

    @classmethod
    def load(cls, dumped: list[Any]) -> Scale:
        """What `dump` gave."""
        sizes = {n: {int(b): c for b, c in bins.items()} for n, bins in dumped[1].items()}
        return cls(dict(dumped[0]), sizes)


def _price_hints(known: list[int], amount: int) -> dict[int, float]:
    leaps = [math.log10(amount / one) for one in known]
    if any(abs(leap) < LIKE for leap in leaps):
        return dict.fromkeys(SHIFTS, AS_EVER)
    exactly = any(apart(amount, one) for one in known)
    return {
        shift: EXACTLY if exactly else NEARLY
        for shift in SHIFTS
        if any(abs(leap - shift / BINS) < NEAR for leap in leaps)
    }


def _hint(bins: dict[int, int], size: int, shift: int) -> float:
    """How much likelier it is with the shift than without."""
    return math.log(_weight(bins, size - shift) / _weight(bins, size))


def _weight(bins: dict[int, int], size: int) -> float:
    around = bins.get(size - 1, 0) + bins.get(size + 1, 0)
    return bins.get(size, 0) + around / 2 + 0.5


def is_as_ever(scale: Scale, record: Record, name: str, shift: int) -> bool:
    """Whether the record's own amount of this name shows that it has not leapt."""
    said = [hints.get(shift, 0.0) for of, _, hints in scale.hints(record) if of == name]
    return bool(said) and max(said) < -1.0


# What is measured ----------------------------------------------------------------------


def prices_of(record: Record) -> list[tuple[str, int]]:
    """SKUs and what a piece costs, fen; what costs nothing has no size."""
    found: list[tuple[str | None, int | None]] = []
    if isinstance(record, Order):
        found = [(x.sku_external_id, x.unit_price) for x in record.lines]
    elif isinstance(record, Product):
        found = [(x.external_id, x.price_amount) for x in record.skus]
    elif isinstance(record, Redemption):
        found = [(record.sku_external_id or record.product_external_id, _price(record))]
    return [(sku, amount) for sku, amount in found if sku and amount and amount > 0]


def _price(one: Redemption) -> int | None:
    return one.original_amount or one.list_amount


def sizes_of(record: Record) -> Iterator[tuple[str, int]]:
    """A record's other amounts: names and bins."""
    if isinstance(record, Order):
        yield from _of_order(record)
    elif isinstance(record, Product):
        for sku in record.skus:
            yield from _ratios(sku, sku.price_amount, ("list_amount",))
    elif isinstance(record, Redemption):
        yield from _ratios(record, _price(record), OF_REDEMPTION)
    elif isinstance(record, AfterSale):
        yield from _ratios(record, 1, ("requested_amount",))
        yield from _ratios(record, record.requested_amount, OF_CASE)


OF_ORDER = ("goods_amount", "merchant_receivable_amount")
OF_BUYER = ("payable_amount", "buyer_paid_amount")
OF_DISCOUNTS = ("total_amount", "merchant_amount", "platform_amount", "payment_amount")
ALONE = ("freight_amount", "tax_amount", "requested_amount")
"""Amounts no other of the record is near to: what is dear may be sent back seven times
after what is cheap."""
FREE = frozenset({*ALONE, *OF_DISCOUNTS, *[f"lines.{name}" for name in OF_DISCOUNTS]})
"""Amounts that may be as large or small as pleases: a leap is noted, and stops none. That a
discount or a freight is in another unit, the order's sum shows."""
OF_CASE = ("agreed_amount", "refunded_amount")
OF_REDEMPTION = (
    *("list_amount", "buyer_paid_amount", "coupon_paid_amount", "payment_discount_amount"),
    *("merchant_discount_amount", "platform_discount_amount"),
)


def _of_order(order: Order) -> Iterator[tuple[str, int]]:
    priced = total([x.unit_price and x.unit_price * x.quantity for x in order.lines])
    base = priced or order.goods_amount
    yield from _ratios(order, base, OF_ORDER)
    yield from _ratios(order, due(order) or base, OF_BUYER)
    yield from _ratios(order, order.payable_amount, ("refunded_amount",))
    yield from _ratios(order.discounts, base, OF_DISCOUNTS)
    yield from _ratios(order, 1, ("freight_amount", "tax_amount"))
    for line in order.lines:
        own = line.unit_price and line.unit_price * line.quantity
        yield from _ratios(line, own, ("goods_amount", "buyer_paid_amount"), "lines.")
        yield from _ratios(line.discounts, own, OF_DISCOUNTS, "lines.")
    for voucher in order.vouchers:
        yield from _ratios(voucher, base, OF_VOUCHER, "vouchers.")


OF_VOUCHER = (
    *("original_amount", "buyer_paid_amount", "merchant_receivable_amount"),
    "refunded_amount",
)


def _ratios(
    one: Any, base: int | None, names: tuple[str, ...], prefix: str = ""
) -> Iterator[tuple[str, int]]:
    if not base or base < 0:
        return
    for name in names:
        amount = getattr(one, name)
        if amount and amount > 0:
            yield prefix + name, round(BINS * math.log10(amount / base))
