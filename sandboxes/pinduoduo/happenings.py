"""What happens while nobody looks: orders and cases move on, goods sell, rows go bad."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hub_core.sandbox import Record

from . import cases, life, population, spoiled, states, stock
from .catalogue import Goods
from .ledger import Ledger
from .life import Content
from .options import Options

NEW = 0.15
"""Share of happenings that are a new order."""
AT_ONCE = 0.6
"""Share of new orders whose group is complete at once."""


class Happenings:
    """Changes orders, cases and goods; what shows late, silently or badly is in the
    options."""

    def __init__(
        self,
        orders: Ledger,
        after_sales: Ledger,
        goods: Ledger,
        options: Options,
        switches: Mapping[str, str],
        rng: random.Random,
    ) -> None:
        self.orders, self.cases, self.goods = orders, after_sales, goods
        self.options, self.switches, self.rng = options, switches, rng
        self.spoiled: dict[tuple[str, str], str] = {}
        """(account, order id) to the kind of damage."""
        self.shelves: dict[str, tuple[Goods, ...]] = {}
        self._all: dict[str, list[Record]] = {}
        self._open: dict[str, list[Record]] = {}
        self._running: dict[tuple[str, str], Record] = {}
        """(account, order id) to the order's case that is not over."""
        self._rested: set[tuple[str, str]] = set()
        """Orders nothing will happen to any more."""
        self._grouping: dict[str, list[Content]] = {}
        """Orders no list shows yet: their group is not complete."""
        self._numbers: dict[str, Iterator[int]] = {}
        self._case_ids: dict[str, Iterator[str]] = {}

    def populate(
        self,
        account: str,
        place: int,
        count: int,
        rng: random.Random,
        now: float,
        history: float,
        shelf: tuple[Goods, ...],
    ) -> None:
        """Give a shop its goods and its first orders."""
        self.shelves[account] = shelf
        self._numbers[account] = population.numbers(place, rng)
        self._case_ids[account] = cases.ids(place, rng)
        self._all[account], self._open[account] = [], []
        self._grouping[account] = []
        for goods in shelf:
            stocked = stock.stocked(goods, rng, self.options.in_slot)
            at = float(int(now - history))
            self.goods.add(account, str(goods.id), stocked, created_at=at)
        for lived in population.orders(count, rng, self.options, shelf, now, history):
            self._settle(account, lived)

    def one(self, account: str, now: float) -> None:
        """One thing happens in the shop."""
        at, luck, options = float(int(now)), self.rng.random(), self.options
        record = self._any(self._all[account], _there)
        if record is None:
            self._place(account, at)
        elif luck < options.removals:
            self.orders.remove(record, now)
        elif luck < options.removals + options.silent_edits:
            self._edit(record, at)
        elif self.rng.random() < options.product_edits:
            goods = self.rng.choice(self.goods.records(account))
            self.goods.change(goods, at, **stock.stirred(goods.latest.content, self.rng))
        elif self.rng.random() < NEW:
            self._place(account, at)
        else:
            self._move(account, at)

    def poison(self, account: str, id: str, kind: str | None) -> None:
        """Spoil an order's row. Raises KeyError for an order or kind there is not."""
        if self.orders.get(account, id) is None:
            raise KeyError(id)
        chosen = kind or self.rng.choice(spoiled.ALL_KINDS)
        if chosen not in spoiled.ALL_KINDS:
            raise KeyError(chosen)
        self.spoiled[account, id] = chosen

    def put(self, record: Record, at: float, *, bump: bool = True, **fields: Any) -> None:
        """A change of an order, by whomever: it shows as late as any other."""
        self.orders.change(record, at, delay=self._delay(), bump=bump, **fields)

    # Orders -----------------------------------------------------------------------------

    def _place(self, account: str, at: float) -> None:
        content = life.placed(self.rng, at, self.shelves[account])
        if self.rng.random() < AT_ONCE:
            content |= life.step("group", content, self.rng, at)
        elif self.switches["grouping"] == "hidden":
            self._grouping[account].append(content)
            return
        self._add(account, content, at, self._delay())

    def _move(self, account: str, at: float) -> None:
        waiting = self._grouping[account]
        if waiting and self.rng.random() < 0.3:
            self._group(account, waiting.pop(self.rng.randrange(len(waiting))), at)
            return
        record = self._any(self._open[account], self._moving)
        if record is None:
            self._place(account, at)
            return
        case = self._running.get((account, record.id))
        if case is not None:
            self._move_case(record, case, at)
            return
        name = life.choose(record.latest.content, self.rng)
        if name is None:
            self._rested.add((account, record.id))
        else:
            self._step(record, name, at)

    def _group(self, account: str, content: Content, at: float) -> None:
        """A waiting order's group is complete, and the lists know it; or it never is."""
        if self.rng.random() < 0.8:
            content |= life.step("group", content, self.rng, at)
            self._add(account, content, at, self._delay())

    def _step(self, record: Record, name: str, at: float) -> None:
        was = record.latest.content
        if name == "case":
            self._open_case(record, at)
        else:
            if name == "cancel":
                self._open_case(record, at, over=True)
            fields = life.step(name, was, self.rng, at)
            if name == "ship" and self.rng.random() < self.options.new_words:
                fields["status"] = states.NEW_WORD
            self.put(record, at, **fields)
        if self.rng.random() < self.options.double_edits:
            again = life.step("remark", record.latest.content, self.rng, at)
            self.put(record, at, **again)

    def _edit(self, record: Record, at: float) -> None:
        """A remark or an invoice wish."""
        name = self.rng.choice(life.SILENT)
        fields = life.step(name, record.latest.content, self.rng, at)
        bump = self.switches["bumps"] == "all"
        self.put(record, at, bump=bump, **fields)

    # Cases ------------------------------------------------------------------------------

    def _open_case(self, record: Record, at: float, *, over: bool = False) -> None:
        """A case begins; with `over` the platform pays back at once."""
        account, was = record.account, record.latest.content
        kind = states.REFUND_ONLY if over else 0
        content = cases.opened(record.id, was, self.rng, at, kind)
        if over:
            content["status"] = states.PAID_BACK
        id = next(self._case_ids[account])
        case = self.cases.add(account, id, content, created_at=at, delay=self._delay())
        if not over:
            self._running[account, record.id] = case
            self.put(record, at, **cases.mirrored(content["status"]))

    def _move_case(self, record: Record, case: Record, at: float) -> None:
        fields = cases.moved(case.latest.content, self.rng)
        self.cases.change(case, at, delay=self._delay(), **fields)
        self.put(record, at, **cases.mirrored(fields["status"]))
        if cases.is_over(case.latest.content):
            del self._running[record.account, record.id]

    # How --------------------------------------------------------------------------------

    def _settle(self, account: str, lived: population.Lived) -> None:
        """An order of the first population, and its cases."""
        record = self._add(account, lived.content, lived.modified, 0.0)
        for changed, content in lived.cases:
            content["order"] = record.id
            id, started = next(self._case_ids[account]), content["started_at"]
            case = self.cases.add(
                account, id, content, created_at=started, updated_at=changed
            )
            if not cases.is_over(content):
                self._running[account, record.id] = case

    def _add(self, account: str, content: Content, modified: float, delay: float) -> Record:
        placed = content["placed_at"]
        id = population.order_sn(placed, next(self._numbers[account]))
        record = self.orders.add(
            account, id, content, created_at=placed, updated_at=modified, delay=delay
        )
        self._all[account].append(record)
        self._open[account].append(record)
        if self.rng.random() < self.options.poison:
            self.spoiled[account, id] = self.rng.choice(spoiled.ALL_KINDS)
        return record

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

    def _moving(self, record: Record) -> bool:
        content, key = record.latest.content, (record.account, record.id)
        over = content["confirm"] == states.CANCELLED
        over = over or content["refund"] == states.REFUNDED or key in self._rested
        return _there(record) and (key in self._running or not over)

    def _delay(self) -> float:
        late = self.rng.random() < self.options.late_probability
        return self.rng.uniform(0.0, self.options.late_by) if late else 0.0


def _there(record: Record) -> bool:
    return record.removed_at is None
