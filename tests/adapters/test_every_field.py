"""One field more in a row that has the least: where in the record it is found.

What each field means is what its platform's page says of it (channel papers, §3 and §4);
fields every golden fills are not repeated here. Amounts of 淘宝, 京东 and 拼多多 are yuan,
those of 抖音来客 and of a single case of 拼多多 fen.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from hub_core.models import Record
from hub_core.wire import JSON, reread
from tests.adapters.goldens import CHANNELS

Row = tuple[str, Any, str, Any]
"""A field, its value, the place in the record, what stands there."""
AT = "2026-11-20 12:00:00"

TRADE: JSON = {"tid": 1, "status": "WAIT_SELLER_SEND_GOODS", "modified": AT}
LINE: JSON = {"oid": 2, "num": 1, "price": "10.00"}
TAOBAO_ORDERS: list[Row] = [
    ("trade_from", "WAP,WAP", "ext.taobao:trade_from", "WAP,WAP"),
    ("shipping_type", "express", "ext.taobao:shipping_type", "express"),
    ("step_trade_status", "FRONT_PAID_FINAL_NOPAID", "ext.taobao:step_trade_status", ...),
    ("step_paid_fee", "30.00", "ext.taobao:step_paid_amount", 3000),
    ("cod_status", "NEW_CREATED", "ext.taobao:cod_status", "NEW_CREATED"),
    ("seller_flag", 3, "ext.taobao:seller_flag", 3),
    ("adjust_fee", "-1.50", "ext.taobao:adjust_amount", -150),
    ("commission_fee", "1.20", "ext.taobao:commission_amount", 120),
    ("biz_code", "taobao.general.b2c", "ext.taobao:biz_code", ...),
    ("o2o_step_order_id", 71, "ext.taobao:final_payment_order_id", "71"),
    ("o2o_et_order_id", 72, "ext.taobao:deposit_order_id", "72"),
    ("platform_subsidy_fee", "3.00", "ext.taobao:platform_subsidy_raw", "3.00"),
    ("coupon_fee", 500, "ext.taobao:coupon_fee_raw", "500"),
    ("order_tax_fee", "2.00", "tax_amount", 200),
    ("post_fee", "6.00", "freight_amount", 600),
    ("total_fee", "90.00", "goods_amount", 9000),
    ("payment", "96.00", "payable_amount", 9600),
    ("rt_omni_store_id", 81, "place_external_id", "81"),
    ("nr_shop_id", 82, "place_external_id", "82"),
    ("o2o_shop_id", 83, "place_external_id", "83"),
    ("gifting", True, "type", "gift"),
    ("is_gift", "true", "type", "gift"),
    ("top_hold", 1, "flags", "locked"),
    ("ofp_hold", 1, "flags", "locked"),
    ("team_buy_hold", True, "flags", "locked"),
    ("share_group_hold", True, "flags", "locked"),
    ("forbid_consign", "1", "flags", "locked"),
    ("is_sh_ship", True, "flags", "locked"),
    ("mark_desc", "异常", "flags", "risk_review"),
    ("rx_audit_status", "0", "flags", "prescription_review"),
    ("lm", True, "flags", "address_changed"),
    ("receiver_name", "何*", "party.name", "何*"),
    ("receiver_mobile", "*******0975", "party.phone", "*******0975"),
    ("receiver_phone", "0571-*", "party.telephone", "0571-*"),
    ("receiver_state", "浙江省", "party.province", "浙江省"),
    ("receiver_city", "杭州市", "party.city", "杭州市"),
    ("receiver_district", "西湖区", "party.district", "西湖区"),
    ("receiver_town", "三墩镇", "party.town", "三墩镇"),
    ("receiver_address", "沙箱路*号", "party.address", "沙箱路*号"),
    ("receiver_zip", "310000", "party.postcode", "310000"),
    ("buyer_message", "快", "party.buyer_note", "快"),
    ("seller_memo", "加急", "party.seller_note", "加急"),
    ("orders", [LINE | {"is_oversold": True}], "flags", "oversold"),
    ("orders", [LINE | {"bind_oid": 9}], "flags", "ship_together"),
    ("orders", [LINE | {"bind_oids": "9,10"}], "flags", "ship_together"),
    ("orders", [LINE | {"modify_address": "1"}], "flags", "address_changed"),
    ("orders", [LINE | {"refund_id": 55}], "ext.taobao:refund_ids", "55"),
    ("orders", [LINE | {"outer_iid": "A-1"}], "lines.0.sku_code", "A-1"),
    ("orders", [LINE | {"delivery_time": AT}], "promise_ship_at.hour", 4),
    ("delivery_time", AT, "promise_ship_at.hour", 4),
]
TAOBAO_CASE: JSON = {"refund_id": 1, "status": "WAIT_SELLER_AGREE"}
TAOBAO_CASES: list[Row] = [
    ("good_status", "BUYER_RECEIVED", "ext.taobao:good_status", "BUYER_RECEIVED"),
    ("order_status", "TRADE_FINISHED", "ext.taobao:order_status", "TRADE_FINISHED"),
    ("cs_status", 6, "ext.taobao:cs_status", 6),
    ("refund_phase", "aftersale", "ext.taobao:refund_phase", "aftersale"),
    ("operation_contraint", "refund_onweb", "ext.taobao:operation_constraint", ...),
    ("refund_version", 17, "version_raw", "17"),
    ("company_name", "顺丰", "return_carrier_name", "顺丰"),
    ("sid", "SF1", "return_tracking_no", "SF1"),
]

JD_ORDER: JSON = {"orderId": 1, "orderState": "WAIT_SELLER_STOCK_OUT", "modified": AT}
JD_ORDERS: list[Row] = [
    ("payType", "4-在线支付", "ext.jd:pay_type", "4"),
    ("orderStateRemark", "等待出库", "ext.jd:state_remark", "等待出库"),
    ("orderSource", "移动端", "ext.jd:order_source", "移动端"),
    ("directParentOrderId", 7, "ext.jd:direct_parent_order_id", "7"),
    ("parentOrderId", 8, "parent_external_id", "8"),
    ("storeOrder", 9, "ext.jd:store_order", "9"),
    ("storeOrder", 9, "flags", "platform_warehouse"),
    ("storeId", 10, "ext.jd:store_id", "10"),
    ("menDianId", 11, "place_external_id", "11"),
    ("idSopShipmenttype", "70", "ext.jd:shipment_type", "70"),
    ("returnOrder", 12, "ext.jd:return_order", "12"),
    ("returnOrder", 12, "flags", "after_sale_shipment"),
    ("scDT", "2026-10-01", "ext.jd:earliest_production", "2026-10-01"),
    ("balanceUsed", "5.00", "ext.jd:balance_used", 500),
    ("invoiceEasyInfo", {"invoiceType": "3"}, "ext.jd:invoice_type", "3"),
    (
        "couponDetailList",
        [{"couponType": "52-礼品卡优惠", "couponPrice": "20.00"}],
        "ext.jd:gift_card_amount",
        2000,
    ),
    ("orderTotalPrice", "100.00", "goods_amount", 10000),
    ("freightPrice", "6.00", "freight_amount", 600),
    ("taxFee", "2.00", "tax_amount", 200),
    ("shouldPay", "90.00", "payable_amount", 9000),
    ("actualPay", "91.00", "buyer_paid_amount", 9100),
    ("payDiscount", "1.00", "discounts.payment_amount", 100),
    ("sellerDiscount", "3.00", "discounts.merchant_amount", 300),
    ("totalSellerReceivable", "80.00", "merchant_receivable_amount", 8000),
    ("orderSellerPrice", "81.00", "merchant_receivable_amount", 8100),
    ("orderStartTime", AT, "channel_created_at.hour", 4),
    ("paymentConfirmTime", AT, "paid_at.hour", 4),
    ("outBoundDate", AT, "shipped_at.hour", 4),
    ("orderRemark", "快", "party.buyer_note", "快"),
    ("venderRemark", "加急", "party.seller_note", "加急"),
    ("consigneeInfo", {"town": "三墩镇"}, "party.town", "三墩镇"),
    (
        "partialLogisticsInfoModel",
        [{"shipmentId": 31, "logicId": "467", "waybillId": "SF1"}],
        "deliveries.0.tracking_no",
        "SF1",
    ),
]
JD_BUYERS: list[Row] = [
    ("open_id_buyer", "o1", "party.buyer_token", "o1"),
    ("xid_buyer", "x1", "party.buyer_token", "x1"),
    ("pin", "p1", "party.buyer_token", "p1"),
]
JD_UNPAID: JSON = {"orderId": 1, "modified": AT}
JD_UNPAIDS: list[Row] = [
    *JD_BUYERS,
    ("phone", "0571-1", "party.telephone", "0571-1"),
    ("mobile", "170****0001", "party.phone", "170****0001"),
    ("userName", "何*", "party.name", "何*"),
    ("address", "沙箱路*号", "party.address", "沙箱路*号"),
    ("oaid", "oa1", "party.receiver_token", "oa1"),
    ("status", 1, "ext.jd:unpaid_status", "1"),
    ("payment", 12.5, "ext.jd:unpaid_payment", "12.5"),
    ("parentId", 7, "parent_external_id", "7"),
]
JD_BILL: JSON = {"serviceId": 1, "serviceStatus": 10010, "updateTime": 1795147200000}
JD_BILLS: list[Row] = [
    ("approveTime", AT, "decided_at.hour", 4),
    ("processTime", AT, "completed_at.hour", 4),
    ("applyTime", AT, "applied_at.hour", 4),
    ("expressCode", "SF1", "return_tracking_no", "SF1"),
    ("sysVersion", 3, "version_raw", "3"),
    ("orderType", 22, "ext.jd:order_type", "22"),
    ("pickwareType", 40, "ext.jd:pickup_type", "40"),
    ("platformSrc", 109, "ext.jd:platform_source", "109"),
    ("questionTypeCid1", 600, "reason_raw", "600"),
    ("questionTypeCid2", 601, "reason_raw", "601"),
]

PDD_ORDER: JSON = {"order_sn": "261120-1", "order_status": 2, "updated_at": AT}
PDD_STEP: JSON = {
    "step_trade_status": 1,
    "advanced_paid_fee": 30,
    "step_paid_fee": "30.00",
    "step_discount_amount": 5,
}
PDD_ORDERS: list[Row] = [
    ("refund_status", 1, "ext.pdd:refund_status", "1"),
    ("after_sales_status", 0, "ext.pdd:after_sales_status", "0"),
    ("confirm_status", 1, "ext.pdd:confirm_status", "1"),
    ("group_status", 1, "ext.pdd:group_status", "1"),
    ("risk_control_status", 0, "ext.pdd:risk_control_status", "0"),
    ("is_pre_sale", 1, "ext.pdd:is_pre_sale", "1"),
    ("mkt_biz_type", 2, "ext.pdd:mkt_biz_type", "2"),
    ("pay_type", "WEIXIN", "ext.pdd:pay_type", "WEIXIN"),
    ("invoice_status", 1, "ext.pdd:invoice_status", "1"),
    ("remark_tag", 3, "ext.pdd:remark_tag", "3"),
    ("self_contained", 1, "ext.pdd:self_contained", "1"),
    ("group_order_id", 71, "ext.pdd:group_order_id", "71"),
    (
        "ship_additional_origin_order",
        "261119-7",
        "ext.pdd:ship_additional_origin_order",
        ...,
    ),
    ("order_change_amount", "-2.00", "ext.pdd:order_change_amount", -200),
    ("capital_free_discount", 1.5, "ext.pdd:capital_free_amount", 150),
    ("service_fee_detail", [{"service_fee": 20}], "ext.pdd:service_fee_amount", 2000),
    ("step_order_info", PDD_STEP, "ext.pdd:step_trade_status", "1"),
    ("step_order_info", PDD_STEP, "ext.pdd:step_deposit_amount", 3000),
    ("step_order_info", PDD_STEP, "ext.pdd:step_paid_amount", 3000),
    ("step_order_info", PDD_STEP, "ext.pdd:step_discount_amount", 500),
    ("step_order_info", {"advanced_paid_fee": 30}, "ext.pdd:step_deposit_amount", 3000),
    ("step_order_info", {"step_paid_fee": 31}, "ext.pdd:step_paid_amount", 3100),
    ("step_order_info", {"step_trade_status": 1}, "ext.pdd:step_trade_status", "1"),
    ("store_info", {"store_id": 66}, "place_external_id", "66"),
    ("duo_duo_pay_reduction", "1.00", "discounts.payment_amount", 100),
    ("seller_discount", "3.00", "discounts.merchant_amount", 300),
    ("platform_discount", "2.00", "discounts.platform_amount", 200),
    ("discount_amount", "5.00", "discounts.total_amount", 500),
    ("goods_amount", "90.00", "goods_amount", 9000),
    ("postage", "6.00", "freight_amount", 600),
    ("pay_amount", "96.00", "payable_amount", 9600),
    ("created_time", AT, "channel_created_at.hour", 4),
    ("pay_time", AT, "paid_at.hour", 4),
    ("shipping_time", AT, "shipped_at.hour", 4),
    ("last_ship_time", AT, "promise_ship_at.hour", 4),
    ("stock_out_handle_status", 0, "flags", "stock_out"),
    ("is_lucky_flag", 2, "flags", "lottery"),
    ("order_tag_list", [{"name": "ship_hold", "value": 1}], "flags", "paused"),
    ("order_tag_list", [{"name": "no_trace", "value": 1}], "ext.pdd:tags", "no_trace"),
    ("buyer_memo", "快", "party.buyer_note", "快"),
    ("remark", "加急", "party.seller_note", "加急"),
]
PDD_CASE: JSON = {"id": 1, "after_sales_status": 2, "updated_time": AT}
PDD_CASES: list[Row] = [
    ("speed_refund_flag", 1, "ext.pdd:speed_refund_flag", "1"),
    ("dispute_refund_status", 2, "ext.pdd:dispute_refund_status", "2"),
    ("user_shipping_status", 0, "ext.pdd:user_shipping_status", "0"),
    ("goods_id", 5, "lines.0.product_external_id", "5"),
]
PDD_LISTED: list[Row] = [
    *PDD_CASES,
    ("refund_amount", "99.00", "requested_amount", 9900),
    ("after_sale_reason", "不想要了", "reason_raw", "不想要了"),
    ("created_time", AT, "applied_at.hour", 4),
]
PDD_SINGLE: list[Row] = [
    *PDD_CASES,
    ("refund_amount", 9900, "requested_amount", 9900),
    ("after_sales_reason", "不想要了", "reason_raw", "不想要了"),
    ("recreated_at", AT, "applied_at.hour", 4),
    ("expire_time", AT, "deadline_at.hour", 4),
]
PDD_ITEM: JSON = {"goods_id": 1, "is_onsale": 1}
PDD_ITEMS: list[Row] = [
    ("outer_goods_id", "A-1", "outer_code", "A-1"),
    ("goods_quantity", 7, "ext.pdd:goods_quantity", 7),
    ("goods_reserve_quantity", 2, "ext.pdd:goods_reserve_quantity", 2),
]

LAIKE_CASE: JSON = {
    "after_sale_id": "1",
    "refund_status": 50,
    "update_time": 1795147200,
    "total_refund_amount": 9900,
}
LAIKE = "ext.douyin-laike:"
LAIKE_CASES: list[Row] = [
    ("audit_result", "1", LAIKE + "audit_result", "1"),
    ("trade_type", 2, LAIKE + "trade_type", "2"),
    ("order_type", 21, LAIKE + "order_type", "21"),
    ("merchant_account_id", 71, LAIKE + "merchant_account_id", "71"),
    ("out_biz_after_sale_id", 88001, LAIKE + "out_biz_after_sale_id", "88001"),
    ("market_refund_amount", 300, LAIKE + "market_refund_amount", 300),
    ("platform_market_refund_amount", 250, "refunds.0.platform_amount", 250),
    ("user_refund_amount", 9650, "refunds.0.buyer_amount", 9650),
    ("deduct_fee_amount", 100, "refunds.0.fee_amount", 100),
    ("real_refund_amount", 9800, "refunds.0.amount", 9800),
    ("out_refund_payment_id", "77", "refunds.0.external_id", "77"),
    ("refund_amount", 9901, "requested_amount", 9901),
    ("refund_type", 3, "kind_raw", "3"),
    ("audit_time", 1795147200, "decided_at.hour", 4),
    ("complete_time", 1795147200, "completed_at.hour", 4),
    ("create_time", 1795147200, "applied_at.hour", 4),
]
LAIKE_USE: JSON = {"verify_id": "1", "verify_time": 1795147200, "status": 1}
CARD: JSON = {"serial_numb": 2, "amount": {"pay_amount": 900}}
LAIKE_USES: list[Row] = [
    ("order_id", 71, "order_external_id", "71"),
    ("poi_id", 72, "place_external_id", "72"),
    ("times_card_serial_num", 3, "serial", 3),
    ("certificate_status", 2, LAIKE + "certificate_status", "2"),
    ("verify_amount_info", {"time_card_amount": CARD}, "serial", 2),
    ("verify_amount_info", {"time_card_amount": CARD}, "buyer_paid_amount", 900),
    ("verify_amount_info", {"times_card_serial_amount": CARD}, "serial", 2),
    ("verify_type", 3, "type_raw", "3"),
    ("can_cancel", True, "can_cancel", True),
    ("sku", {"groupon_type": 2}, LAIKE + "groupon_type", "2"),
    ("sku", {"account_id": 73}, LAIKE + "sku_account_id", "73"),
    ("sku_info", {"third_sku_id": "A-1"}, "sku_code", "A-1"),
    ("amount", {"brand_ticket_amount": 40}, LAIKE + "brand_ticket_amount", 40),
    ("amount", {"platform_ticket_amount": 41}, "platform_discount_amount", 41),
    ("amount", {"platform_discount_amount": 42}, "platform_discount_amount", 42),
    ("amount", {"merchant_ticket_amount": 43}, "merchant_discount_amount", 43),
    ("amount", {"list_market_amount": 44}, "list_amount", 44),
]
LAIKE_ORDER: JSON = {"order_id": "1", "order_status": 201, "update_order_time": 1795147200}
LAIKE_ORDERS: list[Row] = [
    ("poi_id", 71, "place_external_id", "71"),
    ("poi", {"poi_id": 72}, "place_external_id", "72"),
    ("intention_poi_id", 73, LAIKE + "intention_poi_id", "73"),
    ("room_id", 74, LAIKE + "room_id", "74"),
    ("room_id", 74, "source", "live"),
    ("receiver_info", {"town": "三墩镇"}, "party.town", "三墩镇"),
    ("receiver_info", {"secret_number": "170-1"}, "party.telephone", "170-1"),
    ("delivery_info", {"deliver_model": 1}, LAIKE + "deliver_model", "1"),
    ("delivery_info", {"is_book": True}, LAIKE + "is_book", True),
    ("delivery_info", {"shop_number": "12"}, LAIKE + "shop_number", "12"),
    ("delivery_info", {"remark": "快"}, "party.buyer_note", "快"),
    ("amount_info", {"commission_amount": 90}, LAIKE + "commission_amount", 90),
    (
        "amount_info",
        {"estimated_order_income": 91},
        LAIKE + "estimated_order_income",
        91,
    ),
    ("amount_info", {"freight_pay_amount": 92}, "freight_amount", 92),
    ("amount_info", {"pay_discount_amount": 93}, "discounts.payment_amount", 93),
    ("payment_discount", 94, "discounts.payment_amount", 94),
    ("count", 3, "lines.0.quantity", 3),
    ("third_sku_id", "A-1", "lines.0.sku_code", "A-1"),
    ("products", [{"product_id": 75}], "lines.0.product_external_id", "75"),
]
LAIKE_PAGE: JSON = {"online_status": 1, "product": {"product_id": 1, "product_type": 1}}
LAIKE_ITEMS: list[Row] = [
    ("audit_msg", "图片不清", "audit_reason", "图片不清"),
    ("is_sell_out", 1, LAIKE + "is_sell_out", True),
    (
        "commission_info",
        {"platform_take_rate": 250},
        LAIKE + "platform_take_rate",
        250,
    ),
    ("sku", {"sku_id": 7, "status": 1}, "skus.0.external_id", "7"),
    ("skus", [{"sku_id": 7, "status": 1}], "skus.0.external_id", "7"),
    ("sku_list", [{"sku_id": 7, "status": 1}], "skus.0.external_id", "7"),
]
LAIKE_ABOUT: list[Row] = [
    ("product_sub_type", 101, LAIKE + "product_sub_type", "101"),
    ("biz_line", 1, LAIKE + "biz_line", "1"),
    ("creator_account_id", 81, LAIKE + "creator_account_id", "81"),
    ("owner_account_id", 82, LAIKE + "owner_account_id", "82"),
    ("out_id", "A-1", "outer_code", "A-1"),
    ("category_id", 83, "category_external_id", "83"),
    ("category_full_name", "美食/火锅", "category_path", "美食/火锅"),
    ("sold_start_time", 1795147200, "sale_start_at.hour", 4),
    ("sold_end_time", 1795147200, "sale_end_at.hour", 4),
    ("create_time", 1795147200, "channel_created_at.hour", 4),
    ("update_time", 1795147200, "channel_updated_at.hour", 4),
]
"""Of the page itself, one object further in."""
LAIKE_ABOUTS: list[Row] = [
    ("product", LAIKE_PAGE["product"] | {field: value}, place, expected)
    for field, value, place, expected in LAIKE_ABOUT
]

TAOBAO_ITEM: JSON = {"num_iid": 1, "approve_status": "onsale"}
TAOBAO_ITEMS: list[Row] = [
    ("title", "键盘", "title", "键盘"),
    ("outer_id", "A-1", "outer_code", "A-1"),
    ("cid", 110210, "category_external_id", "110210"),
    ("type", "fixed", "ext.taobao:type", "fixed"),
    ("seller_cids", "1,2", "ext.taobao:seller_cids", "1,2"),
    ("sub_stock", 2, "ext.taobao:sub_stock", 2),
    ("violation", True, "ext.taobao:violation", True),
    ("delist_time", AT, "ext.taobao:delist_at", "2026-11-20T04:00:00+00:00"),
    ("list_time", AT, "sale_start_at.hour", 4),
    ("created", AT, "channel_created_at.hour", 4),
    ("modified", AT, "channel_updated_at.hour", 4),
    ("price", "199.00", "skus.0.price_amount", 19900),
    ("num", 57, "skus.0.available", 57),
    ("props_name", "20000:1:品牌:沙箱牌", "brand", "沙箱牌"),
    ("skus", {"sku": [{"sku_id": 7, "price": "1.50"}]}, "skus.0.price_amount", 150),
    ("skus", {"sku": [{"sku_id": 7, "quantity": 5}]}, "skus.0.available", 5),
    ("skus", {"sku": [{"sku_id": 7, "outer_id": "B"}]}, "skus.0.outer_code", "B"),
    ("skus", {"sku": [{"sku_id": 7, "barcode": "69"}]}, "skus.0.gtin", "69"),
    ("skus", {"sku": [{"sku_id": 7, "status": "normal"}]}, "skus.0.status_raw", "normal"),
]
JD_WARE: JSON = {"wareId": 1, "wareStatus": 8}
JD_WARES: list[Row] = [
    ("title", "白衬衫", "title", "白衬衫"),
    ("outerId", "A-1", "outer_code", "A-1"),
    ("itemNum", "A-2", "outer_code", "A-2"),
    ("itemNum", "A-2", "ext.jd:item_number", "A-2"),
    ("categoryId", 7, "category_external_id", "7"),
    ("multiCategoryId", 8, "category_external_id", "8"),
    ("brandName", "沙箱牌", "brand", "沙箱牌"),
    ("colType", 0, "ext.jd:cooperation", "0"),
    ("shopId", 9, "ext.jd:shop_id", "9"),
    ("marketPrice", "12.50", "ext.jd:market_price", 1250),
    ("onlineTime", AT, "sale_start_at.hour", 4),
    ("offlineTime", AT, "ext.jd:offline_at", "2026-11-20T04:00:00+00:00"),
    ("created", AT, "channel_created_at.hour", 4),
    ("modified", AT, "channel_updated_at.hour", 4),
    ("sku", [{"skuId": 2, "jdPrice": "9.90"}], "skus.0.price_amount", 990),
    ("sku", [{"skuId": 2, "stockNum": 5}], "skus.0.available", 5),
    ("sku", [{"skuId": 2, "outerId": "B"}], "skus.0.outer_code", "B"),
    ("sku", [{"skuId": 2, "barCode": "69"}], "skus.0.gtin", "69"),
    ("sku", [{"skuId": 2, "skuName": "白;M"}], "skus.0.title", "白;M"),
    ("sku", [{"skuId": 2, "status": 1}], "skus.0.status_raw", "1"),
    ("sku", [{"skuId": 2, "wareId": 1}], "skus.0.external_id", "2"),
]
LAIKE_PLACE: JSON = {"poi": {"poi_id": 1}}
LAIKE_PLACES: list[Row] = [
    ("poi", {"poi_id": 1, "poi_name": "茶馆"}, "name", "茶馆"),
    ("poi", {"poi_id": 1, "address": "沙箱路8号"}, "address", "沙箱路8号"),
    ("poi", {"poi_id": 1, "latitude": 31.25}, "latitude", 31.25),
    ("poi", {"poi_id": 1, "longitude": "121.5"}, "longitude", 121.5),
    ("root_account", {"account_id": 7}, "root_account_external_id", "7"),
    ("account", {"poi_account": {"account_id": 8}}, "account_external_id", "8"),
    (
        *("account", {"poi_account": {"account_type": "Shop"}}),
        *(LAIKE + "account_type", "Shop"),
    ),
    (
        *("account", {"parent_account": {"account_id": 9}}),
        *(LAIKE + "parent_account_id", "9"),
    ),
    (
        *("account", {"parent_account": {"account_type": "Trademark"}}),
        *(LAIKE + "parent_account_type", "Trademark"),
    ),
]
APPLIED: JSON = {"id": 1, "status": "0"}
JD_APPLIED: list[Row] = [
    ("orderId", 301, "order_external_id", "301"),
    ("applyTime", AT, "applied_at.hour", 4),
    ("checkTime", AT, "decided_at.hour", 4),
    ("applyRefundSum", 5000, "requested_amount", 5000),
    ("systemId", 28, "ext.jd:refund_source", "28"),
]
JD_APPLIED_OF_OLD: list[Row] = [
    ("order_id", 301, "order_external_id", "301"),
    ("apply_time", AT, "applied_at.hour", 4),
    ("check_time", AT, "decided_at.hour", 4),
    ("apply_refund_sum", "5000", "requested_amount", 5000),
]

TABLES: list[tuple[str, tuple[str, ...], JSON, list[Row]]] = [
    ("taobao", ("products_v1",), TAOBAO_ITEM, TAOBAO_ITEMS),
    ("jd", ("refund_applies_v1",), APPLIED, JD_APPLIED_OF_OLD),
    ("jd", ("refund_applies_v2",), APPLIED, JD_APPLIED),
    ("jd", ("products_v1",), JD_WARE, JD_WARES),
    ("douyin_laike", ("places_v1",), LAIKE_PLACE, LAIKE_PLACES),
    ("douyin_laike", ("orders_catering_v1",), LAIKE_ORDER, []),
    ("taobao", ("orders_v1", "orders_v2"), TRADE, TAOBAO_ORDERS),
    ("taobao", ("after_sales_v1", "after_sales_v2"), TAOBAO_CASE, TAOBAO_CASES),
    ("jd", ("orders_v1", "orders_v2"), JD_ORDER, JD_ORDERS),
    ("jd", ("orders_v1",), JD_ORDER, JD_BUYERS),
    ("jd", ("unpaid_v1",), JD_UNPAID, JD_UNPAIDS),
    ("jd", ("service_bills_v1",), JD_BILL, JD_BILLS),
    ("pinduoduo", ("orders_v1", "orders_v2"), PDD_ORDER, PDD_ORDERS),
    ("pinduoduo", ("after_sales_v1",), PDD_CASE | {"created_time": AT}, PDD_LISTED),
    ("pinduoduo", ("after_sales_v1",), PDD_CASE | {"recreated_at": AT}, PDD_SINGLE),
    ("pinduoduo", ("products_v1",), PDD_ITEM, PDD_ITEMS),
    ("douyin_laike", ("after_sales_v1",), LAIKE_CASE, LAIKE_CASES),
    ("douyin_laike", ("redemptions_v1",), LAIKE_USE, LAIKE_USES),
    ("douyin_laike", ("orders_v1", "orders_v2"), LAIKE_ORDER, LAIKE_ORDERS),
    ("douyin_laike", ("products_v1", "products_v2"), LAIKE_PAGE, LAIKE_ITEMS),
    ("douyin_laike", ("products_v1", "products_v2"), LAIKE_PAGE, LAIKE_ABOUTS),
]
SPARED = {"created_time", "recreated_at", "total_refund_amount", "updateTime"}
"""Of the least rows, what may be missing: one says which call a row is of, of a service
bill only the list tells its time."""
EACH = [
    pytest.param(channel, shape, least, row, id=f"{channel}-{shape}-{row[0]}-{row[2]}")
    for channel, shapes, least, rows in TABLES
    for shape in shapes
    for row in rows
]


def found(record: Record, place: str) -> Any:
    """What stands in a place of a record; `flags` are all of them."""
    value: Any = record
    for step in place.split("."):
        if isinstance(value, dict):
            value = value[step]
        else:
            value = value[int(step)] if step.isdigit() else getattr(value, step)
    return value


def read(channel: str, shape: str, row: JSON) -> Record:
    record = reread(import_module(f"{CHANNELS[channel].adapters}.{shape}"), row, {})
    assert not isinstance(record, str), record
    return record


@pytest.mark.parametrize(("channel", "shape", "least", "row"), EACH)
def test_a_field_is_found_in_its_place(
    channel: str, shape: str, least: JSON, row: Row
) -> None:
    field, value, place, expected = row
    told = found(read(channel, shape, least | {field: value}), place)
    if place == "flags":
        assert told == (expected,)
    else:
        assert told == (value if expected is ... else expected)


@pytest.mark.parametrize(
    ("channel", "shape", "least", "field"),
    [
        pytest.param(channel, shape, least, field, id=f"{channel}-{shape}-{field}")
        for channel, shapes, least, _ in TABLES
        for shape in shapes
        for field in least
        if field not in SPARED
    ],
)
@pytest.mark.parametrize("lost", [True, False])
def test_without_its_id_its_state_or_its_time_a_row_is_not_read(
    channel: str, shape: str, least: JSON, field: str, lost: bool
) -> None:
    row = {k: v for k, v in least.items() if k != field} | ({} if lost else {field: None})
    module = import_module(f"{CHANNELS[channel].adapters}.{shape}")
    assert isinstance(reread(module, row, {}), str)


@pytest.mark.parametrize(("channel", "shapes", "least", "rows"), TABLES)
def test_the_least_a_row_has_says_none_of_it(
    channel: str, shapes: tuple[str, ...], least: JSON, rows: list[Row]
) -> None:
    for shape in shapes:
        record = read(channel, shape, least)
        assert record.issues == () or {i.code for i in record.issues} <= DOUBTS
        for row in rows:
            if row[0] not in least and row[2].startswith("ext."):
                assert row[2].removeprefix("ext.") not in record.ext


DOUBTS = {"unknown_word", "missing", "not_told"}


PARTS: list[tuple[str, tuple[str, ...], JSON, str, JSON]] = [
    ("taobao", ("orders_v1", "orders_v2"), TRADE, "orders", {"oid": 2, "num": 1}),
    ("taobao", ("products_v1",), TAOBAO_ITEM, "skus.sku", {"sku_id": 2}),
    ("jd", ("orders_v1", "orders_v2"), JD_ORDER, "itemInfoList", {"itemTotal": 1}),
    (
        *("jd", ("orders_v1", "orders_v2"), JD_ORDER),
        *("partialLogisticsInfoModel", {"shipmentId": "2"}),
    ),
    ("jd", ("unpaid_v1",), JD_UNPAID, "itemList", {"num": 1}),
    ("jd", ("products_v1",), JD_WARE, "sku", {"skuId": 2}),
    ("pinduoduo", ("orders_v1", "orders_v2"), PDD_ORDER, "item_list", {"goods_count": 1}),
    ("pinduoduo", ("products_v1",), PDD_ITEM, "sku_list", {"sku_id": 2}),
    (
        *("douyin_laike", ("orders_v1", "orders_v2", "orders_catering_v1"), LAIKE_ORDER),
        *("certificate", {"item_status": 100}),
    ),
    ("douyin_laike", ("places_v1",), {}, "poi", {"poi_id": 1}),
]
"""Rows with one part, of the fields the pages have as always there (channel papers, §3 and
§4): a line without its number or count, a variant or a place without its id, a voucher
without its state is no part that could be left out in silence."""


def with_part(least: JSON, path: str, part: JSON) -> JSON:
    """The row with the part in its list, or as the one there is."""
    first, *inner = path.split(".")
    value: Any = part if first == "poi" else [part]
    for name in inner:
        value = {name: value}
    return least | {first: value}


@pytest.mark.parametrize(
    ("channel", "shape", "least", "path", "part"),
    [
        pytest.param(*(c, shape, least, path, part), id=f"{c}-{shape}-{path}")
        for c, shapes, least, path, part in PARTS
        for shape in shapes
    ],
)
def test_without_what_names_or_counts_it_a_part_is_none(
    channel: str, shape: str, least: JSON, path: str, part: JSON
) -> None:
    module = import_module(f"{CHANNELS[channel].adapters}.{shape}")
    assert not isinstance(reread(module, with_part(least, path, part), {}), str)
    for field in part:
        for poor in ({k: v for k, v in part.items() if k != field}, part | {field: None}):
            assert isinstance(reread(module, with_part(least, path, poor), {}), str)
