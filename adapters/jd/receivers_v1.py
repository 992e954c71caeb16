"""Receivers, first and only shape: who an oaid stands for, asked for an order.

Since oaids came to stand for receivers in place of ciphertext. The answer has a code of
its own in `returnType`, whose value for success no document tells (C), and rows only for
what is opened. Source: channel paper JD §3 (receiver protection); official Java SDK of
2024 (GetReceiverInfoListReqVO, ResponseData, OrderReceiverInfoModel).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field, TypeAdapter, computed_field
from pydantic.alias_generators import to_camel

from hub_core.wire import JSON, Ask, Call, SomeFlag, SomeText, Text, Wire, clock_text, epoch

from .envelope import masked

SHAPE = "receivers_v1"


class DecryptAsk(Ask):
    """Orders with their oaids. `scene` and `days` (how long a virtual number is to last;
    the unit is not documented) are left out where they are None."""

    orders: Mapping[int, str] = Field(min_length=1, exclude=True, repr=False)
    scene: str | None = Field(None, exclude=True)
    days: int | None = Field(None, ge=1, exclude=True)

    @computed_field(alias="getReceiverInfoListReqVO")
    def request(self) -> dict[str, Any]:
        """The one parameter there is."""
        asked: dict[str, Any] = {
            "orderInfos": [
                {"orderId": id, "oaid": oaid} for id, oaid in self.orders.items()
            ]
        }
        if self.scene is not None:
            asked["scenesType"] = self.scene
        if self.days is not None:
            asked["expiration"] = self.days
        return asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Who and where, in clear. It prints nothing."""

    order_external_id: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    """A virtual number where `is_virtual_number`."""
    telephone: str | None = field(default=None, repr=False)
    is_virtual_number: bool | None = field(default=None, repr=False)
    number_until: datetime | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the platform said as a whole, and whom it told of."""

    code: str
    said: str | None
    receivers: tuple[Receiver, ...] = field(repr=False)


class WireReceiver(Wire):
    """One receiver as JD has it."""

    model_config = ConfigDict(alias_generator=to_camel)

    order_id: Text
    oaid: SomeText = None
    customer_name: SomeText = None
    cons_mobile_phone: SomeText = None
    customer_phone: SomeText = None
    privacy_protection: SomeFlag = None
    expiration: SomeText = None
    address: SomeText = None


class WireTold(Wire):
    """`returnType`."""

    code: Text
    message: SomeText = None
    data: list[WireReceiver] | None = None


_TOLD: TypeAdapter[WireTold] = TypeAdapter(WireTold)


def read(inner: JSON) -> Told:
    """What was told; an order it leaves out was not opened."""
    told = _TOLD.validate_python(inner["returnType"])
    rows = tuple([_receiver(row) for row in told.data or ()])
    return Told(code=told.code, said=masked(told.message) or None, receivers=rows)


def _receiver(row: WireReceiver) -> Receiver:
    return Receiver(
        order_external_id=row.order_id,
        token=row.oaid,
        name=row.customer_name,
        phone=row.cons_mobile_phone,
        telephone=row.customer_phone,
        is_virtual_number=row.privacy_protection,
        number_until=_until(row.expiration),
        address=row.address,
    )


def _until(text: str | None) -> datetime | None:
    """A text whose form is not documented: wall clock, or epoch. None: neither."""
    if text is None:
        return None
    try:
        return epoch(text) if text.isdecimal() else clock_text(text)
    except ValueError:
        return None


DECRYPT: Call[Told] = Call(
    name="receivers.decrypt",
    endpoint="jingdong.jos.order.oaid.decrypt",
    ask=DecryptAsk,
    read=read,
    is_write=True,  # each is counted: sent again, it would be paid for twice
    shape=SHAPE,
    status="simulated",
)
