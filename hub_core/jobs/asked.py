"""Jobs people asked for, worked at turn by turn: what is due of the shop goes in between.

A turn lasts some seconds. It goes on where the last one came to, whoever did that; how far
it is, is written with every step, and so is heard what is wished of it meanwhile.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ..deadline import Asleep
from ..errors import HubError, LeaseLost, Misconfigured, Retryable
from ..hub import Hub
from ..plugins import where_it_failed
from ..store import jobs
from ..store.again import broken_off
from ..store.jobs import BECOMES, Job
from ..store.shops import Shop
from .engine import Queue
from .schedules import Stopping
from .turns import Turns

TAG = "job"
"""What of a queue's jobs is one of these: its first word."""
TURN = 20.0
"""Seconds of a turn."""
HEARD = 0.5
"""Seconds between two notes of how far it is, and two looks for what is wished, at most."""
ATTEMPTS = 6
"""How often what fails for a while is begun, in all."""
PAUSE, LONGEST = timedelta(seconds=15), timedelta(minutes=10)
"""Before it is begun again; doubled each time."""
KEPT = timedelta(days=30)
"""How long what is over stays listed."""
AT_ONCE = 100

log = logging.getLogger(__name__)


class Over(HubError):
    """The turn is over; the next goes on from here."""


class Wished(HubError):
    """Somebody wants it cancelled or paused."""

    def __init__(self, wish: str) -> None:
        super().__init__(wish)
        self.wish = wish


@dataclass(slots=True)
class Turn:
    """One turn at a job: where it is, what it came to, and when it has to stop."""

    hub: Hub
    job: Job
    shop: Shop
    is_ending: Callable[[], bool]
    place: dict[str, Any] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    _until: float = field(default_factory=lambda: time.monotonic() + TURN)
    _kept_at: float = 0.0

    def __post_init__(self) -> None:
        self.place, self.counts = dict(self.job.place), Counter(self.job.counts)

    def step(self, *, divides: bool = True) -> None:
        """After each step: keeps how far it is. Raises Wished, Over (not where the next
        turn would begin anew), LeaseLost (another works at it) or Stopping where it has to
        end."""
        now = time.monotonic()
        if now - self._kept_at >= HEARD:
            self.keep()
            self._kept_at = now
        if self.is_ending():
            raise Stopping
        if divides and now >= self._until:
            raise Over

    def keep(self) -> None:
        """Write down how far it is; raises Wished, and LeaseLost."""
        with self.hub.store.writing() as connection:
            wish = jobs.keep(connection, self.job, self.place, self.counts)
        if wish is not None:
            raise Wished(wish)


Work = Callable[[Turn], None]


class Asked:
    """The jobs people asked for of one hub. Thread safe; any number of processes may."""

    def __init__(self, hub: Hub, works: Mapping[str, Work] | None = None) -> None:
        from .readings import WORKS

        self.hub, self._works = hub, WORKS if works is None else works
        self._stop, self._turns = threading.Event(), Turns()

    def tick(self, queue: Queue) -> int:
        """Queue what is due; gives how much that was."""
        now = self.hub.clock.now()
        with self.hub.store.reading() as connection:
            if not jobs.is_due(connection, now):
                return 0
        with self.hub.store.writing() as connection:
            due = jobs.take_due(connection, now, AT_ONCE)
            for one in due:
                name = f"{TAG}:{one.id}:{one.turn}:{now.timestamp():.3f}"
                queue.put(connection, name, str(one.shop_id), [TAG, one.id, one.turn])
        return len(due)

    def work(self, what: Sequence[Any]) -> dict[str, Any]:
        """One turn at a job; gives its state. A failure is the job's own, and is kept."""
        id, turn = int(what[1]), int(what[2])
        now = self.hub.clock.now
        job = self.hub.store.again(lambda c: jobs.begin(c, id, turn, now()))
        if job is None:
            return {"skipped": "it is not wanted any more"}
        try:
            with self._turns:
                self._take(job)
        except (LeaseLost, Over, Stopping, Wished) as end:
            return self._ended_by(job, end)
        except Exception as error:
            return self._failed(job, error)
        self.hub.store.again(lambda c: jobs.end(c, job, jobs.DONE, now()))
        return {"state": jobs.DONE}

    def _take(self, job: Job) -> None:
        shop = self.hub.shop_with(job.shop_id)
        if shop is None:
            raise Misconfigured("the shop is no more")
        turn = Turn(self.hub, job, shop, self._stop.is_set)
        try:
            self._works[job.kind](turn)
        except (Over, Stopping):
            turn.keep()
            raise
        turn.keep()

    def _ended_by(self, job: Job, end: HubError) -> dict[str, Any]:
        now = self.hub.clock.now()
        if isinstance(end, Wished):
            state = BECOMES[end.wish]
            self.hub.store.again(lambda c: jobs.end(c, job, state, now))
            return {"state": state}
        # Another's turn at it stays as it is. But one that slept may have lost only what it
        # held: then the job is nobody's, and due.
        self.hub.store.again(lambda c: jobs.rest(c, job, now, None, failed=False))
        if isinstance(end, LeaseLost):
            return {"skipped": "another works at it, or will"}
        return {"state": jobs.RUNNING}

    def _failed(self, job: Job, error: Exception) -> dict[str, Any]:
        passes = isinstance(error, Retryable) or _broken_off(error)
        said = str(error)
        if not isinstance(error, HubError) and not passes:
            said = f"the program itself failed: {where_it_failed(error)}"
            log.error("job %s: %s", job.id, said)
        now = self.hub.clock.now()
        if passes and job.attempts < ATTEMPTS:
            pause = min(PAUSE * 2 ** (job.attempts - 1), LONGEST)
            pause = max(pause, timedelta(seconds=getattr(error, "after", 0.0)))
            if _broken_off(error):
                pause, said = timedelta(seconds=1), "the database went away meanwhile"
            self.hub.store.again(
                lambda c: jobs.rest(c, job, now + pause, said, failed=True)
            )
            return {"state": jobs.WAITING, "error": said}
        self.hub.store.again(lambda c: jobs.end(c, job, jobs.FAILED, now, said))
        return {"state": jobs.FAILED, "error": said}

    def forget(self, now: datetime) -> None:
        """Drop what was over long ago."""
        with self.hub.store.writing() as connection:
            jobs.forget(connection, now - KEPT, AT_ONCE * AT_ONCE)

    def stop(self) -> None:
        """Have what is worked at end at its next step; it is gone on with some day."""
        self._stop.set()


def _broken_off(error: Exception) -> bool:
    if isinstance(error, Asleep):
        return True
    return broken_off(error) is not None or broken_off(error.__cause__ or error) is not None
