"""Living through a day of one kind of record; everything is graded as it goes."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hub_core.errors import HubError
from hub_core.insight.forward_reader import ForwardReader
from hub_core.insight.records import RecordGrade, grade_records
from hub_core.pull import Outcome
from hub_core.sandbox import Account, Clock, Facts, Faults, TruthRecord
from hub_core.store.kinds import KINDS
from hub_core.wire import Fetched, Item, Ref
from tests.harness import NOON, PLUGINS, Bench
from tests.loss.day import Result, _Day
from tests.loss.grading import parked_texts

from . import grading
from .open_ends import is_open
from .scenario import RecordScenario

BEFORE = timedelta(minutes=5)
"""How long before the box's history reading begins."""
SPOILED = 3


@dataclass(slots=True)
class RecordResult(Result):
    """What a day's reader has of one kind. `orders` counts its records; of `doubled`
    there can be none, since a record's shop and id are the key of its row."""

    surplus: list[str] = field(default_factory=list)
    """Stored, not marked as gone, and the platform does not have it."""
    open: int = 0
    """Wrongs left out of these: see `open_ends`."""

    @property
    def held(self) -> bool:
        """Nothing lost, nothing left over, nothing said that is not so."""
        return not (self.lost or self.surplus or self.false_completes)


def live(scenario: RecordScenario, folder: Path) -> RecordResult:
    """The hub through this day."""
    random.seed(scenario.repeat)  # pauses before repeated calls are drawn from it
    with _opened(scenario, folder) as made:

        def heal() -> list[Outcome]:
            return made.hub.heal(horizon=made.clock.now() - _begin(scenario))

        day = _RecordDay(scenario, made, made.hub.sync, heal)
        day.run()
        return day.graded()


def live_forward(scenario: RecordScenario, folder: Path) -> list[str]:
    """What a page 1, 2, 3 reader has lost after the same day."""
    with _opened(scenario, folder) as made:
        (account,) = made.platform.accounts()
        reader = _Forward(made, account, scenario)

        def read() -> list[Outcome]:
            reader.read(_begin(scenario), made.clock.now())
            return []

        lived = _RecordDay(scenario, made, read, list, grades=False)
        lived.run()
        known = made.platform.records(account.external_id, reader.kind)
        return [id for id in reader.lost(known) if id not in lived.spoiled]


@contextmanager
def _opened(scenario: RecordScenario, folder: Path) -> Iterator[Bench]:
    create = PLUGINS.sandbox(scenario.channel)
    faults = Faults(rate=scenario.fault_rate, seed=scenario.seed)
    if scenario.channel == "jd":
        # As on the orders' day: its answers bear no id, so that a former one that comes
        # again can't be told for certain (decision 9).
        faults.mix.pop("repeat_page")
    platform = create(
        seed=scenario.seed, clock=Clock(NOON), history=scenario.history, faults=faults,
        switches=scenario.switches, latency=scenario.latency, **scenario.options,
    )  # fmt: skip
    made = Bench(platform, folder, channel_settings=scenario.settings)
    try:
        made.add_shops(_begin(scenario))
        yield made
    finally:
        made.close()


def _begin(scenario: RecordScenario) -> datetime:
    return datetime.fromtimestamp(NOON, UTC) - scenario.history - BEFORE


