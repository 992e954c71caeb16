"""抖音来客, catering group-buy orders (akte): goods in a list, money in amount_info.

order_pay_amount is what the buyer pays; vouchers and sub orders name their SKU; a donated
one is a gift. Amounts are fen. Source: catering order query page.
"""

from __future__ import annotations

from hub_core.models import (
    AfterSaleStatus,
    Discounts,
    FulfillmentStatus,
    Order,
    OrderLine,
    OrderStatus,
    OrderType,
    Party,
    PaymentStatus,
    Voucher,
    VoucherStatus,
)

from .case import Case, beijing, laike, seconds

DAY = "2026-06-01 "
MEAL, TEA = "1810000000000000301", "1810000000000000302"
ITEM = "800000000000000000000000"


def case(name: str, row: dict[str, object], order: Order) -> Case:
    return Case(name, "douyin_laike", "orders_catering_v1", "LIST", laike(row), order)


CASES = [
    case(
        "two goods, the second being refunded",
        {
            "order_id": "1002000000000000301",
            "open_id": "_000handBuyer301",
            "order_status": 201,
            "order_type": 21,
            "goods": [
                {"sku_id": MEAL, "sku_name": "四人餐", "third_sku_id": "M4", "count": 1},
                {"sku_id": TEA, "sku_name": "奶茶", "third_sku_id": "", "count": 2},
            ],
            "original_amount": 36000,
            "order_pay_amount": 30000,
            "receipt_amount": 31000,
            "discount_amount": 6000,
            "payment_discount": 500,
            "create_order_time": seconds(DAY + "10:00:00"),
            "pay_time": seconds(DAY + "10:01:00"),
            "update_order_time": seconds(DAY + "13:00:00"),
            "attribute_info": {"room_id": ""},
            "poi": {
                "poi_id": "6600000000000000301",
                "poi_name": "一号店",
                "intention_poi_id": "6600000000000000302",
                "intention_poi_name": "二号店",
            },
            "has_donated_items": False,
            "certificate": [
                {
                    "certificate_id": "7400000000000000301",
                    "order_item_id": ITEM + "301",
                    "item_status": 401,
                    "item_update_time": seconds(DAY + "12:00:00"),
                    "refund_amount": 0,
                    "refund_time": 0,
                    "sku_id": MEAL,
                    "is_donated_item": False,
                },
                {
                    "certificate_id": "7400000000000000302",
                    "order_item_id": ITEM + "302",
                    "item_status": 300,
                    "item_update_time": seconds(DAY + "13:00:00"),
                    "refund_amount": 0,
                    "refund_time": 0,
                    "sku_id": TEA,
                    "is_donated_item": False,
                },
            ],
            "amount_info": {
                "origin_amount": 36000,
                "product_origin_amount": 36000,
                "pay_amount": 30000,
                "pay_discount_amount": 500,
                "merchant_discount_amount": 4500,
                "platform_discount_amount": 1000,
                "provider_discount_amount": 0,
                "brand_discount_amount": 0,
                "freight_pay_amount": 0,
                "commission_amount": 900,
                "estimated_order_income": 30100,
            },
            "sub_order_amount_infos": [
                {
                    "sub_order_id": ITEM + "301",
                    "sub_order_type": 100,
                    "sku_id": MEAL,
                    "origin_amount": 32000,
                    "pay_amount": 26600,
                    "receipt_amount": 27500,
                    "discount_amount": 5400,
                    "discounts": [
                        {
                            "discount_amount": 5400,
                            "merchant_discount_amount": 4000,
                            "platform_discount_amount": 900,
                        }
                    ],
                },
                {
                    "sub_order_id": ITEM + "302",
                    "sub_order_type": 100,
                    "sku_id": TEA,
                    "origin_amount": 4000,
                    "pay_amount": 3400,
                    "receipt_amount": 3500,
                    "discount_amount": 600,
                    "discounts": [
                        {
                            "discount_amount": 600,
                            "merchant_discount_amount": 500,
                            "platform_discount_amount": 100,
                        }
                    ],
                },
            ],
        },
        Order(
            external_id="1002000000000000301",
            status_raw="201",
            order_status=OrderStatus.OPEN,
            payment_status=PaymentStatus.REFUNDING,
            fulfillment_status=FulfillmentStatus.PARTIALLY_REDEEMED,
            after_sale_status=AfterSaleStatus.OPEN,
            type=OrderType.GROUPBUY,
            type_raw="21",
            place_external_id="6600000000000000301",
            channel_created_at=beijing(DAY + "10:00:00"),
            channel_updated_at=beijing(DAY + "13:00:00"),
            paid_at=beijing(DAY + "10:01:00"),
            goods_amount=36000,
            freight_amount=0,
            discounts=Discounts(
                total_amount=6000,
                merchant_amount=4500,
                platform_amount=1000,
                payment_amount=500,
            ),
            payable_amount=30000,
            buyer_paid_amount=30000,
            merchant_receivable_amount=31000,
            refunded_amount=0,
            flags=("refund_requested",),
            lines=(
                OrderLine(
                    external_id=MEAL,
                    sku_external_id=MEAL,
                    title="四人餐",
                    quantity=1,
                    sku_code="M4",
                    unit_price=32000,
                    goods_amount=32000,
                    discounts=Discounts(
                        total_amount=5400, merchant_amount=4000, platform_amount=900
                    ),
                    buyer_paid_amount=26600,
                    refunded_amount=0,
                    fulfillment_status=FulfillmentStatus.REDEEMED,
                ),
                OrderLine(
                    external_id=TEA,
                    sku_external_id=TEA,
                    title="奶茶",
                    quantity=2,
                    unit_price=2000,
                    goods_amount=4000,
                    discounts=Discounts(
                        total_amount=600, merchant_amount=500, platform_amount=100
                    ),
                    buyer_paid_amount=3400,
                    refunded_amount=0,
                    fulfillment_status=FulfillmentStatus.REDEEMABLE,
                    after_sale_status=AfterSaleStatus.OPEN,
                ),
            ),
            vouchers=(
                Voucher(
                    external_id="7400000000000000301",
                    line_external_id=MEAL,
                    order_item_external_id=ITEM + "301",
                    status=VoucherStatus.REDEEMED,
                    status_raw="401",
                    status_at=beijing(DAY + "12:00:00"),
                    original_amount=32000,
                    buyer_paid_amount=26600,
                    merchant_receivable_amount=27500,
                    refunded_amount=0,
                ),
                Voucher(
                    external_id="7400000000000000302",
                    line_external_id=TEA,
                    order_item_external_id=ITEM + "302",
                    status=VoucherStatus.REFUNDING,
                    status_raw="300",
                    status_at=beijing(DAY + "13:00:00"),
                    original_amount=4000,
                    buyer_paid_amount=3400,
                    merchant_receivable_amount=3500,
                    refunded_amount=0,
                ),
            ),
            party=Party(buyer_token="_000handBuyer301"),
            ext={
                "douyin-laike:intention_poi_id": "6600000000000000302",
                "douyin-laike:has_donated_items": False,
                "douyin-laike:commission_amount": 900,
                "douyin-laike:estimated_order_income": 30100,
                "douyin-laike:provider_discount_amount": 0,
                "douyin-laike:brand_discount_amount": 0,
            },
        ),
    ),
    case(
        "a card of several uses, booked, without any split of its money",
        {
            "order_id": 1002000000000000302,
            "order_status": 201,
            "order_type": 70,
            "goods": [{"sku_id": int(MEAL), "sku_name": "五次卡", "count": 1}],
            "original_amount": "50000",
            "order_pay_amount": "45000",
            "create_order_time": seconds(DAY + "10:00:00"),
            "pay_time": seconds(DAY + "10:00:10"),
            "update_order_time": seconds(DAY + "11:00:00"),
            "attribute_info": {"room_id": "7100000000000000302"},
            "certificate": [
                {
                    "certificate_id": 7400000000000000303,
                    "order_item_id": ITEM + "303",
                    "item_status": 400,
                    "item_update_time": seconds(DAY + "11:00:00"),
                    "sku_id": int(MEAL),
                }
            ],
        },
        Order(
            external_id="1002000000000000302",
            status_raw="201",
            order_status=OrderStatus.OPEN,
            payment_status=PaymentStatus.PAID,
            fulfillment_status=FulfillmentStatus.PARTIALLY_REDEEMED,
            type=OrderType.LOCAL_LIFE,
            type_raw="70",
            channel_created_at=beijing(DAY + "10:00:00"),
            channel_updated_at=beijing(DAY + "11:00:00"),
            paid_at=beijing(DAY + "10:00:10"),
            goods_amount=50000,
            payable_amount=45000,
            buyer_paid_amount=45000,
            source="live",
            lines=(
                OrderLine(
                    external_id=MEAL,
                    sku_external_id=MEAL,
                    title="五次卡",
                    quantity=1,
                    unit_price=50000,
                    goods_amount=50000,
                    buyer_paid_amount=45000,
                    fulfillment_status=FulfillmentStatus.PARTIALLY_REDEEMED,
                ),
            ),
            vouchers=(
                Voucher(
                    external_id="7400000000000000303",
                    line_external_id=MEAL,
                    order_item_external_id=ITEM + "303",
                    status=VoucherStatus.VALID,
                    status_raw="400",
                    status_at=beijing(DAY + "11:00:00"),
                ),
            ),
            ext={"douyin-laike:room_id": "7100000000000000302"},
        ),
    ),
    case(
        "all used and finished",
        {
            "order_id": "1002000000000000303",
            "order_status": 1,
            "order_type": 21,
            "goods": [{"sku_id": TEA, "sku_name": "奶茶", "count": 1}],
            "original_amount": 2000,
            "order_pay_amount": 1700,
            "receipt_amount": 1800,
            "discount_amount": 300,
            "create_order_time": seconds(DAY + "08:00:00"),
            "pay_time": seconds(DAY + "08:00:10"),
            "update_order_time": seconds(DAY + "09:00:00"),
            "certificate": [
                {
                    "certificate_id": "7400000000000000304",
                    "order_item_id": ITEM + "304",
                    "item_status": 1,
                    "item_update_time": seconds(DAY + "09:00:00"),
                    "refund_amount": 0,
                    "refund_time": 0,
                    "sku_id": TEA,
                    "is_donated_item": True,
                }
            ],
            "discounts": [
                {
                    "discount_type": 2,
                    "discount_amount": 300,
                    "merchant_discount_amount": 200,
                    "platform_discount_amount": 100,
                    "provider_discount_amount": 0,
                    "brand_discount_amount": 0,
                }
            ],
        },
        Order(
            external_id="1002000000000000303",
            status_raw="1",
            order_status=OrderStatus.COMPLETED,
            payment_status=PaymentStatus.PAID,
            fulfillment_status=FulfillmentStatus.REDEEMED,
            type=OrderType.GROUPBUY,
            type_raw="21",
            channel_created_at=beijing(DAY + "08:00:00"),
            channel_updated_at=beijing(DAY + "09:00:00"),
            paid_at=beijing(DAY + "08:00:10"),
            goods_amount=2000,
            discounts=Discounts(total_amount=300, merchant_amount=200, platform_amount=100),
            payable_amount=1700,
            buyer_paid_amount=1700,
            merchant_receivable_amount=1800,
            refunded_amount=0,
            lines=(
                OrderLine(
                    external_id=TEA,
                    sku_external_id=TEA,
                    title="奶茶",
                    quantity=1,
                    unit_price=2000,
                    goods_amount=2000,
                    discounts=Discounts(
                        total_amount=300, merchant_amount=200, platform_amount=100
                    ),
                    buyer_paid_amount=1700,
                    refunded_amount=0,
                    fulfillment_status=FulfillmentStatus.REDEEMED,
                ),
            ),
            vouchers=(
                Voucher(
                    external_id="7400000000000000304",
                    line_external_id=TEA,
                    order_item_external_id=ITEM + "304",
                    status=VoucherStatus.REDEEMED,
                    status_raw="1",
                    status_at=beijing(DAY + "09:00:00"),
                    refunded_amount=0,
                ),
            ),
            ext={
                "douyin-laike:provider_discount_amount": 0,
                "douyin-laike:brand_discount_amount": 0,
            },
        ),
    ),
]
