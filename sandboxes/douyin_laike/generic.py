"""A row of GET /goodlife/v1/trade/order/query/, in its shapes of 2022 and 2023.

2022: page numbers only, original_amount, pay_amount, payment_discount, amount_info.
2023: receipt_amount, discount_amount, discounts[], sub_order_amount_infos[],
phone_encrypt, order_sale_info. Source: paper §3.3, V13, V14; delivery fields as in the
2022 SDK samples.
"""

from __future__ import annotations

from .listing import shown_status
from .moves import State
from .rows import (
    JSON,
    Form,
    amount_info,
    contact,
    fee_amounts,
    masked,
    shares,
    sub_amounts,
    voucher,
)
from .sale import DELIVERY, Product, Sale

IDLE = {
    "WriteOffTimeLimit": {
        "WriteOffStartTime": 0,
        "WriteOffEndTime": 0,
        "WeekDayList": [1, 2, 3, 4, 5],
        "DailyTimeRangeList": [{"StartTime": "14:00", "EndTime": "17:00"}],
        "RelativeTime": {"RelativeTimeType": 1, "RelativeTime": 0},
    }
}
"""When a discounted voucher may be used; CamelCase inside, as documented."""

SNAPSHOT = {
    "product_attr": {"show_channel": "1", "voucher_par_type": "", "dynamic_par_rule": {}},
    "tag_info_list": [{"TagKey": "1", "TagName": "sandbox", "TagValue": "1"}],
}


def generic_row(state: State, updated: int, form: Form) -> JSON:
    """The order as this shape writes it, in documented types."""
    row = _base(state, updated, form)
    if state["sale"].order_type == DELIVERY:
        row |= _delivery(state, form)
    if form.shape != "2022":
        row |= _since_2023(state, form)
    return row


def _base(state: State, updated: int, form: Form) -> JSON:
    sale: Sale = state["sale"]
    first = sale.units[0].product
    pieces = zip(sale.units, state["items"], strict=True)
    return {
        "order_id": sale.order_id,
        "open_id": sale.buyer.open_id,
        "order_status": shown_status(state),
        "order_type": sale.order_type,
        "sku_id": first.sku_id,
        "sku_name": first.title,
        "third_sku_id": "",
        "count": len(sale.units),
        "original_amount": sale.original,
        "pay_amount": form.paid(state),
        "payment_discount": sale.payment_off,
        "create_order_time": sale.created,
        "pay_time": state["pay_time"],
        "update_order_time": updated,
        "contacts": [contact(sale, form, encrypted=form.shape != "2022")],
        "certificate": [voucher(n, u, p, state, form) for n, (u, p) in enumerate(pieces)],
        **({"amount_info": amount_info(state, form)} if _food(form, sale) else {}),
    }


def _since_2023(state: State, form: Form) -> JSON:
    sale: Sale = state["sale"]
    return {
        "user_id": f"u{sale.buyer.open_id}",
        "receipt_amount": sale.receipt,
        "discount_amount": form.discount(sale),
        "intention_poi_id": sale.poi_id,
        "poi_id": sale.poi_id,
        "room_id": sale.room_id,
        "merchant_info": {"account_id": form.account_id, "account_name": form.account_name},
        "products": _products(sale),
        "discounts": _discounts(sale, form),
        "sub_order_amount_infos": [
            *(sub_amounts(u, form) | {"discounts": shares((u,), form)} for u in sale.units),
            *fee_amounts(sale),
        ],
        "order_sale_info": {
            "sale_role": sale.role,
            "sale_channel": state["channel"],
            "transfer_uid": "",
            "transfer_douyin_uid": "",
            "transfer_nickName": "",
        },
    }


def _food(form: Form, sale: Sale) -> bool:
    return form.business == "catering" or sale.order_type == DELIVERY


def _discounts(sale: Sale, form: Form) -> list[JSON]:
    idle: JSON = {"idle_time_info": IDLE} if sale.role == "达人" else {}
    return [discount | idle for discount in shares(sale.units, form)]


def _products(sale: Sale) -> list[JSON]:
    """Each bought product once, with its number of pieces; dishes when delivered."""
    numbers: dict[Product, int] = {}
    for unit in sale.units:
        numbers[unit.product] = numbers.get(unit.product, 0) + 1
    delivered = sale.order_type == DELIVERY
    return [
        {
            "product_id": product.product_id,
            "product_name": product.title,
            "sku_id": product.sku_id,
            "num": number,
            "origin_amount": product.market,
            "snapshot_product": SNAPSHOT,
            **({"commodities": [_menu(product, number)]} if delivered else {}),
        }
        for product, number in numbers.items()
    ]


def _menu(product: Product, number: int) -> JSON:
    dish = {"name": product.title, "price": product.price, "count": number, "unit": "份"}
    return {"group_name": "", "total_count": 1, "option_count": 1, "items": [dish]}


def _delivery(state: State, form: Form) -> JSON:
    """What only a delivered order (41) has."""
    sale: Sale = state["sale"]
    return {
        "products": _products(sale),
        "poi": {"poi_id": sale.poi_id, "poi_name": "沙箱一号店"},
        "delivery_info": {
            "deliver_model": 1,
            "is_book": False,
            "shop_number": sale.order_id[-3:],
            "user_expect_time": sale.created + 2700,
            "sys_expect_time": sale.created + 2400,
            "remark": sale.note + "!" * state["edits"],
            "table_ware": "1",
        },
        "receiver_info": _receiver(sale, form),
    }


def _receiver(sale: Sale, form: Form) -> JSON:
    person = sale.buyer.person
    name, phone = masked(person)
    receiver = {
        "province": person.province,
        "city": person.city,
        "district": person.district,
        "town": "",
        "location_address": person.address[:3] + "****",
        "lat": "0.000000",
        "lng": "0.000000",
        "receiver_name": name,
        "receiver_phone": phone,
    }
    if form.secret_number:
        receiver["secret_number"] = f"950{sale.order_id[-8:]}"
    return receiver
