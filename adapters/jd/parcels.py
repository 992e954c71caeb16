"""How goods left: parcels of a partial shipment, or the waybill text of a whole one.

Source: channel paper JD §3 (waybill and courier texts), official Java SDK
(PartialLogisticsInfoModel).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict
from pydantic.alias_generators import to_camel

from hub_core.models import Delivery, DeliveryKind, Issue, OrderLine
from hub_core.wire import Epoch, SomeId, SomeText, Text, Wire

OWN_DELIVERY = "1274"
"""The courier that is the merchant; its waybill number is not kept."""


class WireParcelItem(Wire):
    """What a parcel holds."""

    sku_id: SomeId = None
    model_config = ConfigDict(alias_generator=to_camel)


class WireParcel(Wire):
    """One parcel of a partial shipment; `shipmentTime` is epoch ms."""

    model_config = ConfigDict(alias_generator=to_camel)

    shipment_id: Text
    logic_id: SomeText = None
    waybill_id: SomeText = None
    shipment_time: Epoch = None
    skus: Annotated[
        tuple[WireParcelItem, ...], BeforeValidator(lambda v: () if v is None else v)
    ] = ()


def read_deliveries(
    parcels: Sequence[WireParcel],
    waybill: str | None,
    couriers: str | None,
    shipped_at: datetime | None,
    lines: Sequence[OrderLine],
    issues: list[Issue],
) -> tuple[Delivery, ...]:
    """Parcels where they are listed one by one, else those of the waybill text."""
    if parcels:
        return tuple(_parcel(parcel, lines) for parcel in parcels)
    if waybill is None and couriers is None:
        return ()
    pairs = _pairs(waybill or "", couriers or "", issues)
    return tuple(_whole(courier, number, shipped_at) for courier, number in pairs)


def _parcel(parcel: WireParcel, lines: Sequence[OrderLine]) -> Delivery:
    inside = {item.sku_id for item in parcel.skus if item.sku_id is not None}
    return Delivery(
        external_id=parcel.shipment_id,
        kind=_kind(parcel.logic_id),
        carrier_code=parcel.logic_id,
        tracking_no=parcel.waybill_id,
        shipped_at=parcel.shipment_time,
        line_external_ids=tuple(
            line.external_id for line in lines if line.sku_external_id in inside
        ),
    )


def _whole(courier: str | None, number: str | None, at: datetime | None) -> Delivery:
    return Delivery(
        external_id=":".join(part for part in (courier, number) if part),
        kind=_kind(courier),
        carrier_code=courier,
        tracking_no=number,
        shipped_at=at,
    )


def _kind(courier: str | None) -> DeliveryKind:
    own = courier == OWN_DELIVERY
    return DeliveryKind.SELF_DELIVERY if own else DeliveryKind.PARCEL


def _pairs(
    waybill: str, couriers: str, issues: list[Issue]
) -> list[tuple[str | None, str | None]]:
    """`A1,A2|B1` with `2100|4700`: couriers by `|`, one courier's numbers by comma."""
    groups = waybill.split("|")
    names: list[str | None] = [name.strip() or None for name in couriers.split("|")]
    if len(groups) != len(names):
        issues.append(Issue("deliveries", "couriers_do_not_align"))
        names = [None] * len(groups)
    found = [
        (name, number.strip() or None)
        for name, group in zip(names, groups, strict=True)
        for number in group.split(",")
        if name or number.strip()
    ]
    return list(dict.fromkeys(found))
