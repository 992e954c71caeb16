"""Orders, first shape: receivers in clear, no `*_mask` twins. Until 2021.

The receiver's phone was clear while the order was to be shipped and masked afterwards.
Ciphertext that comes all the same is kept apart and is no name.
Source: channel paper PDD §3, §7.3; official samples of 2018-09 and the page's copy of 2021.
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
    province: SomeText = None
    city: SomeText = None
    town: SomeText = None


ORDER: TypeAdapter[WireOrder] = TypeAdapter(WireOrder)


def read_party(wire: WireOrder) -> Party:
    """The receiver. `receiver_address` leaves province, city and town out and came later
    than `address`, which may have them in it."""
    given = {
        "name": wire.receiver_name,
        "phone": wire.receiver_phone,
        "address": wire.receiver_address or wire.address,
    }
    shown, ciphers = parted(given)
    return Party(
        protection=protection(shown.values(), (), sealed=bool(ciphers)),
        name=shown["name"],
        phone=shown["phone"],
        province=wire.province,
        city=wire.city,
        district=wire.town,
        address=shown["address"],
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
    shape="orders_v1",
    status="simulated",
)
GET = Call(
    name="orders.get",
    endpoint="pdd.order.information.get",
    ask=GetAsk,
    read=read_one,
    shape="orders_v1",
    status="simulated",
)
