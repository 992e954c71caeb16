"""What no shape of JD's orders has changed: the fields, and how an order is put together.

Source: channel paper JD §3 and §8; the order classes of the official Java SDK
(OrderQueryJsfService); the order page jos.jd.com/apilistnewdetail.html?apiId=15660.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from hub_core.models import (
    FulfillmentStatus,
    Issue,
    Order,
    OrderStatus,
    OrderType,
    Party,
    PaymentStatus,
)
from hub_core.wire import ClockText, Id, SomeId, SomeText, SomeYuan, Text, Wire

from .lines import WireCoupon, WireItem, read_discounts, read_lines
from .parcels import WireParcel, read_deliveries
from .words import (
    ON_DELIVERY,
    SERVICE_STATES,
    STATES,
    TYPES,
    UNKNOWN,
    State,
    word_code,
)


def empty_object(value: Any) -> Any:
    """PHP writes an empty object as []."""
    return None if value == [] or value == "" else value


def _no_null(value: Any) -> Any:
    return () if value is None else value


class WireInvoice(Wire):
    """Only whether an invoice is asked for: 0 none, 1 plain, 2 VAT, 3 electronic."""

    invoice_type: SomeText = Field(default=None, alias="invoiceType")


class WireBasics(Wire):
    """An order's fields but the people in it. Amounts are yuan texts, times Beijing."""

    model_config = ConfigDict(alias_generator=to_camel)

    order_id: Id
    order_state: Text
    modified: ClockText
    order_type: SomeText = None
    pay_type: SomeText = None
    order_state_remark: SomeText = None
    order_total_price: SomeYuan = None
    seller_discount: SomeYuan = None
    order_seller_price: SomeYuan = None
    order_payment: SomeYuan = None
    freight_price: SomeYuan = None
    balance_used: SomeYuan = None
    tax_fee: SomeYuan = None
    should_pay: SomeYuan = None
    actual_pay: SomeYuan = None
    pay_discount: SomeYuan = None
    total_seller_receivable: SomeYuan = None
    order_start_time: ClockText = None
    payment_confirm_time: ClockText = None
    order_end_time: ClockText = None
    out_bound_date: ClockText = None
    item_info_list: Annotated[tuple[WireItem, ...], BeforeValidator(_no_null)] = ()
    coupon_detail_list: tuple[WireCoupon, ...] | None = None
    invoice_easy_info: Annotated[WireInvoice | None, BeforeValidator(empty_object)] = None
    waybill: SomeText = None
    logistics_id: SomeText = None
    partial_logistics_info_model: Annotated[
        tuple[WireParcel, ...], BeforeValidator(_no_null)
    ] = ()
    vender_remark: SomeText = Field(default=None, repr=False)
    order_remark: SomeText = Field(default=None, repr=False)
    parent_order_id: SomeId = None
    direct_parent_order_id: SomeId = None
    store_order: SomeId = None
    store_id: SomeId = None
    men_dian_id: SomeId = None
    id_sop_shipmenttype: SomeText = None
    return_order: SomeId = None
    order_source: SomeText = None
    sc_dt: SomeText = Field(default=None, alias="scDT")


def put_together(wire: WireBasics, party: Party | None) -> Order:
    """The canonical order. Raises ValueError where a version time is missing."""
    if wire.modified is None:
        raise ValueError("modified is missing")
    state = STATES[wire.order_state]
    kind = TYPES[word_code(wire.order_type) or ""]
    issues: list[Issue] = []
    fulfillment = _fulfillment(wire, state, kind)
    payment = _payment(wire, state)
    lines = read_lines(wire.item_info_list, fulfillment, wire.order_total_price, issues)
    discounts = read_discounts(
        wire.coupon_detail_list, wire.seller_discount, wire.pay_discount, issues
    )
    _say_what_is_unknown(wire, state, kind, payment, issues)
    payable = _payable(wire)
    return Order(
        external_id=wire.order_id,
        status_raw=wire.order_state,
        order_status=state.order,
        payment_status=payment,
        fulfillment_status=fulfillment,
        after_sale_status=state.after_sale,
        type=kind,
        type_raw=wire.order_type,
        parent_external_id=wire.parent_order_id,
        place_external_id=wire.men_dian_id,
        channel_created_at=wire.order_start_time,
        channel_updated_at=wire.modified,
        paid_at=wire.payment_confirm_time,
        shipped_at=wire.out_bound_date,
        completed_at=_ended(wire, state, OrderStatus.COMPLETED),
        cancelled_at=_ended(wire, state, OrderStatus.CANCELLED),
        goods_amount=wire.order_total_price,
        freight_amount=wire.freight_price,
        tax_amount=wire.tax_fee,
        discounts=discounts,
        payable_amount=payable,
        buyer_paid_amount=_buyer_paid(wire, payment, payable),
        merchant_receivable_amount=_receivable(wire),
        flags=_flags(wire, state),
        lines=lines,
        deliveries=read_deliveries(
            wire.partial_logistics_info_model,
            wire.waybill,
            wire.logistics_id,
            wire.out_bound_date,
            lines,
            issues,
        ),
        party=party,
        issues=tuple(issues),
        ext=_extras(wire),
    )


