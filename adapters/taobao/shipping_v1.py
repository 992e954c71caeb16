"""Shipping, first shape: one waybill for a whole trade, or for some of its lines.

The trade counts as shipped at once. Not for cash on delivery nor for parcels ordered from
the carrier through the platform. Shipping a second time is refused with the same word as
shipping a closed trade (B04), so that neither can be taken for done.
Source: taobao.logistics.offline.send (2021 metadata); error words of several public
programs; channel paper §4, §7.5 ("before").
"""

from __future__ import annotations

from pydantic import Field, computed_field

from hub_core.wire import JSON, Ask, Call

from .carriers import Carrier, CompaniesAsk, proved, read_companies

SHAPE = "shipping_v1"


class SendAsk(Ask):
    """A waybill for a trade; with `lines`, for these only."""

    order: str = Field(min_length=1, serialization_alias="tid")
    waybill: str = Field(min_length=1, max_length=64, serialization_alias="out_sid")
    carrier: str = Field(min_length=1, serialization_alias="company_code")
    lines: tuple[str, ...] = Field((), max_length=50, serialization_alias="sub_tid")

    @computed_field
    def is_split(self) -> int:
        """1 where only some lines are sent."""
        return 1 if self.lines else 0


def read(body: JSON) -> bool:
    """True: it was taken. A no raises Rejected."""
    return proved(body["shipping"], "is_success")


SEND: Call[bool] = Call(
    name="shipping.send",
    is_write=True,
    endpoint="taobao.logistics.offline.send",
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
