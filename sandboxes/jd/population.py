"""The orders a shop starts with, spread over its history.

Each starts in the state it has come to, as one version: set-up stays quick.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from . import life, states
from .life import Content
from .options import Options

DAY = 86_400.0
FIRST_ID = 280_000_000_000
"""Order ids have twelve digits and more."""

Born = tuple[float, float, Content]
"""Created, modified, content."""


def ids(shop: int, rng: random.Random) -> Iterator[str]:
    """Ascending ids with gaps, apart for every shop."""
    number = FIRST_ID + shop * 10_000_000_000
    while True:
        number += rng.randrange(3, 4000)
        yield str(number)


def orders(
    count: int, rng: random.Random, options: Options, now: float, history: float
) -> Iterator[Born]:
    """`count` orders, oldest first, none changed after `now`."""
    crowd = min(options.same_second, count)
    second = float(int(now - history / 2))
    for _ in range(crowd):
        yield second, second, life.placed(rng, second) | _paid(second)
    for started in sorted(now - history * rng.random() for _ in range(count - crowd)):
        yield _lived(float(int(started)), float(int(now)), rng, options)


def _paid(at: float) -> Content:
    return {"state": states.TO_SHIP, "kind": "22", "pay": "4", "paid_at": at}


def _lived(at: float, now: float, rng: random.Random, options: Options) -> Born:
    """An order that has taken steps since `at`, a few hours to days apart."""
    content, modified = life.placed(rng, at), at
    while True:
        due = modified + rng.expovariate(1 / PATIENCE.get(content["state"], DAY))
        name = life.choose(content["state"], rng)
        if due > now or name is None:
            return at, modified, content
        modified = float(int(due))
        content |= life.step(name, content, rng, modified)
        if name == "ship" and rng.random() < options.new_words:
            content["state"] = states.NEW_WORD


PATIENCE = {states.NOT_PAY: 8 * 3600.0, states.SHIPPED: 4 * DAY, states.NEW_WORD: 4 * DAY}
"""Mean seconds an order stays in a state; a day where not named."""