def _on_delivery(wire: WireBasics) -> bool:
    return word_code(wire.pay_type) == ON_DELIVERY


def _payment(wire: WireBasics, state: State) -> PaymentStatus:
    if wire.payment_confirm_time is not None:
        return PaymentStatus.PAID
    if _on_delivery(wire) and state.order is not OrderStatus.UNKNOWN:
        done = state.order is OrderStatus.COMPLETED
        return PaymentStatus.PAID if done else PaymentStatus.UNPAID
    return state.payment


def _fulfillment(wire: WireBasics, state: State, kind: OrderType) -> FulfillmentStatus:
    if kind is OrderType.LOCAL_LIFE:
        return SERVICE_STATES[wire.order_state]
    if state.fulfillment is FulfillmentStatus.UNFULFILLED:
        partial = bool(wire.partial_logistics_info_model)
        return FulfillmentStatus.PARTIAL if partial else state.fulfillment
    if state.fulfillment is not None:
        return state.fulfillment
    if wire.out_bound_date is not None or wire.waybill is not None:
        return FulfillmentStatus.SHIPPED
    over = state.order is OrderStatus.CANCELLED
    return FulfillmentStatus.NOT_REQUIRED if over else FulfillmentStatus.UNFULFILLED


def _ended(wire: WireBasics, state: State, how: OrderStatus) -> datetime | None:
    return wire.order_end_time if state.order is how else None


def _payable(wire: WireBasics) -> int | None:
    """`shouldPay`; before there was one, `orderPayment` (what is due after the balance)
    and the balance used. The platform stopped keeping `orderPayment` up in 2024-10."""
    if wire.should_pay is not None or wire.order_payment is None:
        return wire.should_pay
    return wire.order_payment + (wire.balance_used or 0)


def _buyer_paid(
    wire: WireBasics, payment: PaymentStatus, payable: int | None
) -> int | None:
    """`actualPay` may lag behind the payment, so that 0 does not outweigh a paid order."""
    if wire.actual_pay or (wire.actual_pay == 0 and payable == 0):
        return wire.actual_pay
    return payable if payment is PaymentStatus.PAID else None


def _receivable(wire: WireBasics) -> int | None:
    """For the goods: without freight, before the platform's fees."""
    kept = wire.total_seller_receivable
    return wire.order_seller_price if kept is None else kept


def _flags(wire: WireBasics, state: State) -> tuple[str, ...]:
    """`platform_warehouse`: JD ships it; `after_sale_shipment`: no sale, a case's goods."""
    flags = list(state.flags)
    if _on_delivery(wire):
        flags.append("cash_on_delivery")
    if wire.store_order is not None:
        flags.append("platform_warehouse")
    if wire.return_order is not None:
        flags.append("after_sale_shipment")
    return tuple(flags)


def _say_what_is_unknown(
    wire: WireBasics,
    state: State,
    kind: OrderType,
    payment: PaymentStatus,
    issues: list[Issue],
) -> None:
    if state is UNKNOWN:
        issues.append(Issue("status", "unknown_word"))
    if kind is OrderType.UNKNOWN and wire.order_type is not None:
        issues.append(Issue("type", "unknown_word"))
    if state.order is OrderStatus.CANCELLED and payment is PaymentStatus.PAID:
        issues.append(Issue("payment_status", "refund_not_told"))


def _extras(wire: WireBasics) -> dict[str, str | int | bool | None]:
    invoice = wire.invoice_easy_info
    cards = [c.coupon_price for c in wire.coupon_detail_list or () if c.code == "52"]
    found: dict[str, str | int | bool | None] = {
        "jd:pay_type": word_code(wire.pay_type),
        "jd:state_remark": wire.order_state_remark,
        "jd:order_source": wire.order_source,
        "jd:direct_parent_order_id": wire.direct_parent_order_id,
        "jd:store_order": wire.store_order,
        "jd:store_id": wire.store_id,
        "jd:shipment_type": wire.id_sop_shipmenttype,
        "jd:return_order": wire.return_order,
        "jd:earliest_production": wire.sc_dt,
        "jd:balance_used": wire.balance_used,
        "jd:gift_card_amount": sum(c or 0 for c in cards) if cards else None,
        "jd:invoice_type": invoice.invoice_type if invoice else None,
    }
    return {name: value for name, value in found.items() if value is not None}
