"""What happens while nobody looks: orders move on, split, vanish, go bad."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hub_core.sandbox import Record

from . import life, population, spoiled, states
from .baskets import can_split, halves
from .ledger import Ledger
from .options import Options

NEW = 0.15
"""Share of happenings that are a new order."""


class Happenings:
    """Changes orders, legally; what shows late, silently or badly is in the options."""

    def __init__(
        self,
        book: Ledger,
        options: Options,
        switches: Mapping[str, str],
        rng: random.Random,
    ) -> None:
        self.book, self.options, self.switches, self.rng = book, options, switches, rng
        self.spoiled: dict[tuple[str, str], str] = {}
        """(account, id) to the kind of damage."""
        self._all: dict[str, list[Record]] = {}
        self._open: dict[str, list[Record]] = {}
        self._ids: dict[str, Iterator[str]] = {}

    def populate(
        self,
        account: str,
        place: int,
        count: int,
        rng: random.Random,
        now: float,
        history: float,
    ) -> None:
        """Give a shop its first orders."""
        self._ids[account] = population.ids(place, rng)
        self._all[account], self._open[account] = [], []
        for started, modified, content in population.orders(
            count, rng, self.options, now, history
        ):
            paid = content["state"] != states.NOT_PAY
            record = self._add(account, content, started, modified, 0.0)
            if paid and rng.random() < self.options.splits:
                # a child whose parent disappeared before this box was opened
                content["parent"] = str(int(record.id) - 1)

    def one(self, account: str, now: float) -> None:
        """One thing happens to one order of the shop."""
        at, luck, options = float(int(now)), self.rng.random(), self.options
        record = self._any(self._all[account], _there)
        if record is None:
            self._place(account, at)
        elif luck < options.removals:
            self.book.remove(record, now)
        elif luck < options.removals + options.silent_edits:
            self._edit(record, at)
        elif self.rng.random() < NEW:
            self._place(account, at)
        else:
            self._move(account, at)

    def poison(self, account: str, id: str, kind: str | None) -> None:
        """Spoil an order's row. Raises KeyError for an order or kind there is not."""
        if self.book.get(account, id) is None:
            raise KeyError(id)
        chosen = kind or self.rng.choice(spoiled.ALL_KINDS)
        if chosen not in spoiled.ALL_KINDS:
            raise KeyError(chosen)
        self.spoiled[account, id] = chosen

    def _move(self, account: str, at: float) -> None:
        record = self._any(self._open[account], _moving)
        if record is None:
            self._place(account, at)
            return
        was = record.latest.content
        name = life.choose(was["state"], self.rng) or "remark"
        splits = name == "pay" and self.rng.random() < self.options.splits
        if splits and _divisible(was):
            self._split(record, at)
        else:
            self._step(record, name, at)

    def _any(self, line: list[Record], fit: Callable[[Record], bool]) -> Record | None:
        """One that fits; those that never will again are forgotten on the way."""
        while line:
            place = self.rng.randrange(len(line))
            record = line[place]
            if fit(record):
                return record
            line[place] = line[-1]
            line.pop()
        return None

    def _place(self, account: str, at: float) -> None:
        content = life.placed(self.rng, at)
        self._add(account, content, at, at, self._delay())

    def _step(self, record: Record, name: str, at: float) -> None:
        was = record.latest.content
        fields = life.step(name, was, self.rng, at)
        if name == "ship" and self.rng.random() < self.options.new_words:
            fields["state"] = states.NEW_WORD
        self.book.change(record, at, delay=self._delay(), **fields)
        hidden = self.switches["cancelled_unpaid"] == "hidden"
        if was["state"] == states.NOT_PAY and name == "cancel" and hidden:
            self.book.remove(record, at)
        elif self.rng.random() < self.options.double_edits:
            sent = record.latest.content["state"] == states.SHIPPED
            edit = "change_waybill" if sent else "remark"
            again = life.step(edit, record.latest.content, self.rng, at)
            self.book.change(record, at, delay=self._delay(), **again)

    def _edit(self, record: Record, at: float) -> None:
        """A remark, a return flag or a coupon settlement."""
        was, name = record.latest.content, self.rng.choice(life.SILENT)
        if name == "flag_return" and was["state"] != states.FINISHED:
            name = "remark"
        fields = life.step(name, was, self.rng, at)
        bump = self.switches["bumps"] == "all"
        self.book.change(record, at, delay=self._delay(), bump=bump, **fields)

    def _split(self, record: Record, at: float) -> None:
        """The parent disappears; two children with its id as parentOrderId arrive."""
        was = record.latest.content
        early = self.switches["child_start"] == "parent"
        started = was["started_at"] if early else at
        self.book.remove(record, at)
        for part in halves(was["basket"]):
            child = was | life.step("pay", was, self.rng, at)
            child |= {"basket": part, "coupons": part.coupons, "paid": part.payment}
            child |= {"parent": record.id, "started_at": started}
            self._add(record.account, child, started, at, self._delay())

    def _add(
        self,
        account: str,
        content: dict[str, Any],
        started: float,
        modified: float,
        delay: float,
    ) -> Record:
        id = next(self._ids[account])
        record = self.book.add(
            account, id, content, created_at=started, updated_at=modified, delay=delay
        )
        self._all[account].append(record)
        if content["state"] not in states.FINAL:
            self._open[account].append(record)
        if self.rng.random() < self.options.poison:
            self.spoiled[account, id] = self.rng.choice(spoiled.ALL_KINDS)
        return record

    def _delay(self) -> float:
        late = self.rng.random() < self.options.late_probability
        return self.rng.uniform(0.0, self.options.late_by) if late else 0.0


def _there(record: Record) -> bool:
    return record.removed_at is None


def _moving(record: Record) -> bool:
    return _there(record) and record.latest.content["state"] not in states.FINAL


def _divisible(content: Mapping[str, Any]) -> bool:
    return content["kind"] == "22" and can_split(content["basket"])
