"""Every payload the platforms published, where they are at hand, and what it is to us.

The payloads stand beside the project and are no part of it; their licences differ.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from hub_core.errors import (
    BadRequest,
    Forbidden,
    HubError,
    Misconfigured,
    Throttled,
    TokenExpired,
)
from hub_core.ports import Channel
from hub_core.wire import JSON, Call

from . import goldens

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"
AT_HAND = pytest.mark.only_where(SAMPLES.is_dir(), "payloads laid beside the project")
FOLDERS = {
    "douyin_laike": "douyin_laike",
    "taobao": "taobao",
    "jd": "jd",
    "pdd": "pinduoduo",
}
"""The folder of a platform's payloads, to its channel."""

ORDERS = {"orders_v1": "LIST", "orders_v2": "LIST"}
ORDER = {"orders_v1": "GET", "orders_v2": "GET"}
READ: dict[str, dict[str, str]] = {
    "douyin_laike/orders/trade_order_query.2022.response.json": ORDERS,
    "douyin_laike/orders/hermes_order_query.2023.response.json": ORDERS,
    # 随心团's page shows the generic order: same shape, another path
    "douyin_laike/auth/client_token.2023.response.json": {"token_v1": "FETCH"},
    "douyin_laike/auth/client_token.apifox.response.json": {"token_v1": "FETCH"},
    "douyin_laike/auth/oauth_access_token.2022.response.json": {"user_token_v1": "CREATE"},
    "douyin_laike/after_sales/after_sale_audit_notify.2023.response.json": {
        "answers_v1": "DELIVERY"
    },
    "douyin_laike/after_sales/fulfilment_refund_audit.2023.response.json": {
        "answers_v1": "REFUND"
    },
    "douyin_laike/vouchers/tripartite_create_callback.2023.response.json": {
        "answers_v1": "CODES"
    },
    "douyin_laike/products/product_online_query.2022.response.json": {
        "products_v2": "LIST"
    },
    "douyin_laike/products/product_draft_query.2022.response.json": {
        "products_v2": "DRAFTS"
    },
    "douyin_laike/products/product_online_get.2022.response.json": {"products_v2": "GET"},
    "douyin_laike/products/product_draft_get.2022.response.json": {
        "products_v2": "GET_DRAFT"
    },
    "douyin_laike/shops/shop_poi_query.2022.response.json": {"places_v1": "LIST"},
    "douyin_laike/shops/shop_poi_query.2023.response.json": {"places_v1": "LIST"},
    "douyin_laike/stock/stock_sync.2023.response.json": {"stock_v2": "SET"},
    "taobao/orders/trade_fullinfo_get_closed.2014.response.json": ORDER,
    "taobao/orders/trade_fullinfo_get_service_orders.2015.response.json": ORDER,
    "taobao/orders/trades_sold_get_ids.2017.response.json": ORDERS,
    "taobao/notices/tmc_messages_consume.official.response.json": {
        "messages_v1": "CONSUME"
    },
    # the older list by creation time: the same container
    "taobao/after_sales/special_refunds_receive_get.official.response.json": {
        "after_sales_v1": "LIST",
        "after_sales_v2": "LIST",
    },  # the list of special refunds alone: the same container and the same object
    "taobao/products/items_onsale_get.official.response.json": {"products_v1": "ON_SALE"},
    "jd/products/ware_read_search_ware4valid.2024.response.json": {
        "products_v1": "LIST",
    },
    "jd/products/sku_read_search_sku_list.2023.response.json": {
        "products_v1": "SKUS",
    },
    "jd/orders/pop_order_shipment.response.json": {"shipping_v1": "SEND"},
    "pdd/orders/order_information_get.2018.response.json": ORDER,
    "pdd/orders/order_object_encrypted.2024.response.json": ORDERS,
    "pdd/orders/order_status_get.2018.response.json": {"order_status_v1": "GET"},
    "pdd/orders/logistics_online_send.2018.response.json": {"shipping_v1": "SEND"},
    "pdd/after_sales/refund_list_increment_get.2018.response.json": {
        "after_sales_v1": "LIST"
    },
    "pdd/products/goods_information_get.2018.response.json": {"stock_v1": "GET"},
    "pdd/stock/goods_sku_stock_update.2018.response.json": {"stock_v1": "SET"},
}
"""File to the shapes that read it and the call of each."""

