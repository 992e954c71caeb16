"""The inbox worked off: what pushes named is asked for, by the hub's own reading.

A push is a reason to look. The record is fetched by its id under the lease of its stream,
and kept if it is newer than what is stored; so it does not matter in which order pushes
come, how often, or whether a list has told of it before. Where a list has told of it
since, no call is made (see `bursts`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from ..deadline import Pulse, Task, abreast
from ..errors import Banned, Forbidden, Gone, Rejected, Unauthorised
from ..hub import THREADS, Hub
from ..pace import Rank
from ..ports import ShopInfo
from ..pull import Outcome
from ..store import crowds, inbox, notes
from ..store.holder import new_holder
from ..store.inbox import Kept, Of
from ..store.shops import Shop
from ..sync import Poll
from .bursts import Bursts
from .named import Named, pause

CLAIMED_FOR = 300.0
"""Seconds after which a worker that has not come back is no longer waited for."""
AT_ONCE = 50
"""Records of one shop that are fetched and stored together."""
BACKOFF = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 7200, 21600))
"""How long after each failure a push is tried again. After the last a person must look."""
SHUT = timedelta(minutes=10)
"""How long it waits where its shop or app is not let in: that is no fault of the push, and
counts as one failure however long it lasts."""
SIDES = 4
"""Kinds and channels fetched side by side; each has threads of its own for its shops."""

Record = tuple[str, str, str | None, str, str]
"""What coalesces: channel, app, account, kind, id."""


@dataclass(slots=True)
class WorkedOff:
    """What one step of the work came to, in pushes."""

    done: int = 0
    fetched: int = 0
    """Records asked for: pushes of one share it."""
    unheeded: int = 0
    """They name nothing that could be asked for."""
    busy: int = 0
    """Their stream is being read, or is to bring them; they come again in a moment."""
    failed: int = 0
    """They are tried again later."""
    parked: int = 0
    no_shop: int = 0
    wake: set[tuple[str, str]] = field(default_factory=set)
    """(shop, kind) whose lists have something new to read: they take no id."""

    @property
    def taken(self) -> int:
        """All of them; 0: nothing is due."""
        ends = (self.done, self.unheeded, self.busy, self.failed, self.parked, self.no_shop)
        return sum(ends)


def work_off(
    hub: Hub, now: datetime, limit: int = 200, app: tuple[str, str] | None = None
) -> WorkedOff:
    """Fetch what the oldest pushes that are due name, of one channel's app or of all. Any
    number may do so at once.

    Records of shops that are being read wait a moment; failures wait longer each time,
    and are parked after the last, with an incident.
    """
    worker, done = _Worker(hub, now), WorkedOff()
    with hub.store.writing() as connection:
        taken = inbox.claim(connection, worker.name, now, limit, CLAIMED_FOR, app)
    if not taken:
        return done
    named = worker.sorted(taken, done)
    worker.spare(named, done)
    worker.fetch([record for record in named if record.open], done)
    worker.settle(named, done)
    return done


class _Worker:
    """One step of the work, under a claim of its own."""

    def __init__(self, hub: Hub, now: datetime) -> None:
        self._hub, self._now = hub, now
        self.name = new_holder()
        self._shops = hub.shops()

    # What is named -----------------------------------------------------------------------

    def sorted(self, taken: Sequence[Kept], done: WorkedOff) -> list[Named]:
        """The records in the order of arrival, each once, with its shops."""
        unheeded = [one for one in taken if not one.kind or not one.external_id]
        self._pass_over(unheeded, done)
        records: dict[Record, Named] = {}
        for one in taken:
            if one.kind and one.external_id:
                key = (one.channel, one.app, one.account, one.kind, one.external_id)
                records.setdefault(key, Named([])).pushes.append(one)
        for record in records.values():
            record.shops = self._shops_of(record.pushes[0])
        self._miss_shops([r for r in records.values() if not r.shops], done)
        return [r for r in records.values() if r.shops]

    def _pass_over(self, unheeded: Sequence[Kept], done: WorkedOff) -> None:
        done.unheeded += len(unheeded)
        for channel, seen in _words(unheeded).items():
            with self._hub.store.writing() as connection:
                notes.drift(connection, channel, "pushes", seen, self._now)
        self._finish([one.id for one in unheeded], inbox.UNHEEDED, "it names no record")

    def _shops_of(self, push: Kept) -> list[Shop]:
        """The shop it names, among those of the app it was signed with: what another's
        app says of a shop is nothing to it. Where no account is named, the shop the record
        is stored of; all of them only where it is new."""
        of_app = [s for s in self._shops if (s.channel, s.app) == (push.channel, push.app)]
        if push.account is None:
            return self._owners(push, of_app) or of_app
        return [s for s in of_app if push.account in self._names(s)]

    def _names(self, shop: Shop) -> list[str]:
        """By what its channel's pushes and messages may name it."""
        plugins, found = self._hub.plugins, list[str]()
        if plugins.can(shop.channel, "pushes"):
            found += plugins.pushes(shop.channel).accounts(info(shop))
        if plugins.can(shop.channel, "messages"):
            found += plugins.messages(shop.channel).accounts(info(shop))
        return found

    def _owners(self, push: Kept, shops: Sequence[Shop]) -> list[Shop]:
        assert push.kind is not None
        assert push.external_id is not None
        ids = [shop.id for shop in shops]
        with self._hub.store.reading() as connection:
            found = inbox.owners(connection, push.kind, ids, push.external_id)
        return [shop for shop in shops if shop.id in found]

    def _miss_shops(self, records: Sequence[Named], done: WorkedOff) -> None:
        """Kept for the day its shop is added; told of once for each account."""
        accounts: dict[tuple[str, str, str | None], list[int]] = {}
        for record in records:
            push = record.pushes[0]
            about = (push.channel, push.app, push.account)
            accounts.setdefault(about, []).extend(record.ids)
        for about, ids in accounts.items():
            done.no_shop += len(ids)
            with self._hub.store.writing() as connection:
                if not inbox.any_without_shop(connection, *about):
                    self._tell_of(connection, *about)
                inbox.finish(
                    connection, self.name, ids, inbox.NO_SHOP, self._now, "no shop"
                )

    def _tell_of(
        self, connection: Connection, channel: str, app: str, account: str | None
    ) -> None:
        text = (
            f"app {app} is pushed events of {account or 'a shop'}, of which the hub has no "
            "shop: add it, or end its subscription"
        )
        notes.incident(connection, "push_no_shop", text, at=self._now, channel=channel)

    # What needs no call ------------------------------------------------------------------

    def spare(self, named: Sequence[Named], done: WorkedOff) -> None:
        """Mark what was fetched since it was pushed, and what its list is to bring."""
        bursts = Bursts(self._hub, self.name, self._now)
        bursts.recognise(named)
        more, wake = bursts.leave([record for record in named if not record.there])
        done.done += more
        done.wake |= wake

    # Fetching ----------------------------------------------------------------------------

    def fetch(self, named: Sequence[Named], done: WorkedOff) -> None:
        """Ask for the records, kind by kind, of many shops at a time."""
        groups: dict[tuple[str, str, bool], dict[str, list[Named]]] = {}
        shops = {s.name: s for r in named for s in r.shops}
        for record in named:
            push = record.pushes[0]
            assert push.kind is not None
            for shop in record.shops:
                of = groups.setdefault((shop.channel, push.kind, record.late), {})
                of.setdefault(shop.name, []).append(record)
        tasks = [
            Task(partial(self._fetch_kind, kind, late, shops, wanted))
            for (_, kind, late), wanted in groups.items()
        ]
        abreast(tasks, SIDES, math.inf)  # each shop of them has its own end in time
        for task in tasks:
            task.result()
        done.fetched += sum(record.asked for record in named)

    def _fetch_kind(
        self,
        kind: str,
        late: bool,
        shops: Mapping[str, Shop],
        wanted: Mapping[str, list[Named]],
        pulse: Pulse,
    ) -> None:
        """What its list has passed over, of many, goes no sooner than lists do."""
        rank = Rank.INCREMENTAL if late else Rank.PUSH
        by_stream: dict[str, list[Shop]] = {}
        for shop in map(shops.__getitem__, wanted):
            if shop.state == "active":
                for stream in self._hub.streams_of(shop, kind)[:1]:
                    by_stream.setdefault(stream, []).append(shop)

        def read(poll: Poll, shop: Shop) -> None:
            for some in _portions(wanted[shop.name]):
                _fetch(poll, some)

        for stream, those in by_stream.items():
            outcomes = self._hub.pull.each(
                those, [stream], read, None, THREADS, notes=False, rank=rank
            )
            for outcome in outcomes:
                _note(outcome, wanted[outcome.shop])

    # What came of it ---------------------------------------------------------------------

    def settle(self, named: Sequence[Named], done: WorkedOff) -> None:
        """Write how each push ended. What is there need not be looked at again, though
        another shop could not be asked; nor what was stored and is there no longer."""
        done.busy += sum(len(record.pushes) for record in named if record.left)
        there, rest = list[Named](), list[Named]()
        for record in named:
            if not record.left:
                is_done = record.there or self._is_past(record)
                (there if is_done else rest).append(record)
        self._finish([i for r in there for i in r.ids], inbox.DONE, None)
        for record in there:
            done.done += len(record.pushes)
            done.wake |= {
                (shop.name, kind)
                for shop in record.shops
                for push in record.pushes
                for kind in push.wakes
            }
        if rest:
            with self._hub.store.writing() as connection:
                for record in rest:
                    if record.error or not record.busy:
                        self._try_again(connection, record, done)
                self._wait(connection, [r for r in rest if r.busy and not r.error], done)

    def _is_past(self, record: Named) -> bool:
        if record.busy or record.error:
            return False
        if not record.asked or self._is_told_gone(record.pushes):
            return True
        return bool(self._owners(record.pushes[0], record.shops))

    def _is_told_gone(self, pushes: Sequence[Kept]) -> bool:
        plugins, channel = self._hub.plugins, pushes[0].channel
        if not plugins.can(channel, "messages"):
            return False
        gone = plugins.messages(channel).gone
        return any(push.event in gone for push in pushes)

    def _try_again(self, connection: Connection, record: Named, done: WorkedOff) -> None:
        said = record.error or "the platform does not have it"
        for push in record.pushes:
            shut = record.shut and push.attempts > 0
            failed = push.attempts + (not shut)
            if failed > len(BACKOFF):
                self._park(connection, push, said)
                done.parked += 1
                continue
            wait = SHUT if record.shut else BACKOFF[max(failed - 1, 0)]
            done.failed += 1
            inbox.postpone(
                connection, self.name, [push.id], self._now + wait, attempts=failed,
                said=said,
            )  # fmt: skip

    def _wait(self, connection: Connection, busy: Sequence[Named], done: WorkedOff) -> None:
        """Until another worker has read their streams: all of a shop together, and those
        with them that nobody has taken yet."""
        groups: dict[tuple[Of, int], list[Kept]] = {}
        for record in busy:
            for push in record.pushes:
                times = 0 if push.account is not None else push.attempts
                groups.setdefault((push.of, times), []).append(push)
        said = "another worker reads its stream"
        for (of, attempts), pushes in groups.items():
            done.busy += len(pushes)
            due = self._now + pause(min(p.received_at for p in pushes), self._now)
            if of.account is not None:
                crowds.put_off(connection, self.name, of, due, said=said)
                continue
            ids = [push.id for push in pushes]
            inbox.postpone(connection, self.name, ids, due, attempts=attempts, said=said)

    def _park(self, connection: Connection, push: Kept, said: str) -> None:
        text = (
            f"push {push.id} names {push.kind} {push.external_id}, which could not be "
            f"fetched {push.attempts + 1} times: {said}"
        )
        inbox.finish(connection, self.name, [push.id], inbox.PARKED, self._now, said)
        notes.incident(connection, "push_parked", text, at=self._now, channel=push.channel)

    def _finish(self, ids: Sequence[int], state: str, said: str | None) -> None:
        if ids:
            with self._hub.store.writing() as connection:
                inbox.finish(connection, self.name, ids, state, self._now, said)


