"""Orders, second shape: receivers as ciphertext with masked `*_mask` twins. Since 2021.

Ciphertext comes while the order is to be shipped and not under review, an empty text
otherwise. In 2024 `address` is ciphertext as well as `receiver_address`, and `pay_no` and
`pay_type` are empty. `open_address_id` names the receiver to the platform.
Source: channel paper PDD §3, §7.3, §7.4, §8; an order captured in 2024-03; the field texts
of pdd.order.information.get in copies of 2023 and 2024.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pydantic import Field, TypeAdapter

from hub_core.models import Order, Party
from hub_core.wire import JSON, Call, Fetched, Misread, Page, SomeText

from .asks import GetAsk, ListAsk
from .fields import WireBasics
from .order import put_together
from .pages import one_of, page_of, told
from .receiver import parted, protection
from .rules import DEFAULT, Rules


class WireOrder(WireBasics):
    """An order with its receiver. `town` is the district."""

    receiver_name: SomeText = Field(default=None, repr=False)
    receiver_phone: SomeText = Field(default=None, repr=False)
    receiver_address: SomeText = Field(default=None, repr=False)
    address: SomeText = Field(default=None, repr=False)
    receiver_name_mask: SomeText = Field(default=None, repr=False)
    receiver_phone_mask: SomeText = Field(default=None, repr=False)
    receiver_address_mask: SomeText = Field(default=None, repr=False)
    address_mask: SomeText = Field(default=None, repr=False)
    open_address_id: SomeText = Field(default=None, repr=False)
    province: SomeText = None
    city: SomeText = None
    town: SomeText = None


ORDER: TypeAdapter[WireOrder] = TypeAdapter(WireOrder)


def read_party(wire: WireOrder) -> Party:
    """Masks are shown, ciphertexts kept beside them.

    `full_address` is the ciphertext of the address with province, city and town.
    """
    given = {
        "name": wire.receiver_name,
        "phone": wire.receiver_phone,
        "address": wire.receiver_address,
        "full_address": wire.address,
    }
    masks = {
        "name": wire.receiver_name_mask,
        "phone": wire.receiver_phone_mask,
        "address": wire.receiver_address_mask or wire.address_mask,
    }
    shown, ciphers = parted(given)
    return Party(
        receiver_token=wire.open_address_id,
        protection=protection(shown.values(), masks.values(), sealed=bool(ciphers)),
        name=shown["name"] or masks["name"],
        phone=shown["phone"] or masks["phone"],
        province=wire.province,
        city=wire.city,
        district=wire.town,
        address=shown["address"] or shown["full_address"] or masks["address"],
        buyer_note=wire.buyer_memo,
        seller_note=wire.remark,
        ciphers=ciphers,
    )


def read_page(inner: JSON, rules: Rules = DEFAULT) -> Page:
    """A page of the list, which has whole orders in spite of its name."""
    return page_of(inner, "order_sn_list", "order_sn", ORDER, _reader(rules))


def read_one(inner: JSON, rules: Rules = DEFAULT) -> Fetched | Misread | None:
    """One order; None where the platform says that there is none. Raises Untold."""
    if not inner:
        return None
    return one_of(told(inner, "order_info"), "order_sn", ORDER, _reader(rules))


def _reader(rules: Rules) -> Callable[[WireOrder], Order]:
    return lambda wire: put_together(wire, read_party(wire), rules)


def read_row(row: JSON, facts: Mapping[str, str]) -> Order:
    """A kept order."""
    return _reader(Rules.of(facts))(ORDER.validate_python(row))


READ_ROW = read_row
LIST = Call(
    name="orders.list",
    endpoint="pdd.order.number.list.increment.get",
    ask=ListAsk,
    read=read_page,
    shape="orders_v2",
    status="simulated",
)
GET = Call(
    name="orders.get",
    endpoint="pdd.order.information.get",
    ask=GetAsk,
    read=read_one,
    shape="orders_v2",
    status="simulated",
)
