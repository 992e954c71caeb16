"""JD's unpaid orders (notPayOrderInfo, notPayOrderById): numbers for ids, no amounts.

`payment` is a number whose unit no document states, so that it is kept as it came and is
nobody's amount. Times are texts or epoch milliseconds. Source: official SDK
(OrderDataNotPayInfo).
"""

from __future__ import annotations

from hub_core.models import (
    FulfillmentStatus,
    Order,
    OrderLine,
    OrderStatus,
    OrderType,
    Party,
    PaymentStatus,
    Protection,
)

from .case import Case, beijing, millis

CASES = [
    Case(
        "two lines, times in milliseconds",
        "jd",
        "unpaid_v1",
        "LIST",
        {
            "jingdong_pop_order_notPayOrderInfo_responce": {
                "code": "0",
                "paginatedInfo": {
                    "totalItem": 1,
                    "pageSize": 100,
                    "pageList": [
                        {
                            "orderId": 302000000701,
                            "orderType": 22,
                            "payment": 88.0,
                            "status": 1,
                            "parentId": 0,
                            "created": millis("2026-07-01 10:00:00"),
                            "orderCreated": "2026-07-01 09:59:59",
                            "modified": millis("2026-07-01 10:05:00"),
                            "userName": "吴*",
                            "mobile": "170****0701",
                            "pin": "jd_hand_0701",
                            "itemList": [
                                {"id": 1, "skuId": 100200700001, "skuName": "鞋", "num": 1},
                                {"id": 2, "skuId": 100200700002, "skuName": "带", "num": 2},
                            ],
                        }
                    ],
                },
            }
        },
        Order(
            external_id="302000000701",
            status_raw="NOT_PAY",
            order_status=OrderStatus.PENDING_PAYMENT,
            payment_status=PaymentStatus.UNPAID,
            fulfillment_status=FulfillmentStatus.UNFULFILLED,
            type=OrderType.NORMAL,
            type_raw="22",
            channel_created_at=beijing("2026-07-01 09:59:59"),
            channel_updated_at=beijing("2026-07-01 10:05:00"),
            lines=(
                OrderLine(
                    external_id="1",
                    sku_external_id="100200700001",
                    title="鞋",
                    quantity=1,
                    fulfillment_status=FulfillmentStatus.UNFULFILLED,
                ),
                OrderLine(
                    external_id="2",
                    sku_external_id="100200700002",
                    title="带",
                    quantity=2,
                    fulfillment_status=FulfillmentStatus.UNFULFILLED,
                ),
            ),
            party=Party(
                buyer_token="jd_hand_0701",
                protection=Protection.MASKED,
                name="吴*",
                phone="170****0701",
            ),
            ext={"jd:unpaid_status": "1", "jd:unpaid_payment": "88.0"},
        ),
    ),
    Case(
        "one by its number, never changed since it was made",
        "jd",
        "unpaid_v1",
        "GET",
        {
            "jingdong_pop_order_notPayOrderById_responce": {
                "code": "0",
                "orderDataNotPayInfo": {
                    "orderId": "302000000702",
                    "orderType": 75,
                    "orderCreated": "2026-07-02 10:00:00",
                    "parentId": 302000000700,
                    "itemList": None,
                    "open_id_buyer": "oHand702",
                },
            }
        },
        Order(
            external_id="302000000702",
            status_raw="NOT_PAY",
            order_status=OrderStatus.PENDING_PAYMENT,
            payment_status=PaymentStatus.UNPAID,
            fulfillment_status=FulfillmentStatus.UNFULFILLED,
            type=OrderType.LOCAL_LIFE,
            type_raw="75",
            parent_external_id="302000000700",
            channel_created_at=beijing("2026-07-02 10:00:00"),
            channel_updated_at=beijing("2026-07-02 10:00:00"),
            party=Party(buyer_token="oHand702"),
        ),
    ),
]