class _RecordDay(_Day):
    """The orders' day, graded by what is known of another kind."""

    def __init__(
        self, scenario: RecordScenario, made: Bench, *how: Any, grades: bool = True
    ) -> None:
        super().__init__(scenario, made, *how, grades=grades)
        self._day, self._kind = scenario, KINDS[scenario.kind]
        self.result: RecordResult = RecordResult()
        (self._account,) = made.platform.accounts()
        if scenario.spoils:
            self._spoil(random.Random(f"spoiled {scenario.repeat}"))

    def graded(self) -> RecordResult:
        """The result, held against the truth."""
        named, texts = parked_texts(self.made.hub, self._shop_id)
        grade, result = self._grade(), self.result
        result.orders = grade.records
        over = [f"left over: {id}" for id in grade.surplus if id not in self._drafts]
        lost = [one for one in grade.lost if not self._is_told(one, texts)]
        result.surplus, result.lost = self._ours(over), self._ours(lost)
        result.parked, result.unnamed = len(named), len(texts)
        return result

    def _ours(self, wrongs: list[str]) -> list[str]:
        left = [one for one in wrongs if not is_open(self._day, one)]
        self.result.open += len(wrongs) - len(left)
        return left

    @property
    def _shop_id(self) -> int:
        return self.made.hub.shop(self._account.name).id

    @property
    def _known(self) -> list[TruthRecord]:
        known = self.made.platform.records(self._account.external_id, self._kind.name)
        return [self._without_place(record) for record in known]

    def _without_place(self, record: TruthRecord) -> TruthRecord:
        """Where a use was made nobody can tell whose place's row has lost its id."""
        platform: Any = self.made.platform
        bad: set[tuple[str, str, str]] = getattr(platform, "poisoned_records", set())
        lost = {id for _, kind, id in bad if kind == "place"}
        if self._kind.name != "redemption" or not lost:
            return record
        versions = [replace(v, facts=_nowhere(v.facts, lost)) for v in record.versions]
        return replace(record, facts=_nowhere(record.facts, lost), versions=tuple(versions))

    def _grade(self) -> RecordGrade:
        store = self.made.hub.store
        return grade_records(store, self._kind, self._shop_id, self._known)

    def _spoil(self, rng: random.Random) -> None:
        """Make some records malformed, where the box knows how."""
        platform: Any = self.made.platform
        poison: Any = getattr(platform, "poison_record", None)
        there = [record.external_id for record in self._known if not record.removed]
        chosen = rng.sample(there, min(SPOILED, len(there)))
        for id in chosen if poison else ():
            poison(self._account.external_id, self._kind.name, id)

    @property
    def spoiled(self) -> frozenset[str]:
        """Records whose rows are malformed on purpose."""
        platform: Any = self.made.platform
        bad: set[tuple[str, str, str]] = getattr(platform, "poisoned_records", set())
        return frozenset(id for _, kind, id in bad if kind == self._kind.name)

    @property
    def _drafts(self) -> set[str]:
        """Products that wait to go online for the first time: this box's truth of
        products does not know them, and the hub has them by right."""
        shops: Any = getattr(self.made.platform, "shops", {})
        if self._day.channel != "douyin-laike" or self._day.kind != "products":
            return set()
        goods = shops[self._account.external_id].backroom.goods
        return {record.id for record in goods.drafts.records()}

    def _is_told(self, lost: str, texts: list[str]) -> bool:
        """What is malformed is had where it is stored at all, or parked without a name;
        anything else where a parked row names it."""
        id, _, how = lost.partition(": ")
        if id in self.spoiled:
            return how != "is not there" or bool(texts)
        return any(id in text for text in texts)

    def _counts_what_left(self, errors: list[HubError]) -> bool:
        """Nor is it a loss where TOP's copy for details lags and it calls a case that is
        not there yet a wrong parameter: the hub calls that an error, and comes back."""
        lags = self._day.switches.get("lagging") == "detail"
        unknown = self._day.switches.get("unknown_refund", "")
        late = lags and all(unknown and unknown in str(error) for error in errors)
        return late or super()._counts_what_left(errors)

    def _check(self) -> None:
        """No interval may be called complete that is not, at any time."""
        if self._grades and self._day.keeps_its_lag:
            known = [r for r in self._known if r.external_id not in self.spoiled]
            self.result.false_completes += self._ours(
                grading.false_completes(self._day, self.made.hub, self._shop_id, known)
            )


def _nowhere(facts: Facts, lost: set[str]) -> Facts:
    where = facts["place_external_id"]
    return {k: v for k, v in facts.items() if k != "place_external_id" or where not in lost}


class _Forward(ForwardReader):
    """Page 1, 2, 3 over a kind that is no order: the facts it saw last, by id."""

    def __init__(self, made: Bench, account: Account, scenario: RecordScenario) -> None:
        channel, shop = scenario.channel, made.hub.shop(account.name)
        source = PLUGINS.sources(channel, made.hub.lines.open(shop))[scenario.kind]
        named = [made.settings.stream(channel, s) for s in source.streams]
        super().__init__(source, named)
        self.kind = KINDS[scenario.kind].name
        self.had: dict[str, Facts] = {}

    def lost(self, known: list[TruthRecord]) -> list[str]:
        """Ids of records it has not as they are now, by their word."""
        there = {r.external_id: r.facts["status_raw"] for r in known if not r.removed}
        return [id for id, word in there.items() if self.had.get(id) != {"word": word}]

    def _keep(self, item: Item) -> None:
        found: Item | None = item
        if isinstance(item, Ref):
            with contextlib.suppress(HubError):  # as most would: it will come again
                found = self.source.record(item.external_id)
        if isinstance(found, Fetched):
            word: Any = getattr(found.record, "status_raw", None)
            self.had[found.record.external_id] = {"word": word}