def _fetch(poll: Poll, some: Sequence[Named]) -> None:
    """Where the platform says no to one of them, the others are asked for without it."""
    try:
        found = poll.fetch([record.id for record in some])
    except Rejected as error:
        if isinstance(error, Forbidden | Gone):
            raise
        if len(some) == 1:
            some[0].error = str(error)
            return
        for record in some:
            _fetch(poll, [record])
        return
    for record in some:
        record.asked = record.asked or record.id in found
        record.there = record.there or found.get(record.id, False)


def _note(outcome: Outcome, records: Iterable[Named]) -> None:
    """What the end of a shop's reading means for those it has not told of."""
    for record in records:
        if not record.there:
            record.busy = record.busy or outcome.skipped is not None
            if outcome.error is not None:
                record.error = str(outcome.error)
                record.shut = isinstance(outcome.error, Unauthorised | Banned)


def _words(unheeded: Sequence[Kept]) -> dict[str, Counter[tuple[str, str]]]:
    """The events that name nothing, counted: `hub drift` shows them."""
    seen: dict[str, Counter[tuple[str, str]]] = {}
    for one in unheeded:
        seen.setdefault(one.channel, Counter())["event", one.event] += 1
    return seen


def _portions(records: Sequence[Named]) -> Iterable[Sequence[Named]]:
    for start in range(0, len(records), AT_ONCE):
        yield records[start : start + AT_ONCE]


def info(shop: Shop) -> ShopInfo:
    """The shop as plugins that name it are told."""
    return ShopInfo(
        name=shop.name,
        external_id=shop.external_id,
        account=shop.account,
        settings=shop.settings,
    )
