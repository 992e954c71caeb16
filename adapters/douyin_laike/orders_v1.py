"""Generic orders, first shape: an order's money is three sums, paging by number only.

Since 2022; still answered. original_amount, pay_amount, payment_discount and, for
catering, amount_info; no sub orders, nothing of what the merchant receives.
Source: order query page of 2022; channel paper §3.3, §6 V13, V14 (before).
"""

from __future__ import annotations

from pydantic import TypeAdapter

from hub_core.models import Order
from hub_core.wire import (
    JSON,
    Epoch,
    Id,
    Page,
    SomeId,
    SomeText,
    SomeWhole,
    Text,
    Wire,
    row_reader,
)

from . import common, lines, money, people, vouchers, words

PATH = "/goodlife/v1/trade/order/query/"


class OrderQuery(common.OrderAsk):
    """Orders by page number."""


class WireOrder(Wire):
    """One order. Amounts in fen, times in epoch seconds (ms are told by size)."""

    order_id: Id
    order_status: Text
    update_order_time: Epoch
    create_order_time: Epoch = None
    pay_time: Epoch = None
    order_type: SomeText = None
    open_id: SomeText = None
    sku_id: SomeId = None
    sku_name: SomeText = None
    third_sku_id: SomeText = None
    count: SomeWhole = None
    original_amount: SomeWhole = None
    pay_amount: SomeWhole = None
    payment_discount: SomeWhole = None
    amount_info: money.AmountInfo | None = None
    poi_id: SomeId = None
    intention_poi_id: SomeId = None
    poi: common.Place | None = None
    room_id: SomeId = None
    contacts: list[people.Contact] | None = None
    certificate: list[vouchers.Certificate] | None = None
    products: list[lines.WireProduct] | None = None
    delivery_info: people.DeliveryInfo | None = None
    receiver_info: people.Receiver | None = None


WIRE = TypeAdapter(WireOrder)


def read_order(wire: WireOrder) -> Order:
    """Raises ValueError when the order bears no time of change."""
    certificates = wire.certificate or []
    stand = words.axes(
        wire.order_status,
        wire.order_type,
        wire.pay_time is not None,
        frozenset([c.item_status for c in certificates]),
    )
    info = wire.amount_info or money.NO_INFO
    sums = money.with_info(
        money.totals(wire.original_amount, wire.pay_amount, None, None, ()), info
    )
    off = money.discounts(
        None, money.first(wire.payment_discount, info.pay_discount_amount), [info]
    )
    paid = wire.pay_amount if stand.paid else None
    back = vouchers.refunded(certificates)
    sold = lines.generic_lines(
        wire.order_id,
        lines.Sku(wire.sku_id, wire.sku_name, wire.third_sku_id, wire.count),
        wire.products or [],
        lines.goods_money(sums, off, paid, back, ()),
        stand,
    )
    only = sold[0].external_id if len(sold) == 1 else None
    return Order(
        external_id=wire.order_id,
        status_raw=wire.order_status,
        order_status=stand.order,
        payment_status=stand.payment,
        fulfillment_status=stand.fulfillment,
        after_sale_status=stand.after_sale,
        type=stand.type,
        type_raw=wire.order_type,
        place_external_id=wire.poi_id or (wire.poi.poi_id if wire.poi else None),
        channel_created_at=wire.create_order_time,
        channel_updated_at=common.changed(wire.update_order_time),
        paid_at=wire.pay_time,
        goods_amount=sums.goods,
        freight_amount=sums.freight,
        discounts=off,
        payable_amount=wire.pay_amount,
        buyer_paid_amount=paid,
        refunded_amount=back,
        source="live" if wire.room_id else None,
        flags=stand.flags,
        lines=sold,
        vouchers=vouchers.vouchers(
            certificates, (), [only] * len(certificates), stand.paid
        ),
        party=people.party(
            wire.open_id, wire.contacts or [], wire.receiver_info, wire.delivery_info
        ),
        issues=stand.issues,
        ext=_ext(wire, info),
    )


def _ext(wire: WireOrder, info: money.AmountInfo) -> dict[str, str | int | bool | None]:
    delivery = wire.delivery_info or people.NO_DELIVERY
    return common.ext(
        intention_poi_id=wire.intention_poi_id,
        room_id=wire.room_id,
        deliver_model=delivery.deliver_model,
        is_book=delivery.is_book,
        shop_number=delivery.shop_number,
        commission_amount=info.commission_amount,
        estimated_order_income=info.estimated_order_income,
        **money.other_payers([info]),
    )


def read(data: JSON) -> Page:
    """A page of orders."""
    return common.read_page(data, WIRE, read_order)


LIST = common.query("orders.list", PATH, OrderQuery, read, "orders_v1")
GET = common.query("orders.get", PATH, OrderQuery, read, "orders_v1")
READ_ROW = row_reader(WIRE, read_order)