ANOTHER_METHOD = {
    "douyin_laike/orders/hermes_order_query.2023.response.json",
    "taobao/orders/trades_sold_get_ids.2017.response.json",
    "taobao/after_sales/special_refunds_receive_get.official.response.json",
    "pdd/orders/order_number_list_get.2018.response.json",
}
"""Read though their own endpoint is not asked."""

ONE_ROW = {
    "pdd/orders/order_object_encrypted.2024.response.json": (
        "order_sn_increment_get_response",
        "order_sn_list",
    )
}
"""Files that hold one row of a list: the list's wrapper, and its name in it."""


class Parked(NamedTuple):
    """What is said of a payload that is not well-formed, and why it is not."""

    shape: str
    call: str
    external_id: str
    said: str
    why: str


PARKED: dict[str, Parked] = {
    "jd/orders/pop_order_get_virtual.2023.response.json": Parked(
        "orders_v1",
        "GET",
        "281046817987",
        "orderState: Field required; modified: Field required",
        "answers a caller who asked for two fields of the order only: neither its state"
        " nor its time of change is in it",
    ),
    "pdd/orders/order_number_list_get.2018.response.json": Parked(
        "orders_v1",
        "LIST",
        "180227-394702832640993",
        "order_status: Field required; updated_at: Field required",
        "the list that only named orders, which the one that is asked has replaced",
    ),
}

ERRORS: dict[str, tuple[type[HubError], str]] = {
    "douyin_laike/errors/oauth_access_token_error.2023.response.json": (
        BadRequest,
        "2100005",
    ),
    "douyin_laike/errors/poi_match_relation_over_limit.2023.response.json": (
        BadRequest,
        "3000001",
    ),
    "douyin_laike/errors/poi_match_task_submit_bad_type.2023.response.json": (
        BadRequest,
        "2100005",
    ),
    "taobao/errors/error_7_app_api_count.2026.response.json": (
        Throttled,
        "7/accesscontrol.limited-by-app-api-access-count",
    ),
    "taobao/errors/error_11_isv_permission.response.json": (
        Forbidden,
        "11/isv.permission-api-package-limit",
    ),
    "taobao/errors/error_27_invalid_session.response.json": (
        TokenExpired,
        "27/invalid-sessionkey",
    ),
    "taobao/errors/error_27_session_expired.response.json": (
        TokenExpired,
        "27/session-expired",
    ),
    "taobao/errors/error_50_official.response.json": (
        BadRequest,
        "50/isv.invalid-parameter",
    ),
    "jd/errors/gateway_bad_sign.2026.response.json": (Misconfigured, "12"),
    "pdd/errors/error_bad_sign.2024.response.json": (Misconfigured, "20004"),
    "pdd/errors/error_business_60001.2021.response.json": (BadRequest, "50001/60001"),
    "pdd/errors/error_span_over_24h.2018.response.json": (BadRequest, "50001"),
}
"""File to the class its documented code has, and the code as it is kept."""

INNER_FAILURES = {
    "jd/errors/jos_master_key_null.2019.response.json",
    "jd/errors/miniapp_code_expired.2023.response.json",
    "jd/errors/verify_save_no_merchant.2023.response.json",
}
"""Outer code "0", and a refusal inside the method's own container (status_code 310, code
10102, code 404). None of those methods is called and none of those codes documented; to
an order call each is an answer to something else, never a success."""

