"""Stock of one account's products, set as a total and looked at as what is left.

The platform keeps total = available + frozen + sold and takes the total, so a product is
read first and the total that leaves what was asked is set. A piece sold between the two
calls is missing from what is left then, as it should be. The call names a product and no
SKU: of several it could not be said which one it changes.
Source: channel paper §3.2 (goods/stock/sync, the stock invariant).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adapters.douyin_laike.envelope import PRODUCT_NOT_FOUND, says_not_found
from adapters.douyin_laike.goods import LIMITED, UNLIMITED, WireStock
from hub_core.errors import BadRequest, Misconfigured, Rejected, Unreadable
from hub_core.models import ListingStatus, Product, Sku, StockLevel
from hub_core.ports import Done, Effect, Session, SkuLevel
from hub_core.wire import Fetched, Misread, Page, pick

from .cursors import own
from .facts import ADAPTERS, ID, STOCK_FACTS, account_of


class LaikeStock:
    """One product a call, which has one SKU."""

    most = 1
    one_product = True

    def __init__(self, session: Session) -> None:
        self._session = session
        self._account = account_of(session.shop)
        pins = session.shop.pins
        self._calls = pick(ADAPTERS, "stock", pins.get("stock"))
        self._goods = pick(ADAPTERS, "products", pins.get("products"))
        self._counts = _counts_of(session.facts)

    def set(self, levels: Sequence[SkuLevel]) -> Sequence[Done]:
        """Set one SKU. What the platform could not do as asked is refused unsent."""
        if len(levels) != 1:
            raise BadRequest("stock is set of one SKU at a time")
        (level,) = levels
        total = self._total(level, self._find(level.product_external_id))
        if isinstance(total, str):
            return [_done(level, Effect.REFUSED, total)]
        return [self._send(level, total)]

    def level(self, product_external_id: str, sku_external_id: str) -> StockLevel | None:
        """As the product tells now; None as a number where it counts none."""
        asked_at = self._session.now()
        found = self._find(product_external_id)
        sku = _named(found, sku_external_id) if found else None
        if sku is None:
            return None
        return StockLevel(
            sku_external_id=sku_external_id, available=sku.available, as_of_at=asked_at
        )

    def _find(self, external_id: str) -> Fetched | None:
        """The product as it is online: a draft has no stock of its own."""
        try:
            page: Page = self._session.send(
                self._goods.GET, account_id=self._account, product_ids=external_id
            )
        except Rejected as refusal:
            if says_not_found(refusal, PRODUCT_NOT_FOUND):
                return None
            raise
        found = next((x for item in page.items if (x := own(item, external_id))), None)
        if isinstance(found, Misread):
            raise Unreadable(f"product {external_id}: {found.reason}")
        return found

    def _total(self, level: SkuLevel, found: Fetched | None) -> int | str:
        """The number to send, or why there is none."""
        if found is None:
            return "the platform has no such product online"
        if _named(found, level.sku_external_id) is None:
            return "the product has no such SKU"
        if len(_living(found)) > 1:
            return "the product has several SKUs and the call cannot name one"
        stock = _stock_of(found, level.sku_external_id)
        if stock.limit_type == UNLIMITED:
            return "its stock is unlimited (limit_type 2)"
        if stock.limit_type != LIMITED:
            return f"whether its stock is counted is not known: {stock.limit_type}"
        return level.available if self._counts == "available" else _whole(level, stock)

    def _send(self, level: SkuLevel, total: int) -> Done:
        """The answer proves that it was taken; a refusal is raised."""
        outcome = self._session.send(
            self._calls.SET,
            account_id=self._account,
            product_id=level.product_external_id,
            stock={"limit_type": int(LIMITED), "stock_qty": total},
        )
        return _done(level, Effect.CONFIRMED, outcome.note)


def _counts_of(facts: Mapping[str, str]) -> str:
    name = "stock_counts"
    said = str(facts.get(name, STOCK_FACTS[name]))
    if said not in ("total", "available"):
        raise Misconfigured(f"{ID}: {name} is total or available, not {said!r}")
    return said


def _living(found: Fetched) -> list[Sku]:
    product = found.record
    assert isinstance(product, Product)
    return [sku for sku in product.skus if sku.status is not ListingStatus.DELETED]


def _named(found: Fetched, external_id: str) -> Sku | None:
    return next((s for s in _living(found) if s.external_id == external_id), None)


def _stock_of(found: Fetched, external_id: str) -> WireStock:
    """The platform's own numbers: what is sold is no part of a SKU as the hub has it.

    The rows stand in the order of the record's SKUs, whatever the generation calls them.
    """
    product, raw = found.record, found.raw
    assert isinstance(product, Product)
    rows = raw.get("skus") or raw.get("sku_list") or [raw["sku"]]
    ids = [sku.external_id for sku in product.skus]
    return WireStock.model_validate(rows[ids.index(external_id)].get("stock") or {})


def _whole(level: SkuLevel, stock: WireStock) -> int | str:
    """The total that leaves what was asked, if the numbers can be trusted to tell it."""
    parts = (stock.avail_qty, stock.frozen_qty, stock.sold_qty)
    left, frozen, sold = parts
    if left is None or frozen is None or sold is None:
        return "how many pieces are left, frozen and sold is not told"
    if stock.stock_qty not in (None, left + frozen + sold):
        return f"its numbers do not add up: {stock.stock_qty} is not the sum of {parts}"
    return level.available + frozen + sold


def _done(level: SkuLevel, effect: Effect, reason: str | None = None) -> Done:
    return Done(target=level.sku_external_id, effect=effect, reason=reason)
