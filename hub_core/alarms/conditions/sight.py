"""What a look has before it, and how what it finds is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from ...hub import Hub
from ...settings import AlarmsTable
from ...store import shops
from ...store.shops import Shop
from ...tokens import StoredToken
from ...wire import BEIJING
from ..trouble import Severity, Trouble, Troubles

SELDOM = timedelta(minutes=10)
"""How often the costly questions are asked."""


@dataclass(frozen=True)
class Sight:
    """What a look has before it."""

    hub: Hub
    now: datetime
    watched_since: datetime
    """Since when looks have gone on without a break."""

    @property
    def limits(self) -> AlarmsTable:
        """From when on something is worth an alarm."""
        return self.hub.settings.alarms

    @cached_property
    def shops(self) -> Sequence[Shop]:
        """Those that are read."""
        with self.hub.store.reading() as connection:
            return [s for s in shops.shops(connection) if s.state == "active"]

    @cached_property
    def by_name(self) -> dict[str, Shop]:
        """The same by their name."""
        return {shop.name: shop for shop in self.shops}

    @cached_property
    def by_id(self) -> dict[int, Shop]:
        """The same by their internal key."""
        return {shop.id: shop for shop in self.shops}

    @cached_property
    def tokens(self) -> Mapping[str, StoredToken]:
        """Every token there is, by its subject."""
        return self.hub.store.tokens.every()


@dataclass(frozen=True, slots=True)
class Condition:
    """A question, and how often it is asked."""

    name: str
    ask: Callable[[Sight], Troubles]
    every: timedelta = timedelta(0)


def of(shop: Shop, key: str, severity: Severity, said: str, **more: Any) -> Trouble:
    """A trouble of a shop; `key` is its kind and what is more than the shop's name."""
    kind, _, rest = key.partition(":")
    whole = ":".join(part for part in (kind, shop.name, rest) if part)
    return Trouble(
        key=whole, severity=severity, said=said, shop=shop.name, channel=shop.channel,
        company=shop.company, **more,
    )  # fmt: skip


def clock(moment: datetime) -> str:
    """As a merchant's clock shows it."""
    return moment.astimezone(BEIJING).strftime("%m-%d %H:%M")
