"""What may happen to a trade, step by step, the way the platform lets it happen.

Each event takes a trade and answers its next state, or None where it is not legal.
Source: status tables of paper §3.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from hub_core.sandbox import Street

from .births import VIRTUAL
from .trade import CLOSED, FINAL, SENT, UNPAID, Line, Trade

Happens = Callable[[Trade, float, random.Random], Trade | None]

MEMOS = ("已电联买家", "缺货，改发同款", "老客户，送小样", "发票随货", "地址已核对")
OPEN_REFUND = frozenset(
    {"WAIT_SELLER_AGREE", "WAIT_BUYER_RETURN_GOODS", "WAIT_SELLER_CONFIRM_GOODS"}
)
NEXT_REFUND = {
    "WAIT_BUYER_RETURN_GOODS": "WAIT_SELLER_CONFIRM_GOODS",
    "WAIT_SELLER_CONFIRM_GOODS": "SUCCESS",
    "SELLER_REFUSE_BUYER": "CLOSED",
}


def everywhere(trade: Trade, status: str, at: float | None = None) -> tuple[Line, ...]:
    """Its lines in that status, those closed already left as they are."""
    return tuple(
        x if x.status in CLOSED else x._replace(status=status, ended_at=at)
        for x in trade.lines
    )


def pay(trade: Trade, at: float, rng: random.Random) -> Trade | None:
    """Pay; of a step trade only the front part."""
    if trade.status not in UNPAID or trade.step_status == "FRONT_PAID_FINAL_NOPAID":
        return None
    if trade.step_status:
        front = trade.payment // 10
        return trade._replace(step_status="FRONT_PAID_FINAL_NOPAID", step_paid=front)
    locked = trade.kind == "fixed" and rng.random() < 0.05
    paid = _paid(trade, at, "PAID_FORBID_CONSIGN" if locked else "WAIT_SELLER_SEND_GOODS")
    return ship(paid, at, rng) if trade.kind in VIRTUAL else paid


def pay_rest(trade: Trade, at: float, rng: random.Random) -> Trade | None:
    """The rest of a step trade."""
    if trade.status not in UNPAID or trade.step_status != "FRONT_PAID_FINAL_NOPAID":
        return None
    paid = _paid(trade, at, "WAIT_SELLER_SEND_GOODS")
    return paid._replace(step_status="FRONT_PAID_FINAL_PAID", step_paid=trade.payment)


def _paid(trade: Trade, at: float, status: str) -> Trade:
    return trade._replace(paid_at=at, status=status, lines=everywhere(trade, status))


def unlock(trade: Trade, at: float, rng: random.Random) -> Trade | None:
    """A group buy is complete: what was paid may now be shipped."""
    if trade.status != "PAID_FORBID_CONSIGN":
        return None
    status = "WAIT_SELLER_SEND_GOODS"
    return trade._replace(status=status, lines=everywhere(trade, status))


def ship(trade: Trade, at: float, rng: random.Random) -> Trade | None:
    """Send one line of several, or all that is left."""
    if trade.status not in {"WAIT_SELLER_SEND_GOODS", "SELLER_CONSIGNED_PART"}:
        return None
    waits = ("WAIT_SELLER_SEND_GOODS", "SELLER_CONSIGNED_PART")  # a client's part of a line
    left = [x for x in trade.lines if x.status in waits]
    if any(x.refund_status in OPEN_REFUND for x in left):
        return None
    part = len(left) > 1 and trade.status == "WAIT_SELLER_SEND_GOODS"
    chosen = left[:1] if part and rng.random() < 0.5 else left
    waybill = None if trade.kind in VIRTUAL else f"YT{rng.randrange(10**13):013d}"
    gone = {id(x) for x in chosen}
    to = "WAIT_BUYER_CONFIRM_GOODS"
    lines = tuple(
        x._replace(status=to, sent_at=at, waybill=waybill) if id(x) in gone else x
        for x in trade.lines
    )
    status = to if len(chosen) == len(left) else "SELLER_CONSIGNED_PART"
    cod = "ACCEPTED_BY_COMPANY" if trade.cod_status else None
    return trade._replace(lines=lines, status=status, sent_at=at, cod_status=cod)


def finish(trade: Trade, at: float, rng: random.Random) -> Trade | None:
    """The buyer has it: cash on delivery is signed for first, then settled."""
    if trade.status == "WAIT_BUYER_CONFIRM_GOODS" and trade.kind == "cod":
        status = "TRADE_BUYER_SIGNED"
        lines = everywhere(trade, status)
        return trade._replace(status=status, cod_status="TAKEN_IN_SUCCESS", lines=lines)
    if trade.status not in {"WAIT_BUYER_CONFIRM_GOODS", "TRADE_BUYER_SIGNED"}:
        return None
    if any(x.refund_status in OPEN_REFUND for x in trade.lines):
        return None
    paid = at if trade.kind == "cod" else trade.paid_at
    lines = everywhere(trade, "TRADE_FINISHED", at)
    return trade._replace(status="TRADE_FINISHED", ended_at=at, paid_at=paid, lines=lines)


def close(trade: Trade, at: float, rng: random.Random) -> Trade | None:
    """Closed before it was paid; a front payment is forfeited."""
    if trade.status not in UNPAID:
        return None
    status = "TRADE_CLOSED_BY_TAOBAO"
    step = trade.step_status
    if step == "FRONT_PAID_FINAL_NOPAID":
        step = "FRONT_PAID_FRONT_FORFEITED"
    lines = everywhere(trade, status, at)
    return trade._replace(status=status, ended_at=at, step_status=step, lines=lines)


def ask_refund(trade: Trade, at: float, rng: random.Random) -> Trade | None:
    """The buyer wants money back for one line, before or after it was sent."""
    may = [
        i
        for i, x in enumerate(trade.lines)
        if x.refund_status in {"NO_REFUND", "CLOSED"}
        and x.status not in UNPAID | CLOSED
        and (trade.paid_at is not None)
    ]
    if not may:
        return None
    which = rng.choice(may)
    number = trade.lines[which].oid % 10**15 * 100 + 17
    asked = trade.lines[which]._replace(refund_id=number)
    return _refund(trade, which, asked, "WAIT_SELLER_AGREE", at)


def move_refund(trade: Trade, at: float, rng: random.Random) -> Trade | None:
    """The seller agrees or refuses, the buyer sends back, the money goes."""
    for which, line in enumerate(trade.lines):
        now = line.refund_status
        if now == "WAIT_SELLER_AGREE":
            to = "WAIT_BUYER_RETURN_GOODS" if line.status in SENT else "SUCCESS"
            if rng.random() < 0.25:
                to = rng.choice(("SELLER_REFUSE_BUYER", "CLOSED"))
            return _refund(trade, which, line, to, at)
        if now in NEXT_REFUND:
            return _refund(trade, which, line, NEXT_REFUND[now], at)
    return None


def _refund(trade: Trade, which: int, line: Line, to: str, at: float) -> Trade:
    """The trade with one line's refund moved on; money back closes an unfinished line."""
    line = line._replace(refund_status=to)
    if to == "SUCCESS" and line.status != "TRADE_FINISHED":
        line = line._replace(status="TRADE_CLOSED", ended_at=at)
    lines = (*trade.lines[:which], line, *trade.lines[which + 1 :])
    return settled(trade._replace(lines=lines), at)


