"""Where orders stand, first and only shape: `pdd.order.status.get`, by their numbers.

At most fifty a call. 0 (异常) is what a number has that is no order of the shop's; an order
has its place in being shipped, from 1 on.
Source: channel paper PDD §3; page of pdd.order.status.get (field texts of 2018 and 2023).
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, TypeAdapter

from hub_core.wire import JSON, Ask, Call, Id, Whole, Wire

SHAPE = "order_status_v1"
NO_ORDER = 0


class GetAsk(Ask):
    """One order by its number."""

    order_sn: str = Field(min_length=1, pattern="^[^,]+$", serialization_alias="order_sns")


class WireStatus(Wire):
    """Where one order stands. Its number is spelled as in no other answer."""

    order_sn: Id = Field(alias="orderSn")
    order_status: Whole


_ROWS: TypeAdapter[list[WireStatus]] = TypeAdapter(list[WireStatus])


def read(inner: JSON) -> Mapping[str, int]:
    """Order number to where it stands."""
    rows = _ROWS.validate_python(inner["order_status_list"])
    return {row.order_sn: row.order_status for row in rows}


GET: Call[Mapping[str, int]] = Call(
    name="orders.status",
    endpoint="pdd.order.status.get",
    ask=GetAsk,
    read=read,
    shape=SHAPE,
    status="simulated",
)
