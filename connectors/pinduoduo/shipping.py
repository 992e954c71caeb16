"""Shipping: the first parcel ships an order whole, others are told of beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hub_core.ports import Carrier, Done, Parcel, Session
from hub_core.wire import pick

from .asking import ADAPTERS
from .writing import outcome

NAME = "shipping"
FACTS = {
    # Words of a refusal that may mean it was done before, in parts: no code is documented.
    "shipped_before_words": "已发货,重复",
}


@dataclass(slots=True)
class PddShipping:
    """The shipments of one shop. No parcel says what is in it."""

    session: Session
    splits: bool = True

    def carriers(self) -> Sequence[Carrier]:
        """The courier companies that orders may be shipped with, by their numbers."""
        companies = self.session.send(self._shape().COMPANIES)
        return [Carrier(code=c.number, name=c.name) for c in companies if c.available]

    def send(self, parcel: Parcel) -> Done:
        """Report one parcel. One that may have been reported before is `unknown`: the order
        tells which waybills it has. Orders under review or with a refund are refused."""
        shape = self._shape()
        call = shape.SEND if parcel.is_first else shape.EXTRA

        def ask() -> bool:
            taken: bool = self.session.send(
                call,
                order=parcel.order_external_id,
                carrier=parcel.carrier_code,
                waybill=parcel.tracking_no,
            )
            return taken

        return outcome(parcel.order_external_id, ask, unsure=self._before())

    def _shape(self) -> Any:
        return pick(ADAPTERS, NAME, self.session.shop.pins.get(NAME))

    def _before(self) -> list[str]:
        name = "shipped_before_words"
        words = self.session.facts.get(name) or FACTS[name]
        return [word.strip() for word in words.split(",") if word.strip()]
