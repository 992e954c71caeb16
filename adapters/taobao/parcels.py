"""What was sent, and by when it should be: one delivery for each waybill.

Source: line fields invoice_no, logistics_company, consign_time and delivery_time of
taobao.trade.fullinfo.get. A line that went out in several parcels shows one of them.
"""

from __future__ import annotations

from datetime import datetime

from hub_core.models import Delivery, DeliveryKind

from .trade import UNREADABLE, Line, Trade
from .words import SHIPPING, look_up


def read_deliveries(trade: Trade) -> tuple[Delivery, ...]:
    """One for each waybill. TOP names a line's waybill and its carrier on the line."""
    parcels: dict[tuple[str, str | None], list[Line]] = {}
    for row in trade.orders:
        if row.invoice_no:
            parcels.setdefault((row.invoice_no, row.logistics_company), []).append(row)
    return tuple([_delivery(trade, *key, held) for key, held in parcels.items()])


def _delivery(
    trade: Trade, waybill: str, carrier: str | None, held: list[Line]
) -> Delivery:
    return Delivery(
        external_id=waybill,
        kind=_kind(trade, held[0]),
        carrier_name=carrier,
        tracking_no=waybill,
        shipped_at=_real(held[0].consign_time) or trade.consign_time,
        line_external_ids=tuple([row.id for row in held if row.id]),
    )


def _kind(trade: Trade, row: Line) -> DeliveryKind:
    if trade.shop_pick or trade.rt_omni_send_type == "pickUp":
        return DeliveryKind.PICKUP
    word = row.shipping_type or trade.shipping_type
    return look_up(SHIPPING, word) if word else DeliveryKind.PARCEL


def _real(moment: datetime | None) -> datetime | None:
    return None if moment is UNREADABLE else moment


def promised(trade: Trade) -> datetime | None:
    """The earliest of the latest times to ship."""
    moments = [moment for moment in deadlines(trade) if moment is not UNREADABLE]
    return min(moments) if moments else None


def deadlines(trade: Trade) -> list[datetime]:
    """Every latest time to ship that is named; `UNREADABLE` where it is prose."""
    moments = [trade.delivery_time] if trade.delivery_time else []
    return moments + [row.delivery_time for row in trade.orders if row.delivery_time]
