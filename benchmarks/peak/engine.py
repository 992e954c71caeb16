"""Schedules, queue and threads, as `hub serve` and `hub worker` have them.

Rhythms and numbers are `jobs.schedules`' and `jobs.engine`'s; tables are lists here, and a
job costs what was measured of the engine. Jobs of one shop go one after another; each
process looks into the queue every so often and takes as many as it has threads free.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

from hub_core.jobs.engine import LOOK
from hub_core.jobs.schedules import AT_ONCE, SYNC

from .world import World

TICK = 1.0
"""`service.running.TICK`."""


@dataclass(slots=True)
class Job:
    """One slot of the schedules, with how it stands."""

    shop: int
    app: str
    every: float
    due: float
    work: Callable[[], bool] | None = None
    """Gives whether it is to be gone on with at once. None: nothing waits to be sent, and
    it is not queued."""
    name: str = ""
    follows: float = 0.0
    """When it is due again."""
    waits: bool = True
    """Whether it is neither queued nor being done."""


@dataclass(slots=True)
class Engine:
    """Processes with threads, and the queue they share."""

    world: World
    jobs: list[Job]
    processes: int = 1
    threads: int = 16
    cost: float = 0.006
    """Seconds a thread has a job besides its calls: the engine's own writing."""
    waiting: Counter[str] = field(default_factory=Counter)
    """Jobs in the queue, by app."""
    done: Counter[str] = field(default_factory=Counter)
    delays: dict[str, list[float]] = field(default_factory=dict)
    """How much later than due jobs began, by name."""
    _due: list[tuple[float, int]] = field(default_factory=list)
    _queues: dict[int, deque[tuple[float, list[int]]]] = field(default_factory=dict)
    """By shop: when each of its jobs was queued, and what it does."""
    _ready: list[tuple[float, int]] = field(default_factory=list)
    """Shops none of whose jobs runs, the longest waiting first."""
    _busy: set[int] = field(default_factory=set)

    def start(self) -> None:
        """Begin to tick, and to look."""
        self._due = [(job.due, number) for number, job in enumerate(self.jobs)]
        heapify(self._due)
        self.world.every(TICK, self._tick)
        for number in range(self.processes):
            self._process(number, [self.threads])

    def _process(self, number: int, free: list[int]) -> None:
        def begin() -> None:
            self.world.every(LOOK, lambda: self._look(free))

        self.world.at(self.world.time + LOOK * number / self.processes, begin)

    def hasten(self, shop: int, name: str) -> None:
        """Have what waits be due at once."""
        now = self.world.time
        for number, job in enumerate(self.jobs):
            if job.shop == shop and job.name == name and job.waits and job.due > now:
                job.due = now
                heappush(self._due, (now, number))

    def _tick(self) -> None:
        """As `Schedules.tick`: the lists of a shop that are due at once are one job."""
        now, lists = self.world.time, dict[int, list[int]]()
        for number in self._take_due(now):
            job = self.jobs[number]
            self.waiting[job.app] += 1
            if job.name.startswith(SYNC):
                lists.setdefault(job.shop, []).append(number)
            else:
                self._put(now, job.shop, [number])
        for shop, numbers in lists.items():
            self._put(now, shop, numbers)

    def _take_due(self, now: float) -> Iterator[int]:
        left = AT_ONCE * self.processes
        while self._due and self._due[0][0] <= now and left:
            due, number = heappop(self._due)
            job = self.jobs[number]
            if not job.waits or due != job.due:  # it was hastened
                continue
            if job.work is None:  # `store.waiting.pass_over`
                job.due = now + job.every
                heappush(self._due, (job.due, number))
                continue
            job.waits, left = False, left - 1
            job.follows = max(job.due + job.every, now)
            yield number

    def _put(self, now: float, shop: int, numbers: list[int]) -> None:
        queue = self._queues.setdefault(shop, deque())
        queue.append((now, numbers))
        if len(queue) == 1 and shop not in self._busy:
            heappush(self._ready, (now, shop))

    def _look(self, free: list[int]) -> None:
        while self._ready and free[0]:
            _, shop = heappop(self._ready)
            _, numbers = self._queues[shop].popleft()
            self._begin(shop, numbers, free)

    def _begin(self, shop: int, numbers: list[int], free: list[int]) -> None:
        free[0] -= 1
        self._busy.add(shop)

        def act() -> None:
            for number in numbers:
                self._work(self.jobs[number], number)
            self._end(shop, free)

        self.world.at(self.world.time + self.cost, lambda: self.world.spawn(act))

    def _work(self, job: Job, number: int) -> None:
        assert job.work is not None
        self.waiting[job.app] -= 1
        self.delays.setdefault(job.name, []).append(self.world.time - job.due)
        if job.work():
            job.follows = self.world.time
        self.done[job.name] += 1
        job.due, job.waits = job.follows, True
        heappush(self._due, (job.due, number))

    def _end(self, shop: int, free: list[int]) -> None:
        free[0] += 1
        self._busy.discard(shop)
        if queue := self._queues[shop]:
            heappush(self._ready, (queue[0][0], shop))
