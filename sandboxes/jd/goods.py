"""The wares of all shops and what becomes of them. Their dice are their own.

Prices are fen, times epoch seconds; values never change, a change makes a new one.
Source: channel paper §4; the words of wareStatus and of a SKU's status (A).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Self

from hub_core.sandbox import Facts, Record, TruthRecord
from hub_core.sandbox.people import DEALS, GOODS

from .keeper import Keeper, value
from .options import Options
from .states import CANCELLED

NEVER, SELF_OFF, SYSTEM_OFF, ON = 1, 2, 4, 8
FIRST_REVIEW, SELF_REVIEW, SYSTEM_REVIEW, ON_REVIEW, FAILED = 513, 514, 516, 520, 1028
WARE_WORDS = {
    NEVER: "从未上架", SELF_OFF: "自主下架", SYSTEM_OFF: "系统下架", ON: "上架",
    FIRST_REVIEW: "从未上架待审", SELF_REVIEW: "自主下架待审",
    SYSTEM_REVIEW: "系统下架待审", ON_REVIEW: "上架待审核", FAILED: "系统下架审核失败",
}  # fmt: skip
SHOWN = frozenset({ON, ON_REVIEW})
"""Statuses in which buyers see the ware."""
MOVES: dict[int, tuple[int, ...]] = {
    NEVER: (FIRST_REVIEW,),
    FIRST_REVIEW: (ON, ON, NEVER),
    ON: (SELF_OFF, SELF_OFF, SYSTEM_OFF, ON_REVIEW),
    ON_REVIEW: (ON,),
    SELF_OFF: (ON, SELF_REVIEW),
    SELF_REVIEW: (ON, SELF_OFF),
    SYSTEM_OFF: (SYSTEM_REVIEW,),
    SYSTEM_REVIEW: (ON, FAILED),
    FAILED: (SYSTEM_REVIEW,),
}
"""What may follow, each as often as it weighs (C: no document has the order)."""
SKU_ON, SKU_OFF, SKU_DELETED = 1, 2, 4
COLOURS = ("曜石黑", "云雾白", "湖水蓝", "樱花粉", "苔藓绿")
FIRST_WARE, FIRST_SKU = 10_024_838_828_001, 10_086_982_152_177


class Sku(NamedTuple):
    """One variant."""

    sku_id: int
    variant: str
    outer: str
    price: int
    stock: int
    created: float
    modified: float
    deleted: bool = False


class Ware(NamedTuple):
    """One page of a shop with its variants."""

    ware_id: int
    title: str
    outer: str
    status: int
    created: float
    skus: tuple[Sku, ...]
    online: float | None = None
    offline: float | None = None

    def __deepcopy__(self, memo: Any) -> Self:
        return self

    @property
    def alive(self) -> tuple[Sku, ...]:
        """The variants that were not deleted."""
        return tuple(sku for sku in self.skus if not sku.deleted)

    def status_of(self, sku: Sku) -> int:
        """On, off or deleted: a variant is on when its ware is."""
        if sku.deleted:
            return SKU_DELETED
        return SKU_ON if self.status in SHOWN else SKU_OFF

    def with_sku(self, sku_id: int, at: float, **fields: Any) -> Self:
        """The ware with one of its variants changed."""
        skus = tuple(
            x._replace(modified=at, **fields) if x.sku_id == sku_id else x
            for x in self.skus
        )
        return self._replace(skus=skus)


def facts(ware: Ware) -> Facts:
    """What a reader must have understood: `available:<sku id>` for each living SKU."""
    said: dict[str, str | int | None] = {
        "title": ware.title,
        "listing_status_raw": str(ware.status),
    }
    return said | {f"available:{sku.sku_id}": sku.stock for sku in ware.alive}


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


Happens = Callable[[Ware, float, random.Random], Ware]


def _restock(ware: Ware, at: float, rng: random.Random) -> Ware:
    sku = rng.choice(ware.alive)
    return ware.with_sku(sku.sku_id, at, stock=rng.randrange(5, 300))


def _sell_out(ware: Ware, at: float, rng: random.Random) -> Ware:
    return ware.with_sku(rng.choice(ware.alive).sku_id, at, stock=0)


def _reprice(ware: Ware, at: float, rng: random.Random) -> Ware:
    sku = rng.choice(ware.alive)
    price = max(100, sku.price + rng.choice((-200, -100, 100, 250)))
    return ware.with_sku(sku.sku_id, at, price=price)


def _retitle(ware: Ware, at: float, rng: random.Random) -> Ware:
    return ware._replace(title=f"{ware.title.split(' ·')[0]} ·{rng.choice('新热爆甄')}")


def _move(ware: Ware, at: float, rng: random.Random) -> Ware:
    status = rng.choice(MOVES[ware.status])
    if status in SHOWN and ware.status not in SHOWN:
        return ware._replace(status=status, online=at)
    if ware.status in SHOWN and status not in SHOWN:
        return ware._replace(status=status, offline=at)
    return ware._replace(status=status)


def _drop_sku(ware: Ware, at: float, rng: random.Random) -> Ware:
    """A variant is deleted, never the last."""
    if len(ware.alive) < 2:
        return _restock(ware, at, rng)
    return ware.with_sku(rng.choice(ware.alive).sku_id, at, deleted=True)


HAPPENINGS: tuple[Happens, ...] = (
    *(_restock,) * 8,
    *(_sell_out,) * 2,
    *(_reprice,) * 4,
    *(_retitle,) * 3,
    *(_move,) * 9,
    _drop_sku,
)
