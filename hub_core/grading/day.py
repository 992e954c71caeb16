"""A short day: a hub keeps up with a box while orders change, then the truth is told."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..errors import HubError
from ..hub import Hub
from ..insight.truth import grade_store
from ..plugins import Plugins
from ..plugins.registry import KINDS
from ..ports import Grant
from ..pull import Outcome
from ..sandbox import Faults, Platform, TruthOrder, TruthVersion
from ..settings import Settings
from ..store import streams as ledger
from ..store.tables import CoverageRow, OrderRow
from ..testing.bridge import VirtualClock, platform_transport
from .boxes import NOON, box, streams_of

TRIES = 40
"""How often a reading is repeated that faults keep from ending."""
SMALL = 4
"""Rows a page, so that few orders make many pages."""


@dataclass(slots=True)
class Day:
    """What a day came to, by external id."""

    seed: int
    grades: bool = True
    """Whether spans are held to their word."""
    orders: int = 0
    calls: int = 0
    lost: list[str] = field(default_factory=list)
    """Neither stored at the truth's version nor parked."""
    doubled: list[str] = field(default_factory=list)
    false_completes: list[str] = field(default_factory=list)
    """In a span that was called complete, and not there."""
    errors: list[str] = field(default_factory=list)
    """What kept a reading from ending, by kind."""

    @property
    def wrong(self) -> list[str]:
        """What is wrong with it, as sentences without ids."""
        told = {
            "lost": self.lost, "stored twice": self.doubled,
            "missing from a span that is called complete": self.false_completes,
        }  # fmt: skip
        said = [f"seed {self.seed}: {len(ids)} {what}" for what, ids in told.items() if ids]
        return said + [f"seed {self.seed}: a reading never ended: {e}" for e in self.errors]


def live(
    plugins: Plugins, id: str, seed: int, *, switches: Mapping[str, str] | None = None
) -> Day:
    """The day this seed stands for; the same one each time.

    With `switches` turned, changes may be listed later than the connector is told to
    expect: then no span is held to its word, but in the end nothing may be lost.
    """
    day = Day(seed, grades=not switches)
    with opened(plugins, id, seed, switches=switches) as (hub, platform):
        _pass(day, hub, platform, random.Random(seed))
        shop = hub.shops()[0]
        known = platform.truth(shop.external_id)
        graded = grade_store(hub.store, shop.id, known)
        day.orders, day.lost, day.doubled = graded.orders, graded.lost, graded.doubled
    return day


@contextmanager
def opened(
    plugins: Plugins,
    id: str,
    seed: int,
    *,
    fault_rate: float = 0.0,
    switches: Mapping[str, str] | None = None,
) -> Iterator[tuple[Hub, Platform]]:
    """A hub over a box whose orders change between any two calls."""
    streams = streams_of(plugins, id)
    longest = min(stream.max_window for stream in streams)
    history = min(timedelta(days=1), 4 * longest)
    platform = box(
        plugins, id, seed=seed, orders=50, history=history, latency=0.2,
        faults=Faults(rate=fault_rate, seed=seed), switches=switches,
    )  # fmt: skip
    platform.churn_per_call = 1 + seed % 2
    with TemporaryDirectory() as folder:
        tables = _tables(plugins, id, platform, Path(folder), [s.name for s in streams])
        with Hub.open(
            settings=Settings.of(tables), plugins=plugins, database="sqlite://",
            key=b"k" * 32, clock=VirtualClock(platform.clock), shared_limits=False,
            transports=lambda channel: platform_transport(platform),
        ) as hub:  # fmt: skip
            _add_shop(hub, id, platform, NOON - history - min(history, timedelta(hours=2)))
            yield hub, platform


def _tables(
    plugins: Plugins, id: str, platform: Platform, folder: Path, streams: list[str]
) -> dict[str, Any]:
    """Small pages, orders alone, and no limits but the box's own."""
    one = platform.accounts()[0]
    secret = folder / "secret"
    secret.write_text(one.app_secret, encoding="utf-8")
    app = {"channel": id, "app_key": one.app_key, "app_secret": f"file:{secret}"}
    small = {name: {"page_size": SMALL} for name in streams}
    off = [k for k in KINDS if k != "orders" and plugins.can(id, k)]
    return {"apps": {"graded": app}, "channels": {id: {"streams": small, "off": off}}}


