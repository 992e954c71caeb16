"""Applications to have an order cancelled and refunded (退款审核单), before and around
shipping: the first of the two after-sale systems.

They follow the orders. A locked order is a buyer who asks; what becomes of the order
decides the application, and JD's finance pays in its own time. Source: channel paper §4.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from hub_core.sandbox import Facts, Record

from . import states
from .keeper import Keeper, pick, value
from .options import Options

NEW, APPROVED, REJECTED, REFUNDED, FINANCE_NO = 0, 1, 2, 3, 4
BY_HAND, INTERCEPT, INTERCEPTED, TOO_LATE, FORCED, PENDING, WITHDRAWN = range(5, 12)
STATUSES = frozenset(range(12))
OVER = frozenset({REJECTED, REFUNDED, TOO_LATE, WITHDRAWN})
PAYING: dict[int, tuple[int, ...]] = {
    APPROVED: (REFUNDED, REFUNDED, REFUNDED, FINANCE_NO),
    FORCED: (REFUNDED,),
    INTERCEPTED: (REFUNDED, REFUNDED, FINANCE_NO),
    FINANCE_NO: (BY_HAND,),
    BY_HAND: (REFUNDED,),
}
"""What finance makes of a case, each as often as it weighs."""
ON_THE_ROAD: dict[int, tuple[int, ...]] = {
    NEW: (PENDING, PENDING, INTERCEPT, REJECTED, WITHDRAWN)
}
"""What a seller answers when the parcel has left already."""
REASONS = ("不想要了", "买错了", "价格有点贵", "收货信息填错", "商家发货慢")
WEBSITE, REFUSED_AT_DOOR, APP = 11, 12, 28
"""`systemId`: where it came from (B: comments in a published ERP)."""
HOUR = 3600.0
LATE_ASKERS = 0.03
"""Share of finished orders whose buyer asked in vain while the parcel was under way."""
FIRST_ID, SPAN = 5_000_000_000, 10_000_000


class Application(NamedTuple):
    """One application. `amount` is fen, whatever becomes of it."""

    number: int
    order: str
    person: int
    amount: int
    status: int
    created: float
    reason: str
    source: int
    road: bool = False
    """Whether the parcel was under way when the buyer asked."""
    checked: float | None = None

    def __deepcopy__(self, memo: Any) -> Application:
        return self


def facts(case: Application) -> Facts:
    """Only status 3 says that money went back (B); before it there is none."""
    return {
        "order_external_id": case.order,
        "status_raw": str(case.status),
        "requested_amount": case.amount,
        "refunded_amount": case.amount if case.status == REFUNDED else None,
    }


class Applications:
    """Every application of every shop."""

    def __init__(self, options: Options, seed: int, now: Callable[[], float]) -> None:
        self.keeper = Keeper(
            "after_sale", facts, options, f"{seed}:refundapply", system="refund:"
        )
        self._rng, self._now = self.keeper.rng, now
        self._open: dict[str, Record] = {}
        self._paying: dict[str, list[Record]] = {}
        self._sent: dict[str, list[Record]] = {}
        self._ids: dict[str, Iterator[int]] = {}

    # What orders bring ----------------------------------------------------------------

    def heard(self, order: Record, was: Mapping[str, Any] | None) -> None:
        """An order was born (`was` None) or has changed."""
        content, at = order.latest.content, order.latest.updated_at
        if content["paid_at"] is None or content["pay"] != "4":
            return  # nothing was paid that could come back
        if was is None:
            self._born(order)
        elif was["state"] != content["state"]:
            self._moved(order, was["state"], content["state"], at)

    def _moved(self, order: Record, was: str, now: str, at: float) -> None:
        if now == states.LOCKED:
            self._ask(order, at)
        elif now == states.SHIPPED:
            self._decide(order, (REJECTED, WITHDRAWN), at)
            self._sent.setdefault(order.account, []).append(order)
        elif now == states.CANCELLED and was != states.NOT_PAY:
            self._ask(order, at)
            self._decide(order, (APPROVED, APPROVED, FORCED), at)
        elif now == states.RETURNED:
            self._ask(order, at, REFUSED_AT_DOOR)
            self._decide(order, (INTERCEPTED,), at)
        elif was == states.LOCKED:
            self._decide(order, (REJECTED, REJECTED, WITHDRAWN), at)
        elif now == states.FINISHED:
            self._decide(order, (TOO_LATE,), at)

    def _born(self, order: Record) -> None:
        """An order that was there before the box was opened has its past."""
        content, end = order.latest.content, order.latest.updated_at
        state = content["state"]
        if state == states.LOCKED:
            self._ask(order, end)
        elif state == states.CANCELLED:
            self._ask(order, self._between(content["paid_at"], end))
            self._decide(order, (APPROVED, APPROVED, FORCED), end)
            self._paid_since(order, end)
        elif state == states.RETURNED:
            self._ask(order, end, REFUSED_AT_DOOR)
            self._decide(order, (INTERCEPTED,), end)
            self._paid_since(order, end)
        elif state == states.SHIPPED:
            self._sent.setdefault(order.account, []).append(order)
        elif state == states.FINISHED and content["shipped_at"] is not None:
            if self._rng.random() >= LATE_ASKERS:
                return
            self._ask(order, self._between(content["shipped_at"], end), road=True)
            self._decide(order, (TOO_LATE,), end)

    def _paid_since(self, order: Record, at: float) -> None:
        """Finance has had time since then."""
        record = self._paying[order.account][-1]
        while (at := self._later(at)) <= self._now() and self._pay(record, at):
            pass

    def _between(self, start: float, end: float) -> float:
        return float(int(self._rng.uniform(start, end)))

    def _later(self, at: float) -> float:
        return float(int(at + self._rng.expovariate(1 / (20 * HOUR))))

    # What happens by itself -----------------------------------------------------------

    def churn(self, account: str) -> None:
        """Finance pays, a seller answers, or a buyer asks for a parcel to come back."""
        at = float(int(self._now()))
        luck = self._rng.random()
        if luck < 0.5:
            paying = self._paying.get(account, [])
            record = pick(paying, lambda case: case.status in PAYING, self._rng)
            if record is not None:
                self._pay(record, at)
        elif luck < 0.65:
            self._on_the_road(account, at)

    def _on_the_road(self, account: str, at: float) -> None:
        sent = self._sent.get(account, [])
        order = _still_sent(sent, self._rng)
        if order is None:
            return
        case = self._open.get(order.id)
        if case is None:
            self._ask(order, at, road=True)
        elif value(case.latest).status in ON_THE_ROAD:
            status = self._rng.choice(ON_THE_ROAD[value(case.latest).status])
            self._put(case, status, at)
            if status in OVER:
                del self._open[order.id]

    # How ------------------------------------------------------------------------------

    def _ask(
        self, order: Record, at: float, source: int = 0, *, road: bool = False
    ) -> None:
        """A buyer asks, unless he has asked already."""
        if order.id in self._open:
            return
        content, number = order.latest.content, next(self._numbers(order.account))
        case = Application(
            number=number,
            order=order.id,
            person=content["person"],
            amount=content["paid"],
            status=NEW,
            created=at,
            reason=self._rng.choice(REASONS),
            source=source or self._rng.choice((WEBSITE, APP)),
            road=road,
        )
        self._open[order.id] = self.keeper.add(order.account, str(number), case, at)

    def _decide(self, order: Record, ways: tuple[int, ...], at: float) -> None:
        """What is open for the order ends one of these ways; nothing if none is."""
        record = self._open.pop(order.id, None)
        if record is None:
            return
        self._put(record, self._rng.choice(ways), at)
        if value(record.latest).status in PAYING:
            self._paying.setdefault(record.account, []).append(record)

    def _pay(self, record: Record, at: float) -> bool:
        """One step of finance; whether there was one."""
        ways = PAYING.get(value(record.latest).status)
        if ways:
            self._put(record, self._rng.choice(ways), at)
        return bool(ways)

    def _put(self, record: Record, status: int, at: float) -> None:
        case: Application = value(record.latest)
        self.keeper.put(record, case._replace(status=status, checked=at), at)

    def _numbers(self, account: str) -> Iterator[int]:
        if account not in self._ids:
            start = FIRST_ID + len(self._ids) * SPAN
            self._ids[account] = itertools.count(start + 7, 13)
        return self._ids[account]


def _still_sent(line: list[Record], rng: random.Random) -> Record | None:
    """An order that is under way; others are forgotten."""
    while line:
        place = rng.randrange(len(line))
        order = line[place]
        gone = order.removed_at is not None
        if not gone and order.latest.content["state"] == states.SHIPPED:
            return order
        line[place] = line[-1]
        line.pop()
    return None
