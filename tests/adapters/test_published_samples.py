"""Every payload the platforms published, where they are at hand: what becomes of each.

A file nobody has named in `published` fails the ledger, so that nothing new is passed over.
"""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

import pytest

from hub_core.answers import UNFIT
from hub_core.errors import HubError, Unreadable
from hub_core.models import AfterSale, Order, Place, Product
from hub_core.wire import Call, Fetched, Misread, Page, Ref, shapes

from .goldens import CHANNELS, items_of
from .published import (
    ANOTHER_METHOD,
    AT_HAND,
    ERRORS,
    FOLDERS,
    INNER_FAILURES,
    NOT_BUILT,
    ONE_ROW,
    OTHER,
    PARKED,
    READ,
    SAMPLES,
    call_of,
    files,
    index,
    opened,
    read,
    sample,
)

pytestmark = AT_HAND
EACH = [(path, shape, name) for path in READ for shape, name in READ[path].items()]


def named(path: str) -> bool:
    _, area, _ = path.split("/", 2)
    listed = (READ, PARKED, ERRORS, INNER_FAILURES, OTHER)
    return area in NOT_BUILT or any(path in group for group in listed)


def endpoints() -> set[tuple[str, str]]:
    """(folder, the platform's name) of every operation built here."""
    return {
        (folder, call.endpoint)
        for folder, channel in FOLDERS.items()
        for area in shapes(CHANNELS[channel].adapters).values()
        for module in area.values()
        for call in vars(import_module(module)).values()
        if isinstance(call, Call)
    }


# The ledger ----------------------------------------------------------------------------


def test_every_published_file_is_named() -> None:
    assert [path for path in files() if not named(path)] == []


def test_every_name_is_a_published_file_and_stands_once() -> None:
    ledger = [*READ, *PARKED, *ERRORS, *INNER_FAILURES, *OTHER]
    assert len(ledger) == len(set(ledger))
    assert set(ledger) <= set(files())


def test_no_answer_of_an_endpoint_built_here_is_passed_over() -> None:
    """Whatever folder it lies in: the index says which endpoint a payload is of."""
    built = endpoints()
    of_ours = [
        row["path"]
        for row in index()
        if row["direction"] == "response"
        and any((row["channel"], word) in built for word in row["endpoint"].split())
    ]
    assert len(of_ours) >= 20
    assert set(of_ours) <= READ.keys() | PARKED.keys() | ERRORS.keys()


def test_whatever_is_read_is_read_by_its_own_endpoint_or_named_as_anothers() -> None:
    asked = {row["path"]: row["endpoint"] for row in index()}
    for path, shape, name in EACH:
        _, call = call_of(path, shape, name)
        is_own = call.endpoint in asked[path] or path in ONE_ROW
        assert is_own is (path not in ANOTHER_METHOD), path


def test_all_that_is_well_formed_is_read() -> None:
    """At least 95 % are asked for; what is parked is named, each with its why."""
    well_formed = {path for path in READ if (SAMPLES / path).is_file()}
    unread = {
        path
        for path, shape, name in EACH
        if path in well_formed and not is_read(path, shape, name)
    }
    assert len(unread) <= 0.05 * len(well_formed)
    assert unread == set()


def is_read(path: str, shape: str, name: str) -> bool:
    found = read(path, shape, name)
    rows = items_of(found) if isinstance(found, Page) else [found]
    return bool(rows) and not any(isinstance(row, Misread) for row in rows)


@pytest.mark.parametrize(("path", "shape", "name"), EACH)
def test_what_is_read_is_in_the_payload(path: str, shape: str, name: str) -> None:
    """Every id, and no more rows than there are."""
    text = json.dumps(sample(path), ensure_ascii=False)
    for item in items_of(read(path, shape, name)):
        record = getattr(item, "record", item)
        assert record.external_id in text
        for part in (*getattr(record, "skus", ()), *getattr(record, "vouchers", ())):
            assert part.external_id in text


# What each says ------------------------------------------------------------------------


