"""One merchant: its counter, its orders, and what happens to them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from hub_core.sandbox import Account, Book, Record, Version
from hub_core.sandbox.clock import Clock

from .backroom import Backroom
from .bell import Bell
from .moves import EDIT, FINAL, PAY, Move, Piece, State, legal, placed
from .options import Options
from .poison import KINDS
from .pushes import Pushes
from .sale import Counter
from .shelf import Shelf
from .third_codes import ThirdCodes

STEPS = (0, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6)
"""How far orders of the past have come."""
NEW_WORDS = (202, 260, 7)
"""order_status values no document names."""


class Shop:
    """Orders of one root account. Every change goes through here, so that the shelf
    the readers see and the book the truth is told from agree."""

    def __init__(
        self,
        account: Account,
        number: int,
        book: Book,
        clock: Clock,
        rng: random.Random,
        switches: Mapping[str, str],
        options: Options,
        seed: int,
        pushes: Pushes,
        codes: ThirdCodes,
    ) -> None:
        self.account, self.id = account, account.external_id
        self.counter = Counter(number, account.settings["business"], rng)
        products = self.counter.products
        self._bell = Bell(self.id, clock, switches, pushes, codes.code)
        shared = self.id, number, clock, options, seed
        self.backroom = Backroom(*shared, self._bell, products)
        self.shelf = Shelf()
        self.by_ext_id: dict[str, str] = {}
        self.poisoned: set[str] = set()
        self.records: list[Record] = []
        self._codes = codes
        self._book, self._clock, self._rng = book, clock, rng
        self._switches, self._options = switches, options

    def populate(self, orders: int, seconds: float) -> None:
        """Past orders, spread over that many seconds before now."""
        now = int(self._clock.now())
        shared = int(now - seconds / 2)
        for n in range(orders):
            if n < self._options.same_second:
                self._past(shared, shared)
            else:
                self._past(int(now - self._rng.random() * seconds), now)
        self.backroom.goods.open()

    def _past(self, created: int, until: int) -> None:
        state, updated = placed(self.counter.sell(created)), created
        for _ in range(self._rng.choice(STEPS)):
            gap = min(until - updated, 172_800)
            updated += int(self._rng.random() * gap)
            move = self._rng.choice(legal(state))
            before = state["items"]
            state |= move.make(state, self._rng, updated)
            self.backroom.note(state["sale"], before, state["items"], float(updated))
        self._add(state, created, updated, delay=self._lateness())
        self.backroom.settle_past(state["sale"], state["items"])

    def churn(self) -> None:
        """One thing happens now."""
        rng = self._rng
        record = self._lively()
        if record is None or rng.random() < 0.2:
            self.place()
        elif rng.random() < self._options.removes:
            self._remove(record)
        else:
            self.step(record)
            if rng.random() < self._options.twice:
                self.step(record)
        self.backroom.churn(self.reopen)

    def place(self) -> Record:
        """A buyer orders now."""
        now = self._clock.now()
        stamp = int(now)
        state = placed(self.counter.sell(stamp))
        return self._add(state, stamp, stamp, delay=now - stamp + self._lateness())

    def step(self, record: Record, move: Move | None = None) -> Version:
        """One legal move of the order, now; the given one or any."""
        state = record.latest.content
        chosen = move or self._rng.choice(legal(state))
        fields = chosen.make(state, self._rng, int(self._clock.now()))
        fields["word"] = self._word()
        if chosen is PAY and self._codes.wants(state["sale"]):
            fields["third"] = "waiting"
        bump = chosen.bumps is None or self._switches[chosen.bumps] == "yes"
        return self.change(record, bump=bump, **fields)

    def change(self, record: Record, *, bump: bool = True, **fields: object) -> Version:
        """A new version with these fields, stamped with this second."""
        now = self._clock.now()
        stamp = float(int(now))
        delay = now - stamp + self._lateness()
        state = record.latest.content
        version = self._book.change(record, stamp, delay=delay, bump=bump, **fields)
        self.shelf.expect(record, version)
        items = version.content["items"]
        self.backroom.note(state["sale"], state["items"], items, now)
        if version.content["pay_time"] and not state["pay_time"]:
            self._bell.paid(state["sale"], version.content["pay_time"])
        self._ask(record, state)
        return version

    def _ask(self, record: Record, was: State) -> None:
        """What the merchant's own system is to be asked about this change."""
        third = record.latest.content.get("third", "")
        if third == "waiting" and not was.get("third"):
            self._codes.paid(self, record)
        elif third:
            self._codes.noted(self, record, was["items"], third)

    def move_all(self, record: Record, to: int, **fields: Any) -> None:
        """Every voucher of an order to one status; to 301 with its money."""
        now, state = int(self._clock.now()), record.latest.content
        pieces = zip(state["items"], state["sale"].units, strict=True)
        items = tuple(_moved(piece, to, now, unit.pay) for piece, unit in pieces)
        self.change(record, items=items, **fields)

    def decide(self, record: Record, n: int, *, refunded: bool) -> None:
        """A refund of the n-th voucher is agreed to, or refused."""
        now, state = int(self._clock.now()), record.latest.content
        items, pay = list(state["items"]), state["sale"].units[n].pay
        items[n] = _moved(items[n], 301 if refunded else 100, now, pay)
        fields: State = {"items": tuple(items)}
        statuses = {piece.status for piece in items}
        if statuses <= FINAL:
            fields["status"] = 101 if statuses == {301} else 1
        elif 100 in statuses:
            fields["status"] = 201
        self.change(record, bump=self._switches["refund_bumps"] == "yes", **fields)

    def order(self, order_id: str) -> Record:
        """One order. Raises KeyError for one there is not."""
        record = self._book.get(self.id, order_id)
        if record is None:
            raise KeyError(order_id)
        return record

    def third_code(self, order_id: str, n: int) -> str:
        """The third-party code of a voucher; empty where it has none."""
        return self._codes.code(order_id, n)

    def out_id(self, product_id: str) -> str:
        """The merchant's own id of a product; empty where it has none."""
        record = self.backroom.goods.drawer.get(product_id)
        return str(record.latest.content["out_id"]) if record else ""

    def reopen(self, order_id: str, n: int, before: Piece) -> bool:
        """A use is undone: the order's n-th voucher is again as it was before. False when
        something has happened to it since."""
        record = self._book.get(self.id, order_id)
        if record is None or record.removed_at is not None:
            return False
        items = list(record.latest.content["items"])
        if items[n].status not in (401, before.status) or items[n].left != before.left - 1:
            return False
        items[n] = before._replace(at=int(self._clock.now()))
        bump = self._switches["use_bumps"] == "yes"
        self.change(record, bump=bump, items=tuple(items), status=201)
        return True

    def poison(self, id: str, kind: str) -> None:
        """From now on this order's row is malformed in that way."""
        if kind not in KINDS:
            raise ValueError(f"no poison {kind}; there are {list(KINDS)}")
        record = self._book.get(self.id, id)
        if record is None:
            raise ValueError(f"no order {id}")
        self.change(record, poison=kind)
        self.poisoned.add(id)

    def _add(self, state: State, created: int, updated: int, *, delay: float) -> Record:
        sale, rng = state["sale"], self._rng
        state["word"] = self._word()
        if rng.random() < self._options.poison:
            state["poison"] = rng.choice(list(KINDS))
            self.poisoned.add(sale.order_id)
        times = {"created_at": float(created), "updated_at": float(updated)}
        record = self._book.add(self.id, sale.order_id, state, delay=delay, **times)
        self.records.append(record)
        self.shelf.expect(record, record.latest)
        if sale.ext_order_id:
            self.by_ext_id[sale.ext_order_id] = sale.order_id
        return record

    def _remove(self, record: Record) -> None:
        now = self._clock.now()
        self._book.remove(record, now)
        self.shelf.expect_removal(record, now)

    def _lively(self) -> Record | None:
        """Any order that still stands, one still open if it is easily found."""
        found = None
        for _ in range(8 if self.records else 0):
            record = self._rng.choice(self.records)
            if record.removed_at is None:
                found = record
                if legal(record.latest.content) != [EDIT]:
                    break
        return found

    def _lateness(self) -> float:
        late = self._rng.random() < self._options.late_probability
        return self._rng.random() * self._options.late_by if late else 0.0

    def _word(self) -> int | None:
        new = self._rng.random() < self._options.new_words
        return self._rng.choice(NEW_WORDS) if new else None


def _moved(piece: Piece, to: int, now: int, pay: int) -> Piece:
    if to != 301:
        return piece._replace(status=to, at=now)
    return piece._replace(status=301, at=now, refunded=pay, refunded_at=now)
