"""Pieces of an order that every shape shares, and what they become.

Amounts are fen. Source: order query pages; channel paper §3.3, §7.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, NamedTuple, TypeVar

from pydantic import PlainValidator

from hub_core.models import (
    Discounts,
    Issue,
    Party,
    Protection,
    Voucher,
)
from hub_core.wire import Epoch, SomeId, SomeText, SomeWhole, Text, Wire

from . import words

T = TypeVar("T")
S = TypeVar("S", bound="SubOrder")
EXT = "douyin-laike:"


def _id(value: object) -> str:
    text = str(value).strip() if type(value) in (str, int) else ""
    if not text or text == "0":
        raise ValueError("an id")
    return text


Id = Annotated[str, PlainValidator(_id)]
"""An id that must be there: a JSON number or text, neither blank nor 0."""


class Certificate(Wire):
    """One voucher of the order. `item_status` see `words.ITEM`; refund_amount in fen."""

    item_status: Text
    certificate_id: SomeId = None
    order_item_id: SomeId = None
    item_update_time: Epoch = None
    refund_amount: SomeWhole = None
    refund_time: Epoch = None


class Contact(Wire):
    """Who bought: phone with its middle masked, and its ciphertext (see §7)."""

    name: SomeText = None
    phone: SomeText = None
    phone_encrypt: SomeText = None


class Receiver(Wire):
    """Where takeaway goes (mark B)."""

    receiver_name: SomeText = None
    receiver_phone: SomeText = None
    secret_number: SomeText = None
    province: SomeText = None
    city: SomeText = None
    district: SomeText = None
    town: SomeText = None
    location_address: SomeText = None


NOBODY, NOWHERE = Contact(), Receiver()


class DeliveryInfo(Wire):
    """How takeaway is brought. `remark` is the buyer's."""

    deliver_model: SomeText = None
    is_book: bool | None = None
    shop_number: SomeText = None
    remark: SomeText = None


NO_DELIVERY = DeliveryInfo()


class Merchant(Wire):
    """The account the order stands under."""

    account_id: SomeId = None


class WireDiscount(Wire):
    """One discount, by who pays for it. Fen."""

    discount_amount: SomeWhole = None
    merchant_discount_amount: SomeWhole = None
    platform_discount_amount: SomeWhole = None
    provider_discount_amount: SomeWhole = None
    brand_discount_amount: SomeWhole = None


class AmountInfo(WireDiscount):
    """Money of a catering order, with the sums of its discounts by payer. Fen."""

    origin_amount: SomeWhole = None
    product_origin_amount: SomeWhole = None
    pay_amount: SomeWhole = None
    pay_discount_amount: SomeWhole = None
    freight_pay_amount: SomeWhole = None
    commission_amount: SomeWhole = None
    estimated_order_income: SomeWhole = None


NO_INFO = AmountInfo()


class SubOrder(Wire):
    """Money of one item or fee; sub_order_type 100 goods, 1 delivery, 2 packing,
    3 service. Fen."""

    sub_order_id: SomeId = None
    sub_order_type: SomeText = None
    origin_amount: SomeWhole = None
    pay_amount: SomeWhole = None
    receipt_amount: SomeWhole = None
    discount_amount: SomeWhole = None
    discounts: list[WireDiscount] | None = None


GOODS, DELIVERY_FEE = "100", "1"
FEES = {DELIVERY_FEE: "delivery_fee", "2": "packing_fee", "3": "service_fee"}


def first(*amounts: int | None) -> int | None:
    """The first amount that is said."""
    return next((x for x in amounts if x is not None), None)


def total(amounts: list[int | None]) -> int | None:
    """The sum, or None if there is nothing or one is not said."""
    if not amounts or None in amounts:
        return None
    return sum([x for x in amounts if x is not None])


def said(amounts: list[int | None]) -> int | None:
    """The sum of those that are said, None if none is."""
    known = [x for x in amounts if x is not None]
    return sum(known) if known else None


# Money ---------------------------------------------------------------------------------


class Totals(NamedTuple):
    """An order's money, from its own fields and its sub orders. Fen."""

    goods: int | None
    freight: int | None
    payable: int | None
    receivable: int | None
    discount: int | None
    fees: dict[str, int]
    issues: tuple[Issue, ...]


def totals(
    origin: int | None,
    pay: int | None,
    receipt: int | None,
    discount: int | None,
    subs: Sequence[SubOrder],
) -> Totals:
    """Sub orders split the order's sums; where they do not add up, the order's own hold.

    Source: original = Σ sub orders' original; original - discount = pay (order query
    page of 随心团).
    """
    if not subs:
        return Totals(origin, None, pay, receipt, discount, {}, ())
    parts = total([sub.origin_amount for sub in subs])
    fees = _fees(subs)
    whole = parts is not None and origin in (None, parts)
    goods = (
        total([s.origin_amount for s in of_goods(subs)])
        if whole
        else (None if fees else origin)
    )
    paid = total([sub.pay_amount for sub in subs])
    odd = not whole or (None not in (pay, paid) and pay != paid)
    issues = (Issue("sub_order_amount_infos", "does_not_add_up"),) if odd else ()
    return Totals(
        goods,
        fees.get("delivery_fee"),
        paid if pay is None else pay,
        total([s.receipt_amount for s in subs]) if receipt is None else receipt,
        total([s.discount_amount for s in subs]) if discount is None else discount,
        fees,
        issues,
    )


