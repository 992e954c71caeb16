"""When the next call may go: limits kept by spacing, and bans sat out."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime
from typing import Protocol

from pyrate_limiter import InMemoryStateStore, StateStore

from .clock import Clock
from .errors import Banned, Throttled
from .lanes import Lane
from .ports import Limit

STALE = 0.05
"""Seconds after which the look for bans before a wait is too old to send on."""
StoreFactory = Callable[[str], StateStore]
"""Gives the state of one limit by its key. Called once per key and process.

The `now` a store's `check` is given is the machine's wall clock in ticks since 1970, the
same for every process of one machine; where several machines share a store, hand `Pace` a
`stamp` that tells the database's time instead of letting the store replace `now`.
"""


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
    platform shows to be lower than configured is learned, and forgotten slowly. No wait
    is longer than `patience` seconds. Everything here may be called from any thread.
    """

    def __init__(
        self,
        limits: Sequence[Limit],
        clock: Clock,
        *,
        stores: StoreFactory | None = None,
        bans: BanStore | None = None,
        stamp: Callable[[], float] | None = None,
        patience: float = 60.0,
    ) -> None:
        self.limits = tuple(sorted(limits, key=_narrow_first))
        self.clock = clock
        self.patience = patience
        self._stores = stores or (lambda key: InMemoryStateStore())
        self._bans = bans or MemoryBans()
        self._stamp = stamp or (lambda: clock.now().timestamp())
        self._lanes: dict[str, Lane] = {}
        self._holds: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, call_name: str, app: str, shop: str) -> float:
        """Return when the call may go; answers the seconds that took.

        Raises at once, with the seconds left, Banned where one of the call's keys is
        banned, and Throttled where the wait would try the caller's patience.
        """
        began = self.clock.monotonic()
        self._refuse_banned(call_name, app, shop)
        lanes = self._lanes_of(call_name, app, shop)
        keys = [lane.key for lane in lanes] or [_own(call_name, app, shop)]
        with ExitStack() as turns:
            for lane in lanes:
                turns.enter_context(lane.turn)
                if lane is not lanes[-1]:
                    self._sit_out(lane.look)
            self._sit_out(lambda: self._held(keys) or _take(lanes))
        waited = self.clock.monotonic() - began
        if waited > STALE:
            self._refuse_banned(call_name, app, shop)
        return waited

    def throttled(self, call_name: str, app: str, shop: str, after: float) -> None:
        """The platform's limit was met: its narrowest lane rests, then goes half as fast.

        A call under no configured limit rests by itself.
        """
        lanes = self._lanes_of(call_name, app, shop)
        key = lanes[0].key if lanes else _own(call_name, app, shop)
        until = self.clock.monotonic() + after
        with self._lock:
            self._holds[key] = max(until, self._holds.get(key, until))
        if lanes:
            lanes[0].slow_down()

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

    def _refuse_banned(self, call_name: str, app: str, shop: str) -> None:
        rest = self.banned(*ban_keys(call_name, app, shop).values())
        if rest > 0:
            raise Banned("banned by the platform; nothing was sent", after=rest)

    def _sit_out(self, look: Callable[[], float]) -> None:
        while (rest := look()) > 0:
            if rest > self.patience:
                raise Throttled("the limit is used up; nothing was sent", after=rest)
            self.clock.sleep(rest)

    def _held(self, keys: Sequence[str]) -> float:
        with self._lock:
            until = max(self._holds.get(key, -math.inf) for key in keys)
        return max(0.0, until - self.clock.monotonic())

    def _lanes_of(self, call_name: str, app: str, shop: str) -> list[Lane]:
        """The call's lanes, narrowest first: the order their turns are taken in."""
        return [
            self._lane(limit, f"{app}/{shop}" if limit.per == "shop" else app)
            for limit in self.limits
            if call_name.startswith(limit.prefix)
        ]

    def _lane(self, limit: Limit, whose: str) -> Lane:
        key = f"{limit.per}:{whose}:{limit.prefix}:{limit.calls}/{limit.seconds:g}"
        with self._lock:
            if key not in self._lanes:
                store = self._stores(key)
                self._lanes[key] = Lane(key, limit, store, self.clock, self._stamp)
            return self._lanes[key]


def _narrow_first(limit: Limit) -> tuple[bool, int]:
    return limit.per == "app", -len(limit.prefix)


def _own(call_name: str, app: str, shop: str) -> str:
    return f"own:{app}/{shop}:{call_name}"


def _take(lanes: Sequence[Lane]) -> float:
    """Spend one slot of every lane, or answer the seconds until all have one.

    All are looked at before any is spent. Where another process is quicker in between,
    what was spent is lost and all are asked again: late, never too early.
    """
    if len(lanes) > 1 and (wait := max(lane.look() for lane in lanes)) > 0:
        return wait
    for lane in reversed(lanes):
        if (wait := lane.take()) > 0:
            return wait
    return 0.0
