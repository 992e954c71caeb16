"""A trade as every version of taobao.trade.fullinfo.get gives it, but for its people.

Source: response fields of taobao.trade.fullinfo.get (2026 metadata); "common order
amounts", article 108471 (2023-04-04); channel paper §3 and §8.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainValidator

from hub_core.wire import (
    ClockText,
    Fetched,
    Item,
    Misread,
    SomeId,
    SomeText,
    SomeWhole,
    SomeYuan,
    Text,
    Wire,
    clock_text,
)

from .common import rows

UNREADABLE = datetime.max.replace(tzinfo=UTC)
"""Stands in for a time that is not in the documented form, until it becomes an issue."""


def _soft_clock(value: Any) -> datetime | None:
    """Times the metadata declares as text may hold prose; an order is not lost over it."""
    try:
        return clock_text(value)
    except ValueError:
        return UNREADABLE


def _yes(value: Any) -> bool | None:
    """A switch given as true, "true", 1 or "1"; anything else is not a yes."""
    return None if value is None else value in (True, "true", "1")


def listed(name: str) -> BeforeValidator:
    """A list of sub-objects in any of the wrappings TOP gives it."""
    return BeforeValidator(lambda value: rows(value, name))


SoftClock = Annotated[datetime | None, PlainValidator(_soft_clock)]
Yes = Annotated[bool | None, PlainValidator(_yes)]


class Promotion(Wire):
    """One discount. Amounts in yuan; TOP never says who pays for it."""

    id: SomeId = None
    """A trade's or a line's id."""
    promotion_name: SomeText = None
    discount_fee: SomeYuan = None
    gift_item_id: SomeId = None


class Service(Wire):
    """A service sold with the goods (delivery upstairs, a guarantee): its own sub-order.

    Amounts in yuan; `item_oid` is the trade or line it belongs to.
    """

    oid: Text
    item_oid: SomeId = None
    service_id: SomeId = None
    title: SomeText = None
    num: SomeWhole = None
    price: SomeYuan = None
    payment: SomeYuan = None
    refund_id: SomeId = None


class Line(Wire):
    """A sub-order (子订单). Amounts in yuan unless said otherwise.

    `payment` is price * num + adjust_fee - discount_fee, without freight, where a trade
    has several lines; on a single line it is the trade's, freight included.
    """

    oid: SomeId = None
    num: SomeWhole = None
    title: SomeText = None
    num_iid: SomeId = None
    sku_id: SomeId = None
    outer_sku_id: SomeText = None
    outer_iid: SomeText = None
    sku_properties_name: SomeText = None
    price: SomeYuan = None
    payment: SomeYuan = None
    discount_fee: SomeYuan = None
    adjust_fee: SomeYuan = None
    divide_order_fee: SomeYuan = None
    """What is paid for the line once the trade's own discounts are shared out."""
    part_mjz_discount: SomeYuan = None
    """The line's share of them."""
    status: SomeText = None
    refund_status: SomeText = None
    refund_id: SomeId = None
    """The latest refund's."""
    invoice_no: SomeText = None
    """The waybill of the parcel this line is in; nothing to do with a tax invoice."""
    logistics_company: SomeText = None
    """The carrier's name, not its code."""
    shipping_type: SomeText = None
    consign_time: SoftClock = None
    delivery_time: SoftClock = None
    """The latest time to ship."""
    is_oversold: Yes = None
    bind_oid: SomeId = None
    bind_oids: SomeText = None
    modify_address: SomeText = None

    @property
    def id(self) -> str | None:
        """The sub-order's id."""
        return self.oid


class Trade(Wire):
    """A main order (主订单). Amounts in yuan unless said otherwise.

    `num` counts only where there is one line. All times are Beijing's.
    """

    status: Text
    modified: ClockText
    created: ClockText = None
    pay_time: ClockText = None
    consign_time: ClockText = None
    end_time: ClockText = None
    delivery_time: SoftClock = None
    type: SomeText = None
    num: SomeWhole = None
    step_trade_status: SomeText = None
    step_paid_fee: SomeYuan = None
    cod_status: SomeText = None
    payment: SomeYuan = None
    """What is to be paid, or was: freight included."""
    total_fee: SomeYuan = None
    """Price times number over all lines."""
    post_fee: SomeYuan = None
    discount_fee: SomeYuan = None
    """Discounts on the whole trade; a line's own stand on the line."""
    adjust_fee: SomeYuan = None
    received_payment: SomeYuan = None
    """What has reached the seller, refunds taken off; whole once the trade is finished."""
    order_tax_fee: SomeYuan = None
    commission_fee: SomeYuan = None
    receiver_name: SomeText = None
    receiver_mobile: SomeText = None
    receiver_phone: SomeText = None
    receiver_state: SomeText = None
    receiver_city: SomeText = None
    """Empty where a county answers to its province: the district then is all there is."""
    receiver_district: SomeText = None
    receiver_town: SomeText = None
    receiver_address: SomeText = None
    receiver_zip: SomeText = None
    seller_nick: SomeText = None
    """Whose trade it is: the name of the seller's main account."""
    buyer_nick: SomeText = None
    buyer_message: SomeText = None
    seller_memo: SomeText = None
    seller_flag: SomeWhole = None
    """Colour of the seller's note: 1 red, 2 yellow, 3 green, 4 blue, 5 purple."""
    shipping_type: SomeText = None
    trade_from: SomeText = None
    mark_desc: SomeText = None
    """Set when something is wrong with the order."""
    rx_audit_status: SomeText = None
    """0: a prescription has not been checked yet."""
    top_hold: Yes = None
    ofp_hold: Yes = None
    team_buy_hold: Yes = None
    share_group_hold: Yes = None
    forbid_consign: Yes = None
    is_sh_ship: Yes = None
    lm: Yes = None
    """The receiver's address was changed."""
    gifting: Yes = None
    is_gift: Yes = None
    shop_pick: SomeText = None
    rt_omni_send_type: SomeText = None
    """pickUp: fetched at a shop; storeSend: sent by a shop; tmall: sent as usual."""
    rt_omni_store_id: SomeId = None
    nr_shop_id: SomeId = None
    o2o_shop_id: SomeId = None
    o2o_step_order_id: SomeId = None
    o2o_et_order_id: SomeId = None
    biz_code: SomeText = None
    platform_subsidy_fee: SomeText = None
    """In a unit its page does not state."""
    coupon_fee: SomeText = None
    """Red packets used, in a unit its page does not state."""
    orders: Annotated[tuple[Line, ...], listed("order")] = ()
    promotion_details: Annotated[tuple[Promotion, ...], listed("promotion_detail")] = ()
    service_orders: Annotated[tuple[Service, ...], listed("service_order")] = ()

    @property
    def id(self) -> str:
        """The trade's id. Each version says where it stands."""
        raise NotImplementedError


def seller_of(item: Item | None, field: str = "seller_nick") -> str | None:
    """The name of the seller a record belongs to, also of one that could not be read; None
    where it is not told or masked."""
    raw = item.raw if isinstance(item, Fetched | Misread) else None
    nick = raw.get(field) if isinstance(raw, dict) else None
    return nick if isinstance(nick, str) and nick and "*" not in nick else None


def fields(wire: type[Wire]) -> str:
    """What to ask for: TOP sends the fields that are named and no others."""
    return ",".join(name for name in wire.model_fields)
