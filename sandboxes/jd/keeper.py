"""Records that are no orders: their versions, their damage, their truth."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, NamedTuple

from hub_core.sandbox import Book, Facts, Record, TruthRecord, TruthRecordVersion, Version

from .options import Options


class Seen(NamedTuple):
    """What a reader sees of one record."""

    record: Record
    version: Version
    value: Any


class Keeper:
    """All records of a kind. Its dice are its own: orders never feel them.

    `poisoned` has (account, id) of what goes out malformed, and how. `system` stands before
    its ids in the truth, where two systems number their records apart.
    """

    def __init__(
        self,
        kind: str,
        facts: Callable[[Any], Facts],
        options: Options,
        seed: str,
        *,
        system: str = "",
    ) -> None:
        self.kind, self._facts, self._options = kind, facts, options
        self.system = system
        self.book = Book()
        self.rng = random.Random(seed)
        self._late = random.Random(f"{seed}:late")
        self.poisoned: dict[tuple[str, str], str] = {}

    def add(self, account: str, id: str, value: Any, at: float) -> Record:
        """A record born at `at`."""
        return self.book.add(account, id, {"is": value}, created_at=at, delay=self._delay())

    def put(self, record: Record, value: Any, at: float, *, bump: bool = True) -> None:
        """What it is from `at` on; without `bump` its time of change stays."""
        content = {"is": value}
        self.book.change(record, at, delay=self._delay(), bump=bump, **content)

    def of(self, account: str, id: str) -> Record | None:
        """The record, unless there is none or it was removed."""
        record = self.book.get(account, id)
        return None if record is None or record.removed_at is not None else record

    def seen(self, account: str, now: float) -> list[Seen]:
        """All that a reader could see at `now`."""
        return [Seen(r, v, value(v)) for r, v in self.book.visible(account, now)]

    def one(self, account: str, id: str, now: float) -> Seen | None:
        """One record as a reader sees it."""
        record = self.book.get(account, id)
        version = record.visible(now) if record else None
        return Seen(record, version, value(version)) if record and version else None

    def poison(self, account: str, id: str, way: str) -> None:
        """From now on it goes out malformed. Raises ValueError when there is none."""
        if self.of(account, id) is None:
            raise ValueError(f"no {self.kind} {id}")
        self.poisoned[account, id] = way

    def truth(self, account: str) -> list[TruthRecord]:
        """Every record as the platform knows it, removed ones included."""
        return [self._told(record) for record in self.book.records(account)]

    def _told(self, record: Record) -> TruthRecord:
        versions = tuple(
            TruthRecordVersion(v.updated_at, v.visible_at, self._facts(value(v)))
            for v in record.versions
        )
        last = versions[-1]
        return TruthRecord(
            kind=self.kind,
            external_id=f"{self.system}{record.id}",
            updated_at=last.updated_at,
            visible_at=last.visible_at,
            facts=last.facts,
            removed=record.removed_at is not None,
            versions=versions,
        )

    def _delay(self) -> float:
        late = self._options.late_probability
        hit = late and self._late.random() < late
        return self._late.uniform(0.0, self._options.late_by) if hit else 0.0


def value(version: Version) -> Any:
    """What the record is in this version."""
    return version.content["is"]


def pick(line: list[Record], fit: Callable[[Any], bool], rng: random.Random) -> Any:
    """A record whose value fits; those that do not are forgotten on the way."""
    while line:
        place = rng.randrange(len(line))
        record = line[place]
        if record.removed_at is None and fit(value(record.latest)):
            return record
        line[place] = line[-1]
        line.pop()
    return None
