"""Shipping, second shape: parcels with what is in each, so that part of a line may go.

consign_type 1 sends, 2 says that what was sent in part is all, 3 sends again what was lost.
A line of which the rest comes later is marked so; else it counts as sent whole.
Source: alibaba.ascp.logistics.offline.send (2026 metadata: TopConsignPkgRequest,
TopConsignGoodsRequest, ConsignStatusRequest); channel paper §4, §7.5 ("after").
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field, PlainSerializer, model_validator

from hub_core.wire import JSON, Ask, Call

from .carriers import Carrier, CompaniesAsk, proved, read_companies

SHAPE = "shipping_v2"
SENT, ALL_SENT, SENT_AGAIN = 1, 2, 3
GOODS, GIFT, COMPONENT = 0, 1, 2


class Goods(Ask):
    """Pieces of one line; all of them where no number is given."""

    line: str | None = Field(None, min_length=1, serialization_alias="sub_tid")
    kind: int = Field(GOODS, ge=GOODS, le=COMPONENT, serialization_alias="item_type")
    quantity: int | None = Field(None, ge=1, serialization_alias="num")
    component: str | None = Field(None, serialization_alias="comp_item_id")
    component_sku: str | None = Field(None, serialization_alias="comp_sku_id")


class Parcel(Ask):
    """One waybill and what went with it."""

    waybill: str = Field(min_length=1, max_length=64, serialization_alias="out_sid")
    carrier: str = Field(min_length=1, serialization_alias="company_code")
    goods: tuple[Goods, ...] = ()


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def parcels_text(given: Sequence[Parcel]) -> str:
    """Parcels as JSON."""
    return _text([p.model_dump(by_alias=True, exclude_none=True) for p in given])


def partly_text(given: Mapping[str, bool]) -> str:
    """Which lines went in part only, as JSON."""
    said = [{"sub_tid": line, "is_part_consign": part} for line, part in given.items()]
    return _text(said)


class SendAsk(Ask):
    """Parcels for a trade. `partly`: line to whether more of it follows."""

    order: str = Field(min_length=1, serialization_alias="tid")
    how: int = Field(SENT, ge=SENT, le=SENT_AGAIN, serialization_alias="consign_type")
    parcels: Annotated[tuple[Parcel, ...], PlainSerializer(parcels_text)] | None = Field(
        None, min_length=1, serialization_alias="consign_pkgs"
    )
    partly: Annotated[Mapping[str, bool], PlainSerializer(partly_text)] | None = Field(
        None, serialization_alias="consign_status"
    )

    @model_validator(mode="after")
    def _whole(self) -> SendAsk:
        if self.how != ALL_SENT and not self.parcels:
            raise ValueError("parcels are missing")
        if any(not parcel.goods for parcel in self.parcels or ()):
            raise ValueError("what is in each parcel is missing")
        return self


def read(body: JSON) -> bool:
    """True: it was taken. A no raises Rejected."""
    return proved(body["result"], "success")


SEND: Call[bool] = Call(
    name="shipping.send",
    is_write=True,
    endpoint="alibaba.ascp.logistics.offline.send",
    ask=SendAsk,
    read=read,
    shape=SHAPE,
    status="simulated",
)
COMPANIES: Call[tuple[Carrier, ...]] = Call(
    name="shipping.companies",
    endpoint="taobao.logistics.companies.get",
    ask=CompaniesAsk,
    read=read_companies,
    shape=SHAPE,
    status="simulated",
)
