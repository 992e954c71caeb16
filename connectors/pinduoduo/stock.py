"""Stock: one SKU a call, set and never added to, looked at in its product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hub_core.errors import BadRequest, Misconfigured
from hub_core.models import StockLevel
from hub_core.ports import Done, Effect, Session, SkuLevel
from hub_core.wire import pick

from .asking import ADAPTERS
from .writing import outcome

NAME = "stock"
APART, INSIDE = "apart", "inside"
FACTS = {
    # Whether what orders hold (预扣库存) counts in a SKU's quantity. "inside": it does, and
    # is taken off what is read and added to what is set.
    "stock_reserve": APART,
}


@dataclass(slots=True)
class PddStock:
    """The stock of one shop."""

    session: Session
    most: int = 1
    one_product: bool = True

    def set(self, levels: Sequence[SkuLevel]) -> Sequence[Done]:
        """Set one SKU. The platform does not tell what it has then, and lowers none that
        stands in a promotion slot."""
        if len(levels) != self.most:
            raise BadRequest("pinduoduo sets the stock of one SKU a call")
        (wanted,) = levels
        held_back = 0
        if self._is_inside():
            held = self._held(wanted.product_external_id, wanted.sku_external_id)
            if held is None:
                return [_no_such(wanted)]
            held_back = _reserved(held)
        return [self._set(wanted, wanted.available + held_back)]

    def level(self, product_external_id: str, sku_external_id: str) -> StockLevel | None:
        """What is offered now."""
        held = self._held(product_external_id, sku_external_id)
        if held is None:
            return None
        available = held.quantity
        if available is not None and self._is_inside():
            available = max(0, available - _reserved(held))
        return StockLevel(
            sku_external_id=sku_external_id,
            available=available,
            as_of_at=self.session.now(),
        )

    def _set(self, wanted: SkuLevel, quantity: int) -> Done:
        def ask() -> bool:
            taken: bool = self.session.send(
                self._shape().SET,
                product=wanted.product_external_id,
                sku=wanted.sku_external_id,
                quantity=quantity,
            )
            return taken

        return outcome(wanted.sku_external_id, ask)

    def _held(self, product: str, sku: str) -> Any:
        found = self.session.send(self._shape().GET, product=product)
        return found.get(sku)

    def _shape(self) -> Any:
        return pick(ADAPTERS, NAME, self.session.shop.pins.get(NAME))

    def _is_inside(self) -> bool:
        word = self.session.facts.get("stock_reserve") or APART
        if word not in (APART, INSIDE):
            raise Misconfigured(
                f"pinduoduo: the fact stock_reserve is {APART} or {INSIDE}, not {word!r}"
            )
        return word == INSIDE


def _reserved(held: Any) -> int:
    """What orders hold, which only the second shape tells."""
    if held.reserved is None:
        raise Misconfigured(
            "pinduoduo: with stock_reserve inside, what orders hold has to be told"
        )
    reserved: int = held.reserved
    return reserved


def _no_such(wanted: SkuLevel) -> Done:
    return Done(
        target=wanted.sku_external_id,
        effect=Effect.REFUSED,
        reason="the product has no such SKU",
    )
