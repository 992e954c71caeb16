"""What no shape of JD's orders has changed: words, money, and how an order is put together.

Source: channel paper JD §3 and §8; the order classes of the official Java SDK
(OrderQueryJsfService); the order page jos.jd.com/apilistnewdetail.html?apiId=15660.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, NamedTuple

from pydantic import (
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
)
from pydantic.alias_generators import to_camel

from hub_core.models import (
    AfterSaleStatus,
    FulfillmentStatus,
    Issue,
    Order,
    OrderStatus,
    OrderType,
    Party,
    PaymentStatus,
)
from hub_core.wire import (
    BEIJING,
    Ask,
    ClockText,
    SomeId,
    SomeText,
    SomeYuan,
    Text,
    Wire,
    Words,
)

from .lines import WireCoupon, WireItem, read_discounts, read_lines
from .parcels import WireParcel, read_deliveries

# Asking --------------------------------------------------------------------------------


def beijing_text(moment: datetime) -> str:
    """`2026-11-20 12:00:00` in Beijing; fractions of a second are dropped."""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


BeijingText = Annotated[AwareDatetime, PlainSerializer(beijing_text)]
DigitText = Annotated[int, PlainSerializer(str)]


class SearchAsk(Ask):
    """A page of orders by the time of their last change, oldest change first.

    The time moves with the state and the waybill only. `page` and `page_size` travel
    as text. `sortType` 1 would be descending, `dateType` 1 the creation time.
    """

    since: BeijingText = Field(serialization_alias="start_date")
    until: BeijingText = Field(serialization_alias="end_date")
    states: str = Field(serialization_alias="order_state", min_length=1)
    optional_fields: str
    page: DigitText = Field(ge=1)
    page_size: DigitText = Field(ge=1, le=100)
    sort_type: int = Field(default=0, serialization_alias="sortType")
    date_type: int = Field(default=0, serialization_alias="dateType")
    source_id: str | None = None


class GetAsk(Ask):
    """One order by its number."""

    order_id: int = Field(ge=1)
    optional_fields: str
    source_id: str | None = None


FIELDS = (
    "orderId,venderId,orderType,payType,orderState,orderStateRemark,"
    "orderTotalPrice,sellerDiscount,orderSellerPrice,orderPayment,freightPrice,"
    "balanceUsed,taxFee,shouldPay,actualPay,payDiscount,totalSellerReceivable,"
    "orderStartTime,paymentConfirmTime,orderEndTime,modified,outBoundDate,"
    "consigneeInfo,itemInfoList,couponDetailList,invoiceEasyInfo,"
    "waybill,logisticsId,partialLogisticsInfoModel,venderRemark,orderRemark,"
    "parentOrderId,directParentOrderId,storeOrder,storeId,menDianId,"
    "idSopShipmenttype,returnOrder,orderSource,scDT,pin,open_id_buyer,xid_buyer"
)
"""`optional_fields` is a whitelist: what is not named does not come back."""


# Words ---------------------------------------------------------------------------------


class State(NamedTuple):
    """What an order state says by itself."""

    order: OrderStatus
    payment: PaymentStatus
    """Where neither a payment time nor the way of paying says more: search only lists
    orders fit for production, which are paid unless paid on delivery."""
    fulfillment: FulfillmentStatus | None
    """None: the state does not say; a parcel or a shipping time does."""
    after_sale: AfterSaleStatus = AfterSaleStatus.NONE
    flags: tuple[str, ...] = ()


UNKNOWN = State(
    OrderStatus.UNKNOWN,
    PaymentStatus.UNKNOWN,
    FulfillmentStatus.UNKNOWN,
    AfterSaleStatus.UNKNOWN,
)
TO_SHIP = State(OrderStatus.OPEN, PaymentStatus.PAID, FulfillmentStatus.UNFULFILLED)
SHIPPED = State(OrderStatus.OPEN, PaymentStatus.PAID, FulfillmentStatus.SHIPPED)
FINISHED = State(OrderStatus.COMPLETED, PaymentStatus.PAID, FulfillmentStatus.DELIVERED)
PAUSED = State(OrderStatus.OPEN, PaymentStatus.UNKNOWN, None, flags=("paused",))
RETURNING = State(
    OrderStatus.OPEN,
    PaymentStatus.PAID,
    FulfillmentStatus.SHIPPED,
    AfterSaleStatus.OPEN,
    ("delivery_return",),
)

STATES: Words[State] = Words(
    {
        "NOT_PAY": State(
            OrderStatus.PENDING_PAYMENT,
            PaymentStatus.UNPAID,
            FulfillmentStatus.UNFULFILLED,
        ),
        "WAIT_SELLER_STOCK_OUT": TO_SHIP,
        "WAIT_SELLER_DELIVERY": TO_SHIP,
        "WAIT_GOODS_RECEIVE_CONFIRM": SHIPPED,
        "WAIT_SEND_CODE": TO_SHIP,
        "FINISHED_L": FINISHED,
        "TRADE_CANCELED": State(OrderStatus.CANCELLED, PaymentStatus.UNKNOWN, None),
        "LOCKED": State(
            OrderStatus.OPEN,
            PaymentStatus.UNKNOWN,
            None,
            AfterSaleStatus.OPEN,
            ("locked", "refund_requested"),
        ),
        "PAUSE": PAUSED,
        "POP_ORDER_PAUSE": PAUSED._replace(flags=("paused", "business_hold")),
        "DELIVERY_RETURN": RETURNING,
        "DengDaiChuKu": TO_SHIP,
        "DengDaiFaHuo": TO_SHIP,
        "DengDaiQueRenShouHuo": SHIPPED,
        "WanCheng": FINISHED,
        "ZanTing": PAUSED,
        "PeiSongTuiHuo": RETURNING,
    },
    unknown=UNKNOWN,
)
"""LOCKED: the buyer asked to cancel, never ship. The last six are older spellings."""

SERVICE_STATES: Words[FulfillmentStatus] = Words(
    {
        "WAIT_SEND_CODE": FulfillmentStatus.UNFULFILLED,
        "WAIT_SELLER_STOCK_OUT": FulfillmentStatus.UNFULFILLED,
        "WAIT_GOODS_RECEIVE_CONFIRM": FulfillmentStatus.REDEEMABLE,
        "FINISHED_L": FulfillmentStatus.REDEEMED,
    },
    unknown=FulfillmentStatus.UNKNOWN,
)
"""The same for local-life (LOC) orders, where a code is sent instead of goods."""

TYPES: Words[OrderType] = Words(
    {"22": OrderType.NORMAL, "75": OrderType.LOCAL_LIFE}, unknown=OrderType.UNKNOWN
)
ON_DELIVERY = "1"
"""The way of paying that is cash on delivery."""


def word_code(text: str | None) -> str | None:
    """`4` of `4-在线支付` (and of `4`)."""
    return None if text is None else text.partition("-")[0].strip()


# Reading -------------------------------------------------------------------------------


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

    order_id: Text
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
    store_order: SomeText = None
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
    left = wire.out_bound_date is not None or wire.waybill is not None
    return FulfillmentStatus.SHIPPED if left else FulfillmentStatus.UNFULFILLED


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
    more = (
        ("cash_on_delivery", _on_delivery(wire)),
        ("platform_warehouse", wire.store_order is not None),
        ("after_sale_shipment", wire.return_order is not None),
    )
    return state.flags + tuple(name for name, so in more if so)


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