def settled(trade: Trade, at: float) -> Trade:
    """The trade's status after lines were closed by refunds."""
    left = {x.status for x in trade.lines if x.status not in CLOSED}
    if not left:
        return trade._replace(status="TRADE_CLOSED", ended_at=at)
    if trade.status == "SELLER_CONSIGNED_PART" and left == {"WAIT_BUYER_CONFIRM_GOODS"}:
        return trade._replace(status="WAIT_BUYER_CONFIRM_GOODS")
    return trade


def reject(trade: Trade, at: float, rng: random.Random) -> Trade | None:
    """Cash on delivery: the buyer would not take it, nobody paid."""
    if trade.kind != "cod" or trade.status != "WAIT_BUYER_CONFIRM_GOODS":
        return None
    lines, cod = everywhere(trade, "TRADE_CLOSED", at), "TAKEN_IN_FAILED"
    return trade._replace(status="TRADE_CLOSED", ended_at=at, cod_status=cod, lines=lines)


def pend(trade: Trade, at: float, rng: random.Random) -> Trade | None:
    """A foreign card: the payment waits to be confirmed."""
    if trade.kind != "fixed" or trade.status != "WAIT_BUYER_PAY":
        return None
    status = "PAY_PENDING"
    return trade._replace(status=status, lines=everywhere(trade, status))


