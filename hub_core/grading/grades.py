"""The grades and what makes each: executed here, never declared."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from ..errors import HubError, Misconfigured
from ..plugins import Plugins, Row
from ..ports import Channel
from . import contract, day, drift, goldens, masking, papers, refusals, units, writes
from .boxes import box, plugin_of, settled
from .finding import Finding, State, found, some
from .straight import Straight

GRADES = ("bronze", "silver", "gold", "platinum")
SEEDS = 5
"""Days that are lived, where nobody says otherwise."""
BESIDE = {"sandbox", "authorisation", "order_changed", "record_parked"}
"""Hooks that are no capabilities, or that the contract of orders looks at."""
OnStep = Callable[[int, int], None]
"""Told how far a criterion is: so many, of so many."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that is tried, and the grade that takes it."""

    id: str
    grade: str
    title: str


CRITERIA = (
    Criterion("orders", "bronze", "keeps the contract of orders: pages, windows, records"),
    Criterion("errors", "bronze", "no refusal is a success, each asks for the right thing"),
    Criterion("masking", "bronze", "secrets and persons stand in no log, error or journal"),
    Criterion("loss", "silver", "nothing is lost under change, no false complete"),
    Criterion("units", "silver", "each amount has its unit and comes out in fen"),
    Criterion("drift", "silver", "new words, fields and types are met as they must be"),
    Criterion("signing", "silver", "requests are signed as documented vectors are"),
    Criterion("capabilities", "gold", "each further capability keeps its own contract"),
    Criterion("writes", "gold", "a write that is repeated changes nothing more"),
    Criterion("switches", "gold", "nothing is lost under any position of the box"),
    Criterion("goldens", "gold", "each version file has goldens, and reads them"),
    Criterion("unknown", "gold", "a code nobody has heard of is a plain no"),
    Criterion("docs", "platinum", "docstrings, with their source"),
    Criterion("types", "platinum", "py.typed, and mypy has nothing to say"),
)