def _add_shop(hub: Hub, id: str, platform: Platform, since: datetime) -> None:
    one, token = platform.accounts()[0], None
    if one.access_token is not None:
        token = Grant(
            access_token=one.access_token, expires_in=one.expires_in,
            refresh_token=one.refresh_token,
        )  # fmt: skip
    fields = hub.plugins.channel(id).account_fields
    hub.add_shop(
        one.name, channel=id, external_id=one.external_id, app="graded", start_at=since,
        token=token, settings=one.settings,
        account={k: v for k, v in one.account.items() if k in fields},
    )  # fmt: skip


def _pass(day: Day, hub: Hub, platform: Platform, rng: random.Random) -> None:
    """Read while it changes; let it change unread; in the end let it settle."""
    platform.churn_left = 40
    _until_done(day, hub.sync, platform)
    _check(day, hub, platform)
    platform.clock.advance(rng.choice((3.0, 100.0, 1800.0)))
    platform.churn(5)
    platform.churn_left = 20
    _until_done(day, hub.sync, platform)
    _check(day, hub, platform)
    platform.churn_per_call = 0
    platform.clock.advance(_lag(hub).total_seconds() + 120)
    platform.faults.rate = 0.0
    for step in (hub.sync, hub.heal):
        _until_done(day, step, platform)
        _check(day, hub, platform)


def _until_done(day: Day, step: Any, platform: Platform) -> None:
    for number in range(TRIES):
        if number == TRIES // 2:
            platform.faults.rate, platform.churn_per_call = 0.0, 0
        outcomes: list[Outcome] = step()
        day.calls += sum(o.counts.calls for o in outcomes)
        failed: list[HubError] = [o.error for o in outcomes if o.error]
        if not failed:
            return
        platform.clock.advance(max(5.0, *(getattr(e, "after", 0.0) for e in failed)))
    day.errors += [error.kind for error in failed]


def _lag(hub: Hub) -> timedelta:
    shop = hub.shops()[0]
    source = hub.plugins.orders(shop.channel, hub.lines.open(shop))
    return max(hub.settings.stream(shop.channel, s).settle_lag for s in source.streams)


# The ledger's word ---------------------------------------------------------------------


def _check(day: Day, hub: Hub, platform: Platform) -> None:
    """No span may be called complete that is not, at any time."""
    if not day.grades:
        return
    shop, lag = hub.shops()[0], _lag(hub).total_seconds()
    stored, had = _stored(hub, shop.id), {p.external_id for p in hub.parked(shop.name)}
    spans = _complete(hub, shop.id)
    for order in platform.truth(shop.external_id):
        if order.removed or order.external_id in had:
            continue
        at = stored.get(order.external_id, float("-inf"))
        if any(at < int(v.updated_at) for v in _claimed(spans, order, lag)):
            day.false_completes.append(order.external_id)


def _claimed(
    spans: dict[str, list[CoverageRow]], order: TruthOrder, lag: float
) -> Iterator[TruthVersion]:
    """The versions that complete spans say they have: of each span the newest one that
    could be read when it was proved, if it is stamped inside. One that shows later than the
    settle lag after its stamp is held against nobody."""
    for name, row in ((name, row) for name, rows in spans.items() for row in rows):
        then = row.observed_at.timestamp()
        seen = [v for v in order.versions if v.visible_at <= then]
        if (
            not seen
            or seen[-1].stream != name
            or seen[-1].visible_at - seen[-1].updated_at > lag
        ):
            continue
        if row.since <= datetime.fromtimestamp(int(seen[-1].updated_at), UTC) <= row.until:
            yield seen[-1]


def _stored(hub: Hub, shop_id: int) -> dict[str, float]:
    """External id to the time of change of the version that is stored."""
    from sqlalchemy import select
    from sqlmodel import col

    o = OrderRow
    query = select(col(o.external_id), col(o.channel_updated_at)).where(
        col(o.shop_id) == shop_id
    )
    with hub.store.reading() as connection:
        return {id: at.timestamp() if at else 0.0 for id, at in connection.execute(query)}


def _complete(hub: Hub, shop_id: int) -> dict[str, list[CoverageRow]]:
    with hub.store.reading() as connection:
        return {
            name: [
                row for row in ledger.coverage_rows(connection, shop_id, name)
                if row.state == "complete"
            ]
            for name in ledger.stream_names(connection, shop_id)
        }  # fmt: skip
