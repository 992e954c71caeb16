"""Canonical values to table rows. Pure; the one place where columns meet fields."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from pydantic_core import to_json

from ..models import (
    Delivery,
    Discounts,
    Order,
    OrderLine,
    OrderStatus,
    Party,
    PaymentStatus,
    Voucher,
)

NAMESPACE = uuid.UUID("5f0c7a52-6d5b-5c0e-9d53-0a6a6c5f2b11")
"""Every hub id is UUIDv5 of it and the natural key: any replica computes the same."""
_NAMESPACE = NAMESPACE.bytes

Row = tuple[Any, ...]
"""Values in the order of the columns named beside it."""


def hub_id(*key: str) -> str:
    """The hub's id of a natural key (channel, shop, external id): `uuid.uuid5`'s, without
    the object, which takes three times as long as the hash."""
    of = _NAMESPACE + "\x1f".join(key).encode()
    made = bytearray(hashlib.sha1(of, usedforsecurity=False).digest()[:16])
    made[6], made[8] = made[6] & 0x0F | 0x50, made[8] & 0x3F | 0x80
    text = made.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def is_final(order: Order) -> bool:
    """Whether nothing more is expected to happen to it by itself."""
    if order.order_status is OrderStatus.CANCELLED:
        return order.payment_status is not PaymentStatus.REFUNDING
    done = order.order_status is OrderStatus.COMPLETED
    return done and order.payment_status is not PaymentStatus.REFUNDING


def business_date(at: datetime | None, zone: ZoneInfo, day_cut_hour: int) -> str | None:
    """The shop's trading day of an instant."""
    if at is None:
        return None
    return (at.astimezone(zone) - timedelta(hours=day_cut_hour)).date().isoformat()


DISCOUNTS = (
    "discount_amount", "merchant_discount_amount", "platform_discount_amount",
    "talent_discount_amount", "payment_discount_amount",
)  # fmt: skip
ORDER = (
    "external_id", "parent_external_id", "type", "type_raw", "status_raw",
    "order_status", "payment_status", "fulfillment_status", "after_sale_status",
    "place_external_id", "channel_created_at", "channel_updated_at", "paid_at",
    "shipped_at", "completed_at", "cancelled_at", "promise_ship_at", "close_reason",
    "currency", "goods_amount", "freight_amount", "tax_amount", *DISCOUNTS,
    "payable_amount", "buyer_paid_amount", "merchant_receivable_amount",
    "refunded_amount", "source", "talent_external_id", "flags", "issues", "ext",
)  # fmt: skip
"""An order's own columns, without keys and provenance."""
LINE = (
    "position", "external_id", "product_external_id", "sku_external_id", "sku_code",
    "title", "spec_text", "quantity", "unit_price", "goods_amount", *DISCOUNTS,
    "buyer_paid_amount", "refunded_amount", "fulfillment_status", "after_sale_status",
    "status_raw", "is_gift",
)  # fmt: skip
DELIVERY = (
    "position", "external_id", "kind", "carrier_code", "carrier_name", "tracking_no",
    "shipped_at", "delivered_at", "line_external_ids",
)  # fmt: skip
VOUCHER = (
    "position", "external_id", "line_external_id", "order_item_external_id", "status",
    "status_raw", "status_at", "original_amount", "buyer_paid_amount",
    "merchant_receivable_amount", "refunded_amount", "refunded_at",
)  # fmt: skip


def _discounts(d: Discounts) -> Row:
    return (
        d.total_amount,
        d.merchant_amount,
        d.platform_amount,
        d.talent_amount,
        d.payment_amount,
    )


def ext_text(ext: Mapping[str, Any]) -> str | None:
    """The `ext` column of extras."""
    return to_json(dict(sorted(ext.items()))).decode() if ext else None


def order_row(order: Order) -> Row:
    """The values of the columns `ORDER`."""
    return (
        order.external_id,
        order.parent_external_id,
        order.type._value_,
        order.type_raw,
        order.status_raw,
        order.order_status._value_,
        order.payment_status._value_,
        order.fulfillment_status._value_,
        order.after_sale_status._value_,
        order.place_external_id,
        order.channel_created_at,
        order.channel_updated_at,
        order.paid_at,
        order.shipped_at,
        order.completed_at,
        order.cancelled_at,
        order.promise_ship_at,
        order.close_reason,
        order.currency,
        order.goods_amount,
        order.freight_amount,
        order.tax_amount,
        *_discounts(order.discounts),
        order.payable_amount,
        order.buyer_paid_amount,
        order.merchant_receivable_amount,
        order.refunded_amount,
        order.source,
        order.talent_external_id,
        ",".join(sorted(order.flags)) or None,
        ",".join([f"{i.field}:{i.code}" for i in order.issues]) or None,
        ext_text(order.ext),
    )


