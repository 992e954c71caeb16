"""Keeping up with one stream of one shop: plan windows, read them, commit, move on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..errors import (
    Banned,
    Down,
    Forbidden,
    Gone,
    Misconfigured,
    Rejected,
    Retryable,
    Unreadable,
)
from ..ports import OrderSource, Session, Stream, Window
from ..store import parked, streams
from ..store.orders import (
    StoredVersion,
    due_for_reread,
    known_versions,
    mark_missing,
    postpone_reread,
)
from ..store.streams import Proof
from ..wire import Fetched, Misread, Page, Ref
from .evidence import Evidence
from .ledger import Batch, Ledger
from .rows import key_of, stamp_of
from .walk import SECOND, TooMany, Walk, halves

ROWS_PER_WINDOW = 5_000
"""A window with more rows is halved, so that a restart repeats little."""
ROWS_PER_COMMIT = 1_000
PASSES = 8
"""The most passes over a window that can't be cut, before it is called partial."""
HOLLOW = 3
"""Passes over a window that counts rows and gives none, before that is an error."""
EIGHTH = 8
LEAST_STEP = timedelta(minutes=1)
"""After a sync that broke off the way is gone in eight steps, none shorter than this."""
ROUNDS = 8
"""The most rounds in which one sync runs after what changed while it read."""
TOO_DEEP = "more rows in a second than the platform pages through"
CLOCK_DOUBT = timedelta(minutes=15)
"""How far our clock may be off while no answer has told the platform's time."""
MARGIN = 2 * SECOND
"""A Date header is only good to a second, and rows carry whole seconds."""
FUTURE = timedelta(minutes=1)


FINAL = (Banned, Down, Forbidden, Gone)
"""Errors that a shorter window would meet too."""


