"""What both order schemas share: masks, ciphers, vouchers, and how 64-bit values look.

Rows are first written the way the documents type them (ids as text, amounts and times
as numbers, times in seconds); `retyped` then turns them into the box's dialect.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from hub_core.sandbox.people import Person

from .local_cipher import seal
from .moves import Piece, State
from .sale import DELIVERY, Sale, Unit

JSON = dict[str, Any]

IDS = frozenset(
    {"order_id", "sku_id", "product_id", "certificate_id", "poi_id", "account_id"}
    | {"intention_poi_id", "sub_sku_id", "room_id", "origin_certificate_id"}
    | {"verify_id", "after_sale_id", "refund_id", "spu_id"}
)
"""64-bit ids. order_item_id has 27 digits and stays text."""

WIDE = ("_time", "_amount", "_fee", "payment_discount", "sale_price", "_order_income")
"""Endings of 64-bit amounts and times; other numbers are 32-bit and stay numbers."""

NUMERIC_IDS = frozenset(
    {"owner_account_id", "creator_account_id", "supplier_id", "poi_id", "category_id"}
    | {"merchant_account_id"}
)
"""Ids that some records besides orders write as numbers."""


@dataclass(frozen=True, slots=True)
class Form:
    """The dialect a row is written in; positions are those of the switches."""

    shape: str
    business: str
    """The shop's; a catering shop's money has a summary of its own."""
    twin: bool
    """Whether the catering twin of the query answers."""
    i64: str
    times: str
    used_as: str
    unpaid_amount: str
    payment_discount: str
    new_fields: bool
    account_id: str
    account_name: str
    secret_number: bool = False
    phone_cipher: str = "online"
    local_iv: str = "last"
    secret: str = field(default="", repr=False)

    def paid(self, state: State) -> int:
        """pay_amount, or order_pay_amount: what the buyer paid or has to."""
        sale: Sale = state["sale"]
        zero = self.unpaid_amount == "zero" and not state["pay_time"]
        return 0 if zero else sale.pay

    def discount(self, sale: Sale) -> int:
        """discount_amount, with or without the payment channel's part."""
        beside = sale.payment_off if self.payment_discount == "beside" else 0
        return sale.original - sale.pay - beside


def retyped(row: JSON, form: Form) -> JSON:
    """The row as this dialect writes it."""
    if form.i64 == "documented" and form.times == "seconds":
        return row
    return {key: _retyped(value, key, form) for key, value in row.items()}


def _retyped(value: Any, key: str, form: Form) -> Any:
    kind = type(value)
    if kind is dict:
        return {name: _retyped(part, name, form) for name, part in value.items()}
    if kind is list:
        return [_retyped(part, key, form) for part in value]
    if kind is str:
        return int(value or 0) if form.i64 == "numbers" and key in IDS else value
    if kind is not int or not _is_wide(key):
        return value
    if form.times == "milliseconds" and key.endswith("_time"):
        value *= 1000
    return str(value) if form.i64 == "strings" else value


@cache
def _is_wide(key: str) -> bool:
    return key.endswith(WIDE) or key in NUMERIC_IDS


def masked(person: Person) -> tuple[str, str]:
    """Name and phone the way the platform shows them."""
    name = person.name[0] + "*" * (len(person.name) - 1)
    return name, f"{person.phone[:3]}****{person.phone[-4:]}"


def cipher(text: str) -> str:
    """A ciphertext of the online kind. It is a digest: only who knows the text can tell."""
    digest = hashlib.sha256(f"sandbox:{text}".encode()).digest()
    return "Enc." + base64.b64encode(digest).decode()


def contact(sale: Sale, form: Form, *, encrypted: bool) -> JSON:
    """The buyer as a contact: masked, and from 2023 on also encrypted."""
    name, phone = masked(sale.buyer.person)
    more = {"phone_encrypt": _sealed(sale, form)} if encrypted else {}
    return {"name": name, "phone": phone, **more}


