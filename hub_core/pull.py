"""Reading shops: a lease per stream, a line per shop, threads for the shops.

One shop's failure, whatever it is, stops no other and is named in its outcome.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from .ahead import Ahead, Crew
from .client import Line
from .consent import Consent
from .deadline import Overdue, Pulse, Task, abreast
from .errors import HubError, Misconfigured, WrongShop
from .insight.estimate import Estimate, estimated, survey
from .lines import Lines
from .models import Order
from .pace import Rank
from .plugins import Plugins, where_it_failed
from .ports import CursorSource, Paging, Source, Stream, Window
from .settings import Settings
from .store import Store, streams
from .store.holder import freeing, new_holder
from .store.journal import JournalBuffer
from .store.kinds import KINDS
from .store.records import Written
from .store.shops import Shop
from .store.streams import Lease
from .store.trouble import what_broke_it_off
from .sync import Counts, Poll
from .sync.flights import Abreast
from .sync.ledger import LEASE_SECONDS, Batch, Ledger, Provenance
from .sync.poll import Step
from .sync.twice import Twice
from .tokens import StoredToken

OnStep = Callable[[str, str, Step], None]
"""Told of each step of a reading: shop, stream, how far."""
Read = Callable[[Poll, Shop], None]
"""What to do with a stream once its lease is held."""

FAR = timedelta(days=1)
"""How far behind now a stream's cursor is where its reading is a backfill, and gives way
to those that keep up."""
CLOCKS_APART = timedelta(hours=1)
"""How far a platform's clock, which dates tokens, may be from ours, which dates proofs."""

log = logging.getLogger(__name__)


class Enough(Exception):
    """Raised by who is told of a step: what is read so far is enough for now."""


@dataclass(slots=True)
class Outcome:
    """How the reading of one stream of one shop ended."""

    shop: str
    stream: str
    counts: Counts = field(default_factory=Counts)
    error: HubError | None = None
    skipped: str | None = None
    """Why nothing was read, where that is no error."""
    unfinished: bool = False
    """Whether it was told that this was enough, before all was read."""
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        error = None
        if self.error is not None:
            error = {"kind": self.error.kind, "message": str(self.error)}
        head = {"shop": self.shop, "stream": self.stream, "seconds": round(self.seconds, 3)}
        return {**head, **self.counts.as_dict(), "skipped": self.skipped, "error": error}


@dataclass(slots=True)
class Reading:
    """One shop's reading, as far as it has come."""

    shop: Shop
    outcomes: list[Outcome] = field(default_factory=list)
    lease: Lease | None = None
    """Of the stream that is being read."""
    notes: bool = True
    """Whether its end says how the stream is."""
    rank: Rank | None = None
    """How urgent its calls are; None: as far as each stream is behind."""


CURSOR = Paging.OPAQUE_CURSOR


@dataclass(frozen=True, slots=True)
class Listed:
    """A stream, the source that reads it, and the kind of its records."""

    kind: str
    source: Source
    stream: Stream


