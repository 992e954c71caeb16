"""`hub quota`: what calls were spent on, what is left, and when it frees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from .opening import Json, opened
from .output import local, say_json, table, times_note

if TYPE_CHECKING:
    from ..insight.quota import LimitNow
    from ..store.usage import Spent

USED = (
    "day",
    "channel",
    "app_key",
    "shop",
    "call",
    "rank",
    "calls",
    "refused",
    "mean_wait",
)
LIMITS = ("app", "per", "shop", "prefix", "allowed", "learned", "used", "left", "free")
BANS = ("banned", "until")


def add(app: typer.Typer) -> None:
    """Put the command on the app."""
    app.command()(quota)


def quota(
    days: Annotated[
        int, typer.Option("--days", min=1, max=31, help="How many days, today's included.")
    ] = 1,
    json: Json = False,
) -> None:
    """Who used what of the platforms' limits, what is left, and when it frees."""
    from ..insight.quota import quota as counted

    with opened() as hub:
        found = counted(hub.store, hub.settings, hub.plugins, hub.clock.now(), days)
    if json:
        return say_json(found.as_dict())
    table(
        [_used(one) for one in found.used], USED, title="calls",
        right=("calls", "refused", "mean_wait"), empty="none were made",
    )  # fmt: skip
    table(
        [_limit(one) for one in found.limits], LIMITS, title="\nlimits",
        right=("used", "left"), empty="no call was made under any",
    )  # fmt: skip
    bans = [{"banned": one.key, "until": local(one.until)} for one in found.bans]
    table(bans, BANS, title="\nbans", empty="none")
    times_note()


def _used(one: Spent) -> dict[str, Any]:
    mean = f"{one.waited / one.calls:.1f} s" if one.calls else None
    return {
        "day": str(one.day), "channel": one.channel, "app_key": one.app_key,
        "shop": one.shop or None, "call": one.call, "rank": one.rank, "calls": one.calls,
        "refused": one.throttled, "mean_wait": mean,
    }  # fmt: skip


def _limit(one: LimitNow) -> dict[str, Any]:
    return {
        "app": one.app, "per": one.per, "shop": one.shop or None,
        "prefix": one.prefix or None, "allowed": one.allowed, "used": one.used,
        "learned": f"{one.part:.0%}" if one.part < 1 else None, "left": one.left,
        "free": local(one.free_at, seconds=True) if one.free_at else "now",
    }  # fmt: skip
