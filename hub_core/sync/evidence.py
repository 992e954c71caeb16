"""What the passes over one window prove together, where none does alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from .walk import Walk

QUIET_PASSES = 3
"""Passes in a row over one page that showed the same, before its count is disbelieved."""


@dataclass(slots=True)
class Evidence:
    """Passes over one window, added one by one.

    What was counted before the first pass is all there can be, for rows only leave: as
    soon as so many different ones were seen, over however many passes, none is missing. A
    row without an id is one of them if every pass showed it: what one alone showed may be
    the spoiled form of a row that another has by its name. A total that was wrong once
    starts the account again.
    """

    passes: int = 0
    pages: int = 0
    rows: int = 0
    strangers: set[str] = field(default_factory=set)
    known: dict[str, datetime | None] = field(default_factory=dict)
    nameless: set[str] = field(default_factory=set)
    """Rows without an id that every pass of the account showed."""
    sober: int = 0
    """Passes that were read page by page, or whose pages add up: one that was asked for
    side by side and does not is no opinion."""
    hollow: int = 0
    """Passes in a row that saw nothing of what was counted."""
    _counted: int | None = None
    _counting: int = 0
    """Passes since the account was begun."""
    _rough: bool = False
    _last: dict[str, datetime | None] | None = None
    _quiet: int = 0
    _small: bool = False

    def add(self, walk: Walk) -> None:
        """One more pass."""
        self.passes += 1
        self.sober += not walk.hasty or walk.proof is not None
        self.hollow = self.hollow + 1 if walk.first_total and not walk.seen else 0
        self.pages += walk.page_count
        self.rows = max(self.rows, len(walk.seen))
        self._note_quiet(walk)
        if walk.grew or walk.doubtful:
            self._counted, self._counting = None, 0
            self.known, self.nameless = {}, set()
            return
        if self._counted is None or walk.first_total > self._counted:
            # Rows only leave: a count that was lower before was not this window's.
            self._counted, self._counting = walk.first_total, 0
            self.known, self.nameless = {}, walk.steady
        self._counting += 1
        self._rough = walk.rough
        self.known |= walk.named
        self.nameless &= walk.steady

    def _note_quiet(self, walk: Walk) -> None:
        self._small = walk.is_small and not walk.doubtful
        same = self._small and walk.seen == self._last
        self._quiet = self._quiet + 1 if same else int(self._small)
        self._last = dict(walk.seen)

    @property
    def rule(self) -> str | None:
        """What shows that nothing is missing; None when nothing does yet."""
        if self._small and self._quiet >= QUIET_PASSES:
            return f"one page, the same {QUIET_PASSES} times"
        if self._counted is not None and self._sure >= self._counted:
            return f"every row counted in {self._counting} passes"
        return None

    @property
    def _sure(self) -> int:
        """How many different rows were surely seen."""
        is_shown_twice = self._counting > 1 or not self._rough
        return len(self.known) + (len(self.nameless) if is_shown_twice else 0)