def of_goods(subs: Sequence[S]) -> list[S]:
    """The sub orders that are goods, not fees."""
    return [sub for sub in subs if sub.sub_order_type in (GOODS, None)]


def _fees(subs: Sequence[SubOrder]) -> dict[str, int]:
    fees: dict[str, int] = {}
    for sub in subs:
        name = FEES.get(sub.sub_order_type or GOODS)
        if name is not None and sub.origin_amount is not None:
            fees[name] = fees.get(name, 0) + sub.origin_amount
    return fees


def discounts(
    whole: int | None, payment: int | None, rows: Sequence[WireDiscount]
) -> Discounts:
    """Discounts by payer. `whole` is the order's own sum, else that of its rows."""
    return Discounts(
        total_amount=whole
        if whole is not None
        else total([row.discount_amount for row in rows]),
        merchant_amount=said([row.merchant_discount_amount for row in rows]),
        platform_amount=said([row.platform_discount_amount for row in rows]),
        payment_amount=payment,
    )


def other_payers(rows: Sequence[WireDiscount]) -> dict[str, int | None]:
    """What service providers and brands pay: the hub has no column for them."""
    return {
        "provider_discount_amount": said([row.provider_discount_amount for row in rows]),
        "brand_discount_amount": said([row.brand_discount_amount for row in rows]),
    }


def refunded(certificates: Sequence[Certificate]) -> int | None:
    """Fen given back: the refund amounts of the refunded vouchers, if all are said."""
    gone = [c for c in certificates if c.item_status == words.REFUNDED]
    if gone:
        return total([c.refund_amount for c in gone])
    known = total([c.refund_amount for c in certificates])
    return None if known is None else 0


# Vouchers ------------------------------------------------------------------------------


def vouchers(
    certificates: Sequence[Certificate],
    subs: Sequence[SubOrder],
    lines: Sequence[str | None],
    paid: bool,
) -> tuple[Voucher, ...]:
    """One for each certificate, with its line and, where proven, its own money.

    It is proven when exactly one sub order bears the certificate's order_item_id and
    no other certificate does.
    """
    money = _once([(sub.sub_order_id, sub) for sub in subs])
    alone = _once([(one.order_item_id, one) for one in certificates]) if money else {}
    return tuple(
        [
            _voucher(name, one, money.get(item) if item in alone else None, line, paid)
            for one, line in zip(certificates, lines, strict=True)
            for item in (one.order_item_id,)
            if (name := one.certificate_id or item)
        ]
    )


def _once(pairs: Sequence[tuple[str | None, T]]) -> dict[str | None, T]:
    """What is named once only; None names nothing."""
    found: dict[str | None, T] = {}
    twice: set[str | None] = {None}
    for name, one in pairs:
        if name in found:
            twice.add(name)
        found[name] = one
    return {name: one for name, one in found.items() if name not in twice}


def _voucher(
    name: str, one: Certificate, own: SubOrder | None, line: str | None, paid: bool
) -> Voucher:
    gone = one.item_status == words.REFUNDED
    return Voucher(
        external_id=name,
        line_external_id=line,
        order_item_external_id=one.order_item_id,
        status=words.ITEM[one.item_status][0],
        status_raw=one.item_status,
        status_at=one.item_update_time,
        original_amount=own.origin_amount if own else None,
        buyer_paid_amount=own.pay_amount if own and paid else None,
        merchant_receivable_amount=own.receipt_amount if own else None,
        refunded_amount=one.refund_amount if gone or one.refund_amount == 0 else None,
        refunded_at=one.refund_time if gone else None,
    )


# People --------------------------------------------------------------------------------


def party(
    open_id: str | None,
    contacts: Sequence[Contact],
    receiver: Receiver | None = None,
    delivery: DeliveryInfo | None = None,
) -> Party | None:
    """Buyer and receiver as the platform shows them: masked, at best with a cipher."""
    contact = contacts[0] if contacts else NOBODY
    there = receiver or NOWHERE
    phone = there.receiver_phone or contact.phone
    name = there.receiver_name or contact.name
    note = delivery.remark if delivery else None
    cipher = contact.phone_encrypt
    if not any((open_id, phone, name, note, cipher, receiver)):
        return None
    return Party(
        buyer_token=open_id,
        protection=_protection(phone, name, cipher),
        name=name,
        phone=phone,
        telephone=there.secret_number,
        province=there.province,
        city=there.city,
        district=there.district,
        town=there.town,
        address=there.location_address,
        buyer_note=note,
        ciphers={"phone": cipher} if cipher else {},
    )


def _protection(phone: str | None, name: str | None, cipher: str | None) -> Protection:
    shown = phone or name
    if shown is None:
        return Protection.ENCRYPTED if cipher else Protection.ABSENT
    return Protection.MASKED if "*" in shown else Protection.CLEAR


def ext(**extras: str | int | bool | None) -> dict[str, str | int | bool | None]:
    """The allow-list, namespaced; what is not said is left out."""
    return {EXT + name: value for name, value in extras.items() if value is not None}