MATCHING = "places are matched to the platform's by hand"
OTHER: dict[str, str] = {
    "douyin_laike/after_sales/after_sale_apply_refund.2023.request.json": "a write",
    "douyin_laike/after_sales/after_sale_merchant_reject.2023.request.json": "a write",
    "douyin_laike/after_sales/spi_refund_notify_one.2024.request.json": "told us",
    "douyin_laike/auth/oauth_business_token.2023.response.json": "a user's token",
    "douyin_laike/auth/oauth_refresh_token.2022.response.json": "a user's token",
    "douyin_laike/orders/distribution_order_sync_status.2023.request.json": "a write",
    "douyin_laike/orders/merchant_confirm_order.2023.response.json": "a write",
    "douyin_laike/orders/spi_order_status_query.2024.request.json": "asked of us",
    "douyin_laike/orders/spi_presale_order_create.2026-01.captured.request.json": (
        "told us: a presale as the platform announces it, in another form"
    ),
    "douyin_laike/products/goods_template_get.2022.response.json": (
        "what a product of a category has to have; products are not written"
    ),
    "douyin_laike/products/life_product_free_audit.g0.request.json": "a write",
    "douyin_laike/products/poi_v2_spu_sync.g0.request.json": "a write",
    "douyin_laike/products/product_free_audit.2022.request.json": "a write",
    "douyin_laike/products/product_save.2022.request.json": "a write",
    "douyin_laike/products/product_save.2022.response.json": "a write",
    "douyin_laike/products/sku_batch_save.2023.response.json": "a write",
    "douyin_laike/shops/poi_claim.2023.response.json": "a write",
    "douyin_laike/shops/poi_match_task_query.2022.response.json": MATCHING,
    "douyin_laike/shops/poi_match_task_query.2023.response.json": MATCHING,
    "douyin_laike/shops/poi_match_task_submit.2022.request.json": MATCHING,
    "douyin_laike/shops/poi_update.2023.response.json": "a write",
    "douyin_laike/stock/akte_stock_sync.2024.request.json": (
        "the catering twin, for goods of mini-apps only"
    ),
    "douyin_laike/stock/poi_v2_spu_stock_update.g0.response.json": (
        "before the first shape that is built"
    ),
    "taobao/products/item_get_minimal.2014.response.json": (
        "the public item: it has no state and no time of change"
    ),
    "taobao/products/item_sku_add.2013.response.json": "a write",
    "taobao/products/item_sku_get.official.response.json": (
        "a variant alone; it comes with its item"
    ),
    "jd/after_sales/vc_return_order_detail.2024.response.json": (
        "a supplier's return, no shop's case"
    ),
    "jd/after_sales/vc_return_order_list.2024.response.json": (
        "a supplier's returns, no shop's cases"
    ),
    "jd/orders/order_cancel.2024.response.json": "a write",
    "jd/orders/vc_purchase_order_detail.2024.response.json": (
        "a supplier's purchase order, no shop's sale"
    ),
    "jd/shops/vender_auth_find_user.2023.response.json": "who may use the shop's account",
    "pdd/after_sales/refund_address_list_get.2018.response.json": (
        "where goods go back to; no answer to a case is given"
    ),
    "pdd/auth/time_get.2018.response.json": "the clock is read from every answer's header",
    "pdd/products/goods_commit_detail_get.2018.response.json": (
        "a change that waits for its audit"
    ),
    "pdd/products/goods_information_update.2018.response.json": "a write",
    "pdd/products/goods_sale_status_set.2018.response.json": "a write",
    "pdd/shops/mall_info_get.2018.response.json": "what the shop is called",
}
"""Of the areas built here, what is not read, and why."""

NOT_BUILT = frozenset(["booking", "members", "notices", "settlements", "vouchers"])
"""Areas without a stream so far: of vouchers only their uses are listed, of which nothing
was published."""


def files() -> list[str]:
    """Every payload's path."""
    return sorted(p.relative_to(SAMPLES).as_posix() for p in SAMPLES.rglob("*.json"))


def index() -> list[dict[str, str]]:
    """What is known of each: its endpoint, its age, its source."""
    with (SAMPLES / "INDEX.tsv").open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text, delimiter="\t", quoting=csv.QUOTE_NONE))


def sample(path: str) -> JSON:
    """A payload; a row alone as the only one of its list."""
    body: JSON = json.loads((SAMPLES / path).read_text("utf-8"))
    if path in ONE_ROW:
        wrapper, name = ONE_ROW[path]
        return {wrapper: {"has_next": False, name: [body]}}
    return body


def call_of(path: str, shape: str, name: str) -> tuple[Channel, Call[Any]]:
    """A call of a payload's channel."""
    folder = FOLDERS[path.split("/")[0]]
    return goldens.CHANNELS[folder], goldens.call_of(folder, shape, name)


def opened(path: str, shape: str, name: str) -> tuple[JSON, Call[Any]]:
    """The payload out of its envelope, whichever method of the platform wrapped it."""
    channel, call = call_of(path, shape, name)
    body = sample(path)
    if path in ANOTHER_METHOD and channel.id == "taobao":
        (inner,) = body.values()
        return inner, call
    return channel.dialect.unwrap(call, body), call


def read(path: str, shape: str, name: str) -> Any:
    """What a call makes of a payload."""
    inner, call = opened(path, shape, name)
    return call.read(inner)
