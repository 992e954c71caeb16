"""A trade as the platform keeps it. Amounts in fen, times in epoch seconds.

Values never change: a change makes a new Trade. They are tuples because a population
of a hundred thousand makes half a million of them.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Self

from hub_core.sandbox.people import Person

UNPAID = frozenset(
    {"WAIT_BUYER_PAY", "TRADE_NO_CREATE_PAY", "PAY_PENDING", "WAIT_PRE_AUTH_CONFIRM"}
)
CLOSED = frozenset({"TRADE_CLOSED", "TRADE_CLOSED_BY_TAOBAO"})
FINAL = CLOSED | {"TRADE_FINISHED"}
SENT = frozenset({"WAIT_BUYER_CONFIRM_GOODS", "TRADE_BUYER_SIGNED", "TRADE_FINISHED"})


class Line(NamedTuple):
    """One bought SKU (TOP calls it an order)."""

    oid: int
    num_iid: int
    sku_id: int
    title: str
    variant: str
    price: int
    num: int
    status: str
    adjust: int = 0
    """What the seller changed by hand; negative makes it cheaper."""
    discount: int = 0
    share: int = 0
    """Its part of the trade's own discount (part_mjz_discount)."""
    refund_status: str = "NO_REFUND"
    refund_id: int | None = None
    sent_at: float | None = None
    ended_at: float | None = None
    waybill: str | None = None
    courier: str | None = None
    """The name of the carrier a client sent it by; None: the shop's usual one."""

    @property
    def goods(self) -> int:
        """What its goods cost the buyer: no freight, before the trade's own discount."""
        return self.price * self.num + self.adjust - self.discount


class Promotion(NamedTuple):
    """One discount or gift; `id` is the tid or the oid it belongs to."""

    id: int
    name: str
    fee: int
    promotion_id: str
    gift_item_id: int | None = None


class Trade(NamedTuple):
    """One trade with its lines."""

    tid: int
    kind: str
    created: float
    status: str
    lines: tuple[Line, ...]
    receiver: Person
    buyer: int
    post_fee: int = 0
    discount: int = 0
    promotions: tuple[Promotion, ...] = ()
    services: tuple[int, ...] = ()
    """Oids of service orders sold along with a single line (delivery upstairs …)."""
    paid_at: float | None = None
    sent_at: float | None = None
    ended_at: float | None = None
    cod_status: str | None = None
    step_status: str | None = None
    step_paid: int = 0
    message: str = ""
    memo: str = ""
    flag: int = 0
    rated: bool = False
    said: str | None = None
    """A status word no document has, given out instead of `status`."""
    poison: str | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    @property
    def payment(self) -> int:
        """What the buyer pays, freight included."""
        return sum(x.goods for x in self.lines) - self.discount + self.post_fee

    @property
    def received(self) -> int:
        """What has reached the seller: the payment of confirmed lines."""
        done = [x for x in self.lines if x.status == "TRADE_FINISHED"]
        if len(done) == len(self.lines):
            return self.payment
        return sum(x.goods - x.share for x in done)

    @property
    def word(self) -> str:
        """The status as it is sent."""
        return self.said or self.status
