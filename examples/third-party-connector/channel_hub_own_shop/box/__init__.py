"""The shop in a box, from its API page alone: it has never seen how the hub reads it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from hub_core.sandbox import Clock, Faults

from .platform import OwnShop


def create(
    *,
    seed: int = 0,
    shops: int = 1,
    orders: int = 60,
    clock: Clock | None = None,
    switches: Mapping[str, str] | None = None,
    faults: Faults | None = None,
    latency: float = 0.0,
    history: timedelta = timedelta(days=3),
    late: float = 20.0,
) -> OwnShop:
    """Shops with so many orders each in their history.

    A change enters its list at most `late` seconds after it was made.
    """
    kit = {"seed": seed, "clock": clock, "switches": switches, "faults": faults}
    return OwnShop(shops, orders, history.total_seconds(), late, latency=latency, **kit)
