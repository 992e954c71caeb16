"""The money of a voucher and of one use of it, in fen, as the order has it.

original = pay + platform's part + merchant's part + payment discount, of the whole and of
every use of a times card; the uses add up to the whole. Source: paper §3.4, §3.6.
"""

from __future__ import annotations

from .rows import JSON
from .sale import Unit


def money(unit: Unit, serial: int | None = None) -> JSON:
    """The amount object in its newest form, of the whole voucher or of its n-th use."""
    pay = _part(unit.pay, unit, serial)
    payment = _part(unit.payment_off, unit, serial)
    platform = _part(unit.platform_off, unit, serial)
    merchant = _part(unit.merchant_off, unit, serial)
    original = pay + payment + platform + merchant
    return {
        "original_amount": original,
        "pay_amount": pay,
        "merchant_ticket_amount": merchant,
        "list_market_amount": original,
        "payment_discount_amount": payment,
        "coupon_pay_amount": pay + payment,
        "platform_discount_amount": platform,
        "brand_ticket_amount": 0,
    }


OLD = ("original_amount", "pay_amount", "merchant_ticket_amount")
"""All that the amount object of 2022 had (V8)."""


def written_money(unit: Unit, serial: int | None, shape: str) -> JSON:
    """The amount object as that year wrote it."""
    amounts = money(unit, serial)
    return {name: amounts[name] for name in OLD} if shape == "2022" else amounts


def _part(whole: int, unit: Unit, serial: int | None) -> int:
    """The use's share; the first uses carry the fen that can't be divided."""
    if serial is None:
        return whole
    share, rest = divmod(whole, unit.times)
    return share + (1 if serial <= rest else 0)
