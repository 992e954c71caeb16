"""A refund as the platform keeps it (退款单). Amounts in fen, times in epoch seconds.

A case follows one line of a trade, or is about goods to be changed, mended or sent again
(换货, 维修, 补寄): then no money moves and the trade says nothing of it (C).
Source: paper §3 (line `refund_status`), §4 (refund statuses), §7.8.
"""

from __future__ import annotations

import random
from typing import Any, NamedTuple, Self

from .trade import SENT, Line, Trade

OPEN = frozenset(
    {"WAIT_SELLER_AGREE", "WAIT_BUYER_RETURN_GOODS", "WAIT_SELLER_CONFIRM_GOODS"}
    | {"WAIT_BUYER_CONFIRM_EXCHANGE_SELLER_SEND_GOODS", "WAIT_SELLER_CONSIGN_GOODS"}
)
STATUSES = OPEN | {
    "SELLER_REFUSE_BUYER", "CLOSED", "SUCCESS", "EXCHANGE_TRANSFORM_TO_REFUND",
}  # fmt: skip
MONEY = frozenset({"REFUND", "REFUND_AND_RETURN"})
"""The dispute types that move money."""
REASONS = (
    "多拍/拍错/不想要",
    "质量问题",
    "与描述不符",
    "退运费",
    "空包裹/少货",
    "未按约定时间发货",
)


class Case(NamedTuple):
    """One refund. `trade` is the trade as it stood at the case's last change."""

    refund_id: int
    trade: Trade
    which: int
    """The place of its line in the trade."""
    status: str
    dispute: str
    created: float
    fee: int
    """What the buyer asks for, be it paid or not."""
    reason: str
    phase: str
    words: str = ""
    """The buyer's own words: a name and a phone may stand in them."""
    returned_at: float | None = None
    waybill: str | None = None
    ended_at: float | None = None
    deadline: float | None = None
    poison: str | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    @property
    def line(self) -> Line:
        """The line it is about."""
        return self.trade.lines[self.which]

    @property
    def returns(self) -> bool:
        """Whether the buyer sends goods back."""
        return self.dispute not in {"REFUND", "RESHIPPING"}

    @property
    def moves_money(self) -> bool:
        """Whether money is what it asks for."""
        return self.dispute in MONEY

    @property
    def good_status(self) -> str:
        """Where the goods are."""
        if self.returned_at is not None:
            return "BUYER_RETURNED_GOODS"
        received = self.line.status in SENT - {"WAIT_BUYER_CONFIRM_GOODS"}
        return "BUYER_RECEIVED" if received else "BUYER_NOT_RECEIVED"


DAYS = {
    "WAIT_SELLER_AGREE": 2, "WAIT_BUYER_RETURN_GOODS": 7, "WAIT_SELLER_CONFIRM_GOODS": 10,
    "SELLER_REFUSE_BUYER": 7, "WAIT_SELLER_CONSIGN_GOODS": 3,
    "WAIT_BUYER_CONFIRM_EXCHANGE_SELLER_SEND_GOODS": 10,
}  # fmt: skip
"""Days until the platform decides by itself, where a step has such a day."""


def price(trade: Trade, which: int) -> int:
    """All that could be refunded for a line; alone in its trade, freight included."""
    line = trade.lines[which]
    return trade.payment if len(trade.lines) == 1 else line.goods - line.share


def opened(
    trade: Trade, which: int, dispute: str, at: float, number: int, rng: random.Random
) -> Case:
    """A case that the buyer has just asked for."""
    line, whole = trade.lines[which], price(trade, which)
    finished = line.status == "TRADE_FINISHED"
    part = finished and rng.random() < 0.4
    to = trade.receiver
    return moved(
        Case(
            refund_id=number,
            trade=trade,
            which=which,
            status="",
            dispute=dispute,
            created=at,
            fee=(whole // 3 if part else whole) if dispute in MONEY else 0,
            reason=rng.choice(REASONS),
            phase="aftersale" if finished else "onsale",
            words=rng.choice(
                ("", "不想要了", f"请联系{to.name} {to.phone}", "包装破损，有图")
            ),
        ),
        trade,
        "WAIT_SELLER_AGREE",
        at,
        rng,
    )


def moved(case: Case, trade: Trade, to: str, at: float, rng: random.Random) -> Case:
    """The case one step on; `trade` is the trade after that step."""
    case = case._replace(trade=trade, status=to)
    if to == "WAIT_BUYER_RETURN_GOODS" and case.dispute == "REFUND":
        case = case._replace(dispute="REFUND_AND_RETURN")
    if to == "WAIT_SELLER_CONFIRM_GOODS":
        waybill = f"77{rng.randrange(10**13):013d}"
        case = case._replace(returned_at=at, waybill=waybill)
    days = DAYS.get(to)
    return case._replace(
        ended_at=None if to in OPEN | {"SELLER_REFUSE_BUYER"} else at,
        deadline=None if days is None else at + days * 86_400,
    )
