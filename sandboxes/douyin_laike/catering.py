"""A row of GET /goodlife/v1/akte/order/query/, the catering twin.

goods[] for products[], order_pay_amount for pay_amount, attribute_info, poi with both
names, snake_case idle times, sub infos with their skus. Source: paper §3.3, V15.
"""

from __future__ import annotations

from .listing import shown_status
from .moves import State
from .rows import (
    JSON,
    Form,
    amount_info,
    contact,
    shares,
    sub_amounts,
    voucher,
)
from .sale import Product, Sale, Unit

IDLE = {
    "idle_time_discount_info": {
        "discount_start_time": 0,
        "discount_end_time": 0,
        "week_day_list": [1, 2, 3, 4, 5],
    }
}


def catering_row(state: State, updated: int, form: Form) -> JSON:
    """The order in documented types."""
    sale: Sale = state["sale"]
    return {
        "order_id": sale.order_id,
        "open_id": sale.buyer.open_id,
        "order_status": shown_status(state),
        "order_type": sale.order_type,
        "goods": _goods(sale),
        "original_amount": sale.original,
        "order_pay_amount": form.paid(state),
        "receipt_amount": sale.receipt,
        "discount_amount": form.discount(sale),
        "payment_discount": sale.payment_off,
        "create_order_time": sale.created,
        "pay_time": state["pay_time"],
        "update_order_time": updated,
        "attribute_info": {"room_id": sale.room_id},
        "poi": _poi(sale),
        "has_donated_items": False,
        "merchant_info": {"account_id": form.account_id, "account_name": form.account_name},
        "contacts": [contact(sale, form, encrypted=True)],
        "certificate": _certificates(state, form),
        "discounts": _discounts(sale, form),
        "sub_order_amount_infos": [_sub(unit, form) for unit in sale.units],
        "amount_info": amount_info(state, form),
    }


def _poi(sale: Sale) -> JSON:
    name = "沙箱一号店" if sale.poi_id else ""
    return {
        "poi_id": sale.poi_id,
        "poi_name": name,
        "intention_poi_id": sale.poi_id,
        "intention_poi_name": name,
    }


def _discounts(sale: Sale, form: Form) -> list[JSON]:
    idle: JSON = {"discount_extra": IDLE} if sale.role == "达人" else {}
    return [discount | idle for discount in shares(sale.units, form)]


def _goods(sale: Sale) -> list[JSON]:
    numbers: dict[Product, int] = {}
    for unit in sale.units:
        numbers[unit.product] = numbers.get(unit.product, 0) + 1
    return [
        {
            "sku_id": product.sku_id,
            "sku_name": product.title,
            "third_sku_id": "",
            "count": number,
            "goods_detail": {
                "product_type": 1,
                "show_channel": "1",
                "product_attr": {},
                "sku_attr": {},
                "goods_attr": {},
            },
        }
        for product, number in numbers.items()
    ]


def _certificates(state: State, form: Form) -> list[JSON]:
    pieces = zip(state["sale"].units, state["items"], strict=True)
    return [
        voucher(n, unit, piece, state, form)
        | {
            "sku_id": unit.product.sku_id,
            "sub_sku_id": unit.product.sku_id,
            "origin_certificate_id": "",
            "is_donated_item": False,
        }
        for n, (unit, piece) in enumerate(pieces)
    ]


def _sub(unit: Unit, form: Form) -> JSON:
    return sub_amounts(unit, form) | {
        "sku_id": unit.product.sku_id,
        "sub_sku_id": unit.product.sku_id,
        "sub_coupon_pay_amount": unit.pay + unit.payment_off,
        "discounts": shares((unit,), form),
    }
