"""Generic orders, second shape: money moves into sub orders, deep paging by cursor.

Since 2023, until now; the first shape still answers. New: search_after, receipt_amount,
discount_amount, discounts[] split by payer, sub_order_amount_infos (the money source of
all but catering, which keeps amount_info), merchant_info; since 2026 order_sale_info.
Source: order query page of general-capabilities; channel paper §3.3, §6 V13, V14.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field, TypeAdapter

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

    get_secret_number: bool | None = None


class OrderScroll(OrderQuery):
    """Orders by cursor, beyond the cap of page numbers: "0", then the page's own."""

    cursor: Literal["0"] | tuple[str, ...] = Field(default="0")


class SaleInfo(Wire):
    """Who sold it and where (mark B; 2026). Names and user ids are left alone."""

    sale_role: SomeText = None
    sale_channel: SomeText = None


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
    receipt_amount: SomeWhole = None
    discount_amount: SomeWhole = None
    payment_discount: SomeWhole = None
    amount_info: money.AmountInfo | None = None
    poi_id: SomeId = None
    intention_poi_id: SomeId = None
    poi: common.Place | None = None
    room_id: SomeId = None
    merchant_info: common.Merchant | None = None
    contacts: list[people.Contact] | None = None
    certificate: list[vouchers.Certificate] | None = None
    products: list[lines.WireProduct] | None = None
    discounts: list[money.WireDiscount] | None = None
    sub_order_amount_infos: list[money.SubOrder] | None = None
    delivery_info: people.DeliveryInfo | None = None
    receiver_info: people.Receiver | None = None
    order_sale_info: SaleInfo | None = None


WIRE = TypeAdapter(WireOrder)
NO_SALE = SaleInfo()


def read_order(wire: WireOrder) -> Order:
    """Raises ValueError when the order bears no time of change."""
    certificates, subs = wire.certificate or [], wire.sub_order_amount_infos or []
    stand = words.axes(
        wire.order_status,
        wire.order_type,
        wire.pay_time is not None,
        frozenset([c.item_status for c in certificates]),
    )
    info = wire.amount_info or money.NO_INFO
    sums = money.with_info(_sums(wire, subs), info)
    taken_off = money.split(info, wire.discounts, subs)
    payment = money.first(wire.payment_discount, info.pay_discount_amount)
    off = money.discounts(sums.discount, payment, taken_off)
    paid = sums.payable if stand.paid else None
    back = vouchers.refunded(certificates)
    sold = lines.generic_lines(
        wire.order_id,
        lines.Sku(wire.sku_id, wire.sku_name, wire.third_sku_id, wire.count),
        wire.products or [],
        lines.goods_money(sums, off, paid, back, subs),
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
        payable_amount=sums.payable,
        buyer_paid_amount=paid,
        merchant_receivable_amount=sums.receivable,
        refunded_amount=back,
        source=_source(wire),
        flags=stand.flags,
        lines=sold,
        vouchers=vouchers.vouchers(
            certificates, subs, [only] * len(certificates), stand.paid
        ),
        party=people.party(
            wire.open_id, wire.contacts or [], wire.receiver_info, wire.delivery_info
        ),
        issues=stand.issues + sums.issues,
        ext=_ext(wire, sums, taken_off),
    )


def _sums(wire: WireOrder, subs: list[money.SubOrder]) -> money.Totals:
    return money.totals(
        wire.original_amount,
        wire.pay_amount,
        wire.receipt_amount,
        wire.discount_amount,
        subs,
    )


def _source(wire: WireOrder) -> str | None:
    said = wire.order_sale_info.sale_channel if wire.order_sale_info else None
    if said is not None:
        return words.SALE_CHANNEL[said]
    return "live" if wire.room_id else None


def _ext(
    wire: WireOrder, sums: money.Totals, taken_off: Sequence[money.WireDiscount]
) -> dict[str, str | int | bool | None]:
    sale = wire.order_sale_info or NO_SALE
    info = wire.amount_info or money.NO_INFO
    delivery = wire.delivery_info or people.NO_DELIVERY
    return common.ext(
        merchant_account_id=wire.merchant_info.account_id if wire.merchant_info else None,
        intention_poi_id=wire.intention_poi_id,
        room_id=wire.room_id,
        sale_role=sale.sale_role,
        sale_channel=sale.sale_channel,
        deliver_model=delivery.deliver_model,
        is_book=delivery.is_book,
        shop_number=delivery.shop_number,
        packing_fee=sums.fees.get("packing_fee"),
        service_fee=sums.fees.get("service_fee"),
        other_fee=sums.fees.get("other_fee"),
        commission_amount=info.commission_amount,
        estimated_order_income=info.estimated_order_income,
        **money.other_payers(taken_off),
    )


def read(data: JSON) -> Page:
    """A page of orders."""
    return common.read_page(data, WIRE, read_order)


LIST = common.query("orders.list", PATH, OrderQuery, read, "orders_v2")
GET = common.query("orders.get", PATH, OrderQuery, read, "orders_v2")
SCROLL = common.query("orders.scroll", PATH, OrderScroll, read, "orders_v2")
READ_ROW = row_reader(WIRE, read_order)
