"""What the merchant has on offer: products, their SKUs' stock, and drafts under review.

stock_qty = avail_qty + frozen_qty + sold_qty; a refund takes sold_qty back, sold_count
never. Orders go on being sold at the counter's first prices, whatever changes here, so
that seeds keep. Source: paper §3.2.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Sequence
from typing import NamedTuple

from hub_core.sandbox import Clock, Effect, Facts, Record

from .bell import Bell
from .drawer import Content, Drawer
from .options import Options
from .rows import Form
from .sale import Product

ONLINE, OFFLINE, BANNED = 1, 2, 3
AUDITING, FAILED, PASSED = 10, 12, 1
SET, CASH, TIMES = 1, 11, 15
"""product_type."""
FOUNDED = 300 * 86_400
WORDS = (7, 44)


class Sku(NamedTuple):
    """One variant. Amounts are fen; the counts mean nothing where it is not `limited`."""

    sku_id: str
    out_id: str
    title: str
    price: int
    market: int
    limited: bool = True
    avail: int = 0
    frozen: int = 0
    sold: int = 0
    sold_count: int = 0

    @property
    def total(self) -> int:
        """stock_qty."""
        return self.avail + self.frozen + self.sold


class Goods:
    """The products of one merchant. `effects` are what clients have changed."""

    def __init__(
        self,
        account: str,
        number: int,
        clock: Clock,
        options: Options,
        seed: int,
        bell: Bell,
        products: Sequence[Product],
    ) -> None:
        source = f"{seed}:goods:{number}"
        self.drawer = Drawer("product", account, clock, options, source, WORDS)
        self.drafts = Drawer("draft", account, clock, options, f"{source}:drafts")
        self.effects: list[Effect] = []
        self._number, self._clock, self._options = number, clock, options
        self._products, self._bell = products, bell
        self._sold: Tally[str] = Tally()
        """What was sold before the doors opened, by SKU."""

    def open(self) -> None:
        """The past is told: put the counter's products up, with what was sold of them."""
        began = self._clock.now() - FOUNDED
        for n, product in enumerate(self._products):
            status = OFFLINE if n == 6 else ONLINE
            skus = self._skus(n, product)
            self.drawer.add(
                product.product_id, began + 60 * n, status=status, **self._base(n, skus)
            )
        self._sold.clear()
        for record in self.drawer.records()[:2]:
            self._propose(record)

    def _base(self, n: int, skus: tuple[Sku, ...]) -> Content:
        title = skus[0].title
        kind = CASH if "代金券" in title else TIMES if "次卡" in title else SET
        out_id = f"OUT-{self._number}-{n}"
        return {"title": title, "kind": kind, "out_id": out_id, "skus": skus}

    def _skus(self, n: int, product: Product) -> tuple[Sku, ...]:
        """One, and of every fourth product two; the fifth has no limit."""
        sold = self._sold[product.sku_id]
        first = Sku(
            product.sku_id,
            f"OUT-{self._number}-{n}-0",
            product.title,
            product.price,
            product.market,
            limited=n != 4,
            avail=self.drawer.rng.randrange(20, 400),
            frozen=self.drawer.rng.randrange(4),
            sold=sold,
            sold_count=sold,
        )
        if n % 4 != 3:
            return (first,)
        id, out_id = f"19{self._number:03d}{n:014d}", f"OUT-{self._number}-{n}-1"
        second = Sku(
            id, out_id, f"{product.title}（工作日）", first.price - 500, first.market
        )
        return first, second._replace(avail=self.drawer.rng.randrange(20, 400))

    # What orders and clients do -------------------------------------------------------

    def count(self, product_id: str, sku_id: str, *, sold: bool) -> None:
        """One piece was paid, or paid back. Neither moves a time of change."""
        record = self.drawer.get(product_id)
        if record is None:
            self._sold[sku_id] += sold
            return
        one = record.latest.content["skus"][0]
        if one.sku_id == sku_id and one.limited:
            self._restock(record, _counted(one, sold=sold), bump=False)

    def sync(self, record: Record, sku: Sku) -> None:
        """A client's stock of this SKU takes effect; what is so already does nothing."""
        before = {one.sku_id: one for one in record.latest.content["skus"]}
        if before[sku.sku_id] == sku:
            return
        self._restock(record, sku, bump=True)
        counts: Facts = {
            "available": sku.avail if sku.limited else None,
            "stock_qty": sku.total if sku.limited else None,
        }
        self.effects.append(Effect(self._clock.now(), "stock", sku.sku_id, counts))

    def _restock(self, record: Record, sku: Sku, *, bump: bool) -> None:
        skus = record.latest.content["skus"]
        kept = tuple(sku if one.sku_id == sku.sku_id else one for one in skus)
        self.drawer.change(record, self._clock.now(), bump=bump, skus=kept)

    # What the merchant and the platform do --------------------------------------------

    def churn(self) -> None:
        """Perhaps a product changes: status, stock, or a draft proposed or judged."""
        rng = self.drawer.rng
        if rng.random() >= self._options.goods_moves:
            return
        record = rng.choice(self.drawer.records())
        match rng.choice(("status", "stock", "propose", "judge", "judge", "launch")):
            case "status":
                self._turn(record)
            case "stock":
                one = record.latest.content["skus"][-1]
                more = one._replace(avail=one.avail + rng.randrange(1, 80))
                self._restock(record, more, bump=True)
            case "propose":
                self._propose(record)
            case "judge":
                self._judge()
            case _:
                self._launch()

    def _turn(self, record: Record) -> None:
        """On sale and off again; rarely the platform bans it."""
        up = record.latest.content["status"] == ONLINE
        banned = up and self.drawer.rng.random() < 0.1
        status = BANNED if banned else OFFLINE if up else ONLINE
        self.drawer.change(record, self._clock.now(), status=status)
        self._bell.moved(record.id, status)

    def _propose(self, record: Record) -> None:
        """The merchant wants another price and name; reviewers have to agree."""
        goods, rng = record.latest.content, self.drawer.rng
        factor = rng.choice((90, 95, 105, 110))
        skus = tuple(s._replace(price=s.price * factor // 100) for s in goods["skus"])
        title = goods["title"].removesuffix("·新") + rng.choice(("", "·新"))
        kept = {"kind": goods["kind"], "out_id": goods["out_id"]}
        self._draft(record.id, {**kept, "title": title, "skus": skus})

    def _launch(self) -> None:
        """A product nobody has seen yet."""
        n = self.drawer.count + self.drafts.count
        product_id, sku_id = (
            f"17{self._number:03d}{n:014d}",
            f"18{self._number:03d}{n:014d}",
        )
        old = self.drawer.rng.choice(self._products)
        title = f"{old.title}（新品）"
        product = Product(product_id, title, sku_id, old.price, old.market)
        self._draft(product_id, self._base(n, self._skus(n, product)))

    def _draft(self, id: str, proposed: Content) -> None:
        now, known = self._clock.now(), self.drafts.get(id)
        said = {**proposed, "status": AUDITING, "why": ""}
        if known is None:
            self.drafts.add(id, now, **said)
        else:
            self.drafts.change(known, now, **said)

    def _judge(self) -> None:
        """The oldest draft under review passes and goes online, or fails."""
        waiting = (
            r for r in self.drafts.records() if r.latest.content["status"] == AUDITING
        )
        draft = next(waiting, None)
        if draft is None:
            return
        now = self._clock.now()
        if self.drawer.rng.random() < 0.3:
            self.drafts.change(draft, now, status=FAILED, why="图片不清晰")
            self._bell.judged(draft.id, passed=False, why="图片不清晰")
            return
        self.drafts.change(draft, now, status=PASSED)
        self._publish(draft, now)
        self._bell.judged(draft.id, passed=True, why="")

    def _publish(self, draft: Record, now: float) -> None:
        goods, live = draft.latest.content, self.drawer.get(draft.id)
        if live is None:
            names = ("title", "kind", "out_id", "skus")
            kept = {name: goods[name] for name in names}
            self.drawer.add(draft.id, now, status=ONLINE, **kept)
            return
        old = {sku.sku_id: sku for sku in live.latest.content["skus"]}
        skus = tuple(old[s.sku_id]._replace(price=s.price) for s in goods["skus"])
        self.drawer.change(live, now, title=goods["title"], skus=skus)


def _counted(sku: Sku, *, sold: bool) -> Sku:
    """The SKU with one more piece sold, or one taken back; nobody sells below nothing."""
    if not sold:
        back = min(1, sku.sold)
        return sku._replace(avail=sku.avail + back, sold=sku.sold - back)
    left = max(0, sku.avail - 1)
    return sku._replace(avail=left, sold=sku.sold + 1, sold_count=sku.sold_count + 1)


def product_facts(goods: Content, form: Form) -> Facts:
    """What a client must have understood of it. The rows of 2022 say how many pieces
    there are in all, not how many are left."""
    counts = {
        f"available:{sku.sku_id}": sku.avail if sku.limited else None
        for sku in goods["skus"]
        if form.shape != "2022"
    }
    counts |= {f"price_amount:{sku.sku_id}": sku.price for sku in goods["skus"]}
    return {
        "title": goods["title"],
        "listing_status_raw": str(goods["word"] or goods["status"]),
        "kind_raw": str(goods["kind"]),
        "outer_code": goods["out_id"],
        **counts,
    }