def reprice(trade: Trade, at: float, rng: random.Random) -> Trade | None:
    """The seller gives a little off the first line before it is paid."""
    first = trade.lines[0]
    if trade.status != "WAIT_BUYER_PAY" or first.adjust or trade.step_paid:
        return None
    if first.goods - first.share <= 200:
        return None
    return trade._replace(lines=(first._replace(adjust=-100), *trade.lines[1:]))


def readdress(trade: Trade, at: float, rng: random.Random) -> Trade | None:
    """Somewhere else, before it is sent. The OAID changes with it."""
    if trade.status in FINAL | SENT | {"SELLER_CONSIGNED_PART"}:
        return None
    return trade._replace(receiver=Street(rng).person())


def note(trade: Trade, at: float, rng: random.Random) -> Trade | None:
    """The seller writes a memo."""
    return trade._replace(memo=f"{rng.choice(MEMOS)} {rng.randrange(1000)}")


def colour(trade: Trade, at: float, rng: random.Random) -> Trade:
    """The seller puts up another flag."""
    return trade._replace(flag=(trade.flag + rng.randrange(1, 6)) % 6)


def rate(trade: Trade, at: float, rng: random.Random) -> Trade | None:
    """The buyer has rated."""
    if trade.status != "TRADE_FINISHED" or trade.rated:
        return None
    return trade._replace(rated=True)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happens: how often, after how long (seconds), and its switch.

    `bumps` names the switch that says whether it moves `modified` when the trade's
    status stays; None: it always does.
    """

    happens: Happens
    weight: int
    after: tuple[float, float]
    bumps: str | None = None


HOUR, DAY = 3_600.0, 86_400.0
EVENTS = {
    "pay": Event(pay, 34, (20, 1_800)),
    "pay_rest": Event(pay_rest, 20, (HOUR, 4 * DAY)),
    "unlock": Event(unlock, 30, (HOUR, DAY)),
    "ship": Event(ship, 24, (HOUR, 2 * DAY)),
    "finish": Event(finish, 16, (2 * DAY, 9 * DAY)),
    "close": Event(close, 4, (HOUR, DAY)),
    "reject": Event(reject, 1, (2 * DAY, 9 * DAY)),
    "pend": Event(pend, 1, (20, 600)),
    "ask_refund": Event(ask_refund, 3, (HOUR, 4 * DAY), "refund_bumps"),
    "move_refund": Event(move_refund, 12, (600, DAY), "refund_bumps"),
    "reprice": Event(reprice, 2, (60, 600)),
    "readdress": Event(readdress, 2, (60, HOUR)),
    "note": Event(note, 3, (60, DAY), "memo_bumps"),
    "colour": Event(colour, 3, (60, DAY), "flag_bumps"),
    "rate": Event(rate, 3, (HOUR, 5 * DAY), "rate_bumps"),
}
NAMES = list(EVENTS)
ODDS = list(accumulate(event.weight for event in EVENTS.values()))


def something(
    trade: Trade, at: float, rng: random.Random, *, wait: bool = False
) -> tuple[float, Event, Trade]:
    """An event that is legal: when, which, and what it makes of the trade.

    It happens at `at`, or with `wait` as long after it as such events take.
    """
    for name in rng.choices(NAMES, cum_weights=ODDS, k=12):
        event = EVENTS[name]
        when = float(int(at + rng.uniform(*event.after))) if wait else at
        after = event.happens(trade, when, rng)
        if after is not None:
            return when, event, after
    return at, EVENTS["colour"], colour(trade, at, rng)


def grown(
    trade: Trade, now: float, rng: random.Random
) -> Iterator[tuple[float, Event, Trade]]:
    """What happened to a trade between its creation and `now`, in whole seconds."""
    at, quiet = trade.created, 0
    while quiet < 2:
        at, event, trade = something(trade, at, rng, wait=True)
        if at > now:
            return
        quiet += trade.status in FINAL
        yield at, event, trade
