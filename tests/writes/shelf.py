"""A platform's shelf in memory: what it has, all that ever took effect, and its moods."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from hub_core.errors import HubError, Rejected, Retryable
from hub_core.models import StockLevel
from hub_core.ports import Done, Effect, SkuLevel

Mood = Callable[[int, Sequence[SkuLevel]], None]
"""Told of each call's number and what it asks; may raise, before anything happens."""


def lost() -> Retryable:
    """An answer that never came, to a call that was sent."""
    error = Retryable("no answer within 30 s")
    error.journal_id = 1
    return error


def refused(words: str) -> Rejected:
    error = Rejected(words, code="isv.no")
    error.journal_id = 1
    return error


@dataclass
class Shelf:
    """Satisfies `ports.Stock`."""

    most: int = 20
    one_product: bool = False
    has: dict[str, int] = field(default_factory=dict)
    effects: list[tuple[str, int]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    """Of each effect's command, in the same order."""
    calls: int = 0
    looked: int = 0
    before: Mood = lambda number, levels: None
    after: Mood = lambda number, levels: None
    """Raises once it has happened: the answer is lost on its way."""
    deaf_to: frozenset[str] = frozenset()
    """SKUs that are refused, each by itself."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def set(self, levels: Sequence[SkuLevel]) -> Sequence[Done]:
        with self._lock:
            self.calls += 1
            number = self.calls
        self.before(number, levels)
        with self._lock:
            done = [self._one(level) for level in levels]
        self.after(number, levels)
        return done

    def _one(self, level: SkuLevel) -> Done:
        sku = level.sku_external_id
        if sku in self.deaf_to:
            return Done(target=sku, effect=Effect.REFUSED, reason="in a promotion")
        self.has[sku] = level.available
        self.effects.append((sku, level.available))
        self.keys.append(level.key)
        return Done(target=sku, effect=Effect.CONFIRMED, told=level.available)

    def level(self, product_external_id: str, sku_external_id: str) -> StockLevel | None:
        self.looked += 1
        found = self.has.get(sku_external_id)
        now = datetime.now(UTC)
        return StockLevel(sku_external_id=sku_external_id, available=found, as_of_at=now)


def on_call(number: int, error: Callable[[], HubError | BaseException]) -> Mood:
    """A mood that raises at one call and at no other."""

    def mood(call: int, levels: Sequence[SkuLevel]) -> None:
        if call == number:
            raise error()

    return mood
