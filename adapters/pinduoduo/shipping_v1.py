"""Shipping, first and only shape: an order goes whole, further parcels are told beside it.

`pdd.logistics.online.send` takes an order's first waybill and knows no lines. Once the
order is shipped, `pdd.order.upload.extra.logistics` adds waybills that the buyer is shown:
split parcels (1), goods sent again (2) or gifts (3). Correcting a waybill
(`redelivery_type` 2, which came later) writes over the first and is not asked for here.
Courier companies have numbers; only some may be shipped with. That a shipment was taken is
said by 1, true or "true".
Source: pages of the three operations in copies of 2021 to 2024, official sample of 2018-09;
channel paper PDD §4, §7.6, §8.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, TypeAdapter, computed_field

from hub_core.wire import JSON, Ask, Call, Flag, Id, SomeFlag, SomeText, Text, Wire

SHAPE = "shipping_v1"
SPLIT = 1
Number = Annotated[str, Field(pattern=r"^[0-9]{1,9}$")]
_FLAG: TypeAdapter[bool] = TypeAdapter(Flag)


class SendAsk(Ask):
    """The first waybill of an order. `carrier` is the company's number."""

    order: str = Field(min_length=1, serialization_alias="order_sn")
    carrier: Number = Field(serialization_alias="logistics_id")
    waybill: str = Field(min_length=1, serialization_alias="tracking_number")


class ExtraAsk(Ask):
    """One more waybill of an order that is shipped in several parcels."""

    order: str = Field(min_length=1, serialization_alias="order_sn")
    carrier: Number = Field(exclude=True)
    waybill: str = Field(min_length=1, exclude=True)
    kind: int = Field(SPLIT, ge=SPLIT, le=SPLIT, serialization_alias="extra_track_type")

    @computed_field
    def extra_track_list(self) -> str:
        """The waybill as a list in JSON, its company by another name."""
        track = {"shipping_id": int(self.carrier), "tracking_number": self.waybill}
        return json.dumps([track], ensure_ascii=False, separators=(",", ":"))


class CompaniesAsk(Ask):
    """Every courier company."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A courier company."""

    number: str
    name: str
    letters: str | None = None
    """Its short name: `YTO`."""
    available: bool | None = None
    """Whether orders may be shipped with it."""


class WireCompany(Wire):
    """A courier company as the platform has it."""

    id: Id
    logistics_company: Text
    code: SomeText = None
    available: SomeFlag = None


_COMPANIES: TypeAdapter[list[WireCompany]] = TypeAdapter(list[WireCompany])


def read_sent(inner: JSON) -> bool:
    """Whether the shipment was taken. Raises where the answer does not say."""
    return _FLAG.validate_python(inner["is_success"])


def read_extra(inner: JSON) -> bool:
    """The same of a further waybill, in another word."""
    return _FLAG.validate_python(inner["success"])


def read_companies(inner: JSON) -> tuple[Company, ...]:
    """All companies. An answer without any is no answer."""
    found = _COMPANIES.validate_python(inner["logistics_companies"])
    if not found:
        raise ValueError("not one courier company")
    return tuple([_company(row) for row in found])


def _company(row: WireCompany) -> Company:
    return Company(
        number=row.id,
        name=row.logistics_company,
        letters=row.code,
        available=row.available,
    )


SEND: Call[bool] = Call(
    name="shipping.send",
    is_write=True,
    endpoint="pdd.logistics.online.send",
    ask=SendAsk,
    read=read_sent,
    shape=SHAPE,
    status="simulated",
)
EXTRA: Call[bool] = Call(
    name="shipping.extra",
    is_write=True,
    endpoint="pdd.order.upload.extra.logistics",
    ask=ExtraAsk,
    read=read_extra,
    shape=SHAPE,
    status="simulated",
)
COMPANIES: Call[tuple[Company, ...]] = Call(
    name="shipping.companies",
    endpoint="pdd.logistics.companies.get",
    ask=CompaniesAsk,
    read=read_companies,
    needs_token=False,
    shape=SHAPE,
    status="simulated",
)
