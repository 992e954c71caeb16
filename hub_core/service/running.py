"""What runs by itself: schedules, jobs, pushes taken in, changes told, alarms."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import DBAPIError

from .. import alarms
from ..access import Audit
from ..alarms import Severity, Trouble
from ..authorising import Authorising
from ..hub import Hub
from ..inbound import Inbound, WorkedOff
from ..inbound.inlets import Inlets
from ..jobs import SYNC, TAG, Asked, Engine, Schedules, Seat
from ..jobs.seat import BEAT
from ..outbound import Outbound
from ..plugins import where_it_failed
from ..store import answers, schedules
from ..store.schedules import Schedule
from . import retention

TICK, INBOX, ASKED, LOOK, PLAN, CLEAR = 1.0, 0.5, 1.0, 30.0, 60.0, 3600.0
"""Seconds between two ticks, two steps of pushes, two of questions, two looks for trouble,
two looks for new shops, two clearings of what is done with."""
TAKE = 1.0
"""Seconds between two looks for jobs nobody does."""
SETTLE = 10.0
"""The same of what pushes tell of shops being authorised."""
END = 6
"""Seconds that what runs may take to come to its end."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Loop:
    """Something that is done every so many seconds."""

    name: str
    seconds: float
    act: Callable[[], object]
    alone: bool = False
    """Of several processes one does it for all."""


