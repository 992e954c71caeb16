"""Every operation's address as its platform's documents have it, and how it is sent.

Addresses from the channel papers (§2 to §4 and §7 of each) and the pages they name. What
changes something at the platform, or is counted by it, is a write: it is sent once.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from hub_core.wire import Call
from tests.adapters.goldens import CHANNELS, version_files

LAIKE, LIFE = "/goodlife/v1/", "/life/goods/"
PDD_ORDERS = {
    "LIST": "pdd.order.number.list.increment.get",
    "GET": "pdd.order.information.get",
}
TAOBAO_ORDERS = {
    "LIST": "taobao.trades.sold.increment.get",
    "GET": "taobao.trade.fullinfo.get",
}
ADDRESSES: dict[str, dict[str, dict[str, str]]] = {
    "douyin_laike": {
        "after_sales_v1": {
            "LIST": LAIKE + "akte/after_sale/order/query/",
            "OF_ORDER": LAIKE + "akte/after_sale/order_detail/get/",
        },
        "orders_catering_v1": dict.fromkeys(
            ("LIST", "GET", "SCROLL"), LAIKE + "akte/order/query/"
        ),
        "orders_v1": dict.fromkeys(("LIST", "GET"), LAIKE + "trade/order/query/"),
        "orders_v2": dict.fromkeys(("LIST", "GET", "SCROLL"), LAIKE + "trade/order/query/"),
        "places_v1": dict.fromkeys(("LIST", "GET"), LAIKE + "shop/poi/query/"),
        "products_v1": {
            "LIST": LIFE + "product/online/list/",
            "DRAFTS": LIFE + "product/draft/list/",
            "GET": LIFE + "product/online/get/",
            "GET_DRAFT": LIFE + "product/draft/get/",
        },
        "products_v2": {
            "LIST": LAIKE + "goods/product/online/query/",
            "DRAFTS": LAIKE + "goods/product/draft/query/",
            "GET": LAIKE + "goods/product/online/get/",
            "GET_DRAFT": LAIKE + "goods/product/draft/get/",
        },
        "receivers_v1": {"DECRYPT": LAIKE + "open/common_biz/crypto/decrypt/batch/"},
        "redemptions_v1": {"LIST": LAIKE + "fulfilment/certificate/verify_record/query/"},
        "stock_v1": {"SET": LIFE + "stock/sync/"},
        "answers_v1": {
            "REFUND": LAIKE + "fulfilment/refund/audit/",
            "CODES": LAIKE + "fulfilment/create/callback/",
            "DELIVERY": LAIKE + "after_sale/audit/notify/",
        },
        "stock_v2": {"SET": LAIKE + "goods/stock/sync/"},
        "token_v1": {"FETCH": "/oauth/client_token/"},
        "user_token_v1": {"CREATE": "/oauth/access_token/"},
    },
    "jd": {
        "orders_v1": {
            "LIST": "jingdong.pop.order.search",
            "GET": "jingdong.pop.order.get",
        },
        "orders_v2": {
            "LIST": "jingdong.pop.order.enSearch",
            "GET": "jingdong.pop.order.enGet",
        },
        "products_v1": {
            "LIST": "jingdong.ware.read.searchWare4Valid",
            "CHANGED": "jingdong.sku.read.searchSkuList",
            "GET": "jingdong.ware.read.searchWare4Valid",
            "SKUS": "jingdong.sku.read.searchSkuList",
            "STOCK": "jingdong.stock.read.findSkuStock",
        },
        "receivers_v1": {"DECRYPT": "jingdong.jos.order.oaid.decrypt"},
        "refund_applies_v1": {
            "LIST": "jingdong.pop.afs.refundapply.querylist",
            "GET": "jingdong.pop.afs.refundapply.querybyid",
        },
        "refund_applies_v2": {
            "LIST": "jingdong.pop.afs.soa.refundapply.queryPageList",
            "GET": "jingdong.pop.afs.soa.refundapply.queryById",
        },
        "service_bills_v1": {
            "LIST": "jingdong.asc.sync.list",
            "GET": "jingdong.asc.sync.list",
            "QUERY": "jingdong.asc.query.list",
            "MONEY": "jingdong.asc.serviceAndRefund.view",
        },
        "shipping_v1": {
            "SEND": "jingdong.pop.order.shipment",
            "CHANGE": "jingdong.pop.order.waybill.update",
            "COMPANIES": "360buy.get.vender.all.delivery.company",
        },
        "stock_v1": {
            "SET": "360buy.sku.stock.update",
            "GET": "jingdong.stock.read.findSkuStock",
        },
        "stock_v2": {
            "SET": "jingdong.stock.write.updateSkuStock",
            "ADD": "jingdong.stock.write.increaseSkuStock",
            "GET": "jingdong.stock.read.findSkuStock",
        },
        "shop_v1": {"OWN": "jingdong.vender.shop.query"},
        "token_v1": {
            "CREATE": "/oauth2/access_token",
            "REFRESH": "/oauth2/refresh_token",
        },
        "unpaid_v1": {
            "LIST": "jingdong.pop.order.notPayOrderInfo",
            "GET": "jingdong.pop.order.notPayOrderById",
        },
    },
    "pinduoduo": {
        "after_sales_v1": {
            "LIST": "pdd.refund.list.increment.get",
            "GET": "pdd.refund.information.get",
        },
        "messages_v1": {"GET": "pdd.pmc.user.get", "PERMIT": "pdd.pmc.user.permit"},
        "order_status_v1": {"GET": "pdd.order.status.get"},
        "orders_v1": PDD_ORDERS,
        "orders_v2": PDD_ORDERS,
        "products_v1": {"LIST": "pdd.goods.list.get"},
        "receivers_v1": {"DECRYPT": "pdd.open.decrypt.batch"},
        "shipping_v1": {
            "SEND": "pdd.logistics.online.send",
            "EXTRA": "pdd.order.upload.extra.logistics",
            "COMPANIES": "pdd.logistics.companies.get",
        },
        "stock_v1": {
            "SET": "pdd.goods.sku.stock.update",
            "GET": "pdd.goods.information.get",
        },
        "stock_v2": {"SET": "pdd.goods.quantity.update", "GET": "pdd.goods.detail.get"},
        "token_v1": {
            "CREATE": "pdd.pop.auth.token.create",
            "REFRESH": "pdd.pop.auth.token.refresh",
        },
    },
    "taobao": {
        "after_sales_v1": {
            "LIST": "taobao.refunds.receive.get",
            "GET": "taobao.refund.get",
        },
        "after_sales_v2": {
            "LIST": "taobao.refunds.receive.get",
            "GET": "taobao.refund.get",
            "SPECIAL": "taobao.special.refund.get",
        },
        "messages_v1": {
            "CONSUME": "taobao.tmc.messages.consume",
            "CONFIRM": "taobao.tmc.messages.confirm",
            "GET": "taobao.tmc.user.get",
            "PERMIT": "taobao.tmc.user.permit",
        },
        "orders_v1": TAOBAO_ORDERS,
        "orders_v2": TAOBAO_ORDERS,
        "products_v1": {
            "ON_SALE": "taobao.items.onsale.get",
            "WAREHOUSE": "taobao.items.inventory.get",
            "GET": "taobao.item.seller.get",
        },
        "receivers_v1": {"DECRYPT": "taobao.top.oaid.decrypt"},
        "shipping_v1": {
            "SEND": "taobao.logistics.offline.send",
            "COMPANIES": "taobao.logistics.companies.get",
        },
        "shipping_v2": {
            "SEND": "alibaba.ascp.logistics.offline.send",
            "COMPANIES": "taobao.logistics.companies.get",
        },
        "stock_v1": {
            "SET": "taobao.skus.quantity.update",
            "SET_ONE": "taobao.item.quantity.update",
        },
        "stock_v2": dict.fromkeys(("SET", "ADD"), "tmall.item.quantity.update"),
        "token_v1": {
            "CREATE": "/token",
            "REFRESH": "/token",
            "REFRESH_BY_TOP": "taobao.top.auth.token.refresh",
        },
    },
}
ANSWERS = {"REFUND", "CODES", "DELIVERY"}
WRITES = {
    "PERMIT",
    "SET",
    "SET_ONE",
    "ADD",
    "SEND",
    "EXTRA",
    "CHANGE",
    "DECRYPT",
    "CREATE",
    *ANSWERS,
}
WITHOUT_TOKEN = {"CONSUME", "CONFIRM", "FETCH", "CREATE", "REFRESH", "REFRESH_BY_TOP"}
"""They get one. The carriers of 拼多多 are anybody's, too; messages are the app's."""


def calls(channel: str, shape: str) -> dict[str, Call[Any]]:
    """A version file's operations by their names in it."""
    module = import_module(f"{CHANNELS[channel].adapters}.{shape}")
    return {n: found for n, found in vars(module).items() if isinstance(found, Call)}


