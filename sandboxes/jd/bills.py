"""Service bills (服务单), once the goods have arrived: the second after-sale system.

Source: channel paper §4; the words of serviceStatus from comments in a published ERP (B);
field names from the SDK class ServiceBrief. In which order the statuses follow is nowhere
written down (C).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from hub_core.sandbox import Facts, Record

from . import states
from .baskets import Basket
from .keeper import Keeper, pick, value
from .options import Options

RETURN, ONLY_MONEY, EXCHANGE, REPAIR, RESHIP = 10, 11, 20, 30, 80
EXPECTS = {
    RETURN: "退货", ONLY_MONEY: "仅退款", EXCHANGE: "换货", REPAIR: "维修",
    RESHIP: "补发商品",
}  # fmt: skip
"""`customerExpect`: what the buyer wants."""
MONEY = frozenset({RETURN, ONLY_MONEY})
GOODS_COME_BACK = frozenset({RETURN, EXCHANGE, REPAIR})

FETCH, AUDIT, ASKED, REFUSED, RECEIVING = 10000, 10001, 10002, 10004, 10005
TAKING, PROCESSING, CONFIRMING, DONE, CANCELLED = 10006, 10007, 10009, 10010, 10011
ANSWERED, REFUND_FILED = 10012, 10041
WORDS = {
    FETCH: "待审核领取", AUDIT: "待审核", ASKED: "待客户反馈", REFUSED: "审核关闭",
    RECEIVING: "待收货", TAKING: "待处理领取", PROCESSING: "待处理",
    CONFIRMING: "待用户确认", DONE: "完成", CANCELLED: "取消", ANSWERED: "客户已反馈",
    REFUND_FILED: "提交退款申请",
}  # fmt: skip
APPROVED = -1
"""Stands in MOVES for the first status after the seller agreed."""
MOVES: dict[int, tuple[int, ...]] = {
    FETCH: (AUDIT,),
    AUDIT: (APPROVED, APPROVED, APPROVED, APPROVED, ASKED, REFUSED, CANCELLED),
    ASKED: (ANSWERED, ANSWERED, CANCELLED),
    ANSWERED: (APPROVED, APPROVED, REFUSED),
    RECEIVING: (TAKING, TAKING, TAKING, CANCELLED),
    TAKING: (PROCESSING,),
    PROCESSING: (CONFIRMING, CONFIRMING, REFUND_FILED),
    CONFIRMING: (DONE,),
    REFUND_FILED: (DONE,),
}
"""What may follow, each as often as it weighs."""
PAID, FAILED = 13, 14
HOUR = 3600.0
FIRST_ID, SPAN = 1_000_000_000, 10_000_000


class Bill(NamedTuple):
    """One service bill, about some pieces of one line. `amount` is fen: what comes
    back if money does."""

    number: int
    order: str
    person: int
    sku: str
    ware: str
    title: str
    pieces: int
    amount: int
    expect: int
    status: int
    created: float
    step: int = 0
    """sysVersion: one more with each change."""
    approved: float | None = None
    processed: float | None = None
    express: str = ""
    refund: int | None = None
    """PAID, FAILED, 0 while the money is under way; None: there is no refund."""
    completed: float | None = None

    def __deepcopy__(self, memo: Any) -> Bill:
        return self

    @property
    def refund_id(self) -> int:
        """afsRefundId."""
        return self.number + 2_000_000_000


def facts(bill: Bill) -> Facts:
    """This system never says what was asked for, only what came back."""
    return {
        "order_external_id": bill.order,
        "status_raw": str(bill.status),
        "refunded_amount": bill.amount if bill.refund == PAID else None,
    }


class Bills:
    """Every service bill of every shop."""

    def __init__(
        self,
        options: Options,
        switches: Mapping[str, str],
        seed: int,
        now: Callable[[], float],
    ) -> None:
        self.keeper = Keeper(
            "after_sale", facts, options, f"{seed}:service", system="service:"
        )
        self._rng, self._now, self._switches = self.keeper.rng, now, switches
        self._open: dict[str, list[Record]] = {}
        self._arrived: dict[str, list[Record]] = {}
        self._ids: dict[str, Iterator[int]] = {}
        self._asked: set[tuple[str, str]] = set()

    # What orders bring ----------------------------------------------------------------

    def heard(self, order: Record, was: Mapping[str, Any] | None) -> None:
        """An order was born (`was` None) or has changed."""
        content, at = order.latest.content, order.latest.updated_at
        if content["state"] != states.FINISHED or content["kind"] != "22":
            return
        if was is None or was["state"] != states.FINISHED:
            self._arrived.setdefault(order.account, []).append(order)
        if was is None and self._rng.random() < 0.08:
            self._lived(order, at)
        elif was is not None and was["returned"] == "0" != content["returned"]:
            # A flag may leave the order's own time as it was; the bill is opened now.
            expect = RETURN if content["returned"] == "1" else EXCHANGE
            self._opened(order, expect, float(int(self._now())))

    def _lived(self, order: Record, at: float) -> None:
        """A bill with a past, up to now."""
        at = self._later(at, 40 * HOUR)
        record = self._opened(order, self._wish(), at) if at <= self._now() else None
        while record is not None and (at := self._later(at, 20 * HOUR)) <= self._now():
            if not self._step(record, at):
                return

    def _later(self, at: float, mean: float) -> float:
        return float(int(at + self._rng.expovariate(1 / mean)))

    def _wish(self) -> int:
        return self._rng.choice((RETURN, RETURN, RETURN, *EXPECTS))

    # What happens by itself -----------------------------------------------------------

    def churn(self, account: str) -> None:
        """Of three happenings in the shop, one is also one here."""
        at, luck = float(int(self._now())), self._rng.random()
        if luck > 0.33:
            return
        mine = self._open.get(account, [])
        record = pick(mine, _moving, self._rng) if luck > 0.08 else None
        if record is not None:
            self._step(record, at)
        elif arrived := self._arrived.get(account):
            self._opened(self._rng.choice(arrived), self._wish(), at)

    def _step(self, record: Record, at: float) -> bool:
        """One step of a bill; whether there was one."""
        bill: Bill = value(record.latest)
        if bill.status in MOVES:
            self._put(record, self._advanced(bill, at), at)
        elif bill.refund in (0, FAILED):
            bump = self._switches["refund_completes"] != "silently"
            paid = bill._replace(refund=PAID, completed=at)
            self._put(record, paid, at, bump=bump)
        return _moving(value(record.latest))

    def _advanced(self, bill: Bill, at: float) -> Bill:
        status = self._rng.choice(MOVES[bill.status])
        if status == APPROVED:
            back = bill.expect in GOODS_COME_BACK
            status = RECEIVING if back else PROCESSING
            bill = bill._replace(approved=at)
        elif status == REFUSED:
            bill = bill._replace(approved=at)
        elif status == TAKING:
            bill = bill._replace(express=f"SB{self._rng.randrange(10**12):012d}")
        elif status == REFUND_FILED and bill.expect not in MONEY:
            status = CONFIRMING
        if bill.status == PROCESSING:
            bill = bill._replace(processed=at)
        return self._money(bill._replace(status=status), at)

    def _money(self, bill: Bill, at: float) -> Bill:
        """Money is filed with the processing; it comes with the end, later or not."""
        if bill.expect not in MONEY:
            return bill
        if bill.status in (CONFIRMING, REFUND_FILED):
            return bill._replace(refund=0)
        if bill.status != DONE or self._switches["refund_completes"] != "with_the_bill":
            return bill
        paid = self._rng.random() < 0.9
        return bill._replace(refund=PAID if paid else FAILED, completed=at)

    # How ------------------------------------------------------------------------------

    def _opened(self, order: Record, expect: int, at: float) -> Record | None:
        """A bill for one line that was paid for; an order has one in this box."""
        lines = [x for x in order.latest.content["basket"].lines if x.price]
        if (order.account, order.id) in self._asked or order.removed_at or not lines:
            return None
        self._asked.add((order.account, order.id))
        line, number = self._rng.choice(lines), next(self._numbers(order.account))
        pieces = self._rng.randrange(1, line.quantity + 1)
        basket: Basket = order.latest.content["basket"]
        bill = Bill(
            number=number,
            order=order.id,
            person=order.latest.content["person"],
            sku=line.sku,
            ware=line.ware,
            title=line.title,
            pieces=pieces,
            amount=share(basket, line.price * pieces),
            expect=expect,
            status=self._rng.choice((FETCH, AUDIT)),
            created=at,
        )
        record = self.keeper.add(order.account, str(number), bill, at)
        self._open.setdefault(order.account, []).append(record)
        return record

    def _put(self, record: Record, bill: Bill, at: float, *, bump: bool = True) -> None:
        self.keeper.put(record, bill._replace(step=bill.step + 1), at, bump=bump)

    def _numbers(self, account: str) -> Iterator[int]:
        if account not in self._ids:
            start = FIRST_ID + len(self._ids) * SPAN
            self._ids[account] = itertools.count(start + 3, 11)
        return self._ids[account]


def share(basket: Basket, fen: int) -> int:
    """What the buyer paid for goods of that list price, freight left aside."""
    return (basket.payment - basket.freight) * fen // max(1, basket.total)


def _moving(bill: Bill) -> bool:
    return bill.status in MOVES or bill.refund in (0, FAILED)
