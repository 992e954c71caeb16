"""One merchant's records of one kind: every version, and what readers see of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from hub_core.sandbox import Book, Clock, Facts, Record, TruthRecord, TruthRecordVersion

from .options import Options
from .shelf import Shelf
from .spoilt import SPOILT

Content = dict[str, Any]


class Drawer:
    """Its happenings draw from a source of their own, so that orders never feel them.

    `words` are statuses no document names; `Options.new_words` says how often one shows.
    """

    def __init__(
        self,
        kind: str,
        account: str,
        clock: Clock,
        options: Options,
        source: str,
        words: Sequence[int] = (),
    ) -> None:
        self.kind, self.account, self.rng = kind, account, random.Random(source)
        self.poisoned: set[str] = set()
        self._clock, self._options, self._words = clock, options, words
        self._book, self._shelf = Book(), Shelf()
        self._count = 0

    def add(self, id: str, at: float, *, lag: float = 0.0, **content: Any) -> Record:
        """A new record, stamped with the second `at` falls in and visible from `at` on,
        or later: by `lag`, and by the box's lateness."""
        stamp = float(int(at))
        content["word"] = self._word()
        if self.rng.random() < self._options.poison:
            content["poison"] = self.rng.choice(list(SPOILT))
            self.poisoned.add(id)
        delay = at - stamp + lag + self._lateness()
        record = self._book.add(self.account, id, content, created_at=stamp, delay=delay)
        self._shelf.expect(record, record.latest)
        self._count += 1
        return record

    def change(
        self,
        record: Record,
        at: float,
        *,
        lag: float = 0.0,
        bump: bool = True,
        **fields: Any,
    ) -> None:
        """A new version; without `bump` its time of change stays what it was."""
        stamp = float(int(at))
        fields.setdefault("word", self._word())
        delay = at - stamp + lag + self._lateness()
        version = self._book.change(record, stamp, delay=delay, bump=bump, **fields)
        self._shelf.expect(record, version)

    def get(self, id: str) -> Record | None:
        """The record, whether or not it can be seen yet."""
        return self._book.get(self.account, id)

    def records(self) -> list[Record]:
        """All of them, in the order they were added."""
        return self._book.records(self.account)

    @property
    def count(self) -> int:
        """How many there are."""
        return self._count

    def seen(self) -> Shelf:
        """What stands on the shelf now."""
        self._shelf.settle(self._clock.now())
        return self._shelf

    def poison(self, id: str, how: str) -> None:
        """From now on this record's row is malformed in that way."""
        record = self.get(id)
        if record is None or how not in SPOILT:
            raise ValueError(f"no {self.kind} {id}, or no poison {how}: {list(SPOILT)}")
        self.change(record, self._clock.now(), poison=how)
        self.poisoned.add(id)

    def truth(self, facts: Callable[[Content], Facts]) -> list[TruthRecord]:
        """Every record as the platform knows it."""
        return [self._told(record, facts) for record in self.records()]

    def _told(self, record: Record, facts: Callable[[Content], Facts]) -> TruthRecord:
        versions = tuple(
            TruthRecordVersion(v.updated_at, v.visible_at, facts(v.content))
            for v in record.versions
        )
        newest = versions[-1]
        return TruthRecord(
            self.kind,
            record.id,
            newest.updated_at,
            newest.visible_at,
            newest.facts,
            versions=versions,
        )

    def _lateness(self) -> float:
        late = self.rng.random() < self._options.late_probability
        return self.rng.random() * self._options.late_by if late else 0.0

    def _word(self) -> int | None:
        new = bool(self._words) and self.rng.random() < self._options.new_words
        return self.rng.choice(self._words) if new else None


def scrambled(prefix: int, number: int, count: int) -> str:
    """The 19-digit id of a shop's `count`-th record: unique, and telling no time."""
    return f"{prefix}{number:03d}{count * 61803398873 % 10**14:014d}"
