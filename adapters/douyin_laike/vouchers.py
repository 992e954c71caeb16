"""The vouchers (券) an order gave its buyer. Never their codes.

Source: order query pages; channel paper §3.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from hub_core.models import Voucher
from hub_core.wire import Epoch, SomeId, SomeWhole, Text, Wire

from . import words
from .money import SubOrder, total

T = TypeVar("T")


class Certificate(Wire):
    """One voucher of the order. `item_status` see `words.ITEM`; refund_amount in fen."""

    item_status: Text
    certificate_id: SomeId = None
    order_item_id: SomeId = None
    item_update_time: Epoch = None
    refund_amount: SomeWhole = None
    refund_time: Epoch = None


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
    money = once([(sub.sub_order_id, sub) for sub in subs])
    alone = once([(one.order_item_id, one) for one in certificates]) if money else {}
    return tuple(
        [
            _voucher(name, one, money.get(item) if item in alone else None, line, paid)
            for one, line in zip(certificates, lines, strict=True)
            for item in (one.order_item_id,)
            if (name := one.certificate_id or item)
        ]
    )


def once(pairs: Sequence[tuple[str | None, T]]) -> dict[str | None, T]:
    """What is named once only; None names nothing."""
    found = dict(pairs)
    if len(found) == len(pairs) and None not in found:
        return found
    found = {}
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


def refunded(certificates: Sequence[Certificate]) -> int | None:
    """Fen given back: the refund amounts of the refunded vouchers, if all are said.

    None too where a voucher's word is new to the hub: it may mean a refund.
    """
    if any([c.item_status not in words.ITEM for c in certificates]):
        return None
    gone = [c for c in certificates if c.item_status == words.REFUNDED]
    if gone:
        return total([c.refund_amount for c in gone])
    known = total([c.refund_amount for c in certificates])
    return None if known is None else 0
