"""How the fields of a platform's rows change from one time to the next: never a value.

Rows come in the order they were fetched, in spells of time, and each in a group (the
platform's word for its state: what an order that waits for payment does not tell says
nothing of one that is done). What every row of a group had and none has any more is gone;
what none had and rows now have is new; a type, the form of a text or the size of an amount
that turned into another is said so. By chance alone a finding comes less than once in a
hundred times (`EXPECTED`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ...wire.names import IDENTIFIER, UNKNOWN
from ..recording import EXPECTED
from ..shapes import parent_of
from ..vocabulary import Vocabulary
from .traits import KEY, OBJECT, VALUE, Trait, is_money, shown, size

NOTHING = Vocabulary(frozenset(), frozenset())
ALWAYS = 0.98
"""A field that so large a part of the rows had is one they all have."""
SURE = 30.0
"""So many were to be expected of what not all rows had, and of values where all that is
left is an empty one: much comes and goes in the course of things."""
RECURRING = 3
"""So many rows have a name that is a field's and not somebody's."""
LEAP = 1.5
"""Powers of ten: amounts that grow or shrink by 30 are written in another unit."""
ENOUGH = 8
"""So many amounts on either side tell their size."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that is not as it was. `path` holds no name that may be somebody's."""

    path: str
    kind: str
    """`new`, `gone`, `silent` (there, always empty), `type`, `form`, `unit`, or `word`:
    one that the channel's own code does not spell out."""
    before: str = ""
    now: str = ""
    rows: int = 0
    """Rows since it is so."""
    first_seen: datetime | None = None
    """When it was first so; of what is gone, when it was first there."""
    last_seen: datetime | None = None


@dataclass(slots=True)
class _Trace:
    """When one trait of one path was seen."""

    spells: Counter[int] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None

    def note(self, spell: int, at: datetime) -> None:
        self.spells[spell] += 1
        self.first = at if self.first is None else min(self.first, at)
        self.last = at if self.last is None else max(self.last, at)

    def until(self, spell: int) -> int:
        return sum(n for s, n in self.spells.items() if s <= spell)

    def since(self, spell: int) -> int:
        return sum(n for s, n in self.spells.items() if s >= spell)


class History:
    """The rows of one area, spell by spell. What the channel's own code spells out, field
    or word, is no news when it comes late."""

    def __init__(self, known: Vocabulary = NOTHING) -> None:
        self._known = known
        self._groups: dict[str, _Group] = {}
        self._names: Counter[str] = Counter()
        self.rows = 0

    def add(self, row: Any, *, spell: int, at: datetime, group: str = "") -> None:
        """Take one row. Spells are numbered in the order of time."""
        self.rows += 1
        mine = self._groups.setdefault(group, _Group(self._known))
        seen: set[str] = set()
        mine.walk("$", (), row, spell, at, seen)
        self._names.update(seen)

    def findings(self) -> list[Finding]:
        """What is not as it was, of whatever group, once each, by path."""
        found: dict[tuple[str, str, str, str], Finding] = {}
        for group in self._groups.values():
            for one in group.findings():
                key = (one.path, one.kind, one.before, one.now)
                found[key] = _both(found[key], one) if key in found else one
        both_ways = {p for p, n in _leaps(found.values()).items() if n > 1}
        said = {
            replace(one, path=self._plain(one.path))
            for one in found.values()
            if one.kind != "unit" or one.before or one.path not in both_ways
        }
        return sorted(said, key=lambda one: (one.path, one.kind, one.before, one.now))

    def _plain(self, path: str) -> str:
        return ".".join(map(self._name, path.split(".")))

    def _name(self, name: str) -> str:
        bare = name.rstrip("[]")
        known = bare in self._known.texts or self._names[bare] >= RECURRING
        fits = bare == "$" or (IDENTIFIER.fullmatch(bare) and known)
        return name if fits else UNKNOWN + name[len(bare) :]


def _leaps(found: Iterable[Finding]) -> Counter[str]:
    """How many ways an amount leapt, by path: another unit goes one way in all groups."""
    ways = {(f.path, f.now[:1]) for f in found if f.kind == "unit" and not f.before}
    return Counter(path for path, _ in ways)


def _both(one: Finding, other: Finding) -> Finding:
    first = [at for at in (one.first_seen, other.first_seen) if at]
    last = [at for at in (one.last_seen, other.last_seen) if at]
    return replace(
        one,
        rows=one.rows + other.rows,
        first_seen=min(first, default=None),
        last_seen=max(last, default=None),
    )


