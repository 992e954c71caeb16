"""A Taobao trade whose lines have gone different ways.

Source: response fields of taobao.trade.fullinfo.get; TOP warns never to ship a line that
is TRADE_CLOSED_BY_TAOBAO.
"""

from __future__ import annotations

from hub_core.models import (
    Delivery,
    Discounts,
    FulfillmentStatus,
    Order,
    OrderLine,
    OrderStatus,
    OrderType,
    PaymentStatus,
)

from .case import Case, beijing
from .taobao_clear import case

CASES: list[Case] = [
    case(
        "partly shipped: one line on its way, one at home, one closed unpaid",
        {
            "tid": 460000000000410,
            "type": "ec",
            "status": "SELLER_CONSIGNED_PART",
            "created": "2020-03-03 08:00:00",
            "pay_time": "2020-03-03 08:10:00",
            "modified": "2020-03-04 08:00:00",
            "payment": "30.00",
            "total_fee": "45.00",
            "post_fee": "0.00",
            "discount_fee": "0.00",
            "num": 0,
            "orders": {
                "order": [
                    {
                        "oid": 460000000000411,
                        "num": 1,
                        "title": "甲",
                        "price": "10.00",
                        "payment": "10.00",
                        "discount_fee": "0.00",
                        "status": "WAIT_BUYER_CONFIRM_GOODS",
                        "consign_time": "2020-03-04 08:00:00",
                        "invoice_no": "SBX000411",
                    },
                    {
                        "oid": 460000000000412,
                        "num": 2,
                        "title": "乙",
                        "price": "10.00",
                        "payment": "20.00",
                        "discount_fee": "0.00",
                        "status": "WAIT_SELLER_SEND_GOODS",
                    },
                    {
                        "oid": 460000000000413,
                        "num": 1,
                        "title": "丙",
                        "price": "15.00",
                        "payment": "15.00",
                        "discount_fee": "0.00",
                        "status": "TRADE_CLOSED_BY_TAOBAO",
                    },
                ]
            },
        },
        Order(
            external_id="460000000000410",
            status_raw="SELLER_CONSIGNED_PART",
            order_status=OrderStatus.OPEN,
            payment_status=PaymentStatus.PAID,
            fulfillment_status=FulfillmentStatus.PARTIAL,
            type=OrderType.NORMAL,
            type_raw="ec",
            channel_created_at=beijing("2020-03-03 08:00:00"),
            channel_updated_at=beijing("2020-03-04 08:00:00"),
            paid_at=beijing("2020-03-03 08:10:00"),
            goods_amount=4500,
            freight_amount=0,
            discounts=Discounts(total_amount=0),
            payable_amount=3000,
            buyer_paid_amount=3000,
            flags=("do_not_ship_closed_lines",),
            lines=(
                OrderLine(
                    external_id="460000000000411",
                    sku_external_id=None,
                    title="甲",
                    quantity=1,
                    unit_price=1000,
                    goods_amount=1000,
                    discounts=Discounts(total_amount=0),
                    buyer_paid_amount=1000,
                    fulfillment_status=FulfillmentStatus.SHIPPED,
                    status_raw="WAIT_BUYER_CONFIRM_GOODS",
                ),
                OrderLine(
                    external_id="460000000000412",
                    sku_external_id=None,
                    title="乙",
                    quantity=2,
                    unit_price=1000,
                    goods_amount=2000,
                    discounts=Discounts(total_amount=0),
                    buyer_paid_amount=2000,
                    fulfillment_status=FulfillmentStatus.UNFULFILLED,
                    status_raw="WAIT_SELLER_SEND_GOODS",
                ),
                OrderLine(
                    external_id="460000000000413",
                    sku_external_id=None,
                    title="丙",
                    quantity=1,
                    unit_price=1500,
                    goods_amount=1500,
                    discounts=Discounts(total_amount=0),
                    fulfillment_status=FulfillmentStatus.NOT_REQUIRED,
                    status_raw="TRADE_CLOSED_BY_TAOBAO",
                ),
            ),
            deliveries=(
                Delivery(
                    external_id="SBX000411",
                    tracking_no="SBX000411",
                    shipped_at=beijing("2020-03-04 08:00:00"),
                    line_external_ids=("460000000000411",),
                ),
            ),
        ),
    ),
]