@pytest.mark.parametrize("path", [p for p in READ if p.startswith("douyin_laike/orders")])
@pytest.mark.parametrize("shape", ["orders_v1", "orders_v2"])
def test_published_laike_orders_keep_ids_times_and_fen(path: str, shape: str) -> None:
    inner, call = opened(path, shape, "LIST")
    rows = inner["orders"]
    page = call.read(inner)
    assert (page.total, page.number) == (104292, 1)
    for item, raw in zip(page.items, rows, strict=True):
        assert isinstance(item, Fetched)
        order = item.order
        assert order.external_id == raw["order_id"]
        assert order.payable_amount == raw["pay_amount"] == 20  # fen: 0.20 yuan
        assert order.channel_updated_at is not None
        assert order.channel_updated_at.timestamp() == raw["update_order_time"]
        assert order.paid_at is None  # 0 is no time
        assert len(order.lines) == 1
        assert order.lines[0].quantity == raw["count"]
        assert order.vouchers[0].external_id == raw["certificate"][0]["order_item_id"]
    closed, paid = (item.order for item in page.items if isinstance(item, Fetched))
    assert (closed.order_status, closed.payment_status) == ("cancelled", "unpaid")
    assert (paid.order_status, paid.payment_status) == ("open", "paid")
    assert (closed.buyer_paid_amount, paid.buyer_paid_amount) == (None, 20)


@pytest.mark.parametrize("shape", ["orders_v1", "orders_v2"])
def test_published_taobao_trades_keep_ids_and_yuan_to_the_fen(shape: str) -> None:
    closed, sold = (
        call.read(inner)
        for inner, call in (
            opened(path, shape, "GET")
            for path in READ
            if path.startswith("taobao/orders/trade_fullinfo")
        )
    )
    assert isinstance(closed, Fetched)
    assert isinstance(sold, Fetched)
    a, b = closed.order, sold.order
    assert a.external_id == a.lines[0].external_id == "452790065331038"
    assert (a.payable_amount, a.goods_amount) == (13_80, 88_00)
    assert a.discounts.total_amount == 74_20
    assert a.buyer_paid_amount is None  # TRADE_CLOSED_BY_TAOBAO: closed before payment
    assert b.lines[0].external_id == "950962717835781" != b.external_id
    assert (b.payable_amount, b.discounts.total_amount) == (3790_00, 842_00)
    assert b.buyer_paid_amount == b.merchant_receivable_amount == 3790_00
    assert [line.goods_amount for line in b.lines] == [4632_00, 0, 0]
    assert b.ext["taobao:commission_amount"] == 75_80
    assert b.deliveries[0].tracking_no == "6095234219"


def test_a_published_token_of_a_person_is_read_though_its_numbers_are_text() -> None:
    path = "douyin_laike/auth/oauth_access_token.2022.response.json"
    token = read(path, "user_token_v1", "CREATE")
    assert (token.open_id, token.scopes) == ("aaa-bbb-ccc", ("user_info",))
    assert token.expires_in == token.refresh_expires_in == 86_400


def test_published_messages_name_what_they_are_of() -> None:
    path = "taobao/notices/tmc_messages_consume.official.response.json"
    told = read(path, "messages_v1", "CONSUME")
    assert [(one.id, one.account, one.kind) for one in told] == [
        ("1234567", "133728931470", None),
        ("12345678", "133728931470", None),
        ("123456789", "12346", None),
    ]
    of = import_module("adapters.taobao.messages_v1").read_messages
    for name, topic, named in (
        ("tmc_trade_changed.2014", "taobao_trade_TradeChanged", "526181528918320"),
        ("tmc_refund_created.2022", "taobao_refund_RefundCreated", "181784773340365852"),
    ):
        content = json.dumps(sample(f"taobao/notices/{name}.push.json"))
        row = {"id": 1, "topic": topic, "content": content}
        (one,) = of({"messages": {"tmc_message": [row]}})
        assert one.external_id == named
    message = sample("pdd/notices/pmc_refund_created.2021.push.json")
    frame = {"id": 1, "commandType": "Common", "sendTime": 1, "message": message}
    said = import_module("adapters.pinduoduo.messages_v1").read_frame(json.dumps(frame))
    assert (said.order, said.mall) == ("210707-339507978993455", "171504183")


