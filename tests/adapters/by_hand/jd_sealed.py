"""JD orders of pop.order.enSearch: the receiver sealed, the buyer an open id.

First the plain fields stayed beside sealed twins, then they held the ciphertext
themselves; later an oaid stands for the receiver. Amounts are yuan texts. Source: order
page apiId=15660; encryption pages.
"""

from __future__ import annotations

from hub_core.models import (
    AfterSaleStatus,
    Delivery,
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
)

from .case import Case, beijing, jd

NAME, PHONE = "AAGhandNameCipher000001==", "AAGhandPhoneCipher00001=="


def case(name: str, row: dict[str, object], order: Order) -> Case:
    return Case(name, "jd", "orders_v2", "LIST", jd("enSearch", row), order)


CASES = [
    case(
        "sealed, to ship, one parcel of two already gone",
        {
            "orderId": "302000000601",
            "orderType": "22",
            "payType": "4",
            "orderState": "WAIT_SELLER_STOCK_OUT",
            "orderTotalPrice": "120.00",
            "sellerDiscount": "12.00",
            "orderSellerPrice": "108.00",
            "orderPayment": "100.00",
            "freightPrice": "0.00",
            "balanceUsed": "0.00",
            "orderStartTime": "2026-05-01 10:00:00",
            "paymentConfirmTime": "2026-05-01 10:01:00",
            "modified": "2026-05-01 15:00:00",
            "consigneeInfo": {
                "fullname": NAME,
                "mobile": PHONE,
                "telephone": None,
                "fullAddress": "",
                "province": "湖北省",
                "city": "武汉市",
                "county": "江汉区",
                "oaid": "handOaid601",
            },
            "itemInfoList": [
                {
                    "skuId": "100200600001",
                    "skuName": "锅",
                    "jdPrice": "70.00",
                    "itemTotal": "1",
                },
                {
                    "skuId": "100200600002",
                    "skuName": "铲",
                    "jdPrice": "25.00",
                    "itemTotal": "2",
                },
            ],
            "couponDetailList": [
                {"couponType": "100-店铺优惠", "couponPrice": "12.00"},
                {"couponType": "34-手机红包", "couponPrice": "8.00"},
            ],
            "partialLogisticsInfoModel": [
                {
                    "shipmentId": 7001,
                    "logicId": 467,
                    "waybillId": "SBJ0601",
                    "shipmentTime": 1777618800000,
                    "skus": [{"skuId": 100200600001}],
                }
            ],
            "open_id_buyer": "oHand601",
            "xid_buyer": "xHand601",
        },
        Order(
            external_id="302000000601",
            status_raw="WAIT_SELLER_STOCK_OUT",
            order_status=OrderStatus.OPEN,
            payment_status=PaymentStatus.PAID,
            fulfillment_status=FulfillmentStatus.PARTIAL,
            type=OrderType.NORMAL,
            type_raw="22",
            channel_created_at=beijing("2026-05-01 10:00:00"),
            channel_updated_at=beijing("2026-05-01 15:00:00"),
            paid_at=beijing("2026-05-01 10:01:00"),
            goods_amount=12000,
            freight_amount=0,
            discounts=Discounts(
                total_amount=2000, merchant_amount=1200, platform_amount=800
            ),
            payable_amount=10000,
            buyer_paid_amount=10000,
            merchant_receivable_amount=10800,
            lines=(
                OrderLine(
                    external_id="100200600001",
                    sku_external_id="100200600001",
                    title="锅",
                    quantity=1,
                    unit_price=7000,
                    goods_amount=7000,
                    fulfillment_status=FulfillmentStatus.PARTIAL,
                ),
                OrderLine(
                    external_id="100200600002",
                    sku_external_id="100200600002",
                    title="铲",
                    quantity=2,
                    unit_price=2500,
                    goods_amount=5000,
                    fulfillment_status=FulfillmentStatus.PARTIAL,
                ),
            ),
            deliveries=(
                Delivery(
                    external_id="7001",
                    carrier_code="467",
                    tracking_no="SBJ0601",
                    shipped_at=beijing("2026-05-01 15:00:00"),
                    line_external_ids=("100200600001",),
                ),
            ),
            party=Party(
                buyer_token="oHand601",
                receiver_token="handOaid601",
                protection=Protection.ENCRYPTED,
                province="湖北省",
                city="武汉市",
                district="江汉区",
                ciphers={"name": NAME, "phone": PHONE},
            ),
            ext={"jd:pay_type": "4", "jd:balance_used": 0},
        ),
    ),
    case(
        "local life: a code is to be sent",
        {
            "orderId": "302000000602",
            "orderType": "75",
            "payType": "4",
            "orderState": "WAIT_SEND_CODE",
            "orderTotalPrice": "88.00",
            "orderPayment": "88.00",
            "freightPrice": "0.00",
            "orderStartTime": "2026-05-02 10:00:00",
            "paymentConfirmTime": "2026-05-02 10:01:00",
            "modified": "2026-05-02 10:01:01",
            "itemInfoList": [
                {
                    "skuId": "100200600003",
                    "skuName": "洗车券",
                    "jdPrice": "88.00",
                    "itemTotal": "1",
                }
            ],
            "idSopShipmenttype": 69,
            "consigneeInfo": [],
        },
        Order(
            external_id="302000000602",
            status_raw="WAIT_SEND_CODE",
            order_status=OrderStatus.OPEN,
            payment_status=PaymentStatus.PAID,
            fulfillment_status=FulfillmentStatus.UNFULFILLED,
            type=OrderType.LOCAL_LIFE,
            type_raw="75",
            channel_created_at=beijing("2026-05-02 10:00:00"),
            channel_updated_at=beijing("2026-05-02 10:01:01"),
            paid_at=beijing("2026-05-02 10:01:00"),
            goods_amount=8800,
            freight_amount=0,
            payable_amount=8800,
            buyer_paid_amount=8800,
            lines=(
                OrderLine(
                    external_id="100200600003",
                    sku_external_id="100200600003",
                    title="洗车券",
                    quantity=1,
                    unit_price=8800,
                    goods_amount=8800,
                    fulfillment_status=FulfillmentStatus.UNFULFILLED,
                ),
            ),
            party=Party(),
            ext={"jd:pay_type": "4", "jd:shipment_type": "69"},
        ),
    ),
    case(
        "cancelled after it was paid: where the money is, the order does not say",
        {
            "orderId": "302000000603",
            "orderType": "22",
            "payType": "4",
            "orderState": "TRADE_CANCELED",
            "orderTotalPrice": "30.00",
            "sellerDiscount": "0.00",
            "orderSellerPrice": "30.00",
            "orderPayment": "30.00",
            "freightPrice": "0.00",
            "orderStartTime": "2026-05-03 10:00:00",
            "paymentConfirmTime": "2026-05-03 10:01:00",
            "outBoundDate": "0001-01-01 00:00:00",
            "orderEndTime": "2026-05-03 12:00:00",
            "modified": "2026-05-03 12:00:00",
            "consigneeInfo": {
                "fullname": "周*",
                "encrypt_fullname": NAME,
                "mobile": "170****0603",
                "encrypt_mobile": PHONE,
            },
            "itemInfoList": [
                {
                    "skuId": "100200600004",
                    "skuName": "笔",
                    "jdPrice": "10.00",
                    "itemTotal": "3",
                }
            ],
            "couponDetailList": None,
        },
        Order(
            external_id="302000000603",
            status_raw="TRADE_CANCELED",
            order_status=OrderStatus.CANCELLED,
            payment_status=PaymentStatus.PAID,
            fulfillment_status=FulfillmentStatus.NOT_REQUIRED,
            type=OrderType.NORMAL,
            type_raw="22",
            channel_created_at=beijing("2026-05-03 10:00:00"),
            channel_updated_at=beijing("2026-05-03 12:00:00"),
            paid_at=beijing("2026-05-03 10:01:00"),
            cancelled_at=beijing("2026-05-03 12:00:00"),
            goods_amount=3000,
            freight_amount=0,
            discounts=Discounts(merchant_amount=0),
            payable_amount=3000,
            buyer_paid_amount=3000,
            merchant_receivable_amount=3000,
            lines=(
                OrderLine(
                    external_id="100200600004",
                    sku_external_id="100200600004",
                    title="笔",
                    quantity=3,
                    unit_price=1000,
                    goods_amount=3000,
                    fulfillment_status=FulfillmentStatus.NOT_REQUIRED,
                ),
            ),
            party=Party(
                protection=Protection.ENCRYPTED,
                name="周*",
                phone="170****0603",
                ciphers={"name": NAME, "phone": PHONE},
            ),
            issues=(Issue("payment_status", "refund_not_told"),),
            ext={"jd:pay_type": "4"},
        ),
    ),
    case(
        "words newer than the hub: kept, and no discount guessed",
        {
            "orderId": "302000000604",
            "orderType": "99",
            "payType": "4",
            "orderState": "WAIT_DRONE",
            "orderTotalPrice": "10.00",
            "orderPayment": "9.00",
            "freightPrice": "0.00",
            "orderStartTime": "2026-05-04 10:00:00",
            "modified": "2026-05-04 10:01:00",
            "itemInfoList": [
                {
                    "skuId": "100200600005",
                    "skuName": "纸",
                    "jdPrice": "10.00",
                    "itemTotal": "1",
                }
            ],
            "couponDetailList": [{"couponType": "777-新券", "couponPrice": "1.00"}],
        },
        Order(
            external_id="302000000604",
            status_raw="WAIT_DRONE",
            order_status=OrderStatus.UNKNOWN,
            payment_status=PaymentStatus.UNKNOWN,
            fulfillment_status=FulfillmentStatus.UNKNOWN,
            after_sale_status=AfterSaleStatus.UNKNOWN,
            type=OrderType.UNKNOWN,
            type_raw="99",
            channel_created_at=beijing("2026-05-04 10:00:00"),
            channel_updated_at=beijing("2026-05-04 10:01:00"),
            goods_amount=1000,
            freight_amount=0,
            payable_amount=900,
            lines=(
                OrderLine(
                    external_id="100200600005",
                    sku_external_id="100200600005",
                    title="纸",
                    quantity=1,
                    unit_price=1000,
                    goods_amount=1000,
                    fulfillment_status=FulfillmentStatus.UNKNOWN,
                ),
            ),
            party=Party(),
            issues=(
                Issue("discounts", "unknown_word"),
                Issue("status", "unknown_word"),
                Issue("type", "unknown_word"),
            ),
            ext={"jd:pay_type": "4"},
        ),
    ),
]
