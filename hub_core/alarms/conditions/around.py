"""What is wrong around the shops: bans, incidents, the disk, receivers of alarms."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from ...store import alarms, health
from ..trouble import NO_WAIT, Severity, Trouble, Troubles
from .sight import Sight, clock

BRIEF = timedelta(minutes=2)
"""A ban that is shorter is nobody's concern."""
FRESH = timedelta(hours=6)
"""How long what has happened is listed as an alarm."""
FAILING = timedelta(minutes=10)
"""How long a receiver can't be reached before the others hear of it."""
MIB = 1 << 20
INCIDENTS = {
    "gap": "有一段时间的数据平台已不再提供",
    "token_died_early": "授权令牌提前失效，可能有别的系统在用同一应用",
    "endpoint": "推送端点已停用，或有消息放弃投递",
    "keys_tried": "有人连续使用错误的 API 密钥",
    "push_no_shop": "收到未登记店铺的平台推送",
    "push_parked": "平台推送所指的记录多次读取失败",
}
DIED, OVER = "token_died_early", "unauthorised"
SETTLED = timedelta(minutes=5)
"""Whether a token that died early is followed by another is known by then."""
HELD = {"app": "应用", "shop": "店铺", "call": "部分接口"}


def ban(sight: Sight) -> Troubles:
    """Bans a platform has named the end of."""
    with sight.hub.store.reading() as connection:
        found = health.bans(connection, sight.now)
    for one in found:
        per, _, whom = one.key.partition(":")
        shop = next((s for s in sight.shops if whom.endswith(f"/{s.name}")), None)
        shop = shop if per == "shop" else None
        yield Trouble(
            key=f"ban:{one.key}", severity=Severity.WARNING, wait=BRIEF,
            said=f"平台限制{HELD.get(per, '')}调用至 {clock(one.until)}，期间不发送请求",
            next="hub journal --errors", channel=whom.partition("/")[0] or None,
            shop=shop.name if shop else None, company=shop.company if shop else None,
            covers=tuple(_unread(sight, per, whom)),
        )  # fmt: skip


def _unread(sight: Sight, per: str, whom: str) -> Iterator[str]:
    """What comes of a ban: streams that are not read meanwhile."""
    app, _, call = whom.partition(":")
    for shop in sight.shops:
        table = sight.hub.settings.apps.get(shop.app)
        mine = f"{shop.channel}/{table.app_key}" if table else ""
        if whom == (f"{mine}/{shop.name}" if per == "shop" else mine):
            yield f"stale:{shop.name}:"
        elif per == "call" and app == mine:
            yield f"stale:{shop.name}:{call.partition('.')[0]}"


def incident(sight: Sight) -> Troubles:
    """What has happened lately, of the kinds that are told of: an hour of them as one."""
    after = sight.now - FRESH
    kinds = sight.limits.incidents
    with sight.hub.store.reading() as connection:
        found = health.fresh_incidents(connection, [*kinds, OVER], after)
    over = [(of, at) for kind, of, shop_id, at in found if kind == OVER and not shop_id]
    rows = [row for row in found if row[0] in kinds and not _is_over(row, over)]
    grouped = defaultdict[tuple[str, str | None, int | None, str], list[datetime]](list)
    for kind, channel, shop_id, at in rows:
        grouped[kind, channel, shop_id, f"{at:%d%H}"].append(at)
    for (kind, channel, shop_id, hour), times in grouped.items():
        shop = sight.by_id.get(shop_id or 0)
        often = f"（{len(times)} 次）" if len(times) > 1 else ""
        yield Trouble(
            key=f"incident:{kind}:{shop.name if shop else channel or ''}:{hour}",
            severity=Severity.WARNING, once=True, since=min(times),
            wait=SETTLED if kind == DIED else NO_WAIT,
            said=f"{INCIDENTS.get(kind, kind)}{often}", next="hub incidents",
            shop=shop.name if shop else None, channel=channel,
            company=shop.company if shop else None,
        )  # fmt: skip


def _is_over(
    row: tuple[str, str | None, int | None, datetime],
    over: list[tuple[str | None, datetime]],
) -> bool:
    """Whether a token died early because its authorisation was over: that is told of as
    `token_dead`, for as long as it lasts."""
    kind, channel, _, at = row
    return kind == DIED and any(
        of == channel is not None and timedelta(0) <= end - at <= SETTLED
        for of, end in over
    )


def disk(sight: Sight) -> Troubles:
    """The disk SQLite's file stands on."""
    url = sight.hub.store.engine.url
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return
    free = shutil.disk_usage(Path(url.database or "").absolute().parent).free // MIB
    low = sight.limits.disk_low_mb
    if free < low:
        severity = Severity.CRITICAL if free < low / 10 else Severity.WARNING
        said = f"数据库所在磁盘只剩 {free} MB"
        yield Trouble(key="disk", severity=severity, said=said, next="请清理或扩容磁盘")


def undelivered(sight: Sight) -> Troubles:
    """Receivers of alarms that can't be reached: told to the others."""
    with sight.hub.store.reading() as connection:
        there = alarms.targets(connection)
    for name in sight.limits.targets:
        one = there.get(name)
        begun = one.failing_since if one else None
        if one and begun and one.failures > 2 and sight.now - begun >= FAILING:
            yield Trouble(
                key=f"undelivered:{name}", severity=Severity.WARNING, since=begun,
                said=f"告警接收方 {name} 连续多次发送失败", next=f"hub alarms test {name}",
            )  # fmt: skip
