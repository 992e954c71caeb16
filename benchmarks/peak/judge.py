"""How platforms count calls: in a window that slides with each arrival, and they ban.

Written from the channel papers, and without a look at how the hub spaces its calls.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field

FIRST_BAN, LONGEST_BAN = 1.0, 3600.0
"""Seconds a ban lasts; each is twice the one before. Source: Taobao's sub_msg `This ban
will last for N more seconds`, N seen from 1 to 31,062."""


@dataclass(frozen=True, slots=True)
class Quota:
    """At most so many calls in any so many seconds, of what begins with `what`."""

    calls: int
    seconds: float
    what: str = ""
    per_shop: bool = False


QUOTAS: dict[str, tuple[Quota, ...]] = {
    # Not published: what the hub's channel assumes (C).
    "taobao": (Quota(10, 1.0),),
    "jd": (Quota(5, 1.0),),
    # Source: rate rows of the API documents, 2023 (channel paper PDD §4).
    "pinduoduo": (
        Quota(3000, 60.0, "orders.list", per_shop=True),
        Quota(30000, 60.0, "orders.get", per_shop=True),
        Quota(100, 10.0, "after_sales.list", per_shop=True),
        Quota(500, 1.0, "after_sales.list"),
        Quota(600, 60.0, "products.list", per_shop=True),
    ),
    # Source: channel paper Laike §6.
    "douyin-laike": (
        Quota(20, 1.0, "orders."),
        Quota(10, 1.0, "after_sales."),
        Quota(20, 1.0, "products."),
        Quota(400, 1.0, "places."),
        Quota(100, 1.0, "redemptions."),
    ),
}


@dataclass(slots=True)
class Judge:
    """One app of one platform."""

    channel: str
    quotas: tuple[Quota, ...]
    calls: Counter[str] = field(default_factory=Counter)
    """Arrived, by the first part of their names."""
    bans: list[tuple[float, str]] = field(default_factory=list)
    minutes: Counter[tuple[Quota, int]] = field(default_factory=Counter)
    """Calls by the app's quotas and the minute they came in."""
    _came: dict[tuple[Quota, str], deque[float]] = field(default_factory=dict)
    _until: float = 0.0
    _next_ban: float = FIRST_BAN

    def arrive(self, name: str, shop: str, at: float) -> float:
        """Count one call; gives how many seconds the app is banned, 0.0 where it is not."""
        self.calls[name] += 1
        if at < self._until:
            self.bans.append((at, f"{name} within a ban"))
            return self._until - at
        over = [
            q for q in self.quotas if name.startswith(q.what) and self._full(q, shop, at)
        ]
        if not over:
            return 0.0
        self.bans.append((at, f"{name} over {over[0].calls} in {over[0].seconds:g} s"))
        self._until = at + self._next_ban
        self._next_ban = min(2 * self._next_ban, LONGEST_BAN)
        return self._until - at

    def _full(self, quota: Quota, shop: str, at: float) -> bool:
        came = self._came.setdefault((quota, shop if quota.per_shop else ""), deque())
        if not quota.per_shop:
            self.minutes[quota, int(at // 60)] += 1
        while came and came[0] <= at - quota.seconds:
            came.popleft()
        came.append(at)
        return len(came) > quota.calls
