"""A merchant's records besides its orders, and how they follow from what orders do.

Every change of an order's vouchers is noted here, so that a used voucher has its verify
record and a refunded one its case. The order never feels it, except where `Options.undo`
opens a used voucher again.
"""

from __future__ import annotations

from collections.abc import Sequence

from hub_core.sandbox import Clock

from .after_sales import AfterSales
from .bell import Bell
from .drawer import Drawer
from .goods import Goods
from .moves import Piece
from .options import Options
from .places import Places
from .redemptions import Redemptions, Reopen
from .sale import DELIVERY, Product, Sale

Pieces = tuple[Piece, ...]


class Backroom:
    """All drawers of one merchant."""

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
        self._clock = clock
        shared = account, number, clock, options, seed
        self.places = Places(*shared)
        self.redemptions = Redemptions(*shared, bell, self.places)
        self.after_sales = AfterSales(*shared, bell)
        self.goods = Goods(*shared, bell, products)

    @property
    def drawers(self) -> dict[str, Drawer]:
        """By kind."""
        kept = (self.places, self.redemptions, self.after_sales, self.goods)
        drawers = {one.drawer.kind: one.drawer for one in kept}
        return drawers | {"draft": self.goods.drafts}

    def note(self, sale: Sale, before: Pieces, after: Pieces, at: float) -> None:
        """What has happened to an order's vouchers at that time."""
        for n, (old, new) in enumerate(zip(before, after, strict=True)):
            self._count(sale.units[n].product, old, new)
            if sale.order_type == DELIVERY:
                continue  # what is brought to the door has no voucher
            if new.left < old.left:
                self.redemptions.use(sale, n, old, at)
            elif new.status != old.status:
                self._refund(sale, n, old, new, at)

    def _count(self, product: Product, old: Piece, new: Piece) -> None:
        paid, paid_back = (old.status, new.status) == (10, 20), new.status == 301
        if paid or (paid_back and old.status != 301):
            self.goods.count(product.product_id, product.sku_id, sold=paid)

    def _refund(self, sale: Sale, n: int, old: Piece, new: Piece, at: float) -> None:
        if new.status == 300:
            self.after_sales.ask(sale, n, old, at)
        elif new.status == 301:
            self.after_sales.pay_back(sale, n, new.refunded, at)
        elif old.status == 300:
            self.after_sales.refuse(sale, n, at)

    def settle_past(self, sale: Sale, pieces: Pieces) -> None:
        """The order's past is told: what may have happened to its vouchers besides."""
        if sale.order_type == DELIVERY:
            return
        now = self._clock.now()
        for n, piece in enumerate(pieces):
            if piece.status == 100:
                self.redemptions.slip(sale, n, piece, now)

    def churn(self, reopen: Reopen) -> None:
        """Something may happen now that no order has to do with."""
        self.places.churn()
        self.redemptions.churn(reopen)
        self.after_sales.churn()
        self.goods.churn()
