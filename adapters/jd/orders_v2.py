"""Orders, second shape: `jingdong.pop.order.enSearch` and `.enGet`, receivers sealed.

Parameters are those of the first shape; method and wrapper are not. At first the plain
fields stayed and each had a sealed twin (`encrypt_fullname` …); then the twins went and
the plain fields held the ciphertext, of types other than text nothing. Later an `oaid`
names the receiver to the platform, and buyers are `open_id_buyer` and `xid_buyer`; `pin`
is theirs where it still comes. Both older forms are read here as well.
Source: channel paper JD §3 (receiver protection), §7.1, §7.2.
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

WITH_OAID = FIELDS + ",oaid"


class Search(SearchAsk):
    """A page of orders."""

    optional_fields: str = WITH_OAID


class Get(GetAsk):
    """One order."""

    optional_fields: str = WITH_OAID


class WireConsignee(Wire):
    """The receiver: plain or sealed fields, and perhaps sealed twins."""

    model_config = ConfigDict(alias_generator=to_camel)

    fullname: SomeText = Field(default=None, repr=False)
    mobile: SomeText = Field(default=None, repr=False)
    telephone: SomeText = Field(default=None, repr=False)
    full_address: SomeText = Field(default=None, repr=False)
    encrypt_fullname: SomeText = Field(None, alias="encrypt_fullname", repr=False)
    encrypt_mobile: SomeText = Field(None, alias="encrypt_mobile", repr=False)
    encrypt_telephone: SomeText = Field(None, alias="encrypt_telephone", repr=False)
    encrypt_address: SomeText = Field(None, alias="encrypt_fullAddress", repr=False)
    oaid: SomeText = Field(default=None, repr=False)
    province: SomeText = None
    city: SomeText = None
    county: SomeText = None
    town: SomeText = Field(default=None, repr=False)


class WireOrder(WireBasics):
    """An order with its buyer and receiver."""

    consignee_info: Annotated[WireConsignee | None, BeforeValidator(empty_object)] = Field(
        default=None, repr=False
    )
    oaid: SomeText = Field(default=None, repr=False)
    pin: SomeText = Field(default=None, repr=False)
    open_id_buyer: SomeText = Field(default=None, alias="open_id_buyer", repr=False)
    xid_buyer: SomeText = Field(default=None, alias="xid_buyer", repr=False)


ORDER: TypeAdapter[WireOrder] = TypeAdapter(WireOrder)
NOBODY = WireConsignee()


def read_order(wire: WireOrder) -> Order:
    """Wire to canonical."""
    return put_together(wire, read_party(wire))


def read_party(wire: WireOrder) -> Party:
    """Clear or masked texts where there are any; ciphertexts beside them."""
    to = wire.consignee_info or NOBODY
    given = {
        "name": to.fullname,
        "phone": to.mobile,
        "telephone": to.telephone,
        "address": to.full_address,
    }
    shown, ciphers = parted(given)
    ciphers |= _twins(to)
    return Party(
        buyer_token=wire.open_id_buyer or wire.xid_buyer or wire.pin,
        receiver_token=to.oaid or wire.oaid,
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


def _twins(to: WireConsignee) -> dict[str, str]:
    twins = {
        "name": to.encrypt_fullname,
        "phone": to.encrypt_mobile,
        "telephone": to.encrypt_telephone,
        "address": to.encrypt_address,
    }
    return {field: text for field, text in twins.items() if text}


def read_page(inner: JSON) -> Page:
    """A page of the list."""
    return page_of(inner, ORDER, read_order)


def read_one(inner: JSON) -> Fetched | Misread | None:
    """One order, or None."""
    return order_of(inner, ORDER, read_order)


LIST = Call(
    name="orders.list",
    endpoint="jingdong.pop.order.enSearch",
    ask=Search,
    read=read_page,
    shape="orders_v2",
    status="simulated",
)
GET = Call(
    name="orders.get",
    endpoint="jingdong.pop.order.enGet",
    ask=Get,
    read=read_one,
    shape="orders_v2",
    status="simulated",
)
READ_ROW = row_reader(ORDER, read_order)
