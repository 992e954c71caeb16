"""One stream of one account, read by the hub's own `Poll`; the database is left out.

`Windows`, `Walk`, `Runs`, `Commits` and `Intake` are the hub's. What they would ask of the
store (cursors, known versions, what is due to be read again) is asked of `stored`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from hub_core.client import TURN
from hub_core.errors import Banned, Throttled
from hub_core.hub import HEAL_HORIZON
from hub_core.jobs.healing import SLICE, Place, read_stretches
from hub_core.jobs.schedules import SYNCING
from hub_core.pace import Outwaited, Pace
from hub_core.ports import Paging, Stream, Window
from hub_core.pull import FAR, Enough
from hub_core.queueing import Rank
from hub_core.store.records import StoredVersion
from hub_core.sync import Counts, Poll
from hub_core.sync.commits import Commits
from hub_core.sync.details import Details
from hub_core.sync.intake import Intake
from hub_core.sync.ledger import Batch, Ledger, Provenance
from hub_core.sync.poll import Step
from hub_core.sync.revisits import AT_ONCE, Revisits
from hub_core.sync.runs import Runs
from hub_core.sync.windows import Windows
from hub_core.wire import Fetched, Item, Page, Ref

from .demand import PAST
from .platform import Platform, Shelf
from .stored import Stored
from .world import World

START = datetime(2026, 11, 10, 10, tzinfo=UTC)
"""18:00 in China, on the eve."""
ALWAYS_COUNTED = ("jd", "douyin-laike")
"""Whose every page tells the total."""
UNSIGNED = "jd"
"""Whose answers bear no id: an empty one is asked for again."""
SHOWN = 20
"""Rows of a list that takes no time: goods, which do not change here."""
ATTEMPTS = 4
RANKS = {"push": Rank.PUSH, "heal": Rank.HEAL}
"""What calls are for that do not keep up."""


@dataclass(slots=True)
class Row:
    """All that reading asks of a record."""

    external_id: str
    channel_updated_at: datetime
    kind: str
    event: int
    channel_created_at: datetime | None = None


@dataclass(slots=True)
class Line:
    """Calls of one account, paced by the hub. Raises Throttled, Banned."""

    world: World
    pace: Pace
    platform: Platform
    stored: Stored
    queued: Counter[str]
    """Calls of the app that wait for the pace, by name."""
    rank: Rank = Rank.INCREMENTAL
    sent_at: datetime | None = None
    """When the newest call went out."""
    until: float = math.inf
    """When nothing more is sent."""

    @contextmanager
    def again(self, seconds: float) -> Iterator[None]:
        """As `client.Line`: what only reads again."""
        former = self.rank, self.until
        self.rank = max(self.rank, Rank.HEAL)
        self.until = min(self.until, self.world.time + seconds)
        try:
            yield
        finally:
            self.rank, self.until = former

    def send(self, name: str, answer: Any) -> Any:
        """One call, with the waits `client.Line` makes."""
        account = self.stored.account
        for attempt in range(1, ATTEMPTS + 1):
            self._wait(name)
            self.sent_at = self.world.now()
            try:
                return self.platform.exchange(name, account, answer)
            except Banned as error:
                until = self.world.now() + timedelta(seconds=error.after)
                self.pace.ban(f"app:{account.channel}/app", until, "banned")
                if attempt == ATTEMPTS or error.after > 60:
                    raise
                self.world.sleep(error.after + 0.5)
        raise AssertionError

    def _wait(self, name: str) -> None:
        account = self.stored.account
        self.queued[name] += 1
        try:
            left = self.until - self.world.time
            most = left if left == math.inf else min(left, TURN)
            if left <= 0:
                raise Outwaited
            self.pace.wait(name, f"{account.channel}/app", account.name, self.rank, most)
        finally:
            self.queued[name] -= 1


@dataclass(slots=True)
class Listing:
    """A source (`ports.CursorSource`) over a line."""

    line: Line
    kind: str
    streams: tuple[Stream, ...]

    def probe(self, stream: Stream, window: Window) -> Page:
        """Page 1, counted."""
        return replace(self.page(stream, window, 1, count=True), number=1)

    def page(
        self, stream: Stream, window: Window, number: int, *, count: bool = False
    ) -> Page:
        """One page, as the channel's list answers it."""
        channel = self.line.stored.account.channel
        size, counts = stream.page_size, count or channel in ALWAYS_COUNTED
        since, until = _seconds(window.since, math.floor), _seconds(window.until, math.ceil)

        def answer(shelf: Shelf) -> Page:
            total = shelf.count(stream.name, since, until)
            rows = shelf.rows(stream.name, since, until) if total else []
            if "desc" in stream.order:
                rows.reverse()
            some = rows[(number - 1) * size : number * size]
            more = None if counts else total > number * size
            return Page(self._items(stream, some), total if counts else None, None, more)

        return cast(Page, self.line.send(self._name(stream, "list"), answer))

    def after(self, stream: Stream, window: Window | None, cursor: str | None) -> Page:
        """The next page; its cursor is a count of rows."""
        begun, size = int(cursor or 0), stream.page_size

        def answer(shelf: Shelf) -> Page:
            if window is None:
                return Page(tuple(_goods(stream)))
            since, until = map(lambda t: _seconds(t, round), (window.since, window.until))
            rows = shelf.rows(stream.name, since, until)
            items = self._items(stream, rows[begun : begun + size])
            onward = begun + size if len(rows) > begun + size else None
            return Page(items, cursor=onward)

        return cast(Page, self.line.send(self._name(stream, "list"), answer))

    def record(self, external_id: str) -> Fetched | None:
        """One record as it is by now."""

        def answer(shelf: Shelf) -> Fetched | None:
            event = shelf.newest.get((self.kind, external_id))
            return None if event is None else self._read(event)

        found: Fetched | None = self.line.send(self._name(self.streams[0], "get"), answer)
        return found

    def _name(self, stream: Stream, what: str) -> str:
        jd = self.line.stored.account.channel == "jd"
        return f"{stream.name if jd else self.kind}.{what}"

    def _items(self, stream: Stream, events: Sequence[int]) -> tuple[Item, ...]:
        if not stream.list_is_partial:
            return tuple([self._read(event) for event in events])
        of = self.line.stored.shelf.kind(self.kind)
        return tuple([Ref(of.ids[event], _moment(of.times[event])) for event in events])

    def _read(self, event: int) -> Fetched:
        of = self.line.stored.shelf.kind(self.kind)
        row = Row(of.ids[event], _moment(of.times[event]), self.kind, event)
        return Fetched(cast(Any, row), {})


