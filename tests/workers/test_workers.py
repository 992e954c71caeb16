"""Four workers on one PostgreSQL, 200 shops: workers are killed and frozen, the database is
started anew, every few seconds.

No order is lost or doubled, no shop is read twice at once, work resumes within ten seconds,
nothing that the database broke off is left undone, and one that was frozen writes nothing
after its lease. Who did what is told by the database's triggers and by the platform.

CHANNEL_HUB_WORKERS=full is the full run: ten minutes.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import pytest

from tests.kill.killing import told_twice
from tests.workers import trace
from tests.workers.crowd import Blow, Crowd, crowd
from tests.workers.trace import Event

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="there is no wheel of PostgreSQL for Windows"
)
FULL = os.environ.get("CHANNEL_HUB_WORKERS") == "full"
SECONDS, APART = (600.0, (5.0, 20.0)) if FULL else (32.0, (3.0, 6.0))
"""How long it is gone on, and how long from one blow to the next."""
WORKERS, SHOPS, ORDERS, POLL = 4, 200, 8, 30 if FULL else 60
SEED = int(os.environ.get("CHANNEL_HUB_WORKERS_SEED", "1"))
RESUMES = 10.0
PATIENCE = 120.0
SHORT, LONG = (1.0, 3.0), (8.0, 11.0)
"""Seconds a worker is frozen: not long enough to be taken for dead, and longer."""
BLOWS: tuple[Callable[[Crowd, int, random.Random], Blow], ...] = (
    lambda on, whom, rng: on.kill(whom),
    lambda on, whom, rng: on.freeze(whom, rng.uniform(*LONG)),
    lambda on, whom, rng: on.restart("immediate"),
    lambda on, whom, rng: on.kill(whom),
    lambda on, whom, rng: on.restart("fast"),
    lambda on, whom, rng: on.freeze(whom, rng.uniform(*SHORT)),
)


@dataclass
class Ran:
    """What it left."""

    made: Crowd
    events: list[Event]
    lost: list[str]
    doubled: list[str]
    twice: list[str]
    ends: list[int]
    wrong: list[str] = field(default_factory=list)

    def judge(self) -> None:
        self.wrong += [f"lost {one}" for one in self.lost]
        self.wrong += [f"doubled {one}" for one in self.doubled + self.twice]
        self.wrong += [f"ended with {code}" for code in self.ends if code]
        alone = trace.written_without_lease(self.events)
        self.wrong += [f"written without a lease: {one}" for one in alone]
        self.wrong += [f"left undone: {one.said}" for one in self._undone()]
        both, self.afterthoughts = trace.at_once(self.made.watched.asked, self.made.lives)
        self.wrong += [f"read twice at once: {pair}" for pair in both]
        self.resumed = {blow: self._resumed(blow) for blow in self.made.blows}
        self.wrong += [
            f"resumed after {seconds} s: {blow}"
            for blow, found in self.resumed.items()
            for seconds in found
            if seconds is None or seconds > RESUMES
        ]

    def _undone(self) -> list[Event]:
        """Jobs that ended for what the database did."""
        words = ("database", "program itself")
        return [
            one
            for one in self.events
            if one.what == "done" and one.said and any(word in one.said for word in words)
        ]

    def _resumed(self, blow: Blow) -> list[float | None]:
        """For each shop that was being read: when somebody went on with it."""
        of_all = blow.worker is None
        at = blow.begin if of_all else blow.begin + 0.3  # what was sent, is done
        found = trace.being_read(self.events, at)
        hit = {shop: pid for shop, pid in found.items() if of_all or pid == blow.pid}
        since = blow.end if of_all else blow.begin
        return [
            trace.resumed(self.events, shop, pid, max(at, since), since)
            for shop, pid in hit.items()
            if not trace.given_back(self.events, shop, blow.begin, since)
        ]

    def __str__(self) -> str:
        kinds = Counter(blow.how for blow in self.made.blows)
        took = [s for found in self.resumed.values() for s in found if s is not None]
        done = Counter(one.what for one in self.events)
        broken = self.made.server.log().count("deadlock detected")
        return (
            f"{dict(kinds)}; {done['done']} readings ended, "
            f"{len(self.made.watched.asked)} calls, {self.afterthoughts} beside another's "
            f"right after waking; {len(took)} readings were hit and went on after "
            f"{median(took or [0]):.1f} s, {max(took, default=0):.1f} s at most; "
            f"{broken} deadlocks; slots {Counter(self.made.slots)}"
        )


def test_many_workers_lose_nothing_and_double_nothing_whatever_is_done_to_them(
    tmp_path: Path,
) -> None:
    with crowd(
        tmp_path, workers=WORKERS, shops=SHOPS, orders=ORDERS, poll=POLL, seed=SEED
    ) as made:
        with made.server.connect() as connection:
            trace.install(connection)
        made.begin()
        made.platform.churn_per_call = 1
        _rain(made, random.Random(SEED))
        ran = _left(made)
        ran.judge()
        print(ran)  # noqa: T201
        assert ran.wrong == [], _some(ran.wrong)


@pytest.mark.parametrize(
    ("pid", "said", "seconds"),
    [(1, None, 0.25), (1, "it was taken over", 50.0), (2, None, 50.0)],
)
def test_control_one_that_came_to_its_own_end_went_on_and_one_that_broke_off_did_not(
    pid: int, said: str | None, seconds: float
) -> None:
    events = [
        Event(at=99.0, pid=1, what="lease", shop=7, said="here:1:a"),
        Event(at=100.0, pid=1, what="lease", shop=7, said=None),
        Event(at=100.25, pid=pid, what="done", shop=7, said=said),
        Event(at=150.0, pid=2, what="lease", shop=7, said="here:2:b"),
    ]
    assert trace.resumed(events, 7, 1, 100.0, 100.0) == seconds


def _rain(made: Crowd, rng: random.Random) -> None:
    """Blow after blow, in an order by chance, all kinds of them."""
    end, waiting = time.monotonic() + SECONDS, list[Callable[..., Blow]]()
    while time.monotonic() < end:
        time.sleep(rng.uniform(*APART))
        waiting = waiting or rng.sample(BLOWS, len(BLOWS))
        made.all_there()
        blow = waiting.pop()(made, rng.choice(sorted(made.workers)), rng)
        if blow.how == "kill" and blow.worker is not None:
            made.start(blow.worker)


def _left(made: Crowd) -> Ran:
    """Once nothing changes any more and every shop was read."""
    made.all_there()
    made.platform.churn_per_call = 0
    quiet, late = time.time(), time.monotonic() + PATIENCE
    with made.server.connect() as connection:
        connection.execute("UPDATE schedule SET due_at = now() WHERE task = 'sync'")
    while (unread := _unread(made, quiet)) and time.monotonic() < late:
        time.sleep(0.5)
    ends = made.end()
    with made.server.connect() as connection:
        events = trace.read(connection)
    with made.served(0).hub() as hub:
        graded = made.served(0).lost(hub), made.served(0).doubled(hub), told_twice(hub)
    return Ran(made, events, *graded, ends, [f"never read again: {n}" for n in unread])


def _unread(made: Crowd, since: float) -> Sequence[str]:
    """Shops whose orders were not read well since, and how their last reading ended."""
    query = """
        SELECT shop_id, started_at, done_at, error FROM schedule
        WHERE task = 'sync' AND NOT coalesce(
            started_at > to_timestamp(%s) AND done_at >= started_at AND error IS NULL,
            false)
    """
    with made.server.connect() as connection:
        rows = connection.execute(query, [since]).fetchall()
    return [
        f"{shop}, begun {begun}, done {done}: {said}" for shop, begun, done, said in rows
    ]


def _some(wrong: Sequence[str]) -> str:
    """A few of each kind, and how many there are."""
    kinds: dict[str, list[str]] = {}
    for one in wrong:
        kinds.setdefault(" ".join(one.split()[:2]), []).append(one)
    return "\n".join(f"{len(all_)}: {', '.join(all_[:3])}" for all_ in kinds.values())
