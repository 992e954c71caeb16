"""After-sale cases: how one opens, where it goes, what it does to its order.

Source: channel paper §3 (after_sales_status) and §4 (types).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

from . import states
from .life import Content, number

FIRST_CASE = 7_381_000_000
REASONS = ("不想要了", "货物与描述不符", "商品质量问题", "商家漏发", "七天无理由")
KINDS = {
    states.TO_SHIP: (states.REFUND_ONLY,),
    states.SHIPPED: (states.REFUND_ONLY, states.REFUND_ONLY, states.RETURN),
}
"""What may be asked for at which order_status; of a signed order anything."""
ANY = (
    *(states.REFUND_ONLY, states.RETURN, states.RETURN),
    *(states.EXCHANGE, states.RESHIP, states.REPAIR),
)


def ids(shop: int, rng: random.Random) -> Iterator[str]:
    """Ascending ids with gaps, apart for every shop."""
    last = FIRST_CASE + shop * 100_000_000
    while True:
        last += rng.randrange(1, 90)
        yield str(last)


def opened(
    order: str, was: Mapping[str, Any], rng: random.Random, at: float, kind: int = 0
) -> Content:
    """A new case about an order. `amount` is what is asked back, fen; 0 for no money."""
    kind = kind or rng.choice(KINDS.get(was["status"], ANY))
    paid, money = was["basket"].paid, kind in (states.REFUND_ONLY, states.RETURN)
    part = was["status"] != states.TO_SHIP and rng.random() < 0.2
    return {
        "order": order,
        "kind": kind,
        "status": states.OPENING[kind],
        "amount": (paid // 3 if part else paid) if money else 0,
        "basket": was["basket"],
        "confirmed_at": was["confirmed_at"],
        "shipped": was["status"] != states.TO_SHIP,
        "reason": rng.choice(REASONS),
        "started_at": at,
        "tracking": "",
    }


def moved(was: Mapping[str, Any], rng: random.Random) -> Content:
    """The fields the case's next step replaces; none when it is over."""
    ahead = states.CASE_MOVES[was["kind"]].get(was["status"], ())
    if not was["shipped"]:
        ahead = tuple(s for s in ahead if s not in states.AFTER_DISPATCH)
    if not ahead:
        return {}
    to = rng.choice(ahead)
    sent_back = was["status"] in (7, 15, 22) and to not in states.OVER
    return {"status": to} | ({"tracking": number(rng)} if sent_back else {})


def mirrored(status: int) -> Content:
    """What the order shows of a case in that status."""
    return {"after_sales": status, "refund": states.refund_status(status)}


def is_over(was: Mapping[str, Any]) -> bool:
    """Whether nothing more will happen to it."""
    over: bool = was["status"] in states.OVER
    return over
