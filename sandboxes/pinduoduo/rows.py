"""One order as the lists and the detail show it: full, or without the consumer.

Source: channel paper §3; official pages of pdd.order.list.get and
pdd.order.basic.list.get; samples order_information_get.2018 and
order_object_encrypted.2024.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub_core.sandbox import Record, Version

from . import receivers, states
from .baskets import Basket
from .times import DAY, text_of

NEVER = (
    *("delivery_one_day", "duoduo_wholesale", "only_support_replace", "self_contained"),
    *("return_freight_payer", "shipping_type", "support_nationwide_warranty"),
)
"""Services no order of the box has: each is 0."""
FLAGS = ("no_trace_delivery", "return_freight_payer", "free_sf", "ship_hold")
"""Some of the names order_tag_list may hold; a client meets each with 0 or 1."""


class Rows:
    """Writes orders in the shape the switches choose."""

    def __init__(self, switches: Mapping[str, str], new_fields: bool) -> None:
        self.switches, self.new_fields = switches, new_fields

    def full(self, record: Record, version: Version, privacy: str) -> dict[str, Any]:
        """An order with its consumer, as `privacy` has it."""
        content = version.content
        row = {**self._core(record, version), **self._rest(content)}
        who = receivers.person(content["person"])
        row |= receivers.place(who)
        if privacy == "plain":
            row |= receivers.plain(who, content["status"]) | _paid_by(record)
        else:
            waits = content["status"] == states.TO_SHIP and not content["risk"]
            row |= receivers.sealed(who, record.id, record.account, waits, self.switches)
            row |= self._since_2021(content)
        return row | ({"sandbox_zone": {"name": "A-1"}} if self.new_fields else {})

    def basic(self, record: Record, version: Version) -> dict[str, Any]:
        """An order without its consumer: no receiver, no memo, no after-sale status."""
        content = version.content
        row = self._core(record, version)
        row["risk_control_status"] = content["risk"]
        row["trade_type"] = content["trade"]
        row["step_order_info"] = self._deposit(content)
        return row

    def _core(self, record: Record, version: Version) -> dict[str, Any]:
        """What both shapes tell."""
        content = version.content
        basket = content["basket"]
        return {
            "order_sn": record.id,
            "order_status": content["status"],
            "refund_status": content["refund"],
            "is_lucky_flag": content["lucky"],
            "confirm_time": text_of(content["confirmed_at"]),
            "updated_at": text_of(version.updated_at),
            "goods_amount": self.yuan(basket.amount),
            "discount_amount": self.yuan(basket.discount),
            "platform_discount": self.yuan(basket.platform),
            "seller_discount": self.yuan(basket.seller),
            "postage": self.yuan(basket.postage),
            "pay_amount": self.yuan(basket.paid),
            "home_delivery_type": 0,
            "cat_id_1": 2603,
            "cat_id_2": 2616,
            "cat_id_3": 4780,
            "cat_id_4": 0,
            "item_list": [self._item(basket)],
        }

    def _rest(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """What only the full order tells, then and now."""
        confirmed = content["confirmed_at"]
        promised = None if confirmed is None else confirmed + 2 * DAY
        return {
            "after_sales_status": content["after_sales"],
            "created_time": text_of(content["placed_at"]),
            "shipping_time": text_of(content["shipped_at"]),
            "receive_time": text_of(content["received_at"]),
            "last_ship_time": text_of(promised),
            "logistics_id": self.carrier(content["carrier"]),
            "tracking_number": content["tracking"],
            "remark": content["remark"],
            "buyer_memo": receivers.memo(content["memo"]),
            "capital_free_discount": self.yuan(content["basket"].captain),
            "invoice_status": content["invoice"],
            "stock_out_handle_status": -1,
            "is_stock_out": 0,
            "is_pre_sale": 0,
            "pre_sale_time": "",
            "inner_transaction_id": "",
            "card_info_list": [],
            "free_sf": 0,
        }

    def _since_2021(self, content: Mapping[str, Any]) -> dict[str, Any]:
        basket = content["basket"]
        tag, tag_name = content["tag"]
        fees = [
            {"service_name": n, "service_fee": self.yuan(f)} for n, f in basket.services
        ]
        return {
            "confirm_status": content["confirm"],
            "group_status": content["group"],
            "group_order_id": content["group_id"],
            "group_role": content["memo"] % 2,
            "risk_control_status": content["risk"],
            "trade_type": content["trade"],
            "step_order_info": self._deposit(content),
            "mkt_biz_type": 0,
            "pay_no": "",
            "pay_type": "",
            "pay_time": text_of(content["placed_at"] + 1),
            "order_change_amount": self.yuan(basket.change),
            "duo_duo_pay_reduction": self.yuan(0),
            "service_fee_detail": fees,
            "promotion_detail_list": [],
            "gift_list": [],
            "order_depot_info": None,
            "remark_tag": tag,
            "remark_tag_name": tag_name,
            "urge_shipping_time": text_of(content["urged_at"]),
            "order_tag_list": [
                {"name": name, "value": content["memo"] >> n & 1 & (n > 0)}
                for n, name in enumerate(FLAGS)
            ],
            "yyps_date": "",
            "yyps_time": "",
            **dict.fromkeys(NEVER, 0),
            **self._parcels(content["parcels"]),
        }

    def _deposit(self, content: Mapping[str, Any]) -> dict[str, Any] | None:
        """The steps of a deposit order, both paid; null for others."""
        if not content["trade"]:
            return None
        paid = content["basket"].paid
        return {
            "step_trade_status": 2,
            "advanced_paid_fee": self.yuan(paid // 5),
            "step_paid_fee": self.yuan(paid),
            "step_discount_amount": self.yuan(0),
        }

    def _parcels(self, parcels: tuple[tuple[int, int, str], ...]) -> dict[str, Any]:
        """Further parcels by kind: 1 split, 2 reshipped, 3 a gift."""
        names = {1: "extra_delivery_list", 2: "resend_delivery_list"}
        lists: dict[str, Any] = {n: [] for n in (*names.values(), "gift_delivery_list")}
        for kind, carrier, number in parcels:
            one = {"logistics_id": self.carrier(carrier), "tracking_number": number}
            lists[names.get(kind, "gift_delivery_list")].append(one)
        return lists

    def _item(self, basket: Basket) -> dict[str, Any]:
        goods, sku = basket.goods, basket.sku
        return {
            "goods_id": self.id(goods.id),
            "goods_name": goods.title,
            "goods_spec": sku.spec.replace(" ", ","),
            "goods_count": basket.count,
            "goods_price": self.yuan(sku.price),
            "goods_img": "https://img.invalid/goods.jpeg",
            "sku_id": self.id(sku.id),
            "outer_id": sku.outer,
            "outer_goods_id": goods.outer,
        } | ({"sandbox_batch": None} if self.new_fields else {})

    def yuan(self, fen: int) -> float | str:
        """Fen as yuan: the number 19.9, or the text 19.90."""
        if self.switches["amounts"] == "number":
            return fen / 100
        return yuan_text(fen)

    def id(self, number: int) -> int | str:
        """A goods or SKU id as orders write it."""
        return str(number) if self.switches["order_ids"] == "text" else number

    def carrier(self, number: int) -> int | str:
        """A courier's id."""
        return str(number) if self.switches["carrier_ids"] == "text" else number


def yuan_text(fen: int) -> str:
    """Fen as yuan text: 1990 is `19.90`."""
    return f"{fen // 100}.{fen % 100:02d}"


def _paid_by(record: Record) -> dict[str, str]:
    """How it was paid, and for customs by whom: told before 2021."""
    nobody = {"id_card_name": "", "id_card_num": ""}
    return {"pay_no": f"4200{record.id[-12:]}", "pay_type": "WEIXIN", **nobody}
