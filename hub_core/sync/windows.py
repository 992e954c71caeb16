"""Reading one window of a stream until it is proved, and committing what was read."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime

from ..errors import Rejected, Retryable, Unreadable
from ..ports import Source, Stream, Window
from .commits import FINAL, Commits
from .cuts import Cuts
from .evidence import Evidence
from .flights import FEW, Abreast
from .following import YOUNG, Following, Next, Then, asked
from .headstart import Headstart
from .ledger import ROWS_PER_COMMIT
from .walk import TooMany, Walk, halves

ROWS_PER_WINDOW = 10_000
"""A window with more rows is cut, so that a restart repeats little."""
DETAILS_PER_WINDOW = 100
"""The same where each row takes a call of its own."""
CALLS_PER_SLICE = 20
"""About so many calls a window takes at most that is read again: each may have to wait for
all that keeps up, and the stream's lease is given back between two windows only."""
PASSES = 8
"""The most passes over a window that can't be cut, before it is called partial."""
HOLLOW = 3
"""Passes over a window that counts rows and gives none, before that is an error."""
TOO_DEEP = "more rows in a second than the platform pages through"


class Windows:
    """The windows of one stream that is paged by numbers."""

    def __init__(
        self,
        source: Source,
        stream: Stream,
        commits: Commits,
        now: Callable[[], datetime],
        former: list[str] | None = None,
        abreast: Abreast | None = None,
    ) -> None:
        """`former`: the rows of the last answer of the reading before this one, which is
        kept up to date for the next. `abreast`: where pages are asked for side by side."""
        self._source, self._stream, self._commits = source, stream, commits
        self._ledger, self._now = commits.ledger, now
        self.careful = False
        """The reading before this one broke off."""
        self.in_slices = False
        """Whether the lease may be given back after each window."""
        self.reached = False
        """Whether the last window's reading told of all that is younger, too."""
        self._pages = 0
        """Read by the newest walk."""
        self._former = [] if former is None else former
        self._begun = False
        """A window has been read."""
        self._abreast = abreast
        self._cuts = Cuts(self._most)
        self._counted = 0
        """Rows of the window that is being read."""
        self._following = Following(self._headstart, commits.is_closed, self._cut)

    def read(
        self,
        window: Window,
        beyond: datetime | None = None,
        following: Next = None,
    ) -> None:
        """Read one closed window until it is proved; in parts when it is too big, in
        halves when it breaks off in its middle: what is read of a shorter one is kept
        sooner.

        With `beyond` its first call asks as far as that; `reached` says whether this
        told of all there is. `following` is what will be read after it.
        """
        todo = deque([window])
        while todo:
            part = todo.popleft()
            cut = self._read_or_cut(part, beyond, todo[0] if todo else following)
            if cut:  # maybe of all that is left
                todo = deque((*cut, *(one for one in todo if one.since >= cut[-1].until)))
            beyond = None

    def _read_or_cut(
        self, window: Window, beyond: datetime | None, following: Next
    ) -> tuple[Window, ...]:
        """What is to be read in its stead; none, where it was read."""
        self.reached = False
        try:
            self._prove(window, beyond, following)
        except TooMany as much:
            if not much.counted:
                self._following.drop()
                return halves(window) or ()
            cut = self._cuts.of(window, much.total)
            self._begin(cut)
            return cut
        except (Retryable, Rejected, Unreadable) as error:
            self._following.drop()
            if isinstance(error, FINAL):
                raise
            if beyond is not None and self._pages == 0 and error.code is not None:
                return (window,)  # the newest minutes may be what is refused
            cut = halves(window) or ()
            if not cut or self._pages < 2:
                raise
            return cut
        except BaseException:
            self._following.drop()
            raise
        return ()

    def _cut(self, window: Window, rows: int) -> tuple[Window, ...]:
        """As it will be cut when its turn comes; none: it will be read whole."""
        if rows <= self._most() or halves(window) is None:
            return ()
        return self._cuts.of(window, rows, self._counted)

    def read_young(self, window: Window) -> None:
        """Read a window that rows still enter, once: nothing of it is proved."""
        can_cut = halves(window) is not None
        ahead = self._following.young(window)
        if ahead:
            window = ahead.window
        self._commits.intake.begin(ahead.at if ahead else None)
        try:
            walk = self._walk(window, Evidence(), can_cut)
            walk.ahead = ahead
            self._read(walk, None)
            self._commits.flush()
        except TooMany:
            for half in halves(window) or ():
                self.read_young(half)

    # Proving ---------------------------------------------------------------------------

    def _prove(self, window: Window, beyond: datetime | None, following: Next) -> None:
        can_cut = halves(window) is not None
        evidence = Evidence()
        ahead = None
        if self._side is None or beyond is not None:
            self._following.drop()
        else:
            ahead = self._following.own(window)
        self._commits.intake.begin(ahead.at if ahead else None)
        for passes in range(1, PASSES + 1):
            walk = self._walk(asked(window), evidence, can_cut)
            if passes == 1:
                walk.beyond, walk.ahead = beyond, ahead
                self._hasten(walk, following)
            try:
                self._read(walk, window)
            except TooMany:
                if can_cut:
                    raise
                return self._settle(window, "partial", TOO_DEEP, evidence)
            evidence.add(walk)
            if walk.hasty and walk.proof is None:
                self._abreast = None  # it counts otherwise than it shows, or keeps changing
            self.reached |= walk.reached and not walk.doubtful and not walk.short
            self._refuse_hollow(walk, evidence)
            if (rule := self._rule(walk, evidence)) is not None:
                return self._settle(window, "complete", rule, evidence)
            if evidence.sober == 2 and can_cut and not walk.is_small:
                raise TooMany(len(evidence.known))
        self._settle(window, "partial", f"{PASSES} passes kept differing", evidence)

    def _walk(self, asked: Window, evidence: Evidence, can_cut: bool) -> Walk:
        most = self._most() if can_cut else None
        return Walk(
            self._source, self._stream, asked, most, strangers=evidence.strangers,
            former=self._former, signed=lambda: self._ledger.provenance().signed,
        )  # fmt: skip

    def _begin(self, cut: tuple[Window, ...]) -> None:
        """Have the first part counted and the second: nothing is known of pages as yet."""
        if self._side is not None and self._side.depth > 1:
            for part in cut[:2]:
                self._following.ask(part)

    def _hasten(self, walk: Walk, following: Next) -> None:
        """Have its pages asked for side by side, and what comes next behind them."""
        walk.abreast = self._side
        if walk.abreast is not None:
            walk.behind = Then(self._following, following)

    @property
    def _side(self) -> Abreast | None:
        """Not on a line that fails where no answer has an id: former ones would mingle."""
        of = self._ledger.provenance()
        return self._abreast if of.signed or of.smooth else None

    def _headstart(self, window: Window) -> Headstart:
        assert self._abreast is not None
        now = self._ledger.now
        return Headstart(self._source, self._stream, window, self._abreast, now)

    def _most(self) -> int:
        cap, most = self._stream.rows_cap, ROWS_PER_WINDOW
        partial = self._stream.list_is_partial
        if self.in_slices:
            most = CALLS_PER_SLICE * (1 if partial else self._stream.page_size)
        elif partial:
            most = DETAILS_PER_WINDOW
        return most if cap is None else min(most, cap - 1)

    def _refuse_hollow(self, walk: Walk, evidence: Evidence) -> None:
        if evidence.hollow >= HOLLOW:
            raise Unreadable(
                f"{self._stream.name}: the list counts {walk.first_total} rows from "
                f"{walk.window.since:%Y-%m-%d %H:%M:%S} UTC on and gives none of them"
            )

    def _rule(self, walk: Walk, evidence: Evidence) -> str | None:
        """What has proved the window by now, if anything."""
        misses = not walk.seen or len(walk.seen) < walk.first_total
        doubt = misses or walk.echoed or self._is_blind()
        if doubt and evidence.sober < self._opinions():
            return None
        if walk.proof or not walk.wants_only_seams:
            return walk.proof or evidence.rule
        closed = all([self._close(second, evidence) for second in sorted(walk.seams)])
        return "last page first, its seams asked apart" if closed else evidence.rule

    def _is_blind(self) -> bool:
        """Whether the answer before the first of this reading is unknown, on a line that
        fails and gives answers no id."""
        of = self._ledger.provenance()
        return not (self._begun or of.signed or (of.smooth and not self.careful))

    def _opinions(self) -> int:
        """How many passes have to agree where rows are missing, where there are none, and
        where they are those of the answer before.

        Where answers bear no id, nothing tells one from a former one that comes again;
        on a line that fails it may come again twice.
        """
        of = self._ledger.provenance()
        if of.signed:
            return 1
        return 2 if of.smooth and not self.careful else 3

    def _close(self, second: datetime, evidence: Evidence) -> bool:
        """Ask for one second alone; True when one page holds it all."""
        walk = self._walk(Window(second, second), evidence, can_cut=False)
        self._read(walk, None)
        evidence.pages += walk.page_count
        return walk.proof == "one page"

    # Reading ---------------------------------------------------------------------------

    def _read(self, walk: Walk, window: Window | None) -> None:
        """One pass: every page stored as it comes."""
        self._commits.flush()
        self._pages, young = 0, False
        for page in walk.pages():
            self._pages += 1
            if walk.page_count == 1 and window is not None:
                self._commits.check_closed(window)
                self._counted = walk.first_total
                young = walk.beyond is None or walk.beyond > self._now() - YOUNG
            self._commits.take(page)
            if walk.idle:
                self._commits.flush(1 if walk.left <= FEW else ROWS_PER_COMMIT // 2)
        if window is not None:
            self._commits.check_closed(window)
            walk.reached &= young
        walk.rough = not self._ledger.provenance().smooth
        self._ledger.counts.pages += walk.page_count
        self._ledger.counts.rows += walk.rows

    def _settle(self, window: Window, state: str, rule: str, evidence: Evidence) -> None:
        e = evidence
        self._commits.settle(
            window, state, rule, passes=e.passes, pages=e.pages, rows=e.rows
        )
        self._cuts.read(window, e.rows)
        self._begun, self._counted = True, 0
