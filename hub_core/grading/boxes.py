"""The box a connector brings along, set up for grading."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import entry_points
from itertools import islice
from typing import Any

from ..hookspecs import PROJECT
from ..plugins import Plugins
from ..ports import Stream
from ..sandbox import Clock, Platform
from .straight import Straight

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
"""The box's time: 12:00 in Beijing."""
ORDERS = 60
DAY = timedelta(hours=20)
FEW, MOST_STREAMS = 3, 3


def box(
    plugins: Plugins,
    id: str,
    *,
    seed: int = 1,
    orders: int = ORDERS,
    history: timedelta = DAY,
    switches: Mapping[str, str] | None = None,
    **more: Any,
) -> Platform:
    """A box with so many orders over its `history` whose clock stands still at noon."""
    made: Platform = plugins.sandbox(id)(
        seed=seed, shops=1, orders=orders, clock=Clock(NOON.timestamp()), history=history,
        switches=switches, **more,
    )  # fmt: skip
    return made


def settled(plugins: Plugins, id: str, **how: Any) -> Platform:
    """A box all of whose orders are within reach of one window, and are listed."""
    streams = streams_of(plugins, id)
    lag = max(stream.settle_lag for stream in streams)
    longest = min(stream.max_window for stream in streams)
    made = box(plugins, id, history=min(DAY, longest * 0.6), **how)
    made.clock.advance(min(lag, longest * 0.2).total_seconds() + 1)
    return made


def filled(plugins: Plugins, id: str, kind: str, **how: Any) -> Platform:
    """A box with some records of that kind in one list. They come of few of its orders, and
    lists may be of short windows: more and more orders are tried."""
    made = partial(box, plugins, id, seed=3, **how)
    sizes = ((200, 48), (60, 8), (600, 4), (3000, 4))
    for orders, hours in sizes:
        way = partial(made, orders=orders, history=timedelta(hours=hours))
        if _rows(Straight(plugins, id, way()), kind) > FEW:
            break
    return way()


def _rows(session: Straight, kind: str) -> int:
    """The most that one list has on its first page, of those a contract looks at: the first
    that have any. Of what is no records, enough."""
    source = session.sources().get(kind)
    if source is None:
        return FEW + 1
    found = (len(session.page(source, stream)) for stream in source.streams)
    return max(islice(filter(None, found), MOST_STREAMS), default=0)


def streams_of(plugins: Plugins, id: str) -> tuple[Stream, ...]:
    """The lists of the channel's orders."""
    session = Straight(plugins, id, box(plugins, id, orders=1))
    return plugins.orders(id, session).streams


def plugin_of(name: str) -> Any:
    """The module or object that a plugin's entry point names."""
    (entry,) = (e for e in entry_points(group=PROJECT) if e.name == name)
    return entry.load()
