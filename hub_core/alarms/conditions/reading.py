"""What is read too late, not whole, or otherwise than it was."""

from __future__ import annotations

from datetime import timedelta

from ...store import health, profiles
from ...sync.gate.profile import SUMS, UNIT
from ..trouble import Severity, Troubles, typed
from .sight import Sight, clock, of

LAST = timedelta(minutes=5)
"""How long a stream has to stay stale: one that is taken up again is read soon."""
DAY = timedelta(days=1)
LOOK_BACK = "look-back"
"""In the rule of a stretch that is older than its platform answers for."""
SHUT = ("token_dead", "refused")
"""What keeps a shop from being read."""


def stale(sight: Sight) -> Troubles:
    """Streams that were not read to their end for longer than their rhythm allows.

    Nobody is blamed for time in which the hub itself did not run, or the shop was shut.
    """
    least = timedelta(minutes=sight.limits.stale_minutes)
    with sight.hub.store.reading() as connection:
        states = health.stream_states(connection)
        lifted = health.lifted(connection, SHUT, sight.now - DAY, sight.now)
    for one in states:
        rhythm = one.every or timedelta(0)
        allowed = max(least, rhythm * sight.limits.stale_times)
        from_ = max(sight.watched_since, lifted.get(one.shop, one.last_ok_at))
        shop = sight.by_name.get(one.shop)
        if shop and one.reads and sight.now - max(one.last_ok_at, from_) > allowed:
            yield of(
                shop, f"stale:{one.name}", Severity.WARNING, f"{one.name} 长时间没有读完",
                next=f"{typed('hub sync', shop.name)}（会说明原因）",
                since=one.last_ok_at, wait=LAST,
            )  # fmt: skip


def gap(sight: Sight) -> Troubles:
    """Streams of which time is not proved to be read whole, and was not healed."""
    before = sight.now - timedelta(minutes=sight.limits.gap_minutes)
    with sight.hub.store.reading() as connection:
        found = health.gaps(connection, before, LOOK_BACK)
    for (shop_id, stream), holes in found.items():
        if shop := sight.by_id.get(shop_id):
            first = f"最早 {clock(holes[0].since)} 至 {clock(holes[0].until)}"
            yield of(
                shop, f"gap:{stream}", Severity.WARNING,
                f"{stream} 有 {len(holes)} 段时间未证实读全，{first}",
                next=typed("hub heal", shop.name),
            )  # fmt: skip


def parked(sight: Sight) -> Troubles:
    """Shops of which many records could not be read lately."""
    limits = sight.limits
    with sight.hub.store.reading() as connection:
        found = health.grown(connection, sight.now)
    for one in found:
        shop = sight.by_id.get(one.shop_id)
        if shop and (one.hour > limits.parked_hour or one.day > limits.parked_day):
            yield of(
                shop, "parked", Severity.WARNING,
                f"无法识别的记录增多：1 小时内 {one.hour} 条，24 小时内 {one.day} 条",
                next=typed("hub parked list --shop", shop.name),
            )  # fmt: skip


def drift(sight: Sight) -> Troubles:
    """Areas whose records are not as their shop's were, while nobody has looked."""
    with sight.hub.store.reading() as connection:
        found = profiles.open_findings(connection)
    for one in found:
        if shop := sight.by_id.get(one.shop_id):
            stops = any(finding.get("kind") in (UNIT, SUMS) for finding in one.findings)
            holds = stops and sight.hub.settings.holds_drift(shop.channel, shop.name)
            fate = "相关记录暂不入库" if holds else "记录照常入库"
            yield of(
                shop, f"drift:{one.area}", Severity.WARNING,
                f"{one.area} 的数据与以往不同（{len(one.findings)} 处），{fate}",
                next=f"hub drift；无误则 {typed('hub drift accept', shop.name, one.area)}",
            )  # fmt: skip
