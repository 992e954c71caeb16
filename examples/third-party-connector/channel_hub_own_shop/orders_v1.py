"""Orders and their parcels, first shape: fen, ISO times, one word for the state.

Wire models have the hub's names; an alias is the shop's.
Source: the shop's API page, which is this project's README.md.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from hub_core import Carrier
from hub_core.models import (
    AfterSaleStatus,
    Delivery,
    FulfillmentStatus,
    Issue,
    Order,
    OrderLine,
    OrderStatus,
    Party,
    PaymentStatus,
    Protection,
)
from hub_core.wire import (
    JSON,
    Ask,
    ClockText,
    Id,
    Pieces,
    Records,
    SomeText,
    SomeWhole,
    Text,
    Wire,
    Words,
)

from .asks import ListAsk, OneAsk, Reading, Writing


class WireLine(Wire):
    """One bought SKU."""

    external_id: Id = Field(alias="id")
    product_external_id: SomeText = Field(None, alias="product_id")
    sku_external_id: SomeText = Field(None, alias="sku_id")
    sku_code: SomeText = None
    title: Text
    spec_text: SomeText = Field(None, alias="spec")
    quantity: Pieces = Field(alias="count")
    unit_price: SomeWhole = Field(None, alias="price")
    goods_amount: SomeWhole = Field(None, alias="amount")


class WireParcel(Wire):
    """One parcel; without lines it holds all of the order."""

    external_id: Id = Field(alias="id")
    carrier_code: SomeText = Field(None, alias="carrier")
    tracking_no: SomeText = None
    shipped_at: ClockText = None
    line_external_ids: tuple[Id, ...] = Field((), alias="item_ids")


class WireReceiver(Wire):
    """In clear: never printed."""

    name: SomeText = Field(None, repr=False)
    phone: SomeText = Field(None, repr=False)
    province: SomeText = None
    city: SomeText = None
    district: SomeText = None
    address: SomeText = Field(None, repr=False)
    buyer_note: SomeText = Field(None, alias="note", repr=False)


class WireOrder(Wire):
    """An order as the shop writes it."""

    external_id: Id = Field(alias="id")
    status_raw: Text = Field(alias="status")
    after_sale_status: Text = Field(alias="after_sale")
    channel_created_at: ClockText = Field(None, alias="created_at")
    channel_updated_at: ClockText = Field(alias="updated_at")
    paid_at: ClockText = None
    goods_amount: SomeWhole = Field(None, alias="goods")
    freight_amount: SomeWhole = Field(None, alias="freight")
    payable_amount: SomeWhole = Field(None, alias="payable")
    buyer_paid_amount: SomeWhole = Field(None, alias="paid")
    refunded_amount: SomeWhole = Field(None, alias="refunded")
    lines: tuple[WireLine, ...] = Field((), alias="items")
    deliveries: tuple[WireParcel, ...] = Field((), alias="parcels")
    party: WireReceiver | None = Field(None, alias="receiver", repr=False)


Deal, Money, Goods = OrderStatus, PaymentStatus, FulfillmentStatus
UNKNOWN = (Deal.UNKNOWN, Money.UNKNOWN, Goods.UNKNOWN)
STATES = Words(
    {
        "unpaid": (Deal.PENDING_PAYMENT, Money.UNPAID, Goods.UNFULFILLED),
        "paid": (Deal.OPEN, Money.PAID, Goods.UNFULFILLED),
        "partly_shipped": (Deal.OPEN, Money.PAID, Goods.PARTIAL),
        "shipped": (Deal.OPEN, Money.PAID, Goods.SHIPPED),
        "completed": (Deal.COMPLETED, Money.PAID, Goods.DELIVERED),
        "closed": (Deal.CANCELLED, Money.UNPAID, Goods.NOT_REQUIRED),
        "refunded": (Deal.CANCELLED, Money.REFUNDED, Goods.NOT_REQUIRED),
    },
    unknown=UNKNOWN,
)
CASES = Words(
    {word: AfterSaleStatus(word) for word in ("none", "open", "closed")},
    unknown=AfterSaleStatus.UNKNOWN,
)


def read_order(wire: WireOrder) -> Order:
    """Wire to canonical. ValueError where versions could not be told apart."""
    if wire.channel_updated_at is None:
        raise ValueError("updated_at is missing")
    states, party = STATES[wire.status_raw], wire.party
    told: dict[str, Any] = dict(wire) | {
        "order_status": states[0],
        "payment_status": states[1],
        "fulfillment_status": states[2],
        "after_sale_status": CASES[wire.after_sale_status],
        "lines": tuple(OrderLine(**dict(line)) for line in wire.lines),
        "deliveries": tuple(Delivery(**dict(parcel)) for parcel in wire.deliveries),
        "party": party and Party(protection=Protection.CLEAR, **dict(party)),
        "issues": (Issue("status", "unknown_word"),) if states is UNKNOWN else (),
    }
    return Order(**told)


ORDERS = Records(WireOrder, read_order, id="id")
READ_ROW = ORDERS.again
LIST = Reading(
    name="orders.list",
    endpoint="/api/v1/orders",
    ask=ListAsk,
    read=ORDERS.page("orders", total="total", number="page"),
)
GET = Reading(
    name="orders.get",
    endpoint="/api/v1/orders/{id}",
    ask=OneAsk,
    read=ORDERS.one("order"),
)


# Parcels -------------------------------------------------------------------------------


class ParcelAsk(Ask):
    """One parcel; without items all that is left goes. A used key changes nothing."""

    id: str = Field(min_length=1)
    carrier: str
    tracking_no: str
    item_ids: tuple[str, ...]
    key: str


class WireCarrier(Wire):
    """A carrier the shop knows."""

    code: Id
    name: Text


def read_carriers(data: JSON) -> list[Carrier]:
    """Every carrier."""
    found = [WireCarrier.model_validate(row) for row in data["carriers"]]
    return [Carrier(code=one.code, name=one.name) for one in found]


CARRIERS = Reading(
    name="shipping.carriers", endpoint="/api/v1/carriers", ask=Ask, read=read_carriers
)
SHIP = Writing(
    name="shipping.send",
    endpoint="/api/v1/orders/{id}/parcels",
    ask=ParcelAsk,
    read=lambda data: str(data["parcel_id"]),
)
