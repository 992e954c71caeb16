"""How goods left. Pinduoduo ships an order whole; more parcels are told beside it.

Source: channel paper PDD §3, §4; the lists of pdd.order.information.get.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from hub_core.models import Delivery, OrderLine
from hub_core.wire import SomeId, SomeText, Wire


class WireParcel(Wire):
    """A courier's number on the platform, and a waybill."""

    logistics_id: SomeId = None
    tracking_number: SomeText = None

    @property
    def is_there(self) -> bool:
        """An order not yet shipped has 0 and an empty text."""
        return self.logistics_id is not None or self.tracking_number is not None


def read_deliveries(
    first: WireParcel,
    split: Sequence[WireParcel],
    gifts: Sequence[WireParcel],
    resent: Sequence[WireParcel],
    shipped_at: datetime | None,
    lines: Sequence[OrderLine],
) -> tuple[Delivery, ...]:
    """Every parcel once. When the others left, and what is in one sent again, no answer
    says."""
    bought = tuple(line.external_id for line in lines if not line.is_gift)
    given = tuple(line.external_id for line in lines if line.is_gift)
    found = [
        *_of([first], bought, shipped_at),
        *_of(split, bought),
        *_of(gifts, given),
        *_of(resent, ()),
    ]
    once = {parcel.external_id: parcel for parcel in reversed(found)}
    return tuple(reversed(once.values()))


def _of(
    parcels: Iterable[WireParcel],
    inside: tuple[str, ...],
    shipped_at: datetime | None = None,
) -> list[Delivery]:
    return [
        Delivery(
            external_id=":".join(p for p in (each.logistics_id, each.tracking_number) if p),
            carrier_code=each.logistics_id,
            tracking_no=each.tracking_number,
            shipped_at=shipped_at,
            line_external_ids=inside,
        )
        for each in parcels
        if each.is_there
    ]
