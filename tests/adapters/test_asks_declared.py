"""By which names each operation is asked for what: ours, and the platform's.

The platforms' names are those of the channel papers (§2 to §4, §7), and of pages and SDKs
they cite, odd spellings (`skuStatuValue`, `orderFiled`) and mixed ones (`page_size` beside
`pageNo`) with them. What 抖音来客 is asked goes by its own names throughout.
"""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from hub_core.errors import BadRequest
from hub_core.wire import Call
from tests.adapters.goldens import call_of
from tests.adapters.test_calls_declared import ADDRESSES

SPAN = "account_id page_num page_size order_id ext_order_id open_id order_status"
TIMES = (
    "create_order_start_time create_order_end_time"
    " update_order_start_time update_order_end_time"
)
LAIKE_ORDERS = f"{SPAN} {TIMES}"
LAIKE_NEWER = f"{LAIKE_ORDERS} get_secret_number"
JD_SEARCH = (
    "since=start_date until=end_date states=order_state optional_fields page page_size"
    " sort_type=sortType date_type=dateType source_id"
)
JD_WHO = "vender=buId operator=operatePin nick=operateNick"
JD_PAGE = "page=pageNumber page_size=pageSize"
JD_SKUS = "states=skuStatuValue order_by=orderFiled order_type=orderType page=pageNo"
PDD_SPAN = "since=start_updated_at until=end_updated_at"
PDD_LIST = (
    f"{PDD_SPAN} is_lucky_flag order_status refund_status page page_size"
    " has_next=use_has_next"
)
TAOBAO_SPAN = "since=start_modified until=end_modified page=page_no size=page_size"
TAOBAO_LIST = f"{TAOBAO_SPAN} has_next=use_has_next kinds=type fields_=fields"
ASKED: dict[str, dict[str, dict[str, str]]] = {
    "douyin_laike": {
        "after_sales_v1": {
            "LIST": "account_id page_size cursor refund_status create_order_start_time"
            " create_order_end_time refund_done_start_time refund_done_end_time",
            "OF_ORDER": "account_id order_id certificate_id",
        },
        "orders_catering_v1": {
            "LIST": LAIKE_ORDERS,
            "GET": LAIKE_ORDERS,
            "SCROLL": f"{LAIKE_ORDERS} cursor",
        },
        "orders_v1": {"LIST": LAIKE_ORDERS, "GET": LAIKE_ORDERS},
        "orders_v2": {
            "LIST": LAIKE_NEWER,
            "GET": LAIKE_NEWER,
            "SCROLL": f"{LAIKE_NEWER} cursor",
        },
        "places_v1": dict.fromkeys(("LIST", "GET"), "account_id poi_id page size"),
        "products_v1": {
            **dict.fromkeys(("LIST", "DRAFTS"), "cursor count status"),
            **dict.fromkeys(("GET", "GET_DRAFT"), "product_ids"),
        },
        "products_v2": {
            "LIST": "account_id cursor count status goods_creator_type",
            "DRAFTS": "account_id cursor count status",
            **dict.fromkeys(("GET", "GET_DRAFT"), "product_ids account_id"),
        },
        "receivers_v1": {"DECRYPT": "account=account_id texts=cipher_texts"},
        "redemptions_v1": {"LIST": "account_id cursor size poi_ids start_time end_time"},
        "stock_v1": {"SET": "product_id out_id stock"},
        "answers_v1": {
            "REFUND": "result after_sale_id certificate_id certificate reason",
            "CODES": "order_id result codes third_order_id fail_reason",
            "DELIVERY": "after_sale_id is_approved reject_reason",
        },
        "stock_v2": {"SET": "product_id out_id stock account_id"},
        "token_v1": {"FETCH": "grant_type"},
        "user_token_v1": {"CREATE": "code grant_type"},
    },
    "jd": {
        **{
            shape: {"LIST": JD_SEARCH, "GET": "order_id optional_fields source_id"}
            for shape in ("orders_v1", "orders_v2")
        },
        "products_v1": {
            "LIST": "states=wareStatusValue order_by=orderField order_type=orderType"
            " page=pageNo page_size=pageSize fields_=field",
            "CHANGED": "since=startModifiedTime until=endModifiedTime"
            f" {JD_SKUS} page_size fields_=field",
            "GET": "external_id=wareId page=pageNo page_size=pageSize fields_=field",
            "SKUS": f"product=wareId {JD_SKUS} page_size fields_=field",
            "STOCK": "sku=skuId",
        },
        "receivers_v1": {"DECRYPT": "request=getReceiverInfoListReqVO"},
        "refund_applies_v1": {
            "LIST": "applied_since=apply_time_start applied_until=apply_time_end"
            " page=page_index page_size",
            "GET": "number=ra_id",
        },
        "refund_applies_v2": {
            "LIST": "modified_since=modifiedStart modified_until=modifiedEnd"
            " applied_since=applyTimeStart applied_until=applyTimeEnd show_sku=showSku"
            " page=pageIndex page_size=pageSize",
            "GET": "number=id",
        },
        "service_bills_v1": {
            "LIST": f"{JD_WHO} since=updateTimeBegin until=updateTimeEnd {JD_PAGE}",
            "GET": f"{JD_WHO} number=serviceId {JD_PAGE}",
            "QUERY": f"{JD_WHO} number=serviceId {JD_PAGE}",
            "MONEY": f"order=orderId {JD_PAGE}",
        },
        "shipping_v1": {
            "SEND": "order=orderId couriers=logiCoprId numbers=logiNo",
            "CHANGE": "request",
            "COMPANIES": "fields_=fields",
        },
        "stock_v1": {
            "SET": "sku=sku_id code=outer_id quantity key=trade_no store=store_id",
            "GET": "sku=skuId",
        },
        "stock_v2": {
            "SET": "sku=skuId quantity=stockNum store=storeId",
            "ADD": "sku=skuId change=stockNum store=storeId key=stockRfId",
            "GET": "sku=skuId",
        },
        "shop_v1": {"OWN": ""},
        "token_v1": {
            "CREATE": "grant_type code",
            "REFRESH": "grant_type refresh_token",
        },
        "unpaid_v1": {
            "LIST": "since=startDate until=endDate page page_size=pageSize",
            "GET": "order_id=orderId",
        },
    },
    "pinduoduo": {
        "after_sales_v1": {
            "LIST": f"{PDD_SPAN} state=after_sales_status kind=after_sales_type"
            " page page_size",
            "GET": "order_sn after_sales_id",
        },
        "messages_v1": {"GET": "owner_id", "PERMIT": "topics"},
        "order_status_v1": {"GET": "order_sn=order_sns"},
        **{
            shape: {"LIST": PDD_LIST, "GET": "order_sn"}
            for shape in ("orders_v1", "orders_v2")
        },
        "products_v1": {"LIST": "page page_size"},
        "receivers_v1": {"DECRYPT": "rows=data_list"},
        "shipping_v1": {
            "SEND": "order=order_sn carrier=logistics_id waybill=tracking_number",
            "EXTRA": "order=order_sn kind=extra_track_type extra_track_list",
            "COMPANIES": "",
        },
        "stock_v1": {"SET": "sku=sku_id quantity", "GET": "product=goods_id"},
        "stock_v2": {
            "SET": "product=goods_id sku=sku_id quantity how=update_type",
            "GET": "product=goods_id",
        },
        "token_v1": {"CREATE": "code", "REFRESH": "refresh_token"},
    },
    "taobao": {
        "messages_v1": {
            "CONSUME": "group=group_name most=quantity",
            "CONFIRM": "group=group_name ids=s_message_ids",
            "GET": "nick fields_=fields",
            "PERMIT": "topics",
        },
        "after_sales_v1": {
            "LIST": TAOBAO_LIST,
            "GET": "external_id=refund_id fields_=fields",
        },
        "after_sales_v2": {
            "LIST": TAOBAO_LIST,
            "GET": "external_id=refund_id fields_=fields",
            "SPECIAL": "external_id=refund_id fields_=fields",
        },
        **{
            shape: {"LIST": TAOBAO_LIST, "GET": "external_id=tid fields_=fields"}
            for shape in ("orders_v1", "orders_v2")
        },
        "products_v1": {
            "ON_SALE": f"{TAOBAO_SPAN} order=order_by fields_=fields",
            "WAREHOUSE": f"{TAOBAO_SPAN} order=order_by fields_=fields banner",
            "GET": "external_id=num_iid fields_=fields",
        },
        "receivers_v1": {"DECRYPT": "queries=query_list"},
        "shipping_v1": {
            "SEND": "order=tid waybill=out_sid carrier=company_code lines=sub_tid is_split",
            "COMPANIES": "fields_=fields",
        },
        "shipping_v2": {
            "SEND": "order=tid how=consign_type parcels=consign_pkgs partly=consign_status",
            "COMPANIES": "fields_=fields",
        },
        "stock_v1": {
            "SET": "product=num_iid levels=skuid_quantities by_code=outerid_quantities"
            " how=type",
            "SET_ONE": "product=num_iid sku=sku_id code=outer_id quantity how=type",
        },
        "stock_v2": {
            "SET": "product=item_id quantity=item_quantity levels=sku_quantities"
            " by_code=sku_quantities options",
            "ADD": "product=item_id changes=sku_quantities options",
        },
        "token_v1": {
            "CREATE": "code redirect_uri grant_type",
            "REFRESH": "refresh_token grant_type",
            "REFRESH_BY_TOP": "refresh_token",
        },
    },
}
EACH = [
    (channel, shape, name)
    for channel, shapes in ADDRESSES.items()
    for shape, calls in shapes.items()
    for name in calls
]


