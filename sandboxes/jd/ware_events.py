"""What may happen to a ware. Each event gives its next state."""

from __future__ import annotations

import random
from collections.abc import Callable

from .ware import MOVES, SHOWN, Ware

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
"""What happens, each as often as it weighs."""
