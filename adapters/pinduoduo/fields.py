"""An order's fields but the people in it, which no shape has changed; new ones came.

Source: channel paper PDD §3, §8; the field texts of pdd.order.information.get and
pdd.order.number.list.increment.get in copies of 2021, 2023 and 2024.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from hub_core.wire import ClockText, Id, SomeId, SomeText, SomeYuan, Text, Wire

from .lines import WireItem
from .parcels import WireParcel


def _no_null(value: Any) -> Any:
    return () if value is None else value


def empty_object(value: Any) -> Any:
    """An object that is not there comes as null, an empty text, list or object."""
    return None if value in ("", [], {}) else value


Items = Annotated[tuple[WireItem, ...], BeforeValidator(_no_null)]
Parcels = Annotated[tuple[WireParcel, ...], BeforeValidator(_no_null)]


class WireTag(Wire):
    """A label of the order and whether it has it (1)."""

    name: SomeText = None
    value: SomeText = None


class WireFee(Wire):
    """A service the buyer paid for, in yuan."""

    service_fee: SomeYuan = None


class WireStep(Wire):
    """A presale's payments: the deposit, and all paid so far. Yuan."""

    step_trade_status: SomeText = None
    advanced_paid_fee: SomeYuan = None
    step_paid_fee: SomeYuan = None
    step_discount_amount: SomeYuan = None


class WireStore(Wire):
    """The place of a pick-up order."""

    store_id: SomeId = None


class WireBasics(Wire):
    """Amounts are yuan, as text or number; times are Beijing's, "" is not yet.

    Card numbers and their passwords (`card_info_list`) are left where they are.
    """

    order_sn: Id
    order_status: Text
    updated_at: ClockText
    refund_status: SomeText = None
    after_sales_status: SomeText = None
    confirm_status: SomeText = None
    group_status: SomeText = None
    risk_control_status: SomeText = None
    stock_out_handle_status: SomeText = None
    trade_type: SomeText = None
    is_lucky_flag: SomeText = None
    is_pre_sale: SomeText = None
    mkt_biz_type: SomeText = None
    created_time: ClockText = None
    confirm_time: ClockText = None
    pay_time: ClockText = None
    shipping_time: ClockText = None
    receive_time: ClockText = None
    last_ship_time: ClockText = None
    goods_amount: SomeYuan = None
    order_change_amount: SomeYuan = None
    discount_amount: SomeYuan = None
    platform_discount: SomeYuan = None
    seller_discount: SomeYuan = None
    capital_free_discount: SomeYuan = None
    duo_duo_pay_reduction: SomeYuan = None
    postage: SomeYuan = None
    pay_amount: SomeYuan = None
    service_fee_detail: Annotated[tuple[WireFee, ...], BeforeValidator(_no_null)] = ()
    step_order_info: Annotated[WireStep | None, BeforeValidator(empty_object)] = None
    item_list: Items = ()
    gift_list: Items = ()
    logistics_id: SomeId = None
    tracking_number: SomeText = None
    extra_delivery_list: Parcels = ()
    gift_delivery_list: Parcels = ()
    resend_delivery_list: Parcels = ()
    order_tag_list: Annotated[tuple[WireTag, ...], BeforeValidator(_no_null)] = ()
    store_info: Annotated[WireStore | None, BeforeValidator(empty_object)] = None
    pay_type: SomeText = None
    invoice_status: SomeText = None
    remark_tag: SomeId = None
    self_contained: SomeText = None
    group_order_id: SomeId = None
    ship_additional_origin_order: SomeId = None
    buyer_memo: SomeText = Field(default=None, repr=False)
    remark: SomeText = Field(default=None, repr=False)

    @property
    def tags(self) -> tuple[str, ...]:
        """The labels it has."""
        return tuple(t.name for t in self.order_tag_list if t.name and t.value == "1")
