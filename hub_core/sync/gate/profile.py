"""What is known of one shop's records in one shape, and what is held against it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ...models import Record
from .sizes import PRICE, Leap, Scale, is_as_ever, prices_of, sizes_of
from .surprise import Path, Surprise, missing, turned
from .tree import EACH, Node, form, has_value, plain, sort_of, values_at

ENOUGH = 8
"""Rows that were stored before anything is held against them."""
MOST_ROWS = 5_000
"""Beyond these what was counted is halved."""
MOST_STATES = 60
LEAP = 14.0
"""Nats beyond which amounts have leapt, and not by chance."""
ANY = "*"
UNIT, SUMS = "unit", "sums"


@dataclass(frozen=True, slots=True)
class Row:
    """A record on its way into the store: as it was read, as it came."""

    record: Record
    raw: Any = field(repr=False)
    state: str
    """The platform's word for where it stands."""
    sort: str = ""
    """And for what it is: a presale tells more than other orders."""

    @property
    def states(self) -> tuple[str, str]:
        """Its state, and its state among those of its sort."""
        return states_of(self.state, self.sort)


def states_of(state: str, sort: str) -> tuple[str, str]:
    """A state, and that state among rows of one sort."""
    return state, f"{state} {sort}"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is not as it was, surely. Names of fields and forms; never a value."""

    kind: str
    """`gone`, `form`, `unit`, or `sums`: amounts of one record in two units."""
    name: str
    """A path; of a unit or a sum, the hub's own field."""
    before: str = ""
    now: str = ""
    state: str = ANY
    """In which of the platform's states."""
    call: str = ""
    since: str = ""
    path: Path = ()
    shift: int = 0

    @property
    def holds(self) -> bool:
        """Whether rows that show it wait until a person has said that it is right. Amounts
        in another unit would be booked as they are; what is gone, or written otherwise, is
        stored as far as it was read, and made again from its raw form later."""
        return self.kind in (UNIT, SUMS)

    @property
    def said(self) -> str:
        """In words."""
        if self.kind == "gone":
            where = "" if self.state == ANY else f" (state {self.state})"
            return f"{self.name} has no value any more{where}"
        if self.kind == UNIT:
            return f"{self.name} leapt: {self.now}"
        if self.kind == SUMS:
            return f"{self.name} are in two units"
        return f"{self.name} was {self.before}, is {self.now}"

    def is_of(self, other: Finding) -> bool:
        """Whether both say the same."""
        mine = (self.kind, self.name, self.now, self.state, self.call)
        return mine == (other.kind, other.name, other.now, other.state, other.call)


@dataclass(slots=True)
class Doubt:
    """What some rows have shown: not enough of them to be sure."""

    finding: Finding
    score: float
    rows: int
    heard: list[str] = field(default_factory=list)
    """Of a leap, whose amounts have said so."""


