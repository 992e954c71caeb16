"""What may happen to an order, as legal steps from one state to the next.

order_status: 100 wait pay, 200 paid, 201 available, 1 finished, 101 closed.
item_status: 10 wait pay, 20 paid, 100 available, 101 closed, 200 booking, 201 booked,
300 refunding, 301 refunded, 400 fulfilling, 401 fulfilled. Source: paper §3.3.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, NamedTuple

from .sale import BOOKING, CHANNELS, DELIVERY, PRESALE, Sale

State = dict[str, Any]
"""`sale`, `status`, `pay_time`, `items`, `channel`, `edits`, and mischief."""

FINAL = frozenset({101, 301, 401})


class Piece(NamedTuple):
    """The state of one unit. `left` counts the uses a times card still has."""

    status: int
    at: int
    left: int = 1
    refunded: int = 0
    refunded_at: int = 0

    def __deepcopy__(self, memo: Any) -> Piece:
        return self


class Move(NamedTuple):
    """A step, the switch that says whether it bumps the update time, and its fields."""

    name: str
    bumps: str | None
    make: Callable[[State, random.Random, int], State]


def placed(sale: Sale) -> State:
    """An order nobody has paid yet."""
    items = tuple(Piece(10, sale.created, u.times) for u in sale.units)
    return {
        "sale": sale,
        "status": 100,
        "pay_time": 0,
        "items": items,
        "channel": "",
        "edits": 0,
    }


def legal(state: State) -> list[Move]:
    """What may happen next, likelier moves more than once. Never empty. Of an order whose
    codes are a third party's, that party decides on codes and refunds."""
    match state["status"]:
        case 100:
            return [PAY, PAY, PAY, CLOSE]
        case 200:
            return [EDIT] if state.get("third") else [ISSUE]
        case 201:
            return _open_moves(state)
        case _:
            return [EDIT]


def _open_moves(state: State) -> list[Move]:
    statuses = {piece.status for piece in state["items"]}
    kind = state["sale"].order_type
    moves = [EDIT]
    if 100 in statuses:
        moves += [BOOK, BOOK] if kind in (PRESALE, BOOKING) else [USE, USE, USE]
        moves += [ASK_REFUND]
    if 200 in statuses:
        moves += [CONFIRM]
    if statuses & {201, 400}:
        moves += [USE, USE]
    if 300 in statuses and not state.get("third"):
        moves += [REFUND, REFUND, REFUSE]
    return moves


# Steps -------------------------------------------------------------------------------


def _pay(state: State, rng: random.Random, now: int) -> State:
    return {"status": 200, "pay_time": now, **_all(state, 20, now)}


def _close(state: State, rng: random.Random, now: int) -> State:
    return {"status": 101, **_all(state, 101, now)}


def _issue(state: State, rng: random.Random, now: int) -> State:
    delivered = state["sale"].order_type == DELIVERY
    return {"status": 201, **_all(state, 400 if delivered else 100, now)}


def _use(state: State, rng: random.Random, now: int) -> State:
    def used(piece: Piece, pay: int) -> Piece:
        if piece.left > 1:
            return piece._replace(at=now, left=piece.left - 1)
        return piece._replace(status=401, at=now, left=0)

    return _one(state, rng, (100, 201, 400), used)


def _ask_refund(state: State, rng: random.Random, now: int) -> State:
    return _one(state, rng, (100,), lambda p, _: p._replace(status=300, at=now))


def _refund(state: State, rng: random.Random, now: int) -> State:
    def paid_back(piece: Piece, pay: int) -> Piece:
        return piece._replace(status=301, at=now, refunded=pay, refunded_at=now)

    return _one(state, rng, (300,), paid_back)


def _refuse(state: State, rng: random.Random, now: int) -> State:
    return _one(state, rng, (300,), lambda p, _: p._replace(status=100, at=now))


def _book(state: State, rng: random.Random, now: int) -> State:
    return _one(state, rng, (100,), lambda p, _: p._replace(status=200, at=now))


def _confirm(state: State, rng: random.Random, now: int) -> State:
    return _one(state, rng, (200,), lambda p, _: p._replace(status=201, at=now))


def _edit(state: State, rng: random.Random, now: int) -> State:
    return {"channel": rng.choice(CHANNELS), "edits": state["edits"] + 1}


PAY = Move("pay", None, _pay)
CLOSE = Move("close", None, _close)
ISSUE = Move("issue", None, _issue)
USE = Move("use", "use_bumps", _use)
ASK_REFUND = Move("ask_refund", "refund_bumps", _ask_refund)
REFUND = Move("refund", "refund_bumps", _refund)
REFUSE = Move("refuse", "refund_bumps", _refuse)
BOOK = Move("book", None, _book)
CONFIRM = Move("confirm", None, _confirm)
EDIT = Move("edit", "edit_bumps", _edit)


def _all(state: State, status: int, now: int) -> State:
    items = tuple(p._replace(status=status, at=now) for p in state["items"])
    return {"items": items}


def _one(
    state: State,
    rng: random.Random,
    among: tuple[int, ...],
    change: Callable[[Piece, int], Piece],
) -> State:
    """Change one unit that stands in one of these states; close the order when all are
    done: fully refunded is 101, anything used is 1."""
    items = list(state["items"])
    which = rng.choice([n for n, p in enumerate(items) if p.status in among])
    items[which] = change(items[which], state["sale"].units[which].pay)
    fields: State = {"items": tuple(items)}
    if all(p.status in FINAL for p in items):
        refunded = all(p.status == 301 for p in items)
        fields["status"] = 101 if refunded else 1
    return fields