class _Group:
    """The rows of one group."""

    def __init__(self, known: Vocabulary) -> None:
        self._known = known
        self.traces: dict[str, dict[Trait, _Trace]] = {}
        self.sizes: dict[str, dict[int, list[float]]] = {}

    # Taking rows -----------------------------------------------------------------------

    def walk(
        self,
        path: str,
        names: tuple[str, ...],
        value: Any,
        spell: int,
        at: datetime,
        seen: set[str],
    ) -> None:
        mine = self.traces.setdefault(path, {})
        for trait in shown(names, value, self._known):
            mine.setdefault(trait, _Trace()).note(spell, at)
        if isinstance(value, Mapping):
            for key, inner in value.items():
                name = key if IDENTIFIER.fullmatch(key) else UNKNOWN
                seen.add(name)
                self.walk(f"{path}.{name}", (*names, name), inner, spell, at, seen)
        elif isinstance(value, list):
            for inner in value:
                self.walk(f"{path}[]", names, inner, spell, at, seen)
        elif names and (power := size(names[-1], value)) is not None:
            self.sizes.setdefault(path, {}).setdefault(spell, []).append(power)

    # What has changed ------------------------------------------------------------------

    def findings(self) -> Iterator[Finding]:
        for path, traits in self.traces.items():
            yield from self._there(path, traits)
            yield from _worded(path, traits)
            yield from _turned(path, traits, "type")
            yield from _turned(path, traits, "form")
            yield from self._leapt(path, traits)

    def _there(self, path: str, traits: Mapping[Trait, _Trace]) -> Iterator[Finding]:
        """New, gone, or there and silent. What is in a list may well be missing."""
        parent = parent_of(path)
        if parent is None or path.endswith("[]"):
            return
        whole = self.traces[parent].get(("type", OBJECT), _Trace())
        key, value = traits[KEY, ""], traits.get((VALUE, ""))
        if (rows := _missed(key, whole, EXPECTED)) is not None:
            yield Finding(path, "gone", rows=rows, first_seen=key.first, last_seen=key.last)
        elif value and (rows := _missed(value, key, SURE)) is not None:
            yield Finding(
                path, "silent", rows=rows, first_seen=value.first, last_seen=value.last
            )
        rows = _begun(key, whole)
        if rows is not None and path.rpartition(".")[2] not in self._known.texts:
            yield Finding(path, "new", rows=rows, first_seen=key.first, last_seen=key.last)

    def _leapt(self, path: str, traits: Mapping[Trait, _Trace]) -> Iterator[Finding]:
        """An amount that is another power of ten from one spell on."""
        spells = self.sizes.get(path, {})
        best, at = 0.0, None
        for spell in sorted(spells)[1:]:
            old = [x for s, sizes in spells.items() if s < spell for x in sizes]
            new = [x for s, sizes in spells.items() if s >= spell for x in sizes]
            if min(len(old), len(new)) < ENOUGH:
                continue
            leap = _at(new, 1 / 2) - _at(old, 1 / 2)
            if abs(leap) > abs(best) and _apart(old, new):
                best, at = leap, spell
        if at is not None and abs(best) >= LEAP:
            said = f"{'×' if best > 0 else '÷'}{10 ** round(abs(best))}"
            key = traits[KEY, ""]
            yield Finding(path, "unit", "", said, key.since(at), None, key.last)


def _missed(trace: _Trace, whole: _Trace, least: float) -> int | None:
    """How many rows lack what they had until then; None where that may be chance."""
    last = max(trace.spells)
    before, after = whole.until(last), whole.since(last + 1)
    share = min(1.0, trace.until(last) / max(1, before))
    enough = least if share >= ALWAYS else SURE
    return after if min(before, after) * share >= enough else None


def _begun(trace: _Trace, whole: _Trace) -> int | None:
    """How many rows have what none had before; None where that may be chance."""
    first = min(trace.spells)
    rows = trace.since(first)
    share = min(1.0, rows / max(1, whole.since(first)))
    return rows if whole.until(first - 1) * share >= EXPECTED else None


def _worded(path: str, traits: Mapping[Trait, _Trace]) -> Iterator[Finding]:
    """Words that the code does not know, where there were none before."""
    new, value = traits.get(("word", UNKNOWN)), traits.get((VALUE, ""), _Trace())
    if new is not None and (rows := _begun(new, value)) is not None:
        yield Finding(path, "word", rows=rows, first_seen=new.first, last_seen=new.last)


def _turned(path: str, traits: Mapping[Trait, _Trace], kind: str) -> Iterator[Finding]:
    """One type or form that stopped, and another that began since."""
    ours = {which: t for (of, which), t in traits.items() if of == kind}
    value = traits.get((VALUE, ""), _Trace())
    gone = {w: t for w, t in ours.items() if _missed(t, value, EXPECTED) is not None}
    for before, old in sorted(gone.items()):
        for now, new in sorted(ours.items()):
            if min(new.spells) > max(old.spells):
                unit = {before, now} == {"digits", "decimal"} and is_money(path)
                said = "unit" if unit else kind
                rows = new.since(min(new.spells))
                yield Finding(path, said, before, now, rows, new.first, new.last)


def _at(values: Iterable[float], share: float) -> float:
    """The value below which that share of them lies."""
    ordered = sorted(values)
    return ordered[int(share * (len(ordered) - 1))]


def _apart(old: Iterable[float], new: Iterable[float]) -> bool:
    """Whether the middle halves of both do not touch: much of what is paid varies by a
    hundred from one row to the next."""
    low, high = sorted((old, new), key=lambda values: _at(values, 1 / 2))
    return _at(low, 3 / 4) < _at(high, 1 / 4)
