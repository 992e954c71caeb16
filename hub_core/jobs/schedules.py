"""Every stream of every shop in its rhythm: what is due is queued, and done once.

The store has one row for each stream and task. A tick queues what is due; a worker reads
the stream under its lease, as `hub sync` does, so that both may run beside each other. What
takes longer than its rhythm is due again at its end, never twice at once.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from ..deadline import Asleep
from ..errors import HubError, LeaseLost, Retryable
from ..hub import HEAL_HORIZON, Hub
from ..plugins import where_it_failed
from ..pull import OnStep, Outcome
from ..store import schedules, waiting
from ..store.again import broken_off
from ..store.schedules import Schedule, Slot
from ..store.shops import Shop
from ..store.workers import Term
from .engine import Queue
from .healing import Place, Slice, sliced
from .seat import Seat
from .turns import Turns

SYNC, HEAL, PUSH, SHIP = "sync", "heal", "push", "ship"
NONE = timedelta(0)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
POLL = {
    "orders": MINUTE, "redemptions": MINUTE, "after_sales": 5 * MINUTE,
    "products": HOUR, "places": DAY,
}  # fmt: skip
"""How often a kind is read where nothing is set."""
SENT = {PUSH: ("stock", MINUTE / 2), SHIP: ("parcels", MINUTE)}
"""What is sent by itself: the name it is set under, and how often where nothing is set.
Nothing is queued where nothing is to be sent."""
CAPABLE = {PUSH: "stock", SHIP: "shipping"}
HEALED = DAY
"""How often a stream is healed where nothing is set."""
AT_ONCE = 200
"""So much is queued in one tick at most."""
LATE = 3
"""What is due for so many of its rhythms, and is not being done, is missed."""
GRACE = 5 * MINUTE
SYNCING = 120.0
"""Seconds after which a list that is still being read gives way to what else is due of its
shop. Most take one."""
PAUSES = (0.2, 0.5, 1.0, 1.0, 2.0, 2.0, 4.0, 4.0, 8.0, 8.0)
"""Seconds before what the database broke off is begun again."""

log = logging.getLogger(__name__)


class Stopping(HubError):
    """The service is being stopped; the rest is read when it runs again."""


@dataclass(frozen=True, slots=True)
class End:
    """How a job ended, until that is written down."""

    slot: Slot
    term: Term | None
    at: datetime
    said: str | None
    again_at: datetime | None = None
    place: Place | None = None
    begun: datetime | None = None


class Schedules:
    """The schedules of one hub. Thread safe; any number of processes may tick."""

    def __init__(self, hub: Hub, seat: Seat | None = None) -> None:
        self.hub, self._seat = hub, seat
        self._stop = threading.Event()
        self._ends: deque[End] = deque()
        self._begun: dict[Slot, datetime] = {}
        self._writing, self._turns = threading.Lock(), Turns()

    # When ------------------------------------------------------------------------------

    def plan(self) -> None:
        """Take up shops and streams that are new, let go what is no more."""
        with self.hub.store.reading() as connection:
            known = {one.slot: one.every for one in schedules.listing(connection)}
        for shop in self.hub.shops():
            try:
                wanted = [*self._wanted(shop), *self._sent(shop)]
            except HubError as error:
                log.warning("%s: its schedules stay as they are: %s", shop.name, error)
                continue
            own = {slot: every for slot, every in known.items() if slot.shop_id == shop.id}
            if own != {slot: every for slot, every, _ in wanted}:
                with self.hub.store.writing() as connection:
                    schedules.plan(connection, shop.id, wanted)

    def _wanted(self, shop: Shop) -> Iterator[tuple[Slot, timedelta, datetime]]:
        now = self.hub.clock.now()
        for one in self.hub.listed(shop) if shop.state == "active" else ():
            name = one.stream.name
            poll, heal = self.hub.settings.rhythm(shop.channel, name, shop.name)
            every = POLL.get(one.kind, HOUR) if poll is None else timedelta(seconds=poll)
            if every:
                yield Slot(shop.id, name, SYNC), every, now
            often = HEALED if heal is None else timedelta(hours=heal)
            if often and not one.stream.is_snapshot:  # each reading of those is whole
                slot = Slot(shop.id, name, HEAL)
                yield slot, often, now + often * _share(slot)

    def _sent(self, shop: Shop) -> Iterator[tuple[Slot, timedelta, datetime]]:
        able = {row.channel: row.capabilities for row in self.hub.plugins.table()}
        for task, (name, usual) in SENT.items():
            poll, _ = self.hub.settings.rhythm(shop.channel, name, shop.name)
            every = usual if poll is None else timedelta(seconds=poll)
            if every and CAPABLE[task] in able[shop.channel]:
                yield Slot(shop.id, name, task), every, self.hub.clock.now()

    def tick(self, queue: Queue) -> int:
        """Queue what is due; gives how much that was."""
        now = self.hub.clock.now()
        self._write_ends()
        with self.hub.store.reading() as connection:
            if not schedules.is_due(connection, now):
                return 0
        with self.hub.store.writing() as connection:
            waits = {PUSH: waiting.with_levels(), SHIP: waiting.with_parcels()}
            waiting.pass_over(connection, now, waits)
            due = schedules.take_due(connection, now, AT_ONCE)
            for shop_id, streams, task in _jobs(due):
                name = f"{task}:{shop_id}:{streams[0]}:{now.timestamp():.3f}"
                queue.put(connection, name, str(shop_id), [shop_id, streams, task])
        return len(due)

    def missed(self) -> list[Schedule]:
        """What ought to have been done long ago."""
        now = self.hub.clock.now()
        with self.hub.store.reading() as connection:
            found = schedules.listing(connection)
        return [
            one
            for one in found
            if one.state in ("waiting", "queued")
            and now - (one.queued_at or one.due_at) > max(LATE * one.every, GRACE)
        ]

    # What ------------------------------------------------------------------------------

    def work(self, what: Sequence[Any]) -> dict[str, Any]:
        """Do what was queued; gives the counts of each stream. A failure is the stream's
        own, kept with its schedule, and is no error here."""
        term, (shop_id, streams, task) = self._term, what
        if isinstance(streams, str):  # as former releases queued it
            streams = [streams]
        slots = deque(Slot(int(shop_id), str(stream), str(task)) for stream in streams)
        found: dict[str, Any] = {}
        try:
            while slots and not (found and self._stop.is_set()):
                slot = slots.popleft()
                found[slot.stream] = self._work(slot, term)
        finally:
            at = self.hub.clock.now()
            self._ends += [End(slot, term, at, None, again_at=at) for slot in slots]
        self._write_ends()
        return found

    def _work(self, slot: Slot, term: Term | None) -> dict[str, Any]:
        try:
            with self._turns:
                counts = self._in_spite_of_the_database(slot, term)
        except LeaseLost:
            counts = {"error": "it was taken over"}
        except HubError as error:
            counts = {"error": str(error)}
        except Exception as error:
            log.error("%s %s failed: %s", slot.stream, slot.task, where_it_failed(error))
            counts = {"error": f"the program itself failed: {where_it_failed(error)}"}
        again, place = counts.pop("again", None), counts.pop("place", None)
        at = self.hub.clock.now()
        due, begun = None if again is None else at + again, self._begun.get(slot)
        self._ends.append(End(slot, term, at, counts.get("error"), due, place, begun))
        self._write_ends()
        return counts

    @property
    def _term(self) -> Term | None:
        return self._seat.term if self._seat is not None else None

    def _prove(self, connection: Connection, term: Term | None) -> None:
        """What was begun under a term that is over is another's, who tells its end."""
        if self._seat is not None:
            self._seat.prove(connection, term)

    def _in_spite_of_the_database(self, slot: Slot, term: Term | None) -> dict[str, Any]:
        """Begin again what the database broke off; what was committed stays."""
        for pause in PAUSES:
            try:
                return self._begin(slot, term)
            except Exception as error:
                if (why := _broken_off(error)) is None:
                    raise
                log.warning("%s %s is begun again: %s", slot.stream, slot.task, why)
            self._stop.wait(pause)
        return self._begin(slot, term)

    def _begin(self, slot: Slot, term: Term | None) -> dict[str, Any]:
        at = self.hub.clock.now()
        with self.hub.store.writing() as connection:
            self._prove(connection, term)
            if not schedules.started(connection, slot, at):
                return {"skipped": "not scheduled any more"}
        self._begun[slot] = at
        return self._do(slot, term)

    def _write_ends(self) -> None:
        """How jobs ended. Where the database is away for a while, that is written when it
        is back: a schedule must not wait for a job that is no more."""
        with self._writing:
            while self._ends:
                with self.hub.store.writing() as connection:
                    self._write_end(connection, self._ends[0])
                self._ends.popleft()

    def _write_end(self, connection: Connection, one: End) -> None:
        """Of what is another's by now that other tells the end; it is due where there is
        no other: one that slept may be awake before what it did is taken up."""
        try:
            self._prove(connection, one.term)
        except LeaseLost:
            now = self.hub.clock.now()
            schedules.left(connection, one.slot, one.begun, now)
            return
        schedules.done(
            connection, one.slot, one.at, one.said, again_at=one.again_at, place=one.place
        )

    def _do(self, slot: Slot, term: Term | None) -> dict[str, Any]:
        if (shop := self.hub.shop_with(slot.shop_id)) is None:
            return {"skipped": "the shop is no more"}
        if slot.task == PUSH:
            return self._push(shop)
        if slot.task == SHIP:
            return self._ship(shop)
        on_step = self._watching(term)
        return (self._heal if slot.task == HEAL else self._sync)(slot, shop, on_step)

    def _push(self, shop: Shop) -> dict[str, Any]:
        done = self.hub.desks.push_stock(shop)
        counts = ("confirmed", "refused", "unknown", "waiting", "skipped")
        said = {name: getattr(done, name) for name in counts}
        return {**said, "error": done.error and str(done.error)}

    def _ship(self, shop: Shop) -> dict[str, Any]:
        return {"parcels": len(self.hub.desks.ship_waiting(shop))}

    def _watching(self, term: Term | None) -> OnStep:
        """What ends a reading at its next step where it has to."""

        def on_step(*step: Any) -> None:
            if self._stop.is_set():
                raise Stopping
            if term != self._term:
                raise LeaseLost

        return on_step

    def _sync(self, slot: Slot, shop: Shop, on_step: OnStep) -> dict[str, Any]:
        """For a while: the shop's next things wait. What is left is gone on with behind
        them."""
        ends = sliced(on_step, SYNCING)
        done = self.hub.sync([shop.name], streams=[slot.stream], on_step=ends, threads=1)
        told = _told(done[-1] if done else None)
        return {**told, "again": NONE} if done and done[-1].unfinished else told

    def _heal(self, slot: Slot, shop: Shop, on_step: OnStep) -> dict[str, Any]:
        """One slice of it. The next goes on from there at once, or in a while where the
        platform would have no more."""
        with self.hub.store.reading() as connection:
            place = schedules.place(connection, slot)
        one = Slice(self.hub, shop, slot.stream, place, on_step)
        outcome = one.run(HEAL_HORIZON)
        told = _told(outcome)
        if outcome is None:
            return told
        if outcome.skipped:
            return {**told, "again": MINUTE, "place": place}
        if outcome.unfinished or isinstance(outcome.error, Stopping):
            return {**told, "again": NONE, "place": place}
        waits = isinstance(outcome.error, Retryable)
        return {**told, "again": GRACE, "place": place} if waits else told

    def stop(self) -> None:
        """Have what is being read end at its next step."""
        self._stop.set()


