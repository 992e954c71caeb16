"""New trades: what kinds there are, and what a buyer puts into one."""

from __future__ import annotations

import random

from hub_core.sandbox import Street

from .trade import Line, Promotion, Trade

KINDS = {
    "fixed": 50, "guarantee_trade": 6, "cod": 9, "step": 9, "auto_delivery": 6,
    "ec": 4, "auction": 3, "fenxiao": 4, "o2o_offlinetrade": 3, "nopaid": 2,
    "pre_auth_type": 2, "independent_simple_trade": 2,
}  # fmt: skip
"""Trade types and how often they occur in these shops. Source: paper §3."""

VIRTUAL = frozenset({"auto_delivery", "ec", "o2o_offlinetrade"})
FIRST_ID = 3_725_362_658_812_595_205
"""19 digits, above 2**53: neighbours become equal in a client that reads floats."""
LINE_STEP = 10**9
SHOP_STEP = 10**13

START = {
    "cod": "WAIT_SELLER_SEND_GOODS",
    "nopaid": "TRADE_NO_CREATE_PAY",
    "pre_auth_type": "WAIT_PRE_AUTH_CONFIRM",
}


def item_id(title: str) -> int:
    """The num_iid of goods with that title, the same in every shop."""
    return sum(title.encode()) * 7_919 + 600_000_000_000


def sku_id(item: int, variant: str) -> int:
    """The sku_id of a variant of an item."""
    return item * 3 + sum(variant.encode())


class Buyers:
    """Puts trades together for one shop, from a seed."""

    def __init__(self, rng: random.Random, shop: int) -> None:
        self._rng = rng
        self._street = Street(rng)
        self._last = FIRST_ID + shop * SHOP_STEP
        self._kinds, self._weights = list(KINDS), list(KINDS.values())

    def place(self, at: float, kind: str | None = None) -> Trade:
        """A trade that has just been placed."""
        rng = self._rng
        kind = kind or rng.choices(self._kinds, self._weights)[0]
        self._last += rng.randrange(1, 10)
        tid, status = self._last, START.get(kind, "WAIT_BUYER_PAY")
        serviced = kind == "fixed" and rng.random() < 0.08
        count = 1 if serviced else rng.choices((1, 2, 3), (60, 28, 12))[0]
        same = count == 1 and not serviced and rng.random() < 0.8
        lines = [
            self._line(tid if same else self._oid(tid, i), status) for i in range(count)
        ]
        gift = count > 1 and rng.random() < 0.25
        if gift:
            lines[-1] = self._gift(lines[-1])
        promotions = [*self._line_promotions(lines)]
        if gift:
            gone = lines[-1]
            promotions.append(Promotion(tid, "满就送", 0, f"mjs-{tid % 997}", gone.num_iid))
        discount = self._discount(lines)
        if discount:
            promotions.append(Promotion(tid, "店铺满减", discount, f"mjj-{tid % 997}"))
        return Trade(
            tid=tid,
            kind=kind,
            created=at,
            status=status,
            lines=tuple(shared(lines, discount)),
            receiver=self._street.person(),
            buyer=rng.randrange(4_000),
            post_fee=0 if kind in VIRTUAL else rng.choice((0, 0, 600, 1000)),
            discount=discount,
            promotions=tuple(promotions),
            services=(tid + 7 * LINE_STEP, tid + 8 * LINE_STEP) if serviced else (),
            cod_status="NEW_CREATED" if kind == "cod" else None,
            step_status="FRONT_NOPAID_FINAL_NOPAID" if kind == "step" else None,
            message=self._street.note(),
        )

    def _oid(self, tid: int, index: int) -> int:
        return tid + LINE_STEP * (index + 1)

    def _line(self, oid: int, status: str) -> Line:
        title, variant, price = self._street.goods()
        off = self._rng.choice((0, 0, 0, 500, 1000))
        num = self._rng.choice((1, 1, 1, 2, 3))
        item = item_id(title)
        sku = sku_id(item, variant)
        return Line(oid, item, sku, title, variant, price, num, status, discount=off)

    def _gift(self, line: Line) -> Line:
        title = f"赠品 {line.title}"
        sku, item = line.sku_id, line.num_iid
        return Line(line.oid, item, sku, title, line.variant, 0, 1, line.status)

    def _line_promotions(self, lines: list[Line]) -> list[Promotion]:
        return [
            Promotion(x.oid, "限时打折", x.discount, f"xsdz-{x.oid % 997}")
            for x in lines
            if x.discount
        ]

    def _discount(self, lines: list[Line]) -> int:
        total = sum(x.goods for x in lines)
        return 1500 if total >= 20_000 and self._rng.random() < 0.3 else 0


def shared(lines: list[Line], discount: int) -> list[Line]:
    """The lines with the trade's discount shared out, the first one taking the rest."""
    total = sum(x.goods for x in lines)
    if not discount or not total:
        return lines
    shares = [discount * x.goods // total for x in lines]
    shares[0] += discount - sum(shares)
    return [x._replace(share=s) for x, s in zip(lines, shares, strict=True)]
