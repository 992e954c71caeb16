"""Catering group-buy orders (akte), first shape: goods in a list, each with its SKU.

Since 2023, until now; a fork of the generic query. goods[] instead of sku_* and
products[], order_pay_amount, amount_info as the money source, attribute_info.room_id,
poi{} with the intended place, donated items, SKU ids on vouchers and sub orders; the
cursor object is spelled search_after{size, cursor[], all_cursor[]}.
Source: catering order query page; channel paper §3.3, §6 V15.
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
    SomeFlag,
    SomeId,
    SomeText,
    SomeWhole,
    Text,
    Wire,
    row_reader,
)

from . import catering, common, lines, money, people, vouchers, words

PATH = "/goodlife/v1/akte/order/query/"


class OrderQuery(common.OrderAsk):
    """Orders by page number."""


class OrderScroll(OrderQuery):
    """Orders by cursor, beyond the cap of page numbers: "0", then the page's own."""

    cursor: Literal["0"] | tuple[str, ...] = Field(default="0")


class Place(Wire):
    """Where it was bought and where the buyer meant to go."""

    poi_id: SomeId = None
    intention_poi_id: SomeId = None


class Attributes(Wire):
    """The live room it was sold in."""

    room_id: SomeId = None


class WireOrder(Wire):
    """One order. Amounts in fen, times in epoch seconds (ms are told by size)."""

    order_id: Id
    order_status: Text
    update_order_time: Epoch
    create_order_time: Epoch = None
    pay_time: Epoch = None
    order_type: SomeText = None
    open_id: SomeText = None
    goods: list[catering.Goods] | None = None
    original_amount: SomeWhole = None
    order_pay_amount: SomeWhole = None
    pay_amount: SomeWhole = None
    receipt_amount: SomeWhole = None
    discount_amount: SomeWhole = None
    payment_discount: SomeWhole = None
    amount_info: money.AmountInfo | None = None
    attribute_info: Attributes | None = None
    poi: Place | None = None
    has_donated_items: SomeFlag = None
    merchant_info: common.Merchant | None = None
    contacts: list[people.Contact] | None = None
    certificate: list[catering.Certificate] | None = None
    discounts: list[money.WireDiscount] | None = None
    sub_order_amount_infos: list[catering.SubOrder] | None = None


WIRE = TypeAdapter(WireOrder)
NOWHERE = Place()


def read_order(wire: WireOrder) -> Order:
    """Raises ValueError when the order bears no time of change."""
    certificates, subs = wire.certificate or [], wire.sub_order_amount_infos or []
    stand = _stand(wire, certificates)
    info = wire.amount_info or money.NO_INFO
    sums = _sums(wire, info, subs)
    payment = money.first(wire.payment_discount, info.pay_discount_amount)
    listed = money.total([row.discount_amount for row in wire.discounts or ()])
    taken_off = money.split(info, wire.discounts, subs)
    off = money.discounts(money.first(sums.discount, listed), payment, taken_off)
    paid = sums.payable if stand.paid else None
    back = vouchers.refunded(certificates)
    if len(wire.goods or ()) > 1:
        sold = catering.several_lines(
            wire.order_id,
            wire.goods or (),
            certificates,
            subs,
            lambda own: _stand(wire, own),
        )
    else:
        share = lines.goods_money(sums, off, paid, back, subs)
        sold = (catering.only_line(wire.order_id, wire.goods or (), share, stand),)
    place = wire.poi or NOWHERE
    return Order(
        external_id=wire.order_id,
        status_raw=wire.order_status,
        order_status=stand.order,
        payment_status=stand.payment,
        fulfillment_status=stand.fulfillment,
        after_sale_status=stand.after_sale,
        type=stand.type,
        type_raw=wire.order_type,
        place_external_id=place.poi_id,
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
        source="live" if wire.attribute_info and wire.attribute_info.room_id else None,
        flags=stand.flags,
        lines=sold,
        vouchers=vouchers.vouchers(
            certificates, subs, catering.lines_of(certificates, sold), stand.paid
        ),
        party=people.party(wire.open_id, wire.contacts or []),
        issues=stand.issues + sums.issues,
        ext=_ext(wire, info, sums, taken_off),
    )


def _stand(wire: WireOrder, certificates: list[catering.Certificate]) -> words.Axes:
    return words.axes(
        wire.order_status,
        wire.order_type,
        wire.pay_time is not None,
        frozenset([c.item_status for c in certificates]),
    )


# Money ---------------------------------------------------------------------------------


def _sums(
    wire: WireOrder, info: money.AmountInfo, subs: list[catering.SubOrder]
) -> money.Totals:
    origin = money.first(info.origin_amount, wire.original_amount)
    pay = money.first(wire.order_pay_amount, wire.pay_amount, info.pay_amount)
    sums = money.totals(origin, pay, wire.receipt_amount, wire.discount_amount, subs)
    return money.with_info(sums, info)


def _ext(
    wire: WireOrder,
    info: money.AmountInfo,
    sums: money.Totals,
    taken_off: Sequence[money.WireDiscount],
) -> dict[str, str | int | bool | None]:
    place = wire.poi or NOWHERE
    return common.ext(
        merchant_account_id=wire.merchant_info.account_id if wire.merchant_info else None,
        intention_poi_id=place.intention_poi_id,
        room_id=wire.attribute_info.room_id if wire.attribute_info else None,
        has_donated_items=wire.has_donated_items,
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


LIST = common.query("orders.list", PATH, OrderQuery, read, "orders_catering_v1")
GET = common.query("orders.get", PATH, OrderQuery, read, "orders_catering_v1")
SCROLL = common.query("orders.scroll", PATH, OrderScroll, read, "orders_catering_v1")
READ_ROW = row_reader(WIRE, read_order)