class Candidate:
    """A connector that is graded: a plugin that is installed, with its box."""

    def __init__(
        self, plugins: Plugins, name: str, *, seeds: int = SEEDS, folder: Path | None = None
    ) -> None:
        self.plugins, self.row = plugins, _row(plugins, name)
        self.channel: Channel = plugins.channel(self.row.channel)
        self.seeds, self._folder = seeds, folder
        self._said: list[refusals.Refusal] | None = None

    def try_out(
        self, criterion: Criterion, on_step: OnStep = lambda n, of: None
    ) -> Finding:
        """Try one criterion. What breaks in the connector's own code is a finding."""
        trying: Callable[[OnStep], Finding] = getattr(self, f"_{criterion.id}")
        try:
            return trying(on_step)
        except Misconfigured:
            raise
        except Exception as error:
            text = (
                str(error)
                if isinstance(error, HubError | AssertionError | RuntimeError)
                else ""
            )
            said = f"{type(error).__name__}: {text}".rstrip(": ").split("\n")[0]
            return Finding(State.UNMET, "it broke off", (said[:160],))

    @property
    def _straight(self) -> Straight:
        id = self.channel.id
        return Straight(self.plugins, id, settled(self.plugins, id))

    @cached_property
    def _plugin(self) -> Any:
        return plugin_of(self.row.name)

    @cached_property
    def _goldens_at(self) -> Path | None:
        return self._folder or goldens.folder_of(self._plugin, self.channel)

    # Bronze -----------------------------------------------------------------------------

    def _orders(self, on_step: OnStep) -> Finding:
        return self._contract(["orders"], on_step)

    def _contract(self, what: Sequence[str], on_step: OnStep) -> Finding:
        if not contract.installed():
            return contract.MISSING
        task = contract.Task(self.row.name, self.channel.id, what)
        return contract.kept(contract.run(task, on_step))

    def _errors(self, on_step: OnStep) -> Finding:
        return refusals.sorted_out(self._refused(self._straight))

    def _refused(self, session: Straight) -> list[refusals.Refusal]:
        if self._said is None:
            self._said = refusals.refusals(session)
        return self._said

    def _masking(self, on_step: OnStep) -> Finding:
        return masking.masked(self.plugins, self.channel.id)

    # Silver -----------------------------------------------------------------------------

    def _loss(self, on_step: OnStep) -> Finding:
        return self._days([{}] * self.seeds, on_step)

    def _days(self, positions: Sequence[Mapping[str, str]], on_step: OnStep) -> Finding:
        lived: list[day.Day] = []
        for seed, switches in enumerate(positions):
            on_step(seed, len(positions))
            live = partial(day.live, self.plugins, self.channel.id, seed)
            lived.append(live(switches=switches))
        orders, calls = sum(d.orders for d in lived), sum(d.calls for d in lived)
        said = f"{some(len(lived), 'day')}, {some(orders, 'order')}, {some(calls, 'call')}"
        return found(said, (wrong for d in lived for wrong in d.wrong))

    def _units(self, on_step: OnStep) -> Finding:
        return units.declared(self._straight)

    def _drift(self, on_step: OnStep) -> Finding:
        return drift.drifted(self._straight)

    def _signing(self, on_step: OnStep) -> Finding:
        vectors = goldens.vectors(self._goldens_at) if self._goldens_at else []
        if not vectors:
            return Finding(State.UNMET, *self._none(goldens.SIGNING))
        wrong = [
            f"{v}: {why}" for v in vectors if (why := goldens.missigned(v, self.channel))
        ]
        wrong += [f"{v} has no `source`" for v in vectors if not v.said.get("source")]
        return found(f"{some(len(vectors), 'vector')} in {self._goldens_at}", wrong)

    def _none(self, what: str) -> tuple[str, tuple[str, ...]]:
        where = self._goldens_at or "tests/golden beside the package"
        return "there are none", (f"{what} is not in {where}; see --goldens",)

    # Gold -------------------------------------------------------------------------------

    def _capabilities(self, on_step: OnStep) -> Finding:
        further = [name for name in self.row.capabilities if name != "orders"]
        if not contract.installed():
            return contract.MISSING
        from ..testing.contracts import CONTRACTS

        tried = [name for name in further if name in CONTRACTS]
        left = sorted({*further} - {*tried} - BESIDE)
        said = f"; no contract yet for {', '.join(left)}" if left else ""
        if not tried:
            return Finding(State.NOT_ASKED, f"it reads orders alone{said}")
        kept = self._contract(tried, on_step)
        return replace(kept, evidence=f"{kept.evidence}: {', '.join(tried)}{said}")

    def _writes(self, on_step: OnStep) -> Finding:
        return writes.repeated(self._straight)

    def _switches(self, on_step: OnStep) -> Finding:
        """Days on which every switch stands somewhere, and each somewhere else each day."""
        switches = type(box(self.plugins, self.channel.id, orders=1)).SWITCHES
        days = max(map(len, switches.values()), default=1)
        rng = random.Random(0)
        turned = {
            name: rng.sample(list(ways), len(ways)) for name, ways in switches.items()
        }
        positions = [
            {name: ways[n % len(ways)] for name, ways in turned.items()}
            for n in range(days)
        ]
        kept = self._days(positions, on_step)
        count = sum(map(len, switches.values()))
        return replace(
            kept, evidence=f"{kept.evidence}; {count} positions, each in use once"
        )

    def _goldens(self, on_step: OnStep) -> Finding:
        folder = self._goldens_at
        cases = goldens.answers(folder) if folder else []
        if folder is None or not cases:
            return Finding(State.UNMET, *self._none("a golden"))
        wrong = [f"{shape} has none" for shape in goldens.without(folder, self.channel)]
        wrong += [f"{g}: {why}" for g in cases if (why := goldens.differs(g, self.channel))]
        return found(f"{some(len(cases), 'golden')} in {folder}", wrong)

    def _unknown(self, on_step: OnStep) -> Finding:
        session = self._straight
        return refusals.unheard_of(session, self._refused(session))

    # Platinum ---------------------------------------------------------------------------

    def _docs(self, on_step: OnStep) -> Finding:
        return papers.sourced(self._plugin, self.channel)

    def _types(self, on_step: OnStep) -> Finding:
        return papers.typed(self._plugin, self.channel)


def _row(plugins: Plugins, name: str) -> Row:
    """The plugin of that name, or the one that serves such a channel."""
    rows = plugins.table()
    row = next((r for r in rows if name == r.name), None)
    row = row or next((r for r in rows if name == r.channel), None)
    if row is None:
        there = ", ".join(r.name for r in rows if r.channel) or "none"
        raise Misconfigured(f"no plugin is called {name!r}; there are: {there}")
    if row.state != "on":
        raise Misconfigured(f"the plugin {row.name} is {row.state}: {row.error}")
    for what in ("orders", "sandbox"):
        if what not in row.capabilities:
            raise Misconfigured(f"{row.name} has no hub_{what}: it cannot be graded")
    return row


def reached(findings: Mapping[str, Finding]) -> str | None:
    """The highest grade of which, and of those below it, nothing is left unmet."""
    grade = None
    for name in GRADES:
        states = {
            findings[c.id].state for c in CRITERIA if c.grade == name and c.id in findings
        }
        asked = [c for c in CRITERIA if c.grade == name]
        whole = all(c.id in findings for c in asked)
        if not whole or states - {State.MET, State.NOT_ASKED}:
            break
        grade = name
    return grade