def names(call: Call[Any]) -> dict[str, str]:
    """Ours to the platform's, of all that may be sent."""
    asked = {
        name: field.serialization_alias or field.alias or name
        for name, field in call.ask.model_fields.items()
        if not field.exclude
    }
    made = call.ask.model_computed_fields.items()
    return asked | {name: field.alias or name for name, field in made}


@pytest.mark.parametrize(("channel", "shape", "name"), EACH)
def test_an_operation_is_asked_in_the_platforms_words(
    channel: str, shape: str, name: str
) -> None:
    pairs = [word.partition("=") for word in ASKED[channel][shape][name].split()]
    expected = {ours: theirs or ours for ours, _, theirs in pairs}
    assert names(call_of(channel, shape, name)) == expected


PAGES = ("page", "page_num", "page_no")
MOST = {
    ("douyin_laike", "page_size"): 100,
    ("douyin_laike", "size"): 50,
    ("douyin_laike", "count"): 50,
    ("jd", "page_size"): 100,
    ("pinduoduo", "page_size"): 100,
    ("taobao", "size"): 100,
}
"""Rows of a page, at most, but for the lists in LESS and MORE."""
LESS = {
    ("redemptions_v1", "LIST"): 20,
    ("refund_applies_v1", "LIST"): 50,
    ("refund_applies_v2", "LIST"): 50,
    **{("service_bills_v1", name): 50 for name in ("LIST", "GET", "QUERY", "MONEY")},
}
MORE = {("products_v1", "ON_SALE"): 200, ("products_v1", "WAREHOUSE"): 200}


