"""GCRA that books slots ahead, goes slower where a platform is, and bears clocks set back.

The spacing is pyrate-limiter's; its state is kept by whatever `StateStore` it is given,
with three numbers more: when it was last stepped, and what was learned when.
Times are ticks since whatever the store's clock counts from.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyrate_limiter import GCRA, Decision, Rate

TICKS = 10_000
"""Of a limit's clock in a second. pyrate-limiter takes them for milliseconds, which are too
coarse: at 50 calls a second rounding up would cost 2 to 4 % of them."""
LOWEST = 1 / 16
"""The part of a configured limit that learning never goes below."""
RECOVERY = 1.1
"""How much a learned limit grows each minute in which it is not met."""
SETTLE = TICKS
"""After a halving, for so long no other counts: those calls were already out."""
DOUBT = TICKS
"""Clocks that differ by less were not set back."""
LONG_AGO = -(10**15)

State = tuple[Any, ...]
"""When it was last stepped, the part learned and since when, then GCRA's own."""


@dataclass(frozen=True)
class Booked(Decision):
    """The slots that were booked, in ticks from now."""

    waits: tuple[int, ...] = ()
    part: float = 1.0
    """Of the limit, now in use."""


def recovered(part: float, ticks: int) -> float:
    """What a part learned so many ticks ago is now."""
    if part >= 1.0:
        return 1.0
    minutes = min(max(ticks, 0) / (60 * TICKS), 60.0)
    return min(part * math.pow(RECOVERY, minutes), 1.0)


class Booking(GCRA):
    """Books as many slots as asked for, those that come within so many ticks.

    Where not even the first does, nothing is spent and the decision tells when it would.
    The first comes `lead` ticks from now or later; less than 0: it may have passed by so
    much.
    """

    def __init__(self, within: int, lead: int = 0) -> None:
        self._within, self._lead = within, lead

    def initial(self, rates: list[Rate]) -> State:
        """Of a limit never used."""
        return (0, 1.0, LONG_AGO, *super().initial(rates))

    def step(
        self, rates: list[Rate], state: State, now: int, weight: int
    ) -> tuple[State, Decision]:
        """Book `weight` slots, the first possible ones."""
        _, learned, since, *tats = _not_later(state, now)
        part = recovered(learned, now - since)
        slow = rates if part == 1.0 else [slowed(rate, part) for rate in rates]
        tat, waits, at = tuple(tats), list[int](), now + self._lead
        for _ in range(weight):
            ahead, slot = self._book(slow, tat, at)
            if slot - now > self._within:
                break
            tat, at = ahead, slot
            waits.append(at - now)
        else:
            slot = at
        if not waits:
            return state, Decision(rates[0], slot - now)
        kept = (1.0, LONG_AGO) if part == 1.0 else (learned, since)
        return (now, *kept, *tat), Booked(None, None, tuple(waits), part)

    def _book(self, rates: list[Rate], tat: State, at: int) -> tuple[State, int]:
        """The state after the first slot at or after `at`, and its time."""
        while True:
            ahead, told = super().step(rates, tat, at, 1)
            if told.allowed:
                return ahead, at
            at += told.retry_after_ms or 1


class Slowing(Booking):
    """The platform's limit was met: nothing goes for so many ticks, then half as fast."""

    def __init__(self, rest: int) -> None:
        super().__init__(0)
        self._rest = rest

    def step(
        self, rates: list[Rate], state: State, now: int, weight: int
    ) -> tuple[State, Decision]:
        """Halve what is in use, unless that was done a moment ago."""
        _, part, since, *tats = _not_later(state, now)
        if now - since >= SETTLE:
            part, since = max(recovered(part, now - since) / 2, LOWEST), now
        slow = [slowed(rate, part) for rate in rates]
        rests = [
            (now + self._rest) * 1000 + (r.burst - 1) * self._emission_us(r) for r in slow
        ]
        tats = [max(int(tat), rest) for tat, rest in zip(tats, rests, strict=True)]
        return (now, part, since, *tats), Booked(part=recovered(part, now - since))


def slowed(rate: Rate, part: float) -> Rate:
    """The rate, of which only a part is in use."""
    return Rate(rate.limit, math.ceil(rate.interval / part), burst=rate.burst)


def _not_later(state: Sequence[Any], now: int) -> State:
    """The state as of now, where the clock was set back since: all of it is moved along,
    so that nothing waits for the clock to come to where it was."""
    seen, part, since, *tats = state
    back = int(seen) - now
    if back <= DOUBT:
        return tuple(state)
    return (now, part, since - back, *(max(0, int(tat) - back * 1000) for tat in tats))
