"""What may happen to an item. Each event gives its next state, or None where it cannot."""

from __future__ import annotations

import random
from collections.abc import Callable

from .catalogue import emptied
from .items import ON_SALE, WAREHOUSE, Item, settled

Happens = Callable[[Item, float, random.Random], Item | None]


def restock(item: Item, at: float, rng: random.Random) -> Item | None:
    """The seller counts anew."""
    return item.with_quantity(rng.choice(list(item.levels())), rng.randrange(5, 300), at)


def sell(item: Item, at: float, rng: random.Random) -> Item | None:
    """Somebody buys through a door no trade here came by."""
    left = [id for id, pieces in item.levels().items() if pieces > 0]
    if item.stands != ON_SALE or not left:
        return None
    id = rng.choice(left)
    pieces = item.levels()[id]
    bought = rng.randrange(1, min(pieces, 4) + 1)
    return item.with_quantity(id, pieces - bought, at)._replace(sold=item.sold + bought)


def sell_out(item: Item, at: float, rng: random.Random) -> Item | None:
    """All of it is gone at once."""
    if item.stands != ON_SALE:
        return None
    return emptied(item)._replace(sold=item.sold + item.num)


def reprice(item: Item, at: float, rng: random.Random) -> Item | None:
    """Dearer or cheaper."""
    by = rng.choice((-200, -100, 100, 300))
    if item.price + by < 500:
        return None
    skus = tuple(x._replace(price=x.price + by, modified=at) for x in item.skus)
    return item._replace(price=item.price + by, skus=skus)


def retitle(item: Item, at: float, rng: random.Random) -> Item | None:
    """A word more in the title, or another."""
    return item._replace(title=f"{item.title.split(' ·')[0]} ·{rng.choice('新热爆甄')}")


def shelve(item: Item, at: float, rng: random.Random) -> Item | None:
    """Up into the shop."""
    if item.stands not in WAREHOUSE or item.num == 0:
        return None
    return item._replace(stands=ON_SALE, listed_at=at)


def unshelve(item: Item, at: float, rng: random.Random) -> Item | None:
    """Down into the warehouse, for good or until a set hour."""
    if item.stands != ON_SALE:
        return None
    return item._replace(stands=rng.choice(("off_shelf", "off_shelf", "regular_shelved")))


def punish(item: Item, at: float, rng: random.Random) -> Item | None:
    """The platform takes it down for breaking a rule."""
    if item.stands != ON_SALE:
        return None
    return item._replace(stands="violation_off_shelf")


EVENTS: dict[Happens, int] = {
    restock: 24, sell: 30, sell_out: 5, reprice: 10, retitle: 8, shelve: 12,
    unshelve: 8, punish: 1,
}  # fmt: skip
"""What happens, and how often."""


def something(item: Item, at: float, rng: random.Random, restocked: str) -> Item:
    """An event that is legal, and what it makes of the item."""
    for happens in rng.choices(list(EVENTS), list(EVENTS.values()), k=12):
        after = happens(item, at, rng)
        if after is not None:
            return settled(after, restocked)
    return item._replace(sold=item.sold + 1)
