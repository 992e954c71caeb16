"""抖音来客, generic orders as in 2022: three sums, no split of discounts by sub order.

Amounts are fen, times epoch seconds (13 digits: milliseconds). Source: order query page of
2022; order_status, order_type and item_status as in its field tables.
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
    Protection,
    Voucher,
    VoucherStatus,
)

from .case import Case, beijing, laike, millis, seconds


def case(name: str, row: dict[str, object], order: Order) -> Case:
    return Case(name, "douyin_laike", "orders_v1", "LIST", laike(row), order)


CASES = [
    case(
        "waiting for payment, every number a text",
        {
            "order_id": "1002000000000000101",
            "order_status": "100",
            "order_type": "21",
            "sku_id": "1810000000000000101",
            "sku_name": "双人火锅套餐",
            "third_sku_id": "HG-2",
            "count": "2",
            "original_amount": "25600",
            "pay_amount": "19800",
            "create_order_time": str(seconds("2022-08-01 09:30:00")),
            "pay_time": "0",
            "update_order_time": str(seconds("2022-08-01 09:30:00")),
            "contacts": [{"name": "李*", "phone": "170****0101"}],
            "certificate": None,
        },
        Order(
            external_id="1002000000000000101",
            status_raw="100",
            order_status=OrderStatus.PENDING_PAYMENT,
            payment_status=PaymentStatus.UNPAID,
            fulfillment_status=FulfillmentStatus.UNFULFILLED,
            type=OrderType.GROUPBUY,
            type_raw="21",
            channel_created_at=beijing("2022-08-01 09:30:00"),
            channel_updated_at=beijing("2022-08-01 09:30:00"),
            goods_amount=25600,
            payable_amount=19800,
            lines=(
                OrderLine(
                    external_id="1810000000000000101",
                    sku_external_id="1810000000000000101",
                    title="双人火锅套餐",
                    quantity=2,
                    sku_code="HG-2",
                    unit_price=12800,
                    goods_amount=25600,
                    fulfillment_status=FulfillmentStatus.UNFULFILLED,
                ),
            ),
            party=Party(protection=Protection.MASKED, name="李*", phone="170****0101"),
        ),
    ),
    case(
        "paid, its code not issued yet, times in milliseconds, ids as numbers",
        {
            "order_id": 1002000000000000102,
            "open_id": "_000handBuyer102",
            "order_status": 200,
            "order_type": 31,
            "sku_id": 1810000000000000102,
            "sku_name": "温泉预售券",
            "count": 1,
            "original_amount": 39900,
            "pay_amount": 29800,
            "payment_discount": 100,
            "create_order_time": millis("2022-08-02 23:59:50"),
            "pay_time": millis("2022-08-03 00:00:05"),
            "update_order_time": millis("2022-08-03 00:00:06"),
            "room_id": "7100000000000000102",
            "certificate": [
                {
                    "certificate_id": "",
                    "order_item_id": "800000000000000000000000102",
                    "item_status": 20,
                    "item_update_time": seconds("2022-08-03 00:00:06"),
                    "refund_amount": 0,
                    "refund_time": 0,
                }
            ],
        },
        Order(
            external_id="1002000000000000102",
            status_raw="200",
            order_status=OrderStatus.OPEN,
            payment_status=PaymentStatus.PAID,
            fulfillment_status=FulfillmentStatus.UNFULFILLED,
            type=OrderType.PRESALE,
            type_raw="31",
            channel_created_at=beijing("2022-08-02 23:59:50"),
            channel_updated_at=beijing("2022-08-03 00:00:06"),
            paid_at=beijing("2022-08-03 00:00:05"),
            goods_amount=39900,
            discounts=Discounts(payment_amount=100),
            payable_amount=29800,
            buyer_paid_amount=29800,
            refunded_amount=0,
            source="live",
            lines=(
                OrderLine(
                    external_id="1810000000000000102",
                    sku_external_id="1810000000000000102",
                    title="温泉预售券",
                    quantity=1,
                    unit_price=39900,
                    goods_amount=39900,
                    discounts=Discounts(payment_amount=100),
                    buyer_paid_amount=29800,
                    refunded_amount=0,
                    fulfillment_status=FulfillmentStatus.UNFULFILLED,
                ),
            ),
            vouchers=(
                Voucher(
                    external_id="800000000000000000000000102",
                    line_external_id="1810000000000000102",
                    order_item_external_id="800000000000000000000000102",
                    status=VoucherStatus.CREATED,
                    status_raw="20",
                    status_at=beijing("2022-08-03 00:00:06"),
                    refunded_amount=0,
                ),
            ),
            party=Party(buyer_token="_000handBuyer102"),
            ext={"douyin-laike:room_id": "7100000000000000102"},
        ),
    ),
    case(
        "closed before payment",
        {
            "order_id": "1002000000000000103",
            "order_status": 101,
            "order_type": 21,
            "sku_id": "1810000000000000103",
            "sku_name": "洗车一次",
            "count": 1,
            "original_amount": 3990,
            "pay_amount": 2990,
            "create_order_time": seconds("2022-08-04 10:00:00"),
            "pay_time": 0,
            "update_order_time": seconds("2022-08-04 10:30:00"),
            "contacts": [{"name": "", "phone": ""}],
            "certificate": [
                {
                    "certificate_id": "",
                    "order_item_id": "800000000000000000000000103",
                    "item_status": 101,
                    "item_update_time": seconds("2022-08-04 10:30:00"),
                    "refund_amount": 0,
                    "refund_time": 0,
                }
            ],
        },
        Order(
            external_id="1002000000000000103",
            status_raw="101",
            order_status=OrderStatus.CANCELLED,
            payment_status=PaymentStatus.UNPAID,
            fulfillment_status=FulfillmentStatus.NOT_REQUIRED,
            type=OrderType.GROUPBUY,
            type_raw="21",
            channel_created_at=beijing("2022-08-04 10:00:00"),
            channel_updated_at=beijing("2022-08-04 10:30:00"),
            goods_amount=3990,
            payable_amount=2990,
            refunded_amount=0,
            lines=(
                OrderLine(
                    external_id="1810000000000000103",
                    sku_external_id="1810000000000000103",
                    title="洗车一次",
                    quantity=1,
                    unit_price=3990,
                    goods_amount=3990,
                    refunded_amount=0,
                    fulfillment_status=FulfillmentStatus.NOT_REQUIRED,
                ),
            ),
            vouchers=(
                Voucher(
                    external_id="800000000000000000000000103",
                    line_external_id="1810000000000000103",
                    order_item_external_id="800000000000000000000000103",
                    status=VoucherStatus.CREATED,
                    status_raw="101",
                    status_at=beijing("2022-08-04 10:30:00"),
                    refunded_amount=0,
                ),
            ),
        ),
    ),
    case(
        "refunded whole and closed, the time of payment left out",
        {
            "order_id": "1002000000000000104",
            "order_status": 101,
            "order_type": 21,
            "sku_id": "1810000000000000104",
            "sku_name": "剪发套餐",
            "count": 1,
            "original_amount": 12000,
            "pay_amount": 8800,
            "create_order_time": seconds("2022-08-05 10:00:00"),
            "update_order_time": seconds("2022-08-06 10:00:00"),
            "certificate": [
                {
                    "certificate_id": "7400000000000000104",
                    "order_item_id": "800000000000000000000000104",
                    "item_status": 301,
                    "item_update_time": seconds("2022-08-06 10:00:00"),
                    "refund_amount": 8800,
                    "refund_time": seconds("2022-08-06 09:59:58"),
                }
            ],
        },
        Order(
            external_id="1002000000000000104",
            status_raw="101",
            order_status=OrderStatus.CANCELLED,
            payment_status=PaymentStatus.REFUNDED,  # what was given back had been paid
            fulfillment_status=FulfillmentStatus.NOT_REQUIRED,
            after_sale_status=AfterSaleStatus.CLOSED,
            type=OrderType.GROUPBUY,
            type_raw="21",
            channel_created_at=beijing("2022-08-05 10:00:00"),
            channel_updated_at=beijing("2022-08-06 10:00:00"),
            goods_amount=12000,
            payable_amount=8800,
            buyer_paid_amount=8800,
            refunded_amount=8800,
            lines=(
                OrderLine(
                    external_id="1810000000000000104",
                    sku_external_id="1810000000000000104",
                    title="剪发套餐",
                    quantity=1,
                    unit_price=12000,
                    goods_amount=12000,
                    buyer_paid_amount=8800,
                    refunded_amount=8800,
                    fulfillment_status=FulfillmentStatus.NOT_REQUIRED,
                    after_sale_status=AfterSaleStatus.CLOSED,
                ),
            ),
            vouchers=(
                Voucher(
                    external_id="7400000000000000104",
                    line_external_id="1810000000000000104",
                    order_item_external_id="800000000000000000000000104",
                    status=VoucherStatus.REFUNDED,
                    status_raw="301",
                    status_at=beijing("2022-08-06 10:00:00"),
                    refunded_amount=8800,
                    refunded_at=beijing("2022-08-06 09:59:58"),
                ),
            ),
        ),
    ),
]
