"""Orders read while they change, by the hub and by a page-1-2-3 reader beside it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from .stage import Show

CHANGES = 60
"""Orders per shop that change between two rounds."""
CHURN = {"douyin-laike": 2, "taobao": 4, "jd": 4, "pinduoduo": 1}
"""Orders of a platform that change with each list call, as on a busy day; a longer list
takes more calls."""


def read_once(show: Show) -> None:
    """Orders change between the rounds, and with every list call of either reader."""
    for channel, box in show.platforms.items():
        box.churn_per_call = CHURN[channel]
        box.churn(CHANGES)
    show.hub.sync(on_step=show.stop.after(None))
    _read_forward(show)
    show.clock.advance(1200)


def _read_forward(show: Show) -> None:
    now = datetime.fromtimestamp(show.clock.now(), UTC)
    for reader in show.forward.values():
        show.stop.check()
        reader.read(show.begin, now)


def settle(show: Show) -> list[str]:
    """Nothing changes any more: a last sync and a heal. Gives what failed."""
    for box in show.platforms.values():
        box.churn_per_call = 0
    show.clock.advance(1200)
    on_step = show.stop.after(None)
    outcomes = show.hub.sync(on_step=on_step) + show.hub.heal(on_step=on_step)
    _read_forward(show)
    return [str(o.error) for o in outcomes if o.error is not None]


def graded(show: Show, channel: str) -> dict[str, Any]:
    """Both readers of a channel against its truth."""
    from ...insight.truth import grade, grade_store, stored

    total = {"orders": 0, "lost": 0, "doubled": 0, "removed": 0}
    box, store = show.platforms[channel], show.hub.store
    forward = {"lost": 0, "doubled": 0}
    for account in box.accounts():
        truth, shop = box.truth(account.external_id), show.hub.shop(account.name).id
        gone = {order.external_id for order in truth if order.removed}
        mine = grade_store(store, shop, truth)
        theirs = grade(show.forward[account.name].seen, truth)
        total["orders"] += mine.orders
        total["lost"] += len(mine.lost)
        total["doubled"] += len(mine.doubled)
        total["removed"] += sum(id in gone for id, _ in stored(store, shop))
        forward["lost"] += len(theirs.lost)
    return {**total, "forward_reader": forward}
