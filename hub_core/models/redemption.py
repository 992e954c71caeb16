"""Redemptions (核销): a voucher used at a place, which is when local life earns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .order import Issue
from .words import RedemptionStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Redemption:
    """One use of one voucher. Amounts are minor units of this use; None: not said.

    Revenue counts `redeemed_at` on the day it happened and, where `cancelled_at` is set,
    counts nothing. Never holds the voucher's code.
    """

    external_id: str
    voucher_external_id: str | None
    status: RedemptionStatus
    status_raw: str
    redeemed_at: datetime | None
    cancelled_at: datetime | None = None
    can_cancel: bool | None = None
    order_external_id: str | None = None
    product_external_id: str | None = None
    sku_external_id: str | None = None
    sku_code: str | None = None
    title: str | None = None
    place_external_id: str | None = None
    type_raw: str | None = None
    """How it was redeemed, in the platform's word."""
    serial: int | None = None
    """Which use of a voucher that is good for several (次卡)."""
    currency: str = "CNY"
    original_amount: int | None = None
    list_amount: int | None = None
    buyer_paid_amount: int | None = None
    payment_discount_amount: int | None = None
    coupon_paid_amount: int | None = None
    """The buyer's money and the payment discount together."""
    merchant_discount_amount: int | None = None
    platform_discount_amount: int | None = None
    channel_created_at: datetime | None = None
    channel_updated_at: datetime | None = None
    issues: tuple[Issue, ...] = ()
    ext: Mapping[str, str | int | bool | None] = field(default_factory=dict)
