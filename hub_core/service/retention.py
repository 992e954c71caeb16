"""How long what is only looked back at is kept: `[hub] journal_days`, `incident_days`,
`feed_days`."""

from __future__ import annotations

from datetime import timedelta

from ..hub import Hub
from ..store import retention

AT_ONCE = 2000
"""Rows of one transaction: no writer waits for long."""


def forget(hub: Hub) -> bool:
    """Drop some of what is too old, in short transactions; False where nothing is left to
    drop."""
    kept, now = hub.settings.hub, hub.clock.now()
    more = False
    for days, drop in (
        (kept.journal_days, retention.forget_calls),
        (kept.incident_days, retention.forget_incidents),
        (kept.feed_days, retention.forget_changes),
    ):
        if days:
            with hub.store.writing() as connection:
                gone = drop(connection, now - timedelta(days=days), AT_ONCE)
            more = more or gone == AT_ONCE
    return more