def _goods(stream: Stream) -> list[Fetched]:
    rows = [Row(f"{stream.name}-{n}", START, "", -1) for n in range(SHOWN)]
    return [Fetched(cast(Any, row), {}) for row in rows]


def _moment(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def _seconds(moment: datetime, cut: Any) -> float:
    return float(cut((moment - START).total_seconds()))


class Book:
    """A ledger (`sync.ledger.Ledger`) that keeps no rows: who has what, and since when."""

    def __init__(self, line: Line, stream: Stream, kind: str) -> None:
        self.world, self.stored, self._line = line.world, line.stored, line
        self.stream, self.kind = stream, kind
        self.owner = SimpleNamespace(shop_id=line.stored.account.id)
        self.counts = Counts()
        self.of = Provenance(signed=line.stored.account.channel != UNSIGNED)

    def provenance(self) -> Provenance:
        """Every answer came well and at once."""
        return replace(self.of, sent_at=self._line.sent_at)

    def now(self) -> datetime:
        """The hub's clock."""
        return self.world.now()

    def keep(self) -> None:
        """Nobody takes a lease away here."""

    def commit(
        self, batch: Batch, *, proof: object = None, cursor: datetime | None = None
    ) -> None:
        """Rows and cursor; takes no time."""
        sent = batch.sent_at or self._line.sent_at or self.now()
        for fetched in batch.fetched:
            row = cast(Row, fetched.record)
            if row.event >= 0:
                self.stored.put(row.kind, row.event, self.world.time, sent)
        if cursor is not None:
            self.stored.cursors[self.stream.name] = cursor


class Known(Intake):
    """Knows what is stored from `stored`."""

    def __init__(self, details: Details, book: Book) -> None:
        super().__init__(details, cast(Ledger, book))
        self._book = book

    def _known(self, ids: list[str]) -> dict[str, StoredVersion]:
        stored, kind = self._book.stored, self._book.kind
        of = stored.shelf.kind(kind)
        versions = {id: stored.versions.get((kind, id)) for id in ids}
        return {
            id: cast(
                Any, SimpleNamespace(updated_at=_moment(of.times[event]), status_raw="")
            )
            for id, event in versions.items()
            if event is not None
        }


class Again(Revisits):
    """Knows what is due to be read again from `stored`."""

    _ledger: Any

    def retry_parked(self, *, all_of_them: bool = False) -> None:
        """Nothing is parked here."""

    def _due(self) -> list[str]:
        book = self._ledger
        if book.kind != "orders":
            return []
        return cast(Stored, book.stored).due(book.world.time, AT_ONCE)


class Reading(Poll):
    """`Poll` over a book: what it does is the hub's, what it knows is `stored`'s."""

    def __init__(
        self, listing: Listing, stream: Stream, work: str, place: Place | None = None
    ) -> None:
        """`place`: where healing goes on."""
        line = self._line = replace(listing.line)
        listing = replace(listing, line=line)
        self._stored, self._world = line.stored, line.world
        book = Book(line, stream, listing.kind)
        super().__init__(
            listing, stream, cast(Any, line.world), cast(Ledger, book), on_step=self._told
        )
        self._work, self._place = work, {} if place is None else place
        self._slice_ends = line.world.time + (SLICE if work == "heal" else SYNCING)
        line.rank = RANKS[work] if work in RANKS else self._keeping_up()
        self._details = Details(listing)
        self._intake = Known(self._details, book)
        self._revisits = Again(self._details, stream, cast(Ledger, book), line.again)
        self._commits = Commits(
            stream, cast(Ledger, book), self._intake, self._closed_until, self._settled
        )
        if stream.paging is Paging.OPAQUE_CURSOR:
            self._windows = Runs(listing, stream, self._commits)
        else:
            self._windows = Windows(listing, stream, self._commits, line.world.now)

    def _keeping_up(self) -> Rank:
        """As `Pull` ranks what is read to keep up."""
        is_far = self._world.now() - self._cursor(START) > FAR
        return Rank.BACKFILL if is_far else Rank.INCREMENTAL

    def _told(self, step: Step) -> None:
        if self._line.rank is Rank.BACKFILL and step.end - step.at < FAR:
            self._line.rank = Rank.INCREMENTAL
        self._place["at"] = step.at.isoformat()
        if self._world.time >= self._slice_ends and step.at < step.end:
            raise Enough

    def once(self) -> bool:
        """What the job is for; a limit that holds it up is another try's affair. Gives
        whether it goes on at once."""
        try:
            self._heal() if self._work == "heal" else self.sync(START)
        except Enough:
            return True
        except (Throttled, Banned):
            return False
        self._place.clear()
        return False

    def fetch_these(self, ids: Sequence[str]) -> None:
        """Records that pushes named."""
        book = cast(Book, self.ledger)
        for id in ids:
            if (found := self._details.record(id)) is not None:
                book.commit(Batch([cast(Fetched, found)]))

    def _whole(self, start_at: datetime | None) -> None:
        now = self.session.now()
        cast(Runs, self._windows).read_whole(now, now - timedelta(seconds=1))

    def _heal(self) -> None:
        """As `jobs.healing.heal`; all before the horizon is proved here."""
        until = self._cursor(START)
        until = datetime.fromisoformat(self._place.setdefault("until", until.isoformat()))
        read_stretches(self._place, self, iter([(until - HEAL_HORIZON, until)]))

    def _progress_at(self) -> datetime | None:
        return self._cursor(START)

    def _cursor(self, start_at: datetime) -> datetime:
        past = timedelta(seconds=PAST) if self._stored.account.past else timedelta(0)
        first = START - self.stream.settle_lag - past
        self._begin = self._stored.cursors.get(self.stream.name, first)
        return self._begin
