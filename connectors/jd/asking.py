"""What every source of this channel does alike: windows on the wire, shapes by pin."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hub_core.ports import Session, Window
from hub_core.wire import pick

from .facts import ADAPTERS

EDGE = timedelta(seconds=1)
"""Whether a window's ends are inclusive is not said (C), and its times are whole
seconds: each end is asked for one second further out."""


def ends(window: Window) -> tuple[datetime, datetime]:
    """Where a window begins and ends on the wire."""
    return window.since - EDGE, window.until.replace(microsecond=0) + EDGE


def shape(session: Session, area: str) -> Any:
    """The version file of an area: the newest, or the one the shop is pinned to."""
    return pick(ADAPTERS, area, session.shop.pins.get(area))
