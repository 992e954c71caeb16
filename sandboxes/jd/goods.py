"""The wares of all shops and what becomes of them. Their dice are their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hub_core.sandbox import Record, TruthRecord
from hub_core.sandbox.people import DEALS, GOODS

from .keeper import Keeper, value
from .options import Options
from .states import CANCELLED
from .ware import NEVER, ON, Sku, Ware, facts
from .ware_events import HAPPENINGS

COLOURS = ("曜石黑", "云雾白", "湖水蓝", "樱花粉", "苔藓绿")
FIRST_WARE, FIRST_SKU = 10_024_838_828_001, 10_086_982_152_177


class Goods:
    """Every ware with its versions."""

    def __init__(
        self,
        options: Options,
        switches: Mapping[str, str],
        seed: int,
        now: Callable[[], float],
    ) -> None:
        self.keeper = Keeper("product", facts, options, f"{seed}:wares")
        self._options, self._switches, self._now = options, switches, now
        self._rng = self.keeper.rng
        self._of_sku: dict[tuple[str, str], Record] = {}
        self._numbers = 0

    def populate(self, account: str, place: int, history: float) -> None:
        """What orders of the shop are about, and so many wares more, with a past."""
        now = float(int(self._now()))
        for ware in (*_bought(now - history), *self._more(place, now - history, now)):
            record = self._add(account, ware)
            for at in sorted(self._moments(ware.created, now)):
                self._live(record, at)

    def _more(self, place: int, start: float, now: float) -> Iterator[Ware]:
        for _ in range(self._options.wares):
            at = float(int(self._rng.uniform(start, now)))
            yield self._made(place, at)

    def _made(self, place: int, at: float) -> Ware:
        """A new ware with one to four variants."""
        self._numbers += 1
        number = place * 1_000_000 + self._numbers * 10
        title, _, price = self._rng.choice(GOODS)
        title = f"{title} 第{self._numbers}款"
        skus = tuple(
            Sku(
                sku_id=FIRST_SKU + number + n,
                variant=colour,
                outer=f"JD-{number}-{n}",
                price=price + 100 * n,
                stock=self._rng.randrange(0, 200),
                created=at,
                modified=at,
            )
            for n, colour in enumerate(COLOURS[: self._rng.randrange(1, 5)])
        )
        return Ware(FIRST_WARE + number, title, f"JD-{number}", NEVER, at, skus)

    def _moments(self, since: float, until: float) -> Iterator[float]:
        for _ in range(self._rng.randrange(6)):
            yield float(int(self._rng.uniform(since, until)))

    # What happens ---------------------------------------------------------------------

    def churn(self, account: str, place: int) -> None:
        """Of four happenings in the shop, one is also one here."""
        luck, at = self._rng.random(), float(int(self._now()))
        if luck > 0.25:
            return
        alive = [r for r in self.keeper.book.records(account) if r.removed_at is None]
        if not alive or luck < 0.02:
            self._add(account, self._made(place, at))
        elif luck < 0.03:
            self.keeper.book.remove(self._rng.choice(alive), self._now())
        else:
            self._live(self._rng.choice(alive), at)

    def _live(self, record: Record, at: float) -> None:
        happens = self._rng.choice(HAPPENINGS)
        self.keeper.put(record, happens(value(record.latest), at, self._rng), at)

    def heard(self, order: Record, was: Mapping[str, Any] | None) -> None:
        """An order takes pieces when it is placed and gives them back when cancelled."""
        content, at = order.latest.content, order.latest.updated_at
        if was is None and not content["parent"]:
            sign = -1
        elif was is not None and was["state"] != content["state"] == CANCELLED:
            sign = 1
        else:
            return
        for line in content["basket"].lines:
            found = self.find(order.account, line.sku)
            if found is not None:
                stock = max(0, found[1].stock + sign * line.quantity)
                self.set_stock(*found, stock, at)

    # Keeping --------------------------------------------------------------------------

    def find(self, account: str, sku: str) -> tuple[Record, Sku] | None:
        """A SKU that lives, and its ware's record."""
        record = self._of_sku.get((account, sku))
        if record is None or record.removed_at is not None:
            return None
        ware: Ware = value(record.latest)
        return next(((record, x) for x in ware.alive if str(x.sku_id) == sku), None)

    def by_code(self, account: str, code: str) -> tuple[Record, Sku] | None:
        """A living SKU by the seller's own code."""
        for record in self.keeper.book.records(account):
            ware: Ware = value(record.latest)
            for sku in ware.alive:
                if sku.outer == code and record.removed_at is None:
                    return record, sku
        return None

    def set_stock(self, record: Record, sku: Sku, stock: int, at: float) -> None:
        """So many pieces from now on; whether that moves `modified` is a switch."""
        how, ware = self._switches["stock_bumps"], value(record.latest)
        moved = sku.modified if how == "nothing" else at
        after = ware.with_sku(sku.sku_id, moved, stock=stock)
        self.keeper.put(record, after, at, bump=how == "ware_and_sku")

    def _add(self, account: str, ware: Ware) -> Record:
        record = self.keeper.add(account, str(ware.ware_id), ware, ware.created)
        for sku in ware.skus:
            self._of_sku[account, str(sku.sku_id)] = record
        return record

    def truth(self, account: str) -> list[TruthRecord]:
        """Every ware of a shop."""
        return self.keeper.truth(account)


def _bought(at: float) -> Iterator[Ware]:
    """What this box's orders are about: each SKU has a ware to itself (see `baskets`)."""
    at = float(int(at))
    for title, variants, price in GOODS:
        for variant in variants:
            number = 10_054_887_000_000 + sum(map(ord, title + variant))
            yield _single(number, number - 34_221_842_129, title, variant, price, at)
    for title, price in DEALS:
        number = 10_070_000_000_000 + sum(map(ord, title))
        yield _single(number, number - 1, title, "", price, at)


def _single(sku: int, ware: int, title: str, variant: str, price: int, at: float) -> Ware:
    code = f"SB-{sku % 100_000}" if variant else f"LOC-{sku % 10_000}"
    one = Sku(sku, variant, code, price, 5_000, at, at)
    name = f"{title} {variant}".strip()
    return Ware(ware, name, code, ON, at, (one,), online=at)
