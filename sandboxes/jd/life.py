"""What happens to orders: placed, paid, sent, finished, cancelled, edited.

Each step gives the fields it replaces; times are epoch seconds, cut to whole ones as
the platform keeps them. Source: channel paper §3.
"""

from __future__ import annotations

import random
from typing import Any

from . import states
from .baskets import Coupon, basket

Content = dict[str, Any]
CARRIERS = ("467", "465", "2100", "4700")
NEXT = {
    state: tuple(name for name, weight in moves for _ in range(weight))
    for state, moves in states.MOVES.items()
}
"""Legal next steps of each state, each as often as it weighs."""
SILENT = ("remark", "flag_return", "settle")
"""Edits that touch neither status nor waybill."""
REMARKS = ("客户加急", "已电话确认", "赠品随单", "改发次日达", "")


def placed(rng: random.Random, at: float) -> Content:
    """A new order: mostly goods paid online, some cash on delivery, some local life."""
    voucher = rng.random() < 0.1
    cash = not voucher and rng.random() < 0.08
    goods = basket(rng, voucher=voucher)
    return {
        "state": states.TO_SHIP if cash else states.NOT_PAY,
        "kind": "75" if voucher else "22",
        "pay": "1" if cash else "4",
        "basket": goods,
        "coupons": goods.coupons,
        "paid": goods.payment,
        "person": rng.getrandbits(32),
        "invoice": rng.choice(("0", "0", "1", "3", "2")),
        "started_at": at,
        "paid_at": None,
        "shipped_at": None,
        "ended_at": None,
        "waybill": "",
        "carriers": "",
        "remark": "",
        "returned": "0",
        "parent": "",
    }


def step(name: str, was: Content, rng: random.Random, at: float) -> Content:
    """The fields one step replaces. Raises KeyError for a step there is not."""
    return STEPS[name](was, rng, at)


def choose(state: str, rng: random.Random) -> str | None:
    """A legal next step, or None when the order is final."""
    names = NEXT.get(state)
    return rng.choice(names) if names else None


def ready(was: Content) -> str:
    """The state of an order that is paid and not held up."""
    return states.TO_SEND_CODE if was["kind"] == "75" else states.TO_SHIP


def _pay(was: Content, rng: random.Random, at: float) -> Content:
    return {"state": ready(was), "paid_at": at}


def _cancel(was: Content, rng: random.Random, at: float) -> Content:
    return {"state": states.CANCELLED, "ended_at": at}


def _ship(was: Content, rng: random.Random, at: float) -> Content:
    return {"state": states.SHIPPED, "shipped_at": at, **_parcels(rng)}


def _lock(was: Content, rng: random.Random, at: float) -> Content:
    return {"state": states.LOCKED}


def _pause(was: Content, rng: random.Random, at: float) -> Content:
    return {"state": states.PAUSED}


def _pop_pause(was: Content, rng: random.Random, at: float) -> Content:
    return {"state": states.POP_PAUSED}


def _resume(was: Content, rng: random.Random, at: float) -> Content:
    return {"state": ready(was)}


def _finish(was: Content, rng: random.Random, at: float) -> Content:
    paid = was["paid_at"] if was["pay"] != "1" else at
    return {"state": states.FINISHED, "ended_at": at, "paid_at": paid}


def _come_back(was: Content, rng: random.Random, at: float) -> Content:
    return {"state": states.RETURNED, "ended_at": at}


def _change_waybill(was: Content, rng: random.Random, at: float) -> Content:
    return _parcels(rng)


def _remark(was: Content, rng: random.Random, at: float) -> Content:
    return {"remark": f"{rng.choice(REMARKS)} {rng.randrange(1000)}"}


def _flag_return(was: Content, rng: random.Random, at: float) -> Content:
    return {"returned": rng.choice("12")}


def _settle(was: Content, rng: random.Random, at: float) -> Content:
    """The split of a discount is known later than the order; nothing is paid anew."""
    *kept, last = was["coupons"] or (None,)
    if last is None or last.amount < 2:
        return _remark(was, rng, at)
    half = Coupon(last.kind, last.amount // 2, last.sku)
    rest = Coupon(last.kind, last.amount - half.amount, last.sku)
    return {"coupons": (*kept, half, rest)}


def _parcels(rng: random.Random) -> Content:
    """`A1,A2|B1` aligned with `id1|id2`: parcels by carrier."""
    groups = [[_number(rng) for _ in range(rng.choice((1, 1, 1, 2)))]]
    if rng.random() < 0.15:
        groups.append([_number(rng)])
    carriers = rng.sample(CARRIERS, len(groups))
    waybill = "|".join(",".join(group) for group in groups)
    return {"waybill": waybill, "carriers": "|".join(carriers)}


def _number(rng: random.Random) -> str:
    return f"SB{rng.randrange(10**12):012d}"


STEPS = {
    "pay": _pay,
    "cancel": _cancel,
    "ship": _ship,
    "lock": _lock,
    "pause": _pause,
    "pop_pause": _pop_pause,
    "resume": _resume,
    "finish": _finish,
    "come_back": _come_back,
    "change_waybill": _change_waybill,
    "remark": _remark,
    "flag_return": _flag_return,
    "settle": _settle,
}
