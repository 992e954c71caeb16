"""Refund cases (售后单): asked for by a guest, decided, paid back.

A case is opened when an order's voucher becomes 300 and closed when it becomes 301 (paid
back) or available again (refused, or withdrawn by the guest). Rows show 2 s late on
average, one in a hundred minutes late. Source: paper §3.5, refund-list-query page.
"""

from __future__ import annotations

from typing import Any

from hub_core.sandbox import Clock, Facts, Record

from .bell import Bell
from .drawer import Content, Drawer, scrambled
from .moves import Piece
from .options import Options
from .sale import TIMES_CARDS, Sale

NEW, AUDITING, REFUSED, WITHDRAWN, DONE = 9, 10, 25, 40, 50
REASONS = ((101, "计划有变，没时间消费"), (102, "买多了/买错了"), (108, "预约不上"))
WORDS = (15, 60)


class AfterSales:
    """The refund cases of one merchant."""

    def __init__(
        self,
        account: str,
        number: int,
        clock: Clock,
        options: Options,
        seed: int,
        bell: Bell,
    ) -> None:
        source = f"{seed}:after_sales:{number}"
        self.drawer = Drawer("after_sale", account, clock, options, source, WORDS)
        self.by_order: dict[str, list[str]] = {}
        """Ids of an order's cases, oldest first."""
        self.judged: set[tuple[str, int]] = set()
        """Vouchers whose refund a client is refusing: the guest has not withdrawn."""
        self._open: dict[tuple[str, int], Record] = {}
        self._filed: list[Record] = []
        self._number, self._clock, self._options = number, clock, options
        self._bell = bell

    def ask(self, sale: Sale, n: int, piece: Piece, at: float) -> None:
        """A guest wants the order's n-th voucher paid back; it stood like that before."""
        rng, count = self.drawer.rng, self.drawer.count + 1
        unit = sale.units[n]
        times_card = sale.order_type in TIMES_CARDS
        first = unit.times - piece.left + 1
        fresh = at >= self._clock.now() and rng.random() < 0.3
        id = scrambled(76, self._number, count)
        record = self.drawer.add(
            id,
            at,
            lag=self._lag(),
            sale=sale,
            n=n,
            serials=tuple(range(first, unit.times + 1)) if times_card else (),
            status=NEW if fresh else AUDITING,
            created=int(at),
            audited=0,
            completed=0,
            reason=rng.choice(REASONS),
            requested=unit.pay,
            refunded=0,
        )
        self._open[sale.order_id, n] = record
        self._filed += [record] if fresh else []
        self.by_order.setdefault(sale.order_id, []).append(id)
        reason = record.latest.content["reason"]
        self._bell.asked(sale, n, piece, unit.pay, reason, at)

    def pay_back(self, sale: Sale, n: int, amount: int, at: float) -> None:
        """The order's voucher was refunded."""
        self._close(sale, n, at, DONE, completed=int(at), refunded=amount)
        self._bell.voucher("refund_success", sale, n)

    def refuse(self, sale: Sale, n: int, at: float) -> None:
        """The voucher can be used again: the merchant refused, or the guest thought
        better of it."""
        judged = (sale.order_id, n) in self.judged
        self.judged.discard((sale.order_id, n))
        withdrawn = not judged and self.drawer.rng.random() < 0.4
        self._close(sale, n, at, WITHDRAWN if withdrawn else REFUSED)

    def open_case(self, order_id: str, n: int) -> Record | None:
        """The undecided case of an order's n-th voucher."""
        return self._open.get((order_id, n))

    def churn(self) -> None:
        """A case that had only been filed goes to the merchant."""
        while self._filed:
            record = self._filed.pop()
            if record.latest.content["status"] == NEW:
                now = self._clock.now()
                self.drawer.change(record, now, lag=self._lag(), status=AUDITING)
                return

    def _close(self, sale: Sale, n: int, at: float, status: int, **money: Any) -> None:
        record = self._open.pop((sale.order_id, n), None)
        if record is not None:
            audited = 0 if status == WITHDRAWN else int(at)
            fields = {"status": status, "audited": audited, **money}
            self.drawer.change(record, at, lag=self._lag(), **fields)

    def _lag(self) -> float:
        rng, usual = self.drawer.rng, 2 * self._options.after_sale_lag
        worst = rng.random() < 0.01
        return rng.random() * (self._options.after_sale_worst if worst else usual)


def after_sale_facts(case: Content) -> Facts:
    """What a client must have understood of it.

    Only the word of success says that money is back: what the amounts and complete_time of
    a case hold under a word no document names, none says either.
    """
    done = case["status"] == DONE and case["word"] is None
    return {
        "order_external_id": case["sale"].order_id,
        "status_raw": str(case["word"] or case["status"]),
        "applied_at": case["created"],
        "decided_at": case["audited"] or None,
        "completed_at": case["completed"] or None,
        "requested_amount": case["requested"],
        "refunded_amount": case["refunded"] if done else None,
    }
