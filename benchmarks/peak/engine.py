"""Schedules, queue and threads, as `hub serve` and `hub worker` have them.

Rhythms and numbers are `jobs.schedules`' and `jobs.engine`'s; tables are lists here, and a
job costs what was measured of the engine. Jobs of one shop go one after another; each
process looks into the queue every so often and takes as many as it has threads free.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

from hub_core.jobs.engine import LOOK
from hub_core.jobs.schedules import AT_ONCE

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
    _queues: dict[int, deque[tuple[float, int]]] = field(default_factory=dict)
    """By shop: when each of its jobs was queued, and which."""
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
        now = self.world.time
        for _ in range(AT_ONCE * self.processes):
            if not self._due or self._due[0][0] > now:
                return
            due, number = heappop(self._due)
            job = self.jobs[number]
            if not job.waits or due != job.due:  # it was hastened
                continue
            if job.work is None:  # `store.waiting.pass_over`
                job.due = now + job.every
                heappush(self._due, (job.due, number))
                continue
            job.waits = False
            job.follows = max(job.due + job.every, now)
            self.waiting[job.app] += 1
            queue = self._queues.setdefault(job.shop, deque())
            queue.append((now, number))
            if len(queue) == 1 and job.shop not in self._busy:
                heappush(self._ready, (now, job.shop))

    def _look(self, free: list[int]) -> None:
        while self._ready and free[0]:
            _, shop = heappop(self._ready)
            _, number = self._queues[shop].popleft()
            self._begin(number, free)

    def _begin(self, number: int, free: list[int]) -> None:
        job, work = self.jobs[number], self.jobs[number].work
        free[0] -= 1
        self._busy.add(job.shop)
        self.waiting[job.app] -= 1
        self.delays.setdefault(job.name, []).append(self.world.time - job.due)
        at = self.world.time + self.cost
        assert work is not None

        def act() -> None:
            if work():
                job.follows = self.world.time
            self._end(number, free)

        self.world.at(at, lambda: self.world.spawn(act))

    def _end(self, number: int, free: list[int]) -> None:
        job = self.jobs[number]
        free[0] += 1
        self._busy.discard(job.shop)
        if queue := self._queues[job.shop]:
            heappush(self._ready, (queue[0][0], job.shop))
        self.done[job.name] += 1
        job.due, job.waits = job.follows, True
        heappush(self._due, (job.due, number))
