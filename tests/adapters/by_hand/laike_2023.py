"""抖音来客, generic orders since 2023: money by sub order, discounts by who pays.

original - discount = pay; original = the sub orders' originals. Amounts are fen.
Source: order query page of general-capabilities and of 随心团.
"""

from __future__ import annotations

from hub_core.models import (
    AfterSaleStatus,
    Discounts,
    FulfillmentStatus,
    Issue,
    Order,
    OrderLine,
    OrderStatus,
    OrderType,
    Party,
    PaymentStatus,
    Protection,
    Voucher,
    VoucherStatus,
)

from .case import Case, beijing, laike, millis, seconds

ITEM = "8000000000000000000000002"
SKU = "1810000000000000201"
MAY = "2026-05-02 "


def case(name: str, row: dict[str, object], order: Order) -> Case:
    return Case(name, "douyin_laike", "orders_v2", "LIST", laike(row), order)


def sub(number: int, merchant: int, platform: int) -> dict[str, object]:
    """One of three vouchers: 110.00 yuan worth, and what is taken off it."""
    off = merchant + platform
    return {
        "sub_order_id": f"{ITEM}{number:02d}",
        "sub_order_type": 100,
        "origin_amount": 11000,
        "pay_amount": 11000 - off,
        "receipt_amount": 11000 - merchant,
        "discount_amount": off,
        "discounts": [
            {
                "discount_type": 1,
                "discount_amount": off,
                "merchant_discount_amount": merchant,
                "platform_discount_amount": platform,
            }
        ],
    }


def certificate(number: int, status: int, refund: int, at: str) -> dict[str, object]:
    return {
        "certificate_id": f"74000000000000002{number:02d}",
        "order_item_id": f"{ITEM}{number:02d}",
        "item_status": status,
        "item_update_time": seconds(MAY + at),
        "refund_amount": refund,
        "refund_time": seconds(MAY + at) if refund else 0,
    }


def voucher(number: int, word: str, status: VoucherStatus, at: str, paid: int) -> Voucher:
    gone = status is VoucherStatus.REFUNDED
    return Voucher(
        external_id=f"74000000000000002{number:02d}",
        line_external_id=SKU,
        order_item_external_id=f"{ITEM}{number:02d}",
        status=status,
        status_raw=word,
        status_at=beijing(MAY + at),
        original_amount=11000,
        buyer_paid_amount=paid,
        merchant_receivable_amount=9000,
        refunded_amount=paid if gone else 0,
        refunded_at=beijing(MAY + at) if gone else None,
    )


