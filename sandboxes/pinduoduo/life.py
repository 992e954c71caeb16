"""What happens to orders: placed, grouped, reviewed, shipped, signed, edited.

Each step gives the fields it replaces; times are epoch seconds, cut to whole ones as the
platform keeps them. Source: channel paper §3.
"""

from __future__ import annotations

import random
from typing import Any

from . import states
from .baskets import basket
from .catalogue import Goods

Content = dict[str, Any]
REMARKS = ("客户加急", "已电话确认", "赠品随单", "改发次日达", "")
TAGS = ((1, "红色"), (2, "黄色"), (3, "绿色"), (4, "蓝色"), (5, "紫色"))
SILENT = ("remark", "invoice")
"""Edits that touch no status."""
CARRIERS = (44, 85, 115, 121, 384)
"""Courier ids a parcel may carry; `shipping` has their names."""

MOVES: dict[int, tuple[tuple[str, int], ...]] = {
    states.TO_SHIP: (("ship", 10), ("review", 1), ("address", 1), ("urge", 1), ("case", 2)),
    states.SHIPPED: (("sign", 7), ("reroute", 1), ("parcel", 1), ("case", 2)),
    states.NEW_WORD: (("sign", 1),),
    states.SIGNED: (("case", 1), ("rest", 2)),
}


def placed(rng: random.Random, at: float, shelf: tuple[Goods, ...]) -> Content:
    """A new order, paid, its group not complete; some in a lottery, some by deposit."""
    return {
        "status": states.TO_SHIP,
        "confirm": states.WAITING,
        "group": states.WAITING,
        "group_id": rng.randrange(10**12, 10**13),
        "refund": states.NO_REFUND,
        "after_sales": states.NO_CASE,
        "risk": 0,
        "lucky": 2 if rng.random() < 0.05 else 1,
        "trade": 1 if rng.random() < 0.05 else 0,
        "basket": basket(rng, shelf),
        "person": rng.getrandbits(32),
        "memo": rng.getrandbits(16),
        "placed_at": at,
        "confirmed_at": None,
        "shipped_at": None,
        "received_at": None,
        "urged_at": None,
        "carrier": 0,
        "tracking": "",
        "parcels": (),
        "remark": "",
        "tag": (0, ""),
        "invoice": 0,
    }


def choose(was: Content, rng: random.Random) -> str | None:
    """A plausible next step, None when nothing will happen any more."""
    if was["confirm"] == states.WAITING:
        return rng.choice(("group", "group", "group", "fail"))
    if was["risk"]:
        return rng.choice(("release", "release", "release", "cancel"))
    if was["confirm"] == states.CANCELLED or _paid_back(was):
        return None
    names, weights = zip(*MOVES[was["status"]], strict=True)
    name: str = rng.choices(names, weights)[0]
    return None if name == "rest" else name


def step(name: str, was: Content, rng: random.Random, at: float) -> Content:
    """The fields one step replaces. Raises KeyError for a step there is not."""
    match name:
        case "group":
            done = {"confirm": states.DEALT, "group": states.DEALT}
            return done | {"confirmed_at": at}
        case "fail":
            return {"confirm": states.CANCELLED, "group": states.CANCELLED}
        case "review" | "release":
            return {"risk": int(name == "review")}
        case "cancel":
            paid_back = {"refund": states.REFUNDED, "after_sales": states.PAID_BACK}
            return {"confirm": states.CANCELLED, "risk": 0, **paid_back}
        case "address":
            return {"person": rng.getrandbits(32)}
        case "urge":
            return {"urged_at": at}
        case "ship":
            return {"status": states.SHIPPED, "shipped_at": at, **_parcel(rng)}
        case "reroute":
            return _parcel(rng)
        case "parcel":
            more = (rng.choice((1, 2, 3)), rng.choice(CARRIERS), number(rng))
            return {"parcels": (*was["parcels"], more)}
        case "sign":
            return {"status": states.SIGNED, "received_at": at}
        case "remark":
            said = f"{rng.choice(REMARKS)} {rng.randrange(1000)}"
            return {"remark": said, "tag": rng.choice(TAGS)}
        case "invoice":
            return {"invoice": 1 - was["invoice"]}
        case _:
            raise KeyError(name)


def number(rng: random.Random) -> str:
    """A tracking number no courier has."""
    return f"SB{rng.randrange(10**12):012d}"


def _parcel(rng: random.Random) -> Content:
    return {"carrier": rng.choice(CARRIERS), "tracking": number(rng)}


def _paid_back(was: Content) -> bool:
    refunded: bool = was["refund"] == states.REFUNDED
    return refunded
