"""Receivers, first and only shape: who an OAID stands for, asked for with a reason.

Since 2022, when trades came to be masked. The scene says what the answer is for, and the
platform lets through what that needs: a virtual number instead of the buyer's own, or
nothing of an order that is closed. An OAID that no longer matches its trade has to be read
from the trade again. What comes is for the moment: nothing of it may be kept or printed.
Source: taobao.top.oaid.decrypt (developer.alibaba.com, apiId 54714), article 120186;
channel paper §3.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from pydantic import Field, PlainSerializer, TypeAdapter

from hub_core.wire import JSON, Ask, Call, ClockText, SomeFlag, SomeText, Text, Wire

from .common import rows

SHAPE = "receivers_v1"
MOST = 20
SCENES = {
    "1001": "a waybill of SF",
    "1002": "a waybill of the large carriers (4通一达)",
    "1003": "a waybill of EMS",
    "1004": "a waybill of another carrier",
    "1005": "sending from a shop",
    "1006": "sending without a printed waybill",
    "1007": "sending on behalf of another seller",
    "2001": "after-sales service",
    "2002": "care for a customer",
}
"""What a receiver may be asked for."""
SCENE = f"^({'|'.join(SCENES)})$"


class Query(Ask):
    """One addressee of one trade. `days`: how long a virtual number is to last."""

    order: str = Field(min_length=1, serialization_alias="tid")
    token: str = Field(min_length=1, max_length=128, repr=False, serialization_alias="oaid")
    scene: str = Field(pattern=SCENE)
    days: int | None = Field(None, ge=1, serialization_alias="secret_no_days")


def queries_text(given: Sequence[Query]) -> str:
    """Queries as JSON."""
    said = [query.model_dump(by_alias=True, exclude_none=True) for query in given]
    return json.dumps(said, separators=(",", ":"))


class DecryptAsk(Ask):
    """Up to 20 addressees at once."""

    queries: Annotated[tuple[Query, ...], PlainSerializer(queries_text)] = Field(
        min_length=1, max_length=MOST, repr=False, serialization_alias="query_list"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Who and where, in clear. It prints nothing; look at one field at a time."""

    order_external_id: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    matched: bool | None = field(default=None, repr=False)
    """False: the trade has another OAID by now; read it again."""
    refused: str | None = field(default=None, repr=False)
    """Why the platform keeps it masked: DECRYPTION_DISABLED_BY_ORDERCLOSED …"""
    name: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    """`18877771111-123` where it is a virtual number with an extension."""
    telephone: str | None = field(default=None, repr=False)
    is_virtual_number: bool | None = field(default=None, repr=False)
    number_until: datetime | None = field(default=None, repr=False)
    country: str | None = field(default=None, repr=False)
    province: str | None = field(default=None, repr=False)
    city: str | None = field(default=None, repr=False)
    district: str | None = field(default=None, repr=False)
    town: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)


class WireReceiver(Wire):
    """One addressee as TOP has it."""

    tid: Text
    oaid: SomeText = None
    matched: SomeFlag = None
    desensitize_rule: SomeText = None
    name: SomeText = None
    mobile: SomeText = None
    phone: SomeText = None
    privacy_protection: SomeFlag = None
    secret_no_expire_time: ClockText = None
    country: SomeText = None
    state: SomeText = None
    city: SomeText = None
    district: SomeText = None
    town: SomeText = None
    address_detail: SomeText = None


_RECEIVERS: TypeAdapter[list[WireReceiver]] = TypeAdapter(list[WireReceiver])


def read(body: JSON) -> tuple[Receiver, ...]:
    """Whom the platform told of; one it leaves out was not told."""
    found = _RECEIVERS.validate_python(rows(body.get("receiver_list"), "receiver"))
    return tuple([_receiver(row) for row in found])


def _receiver(row: WireReceiver) -> Receiver:
    return Receiver(
        order_external_id=row.tid,
        token=row.oaid,
        matched=row.matched,
        refused=row.desensitize_rule,
        name=row.name,
        phone=row.mobile,
        telephone=row.phone,
        is_virtual_number=row.privacy_protection,
        number_until=row.secret_no_expire_time,
        country=row.country,
        province=row.state,
        city=row.city,
        district=row.district,
        town=row.town,
        address=row.address_detail,
    )


DECRYPT: Call[tuple[Receiver, ...]] = Call(
    name="receivers.decrypt",
    endpoint="taobao.top.oaid.decrypt",
    ask=DecryptAsk,
    read=read,
    is_write=True,  # each is counted: sent again, it would be paid for twice
    shape=SHAPE,
    status="simulated",
)