EACH = sorted(version_files())


@pytest.mark.parametrize(("channel", "shape"), EACH)
def test_operations_have_the_documents_addresses(channel: str, shape: str) -> None:
    told = {name: call.endpoint for name, call in calls(channel, shape).items()}
    assert told == ADDRESSES[channel][shape]


@pytest.mark.parametrize(("channel", "shape"), EACH)
def test_what_is_counted_or_changes_something_is_sent_once(
    channel: str, shape: str
) -> None:
    for name, call in calls(channel, shape).items():
        assert call.is_write is (name in WRITES), name


@pytest.mark.parametrize(("channel", "shape"), EACH)
def test_operations_are_signed_with_a_token_but_those_that_get_one(
    channel: str, shape: str
) -> None:
    for name, call in calls(channel, shape).items():
        anybodys = (channel, name) == ("pinduoduo", "COMPANIES")
        assert call.needs_token is not (name in WITHOUT_TOKEN or anybodys), name


@pytest.mark.parametrize(("channel", "shape"), EACH)
def test_only_laike_is_read_by_get(channel: str, shape: str) -> None:
    for name, call in calls(channel, shape).items():
        reads = channel == "douyin_laike" and name not in {*WRITES, "FETCH"}
        by_get = reads or (channel, name) in {("jd", "REFRESH"), ("jd", "CREATE")}
        assert call.method == ("GET" if by_get else "POST"), name


@pytest.mark.parametrize(("channel", "shape"), EACH)
def test_an_operation_says_which_file_it_stands_in_and_of_what_it_is(
    channel: str, shape: str
) -> None:
    names = [call.name for call in calls(channel, shape).values()]
    area = shape.rpartition("_v")[0].replace("orders_catering", "orders")
    for call in calls(channel, shape).values():
        assert call.shape == shape
        assert call.name.split(".")[0] == area.replace("order_status", "orders")
    assert (
        len(set(names)) == len(names) or {"REFRESH_BY_TOP"} & calls(channel, shape).keys()
    )
