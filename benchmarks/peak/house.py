"""A hub and its platforms, put together for one run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from random import Random
from types import SimpleNamespace
from typing import Any

from hub_core import lanes, pace
from hub_core.inbound.sides import EACH
from hub_core.jobs.schedules import CAPABLE, HEALED, HOUR, POLL, SENT
from hub_core.pace import Pace
from hub_core.plugins import Plugins, load
from hub_core.ports import ShopInfo, Stream

from .demand import Account, lives, moments
from .engine import Engine, Job
from .judge import QUOTAS, Judge, Quota
from .platform import Platform, Shelf, Wire
from .pushes import Pushes
from .reading import START, Line, Listing, Reading
from .stored import Stored
from .world import World, by_its_time

PACED = (pace, lanes)
"""The modules that wait for each other within a process."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One run."""

    accounts: tuple[Account, ...]
    shape: tuple[float, ...]
    seed: int = 1
    processes: int = 4
    threads: int = 16
    lost: float = 0.15
    wire: Wire = field(default_factory=Wire)


class House:
    """Everything of one run."""

    def __init__(self, plan: Plan, plugins: Plugins | None = None) -> None:
        self.plan, self.plugins = plan, plugins or load()
        self.world = World(START)
        self.judges: dict[str, Judge] = {}
        self.stored: list[Stored] = []
        self.queued: dict[str, Counter[str]] = {}
        """Calls that wait for the pace, by channel and name."""
        self.backlog: Counter[tuple[str, Quota, int]] = Counter()
        """By channel, quota and minute: seconds at which a call waited for the quota."""
        self.listings: dict[tuple[int, str], Listing] = {}
        with by_its_time(self.world, PACED):
            for channel in sorted({one.channel for one in plan.accounts}):
                self._open(channel)
        self.engine = Engine(self.world, self._jobs(), plan.processes, plan.threads)
        self.pushes = Pushes(
            self.world, self.listings, Random(f"{plan.seed} pushes"), plan.lost,
            self._hasten,
        )  # fmt: skip

    def run(self) -> None:
        """Let the day pass."""
        self.pushes.expect(self.stored)
        self.engine.start()
        for _ in range(self.plan.processes):
            for channel in [*self.judges] * EACH:
                self.world.spawn(partial(self.pushes.run, channel))
        self.world.every(1.0, self._sample)
        with by_its_time(self.world, PACED):
            self.world.run(len(self.plan.shape) * 3600.0)

    def _hasten(self, account: int, kind: str) -> None:
        self.engine.hasten(account, f"sync {kind}")

    def _sample(self) -> None:
        for channel, judge in self.judges.items():
            waiting = [name for name, many in self.queued[channel].items() if many]
            for quota in judge.quotas:
                if not quota.per_shop and any(n.startswith(quota.what) for n in waiting):
                    self.backlog[channel, quota, int(self.world.time // 60)] += 1

    # Putting together ------------------------------------------------------------------

    def _open(self, channel: str) -> None:
        """One app of a channel, with its shops."""
        about = self.plugins.channel(channel)
        judge = self.judges[channel] = Judge(channel, QUOTAS[channel])
        chance = Random(f"{self.plan.seed} {channel} wire")
        platform = Platform(self.world, judge, self.plan.wire, {}, chance)
        keeper = Pace(about.limits, self.world)
        self.queued[channel] = Counter()
        for account in self.plan.accounts:
            if account.channel == channel:
                self._add(account, platform, keeper)

    def _add(self, account: Account, platform: Platform, keeper: Pace) -> None:
        happens = moments(account, self.plan.shape, self.plan.seed)
        shelf = platform.shelves[account.id] = Shelf(lives(happens))
        stored = Stored(account, shelf)
        stored.begin(self.plan.seed)
        self.stored.append(stored)
        line = Line(self.world, keeper, platform, stored, self.queued[account.channel])
        for kind, streams in self._streams(account).items():
            self.listings[account.id, kind] = Listing(line, kind, streams)

    def _streams(self, account: Account) -> dict[str, tuple[Stream, ...]]:
        """As the channel's own plugin declares them."""
        facts = self.plugins.channel(account.channel).facts
        shop = ShopInfo(name=account.name, external_id=str(account.id))
        session: Any = SimpleNamespace(shop=shop, facts=facts, now=self.world.now)
        sources = self.plugins.sources(account.channel, session)
        return {kind: source.streams for kind, source in sources.items()}

    # Schedules -------------------------------------------------------------------------

    def _jobs(self) -> list[Job]:
        chance = Random(f"{self.plan.seed} due")
        return [job for one in self.stored for job in self._of(one.account, chance)]

    def _of(self, account: Account, chance: Random) -> Iterator[Job]:
        for (owner, kind), listing in self.listings.items():
            if owner != account.id:
                continue
            for stream in listing.streams:
                every = POLL.get(kind, HOUR).total_seconds()
                yield self._job(account, listing, stream, "sync", every, chance)
                if not stream.is_snapshot:
                    every = HEALED.total_seconds()
                    yield self._job(account, listing, stream, "heal", every, chance)
        for name, (_, often) in SENT.items():
            if not self.plugins.can(account.channel, CAPABLE[name]):
                continue
            seconds = often.total_seconds()
            yield Job(
                account.id, account.channel, seconds, chance.random() * seconds, name=name
            )

    def _job(
        self,
        account: Account,
        listing: Listing,
        stream: Stream,
        work: str,
        every: float,
        chance: Random,
    ) -> Job:
        place: dict[str, Any] = {}

        def act() -> bool:
            busy = listing.line.stored.busy
            if stream.name in busy:
                return False
            busy.add(stream.name)
            try:
                return Reading(listing, stream, work, place).once()
            finally:
                busy.discard(stream.name)

        due = chance.random() * every
        return Job(account.id, account.channel, every, due, act, f"{work} {listing.kind}")