def _sealed(sale: Sale, form: Form) -> str:
    """The phone's ciphertext of the kind switched to."""
    if form.phone_cipher == "empty":
        return ""
    phone = sale.buyer.person.phone
    local = form.phone_cipher == "local"
    return seal(phone, form.secret, form.local_iv) if local else cipher(phone)


def voucher(n: int, unit: Unit, piece: Piece, state: State, form: Form) -> JSON:
    """One certificate. It has no id before it is issued, nor when it is delivered."""
    sale: Sale = state["sale"]
    issued = piece.status not in (10, 20, 101) and sale.order_type != DELIVERY
    status = 1 if piece.status == 401 and form.used_as == "1" else piece.status
    row: JSON = {
        "certificate_id": certificate_id(sale, n) if issued else "",
        "order_item_id": unit.item_id,
        "item_status": status,
        "item_update_time": piece.at,
        "refund_amount": piece.refunded,
        "refund_time": piece.refunded_at,
    }
    if form.shape != "2022":
        row["combination_id"] = ""
    if form.new_fields:
        row["asset_stage"] = "ACTIVE"
    return row


def certificate_id(sale: Sale, n: int) -> str:
    """The id of the n-th voucher of an order: 19 digits."""
    return f"74{n:03d}{sale.order_id[5:]}"


def sub_amounts(unit: Unit, form: Form) -> JSON:
    """The money of one bought piece (sub_order_type 100). Source: paper §3.3."""
    beside = unit.payment_off if form.payment_discount == "beside" else 0
    off = unit.product.market - unit.pay - beside
    return {
        "sub_order_id": unit.item_id,
        "sub_order_type": 100,
        "combination_id": "",
        "origin_amount": unit.product.market,
        "pay_amount": unit.pay,
        "receipt_amount": unit.receipt,
        "discount_amount": off,
    }


def fee_amounts(sale: Sale) -> list[JSON]:
    """Delivery (1) and packing (2) as sub orders of their own."""
    fees = ((1, sale.freight), (2, sale.packing))
    return [
        {
            "sub_order_id": f"{sale.order_id}{kind}",
            "sub_order_type": kind,
            "combination_id": "",
            "origin_amount": fee,
            "pay_amount": fee,
            "receipt_amount": fee,
            "discount_amount": 0,
            "discounts": [],
        }
        for kind, fee in fees
        if fee
    ]


def shares(units: tuple[Unit, ...], form: Form) -> list[JSON]:
    """Who pays for the discounts: the merchant's and the platform's part."""
    payment = sum(u.payment_off for u in units)
    by_platform = sum(u.platform_off for u in units)
    if form.payment_discount == "inside":
        by_platform += payment
    by_merchant = sum(u.merchant_off for u in units)
    found = ((1, by_merchant, 0), (2, 0, by_platform))
    return [
        {
            "discount_type": kind,
            "discount_amount": merchant + platform,
            "merchant_discount_amount": merchant,
            "platform_discount_amount": platform,
            "provider_discount_amount": 0,
            "brand_discount_amount": 0,
        }
        for kind, merchant, platform in found
        if merchant + platform
    ]


def amount_info(state: State, form: Form) -> JSON:
    """The catering summary of an order's money."""
    sale: Sale = state["sale"]
    merchant = sum(u.merchant_off for u in sale.units)
    platform = sum(u.platform_off for u in sale.units)
    return {
        "origin_amount": sale.original,
        "product_origin_amount": sum(u.product.market for u in sale.units),
        "sale_price": sum(u.product.price for u in sale.units),
        "pay_amount": form.paid(state),
        "pay_discount_amount": sale.payment_off,
        "merchant_discount_amount": merchant,
        "platform_discount_amount": platform,
        "provider_discount_amount": 0,
        "brand_discount_amount": 0,
        "freight_pay_amount": sale.freight,
        "platform_deliver_freight_fee": 0,
        "merchant_deliver_freight_fee": sale.freight,
        "activities_fee_amount": 0,
        "commission_amount": sale.receipt * 3 // 100,
        "estimated_order_income": sale.receipt - sale.receipt * 3 // 100,
    }
