"""Stock: absolute numbers for up to 20 SKUs of one product, in the shop's shape.

Plain Taobao shops take the first shape, whose answer tells what each SKU has now; Tmall's
the second, which tells nothing, so that the product is read back. Which of the two a shop
speaks is its pin `stock`. A product without variants is its own SKU and has a door of its
own in the first shape.
Source: taobao.skus.quantity.update, taobao.item.quantity.update and
tmall.item.quantity.update; channel paper §4, §7.6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.taobao.stock import MOST, StockSet
from hub_core.errors import BadRequest, HubError, Unreadable
from hub_core.models import ListingStatus, Product, StockLevel
from hub_core.ports import Done, Effect, Session, SkuLevel
from hub_core.wire import Misread, pick

from .facts import ADAPTERS
from .products import Products

Shown = Mapping[str, int | None]
"""Pieces by SKU, of all that a product has; None: it does not say."""


class Stock:
    """The stock of one shop."""

    most = MOST
    one_product = True

    def __init__(self, session: Session) -> None:
        self._session = session
        self._calls = pick(ADAPTERS, "stock", session.shop.pins.get("stock"))
        self._products = Products(session)

    def set(self, levels: Sequence[SkuLevel]) -> Sequence[Done]:
        """Set these; what the answer does not tell of, the product is asked for."""
        product, asked = _one_product(levels)
        told = self._send(product, asked)
        looked = self._look(product) if asked.keys() - told.keys() else {}
        return [
            _told(one, told[one.sku_external_id])
            if one.sku_external_id in told
            else _seen(one, looked)
            for one in levels
        ]

    def level(self, product_external_id: str, sku_external_id: str) -> StockLevel | None:
        """As the product tells now."""
        asked_at = self._session.now()
        shown = self._shown(product_external_id)
        if sku_external_id not in shown:
            return None
        available = shown[sku_external_id]
        return StockLevel(
            sku_external_id=sku_external_id, available=available, as_of_at=asked_at
        )

    def _send(self, product: str, asked: Mapping[str, int]) -> Mapping[str, int]:
        """What the answer tells of each; nothing, where it is about another product."""
        answer = self._set(product, asked)
        if answer.product_external_id != product:
            return {}
        if product not in asked:
            return answer.levels
        return {} if answer.quantity is None else {product: answer.quantity}

    def _set(self, product: str, asked: Mapping[str, int]) -> StockSet:
        call, how = self._calls.SET, dict[str, Any](levels=asked)
        if product in asked:
            call = getattr(self._calls, "SET_ONE", call)
            how = {"quantity": asked[product]}
        answer: StockSet = self._session.send(call, product=product, **how)
        return answer

    def _look(self, product: str) -> Shown | HubError:
        """What the product shows after its stock was set, or why it could not be seen:
        an error raised from here would pass for one of the call that set it."""
        try:
            return self._shown(product)
        except HubError as error:
            return error

    def _shown(self, product: str) -> Shown:
        found = self._products.record(product)
        if isinstance(found, Misread):
            raise Unreadable(f"product {product}: {found.reason}")
        if found is None or not isinstance(found.record, Product):
            return {}
        there = [s for s in found.record.skus if s.status is not ListingStatus.DELETED]
        return {sku.external_id: sku.available for sku in there}


def _one_product(levels: Sequence[SkuLevel]) -> tuple[str, Mapping[str, int]]:
    """The product and its SKUs' levels. Raises BadRequest where one call cannot say it."""
    products = {level.product_external_id for level in levels}
    asked = {level.sku_external_id: level.available for level in levels}
    if len(products) != 1 or len(asked) != len(levels):
        raise BadRequest("stock is set of one product at a time, each SKU once")
    (product,) = products
    if product in asked and len(asked) > 1:
        raise BadRequest("a product is its own SKU only where it has no others")
    return product, asked


def _told(one: SkuLevel, told: int) -> Done:
    """As the answer itself says."""
    if told == one.available:
        return _done(one, Effect.CONFIRMED, told)
    why = f"{one.available} was asked and the platform says {told}"
    return _done(one, Effect.REFUSED, told, why)


def _seen(one: SkuLevel, looked: Shown | HubError) -> Done:
    """As the product shows. Another number than was asked may come of a sale since."""
    if isinstance(looked, HubError):
        why = f"sent, and the product could not be looked at: {looked.kind}"
        return _done(one, Effect.UNKNOWN, reason=why, code=looked.code)
    if one.sku_external_id not in looked:
        return _done(one, Effect.REFUSED, reason="the product has no such SKU")
    shown = looked[one.sku_external_id]
    if shown == one.available:
        return _done(one, Effect.CONFIRMED, shown)
    why = f"{one.available} was asked and the product shows {shown}"
    return _done(one, Effect.UNKNOWN, shown, why)


def _done(
    one: SkuLevel,
    effect: Effect,
    told: int | None = None,
    reason: str | None = None,
    code: str | None = None,
) -> Done:
    target = one.sku_external_id
    return Done(target=target, effect=effect, told=told, reason=reason, code=code)