class Pull:
    """Reads streams of shops, each under its lease. Thread safe."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        plugins: Plugins,
        lines: Lines,
        now: Callable[[], datetime],
    ) -> None:
        self.settings, self.store, self.plugins = settings, store, plugins
        self.lines, self._now = lines, now
        self.consent = Consent(store, now)
        self._former: dict[tuple[int, str], list[str]] = {}
        """The rows of the last answer of each stream."""
        self.abreast: Callable[[Shop, Line], Abreast | None] = self._side_by_side
        """Where a shop's calls are made side by side; None: one after the other."""
        self._crews: dict[str, Crew] = {}
        """By app."""

    def _side_by_side(self, shop: Shop, line: Line) -> Abreast | None:
        """Over a network only: in a box, time passes by calls, each after the other."""
        if self.lines.room(shop.app).boxed:
            return None
        crew = self._crews.setdefault(shop.app, Crew())
        return Ahead(line, crew, stores=self.store.engine.dialect.name == "sqlite")

    def each(
        self,
        shops: Sequence[Shop],
        wanted: Sequence[str],
        read: Read,
        on_step: OnStep | None,
        threads: int,
        *,
        notes: bool = True,
        rank: Rank | None = None,
    ) -> list[Outcome]:
        """Read the wanted streams (none: all) of the active shops among these, keeping up
        with them (a backfill where they are far behind) unless `rank` says what for.

        Without `notes` how it ends says nothing of the stream itself: for single records,
        which tell neither that a list can be read nor that it was.
        """
        active = [shop for shop in shops if shop.state == "active"]
        readings = [Reading(shop, notes=notes, rank=rank) for shop in active]
        tasks = [
            Task(partial(self._shop, reading, wanted, read, on_step))
            for reading in readings
        ]
        patience = self.settings.hub.plugin_seconds
        lost = abreast(tasks, max(threads, 1), patience)
        done: list[Outcome] = []
        for reading, task in zip(readings, tasks, strict=True):
            if task in lost:
                done += self._give_up(reading, patience)
            else:
                task.result()
                done += reading.outcomes
        return done

    def _give_up(self, reading: Reading, patience: float) -> list[Outcome]:
        """A plugin that fell silent costs its own shop the rest of this reading: what its
        thread may still come to, it can't write without the lease."""
        shop, lease, before = reading.shop, reading.lease, list(reading.outcomes)
        name = self.plugins.server(shop.channel)
        error = Overdue(
            f"plugin {name} gave no sign of life for {patience:g} s and was given up"
        ).at(channel=shop.channel, shop=shop.name)
        log.error("%s", error)
        if lease is not None:
            with self.store.writing() as connection:
                streams.note_outcome(connection, lease, at=self._now(), error=str(error))
                streams.take_back(connection, lease)
        return [*before, Outcome(shop.name, lease.stream if lease else "", error=error)]

    def _shop(
        self,
        reading: Reading,
        wanted: Sequence[str],
        read: Read,
        on_step: OnStep | None,
        pulse: Pulse,
    ) -> None:
        shop, buffer = reading.shop, JournalBuffer()
        try:
            line = self.lines.open(shop, buffer)
            line.pulse = pulse
            off = () if wanted else self.settings.off(shop.channel, shop.name)
            sources = self.plugins.sources(shop.channel, line, off)
            todo = self.streams(shop, sources, wanted)
        except HubError as error:
            reading.outcomes = [Outcome(shop.name, "", error=error.at(shop=shop.name))]
            return
        except Exception as error:
            ours = _ours(error).at(shop=shop.name)
            reading.outcomes = [Outcome(shop.name, "", error=ours)]
            return
        for one in todo:
            outcome = self._stream(reading, line, one, buffer, read, on_step)
            if pulse.is_over:  # whoever gave it up tells how it ended
                return
            reading.outcomes.append(outcome)

    def streams(
        self, shop: Shop, sources: Mapping[str, Source], wanted: Sequence[str]
    ) -> list[Listed]:
        """The shop's streams as configured, without those turned off."""
        off = self.settings.off(shop.channel, shop.name)
        there = {
            stream.name: Listed(kind, source, stream)
            for kind, source in sources.items()
            for stream in source.streams
        }
        if strange := [name for name in wanted if name not in there]:
            names = ", ".join(there)
            raise Misconfigured(
                f"{shop.channel} has no stream {strange[0]!r}; it has: {names}"
            )
        chosen = [
            one
            for name, one in there.items()
            if off.isdisjoint({name, one.kind}) and (not wanted or name in wanted)
        ]
        for one in chosen:
            _refuse_unreadable(shop, one)
        configured = self.settings.stream
        return [
            replace(one, stream=configured(shop.channel, one.stream, shop.name))
            for one in chosen
        ]

    def _stream(
        self,
        reading: Reading,
        line: Line,
        listed: Listed,
        buffer: JournalBuffer,
        read: Read,
        on_step: OnStep | None,
    ) -> Outcome:
        shop, source, stream = reading.shop, listed.source, listed.stream
        outcome = Outcome(shop.name, stream.name)
        lease = reading.lease = self._lease(shop, stream.name)
        if lease is None:
            outcome.skipped = "another worker is reading it"
            return outcome
        began, calls = time.monotonic(), buffer.noted
        line.stream = stream.name
        ledger = self._ledger(shop, line, listed, lease, buffer, outcome.counts)

        def told(step: Step) -> None:
            if line.rank is Rank.BACKFILL and step.end - step.at < FAR:
                line.rank = Rank.INCREMENTAL
            if on_step:
                on_step(shop.name, stream.name, step)

        poll = Poll(
            Twice(source), stream, line, ledger,
            clock_known=lambda: line.clock.known,
            on_step=told,
            former=self._former.setdefault((shop.id, stream.name), []),
            abreast=self.abreast(shop, line), again=line.again,
        )  # fmt: skip
        try:
            rank = reading.rank
            line.rank = self._keeping_up(shop, stream) if rank is None else rank
            self.consent.check(shop)
            read(poll, shop)
            self.consent.learn(shop, None)
        except Enough:
            outcome.unfinished = True
        except HubError as error:
            self._refused(shop, line, error)
            outcome.error = error.at(channel=shop.channel, shop=shop.name)
        except Exception as error:
            outcome.error = _ours(error).at(channel=shop.channel, shop=shop.name)
        except BaseException:  # Ctrl-C: what is committed stays, but it did not end well
            outcome.error = HubError("stopped before its end").at(shop=shop.name)
            raise
        finally:
            outcome.counts.calls = buffer.noted - calls
            self._end(ledger, buffer, outcome, reading)
            reading.lease = None
        outcome.seconds = time.monotonic() - began
        return outcome

    def _keeping_up(self, shop: Shop, stream: Stream) -> Rank:
        with self.store.reading() as connection:
            cursor = streams.progress(connection, shop.id, stream.name).cursor_at
        is_far = self._now() - (cursor or shop.start_at) > FAR
        return Rank.BACKFILL if is_far else Rank.INCREMENTAL

    def _refused(self, shop: Shop, line: Line, error: HubError) -> None:
        """A token that opens another shop is stopped; else the shop itself may rest."""
        stopped = None
        if isinstance(error, WrongShop) and line.tokens:
            stopped = line.tokens.stop(error)
        if stopped:
            self._take_back(shop, stopped)
        else:
            self.consent.learn(shop, error)

    def _take_back(self, shop: Shop, token: StoredToken) -> None:
        """Withdraw what was proved of the shop with a token that opens another, most of
        all the windows in which the other had no order.
        """
        since = token.fetched_at - CLOCKS_APART
        with self.store.writing(durable=True) as connection:
            for name in streams.stream_names(connection, shop.id):
                streams.withdraw(connection, shop.id, name, since)

    def _lease(self, shop: Shop, stream: str) -> Lease | None:
        name = new_holder()
        with freeing(name), self.store.writing() as connection:
            return streams.take_lease(connection, shop.id, stream, name, LEASE_SECONDS)

    def _ledger(
        self,
        shop: Shop,
        line: Line,
        listed: Listed,
        lease: Lease,
        buffer: JournalBuffer,
        counts: Counts,
    ) -> Ledger:
        def provenance() -> Provenance:
            last = line.last
            if last is None:
                return Provenance()
            return Provenance(
                last.id, last.shape, last.call, line.is_new, not buffer.failed, last.at
            )

        def told(batch: Batch, done: Written) -> None:
            self._tell_listeners(shop, batch, done)

        return Ledger(
            self.store, shop.owner, lease, listed.stream.reread_every, self._now, counts,
            buffer, provenance, told, KINDS[listed.kind],
            tuple(s.name for s in listed.source.streams),
            self.settings.holds_drift(shop.channel, shop.name),
        )  # fmt: skip

    def _tell_listeners(self, shop: Shop, batch: Batch, done: Written) -> None:
        """Plugins that listen, each alone, after the commit; none can undo it."""
        created, changed = set(done.created), set(done.changed)
        for fetched in batch.fetched:
            order = fetched.record
            if not isinstance(order, Order):
                break
            if order.external_id in created or order.external_id in changed:
                new = order.external_id in created
                self.plugins.broadcast(
                    "hub_order_changed", order=order, is_new=new, shop=shop.name
                )
        for misread in batch.misread:
            parked = {"external_id": misread.external_id, "reason": misread.reason}
            self.plugins.broadcast("hub_record_parked", parked=parked, shop=shop.name)

    def _end(
        self, ledger: Ledger, buffer: JournalBuffer, outcome: Outcome, reading: Reading
    ) -> None:
        """Where its end can't be written down, that is how it ended."""
        try:
            self._close(ledger, buffer, outcome, notes=reading.notes)
        except Exception as error:
            shop = reading.shop
            ours = _ours(error).at(channel=shop.channel, shop=shop.name)
            outcome.error = outcome.error or ours

    def _close(
        self, ledger: Ledger, buffer: JournalBuffer, outcome: Outcome, *, notes: bool
    ) -> None:
        error = str(outcome.error) if outcome.error else None
        with freeing(ledger.lease.holder), self.store.writing() as connection:
            self.store.write_journal(connection, buffer.take())
            ledger.close(connection)
            if notes:
                streams.note_outcome(connection, ledger.lease, at=self._now(), error=error)
            streams.free_lease(connection, ledger.lease)

    def estimates(
        self, shop: Shop, wanted: Sequence[str], since: datetime | None
    ) -> list[Estimate]:
        """What reading the shop's streams up to now would take; stores no order."""
        buffer = JournalBuffer()
        try:
            self.consent.check(shop)
            line = self.lines.open(shop, buffer)
            todo = self.streams(shop, self.plugins.sources(shop.channel, line), wanted)
            counted = [one for one in todo if one.stream.paging is not CURSOR]
            return [self._estimate(shop, line, one, since) for one in counted]
        except HubError as error:
            return [Estimate(shop.name, "", error=str(error.at(shop=shop.name)))]
        finally:
            with self.store.writing() as connection:
                self.store.write_journal(connection, buffer.take())

    def _estimate(
        self,
        shop: Shop,
        line: Line,
        listed: Listed,
        since: datetime | None,
    ) -> Estimate:
        source, stream = listed.source, listed.stream
        with self.store.reading() as connection:
            cursor = streams.progress(connection, shop.id, stream.name).cursor_at
        now = line.now()
        begin = max(cursor or since or shop.start_at, now - stream.look_back)
        line.stream = stream.name
        found = survey(source, stream, begin, now)
        limits = self.settings.limits(shop.app, self.plugins.channel(shop.channel))
        last = line.last
        return estimated(
            shop.name, shop.app, stream, Window(begin, now), found, limits=limits,
            list_call=last.call if last else "", latency=last.seconds if last else 0.0,
        )  # fmt: skip


def _refuse_unreadable(shop: Shop, listed: Listed) -> None:
    """A list that hands out its pages takes a source that asks for them so."""
    if listed.stream.paging is CURSOR and not isinstance(listed.source, CursorSource):
        raise Misconfigured(
            f"{shop.channel}: {listed.stream.name} is paged by opaque cursors, and its "
            "source has no `after` to ask for them; a newer plugin may"
        )


def _ours(error: Exception) -> HubError:
    """What ails the database; or a fault in the hub or a plugin, told without its words:
    they may quote a buyer.
    """
    if ails := what_broke_it_off(error):
        ours = HubError(ails)
        ours.__cause__ = error  # by which whoever reads again tells whether that may help
        return ours
    where = where_it_failed(error)
    log.error("a reading failed in the program itself: %s", where)
    return HubError(f"the program itself failed: {where}; please report it")
