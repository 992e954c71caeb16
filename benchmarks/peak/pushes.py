"""Pushes and messages: some are lost, the others worked off as in `inbound.working`."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from heapq import heapify, heappop, heappush
from operator import eq
from random import Random
from typing import NamedTuple

from hub_core.errors import Banned, Throttled
from hub_core.hub import THREADS
from hub_core.inbound.bursts import BEHIND, FRESH, MANY, PATIENCE
from hub_core.inbound.named import CLOCKS, is_news, pause
from hub_core.inbound.working import AT_ONCE, BACKOFF, SIDES

from .reading import START, Listing, Reading
from .stored import Stored
from .world import Event, World

LIMIT = 200
"""Pushes claimed in one step (`work_off`)."""
STEP = 0.5
"""`service.running.INBOX`."""
PUSHED = {
    "taobao": ("orders", "after_sales"),
    "pinduoduo": ("orders",),
    "douyin-laike": ("orders",),
}
"""What is pushed and can be fetched by its id. JD pushes to nobody outside its cloud."""

Shop = tuple[int, str]
"""(account, kind)."""
Named = dict[str, list["Push"]]
"""By id."""


class Push(NamedTuple):
    """One that waits: until when, its number, when it came, what it names."""

    at: float
    number: int
    came: float
    id: str
    tried: bool = False


@dataclass(slots=True)
class Pushes:
    """The inbox of all accounts."""

    world: World
    listings: dict[Shop, Listing]
    """To their sources."""
    chance: Random
    lost: float = 0.15
    hasten: Callable[[int, str], None] = lambda account, kind: None
    """Have a list read at once."""
    after: float = 2.0
    """Seconds from a change to its push, on average."""
    came: int = 0
    spared: int = 0
    """Such as what they name was read after they came."""
    fetched: int = 0
    needless: int = 0
    """Of those, such as were stored as new already."""
    postponed: int = 0
    """Times some were put off: their stream was being read, or their list is to bring
    them."""
    _coming: list[tuple[Push, Shop]] = field(default_factory=list)
    _due: dict[Shop, list[Push]] = field(default_factory=dict)
    _read: dict[Shop, float] = field(default_factory=dict)
    """When a list was hastened last."""

    def expect(self, stored: Iterable[Stored]) -> None:
        """Have the pushes come that will not be lost."""
        for one in stored:
            for kind in PUSHED.get(one.account.channel, ()):
                self._expect(one, kind)

    def _expect(self, one: Stored, kind: str) -> None:
        if (of := one.shelf.kinds.get(kind)) is None:
            return
        for event in range(len(of)):
            if (
                of.times[event] > 0
                and of.lists[event]
                and self.chance.random() >= self.lost
            ):
                at = of.times[event] + self.chance.expovariate(1 / self.after)
                self.came += 1
                push = Push(at, self.came, at, of.ids[event])
                heappush(self._coming, (push, (one.account.id, kind)))

    @property
    def waiting(self) -> int:
        """How many have come and are neither done nor taken."""
        self._receive()
        return sum(map(len, self._due.values()))

    def _receive(self) -> None:
        while self._coming and self._coming[0][0].at <= self.world.time:
            push, shop = heappop(self._coming)
            heappush(self._due.setdefault(shop, []), push)

    def run(self, channel: str) -> None:
        """Work off what comes of one channel, for ever: one process."""
        while True:
            while taken := self._claim(channel):
                self._step(taken)
            self.world.sleep(STEP)

    # A step ----------------------------------------------------------------------------

    def _claim(self, channel: str) -> dict[Shop, Named]:
        """What is due, each shop's oldest in turn."""
        self._receive()
        taken, now, left = dict[Shop, Named](), self.world.time, LIMIT
        ready = [
            shop
            for shop, due in self._due.items()
            if due and due[0].at <= now and self._stored(shop).account.channel == channel
        ]
        while ready and left:
            for shop in ready[:left]:
                push = heappop(self._due[shop])
                taken.setdefault(shop, {}).setdefault(push.id, []).append(push)
            left -= len(ready[:left])
            ready = [s for s in ready if self._due[s] and self._due[s][0].at <= now]
        return taken

    def _step(self, taken: dict[Shop, Named]) -> None:
        groups: dict[tuple[str, bool], dict[Shop, Named]] = {}
        for shop, named in taken.items():
            for late, some in self._spare(shop, named):
                if some:
                    groups.setdefault((shop[1], late), {})[shop] = some
        acts = [partial(self._fetch_all, *group) for group in groups.items()]
        self._abreast(acts, SIDES)

    def _abreast(self, acts: Sequence[Callable[[], None]], most: int) -> None:
        """So many at a time, each in a thread; ends when all have ended."""
        if not acts:
            return
        left, done = deque(acts), Event(self.world)
        running = [min(most, len(left))]

        def act() -> None:
            while left:
                left.popleft()()
            running[0] -= 1
            if not running[0]:
                done.set()

        for _ in range(running[0]):
            self.world.spawn(act)
        done.wait()

    def _fetch_all(self, of: tuple[str, bool], wanted: dict[Shop, Named]) -> None:
        acts = [
            partial(self._fetch, shop, named, late=of[1]) for shop, named in wanted.items()
        ]
        self._abreast(acts, THREADS)

    # What needs no call ----------------------------------------------------------------

    def _spare(self, shop: Shop, named: Named) -> list[tuple[bool, Named]]:
        """What is to be asked for: what its list has passed over, and the rest."""
        there = {
            id for id, some in named.items() if self._is_there(shop, id, max_came(some))
        }
        self.spared += sum(len(named[id]) for id in there)
        named = {id: some for id, some in named.items() if id not in there}
        stands = self._stands(shop, named) if named else None
        if stands is None:
            return [(False, named)]
        self._confirm(shop)
        late = {id: s for id, s in named.items() if min(p.came for p in s) <= stands}
        tried = {
            id: s
            for id, s in named.items()
            if id not in late and any(push.tried for push in s)
        }
        left = [
            push
            for id, some in named.items()
            if id not in late and id not in tried
            for push in some
        ]
        if left:
            self._put_off(shop, left, since=stands)
        return [(True, late), (False, tried)]

    def _is_there(self, shop: Shop, id: str, came: float) -> bool:
        at = self._stored(shop).fetched.get((shop[1], id))
        return at is not None and not is_news(_moment(came), at)

    def _stands(self, shop: Shop, named: Named) -> float | None:
        """As `Bursts`: what came up to then its list has had its chance to bring."""
        now = self.world.time
        waiting = {push.id for push in self._due[shop]}
        stream = self.listings[shop].streams[0]
        cursor = self._stored(shop).cursors.get(stream.name)
        if len(waiting | named.keys()) <= MANY or stream.is_snapshot or cursor is None:
            return None
        behind = self.world.now() - cursor
        if behind > BEHIND:
            return None
        if now - self._read.get(shop, -FRESH.total_seconds()) >= FRESH.total_seconds():
            self._read[shop] = now
            self.hasten(*shop)
        return now - min(behind + CLOCKS, PATIENCE).total_seconds()

    def _confirm(self, shop: Shop) -> None:
        due = self._due[shop]
        kept = [p for p in due if not self._is_there(shop, p.id, p.came)]
        self.spared += len(due) - len(kept)
        heapify(kept)
        self._due[shop] = kept

    # Asking ----------------------------------------------------------------------------

    def _fetch(self, shop: Shop, named: Named, *, late: bool) -> None:
        listing = self.listings[shop]
        stream, busy = listing.streams[0], listing.line.stored.busy
        pushes = [push for some in named.values() for push in some]
        if stream.name in busy:
            return self._put_off(shop, pushes)
        busy.add(stream.name)
        try:
            reading, ids = Reading(listing, stream, "late" if late else "push"), list(named)
            for start in range(0, len(ids), AT_ONCE):
                some = ids[start : start + AT_ONCE]
                before = self._known(listing, some)
                reading.fetch_these(some)
                self.fetched += len(some)
                self.needless += sum(map(eq, before, self._known(listing, some)))
        except (Throttled, Banned):
            at = self.world.time + BACKOFF[0].total_seconds()
            for push in pushes:
                heappush(self._due[shop], push._replace(at=at, tried=True))
        finally:
            busy.discard(stream.name)

    def _known(self, listing: Listing, ids: list[str]) -> list[int | None]:
        versions = listing.line.stored.versions
        return [versions.get((listing.kind, id)) for id in ids]

    def _put_off(self, shop: Shop, mine: list[Push], since: float = -1.0) -> None:
        """These, and with them all that came since and nobody has taken."""
        now, self.postponed = self.world.time, self.postponed + 1
        oldest = min(push.came for push in mine)
        due = now + pause(_moment(oldest), _moment(now)).total_seconds()
        kept = [
            push._replace(at=due) if since < push.came and push.at < due else push
            for push in self._due[shop]
        ]
        kept += [push._replace(at=due) for push in mine]
        heapify(kept)
        self._due[shop] = kept

    def _stored(self, shop: Shop) -> Stored:
        return self.listings[shop].line.stored


def max_came(some: Iterable[Push]) -> float:
    """When the newest of them came."""
    return max(push.came for push in some)


def _moment(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)
