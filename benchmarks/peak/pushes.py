"""Pushes and messages: some are lost, the others worked off as in `inbound.working`."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from operator import eq
from random import Random

from hub_core.errors import Banned, Throttled
from hub_core.hub import THREADS
from hub_core.inbound.named import PAUSES
from hub_core.inbound.working import AT_ONCE, BACKOFF

from .reading import Listing, Reading
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


@dataclass(slots=True)
class Pushes:
    """The inbox of all accounts."""

    world: World
    listings: dict[tuple[int, str], Listing]
    """(account, kind) to its source."""
    chance: Random
    lost: float = 0.15
    after: float = 2.0
    """Seconds from a change to its push, on average."""
    came: int = 0
    fetched: int = 0
    needless: int = 0
    """Of those, such as were stored as new already."""
    postponed: int = 0
    """Times one was put off since its stream was being read."""
    _due: list[tuple[float, int, int, str, str]] = field(default_factory=list)
    _tries: dict[tuple[int, str, str], int] = field(default_factory=dict)

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
                self._keep(at, one.account.id, kind, of.ids[event])

    def _keep(self, at: float, account: int, kind: str, id: str) -> None:
        self.came += 1
        heappush(self._due, (at, self.came, account, kind, id))

    @property
    def waiting(self) -> int:
        """How many have come and are not done."""
        return sum(at <= self.world.time for at, *_ in self._due)

    def run(self) -> None:
        """Work off, for ever: one process."""
        while True:
            while named := self._claim():
                for (channel, kind), accounts in named.items():
                    self._abreast(channel, kind, accounts)
            self.world.sleep(STEP)

    def _claim(self) -> dict[tuple[str, str], dict[int, list[str]]]:
        """What is due, oldest first: channel and kind, to shops, to ids."""
        named: dict[tuple[str, str], dict[int, list[str]]] = {}
        for _ in range(LIMIT):
            if not self._due or self._due[0][0] > self.world.time:
                break
            _, _, account, kind, id = heappop(self._due)
            channel = self.listings[account, kind].line.stored.account.channel
            ids = named.setdefault((channel, kind), {}).setdefault(account, [])
            if id not in ids:
                ids.append(id)
        return named

    def _abreast(self, channel: str, kind: str, wanted: dict[int, list[str]]) -> None:
        """Some shops at a time, each in a thread; ends when all have ended."""
        left, done = deque(wanted.items()), Event(self.world)
        running = [min(THREADS, len(left))]

        def act() -> None:
            while left:
                account, ids = left.popleft()
                self._fetch(account, kind, ids)
            running[0] -= 1
            if not running[0]:
                done.set()

        for _ in range(running[0]):
            self.world.spawn(act)
        done.wait()

    def _fetch(self, account: int, kind: str, ids: list[str]) -> None:
        listing = self.listings[account, kind]
        stream, busy = listing.streams[0], listing.line.stored.busy
        if stream.name in busy:
            self.postponed += len(ids)
            return self._again(account, kind, ids, PAUSES[0].total_seconds())
        busy.add(stream.name)
        try:
            reading = Reading(listing, stream, "push")
            for start in range(0, len(ids), AT_ONCE):
                some = ids[start : start + AT_ONCE]
                before = self._known(listing, some)
                reading.fetch_these(some)
                self.fetched += len(some)
                self.needless += sum(map(eq, before, self._known(listing, some)))
        except (Throttled, Banned):
            self._again(account, kind, ids, BACKOFF[0].total_seconds())
        finally:
            busy.discard(stream.name)

    def _known(self, listing: Listing, ids: list[str]) -> list[int | None]:
        versions = listing.line.stored.versions
        return [versions.get((listing.kind, id)) for id in ids]

    def _again(self, account: int, kind: str, ids: list[str], wait: float) -> None:
        for id in ids:
            self._keep(self.world.time + wait, account, kind, id)