def wrong(channel: str, shape: str, name: str, **asked: Any) -> set[str]:
    """Which of these parameters are refused."""
    try:
        call_of(channel, shape, name).ask.model_validate(asked)
    except ValidationError as error:
        return {str(row["loc"][0]) for row in error.errors() if row["loc"]} & asked.keys()
    return set()


@pytest.mark.parametrize(("channel", "shape", "name"), EACH)
def test_pages_begin_at_one_and_have_as_many_rows_as_documented(
    channel: str, shape: str, name: str
) -> None:
    known = call_of(channel, shape, name).ask.model_fields
    for page in known.keys() & PAGES:
        assert wrong(channel, shape, name, **{page: 0}) == {page}
        assert wrong(channel, shape, name, **{page: 1}) == set()
    for size in ("page_size", "size", "count"):
        if size not in known:
            continue
        usual = MOST[channel, size]
        most = MORE.get((shape, name)) or LESS.get((shape, name)) or usual
        assert wrong(channel, shape, name, **{size: most}) == set()
        assert wrong(channel, shape, name, **{size: most + 1}) == {size}


NAMES = {"account_id", "order_id", "order_sn", "product_ids", "code"}
BLANK_IS_NONE = {
    *(("orders_v1", "order_id"), ("orders_v2", "order_id")),
    ("orders_catering_v1", "order_id"),
}
"""Of 抖音来客: one of several things a list may be narrowed by."""


@pytest.mark.parametrize(("channel", "shape", "name"), EACH)
def test_a_blank_is_nobodys_name(channel: str, shape: str, name: str) -> None:
    for field in call_of(channel, shape, name).ask.model_fields.keys() & NAMES:
        if channel == "douyin_laike" and (shape, field) in BLANK_IS_NONE:
            continue
        assert wrong(channel, shape, name, **{field: ""}) == {field}


@pytest.mark.parametrize(
    ("channel", "empty"),
    [
        ("taobao", {"queries": []}),
        ("jd", {"orders": {}}),
        ("pinduoduo", {"rows": []}),
        ("douyin_laike", {"account": "1", "texts": []}),
    ],
)
def test_nobody_is_asked_for_nothing(channel: str, empty: Any) -> None:
    with pytest.raises(BadRequest):
        call_of(channel, "receivers_v1", "DECRYPT").parameters(**empty)
