"""One commit's records, held against what is known of their shop's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ...models import Record
from ...store.kinds import Kind
from ...wire import JSON, Fetched, Misread
from .profile import LEAP, SUMS, UNIT, Counted, Doubt, Finding, Profile, Row, shows
from .sizes import FREE
from .sums import SUMS_HELD, adding_up, looked_at
from .surprise import Path
from .tree import Node

Suspicion = tuple[float, bool, Doubt]
"""A score, as a share of what is no chance any more; whether it matters; what it is."""
DRIFT = "drift: "
"""How the reasons of parked records begin that wait here."""
SMALL = 60
"""All rows of a commit that has no more are looked into."""
KINDS_OF = ("type_raw", "kind_raw")
"""What a record is, in its platform's word."""
FEW, LAST = 12, 4
"""Of a larger one so many, and so many of its last."""
SOME = 0.25
"""A score from which on all rows of a commit are looked into."""
WORTH = 0.5
"""And from which on it is noted, however few show it."""
LEAST = 3
"""So many rows must show what stops others."""
STOPS = ("gone", "form", UNIT)


@dataclass(slots=True)
class Sifted:
    """What becomes of a commit's records."""

    fetched: list[Fetched] = field(default_factory=list)
    held: list[Misread] = field(default_factory=list)
    notes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(path, what) of what is worth a look, to rows."""
    found: list[Finding] = field(default_factory=list)
    """New since this commit."""


class Sieve:
    """One commit's records against one profile."""

    def __init__(
        self, profile: Profile, kind: Kind, call: str, at: datetime, *, holds: bool = True
    ) -> None:
        self.profile, self.kind, self.call, self.at = profile, kind, call, at
        self._holds = holds
        self.done = Sifted()
        self._looked: tuple[list[Row], Counted] | None = None
        """The rows that were looked into, counted."""
        self._odd: set[str] = set()
        """Ids of records whose sums do not hold."""

    def sift(self, fetched: Sequence[Fetched]) -> Sifted:
        """Park, note, learn."""
        rest = [one for one in fetched if not self._contradicts(one)]
        if self.profile.knows(self.call):
            rest = self._known(rest)
        elif self.profile.open:
            rest = self._strange(rest)
        self.done.fetched = rest
        if self._looked is None or self.done.held:
            self._looked = (rows := self._rows(self._some(rest))), Counted(rows)
        self.profile.learn(self.call, *self._looked)
        return self.done

    def _some(self, fetched: list[Fetched]) -> list[Fetched]:
        """Some of them, in their order: the last ones too, for whatever began within these
        goes on to their end, and some of those whose sums do not hold."""
        if len(fetched) <= SMALL:
            return fetched
        picked = {int(n * len(fetched) / FEW) for n in range(FEW)}
        picked |= set(range(len(fetched) - LAST, len(fetched)))
        if self._odd:
            names = enumerate(one.record.external_id for one in fetched)
            odd = [n for n, name in names if name in self._odd]
            picked |= {*odd[:LAST], *odd[-LAST:]}
        return [fetched[n] for n in sorted(picked)]

    def _rows(self, fetched: Iterable[Fetched]) -> list[Row]:
        return [self._row(one.record, one.raw) for one in fetched]

    def _row(self, record: Record, raw: JSON) -> Row:
        if sums := adding_up(record):
            raw = {**raw, SUMS_HELD: sums}
        words = (getattr(record, name, None) for name in KINDS_OF)
        sort = next((word for word in words if word), "")
        return Row(record, raw, str(getattr(record, self.kind.word) or ""), str(sort))

    def _hold(self, one: Fetched, why: str) -> None:
        record = one.record
        reason, at = f"{DRIFT}{why}", record.channel_updated_at
        self.done.held.append(Misread(record.external_id, reason, one.raw, at))

    # A record alone ----------------------------------------------------------------------

    def _contradicts(self, one: Fetched) -> bool:
        pair, holds = looked_at(one.record)
        if not holds:
            self._odd.add(one.record.external_id)
        if pair is None or pair in self.profile.allowed:
            return False
        finding = self._opened(Finding(SUMS, pair))
        if self._holds:
            self._hold(one, finding.said)
        return self._holds

    def _strange(self, fetched: list[Fetched]) -> list[Fetched]:
        """Rows of a call of which nothing is known yet, while others of the same shape are
        held: they may well be the same rows, asked for one by one."""
        units = self._leapt()
        for one in fetched if units else ():
            self._hold(one, units[0].said)
        return [] if units else fetched

    # Against what is known ---------------------------------------------------------------

    def _known(self, fetched: list[Fetched]) -> list[Fetched]:
        rows = self._rows(few := self._some(fetched))
        suspicious = self._judge(rows, opens=len(few) == len(fetched))
        if suspicious and len(few) < len(fetched):
            rows = self._rows(few := fetched)
            self._judge(rows, opens=True)
        if not self._leapt():
            return fetched
        if len(few) < len(fetched):
            rows = self._rows(fetched)
        return [
            one for one, row in zip(fetched, rows, strict=True) if not self._held(one, row)
        ]

    def _leapt(self) -> list[Finding]:
        """What rows are held for, besides what each of them says of itself."""
        found = [one for one in self.profile.open if one.holds and one.kind != SUMS]
        return found if self._holds else []

    def _held(self, one: Fetched, row: Row) -> bool:
        for finding in self._leapt():
            if shows(row, finding, self.profile.scale):
                self._hold(one, finding.said)
                return True
        return False

    def _judge(self, rows: list[Row], *, opens: bool) -> bool:
        """Whether anything is not as it was; `opens`: and act on it."""
        now = Counted(rows)
        self._looked = rows, now
        found = [*self._of_trees(now), *self._of_sizes(rows)]
        if not opens:
            return any(score >= SOME for score, _, _ in found)
        waiting = [d for d in self.profile.doubts if not _is_answered(d.finding, now)]
        self.profile.doubts = []
        for score, grave, doubt in found:
            self._weigh(score, grave, _added(doubt, waiting))
        kept = [d.finding for d in self.profile.doubts]
        self.profile.doubts += [
            d for d in waiting if not any(d.finding.is_of(one) for one in kept)
        ]
        return bool(found)

    def _of_trees(self, now: Counted) -> Iterator[Suspicion]:
        for state, one in self.profile.trees(self.call).surprises(now):
            finding = Finding(
                one.kind, "", one.before, one.now, state, self.call, path=one.path
            )
            yield one.score, one.grave, Doubt(finding, one.score, one.rows)

    def _of_sizes(self, rows: list[Row]) -> Iterator[Suspicion]:
        for leap in self.profile.leaps(row.record for row in rows):
            finding = Finding(UNIT, leap.name, now=leap.said, shift=leap.shift)
            doubt = Doubt(finding, leap.now, leap.rows, sorted(leap.heard))
            yield leap.now / LEAP, leap.name not in FREE, doubt

    def _weigh(self, score: float, grave: bool, doubt: Doubt) -> None:
        """Open a finding, note it, or keep it in mind."""
        finding = doubt.finding
        if finding.kind != UNIT:
            score = doubt.score
        sure = score >= 1 and doubt.rows >= LEAST and grave and finding.kind in STOPS
        if sure:
            self._opened(finding)
        elif doubt.score > 0:
            self.profile.doubts.append(doubt)
        if score >= WORTH:
            name = finding.name or self.profile.shown_name(self.call, finding.path)
            self.done.notes[name, _code(finding)] += doubt.rows

    def _opened(self, finding: Finding) -> Finding:
        """The finding as it stands open; new, it is told."""
        if finding.path:
            shown = self.profile.shown_name(self.call, finding.path)
            finding = replace(finding, name=shown)
        for one in self.profile.open:
            if one.is_of(finding):
                return one
        finding = replace(finding, since=f"{self.at:%Y-%m-%d %H:%M}")
        self.profile.open.append(finding)
        self.done.found.append(finding)
        return finding


def _added(doubt: Doubt, waiting: list[Doubt]) -> Doubt:
    """With what former commits have shown of the same."""
    if doubt.finding.kind == UNIT:
        return doubt  # a leap's evidence goes on by itself
    same = [d for d in waiting if d.finding == doubt.finding]
    score = doubt.score + sum(d.score for d in same)
    return replace(doubt, score=score, rows=doubt.rows + sum(d.rows for d in same))


def _is_answered(finding: Finding, now: Counted) -> bool:
    """Whether these rows could have shown it: what they did not is no doubt any more."""
    if finding.kind == UNIT:
        return True
    return any(_is_seen(finding.path[:-1], node) for node in now.within(finding.state))


def _is_seen(path: Path, node: Node | None) -> bool:
    for name in path:
        node = node.kids.get(name) if node else None
    return node is not None and node.seen > 0


def _code(finding: Finding) -> str:
    """A stable code of what is noted."""
    if SUMS_HELD in finding.path:
        return "adds_up_no_more"
    codes = {"gone": "gone", "form": "written_otherwise", UNIT: "another_unit"}
    return codes.get(finding.kind) or f"new_{'word' if finding.kind == 'word' else 'field'}"
