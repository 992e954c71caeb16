"""When the next call may go: limits kept by spacing, and bans sat out."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from pyrate_limiter import InMemoryStateStore, StateStore

from .clock import Clock
from .days import Day, DayStore, MemoryDays
from .errors import Banned, Throttled
from .lanes import Lane
from .ports import Limit
from .queueing import Rank, Ticket
from .usage import Tally, UsageStore

__all__ = [
    "BanStore", "MemoryBans", "Outwaited", "Pace", "Rank", "StoreFactory", "ban_keys",
]  # fmt: skip

STALE = 0.05
"""Seconds after which the look for bans before a wait is too old to send on."""
ALONE = 2.0
"""Spacings of a limit that one waits whom nobody goes before, at most: its own, and as much
for a limit that was learned to be lower."""
StoreFactory = Callable[[str], StateStore]
"""Gives the state of one limit by its key. Called once per key and process.

The `now` a store's `check` is given is the machine's wall clock in ticks since 1970, the
same for every process of one machine. A store that several machines share takes its own
clock's time instead: only what it answers, ticks from now, is relied on.
"""

Steps = Generator[float | None, None, None]


class Outwaited(Throttled):
    """Its turn did not come in the time it had for that; nothing was sent."""


class BanStore(Protocol):
    """Bans, shared by all processes and kept over restarts."""

    def until(self, keys: Sequence[str]) -> datetime | None:
        """The latest end of a ban on any of `keys`, aware; None when there is none.

        Ends that have passed may be answered or left out. Read before every call.
        """
        ...

    def put(self, key: str, until: datetime, why: str) -> None:
        """Ban `key`, durably; a longer ban already there is kept."""
        ...


class MemoryBans:
    """Bans of one process, in memory."""

    def __init__(self) -> None:
        self._bans: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def until(self, keys: Sequence[str]) -> datetime | None:
        """The latest end of a ban on any of `keys`."""
        with self._lock:
            return max((self._bans[k] for k in keys if k in self._bans), default=None)

    def put(self, key: str, until: datetime, why: str) -> None:
        """Ban `key`; a longer ban already there is kept."""
        with self._lock:
            self._bans[key] = max(until, self._bans.get(key, until))


def ban_keys(call_name: str, app: str, shop: str) -> dict[str, str]:
    """Whom a ban may hold (`Banned.per`), and the key it is kept under."""
    return {
        "app": f"app:{app}",
        "shop": f"shop:{app}/{shop}",
        "call": f"call:{app}:{call_name}",
    }


class Pace:
    """Spaces the calls of one channel so that no window of any limit is overfull.

    Every limit whose prefix a call's name has is kept, each by GCRA in the state its
    key has in `stores`: what is spent by one process is spent for all. A limit the
    platform shows to be lower than configured is learned, and forgotten slowly. Of those
    that wait the more urgent go first, and shops in rotation. No wait for a slot is longer
    than `patience` seconds. Everything here may be called from any thread.
    """

    def __init__(
        self,
        limits: Sequence[Limit],
        clock: Clock,
        *,
        stores: StoreFactory | None = None,
        bans: BanStore | None = None,
        days: DayStore | None = None,
        usage: UsageStore | None = None,
        stamp: Callable[[], float] | None = None,
        patience: float = 60.0,
        zone: str = "Asia/Shanghai",
    ) -> None:
        self.limits = tuple(sorted(limits, key=_narrow_first))
        self.clock = clock
        self.patience = patience
        self._stores = stores or (lambda key: InMemoryStateStore())
        self._bans = bans or MemoryBans()
        self._stamp = stamp or (
            (lambda: clock.now().timestamp()) if stores else clock.monotonic
        )
        self._zone = ZoneInfo(zone)
        self._day_store = days or MemoryDays()
        self._tally = Tally(usage, self._zone, clock.now)
        self._scopes = _scopes(x for x in self.limits if not x.day)
        self._budgets = tuple(x for x in self.limits if x.day)
        self._lanes: dict[str, Lane] = {}
        self._days: dict[str, Day] = {}
        self._ways: dict[tuple[str, str, str], list[Lane]] = {}
        self._holds: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(
        self,
        call_name: str,
        app: str,
        shop: str,
        rank: Rank = Rank.INCREMENTAL,
        most: float = math.inf,
    ) -> float:
        """Return when the call may go; answers the seconds that took.

        Raises at once, with the seconds left, Banned where one of the call's keys is
        banned, and Throttled where the wait would try the caller's patience. Raises
        Outwaited where that is the others' doing and longer than the `most` seconds it may
        wait for them.
        """
        began = self.clock.monotonic()
        turn = threading.Lock()
        turn.acquire()
        steps = self.steps(call_name, app, shop, rank, turn.release)
        if most < math.inf:
            most = max(most, ALONE * self._spacing(call_name, app, shop))
        try:
            for seconds in steps:
                waited = self.clock.monotonic() - began
                if waited + (seconds or 0.0) > most:
                    raise Outwaited
                if seconds is not None:
                    self.clock.sleep(seconds)
                elif not turn.acquire(timeout=-1 if most == math.inf else most):
                    raise Outwaited
        finally:
            steps.close()
        return self.clock.monotonic() - began

    def steps(
        self,
        call_name: str,
        app: str,
        shop: str,
        rank: Rank = Rank.INCREMENTAL,
        wake: Callable[[], None] = lambda: None,
    ) -> Steps:
        """What there is to do before the call may go, which is at the end: let so many
        seconds pass, or (None) do nothing before `wake` is called.

        For whoever keeps the time himself; it raises what `wait` does. Close it where it
        is not gone through to its end: others wait behind.
        """
        began = self.clock.monotonic()
        self._tally.keep()
        self._refuse_banned(call_name, app, shop)
        counted = self._count(call_name, app, shop, rank) if self._budgets else []
        try:
            yield from self._turns(call_name, app, shop, Ticket(rank, shop, wake))
            waited = self.clock.monotonic() - began
            if waited > STALE:
                self._refuse_banned(call_name, app, shop)
        except BaseException:
            for day in counted:
                day.undo()
            raise
        self._tally.went(app, shop, call_name, rank, waited)

    def close(self) -> None:
        """Give back what was taken of budgets, and tell what was used."""
        for day in list(self._days.values()):
            day.close()
        self._tally.tell()

    def throttled(
        self,
        call_name: str,
        app: str,
        shop: str,
        after: float,
        rank: Rank = Rank.INCREMENTAL,
    ) -> None:
        """The platform's limit was met: its narrowest lane rests, then goes half as fast.

        A call under no configured limit rests by itself.
        """
        self._tally.throttled(app, shop, call_name, rank)
        if lanes := self._lanes_of(call_name, app, shop):
            lanes[0].slow_down(after)
            return
        key, until = _own(call_name, app, shop), self.clock.monotonic() + after
        with self._lock:
            self._holds[key] = max(until, self._holds.get(key, until))

    def ban(self, key: str, until: datetime, why: str = "") -> None:
        """Nothing goes out for `key` (see `ban_keys`) before `until`, over restarts too."""
        self._bans.put(key, until, why)

    def banned(self, *keys: str) -> float:
        """Seconds until every ban on these keys has ended; 0.0 without one."""
        until = self._bans.until(keys)
        return max(0.0, (until - self.clock.now()).total_seconds()) if until else 0.0

    def part(self, call_name: str, app: str, shop: str) -> float:
        """The part of the configured limits now in use for this call, as learned."""
        return min((x.part for x in self._lanes_of(call_name, app, shop)), default=1.0)

    def _count(self, call_name: str, app: str, shop: str, rank: Rank) -> list[Day]:
        """Count the call in every budget of the day that is for it; none of them, where
        one has nothing left for its rank."""
        counted: list[Day] = []
        for limit in self._budgets:
            if not call_name.startswith(limit.prefix):
                continue
            day = self._day(limit, f"{app}/{shop}" if limit.per == "shop" else app)
            if (rest := day.take(rank)) > 0:
                for other in counted:
                    other.undo()
                said = f"the day's {limit.calls} calls are used up for {rank.word}"
                raise Throttled(f"{said}; nothing was sent", after=rest)
            counted.append(day)
        return counted

    def _turns(self, call_name: str, app: str, shop: str, ticket: Ticket) -> Steps:
        if lanes := self._lanes_of(call_name, app, shop):
            yield from self._through(lanes, ticket)
        else:
            yield from self._sit_out(lambda: self._held(_own(call_name, app, shop)))

    def _through(self, lanes: Sequence[Lane], ticket: Ticket) -> Steps:
        """Wait for the turn in one lane after the other, holding those before: what is
        spent in a narrow one must go at once, not wait for the next."""
        joined: list[Lane] = []
        try:
            for lane in lanes:
                joined.append(lane)
                if not lane.queue.join(ticket):
                    if lane is lanes[-1]:
                        lane.join_in()
                    yield None
                if lane is not lanes[-1]:
                    yield from self._sit_out(lane.look)
            yield from self._sit_out(lambda: _go(lanes))
        finally:
            for lane in joined:
                lane.queue.leave(ticket)

    def _refuse_banned(self, call_name: str, app: str, shop: str) -> None:
        rest = self.banned(*ban_keys(call_name, app, shop).values())
        if rest > 0:
            raise Banned("banned by the platform; nothing was sent", after=rest)

    def _sit_out(self, look: Callable[[], float]) -> Steps:
        while (rest := look()) > 0:
            if rest > self.patience:
                raise Throttled("the limit is used up; nothing was sent", after=rest)
            yield rest

    def _held(self, key: str) -> float:
        with self._lock:
            until = self._holds.get(key, -math.inf)
        return max(0.0, until - self.clock.monotonic())

    def _spacing(self, call_name: str, app: str, shop: str) -> float:
        lanes = self._lanes_of(call_name, app, shop)
        return max((lane.spacing for lane in lanes), default=0.0)

    def _lanes_of(self, call_name: str, app: str, shop: str) -> list[Lane]:
        """The call's lanes, narrowest first: the order their turns are taken in."""
        way = (call_name, app, shop)
        lanes = self._ways.get(way)
        if lanes is None:
            lanes = self._ways[way] = [
                self._lane(limits, f"{app}/{shop}" if limits[0].per == "shop" else app)
                for limits in self._scopes
                if call_name.startswith(limits[0].prefix)
            ]
        return lanes

    def _lane(self, limits: Sequence[Limit], whose: str) -> Lane:
        rates = "+".join(f"{x.calls}/{x.seconds:g}" for x in limits)
        key = f"{limits[0].per}:{whose}:{limits[0].prefix}:{rates}"
        with self._lock:
            if key not in self._lanes:
                self._lanes[key] = Lane(
                    key, limits, self._stores(key), self.clock, self._stamp, self.patience
                )
            return self._lanes[key]

    def _day(self, limit: Limit, whose: str) -> Day:
        key = f"{limit.per}:{whose}:{limit.prefix}"
        with self._lock:
            if key not in self._days:
                self._days[key] = Day(
                    key, limit, self._zone, self._day_store, self.clock.now
                )
            return self._days[key]


def _narrow_first(limit: Limit) -> tuple[bool, int]:
    return limit.per == "app", -len(limit.prefix)


def _scopes(limits: Iterable[Limit]) -> list[list[Limit]]:
    """Limits of the same calls of the same, which one lane keeps, in their order."""
    scopes: dict[tuple[str, str], list[Limit]] = {}
    for limit in limits:
        scopes.setdefault((limit.per, limit.prefix), []).append(limit)
    return list(scopes.values())


def _own(call_name: str, app: str, shop: str) -> str:
    return f"own:{app}/{shop}:{call_name}"


def _go(lanes: Sequence[Lane]) -> float:
    """Spend a slot of every lane, or answer the seconds until all have one.

    The narrower have been looked at. Where another process was quicker since, the slot of
    the widest goes by and all are asked again: late, never too early.
    """
    *gates, last = lanes
    if (wait := last.slot()) > 0:
        return wait
    for lane in reversed(gates):
        if (wait := lane.take()) > 0:
            return wait
    last.use()
    return 0.0
