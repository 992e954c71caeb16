"""After-sale cases, first shape. Source: the shop's API page, README.md.

Wire models have the hub's names; an alias is the shop's.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from hub_core.models import AfterSale, AfterSaleKind, AfterSaleLine, CaseStatus, Refund
from hub_core.wire import (
    ClockText,
    Id,
    Records,
    SomePieces,
    SomeText,
    SomeWhole,
    Text,
    Wire,
    Words,
)

from .asks import ListAsk, OneAsk, Reading

KINDS = Words(
    {
        "refund": AfterSaleKind.REFUND_ONLY,
        "return": AfterSaleKind.RETURN_REFUND,
        "exchange": AfterSaleKind.EXCHANGE,
    },
    unknown=AfterSaleKind.UNKNOWN,
)
STATES = Words(
    {
        "requested": CaseStatus.MERCHANT_REVIEW,
        "returning": CaseStatus.BUYER_RETURN,
        "received": CaseStatus.MERCHANT_RECEIVE,
        "refunding": CaseStatus.REFUNDING,
        "done": CaseStatus.CLOSED_DONE,
        "rejected": CaseStatus.CLOSED_REJECTED,
        "cancelled": CaseStatus.CLOSED_CANCELLED,
    },
    unknown=CaseStatus.UNKNOWN,
)


class WireItem(Wire):
    """What of the order it is about."""

    line_external_id: Id = Field(alias="item_id")
    quantity: SomePieces = Field(None, alias="count")
    requested_amount: SomeWhole = Field(None, alias="amount")


class WireRefund(Wire):
    """Money that has gone back."""

    external_id: Id = Field(alias="id")
    amount: SomeWhole = None
    succeeded_at: ClockText = Field(None, alias="paid_at")


class WireCase(Wire):
    """A case as the shop writes it."""

    external_id: Id = Field(alias="id")
    order_external_id: Id = Field(alias="order_id")
    kind_raw: Text = Field(alias="kind")
    status_raw: Text = Field(alias="status")
    reason_raw: SomeText = Field(None, alias="reason")
    requested_amount: SomeWhole = Field(None, alias="requested")
    channel_created_at: ClockText = Field(None, alias="created_at")
    channel_updated_at: ClockText = Field(alias="updated_at")
    lines: tuple[WireItem, ...] = Field((), alias="items")
    refunds: tuple[WireRefund, ...] = ()


def read_case(wire: WireCase) -> AfterSale:
    """Wire to canonical. ValueError where versions could not be told apart."""
    if wire.channel_updated_at is None:
        raise ValueError("updated_at is missing")
    paid = [refund.amount for refund in wire.refunds if refund.amount is not None]
    told: dict[str, Any] = dict(wire) | {
        "kind": KINDS[wire.kind_raw],
        "status": STATES[wire.status_raw],
        "applied_at": wire.channel_created_at,
        "refunded_amount": sum(paid) if len(paid) == len(wire.refunds) > 0 else None,
        "lines": tuple(AfterSaleLine(**dict(item)) for item in wire.lines),
        "refunds": tuple(Refund(**dict(refund)) for refund in wire.refunds),
    }
    return AfterSale(**told)


CASES = Records(WireCase, read_case, id="id")
READ_ROW = CASES.again
LIST = Reading(
    name="after_sales.list",
    endpoint="/api/v1/after-sales",
    ask=ListAsk,
    read=CASES.page("cases", total="total", number="page"),
)
GET = Reading(
    name="after_sales.get",
    endpoint="/api/v1/after-sales/{id}",
    ask=OneAsk,
    read=CASES.one("case"),
)
