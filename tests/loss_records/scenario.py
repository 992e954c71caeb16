"""What a seed means: one day of one kind of record, on top of the orders' day."""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any

from hub_core.clock import SystemClock
from hub_core.ports import ShopInfo, Stream
from hub_core.store.kinds import KINDS
from tests.loss.scenario import LAG, PLUGINS, SWITCHES, Scenario, box, scenario

__all__ = ["SEEDS", "SWITCHES", "RecordScenario", "day", "pairs"]

SEEDS = int(os.environ.get("CHANNEL_HUB_LOSS_SEEDS", "50")) // 10
"""Seeds for each channel and kind: a tenth of what orders have, or eight."""
HOUR = timedelta(hours=1)
MANY = 4
"""Of more lists than this one round is read; of JD's wares too, each of which is three
calls."""

BUSY = {
    ("douyin-laike", "redemptions"): 1,
    ("taobao", "after_sales"): 8,
    ("taobao", "products"): 4,
    ("douyin-laike", "after_sales"): 6,
    ("pinduoduo", "after_sales"): 6,
}
"""How much more has to happen in a shop, for as much to happen to records of the kind."""


def pairs() -> list[tuple[str, str]]:
    """Each channel and kind that the channel's plugin reads and its box has."""
    readers = {row.channel: row.capabilities for row in PLUGINS.table() if row.channel}
    return [
        (channel, kind.plural)
        for channel, able in sorted(readers.items())
        for kind in KINDS.values()
        if kind.plural in able and kind.name in box(channel).KINDS
    ]


@dataclass(frozen=True, slots=True)
class RecordScenario(Scenario):
    """A day on which the hub keeps up with one kind of record besides orders."""

    kind: str
    """By its plural, as plugins and settings have it."""
    facts: Mapping[str, str]
    """What the channel's settings say of what no document settles."""
    past: timedelta
    streams: tuple[Stream, ...] = field(repr=False)
    spoils: bool
    """Whether some records are malformed from the beginning."""

    @property
    def history(self) -> timedelta:
        """How far back its records go."""
        return self.past

    @property
    def settle(self) -> float:
        """Seconds by which its slowest list may be late."""
        return max(s.settle_lag for s in self.streams).total_seconds()

    @property
    def lateness(self) -> float:
        """The longest a change takes to be listed."""
        return float(self.options["late_by"]) + self.behind + self._minutes_at_p99

    @property
    def _minutes_at_p99(self) -> float:
        laike = self.channel == "douyin-laike" and self.kind == "after_sales"
        return 120.0 if laike else 0.0

    @property
    def late(self) -> float:
        """Seconds beyond the orders' lag until all can be known: lists are settled, and
        what no list tells was asked for by its id."""
        rereads = [s.reread_every for s in self.streams if s.reread_every and s.by_id]
        silent = max(rereads, default=timedelta(0)).total_seconds()
        return max(0.0, self.settle - LAG) + self.lateness + silent

    @property
    def keeps_its_lag(self) -> bool:
        """Whether every change is listed within the settle lag."""
        return self.lateness <= max(self.settle, LAG)

    @property
    def repeat(self) -> str:
        """How to run this one again."""
        return f"python -m tests.loss_records {self.channel} {self.kind} {self.seed}"

    @property
    def settings(self) -> dict[str, Any]:
        """The channel's table in the hub's settings: this kind alone, in small pages."""
        cap = None if any(s.is_snapshot for s in self.streams) else self.rows_cap
        read = {"page_size": self.page_size} | ({"rows_cap": cap} if cap else {})
        return {
            "off": [other for other in KINDS if other != self.kind],
            "streams": {s.name: read for s in self.streams},
            "facts": dict(self.facts),
            "pins": {self.kind: 1} if self._is_first_generation else {},
        }

    @property
    def _is_first_generation(self) -> bool:
        """Whether Laike's products are read by the calls of /life/, where they answer."""
        old = self.options.get("shape") == "2022" and self.kind == "products"
        return old and self.switches.get("legacy_goods") == "answered"


def day(channel: str, kind: str, seed: int) -> RecordScenario:
    """The day that this seed stands for; the same one each time."""
    base = scenario(channel, seed)
    rng = random.Random(f"{channel} {kind} {seed}")
    facts = _facts(base, kind, rng)
    given = {f.name: getattr(base, f.name) for f in fields(base)}
    given["options"] = dict(base.options) | _options(channel, kind, rng)
    busy = BUSY.get((channel, kind), 2)
    given |= {"churn": base.churn * busy, "changes": base.changes * busy}
    streams = _streams(channel, kind, facts)
    if len(streams) > MANY or (channel, kind) == ("jd", "products"):
        given["rounds"] = 1
    return RecordScenario(
        **given,
        kind=kind,
        facts=facts,
        past=_past(channel, kind, len(streams)),
        streams=streams,
        spoils=rng.random() < 0.3,
    )


def _past(channel: str, kind: str, lists: int) -> timedelta:
    """So much past that there is something to read, and not too many windows."""
    match channel, kind:
        case "taobao", "after_sales":
            return 96 * HOUR
        case "pinduoduo", "after_sales":
            return HOUR / 2 if lists > MANY else 12 * HOUR
        case _, "redemptions":
            return 12 * HOUR
    return 24 * HOUR


def _facts(base: Scenario, kind: str, rng: random.Random) -> dict[str, str]:
    """What a merchant has to find out about a platform that is so: the unit of an amount,
    a state that stands for all."""
    match base.channel, kind:
        case "jd", "after_sales":
            unit = "fen" if base.switches["refound_amount"] == "fen" else "yuan"
            return {"service_money_unit": unit}
        case "pinduoduo", "after_sales":
            every = {"zero": "0", "one": "1"}.get(base.switches["every_case"])
            return {} if every is None else {"after_sales_states": every}
    return {}


def _options(channel: str, kind: str, rng: random.Random) -> dict[str, Any]:
    """Much happens to this kind, beside what happens to orders."""
    match channel:
        case "douyin-laike":
            goods = {"goods_moves": 0.7} if kind == "products" else {}
            where = {"place_opens": 0.2, "place_renamed": 0.4} if kind == "places" else {}
            uses = {"cancels": 0.4, "undo": rng.choice((0.0, 0.3))}
            return goods | where | (uses if kind == "redemptions" else {})
        case "jd":
            # What orders are about are twenty wares more.
            return {"wares": rng.randrange(4, 9)} if kind == "products" else {}
        case "taobao":
            more = {"orders": rng.randrange(300, 600)} if kind == "after_sales" else {}
            return more | {
                "items": rng.randrange(8, 30),
                "refunds": rng.choice(("before", "after", "after")),
            }
        case "pinduoduo":
            often = 0.6 if kind == "products" else 0.0
            more = {"orders": rng.randrange(60, 150)} if kind == "after_sales" else {}
            return more | {"product_edits": often, "silent_edits": 0.0}
    return {}


class _Idle:
    """A session that is asked for nothing but what a source is made of."""

    def __init__(self, channel: str, facts: Mapping[str, str]) -> None:
        self.facts = {**PLUGINS.channel(channel).facts, **facts}
        self.shop = ShopInfo(name="none", external_id="1")
        self.now = SystemClock().now

    def send(self, call: Any, /, **asked: Any) -> Any:
        raise AssertionError("nothing is sent before the day")


def _streams(channel: str, kind: str, facts: Mapping[str, str]) -> tuple[Stream, ...]:
    return PLUGINS.sources(channel, _Idle(channel, facts))[kind].streams