class Counted:
    """Some rows of one call: by state and sort, and all together."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.finest = dict[tuple[str, str], Node]()
        for row in rows:
            self.finest.setdefault((row.state, row.sort), Node("")).take(row.raw)
        self.whole = _together(self.finest.values())

    def within(self, state: str) -> list[Node]:
        """What is counted in one of the states that rows have."""
        if state == ANY:
            return [self.whole]
        named = ((states_of(*pair), node) for pair, node in self.finest.items())
        return [node for states, node in named if state in states]


@dataclass(slots=True)
class Trees:
    """What was stored of one call: by state, and all together."""

    whole: Node = field(default_factory=lambda: Node(""))
    states: dict[str, Node] = field(default_factory=dict)

    def _at(self, state: str) -> Node:
        if state not in self.states and len(self.states) >= MOST_STATES:
            state = ANY
        return self.states.setdefault(state, Node(""))

    def count(self, now: Counted) -> None:
        """Count these, too."""
        self.whole.merge(now.whole)
        for pair, node in now.finest.items():
            for state in states_of(*pair):
                self._at(state).merge(node)
        if self.whole.keys > MOST_ROWS:
            for node in (self.whole, *self.states.values()):
                node.halve()

    def surprises(self, now: Counted) -> Iterator[tuple[str, Surprise]]:
        """(state, what is not as it was)."""
        for state, node in self._comparable(now):
            yield from ((state, s) for s in missing(self.states[state], node))
        yield from ((ANY, s) for s in turned(self.whole, now.whole))

    def _comparable(self, now: Counted) -> Iterator[tuple[str, Node]]:
        """Rows beside those of their own sort in their own state: what takeouts tell, no
        voucher has lost, however many of either came before. Where the sort is not told
        any more, beside all of the state."""
        for (state, sort), node in now.finest.items():
            whole, finer = states_of(state, sort)
            if finer in self.states:
                yield finer, node
            elif not sort and whole in self.states:
                yield whole, node

    def dump(self) -> list[Any]:
        """For the store."""
        return [self.whole.dump(), {s: node.dump() for s, node in self.states.items()}]

    @classmethod
    def load(cls, dumped: list[Any]) -> Trees:
        """What `dump` gave."""
        states = {state: Node.load(node) for state, node in dumped[1].items()}
        return cls(Node.load(dumped[0]), states)


def _together(nodes: Collection[Node]) -> Node:
    """All of them in one, to be read only: one alone is itself."""
    if len(nodes) == 1:
        return next(iter(nodes))
    made = Node("")
    for node in nodes:
        made.merge(node)
    return made


@dataclass(slots=True)
class Profile:
    """One shop's records in one shape."""

    calls: dict[str, Trees] = field(default_factory=dict)
    """By the call that answered them: a list tells less than a detail."""
    scale: Scale = field(default_factory=Scale)
    doubts: list[Doubt] = field(default_factory=list)
    """Until others show otherwise."""
    open: list[Finding] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)
    """Sums that a person has said are right as they are."""
    rows: int = 0

    def trees(self, call: str) -> Trees:
        """Of one call."""
        return self.calls.setdefault(call, Trees())

    def knows(self, call: str) -> bool:
        """Whether enough was stored to hold anything against what comes."""
        return self.trees(call).whole.keys >= ENOUGH

    def learn(self, call: str, rows: list[Row], counted: Counted) -> None:
        """Rows that were stored, and the same counted."""
        self.trees(call).count(counted)
        for row in rows:
            self.scale.learn(row.record)
        self.rows += len(rows)

    def leaps(self, records: Iterable[Record]) -> list[Leap]:
        """Amounts that may have leapt within these."""
        before = [
            Leap(d.finding.name, d.finding.shift, d.score, d.rows, set(d.heard))
            for d in self.doubts
            if d.finding.kind == UNIT
        ]
        return self.scale.leaps(records, before)

    def shown_name(self, call: str, path: Path) -> str:
        """A path that names nobody."""
        return plain(path, self.trees(call).whole)

    # Keeping ---------------------------------------------------------------------------

    def dump(self) -> dict[str, Any]:
        """For the store."""
        return {
            "calls": {call: trees.dump() for call, trees in self.calls.items()},
            "scale": self.scale.dump(), "rows": self.rows, "allowed": self.allowed,
            "open": [asdict(one) for one in self.open],
            "doubts": [asdict(one) for one in self.doubts],
        }  # fmt: skip

    @classmethod
    def load(cls, dumped: Mapping[str, Any]) -> Profile:
        """What `dump` gave."""
        doubts = [
            Doubt(**{**d, "finding": _finding(d["finding"])}) for d in dumped["doubts"]
        ]
        return cls(
            {call: Trees.load(trees) for call, trees in dumped["calls"].items()},
            Scale.load(dumped["scale"]), doubts, [_finding(o) for o in dumped["open"]],
            list(dumped["allowed"]), dumped["rows"],
        )  # fmt: skip


def _finding(dumped: Mapping[str, Any]) -> Finding:
    return Finding(**{**dumped, "path": tuple(dumped["path"])})


# One row against one finding -------------------------------------------------------------


def shows(row: Row, one: Finding, scale: Scale) -> bool:
    """Whether a row shows what was found. Of a leap it does unless it shows otherwise."""
    if one.kind == UNIT:
        names = {name for name, _ in sizes_of(row.record)}
        has = bool(prices_of(row.record)) if one.name == PRICE else one.name in names
        return has and not is_as_ever(scale, row.record, one.name, one.shift)
    values = values_at(row.raw, one.path)
    if one.kind == "gone":
        return one.state in (ANY, *row.states) and not all(map(has_value, values))
    sort = sort_of(next((n for n in reversed(one.path) if n != EACH), ""))
    forms = {_form(value, sort) for value in values if has_value(value)}
    if one.now.startswith("no "):
        return bool(forms - {one.before})
    return one.now in forms


def _form(value: Any, sort: Any) -> str:
    if isinstance(value, dict):
        return "object"
    return "list" if isinstance(value, list) else form(value, sort)