def test_a_published_list_of_trades_names_them() -> None:
    inner, call = opened(
        "taobao/orders/trades_sold_get_ids.2017.response.json", "orders_v2", "LIST"
    )
    page = call.read(inner)
    assert page.total == 11
    assert [x.external_id for x in page.items if isinstance(x, Ref)] == [
        "3028689418086124",
        "3047218903434972",
        "3041367089846472",
    ]


def only(path: str, shape: str, name: str) -> Any:
    """The one record of a payload."""
    (item,) = items_of(read(path, shape, name))
    assert isinstance(item, Fetched), item
    return item.record


@pytest.mark.parametrize("path", [p for p in READ if p.startswith("douyin_laike/products")])
def test_published_laike_products_have_prices_in_fen(path: str) -> None:
    ((shape, name),) = READ[path].items()
    product = only(path, shape, name)
    assert isinstance(product, Product)
    (sku,) = product.skus
    list_price = 1998 if "draft_get" in path else 1399
    assert (sku.price_amount, sku.list_amount) == (996, list_price)
    assert sku.available is None  # a total alone is not what can be bought
    assert product.issues == ()


@pytest.mark.parametrize("path", [p for p in READ if p.startswith("douyin_laike/shops")])
def test_published_laike_places_have_names(path: str) -> None:
    place = only(path, "places_v1", "LIST")
    assert isinstance(place, Place)
    assert place.name


def test_published_lists_of_taobao_name_their_rows() -> None:
    """Items and cases are named by their lists, with the time of their change and its word;
    each is fetched whole."""
    lists = [
        ("after_sales/special_refunds_receive_get", "after_sales_v2", "LIST", "SUCCESS"),
        ("products/items_onsale_get", "products_v1", "ON_SALE", "onsale"),
    ]
    for stem, shape, name, word in lists:
        page = read(f"taobao/{stem}.official.response.json", shape, name)
        (row,) = page.items
        assert isinstance(row, Ref)
        assert row.status_raw == word
        assert row.updated_at is not None
        assert row.updated_at.isoformat() == "1999-12-31T16:00:00+00:00"


def test_the_published_case_of_taobao_is_read_by_the_call_for_one() -> None:
    inner, _ = opened(
        "taobao/after_sales/special_refunds_receive_get.official.response.json",
        *("after_sales_v2", "LIST"),
    )
    _, call = call_of("taobao/", "after_sales_v2", "SPECIAL")
    case = call.read({"refund": inner["refunds"]["refund"][0]}).record
    assert isinstance(case, AfterSale)
    assert (case.kind, case.status) == ("price_adjust", "closed_done")
    assert case.refunded_amount == case.requested_amount == 10_00
    assert case.lines[0].sku_external_id == "30004447689"
    assert case.issues == ()


def test_published_jd_wares_and_skus() -> None:
    """A ware whose time of change was not asked for is fetched; a price is a number."""
    stem = "jd/products/ware_read_search_ware4valid.2024.response.json"
    page = read(stem, "products_v1", "LIST")
    assert page.items == (Ref("14651770001", None, "2"),)
    ware = only(stem, "products_v1", "GET")
    assert isinstance(ware, Product)
    assert ware.listing_status == "off_sale"
    skus = read(
        "jd/products/sku_read_search_sku_list.2023.response.json", "products_v1", "SKUS"
    )
    assert skus.without_stock() == ("10086982152177",)
    assert [row["jdPrice"] for row in skus.rows] == [2.8]


@pytest.mark.parametrize("shape", ["orders_v1", "orders_v2"])
def test_published_pinduoduo_orders_are_yuan_to_the_fen(shape: str) -> None:
    old = only("pdd/orders/order_information_get.2018.response.json", shape, "GET")
    new = only("pdd/orders/order_object_encrypted.2024.response.json", shape, "LIST")
    for order, fen in ((old, 11_01), (new, 188_00)):
        assert isinstance(order, Order)
        assert order.payable_amount == fen
        assert (order.order_status, order.payment_status) == ("open", "paid")
        assert order.issues == ()


