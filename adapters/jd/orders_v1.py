"""Orders, first shape: `jingdong.pop.order.search` and `.get`, receivers in clear.

Since before 2019. Once the encrypted sibling had come (see the second shape) this one
gave masked or sealed receivers to many apps; in 2026 it is again the one the order page
documents, and a maintained client uses it. The buyer is `pin`, replaced by
`open_id_buyer` and `xid_buyer` where the app is told so.
Source: channel paper JD §3, §7.1, §7.2; jos.jd.com/apilistnewdetail.html?apiId=15660.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter
from pydantic.alias_generators import to_camel

from hub_core.models import Order, Party
from hub_core.wire import (
    JSON,
    Call,
    Fetched,
    Misread,
    Page,
    SomeText,
    Wire,
    row_reader,
)

from .asks import FIELDS, GetAsk, SearchAsk
from .common import WireBasics, empty_object, put_together
from .pages import order_of, page_of
from .receiver import parted, protection


class Search(SearchAsk):
    """A page of orders."""

    optional_fields: str = FIELDS


class Get(GetAsk):
    """One order."""

    optional_fields: str = FIELDS


class WireConsignee(Wire):
    """The receiver."""

    model_config = ConfigDict(alias_generator=to_camel)

    fullname: SomeText = Field(default=None, repr=False)
    mobile: SomeText = Field(default=None, repr=False)
    telephone: SomeText = Field(default=None, repr=False)
    full_address: SomeText = Field(default=None, repr=False)
    province: SomeText = None
    city: SomeText = None
    county: SomeText = None
    town: SomeText = Field(default=None, repr=False)


class WireOrder(WireBasics):
    """An order with its buyer and receiver."""

    consignee_info: Annotated[WireConsignee | None, BeforeValidator(empty_object)] = Field(
        default=None, repr=False
    )
    pin: SomeText = Field(default=None, repr=False)
    open_id_buyer: SomeText = Field(default=None, alias="open_id_buyer", repr=False)
    xid_buyer: SomeText = Field(default=None, alias="xid_buyer", repr=False)


ORDER: TypeAdapter[WireOrder] = TypeAdapter(WireOrder)
NOBODY = WireConsignee()


def read_order(wire: WireOrder) -> Order:
    """Wire to canonical."""
    return put_together(wire, read_party(wire))


def read_party(wire: WireOrder) -> Party:
    """Texts as they came; a sealed one is no name and is kept apart."""
    to = wire.consignee_info or NOBODY
    given = {
        "name": to.fullname,
        "phone": to.mobile,
        "telephone": to.telephone,
        "address": to.full_address,
    }
    shown, ciphers = parted(given)
    return Party(
        buyer_token=wire.open_id_buyer or wire.xid_buyer or wire.pin,
        buyer_nick=wire.pin,
        protection=protection(shown.values(), sealed=bool(ciphers)),
        name=shown["name"],
        phone=shown["phone"],
        telephone=shown["telephone"],
        province=to.province,
        city=to.city,
        district=to.county,
        town=to.town,
        address=shown["address"],
        buyer_note=wire.order_remark,
        seller_note=wire.vender_remark,
        ciphers=ciphers,
    )


def read_page(inner: JSON) -> Page:
    """A page of the list."""
    return page_of(inner, ORDER, read_order)


def read_one(inner: JSON) -> Fetched | Misread | None:
    """One order, or None."""
    return order_of(inner, ORDER, read_order)


LIST = Call(
    name="orders.list",
    endpoint="jingdong.pop.order.search",
    ask=Search,
    read=read_page,
    shape="orders_v1",
    status="simulated",
)
GET = Call(
    name="orders.get",
    endpoint="jingdong.pop.order.get",
    ask=Get,
    read=read_one,
    shape="orders_v1",
    status="simulated",
)
READ_ROW = row_reader(ORDER, read_order)
