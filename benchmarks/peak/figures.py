"""What a run showed: how fresh the hub was, what it used of the quotas, its bans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .house import House
from .judge import Quota
from .stored import Stored, ages

SMALL = 5
"""Small is who is not in the largest fifth of a channel's shops."""
WARM = 600.0
"""Seconds at the beginning that are not looked at, and at the end."""
BACKLOG = 60
"""Seconds of a minute in which a call waits, for that minute to count as backlog."""


@dataclass(frozen=True, slots=True)
class Age:
    """Seconds from a change to its being stored."""

    changes: int
    median: float
    p95: float
    most: float

    @classmethod
    def of(cls, found: Sequence[float]) -> Age:
        """Of sorted ages."""
        if not found:
            return cls(0, 0.0, 0.0, 0.0)
        last = len(found) - 1
        middle, most = found[last // 2], found[-1]
        return cls(len(found), round(middle, 1), round(found[round(last * 0.95)], 1), most)


@dataclass(frozen=True, slots=True)
class Use:
    """A quota in the minutes in which calls waited for it all the time."""

    quota: str
    minutes: int
    used: float
    """The part of what it allows."""


def is_small(one: Stored, shops: int) -> bool:
    """Whether the account is one of a channel's small ones."""
    return one.account.rank > shops // SMALL


def fresh(house: House, channel: str, kind: str, *, small: bool) -> Age:
    """How old changes of a kind were when they were stored."""
    accounts = [one for one in house.stored if one.account.channel == channel]
    largest = max(one.account.rank for one in accounts)
    chosen = [one for one in accounts if not small or is_small(one, largest)]
    end = house.world.time
    return Age.of(ages(chosen, kind, end, WARM, end - WARM))


def used(house: House, channel: str) -> list[Use]:
    """The app's quotas that were short at some time."""
    judge = house.judges[channel]
    found = []
    for quota in judge.quotas:
        minutes = _short(house, channel, quota)
        if minutes:
            came = sum(judge.minutes[quota, minute] for minute in minutes)
            allowed = quota.calls * 60 / quota.seconds * len(minutes)
            name = f"{quota.what or 'all'} {quota.calls}/{quota.seconds:g} s"
            found.append(Use(name, len(minutes), round(came / allowed, 3)))
    return found


def _short(house: House, channel: str, quota: Quota) -> list[int]:
    return [
        minute
        for (name, of, minute), seconds in house.backlog.items()
        if name == channel and of == quota and seconds >= BACKLOG
    ]


def late(house: House) -> dict[str, float]:
    """How many seconds after they were due jobs began, 95 of 100 of them."""
    return {
        name: round(sorted(found)[round((len(found) - 1) * 0.95)], 1)
        for name, found in sorted(house.engine.delays.items())
    }


def told(house: House) -> dict[str, Any]:
    """All of it, for `--json` and for tables."""
    return {channel: _told(house, channel) for channel in sorted(house.judges)}


def _told(house: House, channel: str) -> dict[str, Any]:
    judge = house.judges[channel]
    kinds = ("orders", "after_sales", "redemptions")
    return {
        "small": {k: asdict(fresh(house, channel, k, small=True)) for k in kinds},
        "all": {k: asdict(fresh(house, channel, k, small=False)) for k in kinds},
        "quotas": [asdict(use) for use in used(house, channel)],
        "calls": dict(sorted(judge.calls.items())),
        "bans": len(judge.bans),
        "first_ban": judge.bans[0] if judge.bans else None,
    }
