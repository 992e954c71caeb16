"""What calls to platforms were spent on, what is left, and who may not call at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ..plugins import Plugins
from ..ports import Limit
from ..settings import Settings
from ..store import Store, health, usage
from ..store.health import Ban
from ..store.usage import Spent, Standing


@dataclass(frozen=True, slots=True)
class LimitNow:
    """A limit under which calls were made, and how it stands."""

    app: str
    """By its name in the settings; the app key where it is not there any more."""
    channel: str
    per: str
    shop: str
    prefix: str
    allowed: str
    """`10/1`: calls and seconds; `5000/day`."""
    part: float
    """Of it, in use: less than 1 where the platform was found to allow less."""
    used: int | None
    """Of a day's: what processes have taken of it today."""
    left: int | None
    free_at: datetime | None
    """When the next call may go, or the day's begins anew; None: one may go now."""


@dataclass(frozen=True, slots=True)
class Quota:
    """The whole of it, at one moment."""

    used: list[Spent]
    limits: list[LimitNow]
    bans: list[Ban]

    def as_dict(self) -> dict[str, Any]:
        """For `--json` and over HTTP."""
        return {
            "used": [asdict(one) for one in self.used],
            "limits": [asdict(one) for one in self.limits],
            "bans": [asdict(one) for one in self.bans],
        }


def quota(
    store: Store, settings: Settings, plugins: Plugins, now: datetime, days: int = 1
) -> Quota:
    """What was used in so many days, today's included, and how limits stand now.

    What a process has used in its last seconds may not be told of yet.
    """
    since = now.astimezone(ZoneInfo("Asia/Shanghai")).date() - timedelta(days=days - 1)
    with store.reading() as connection:
        found = usage.spent(connection, since)
        standing = usage.standings(connection, now)
        bans = health.bans(connection, now)
    limits = [one for s in standing for one in _told(s, settings, plugins, now)]
    return Quota(found, limits, bans)


def _told(
    one: Standing, settings: Settings, plugins: Plugins, now: datetime
) -> Iterator[LimitNow]:
    app = next(
        (n for n in settings.apps_of(one.channel) if _key(settings, n) == one.app_key), None
    )
    allowed, used, left, free = one.rates, one.used, None, one.free_at
    if one.day is not None:
        limit = _budget(one, app, settings, plugins)
        if limit is None:  # it is not set any more
            return
        zone = ZoneInfo(plugins.channel(one.channel).zone)
        today = now.astimezone(zone).date()
        used = one.used if one.day == today else 0
        left = max(0, limit.calls - (used or 0))
        allowed, free = f"{limit.calls}/day", None if left else _next_day(today, zone)
    yield LimitNow(
        app or one.app_key, one.channel, one.per, one.shop, one.prefix, allowed, one.part,
        used, left, free,
    )  # fmt: skip


def _key(settings: Settings, app: str) -> str:
    return settings.apps[app].app_key


def _budget(
    one: Standing, app: str | None, settings: Settings, plugins: Plugins
) -> Limit | None:
    if app is None:
        return None
    limits = settings.limits(app, plugins.channel(one.channel))
    is_it = ((x.per, x.prefix, x.day) == (one.per, one.prefix, True) for x in limits)
    return next((x for x, right in zip(limits, is_it, strict=True) if right), None)


def _next_day(today: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(today + timedelta(days=1), time(), zone).astimezone(UTC)