class Service:
    """One process of the hub that runs by itself. `stop` it, or leave the `with` block."""

    def __init__(self, hub: Hub, *, slot: int | None = None, threads: int = 16) -> None:
        self.hub, self._slot = hub, slot
        self.seat = Seat(hub.store, hub.clock.now)
        self.schedules, self.inbound = Schedules(hub, self.seat), Inbound(hub)
        self.asked, self.inlets = Asked(hub), Inlets(hub)
        self.outbound = Outbound(hub.store, hub.settings.outbound, hub.clock.now)
        url = hub.store.engine.url.render_as_string(hide_password=False)
        self.engine = Engine(url, self.work, threads=threads)
        self.loops = [
            Loop("seat", BEAT, self.keep_seat),
            Loop("takeover", TAKE, self.take_up),
            Loop("schedules", PLAN, self.schedules.plan, alone=True),
            Loop("tick", TICK, lambda: self.schedules.tick(self.engine)),
            Loop("jobs", TICK, lambda: self.asked.tick(self.engine)),
            Loop("pushes", INBOX, self.work_on),
            Loop("questions", ASKED, self.inbound.settle, alone=True),
            Loop("alarms", LOOK, self.look, alone=True),
            Loop("authorising", SETTLE, Authorising(hub).settle, alone=True),
            Loop("clearing", CLEAR, self.clear, alone=True),
        ]
        self._ending = threading.Event()
        self._threads: list[threading.Thread] = []

    @property
    def slot(self) -> int:
        """Which of several processes this is. Raises LookupError before it began."""
        if (term := self.seat.term) is None:
            raise LookupError("it has not begun")
        return term.slot

    # What is done --------------------------------------------------------------------

    def keep_seat(self) -> None:
        """A sign of life; where another had taken this process for dead, it goes on under
        what slot it has now."""
        if (term := self.seat.beat()) is not None:
            self.engine.move(term.slot, END)

    def take_up(self) -> None:
        """What processes that are gone have left undone is queued again."""
        self.seat.look()
        self.engine.take_up(self.seat.living, others=self.seat.leads)

    def work(self, what: Sequence[Any]) -> dict[str, Any]:
        """Do what was queued: a turn at what a person asked for, or what was due."""
        return (self.asked if what[0] == TAG else self.schedules).work(what)

    def work_on(self) -> None:
        """Pushes, each app's in threads of its own."""
        self.inbound.work_on(self._worked_off, self._ending)

    def work_off(self) -> None:
        """Pushes, until none is due, in this thread."""
        while not self._ending.is_set():
            done = self.inbound.work_off()
            self._worked_off(done)
            if not done.taken:
                return

    def _worked_off(self, done: WorkedOff) -> None:
        """Lists that have something new are read at once."""
        if done.wake:
            self._hasten(done.wake)

    def _hasten(self, wake: Iterable[tuple[str, str]]) -> None:
        with self.hub.store.writing() as connection:
            found = schedules.listing(connection)
            slots = [
                one.slot
                for one in found
                if one.slot.task == SYNC
                and any(one.shop == s and one.slot.stream.startswith(k) for s, k in wake)
            ]
            schedules.hasten(connection, slots, self.hub.clock.now())

    def look(self) -> None:
        """Look for trouble, tell of it, and give the sign of life an outside watcher waits
        for."""
        hub, now = self.hub, self.hub.clock.now()
        looked = alarms.look(hub, now, extra=[self._missed, self._pushes, self._audit])
        alarms.ping(hub, now, healthy=looked.well)
        alarms.tell(hub, now)

    def _missed(self) -> Iterable[Trouble]:
        return [_trouble(one) for one in self.schedules.missed()]

    def _pushes(self) -> Iterable[Trouble]:
        return [
            Trouble(
                key=f"spi:{one.key}", severity=Severity(one.severity), said=one.text,
                since=one.since, next=_next(one.key),
            )
            for one in self.inbound.troubles()
        ]  # fmt: skip

    def _audit(self) -> Iterable[Trouble]:
        """Keeps the audit log's head outside the database, too."""
        fault = Audit.of(self.hub.store, self.hub.settings).keep()
        if fault is None:
            return []
        said = f"审计日志第 {fault.seq} 行被改动（{fault.what}）"
        how = "hub audit verify"
        return [Trouble(key="audit", severity=Severity.CRITICAL, said=said, next=how)]

    def clear(self) -> None:
        """Forget what is done with."""
        while self.inbound.purge():
            pass
        self.engine.prune()
        self.asked.forget(self.hub.clock.now())
        with self.hub.store.writing() as connection:
            answers.purge(connection, self.hub.clock.now())
        while retention.forget(self.hub) and not self._ending.wait(0.1):
            pass

    # Beginning and end -----------------------------------------------------------------

    def start(self) -> None:
        """Begin. Raises Misconfigured where the extra `[serve]` is not installed."""
        self.engine.start(self.seat.sit(self._slot).slot)
        for loop in self.loops:
            self._spawn(loop.name, lambda loop=loop: self._turn(loop))  # type: ignore[misc]
        self._spawn("messages", lambda: self.inlets.run(self._ending))
        self._spawn("outbound", lambda: self.outbound.run(self._ending, grace=END))

    def _spawn(self, name: str, act: Callable[[], None]) -> None:
        thread = threading.Thread(target=act, name=f"hub-{name}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _turn(self, loop: Loop) -> None:
        while not self._ending.is_set():
            try:
                if not loop.alone or self.seat.leads:
                    loop.act()
            except Exception as error:  # one failure ends no loop
                where = where_it_failed(error)
                log.error("%s failed, and is tried again: %s", loop.name, where)
            self._ending.wait(loop.seconds)

    def stop(self) -> None:
        """End: what is being read ends with its step, and is gone on with next time."""
        self._ending.set()
        self.schedules.stop()
        self.asked.stop()
        for thread in self._threads:
            thread.join(1)
        self.engine.stop(END)
        with suppress(DBAPIError):  # others see by its silence that it is empty
            self.seat.stand()
        self.inlets.close()
        self.inbound.close()
        self.outbound.close()

    def __enter__(self) -> Service:
        self.start()
        return self

    def __exit__(self, *gone: object) -> None:
        self.stop()


def _next(key: str) -> str:
    """What to do about a push, a question, or messages that do not come."""
    if key.startswith("inlet:"):
        return "hub pushes inlets"
    if key.startswith("codes:"):
        return "hub asks codes add"
    return "hub asks list" if key.startswith("ask:") else "hub pushes list"


def _trouble(one: Schedule) -> Trouble:
    slot = one.slot
    return Trouble(
        key=f"schedule:{one.shop}:{slot.stream}:{slot.task}", severity=Severity.WARNING,
        said=f"{slot.stream} 的 {slot.task} 已超过应执行时间，仍未完成", since=one.due_at,
        next="hub schedules list", shop=one.shop,
        covers=(f"stale:{one.shop}:{slot.stream}",),
    )  # fmt: skip
