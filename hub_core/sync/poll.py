"""Keeping up with one stream of one shop: what to read next, and how far it is proved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..errors import Misconfigured
from ..ports import CursorSource, Paging, Session, Source, Stream, Window
from ..store import streams
from ..store.streams import Proof
from .commits import Commits, NotClosed
from .details import Details
from .flights import Abreast
from .following import Next
from .intake import Intake
from .ledger import Batch, Ledger
from .revisits import Again, Revisits
from .runs import Runs
from .walk import SECOND
from .windows import Windows

EIGHTH = 8
LEAST_STEP = timedelta(minutes=1)
"""After a sync that broke off the way is gone in eight steps, none shorter than this."""
ROUNDS = 8
"""The most rounds in which one sync runs after what changed while it read."""
CLOCK_DOUBT = timedelta(minutes=15)
"""How far our clock may be off while no answer has told the platform's time."""
MARGIN = 2 * SECOND
"""A Date header is only good to a second, and rows carry whole seconds."""
FUTURE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Step:
    """How far a reading has come, for a progress bar."""

    begin: datetime
    at: datetime
    end: datetime
    rows: int


class Poll:
    """Reads one stream. Holds the lease given with `ledger` for as long as it runs."""

    def __init__(
        self,
        source: Source,
        stream: Stream,
        session: Session,
        ledger: Ledger,
        *,
        clock_known: Callable[[], bool] = lambda: True,
        on_step: Callable[[Step], None] = lambda step: None,
        former: list[str] | None = None,
        abreast: Abreast | None = None,
        again: Again = lambda seconds: nullcontext(),
    ) -> None:
        self.source, self.stream, self.session = source, stream, session
        self.ledger, self.counts = ledger, ledger.counts
        self._clock_known, self._on_step = clock_known, on_step
        details = Details(source)
        self._intake = Intake(details, ledger)
        self._revisits = Revisits(details, stream, ledger, again)
        self._commits = Commits(
            stream, ledger, self._intake, self._closed_until, self._settled
        )
        self._windows: Windows | Runs
        if stream.paging is Paging.OPAQUE_CURSOR:
            assert isinstance(source, CursorSource)
            self._windows = Runs(source, stream, self._commits)
        else:
            self._windows = Windows(
                source, stream, self._commits, session.now, former, abreast
            )
        self._begin = self._end = session.now()

    # What a caller asks for ----------------------------------------------------------

    def sync(self, start_at: datetime) -> None:
        """From the cursor (first time: `start_at`; records of no date: as far back as the
        platform answers) up to now.

        Parked records that are due are tried again, then every closed window is read
        and proved, then the unsettled tail is read, then open orders that are due.
        """
        self._revisits.retry_parked()
        if self.stream.is_snapshot:
            self._whole(start_at)
        else:
            self._tail(self._catch_up(self._cursor(start_at)))
        if self.stream.name == self.source.streams[0].name:
            self._revisits.reread()

    def heal(self, horizon: timedelta) -> None:
        """Read again what is not proved, and everything changed within `horizon`.

        Lists that only name rows have each row fetched, changed or not: some changes
        leave no trace in the list.
        """
        if self.stream.is_snapshot:
            return self._whole(None)
        self._read_deep()
        end = self._closed_until()
        with self.ledger.store.reading() as connection:
            rows = streams.coverage_rows(connection, self._shop, self.stream.name)
            progress = streams.progress(connection, self._shop, self.stream.name)
        if progress.cursor_at is None:
            return
        end = min(end, progress.cursor_at)
        horizon_at = max(end - horizon, self._edge())
        self._begin, self._end = horizon_at, end
        for span in streams.open_spans(rows):
            if span.until > self._edge():
                self._between(max(span.since, self._edge()), min(span.until, horizon_at))
        self._between(horizon_at, end)
        self.retry_parked()

    def read_again(self, since: datetime, start_at: datetime) -> None:
        """Set the cursor back to `since`, if it is past it, and read on from there.

        Everything is fetched, changed or not. Raises Misconfigured when `since` has not
        come yet.
        """
        if since > self.session.now():
            raise Misconfigured(f"{since:%Y-%m-%d %H:%M} UTC has not come yet")
        if self.stream.is_snapshot:
            return self._whole(None)
        self.ledger.set_back(max(_whole(since), self._edge()), self.session.now())
        self._intake.deep = True
        self.sync(start_at)

    def read_past(self, since: datetime, until: datetime) -> None:
        """Read a stretch of what lies before the cursor, changed or not; that stays."""
        self._read_deep()
        cursor = self._progress_at()
        if cursor is not None:
            since = max(_whole(since), self._edge())
            self._begin = since
            self._between(since, min(until, cursor, self._closed_until()))

    def _read_deep(self) -> None:
        """Changed or not, a little at a time; the cursor stays."""
        self._intake.deep, self._commits.moves_cursor = True, False
        self._windows.in_slices = True

    def retry_parked(self) -> None:
        """Fetch every parked record that has an id again, whether due or not."""
        self._revisits.retry_parked(all_of_them=True)

    def fetch(self, external_ids: Sequence[str]) -> dict[str, bool]:
        """These records by their ids, newer ones kept; each with whether the platform has
        it. Proves nothing of the list, and moves no cursor.

        None at all where the stream's records are not `by_id`.
        """
        return self._revisits.fetch(external_ids)

    # Lists that take no time -----------------------------------------------------------

    def _whole(self, start_at: datetime | None) -> None:
        """Read the whole list, unless that was done lately; what it no longer has is
        asked for by its id, and marked where it is gone.

        `start_at` None: whether lately or not.
        """
        assert isinstance(self._windows, Runs)
        cursor = self._progress_at()
        begun = _whole(self.session.now())
        if start_at and cursor and begun - cursor < self.stream.snapshot_every:
            return
        self._begin, self._end = cursor or begun, begun
        since = min(cursor or begun, begun - SECOND)  # what stood there then, at least
        seen = self._windows.read_whole(begun, since)
        if seen is not None:
            self._revisits.miss_all_but(seen)

    def _progress_at(self) -> datetime | None:
        with self.ledger.store.reading() as connection:
            progress = streams.progress(connection, self._shop, self.stream.name)
        self._windows.careful = progress.last_error is not None
        return progress.cursor_at

    # Where to begin --------------------------------------------------------------------

    @property
    def _shop(self) -> int:
        return self.ledger.owner.shop_id

    def _cursor(self, start_at: datetime) -> datetime:
        with self.ledger.store.reading() as connection:
            progress = streams.progress(connection, self._shop, self.stream.name)
        cursor = progress.cursor_at
        self._windows.careful = progress.last_error is not None
        if cursor is None:
            dated = self.ledger.kind.is_dated
            cursor = _whole(max(start_at, self._edge())) if dated else self._edge()
        self._refuse_future(cursor)
        if cursor < self._edge():
            cursor = self._pass_gap(cursor)
        self._begin = cursor
        return cursor

    def _refuse_future(self, cursor: datetime) -> None:
        if self._clock_known() and cursor > self.session.now() + FUTURE:
            raise Misconfigured(
                f"{self.stream.name}: the store has read up to {cursor:%Y-%m-%d %H:%M} "
                "UTC, which lies in the future (a restored backup? an edited row?). "
                "Reading on would skip orders. Set it back with `hub heal SHOP --from DATE`"
            )

    def _edge(self) -> datetime:
        """The oldest moment the platform answers for."""
        return _whole(self.session.now() - self.stream.look_back) + SECOND

    def _pass_gap(self, cursor: datetime) -> datetime:
        """What is older than the look-back can't be had: say so, and go on behind it."""
        edge = self._edge()
        proof = Proof(cursor, edge, "unknown", "older than the platform's look-back")
        self.ledger.commit(Batch(), proof=proof, cursor=edge)
        self.counts.gaps += 1
        self.ledger.store.incident(
            "gap",
            f"{self.stream.name}: nothing can be read of {cursor:%Y-%m-%d %H:%M} to "
            f"{edge:%Y-%m-%d %H:%M} UTC any more; see `hub verify`",
            channel=self.ledger.owner.channel,
            shop_id=self._shop,
        )
        return edge

    # How far to go ---------------------------------------------------------------------

    def _catch_up(self, cursor: datetime) -> datetime:
        """Read up to the newest closed moment, and after what closed meanwhile.

        A platform that changes about as fast as it is read is not run after: that ends
        when a round leaves more than half of what it found.
        """
        before: timedelta | None = None
        for number in range(ROUNDS):
            end = self._closed_until(hopeful=number == 0)
            ahead = end - cursor
            if ahead <= (self.stream.settle_lag if before else timedelta(0)):
                break
            if before is not None and 2 * ahead > before:
                break
            begun, cursor = cursor, self._advance_to(end, cursor)
            # Where the end was not closed yet, it is planned again.
            before = ahead if cursor > begun else None
        return cursor

    def _advance_to(self, end: datetime, cursor: datetime) -> datetime:
        """Window by window; gives where the cursor stands afterwards.

        Where the last sync broke off in short steps, so that something is kept of this.
        """
        step = end - cursor
        if self._windows.careful:
            step = max(timedelta(seconds=int(step.total_seconds()) // EIGHTH), LEAST_STEP)
        behind = (
            self.stream.overlap
        )  # the windows of one way meet; only its first laps over
        while cursor < end:
            moved = self._advance(cursor, step, end, behind)
            if moved <= cursor:
                break
            cursor, behind = moved, timedelta(0)
        return cursor

    def _advance(
        self, cursor: datetime, step: timedelta, end: datetime, behind: timedelta
    ) -> datetime:
        """Read the next legal window, from so far behind the cursor; gives where the
        cursor stands after it.

        The last one before `end` asks for what is younger in the same call.
        """
        since = max(cursor - behind, self._edge())
        until = self._until(cursor, since, step, end)
        beyond = _whole(self.session.now()) + SECOND
        fits = until == end and beyond - since <= self._longest
        following = self._following(until, step, end)
        try:
            self._windows.read(Window(since, until), beyond if fits else None, following)
        except NotClosed:
            return cursor
        return until

    def _following(self, until: datetime, step: timedelta, end: datetime) -> Next:
        """What is read after a window that ends then. (The last before `end` is not: its
        first call asks as far as now.)"""
        if until == end:
            return lambda: self._young(until, soon=True)
        later = self._until(until, until, step, end)
        return Window(until, later) if later < end else None

    @property
    def _longest(self) -> timedelta:
        return self.stream.max_window - 2 * SECOND

    def _until(
        self, cursor: datetime, since: datetime, step: timedelta, end: datetime
    ) -> datetime:
        """Where a legal window from `since` ends that goes a step beyond the cursor."""
        return min(end, cursor + step, since + self._longest)

    def _between(self, since: datetime, until: datetime) -> None:
        while since < until:
            step = min(until, since + self._longest)
            later = Window(step, min(until, step + self._longest))
            self._windows.read(Window(since, step), None, later if step < until else None)
            since = step

    def _closed_until(self, *, hopeful: bool = False) -> datetime:
        """The newest moment that is safely past. A hopeful one trusts our clock before
        any answer told the platform's; the window's first answer judges it."""
        doubt = timedelta(0) if hopeful or self._clock_known() else CLOCK_DOUBT
        self._end = _whole(self.session.now() - self.stream.settle_lag - doubt) - MARGIN
        return self._end

    def _settled(self, until: datetime) -> None:
        self._on_step(Step(self._begin, until, self._end, self.counts.rows))

    # The tail --------------------------------------------------------------------------

    def _tail(self, cursor: datetime) -> None:
        """What is too young to rely on: stored and told, neither covered nor passed."""
        if self._windows.reached and self._clock_known():
            return
        window = self._young(self._likely(cursor))
        if window is not None:
            self._windows.read_young(window)

    def _young(self, cursor: datetime, *, soon: bool = False) -> Window | None:
        """What lies behind the cursor, if that is all too young; else some of it will be
        read as closed."""
        now, lag = _whole(self.session.now()), self.stream.settle_lag
        if now <= cursor or not lag:
            return None
        if soon and (not self._clock_known() or self._closed_until() - cursor > lag):
            return None
        since = max(cursor, now - self.stream.max_window + 3 * SECOND)
        return Window(since, now + SECOND)

    def _likely(self, cursor: datetime) -> datetime:
        """Where nothing tells the platform's time: read as thoroughly as ever what is
        closed if our clock is right, but call it neither covered nor passed."""
        until = self._closed_until(hopeful=True)
        if until <= cursor or self._clock_known():
            return cursor
        self._commits.records = self._commits.moves_cursor = False
        self._between(cursor, until)
        self._commits.records = self._commits.moves_cursor = True
        return until


def _whole(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
