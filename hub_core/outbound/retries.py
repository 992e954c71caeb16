"""When a message that was not taken is sent again."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

MINUTE, HOUR = 60.0, 3600.0
WAITS = (
    *(5.0, 30.0, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE),
    *(1 * HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 10 * HOUR),
)
"""Seconds after each attempt but the last; a little more than a day in all."""
ATTEMPTS = len(WAITS) + 1
JITTER = 0.25
"""At most this part of a wait is added by chance."""
LONGEST_REST = MINUTE
"""A server that is silent is asked again after this, with one message."""


def due(
    attempts: int, now: datetime, asked: float | None, rng: random.Random
) -> datetime | None:
    """When the next attempt is due after so many that failed; never sooner than the server
    `asked` for (seconds). None: there is none."""
    if attempts >= ATTEMPTS:
        return None
    wait = WAITS[attempts - 1] * (1 + JITTER * rng.random())
    return now + timedelta(seconds=max(wait, asked or 0.0))


def rest(silent: int, asked: float | None) -> timedelta:
    """How long nothing is sent to a server after so many attempts in a row that found it
    silent or in trouble."""
    own = min(WAITS[min(silent, len(WAITS)) - 1], LONGEST_REST)
    return timedelta(seconds=max(own, asked or 0.0))