class _NotClosed(Exception):
    """The window's end is not safely past by what was just learned of the clock."""


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
        source: OrderSource,
        stream: Stream,
        session: Session,
        ledger: Ledger,
        *,
        clock_known: Callable[[], bool] = lambda: True,
        on_step: Callable[[Step], None] = lambda step: None,
    ) -> None:
        self.source, self.stream, self.session = source, stream, session
        self.ledger, self.counts = ledger, ledger.counts
        self._clock_known, self._on_step = clock_known, on_step
        self._last_batch = Batch()
        self._late_seen: set[str] = set()
        self._begin = self._end = session.now()
        self._pages = 0
        """Read by the newest walk."""
        self._careful = False
        """The last sync broke off: short steps, so that something is kept of this one."""
        self._deep = False
        self._records = self._moves_cursor = True

    # What a caller asks for ----------------------------------------------------------

    def sync(self, start_at: datetime) -> None:
        """From the cursor (first time: `start_at`) up to now.

        Parked records that are due are tried again, then every closed window is read
        and proved, then the unsettled tail is read, then open orders that are due.
        """
        self.retry_parked()
        cursor = self._catch_up(self._cursor(start_at))
        self._tail(cursor)
        if self.stream.name == self.source.streams[0].name:
            self.reread()

    def heal(self, horizon: timedelta) -> None:
        """Read again what is not proved, and everything changed within `horizon`.

        Lists that only name rows have each row fetched, changed or not: some changes
        leave no trace in the list.
        """
        self._deep, self._moves_cursor = True, False
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
        self.retry_parked(all_of_them=True)

    def read_again(self, since: datetime, start_at: datetime) -> None:
        """Set the cursor back to `since`, if it is past it, and read on from there.

        Everything is fetched, changed or not. Raises Misconfigured when `since` has not
        come yet.
        """
        if since > self.session.now():
            raise Misconfigured(f"{since:%Y-%m-%d %H:%M} UTC has not come yet")
        self.ledger.set_back(max(_whole(since), self._edge()), self.session.now())
        self._deep = True
        self.sync(start_at)

    def read_window(self, window: Window) -> None:
        """Read one closed window until it is proved; in halves when it is too big, or
        when it breaks off in its middle: what is read of a shorter one is kept sooner."""
        try:
            return self._prove(window)
        except TooMany:
            cut = halves(window) or ()
        except (Retryable, Rejected, Unreadable) as error:
            cut = halves(window) or ()
            if not cut or self._pages < 2 or isinstance(error, FINAL):
                raise
        for half in cut:
            self.read_window(half)

    # Windows -------------------------------------------------------------------------

    @property
    def _shop(self) -> int:
        return self.ledger.owner.shop_id

    def _cursor(self, start_at: datetime) -> datetime:
        with self.ledger.store.reading() as connection:
            progress = streams.progress(connection, self._shop, self.stream.name)
        cursor = progress.cursor_at
        self._careful = progress.last_error is not None
        if cursor is None:
            cursor = _whole(max(start_at, self._edge()))
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
            begun, before = cursor, ahead
            step = max(ahead / EIGHTH, LEAST_STEP) if self._careful else ahead
            while cursor < end:
                moved = self._advance(cursor, min(end, cursor + _whole_seconds(step)))
                if moved <= cursor:
                    break
                cursor = moved
            if cursor == begun:
                before = None  # the end was not closed yet: plan it again
        return cursor

    def _closed_until(self, *, hopeful: bool = False) -> datetime:
        """The newest moment that is safely past. A hopeful one trusts our clock before
        any answer told the platform's; `_check_closed` judges it by the first."""
        doubt = timedelta(0) if hopeful or self._clock_known() else CLOCK_DOUBT
        self._end = _whole(self.session.now() - self.stream.settle_lag - doubt) - MARGIN
        return self._end

    def _advance(self, cursor: datetime, end: datetime) -> datetime:
        """Read the next legal window; gives where the cursor stands after it."""
        since = max(cursor - self.stream.overlap, self._edge())
        until = min(end, since + self.stream.max_window - 2 * SECOND)
        try:
            self.read_window(Window(since, until))
        except _NotClosed:
            return cursor
        return until

    def _between(self, since: datetime, until: datetime) -> None:
        while since < until:
            step = min(until, since + self.stream.max_window - 2 * SECOND)
            self.read_window(Window(since, step))
            since = step

    def _prove(self, window: Window) -> None:
        asked = Window(window.since - SECOND, window.until + SECOND)
        can_cut = halves(window) is not None
        evidence = Evidence()
        for passes in range(1, PASSES + 1):
            walk = Walk(
                self.source, self.stream, asked, self._most(can_cut), evidence.strangers
            )
            try:
                self._read(walk, window)
            except TooMany:
                if can_cut:
                    raise
                return self._settle(window, "partial", TOO_DEEP, evidence)
            evidence.add(walk)
            if evidence.hollow >= HOLLOW:
                raise Unreadable(
                    f"{self.stream.name}: the list counts {walk.first_total} rows from "
                    f"{window.since:%Y-%m-%d %H:%M:%S} UTC on and gives none of them"
                )
            if (rule := self._rule(walk, evidence)) is not None:
                return self._settle(window, "complete", rule, evidence)
            if passes == 2 and can_cut and not walk.is_small:
                raise TooMany(len(evidence.known))
        self._settle(window, "partial", f"{PASSES} passes kept differing", evidence)

    def _rule(self, walk: Walk, evidence: Evidence) -> str | None:
        """What has proved the window by now, if anything."""
        if evidence.passes == 1 and not self.ledger.provenance().signed:
            # Nothing tells an answer from a former one that comes again: where rows are
            # missing, and where there are none, a second pass has to say the same.
            if not walk.seen or len(walk.seen) < walk.first_total:
                return None
        if walk.proof or not walk.wants_only_seams:
            return walk.proof or evidence.rule
        closed = all([self._close(second, evidence) for second in sorted(walk.seams)])
        return "last page first, its seams asked apart" if closed else evidence.rule

    def _close(self, second: datetime, evidence: Evidence) -> bool:
        """Ask for one second alone; True when one page holds it all."""
        walk = Walk(
            self.source, self.stream, Window(second, second), None, evidence.strangers
        )
        self._read(walk, None)
        evidence.pages += walk.page_count
        return walk.proof == "one page"

    def _most(self, can_cut: bool) -> int | None:
        if not can_cut:
            return None
        cap = self.stream.rows_cap
        return ROWS_PER_WINDOW if cap is None else min(ROWS_PER_WINDOW, cap - 1)

    def _read(self, walk: Walk, window: Window | None) -> None:
        """One pass: every page stored as it comes, in commits of some pages."""
        batch, self._pages = Batch(), 0
        for page in walk.pages():
            self._pages += 1
            if walk.page_count == 1 and window is not None:
                self._check_closed(window)
            self._take(page, batch)
            self.ledger.keep()
            if len(batch) >= ROWS_PER_COMMIT:
                self._commit(batch)
                batch = Batch()
        if window is not None:
            self._check_closed(window)
        self._last_batch = batch
        if window is None or walk.proof is None:
            self._commit(batch)
            self._last_batch = Batch()
        self.counts.pages += walk.page_count
        self.counts.rows += walk.rows

    def _check_closed(self, window: Window) -> None:
        if self._moves_cursor and window.until > self._closed_until() + SECOND:
            raise _NotClosed

    def _settle(self, window: Window, state: str, rule: str, evidence: Evidence) -> None:
        of, e = self.ledger.provenance(), evidence
        proof = Proof(
            window.since, window.until, state, rule, e.passes, e.pages, e.rows,
            self.stream.assumptions, of.shape, of.journal_id,
        )  # fmt: skip
        cursor = window.until if self._moves_cursor else None
        self._commit(
            self._last_batch, proof=proof if self._records else None, cursor=cursor
        )
        self._last_batch = Batch()
        self._on_step(Step(self._begin, window.until, self._end, self.counts.rows))

    def _commit(
        self, batch: Batch, *, proof: Proof | None = None, cursor: datetime | None = None
    ) -> None:
        if len(batch) or proof is not None or cursor is not None:
            self.ledger.commit(batch, proof=proof, cursor=cursor)

    def _tail(self, cursor: datetime) -> None:
        """What is too young to rely on: stored and told, neither covered nor passed."""
        cursor = self._likely(cursor)
        now = _whole(self.session.now())
        if now <= cursor or not self.stream.settle_lag:
            return
        since = max(cursor, now - self.stream.max_window + 3 * SECOND)
        self._read_young(Window(since, now + SECOND))

    def _likely(self, cursor: datetime) -> datetime:
        """Where nothing tells the platform's time: read as thoroughly as ever what is
        closed if our clock is right, but call it neither covered nor passed."""
        until = self._closed_until(hopeful=True)
        if until <= cursor or self._clock_known():
            return cursor
        self._records = self._moves_cursor = False
        self._between(cursor, until)
        self._records = self._moves_cursor = True
        return until

    def _read_young(self, window: Window) -> None:
        can_cut = halves(window) is not None
        try:
            self._read(Walk(self.source, self.stream, window, self._most(can_cut)), None)
        except TooMany:
            for half in halves(window) or ():
                self._read_young(half)

    # Rows ----------------------------------------------------------------------------

    def _take(self, page: Page, batch: Batch) -> None:
        refs = [i for i in page.items if isinstance(i, Ref)]
        if self._deep:
            self._note_late(page, batch)
        for item in page.items:
            if isinstance(item, Fetched):
                batch.fetched.append(item)
            elif isinstance(item, Misread):
                batch.misread.append(item)
        for ref in self._changed(refs):
            self._fetch(ref, batch)

    def _note_late(self, page: Page, batch: Batch) -> None:
        """Rows an interval called complete did not have, or had in an older version."""
        items = [i for i in page.items if key_of(i) not in self._late_seen]
        self._late_seen.update(map(key_of, items))
        with self.ledger.store.reading() as connection:
            known = known_versions(connection, self._shop, [key_of(i) for i in items])
        for item in items:
            stored, at = known.get(key_of(item)), stamp_of(item)
            if at is not None and (stored is None or _older(stored.updated_at, at)):
                batch.late_at.append(at)

    def _changed(self, refs: list[Ref]) -> Iterator[Ref]:
        """Those whose stored version is not the one the list names."""
        if not refs:
            return
        with self.ledger.store.reading() as connection:
            known = known_versions(connection, self._shop, [r.external_id for r in refs])
        for ref in refs:
            stored = known.get(ref.external_id)
            same = stored is not None and _is_told(stored, ref)
            if not same or self._deep or ref.updated_at is None:
                yield ref

    def _fetch(self, ref: Ref, batch: Batch) -> None:
        """The row's detail; one that is behind its list, or not there yet, is parked.

        Parked records are tried again within minutes, so the window need not wait.
        """
        self.counts.details += 1
        found = self.source.order(ref.external_id)
        match found:
            case Fetched():
                batch.fetched.append(found)
                if _behind(found, ref):
                    batch.misread.append(
                        _waiting(ref, "its detail is older than the list", found.raw)
                    )
            case Misread():
                batch.misread.append(_named(found, ref))
            case None:
                batch.misread.append(
                    _waiting(ref, "the list names it, its detail is not found", {})
                )

    # What no list tells --------------------------------------------------------------

    def retry_parked(self, all_of_them: bool = False) -> None:
        """Fetch parked records by id again: the due ones, or all."""
        with self.ledger.store.reading() as connection:
            now = None if all_of_them else self.ledger.now()
            waiting = parked.due(connection, self._shop, self.stream.name, now)
        for record in waiting:
            assert record.external_id is not None
            self._retry(record, record.external_id)

    def _retry(self, record: parked.Parked, external_id: str) -> None:
        self.counts.rereads += 1
        found = self.source.order(external_id)
        if isinstance(found, Fetched) and not _still_behind(found, record):
            self.ledger.commit(Batch([found]))
            return
        misread = found if isinstance(found, Misread) else None
        with self.ledger.store.writing() as connection:
            parked.tried(connection, record, misread, self.ledger.now())

    def reread(self, limit: int = 500) -> None:
        """Fetch open orders that are due by id: some changes leave the list silent."""
        if self.stream.reread_every is None:
            return
        with self.ledger.store.reading() as connection:
            ids = due_for_reread(connection, self._shop, self.ledger.now(), limit)
        batch = Batch()
        for external_id in ids:
            self._reread_one(external_id, batch)
            if len(batch) >= ROWS_PER_COMMIT:
                self._commit(batch)
                batch = Batch()
        self._commit(batch)

    def _reread_one(self, external_id: str, batch: Batch) -> None:
        self.counts.rereads += 1
        found = self.source.order(external_id)
        match found:
            case Fetched():
                batch.fetched.append(found)
            case Misread():
                batch.misread.append(found)
                self._postpone(external_id)
            case None:
                self._miss(external_id)

    def _miss(self, external_id: str) -> None:
        assert self.stream.reread_every is not None
        at = self.ledger.now()
        with self.ledger.store.writing() as connection:
            due = at + self.stream.reread_every
            mark_missing(connection, self._shop, external_id, at, due)

    def _postpone(self, external_id: str) -> None:
        assert self.stream.reread_every is not None
        due = self.ledger.now() + self.stream.reread_every
        with self.ledger.store.writing() as connection:
            postpone_reread(connection, self._shop, external_id, due)


def _whole(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _whole_seconds(span: timedelta) -> timedelta:
    return timedelta(seconds=int(span.total_seconds()))


def _is_told(stored: StoredVersion, ref: Ref) -> bool:
    """Whether what is stored is what the list names. Two changes of one second share
    their time: the word tells them apart."""
    told = ref.status_raw in (None, stored.status_raw)
    return told and stored.updated_at == ref.updated_at


def _behind(found: Fetched, ref: Ref) -> bool:
    return _older(found.order.channel_updated_at, ref.updated_at)


def _waiting(ref: Ref, reason: str, raw: object) -> Misread:
    return Misread(ref.external_id, reason, raw, ref.updated_at)


def _named(misread: Misread, ref: Ref) -> Misread:
    return Misread(ref.external_id, misread.reason, misread.raw, ref.updated_at)


def _still_behind(found: Fetched, record: parked.Parked) -> bool:
    at = found.order.channel_updated_at
    return at is not None and _older(at, record.wanted_at)


def _older(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and one < other