def test_a_published_pinduoduo_order_tells_where_it_stands() -> None:
    told = read("pdd/orders/order_status_get.2018.response.json", "order_status_v1", "GET")
    assert told == {"171219-496576280321088": 2}


def test_the_published_case_of_pinduoduo_is_yuan_text() -> None:
    (path,) = [p for p in READ if p.startswith("pdd/after_sales")]
    case = only(path, "after_sales_v1", "LIST")
    assert isinstance(case, AfterSale)
    assert (case.kind, case.status) == ("return_refund", "closed_done")
    assert case.refunded_amount == 8_00


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("pdd/orders/logistics_online_send.2018.response.json", "shipping_v1"),
        ("jd/orders/pop_order_shipment.response.json", "shipping_v1"),
    ],
)
def test_published_shipments_were_taken(path: str, shape: str) -> None:
    assert read(path, shape, "SEND")


@pytest.mark.parametrize("path", [p for p in READ if "/auth/client_token" in p])
def test_published_tokens_are_read(path: str) -> None:
    token = read(path, "token_v1", "FETCH")
    assert token.access_token.startswith("clt.")
    assert token.expires_in == 7200


@pytest.mark.parametrize("path", PARKED)
def test_what_is_parked_keeps_its_id_and_says_what_is_missing(path: str) -> None:
    parked = PARKED[path]
    (found,) = items_of(read(path, parked.shape, parked.call))
    assert isinstance(found, Misread)
    assert found.external_id == parked.external_id
    assert found.reason == parked.said


def test_the_parked_order_is_read_once_its_state_and_time_are_asked_for() -> None:
    (path,) = [path for path in PARKED if path.startswith("jd/")]
    inner, call = opened(path, "orders_v1", "GET")
    info = inner["orderDetailInfo"]["orderInfo"]
    info |= {"orderState": "FINISHED_L", "modified": "2023-09-28 19:00:00"}
    found = call.read(inner)
    assert isinstance(found, Fetched)
    assert found.order.party is not None
    assert found.order.party.buyer_token == info["xid_buyer"]
    assert found.order.ext["jd:order_source"] == "移动端订单"
    assert found.order.flags == ()


@pytest.mark.parametrize("path", ERRORS)
def test_a_published_refusal_has_its_documented_class(path: str) -> None:
    kind, code = ERRORS[path]
    channel, call = call_of(path, "orders_v1", "LIST")
    body = sample(path)
    with pytest.raises(HubError) as caught:
        channel.dialect.unwrap(call, body)
    assert type(caught.value) is kind
    assert caught.value.code == code
    assert caught.value.request_id == channel.dialect.request_id(body)


@pytest.mark.parametrize(
    "path", sorted(INNER_FAILURES | {p for p in OTHER if p.startswith("jd/")})
)
def test_an_answer_to_another_jd_call_is_never_taken_for_orders(path: str) -> None:
    channel, call = call_of(path, "orders_v1", "LIST")
    with pytest.raises(Unreadable):
        channel.dialect.unwrap(call, sample(path))


@pytest.mark.parametrize("path", sorted(p for p in OTHER if ".response." in p))
def test_an_answer_to_another_call_is_never_taken_for_records(path: str) -> None:
    """By no call that is built: it is refused, or brings nothing."""
    folder = FOLDERS[path.split("/")[0]]
    body = sample(path)
    for area in shapes(CHANNELS[folder].adapters).values():
        for module in area.values():
            for call in vars(import_module(module)).values():
                if isinstance(call, Call):
                    assert taken(folder, call, body) == []


def taken(folder: str, call: Call[Any], body: Any) -> list[Any]:
    """The records a call makes of a body."""
    try:
        found = call.read(CHANNELS[folder].dialect.unwrap(call, body))
    except (HubError, *UNFIT):
        return []
    return [item for item in items_of(found) if isinstance(item, Fetched)]