def _jobs(due: Iterable[Schedule]) -> Iterator[tuple[int, list[str], str]]:
    """Shop, streams and task of each job. Those of a shop go one after the other anyway:
    the lists of one that are due at once are one job."""
    of_shop: dict[int, list[str]] = {}
    for one in due:
        slot = one.slot
        if slot.task != SYNC:
            yield slot.shop_id, [slot.stream], slot.task
        else:
            of_shop.setdefault(slot.shop_id, []).append(slot.stream)
    for shop_id, streams in of_shop.items():
        yield shop_id, streams, SYNC


def _told(outcome: Outcome | None) -> dict[str, Any]:
    """What a reading came to. Raises what may be begun again."""
    if outcome is None:
        return {"skipped": "the shop is not active"}
    if outcome.error is not None and _broken_off(outcome.error):
        raise outcome.error
    return {**outcome.as_dict(), "error": outcome.error and str(outcome.error)}


def _broken_off(error: Exception) -> str | None:
    """Why what was broken off may be begun again; None: it was not."""
    if isinstance(error, Asleep):
        return "asleep"
    return broken_off(error) or broken_off(error.__cause__ or error)


def _share(slot: Slot) -> float:
    """Spreads what is done once a day over the day, for each slot its own moment."""
    said = f"{slot.shop_id} {slot.stream}".encode()
    return int.from_bytes(hashlib.sha256(said).digest()[:4]) / 2**32