CASES = [
    case(
        "three vouchers: one used, one valid, one refunded",
        {
            "order_id": "1002000000000000201",
            "open_id": "_000handBuyer201",
            "order_status": 201,
            "order_type": 21,
            "sku_id": SKU,
            "sku_name": "下午茶单人券",
            "count": 3,
            "original_amount": 33000,
            "pay_amount": 25800,
            "receipt_amount": 27000,
            "discount_amount": 7200,
            "payment_discount": 0,
            "create_order_time": seconds(MAY + "12:00:00"),
            "pay_time": seconds(MAY + "12:00:20"),
            "update_order_time": seconds(MAY + "18:00:00"),
            "intention_poi_id": "6600000000000000201",
            "merchant_info": {"account_id": "7000000000000000201", "account_name": "店"},
            "contacts": [
                {"name": "王*", "phone": "170****0201", "phone_encrypt": "Enc.h2"}
            ],
            "certificate": [
                certificate(1, 401, 0, "15:00:00"),
                certificate(2, 100, 0, "12:00:21"),
                certificate(3, 301, 8500, "18:00:00"),
            ],
            "discounts": [
                {
                    "discount_type": 1,
                    "discount_amount": 6000,
                    "merchant_discount_amount": 6000,
                    "platform_discount_amount": 0,
                },
                {
                    "discount_type": 2,
                    "discount_amount": 1200,
                    "merchant_discount_amount": 0,
                    "platform_discount_amount": 1200,
                },
            ],
            "sub_order_amount_infos": [
                sub(1, 2000, 400),
                sub(2, 2000, 300),
                sub(3, 2000, 500),
            ],
            "order_sale_info": {"sale_role": "达人", "sale_channel": "短视频"},
        },
        Order(
            external_id="1002000000000000201",
            status_raw="201",
            order_status=OrderStatus.OPEN,
            payment_status=PaymentStatus.PARTIALLY_REFUNDED,
            fulfillment_status=FulfillmentStatus.PARTIALLY_REDEEMED,
            after_sale_status=AfterSaleStatus.CLOSED,
            type=OrderType.GROUPBUY,
            type_raw="21",
            channel_created_at=beijing(MAY + "12:00:00"),
            channel_updated_at=beijing(MAY + "18:00:00"),
            paid_at=beijing(MAY + "12:00:20"),
            goods_amount=33000,
            discounts=Discounts(
                total_amount=7200,
                merchant_amount=6000,
                platform_amount=1200,
                payment_amount=0,
            ),
            payable_amount=25800,
            buyer_paid_amount=25800,
            merchant_receivable_amount=27000,
            refunded_amount=8500,
            source="video",
            lines=(
                OrderLine(
                    external_id=SKU,
                    sku_external_id=SKU,
                    title="下午茶单人券",
                    quantity=3,
                    unit_price=11000,
                    goods_amount=33000,
                    discounts=Discounts(
                        total_amount=7200,
                        merchant_amount=6000,
                        platform_amount=1200,
                        payment_amount=0,
                    ),
                    buyer_paid_amount=25800,
                    refunded_amount=8500,
                    fulfillment_status=FulfillmentStatus.PARTIALLY_REDEEMED,
                    after_sale_status=AfterSaleStatus.CLOSED,
                ),
            ),
            vouchers=(
                voucher(1, "401", VoucherStatus.REDEEMED, "15:00:00", 8600),
                voucher(2, "100", VoucherStatus.VALID, "12:00:21", 8700),
                voucher(3, "301", VoucherStatus.REFUNDED, "18:00:00", 8500),
            ),
            party=Party(
                buyer_token="_000handBuyer201",
                protection=Protection.MASKED,
                name="王*",
                phone="170****0201",
                ciphers={"phone": "Enc.h2"},
            ),
            ext={
                "douyin-laike:merchant_account_id": "7000000000000000201",
                "douyin-laike:intention_poi_id": "6600000000000000201",
                "douyin-laike:sale_role": "达人",
                "douyin-laike:sale_channel": "短视频",
            },
        ),
    ),
    case(
        "takeaway on its way: freight and packing are no goods",
        {
            "order_id": "1002000000000000202",
            "order_status": 201,
            "order_type": 41,
            "sku_id": "1810000000000000202",
            "sku_name": "牛肉饭",
            "count": 2,
            "original_amount": 7400,
            "pay_amount": 6600,
            "receipt_amount": 7000,
            "discount_amount": 800,
            "create_order_time": millis(MAY + "11:00:00"),
            "pay_time": millis(MAY + "11:00:09"),
            "update_order_time": millis(MAY + "11:20:00"),
            "poi": {"poi_id": "6600000000000000202", "poi_name": "一号店"},
            "certificate": [],
            "products": [
                {
                    "product_id": "1700000000000000202",
                    "product_name": "牛肉饭",
                    "sku_id": "1810000000000000202",
                    "num": 2,
                    "origin_amount": 6800,
                }
            ],
            "sub_order_amount_infos": [
                {
                    "sub_order_id": "1",
                    "sub_order_type": 100,
                    "origin_amount": 6800,
                    "pay_amount": 6000,
                    "receipt_amount": 6400,
                    "discount_amount": 800,
                    "discounts": [
                        {
                            "discount_amount": 800,
                            "merchant_discount_amount": 400,
                            "platform_discount_amount": 300,
                            "brand_discount_amount": 100,
                        }
                    ],
                },
                {
                    "sub_order_id": "2",
                    "sub_order_type": 1,
                    "origin_amount": 400,
                    "pay_amount": 400,
                    "receipt_amount": 400,
                    "discount_amount": 0,
                    "discounts": [],
                },
                {
                    "sub_order_id": "3",
                    "sub_order_type": 2,
                    "origin_amount": 200,
                    "pay_amount": 200,
                    "receipt_amount": 200,
                    "discount_amount": 0,
                    "discounts": None,
                },
            ],
            "delivery_info": {
                "deliver_model": 2,
                "is_book": True,
                "shop_number": "17",
                "remark": "少辣",
            },
            "receiver_info": {
                "province": "浙江省",
                "city": "杭州市",
                "district": "西湖区",
                "town": "",
                "location_address": "文三路****",
                "receiver_name": "赵*",
                "receiver_phone": "170****0202",
                "secret_number": "17000000202",
            },
        },
        Order(
            external_id="1002000000000000202",
            status_raw="201",
            order_status=OrderStatus.OPEN,
            payment_status=PaymentStatus.PAID,
            fulfillment_status=FulfillmentStatus.UNFULFILLED,
            type=OrderType.TAKEAWAY,
            type_raw="41",
            place_external_id="6600000000000000202",
            channel_created_at=beijing(MAY + "11:00:00"),
            channel_updated_at=beijing(MAY + "11:20:00"),
            paid_at=beijing(MAY + "11:00:09"),
            goods_amount=6800,
            freight_amount=400,
            discounts=Discounts(total_amount=800, merchant_amount=400, platform_amount=300),
            payable_amount=6600,
            buyer_paid_amount=6600,
            merchant_receivable_amount=7000,
            lines=(
                OrderLine(
                    external_id="1810000000000000202",
                    sku_external_id="1810000000000000202",
                    product_external_id="1700000000000000202",
                    title="牛肉饭",
                    quantity=2,
                    unit_price=3400,
                    goods_amount=6800,
                    discounts=Discounts(
                        total_amount=800, merchant_amount=400, platform_amount=300
                    ),
                    buyer_paid_amount=6000,
                    fulfillment_status=FulfillmentStatus.UNFULFILLED,
                ),
            ),
            party=Party(
                protection=Protection.MASKED,
                name="赵*",
                phone="170****0202",
                telephone="17000000202",
                province="浙江省",
                city="杭州市",
                district="西湖区",
                address="文三路****",
                buyer_note="少辣",
            ),
            ext={
                "douyin-laike:deliver_model": "2",
                "douyin-laike:is_book": True,
                "douyin-laike:shop_number": "17",
                "douyin-laike:packing_fee": 200,
                "douyin-laike:brand_discount_amount": 100,
            },
        ),
    ),
    case(
        "words newer than the hub: kept, and nothing guessed",
        {
            "order_id": "1002000000000000203",
            "order_status": 777,
            "order_type": 90,
            "sku_id": "0",
            "sku_name": "新业务",
            "count": 0,
            "original_amount": 100,
            "pay_amount": 100,
            "receipt_amount": None,
            "create_order_time": seconds(MAY + "09:00:00"),
            "pay_time": seconds(MAY + "09:00:01"),
            "update_order_time": seconds(MAY + "09:00:02"),
            "certificate": [
                {
                    "certificate_id": "7400000000000000299",
                    "item_status": 999,
                    "refund_amount": 0,
                }
            ],
            "brand_new_field": {"deep": [1]},
        },
        Order(
            external_id="1002000000000000203",
            status_raw="777",
            order_status=OrderStatus.UNKNOWN,
            payment_status=PaymentStatus.UNKNOWN,
            fulfillment_status=FulfillmentStatus.UNKNOWN,
            after_sale_status=AfterSaleStatus.UNKNOWN,
            type=OrderType.UNKNOWN,
            type_raw="90",
            channel_created_at=beijing(MAY + "09:00:00"),
            channel_updated_at=beijing(MAY + "09:00:02"),
            paid_at=beijing(MAY + "09:00:01"),
            goods_amount=100,
            payable_amount=100,
            buyer_paid_amount=100,
            lines=(
                OrderLine(
                    external_id="1002000000000000203",
                    sku_external_id=None,
                    title="新业务",
                    quantity=1,
                    unit_price=100,
                    goods_amount=100,
                    buyer_paid_amount=100,
                    fulfillment_status=FulfillmentStatus.UNKNOWN,
                    after_sale_status=AfterSaleStatus.UNKNOWN,
                ),
            ),
            vouchers=(
                Voucher(
                    external_id="7400000000000000299",
                    line_external_id="1002000000000000203",
                    status=VoucherStatus.UNKNOWN,
                    status_raw="999",
                    refunded_amount=0,
                ),
            ),
            issues=(
                Issue("status", "unknown_word"),
                Issue("type", "unknown_word"),
                Issue("vouchers.status", "unknown_word"),
            ),
        ),
    ),
]
