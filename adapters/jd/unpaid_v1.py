"""Unpaid orders, first shape: `jingdong.pop.order.notPayOrderInfo` and `notPayOrderById`.

Search never lists an order before it is paid; these do, without any amount. What the
window's time is, and what the numbers in `status` mean, is not said: standing in the
list is what makes an order unpaid.
Source: channel paper JD §3; official Java SDK (OrderNotPayService: PaginatedInfo,
OrderDataNotPayInfo, OrderItemNotPayInfo).
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, PlainValidator, TypeAdapter
from pydantic.alias_generators import to_camel

from hub_core.models import FulfillmentStatus, Issue, Order, OrderLine, Party
from hub_core.wire import (
    JSON,
    Ask,
    Call,
    ClockText,
    Fetched,
    Id,
    Misread,
    Page,
    Pieces,
    SomeId,
    SomeText,
    Wire,
    row_reader,
)

from .asks import BeijingText
from .lines import names
from .pages import COUNT, one_of, rows_of
from .receiver import parted, protection
from .words import STATES, TYPES, word_code

WORD = "NOT_PAY"


class Search(Ask):
    """A page of unpaid orders."""

    since: BeijingText = Field(serialization_alias="startDate")
    until: BeijingText = Field(serialization_alias="endDate")
    page: int = Field(ge=1)
    page_size: int = Field(serialization_alias="pageSize", ge=1, le=100)


class Get(Ask):
    """One unpaid order by its number, which travels as text."""

    order_id: str = Field(serialization_alias="orderId", min_length=1)


class WireItem(Wire):
    """What would be bought. No price is given."""

    model_config = ConfigDict(alias_generator=to_camel)

    num: Pieces
    id: SomeId = None
    sku_id: SomeId = None
    sku_name: SomeText = None


def _no_null(value: Any) -> Any:
    return () if value is None else value


def _as_sent(value: Any) -> str | None:
    """A number whose unit nobody states: kept as it came, and never an amount."""
    return str(value)[:40] if type(value) in (str, int, float) and value != "" else None


AsSent = Annotated[str | None, PlainValidator(_as_sent)]


class WireOrder(Wire):
    """An unpaid order. Times are Beijing texts or epoch ms, both are read."""

    model_config = ConfigDict(alias_generator=to_camel)

    order_id: Id
    modified: ClockText = None
    created: ClockText = None
    order_created: ClockText = None
    order_type: SomeText = None
    payment: AsSent = None
    status: AsSent = None
    parent_id: SomeId = None
    item_list: Annotated[tuple[WireItem, ...], BeforeValidator(_no_null)] = ()
    user_name: SomeText = Field(default=None, repr=False)
    mobile: SomeText = Field(default=None, repr=False)
    phone: SomeText = Field(default=None, repr=False)
    address: SomeText = Field(default=None, repr=False)
    pin: SomeText = Field(default=None, repr=False)
    oaid: SomeText = Field(default=None, repr=False)
    open_id_buyer: SomeText = Field(default=None, alias="open_id_buyer", repr=False)
    xid_buyer: SomeText = Field(default=None, alias="xid_buyer", repr=False)


ORDER: TypeAdapter[WireOrder] = TypeAdapter(WireOrder)


def read_order(wire: WireOrder) -> Order:
    """Wire to canonical. Raises ValueError where there is no time to order versions by."""
    begun = wire.order_created or wire.created
    changed = wire.modified or begun
    if changed is None:
        raise ValueError("modified is missing")
    state = STATES[WORD]
    kind = TYPES[word_code(wire.order_type) or ""]
    unsure = kind.value == "unknown" and wire.order_type is not None
    return Order(
        external_id=wire.order_id,
        status_raw=WORD,
        order_status=state.order,
        payment_status=state.payment,
        fulfillment_status=FulfillmentStatus.UNFULFILLED,
        type=kind,
        type_raw=wire.order_type,
        parent_external_id=wire.parent_id,
        channel_created_at=begun,
        channel_updated_at=changed,
        lines=_lines(wire.item_list),
        party=read_party(wire),
        issues=(Issue("type", "unknown_word"),) if unsure else (),
        ext=_extras(wire),
    )


def _lines(items: tuple[WireItem, ...]) -> tuple[OrderLine, ...]:
    named = zip(items, names(i.id or i.sku_id for i in items), strict=True)
    return tuple(
        OrderLine(
            external_id=name,
            sku_external_id=item.sku_id,
            title=item.sku_name or "",
            quantity=item.num,
            fulfillment_status=FulfillmentStatus.UNFULFILLED,
        )
        for item, name in named
    )


def read_party(wire: WireOrder) -> Party:
    """Texts as they came; a sealed one is no name and is kept apart."""
    given = {
        "name": wire.user_name,
        "phone": wire.mobile,
        "telephone": wire.phone,
        "address": wire.address,
    }
    shown, ciphers = parted(given)
    return Party(
        buyer_token=wire.open_id_buyer or wire.xid_buyer or wire.pin,
        receiver_token=wire.oaid,
        protection=protection(shown.values(), sealed=bool(ciphers)),
        name=shown["name"],
        phone=shown["phone"],
        telephone=shown["telephone"],
        address=shown["address"],
        ciphers=ciphers,
    )


def _extras(wire: WireOrder) -> dict[str, str | int | bool | None]:
    found = {"jd:unpaid_status": wire.status, "jd:unpaid_payment": wire.payment}
    return {name: value for name, value in found.items() if value is not None}


def read_page(inner: JSON) -> Page:
    """A page. Whether `index` counts pages, and from where, is not said: left alone."""
    found = inner["paginatedInfo"]
    if not isinstance(found, dict):
        raise ValueError("paginatedInfo is not an object")
    total = COUNT.validate_python(found["totalItem"])
    return Page(rows_of(found.get("pageList"), ORDER, read_order), total=total)


def read_one(inner: JSON) -> Fetched | Misread | None:
    """One unpaid order, or None."""
    return one_of(inner.get("orderDataNotPayInfo"), ORDER, read_order)


LIST = Call(
    name="unpaid.list",
    endpoint="jingdong.pop.order.notPayOrderInfo",
    ask=Search,
    read=read_page,
    shape="unpaid_v1",
    status="simulated",
)
GET = Call(
    name="unpaid.get",
    endpoint="jingdong.pop.order.notPayOrderById",
    ask=Get,
    read=read_one,
    shape="unpaid_v1",
    status="simulated",
)
READ_ROW = row_reader(ORDER, read_order)
