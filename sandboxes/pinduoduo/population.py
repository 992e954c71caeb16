"""The orders a shop starts with, spread over its history, with their after-sale cases.

Each stands in the state it has come to, as one version: set-up stays quick.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from . import cases, life, states
from .catalogue import Goods
from .life import Content
from .options import Options
from .times import DAY, date_of

FIRST_NUMBER = 339_507_000_000_000
PATIENCE = {states.SHIPPED: 3 * DAY, states.SIGNED: 5 * DAY, states.NEW_WORD: 3 * DAY}
"""Mean seconds an order stays in a state; half a day where not named."""


@dataclass(slots=True)
class Lived:
    """One order with its past. `cases` are (changed, content), the order's id blank."""

    modified: float
    content: Content
    cases: list[tuple[float, Content]] = field(default_factory=list)


def numbers(shop: int, rng: random.Random) -> Iterator[int]:
    """Ascending order numbers with gaps, apart for every shop."""
    last = FIRST_NUMBER + shop * 1_000_000_000_000
    while True:
        last += rng.randrange(3, 4000)
        yield last


def order_sn(placed_at: float, number: int) -> str:
    """`261120-339507978993455`: the day it was placed, then fifteen digits."""
    return f"{date_of(placed_at)}-{number:015d}"


def orders(
    count: int,
    rng: random.Random,
    options: Options,
    shelf: tuple[Goods, ...],
    now: float,
    history: float,
) -> Iterator[Lived]:
    """`count` orders, oldest first, none changed after `now`."""
    crowd = min(options.same_second, count)
    second = float(int(now - history / 2))
    for _ in range(crowd):
        yield Lived(second, dealt(rng, second, shelf))
    for started in sorted(now - history * rng.random() for _ in range(count - crowd)):
        yield _lived(float(int(started)), float(int(now)), rng, options, shelf)


def dealt(rng: random.Random, at: float, shelf: tuple[Goods, ...]) -> Content:
    """An order whose group was complete at once."""
    content = life.placed(rng, at, shelf)
    return content | life.step("group", content, rng, at)


def _lived(
    at: float, now: float, rng: random.Random, options: Options, shelf: tuple[Goods, ...]
) -> Lived:
    """An order that has taken steps since `at`, hours to days apart."""
    lived = Lived(at, dealt(rng, at, shelf))
    while True:
        mean = PATIENCE.get(lived.content["status"], DAY / 2)
        due = lived.modified + max(1.0, rng.expovariate(1 / mean))
        if due > now or not _step(lived, rng, float(int(due)), options):
            return lived


def _step(lived: Lived, rng: random.Random, at: float, options: Options) -> bool:
    """One step of the order or of its open case; False when it has come to rest."""
    if lived.cases and not cases.is_over(lived.cases[-1][1]):
        case = lived.cases[-1][1]
        case |= cases.moved(case, rng)
        lived.cases[-1] = at, case
        lived.content |= cases.mirrored(case["status"])
    else:
        name = life.choose(lived.content, rng)
        if name is None:
            return False
        _take(lived, name, rng, at)
        if name == "ship" and rng.random() < options.new_words:
            lived.content["status"] = states.NEW_WORD
    lived.modified = at
    return True


def _take(lived: Lived, name: str, rng: random.Random, at: float) -> None:
    if name in ("case", "cancel"):
        kind = states.REFUND_ONLY if name == "cancel" else 0
        case = cases.opened("", lived.content, rng, at, kind)
        if name == "cancel":
            case["status"] = states.PAID_BACK
        lived.cases.append((at, case))
        lived.content |= cases.mirrored(case["status"])
    if name != "case":
        lived.content |= life.step(name, lived.content, rng, at)
