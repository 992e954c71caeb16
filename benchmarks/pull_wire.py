"""The documented order as pydantic reads it from a page's bytes: the floor's wire model.

Every field the platform sends is declared, so that a row's own JSON can be had back from
it: the hub keeps that too.
"""

from __future__ import annotations

from pydantic import BaseModel, TypeAdapter


class Contact(BaseModel):
    name: str
    phone: str
    phone_encrypt: str


class Certificate(BaseModel):
    certificate_id: str
    order_item_id: str
    combination_id: str
    item_status: int
    item_update_time: int
    refund_amount: int
    refund_time: int


class Merchant(BaseModel):
    account_id: str
    account_name: str


class Tag(BaseModel):
    TagKey: str
    TagName: str
    TagValue: str


class Attributes(BaseModel):
    show_channel: str
    voucher_par_type: str


class Snapshot(BaseModel):
    product_attr: Attributes
    tag_info_list: list[Tag]


class Product(BaseModel):
    product_id: str
    product_name: str
    sku_id: str
    num: int
    origin_amount: int
    snapshot_product: Snapshot


class Discount(BaseModel):
    discount_type: int
    discount_amount: int
    merchant_discount_amount: int
    platform_discount_amount: int
    provider_discount_amount: int
    brand_discount_amount: int


class SubOrder(BaseModel):
    sub_order_id: str
    sub_order_type: int
    combination_id: str
    origin_amount: int
    pay_amount: int
    receipt_amount: int
    discount_amount: int
    discounts: list[Discount]


class Sale(BaseModel):
    sale_role: str
    sale_channel: str


class WireOrder(BaseModel):
    order_id: str
    open_id: str
    order_status: int
    order_type: int
    sku_id: str
    sku_name: str
    third_sku_id: str
    count: int
    original_amount: int
    pay_amount: int
    payment_discount: int
    create_order_time: int
    pay_time: int
    update_order_time: int
    contacts: list[Contact]
    certificate: list[Certificate]
    user_id: str
    receipt_amount: int
    discount_amount: int
    intention_poi_id: str
    poi_id: str
    merchant_info: Merchant
    products: list[Product]
    discounts: list[Discount]
    sub_order_amount_infos: list[SubOrder]
    order_sale_info: Sale


class About(BaseModel):
    page_num: int
    page_size: int
    total: int


class Data(BaseModel):
    error_code: int
    page: About
    orders: list[WireOrder]


class Answer(BaseModel):
    data: Data


ANSWER = TypeAdapter(Answer)
raw_text = TypeAdapter(WireOrder).serializer.to_json
