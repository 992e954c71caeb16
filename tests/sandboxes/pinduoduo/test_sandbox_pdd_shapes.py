"""Rows carry the fields of published answers; the box over HTTP, with its own door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx

from hub_core.sandbox.server import running

if TYPE_CHECKING:
    from tests.sandboxes.pinduoduo.conftest import Caller

    Open = Callable[..., Caller]

CAPTURED_2024 = """
address address_mask after_sales_status buyer_memo capital_free_discount
card_info_list cat_id_1 cat_id_2 cat_id_3 cat_id_4 city city_id confirm_status
confirm_time country country_id created_time delivery_one_day discount_amount
duo_duo_pay_reduction duoduo_wholesale free_sf gift_list goods_amount group_status
home_delivery_type inner_transaction_id invoice_status is_lucky_flag is_pre_sale
is_stock_out item_list last_ship_time logistics_id mkt_biz_type only_support_replace
order_change_amount order_sn order_status order_tag_list pay_amount pay_no pay_time
pay_type platform_discount postage pre_sale_time promotion_detail_list province
province_id receive_time receiver_address receiver_address_mask receiver_name
receiver_name_mask receiver_phone receiver_phone_mask refund_status remark
return_freight_payer risk_control_status self_contained seller_discount
service_fee_detail shipping_time shipping_type stock_out_handle_status
support_nationwide_warranty town town_id tracking_number trade_type updated_at
urge_shipping_time yyps_date yyps_time
"""
DOCUMENTED_2018 = """
address after_sales_status buyer_memo capital_free_discount card_info_list cat_id_1
cat_id_2 cat_id_3 cat_id_4 city city_id confirm_time country country_id created_time
discount_amount free_sf goods_amount home_delivery_type id_card_name id_card_num
inner_transaction_id invoice_status is_lucky_flag is_pre_sale is_stock_out item_list
last_ship_time logistics_id order_sn order_status pay_amount pay_no pay_type
platform_discount postage pre_sale_time province province_id receive_time
receiver_name receiver_phone refund_status remark seller_discount shipping_time
stock_out_handle_status town town_id tracking_number updated_at
"""
ITEM = """
goods_count goods_id goods_img goods_name goods_price goods_spec outer_goods_id
outer_id sku_id
"""
CASE_2018 = """
after_sale_reason after_sales_status after_sales_type confirm_time created_time
discount_amount good_image goods_id goods_name goods_number goods_price id
order_amount order_sn outer_goods_id outer_id refund_amount sku_id tracking_number
updated_time
"""
NUMBERS = """
after_sales_status confirm_status goods_count group_status is_lucky_flag logistics_id
order_status refund_status risk_control_status stock_out_handle_status trade_type
"""
DOUBLES = "goods_amount discount_amount pay_amount platform_discount postage goods_price"


def missing(names: str, row: dict[str, Any]) -> set[str]:
    return set(names.split()) - row.keys()


def test_an_order_has_every_field_of_the_capture_of_2024(shop: Open) -> None:
    client = shop()
    for order in client.every().values():
        assert missing(CAPTURED_2024, order) == set()
        (item,) = order["item_list"]
        assert set(ITEM.split()) == item.keys()
        both = order | item
        assert all(type(both[name]) is int for name in NUMBERS.split())
        assert all(type(both[name]) is float for name in DOUBLES.split())


def test_before_2021_it_has_just_those_of_the_documents_of_2018(shop: Open) -> None:
    for order in shop(privacy="plain").every().values():
        assert order.keys() == set(DOCUMENTED_2018.split())


def test_a_case_has_every_field_of_the_sample(shop: Open) -> None:
    client = shop(orders=200)
    now = int(client.box.clock.now())
    record = client.box.records(client.account, "after_sale")[0]
    got = client.call(
        "pdd.refund.list.increment.get",
        order_sn=record.facts["order_external_id"],
        after_sales_status=2,
        after_sales_type=1,
        start_updated_at=now,
        end_updated_at=now,
    )
    assert all(missing(CASE_2018, row) == set() for row in got["refund_list"])


def test_a_client_reads_over_http_and_a_test_through_the_boxs_own_door(shop: Open) -> None:
    client = shop(history=timedelta(minutes=20), orders=30)
    asked = client.window(use_has_next=True)
    sent = client.sign(client.public("pdd.order.number.list.increment.get", **asked))
    with running(client.box) as url, httpx.Client(base_url=url) as http:
        form = http.post("/api/router", data=sent)
        body = http.post("/api/router", json=sent)
        truth = http.get("/_sandbox/truth").json()
        effects = http.get("/_sandbox/effects").json()
    rows = form.json()["order_sn_increment_get_response"]["order_sn_list"]
    assert form.status_code == body.status_code == 200
    assert form.headers["date"] == "Fri, 20 Nov 2026 04:00:00 GMT"
    told = {order["external_id"] for order in truth["orders"][client.account]}
    assert {row["order_sn"] for row in rows} == told == set(truth["served"])
    assert len(truth["records"]["product"][client.account]) == 6
    assert effects == {client.account: []}
