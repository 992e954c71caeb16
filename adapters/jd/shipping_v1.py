"""Shipping, first and only shape: a whole order with its waybills, which may be changed.

`pop.order.shipment` names couriers `2100|4700` and their waybills `1,2|3`; 1274 is the
merchant's own delivery, whose number is not kept. Success is a text, "true". Another
waybill goes by `pop.order.waybill.update`, one nested `request`; whether its answer's
`code` is 0 or 200 when done no document says (the dialect's `waybill_done`). Couriers have
ids of this platform's own, listed by a method that kept its old prefix and wrapper.
Source: channel paper JD §4; official Java SDK (WayBillInfoDto, PartialLogisticsInfoVo,
JosResponse); official page of the couriers (apiId 582); a published answer of the shipment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, Field, TypeAdapter, computed_field

from hub_core.wire import JSON, Ask, Call, Id, SomeText, Wire

from .pages import bare, part_of
from .parcels import OWN_DELIVERY

SHAPE = "shipping_v1"
OWN = "getVenderAllDeliveryCompanyResponse"


def aligned(given: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    """Each courier with its waybills, none of which can be taken for two."""
    if not given:
        raise ValueError("at least one courier")
    for courier, numbers in given.items():
        if not (courier.isascii() and courier.isdecimal()):
            raise ValueError("a courier's id is a number")
        if not numbers and courier != OWN_DELIVERY:
            raise ValueError("a courier has a waybill")
        if any(not n.strip() or set(n) & set(",|") for n in numbers):
            raise ValueError("a waybill is not blank and has neither , nor |")
    return given


Waybills = Annotated[Mapping[str, tuple[str, ...]], AfterValidator(aligned)]


class SendAsk(Ask):
    """An order that leaves whole. `waybills`: the courier's id to its waybill numbers."""

    order: int = Field(ge=1, serialization_alias="orderId")
    waybills: Waybills = Field(exclude=True)

    @computed_field(alias="logiCoprId")
    def couriers(self) -> str:
        """`2100|4700`; the platform's own spelling."""
        return "|".join(self.waybills)

    @computed_field(alias="logiNo")
    def numbers(self) -> str:
        """`1,2|3`, aligned with the couriers."""
        return "|".join(",".join(numbers) for numbers in self.waybills.values())


class ChangeAsk(Ask):
    """Another waybill for a parcel of an order; without `shipment` for its only one."""

    order: int = Field(ge=1, exclude=True)
    courier: int = Field(ge=1, exclude=True)
    waybill: str = Field(min_length=1, max_length=64, exclude=True)
    shipment: int | None = Field(None, ge=1, exclude=True)

    @computed_field
    def request(self) -> dict[str, Any]:
        """The one parameter there is."""
        parcel: dict[str, Any] = {"waybillId": self.waybill, "logicId": self.courier}
        if self.shipment is not None:
            parcel["shipmentId"] = self.shipment
        return {"data": {"orderId": self.order, "partialShipmentInfoList": [parcel]}}


class CompaniesAsk(Ask):
    """Every courier a merchant may choose."""

    fields_: str = Field("id,name,description", serialization_alias="fields")


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """One courier. `code` is the platform's own id of it."""

    code: str
    name: str | None


class WireCompany(Wire):
    """One courier as JD has it."""

    id: Id
    name: SomeText = None


_COMPANY: TypeAdapter[WireCompany] = TypeAdapter(WireCompany)


def read_sent(inner: JSON) -> bool:
    """True: it was taken. The envelope has judged the verdict, which must be there."""
    part_of(inner, "sopjosshipment_result")["success"]
    return True


def read_changed(inner: JSON) -> bool:
    """True: it was taken. The dialect has judged the code, which must be there."""
    part_of(inner, "response")["code"]
    return True


def read_companies(inner: JSON) -> tuple[Carrier, ...]:
    """All couriers. An answer without any is no answer."""
    rows = bare(inner, OWN).get("delivery_companies")
    if not isinstance(rows, list) or not rows:
        raise ValueError("not one courier")
    found = [_COMPANY.validate_python(bare(row, "delivery")) for row in rows]
    return tuple([Carrier(code=one.id, name=one.name) for one in found])


SEND: Call[bool] = Call(
    name="shipping.send",
    is_write=True,
    endpoint="jingdong.pop.order.shipment",
    ask=SendAsk,
    read=read_sent,
    shape=SHAPE,
    status="simulated",
)
CHANGE: Call[bool] = Call(
    name="shipping.change",
    is_write=True,
    endpoint="jingdong.pop.order.waybill.update",
    ask=ChangeAsk,
    read=read_changed,
    shape=SHAPE,
    status="simulated",
)
COMPANIES: Call[tuple[Carrier, ...]] = Call(
    name="shipping.companies",
    endpoint="360buy.get.vender.all.delivery.company",
    ask=CompaniesAsk,
    read=read_companies,
    shape=SHAPE,
    status="simulated",
)