def line_row(line: OrderLine, position: int) -> Row:
    """The values of the columns `LINE`."""
    return (
        position,
        line.external_id,
        line.product_external_id,
        line.sku_external_id,
        line.sku_code,
        line.title,
        line.spec_text,
        line.quantity,
        line.unit_price,
        line.goods_amount,
        *_discounts(line.discounts),
        line.buyer_paid_amount,
        line.refunded_amount,
        line.fulfillment_status._value_,
        line.after_sale_status._value_,
        line.status_raw,
        line.is_gift,
    )


def delivery_row(delivery: Delivery, position: int) -> Row:
    """The values of the columns `DELIVERY`."""
    return (
        position,
        delivery.external_id,
        delivery.kind._value_,
        delivery.carrier_code,
        delivery.carrier_name,
        delivery.tracking_no,
        delivery.shipped_at,
        delivery.delivered_at,
        ",".join(delivery.line_external_ids) or None,
    )


def voucher_row(voucher: Voucher, position: int) -> Row:
    """The values of the columns `VOUCHER`."""
    return (
        position,
        voucher.external_id,
        voucher.line_external_id,
        voucher.order_item_external_id,
        voucher.status._value_,
        voucher.status_raw,
        voucher.status_at,
        voucher.original_amount,
        voucher.buyer_paid_amount,
        voucher.merchant_receivable_amount,
        voucher.refunded_amount,
        voucher.refunded_at,
    )


def line_rows(order: Order) -> list[Row]:
    """Lines, in the platform's order."""
    return [line_row(x, n) for n, x in enumerate(order.lines)]


def delivery_rows(order: Order) -> list[Row]:
    """Deliveries, in the platform's order."""
    return [delivery_row(x, n) for n, x in enumerate(order.deliveries)]


def voucher_rows(order: Order) -> list[Row]:
    """Vouchers, in the platform's order."""
    return [voucher_row(x, n) for n, x in enumerate(order.vouchers)]


PARTY_FIELDS = (
    "buyer_token", "buyer_nick", "receiver_token", "name", "phone", "telephone", "province",
    "city", "district", "town", "address", "postcode", "buyer_note", "seller_note",
)  # fmt: skip
PARTY_VALUES = attrgetter(*PARTY_FIELDS)


def party_text(party: Party) -> bytes:
    """Everything personal, as the JSON that gets sealed."""
    found = zip(PARTY_FIELDS, PARTY_VALUES(party), strict=True)
    said: dict[str, Any] = {name: value for name, value in found if value is not None}
    if party.ciphers:
        said["ciphers"] = dict(party.ciphers)
    return to_json(said)


def fingerprint(row: Row, children: Iterable[list[Row]], party: bytes | None) -> bytes:
    """A hash of all the hub knows of an order: equal means nothing to store or to tell."""
    digest = hashlib.blake2b(to_json((row, *children)), digest_size=16)
    if party is not None:
        digest.update(party)
    return digest.digest()


def masked_name(name: str | None) -> str | None:
    """At most the first character stays, and at least one is hidden."""
    if not name:
        return None
    return "*" if len(name) == 1 else name[0] + "*" * (len(name) - 1)


def masked_phone(phone: str | None) -> str | None:
    """A platform's mask stays as it is; of a clear number at least six digits go."""
    if not phone:
        return None
    if "*" in phone:
        return phone
    if sum(c.isdigit() for c in phone) < 7:
        return "*" * len(phone)
    return (
        phone[:3] + "*" * (len(phone) - 5) + phone[-2:]
        if len(phone) > 8
        else "*" * len(phone)
    )


def normal_phone(phone: str | None) -> str | None:
    """A clear mobile number's digits for exact search; None for a mask or a cipher."""
    if not phone or "*" in phone:
        return None
    digits = "".join(c for c in phone if c.isdigit())
    digits = digits[2:] if len(digits) == 13 and digits.startswith("86") else digits
    return digits if 7 <= len(digits) <= 12 else None


def raw_text(raw: Any) -> bytes:
    """A raw record as UTF-8 JSON."""
    return to_json(raw)


def region(party: Party) -> str | None:
    """Province, city, district: where orders go, without saying to whom."""
    parts = [p for p in (party.province, party.city, party.district) if p]
    return " ".join(parts) or None
