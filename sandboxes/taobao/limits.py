"""TOP's call limits: too many in a second, or in a day, and the ban that follows.

Source: FAQ text on code 7 (paper §5). The daily quota of an app key ends at midnight in
Beijing and its owner may reset it by hand three times a day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from math import ceil

from hub_core.sandbox import Quota

from . import refusals, times

SCOPES = {
    "app_api": "limited-by-app-api-access-count",
    "api": "limited-by-api-access-count",
    "dynamic": "limited-by-dynamic-access-count",
}
DAILY = "limited-by-app-access-count"
RESETS = 3


@dataclass(slots=True)
class Ban:
    """Until when, why, and how long it was given for (seconds)."""

    until: float
    sub_code: str
    seconds: float


class Limits:
    """Judges each call of an app. Everything is off until given a number."""

    def __init__(
        self,
        *,
        per_second: int | None,
        scope: str,
        ban: float,
        prolongs: bool,
        daily: int | None,
    ) -> None:
        if scope not in SCOPES:
            raise ValueError(f"limit_scope is one of {sorted(SCOPES)}, not {scope!r}")
        self._rate = None if per_second is None else Quota(per_second, 1.0)
        self._scope, self._ban, self._prolongs = scope, ban, prolongs
        self._daily = daily
        self._used: Counter[tuple[str, int]] = Counter()
        self._resets: Counter[tuple[str, int]] = Counter()
        self._bans: dict[Hashable, Ban] = {}

    def check(self, app_key: str, method: str, now: float) -> None:
        """Count the call, or raise code 7. A call in a ban is refused and not counted."""
        for key in (app_key, self._key(app_key, method)):
            self._in_ban(key, now)
        self._day(app_key, now)
        if self._rate and self._rate.take(repr(self._key(app_key, method)), now):
            key = self._key(app_key, method)
            self._bans[key] = Ban(now + self._ban, SCOPES[self._scope], self._ban)
            self._in_ban(key, now, first=True)
        self._used[app_key, times.day(now)] += 1

    def ban(self, app_key: str, sub_code: str, seconds: float, now: float) -> None:
        """Shut out the whole app from now on."""
        self._bans[app_key] = Ban(now + seconds, sub_code, seconds)

    def reset(self, app_key: str, now: float) -> bool:
        """The owner's reset of the daily quota; False when today's three are spent."""
        today = (app_key, times.day(now))
        if self._resets[today] >= RESETS:
            return False
        self._resets[today] += 1
        self._used[today] = 0
        self._bans.pop(app_key, None)
        return True

    def _key(self, app_key: str, method: str) -> Hashable:
        return method if self._scope == "api" else (app_key, method)

    def _in_ban(self, key: Hashable, now: float, first: bool = False) -> None:
        ban = self._bans.get(key)
        if ban is None or now >= ban.until:
            return
        if self._prolongs and not first:
            ban.until = max(ban.until, now + ban.seconds)
        raise refusals.limited(ban.sub_code, max(1, ceil(ban.until - now)))

    def _day(self, app_key: str, now: float) -> None:
        if self._daily is None or self._used[app_key, times.day(now)] < self._daily:
            return
        until = times.midnight_after(now)
        self._bans[app_key] = Ban(until, DAILY, 0.0)
        self._in_ban(app_key, now, first=True)
