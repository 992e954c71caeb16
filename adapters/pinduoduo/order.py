"""How an order is put together, in every shape alike. Source: channel paper PDD §3."""

from __future__ import annotations

from hub_core.models import Issue, Order, OrderLine, OrderStatus, OrderType, Party

from .fields import WireBasics
from .lines import read_gifts, read_lines
from .marks import read_extras, read_flags
from .money import read_sums, with_change
from .parcels import WireParcel, read_deliveries
from .rules import Rules
from .standing import Standing, standing_of
from .words import TYPES


def put_together(wire: WireBasics, party: Party | None, rules: Rules) -> Order:
    """The canonical order. Raises ValueError where a version time is missing."""
    if wire.updated_at is None:
        raise ValueError("updated_at is missing")
    issues: list[Issue] = []
    stands = standing_of(wire, rules, issues)
    lines = _lines(wire, stands, rules, issues)
    sums = read_sums(wire, stands.payment, rules, issues)
    done = stands.order is OrderStatus.COMPLETED
    return Order(
        external_id=wire.order_sn,
        status_raw=wire.order_status,
        order_status=stands.order,
        payment_status=stands.payment,
        fulfillment_status=stands.fulfillment,
        after_sale_status=stands.after_sale,
        type=_type(wire, issues),
        type_raw=wire.trade_type,
        place_external_id=wire.store_info.store_id if wire.store_info else None,
        channel_created_at=wire.created_time,
        channel_updated_at=wire.updated_at,
        paid_at=wire.pay_time,
        shipped_at=wire.shipping_time,
        completed_at=wire.receive_time if done else None,
        promise_ship_at=wire.last_ship_time,
        goods_amount=wire.goods_amount,
        freight_amount=wire.postage,
        discounts=sums.discounts,
        payable_amount=wire.pay_amount,
        buyer_paid_amount=sums.buyer_paid,
        merchant_receivable_amount=sums.receivable,
        flags=read_flags(wire, stands.payment, issues),
        lines=lines,
        deliveries=read_deliveries(
            WireParcel(
                logistics_id=wire.logistics_id, tracking_number=wire.tracking_number
            ),
            wire.extra_delivery_list,
            wire.gift_delivery_list,
            wire.resend_delivery_list,
            wire.shipping_time,
            lines,
        ),
        party=party,
        issues=tuple(issues),
        ext=read_extras(wire),
    )


def _lines(
    wire: WireBasics, stands: Standing, rules: Rules, issues: list[Issue]
) -> tuple[OrderLine, ...]:
    goods, case = stands.fulfillment, stands.after_sale
    bought = read_lines(wire.order_sn, wire.item_list, goods, case, rules, issues)
    gifts = read_gifts(wire.order_sn, wire.gift_list, goods, issues)
    return with_change(bought, wire, issues) + gifts


def _type(wire: WireBasics, issues: list[Issue]) -> OrderType:
    if wire.trade_type is None:
        return OrderType.NORMAL
    kind = TYPES[wire.trade_type]
    if kind is OrderType.UNKNOWN:
        issues.append(Issue("type", "unknown_word"))
    return kind
