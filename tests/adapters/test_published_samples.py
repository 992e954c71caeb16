"""Every payload the platforms published, where they are at hand: what becomes of each.

A file nobody has named here fails the ledger, so that nothing new is passed over. The
payloads stand beside the project and are no part of it; their licences differ.
"""

from __future__ import annotations

import csv
import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from connectors.douyin_laike import CHANNEL as LAIKE
from connectors.jd import CHANNEL as JD
from connectors.taobao import CHANNEL as TAOBAO
from hub_core.errors import (
    BadRequest,
    Forbidden,
    HubError,
    Misconfigured,
    Throttled,
    TokenExpired,
    Unreadable,
)
from hub_core.ports import Channel
from hub_core.wire import JSON, Call, Fetched, Misread, Page, Ref, shapes

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"
pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the published payloads are not at hand"
)
CHANNELS: dict[str, Channel] = {"douyin_laike": LAIKE, "taobao": TAOBAO, "jd": JD}

READ: dict[str, dict[str, str]] = {
    "douyin_laike/orders/trade_order_query.2022.response.json": {
        "orders_v1": "LIST",
        "orders_v2": "LIST",
    },
    "douyin_laike/orders/hermes_order_query.2023.response.json": {
        "orders_v1": "LIST",
        "orders_v2": "LIST",
    },  # 随心团's page shows the generic order: same shape, another path
    "douyin_laike/auth/client_token.2023.response.json": {"token_v1": "FETCH"},
    "douyin_laike/auth/client_token.apifox.response.json": {"token_v1": "FETCH"},
    "taobao/orders/trade_fullinfo_get_closed.2014.response.json": {
        "orders_v1": "GET",
        "orders_v2": "GET",
    },
    "taobao/orders/trade_fullinfo_get_service_orders.2015.response.json": {
        "orders_v1": "GET",
        "orders_v2": "GET",
    },
    "taobao/orders/trades_sold_get_ids.2017.response.json": {
        "orders_v1": "LIST",
        "orders_v2": "LIST",
    },  # the older list by creation time: the same container
}
"""File to the shapes that read it and the call of each."""

ANOTHER_METHOD = {
    "douyin_laike/orders/hermes_order_query.2023.response.json",
    "taobao/orders/trades_sold_get_ids.2017.response.json",
}
"""Read though their own endpoint is not asked."""

PARKED: dict[str, tuple[str, str, str]] = {
    "jd/orders/pop_order_get_virtual.2023.response.json": (
        "orders_v1",
        "orderState: Field required; modified: Field required",
        "answers a caller who asked for two fields of the order only: neither its state"
        " nor its time of change is in it",
    ),
}
"""File to shape, what is said of it when it is parked, and why it is not well-formed."""

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

OTHER: dict[str, str] = {
    "douyin_laike/auth/oauth_access_token.2022.response.json": "a user's token",
    "douyin_laike/auth/oauth_business_token.2023.response.json": "a user's token",
    "douyin_laike/auth/oauth_refresh_token.2022.response.json": "a user's token",
    "douyin_laike/orders/distribution_order_sync_status.2023.request.json": "a write",
    "douyin_laike/orders/merchant_confirm_order.2023.response.json": "a write",
    "douyin_laike/orders/spi_order_status_query.2024.request.json": "asked of us",
    "douyin_laike/orders/spi_presale_order_create.2026-01.captured.request.json": (
        "told us: a presale as the platform announces it, in another form"
    ),
    "jd/orders/order_cancel.2024.response.json": "a write",
    "jd/orders/pop_order_shipment.response.json": "a write",
    "jd/orders/vc_purchase_order_detail.2024.response.json": (
        "a supplier's purchase order, no shop's sale"
    ),
}
"""Of the areas built here, what is not read, and why."""

NOT_BUILT = frozenset(
    [
        "after_sales",
        "booking",
        "members",
        "notices",
        "products",
        "settlements",
        "shops",
        "stock",
        "vouchers",
    ]
)
"""Areas without a stream so far."""
NO_PLUGIN = "pdd"
"""A platform without a plugin here."""


def files() -> list[str]:
    return sorted(p.relative_to(SAMPLES).as_posix() for p in SAMPLES.rglob("*.json"))


def named(path: str) -> bool:
    channel, area, _ = path.split("/", 2)
    listed = (READ, PARKED, ERRORS, INNER_FAILURES, OTHER)
    return (
        channel == NO_PLUGIN
        or (channel in CHANNELS and area in NOT_BUILT)
        or any(path in group for group in listed)
    )


def sample(path: str) -> JSON:
    found = SAMPLES / path
    if not found.is_file():
        pytest.skip("this published payload is not at hand")
    body: JSON = json.loads(found.read_text("utf-8"))
    return body


def call_of(path: str, shape: str, name: str) -> tuple[Channel, Call[Any]]:
    channel = CHANNELS[path.split("/")[0]]
    call: Call[Any] = getattr(import_module(f"{channel.adapters}.{shape}"), name)
    return channel, call


def opened(path: str, shape: str, name: str) -> tuple[JSON, Call[Any]]:
    """The payload out of its envelope, whichever method of the platform wrapped it."""
    channel, call = call_of(path, shape, name)
    body = sample(path)
    if path in ANOTHER_METHOD and channel is TAOBAO:
        (inner,) = body.values()
        return inner, call
    return channel.dialect.unwrap(call, body), call


def items(answer: Any) -> list[Any]:
    return list(answer.items) if isinstance(answer, Page) else [answer]


def endpoints() -> dict[str, str]:
    """The platform's name of every operation built here, to its channel."""
    found: dict[str, str] = {}
    for folder, channel in CHANNELS.items():
        for area in shapes(channel.adapters).values():
            for module in area.values():
                calls = vars(import_module(module)).values()
                found |= {c.endpoint: folder for c in calls if isinstance(c, Call)}
    return found


def index() -> list[dict[str, str]]:
    with (SAMPLES / "INDEX.tsv").open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text, delimiter="\t", quoting=csv.QUOTE_NONE))


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
        and row["channel"] in CHANNELS
        and any(
            word in built and built[word] == row["channel"]
            for word in row["endpoint"].split()
        )
    ]
    assert of_ours
    assert set(of_ours) <= READ.keys() | PARKED.keys()


def test_all_that_is_well_formed_is_read() -> None:
    """At least 95 % are asked for; what is parked is listed above, each with its why."""
    well_formed = [path for path in READ if (SAMPLES / path).is_file()]
    read = [
        path
        for path in well_formed
        for shape, name in READ[path].items()
        if all(
            not isinstance(item, Misread)
            for item in items(_read(*opened(path, shape, name)))
        )
    ]
    assert len(set(read)) >= 0.95 * len(well_formed)
    assert set(read) == set(well_formed)


def _read(inner: JSON, call: Call[Any]) -> Any:
    return call.read(inner)


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


@pytest.mark.parametrize("path", [p for p in READ if "/auth/" in p])
def test_published_tokens_are_read(path: str) -> None:
    token = _read(*opened(path, "token_v1", "FETCH"))
    assert token.access_token.startswith("clt.")
    assert token.expires_in == 7200


@pytest.mark.parametrize("path", PARKED)
def test_what_is_parked_keeps_its_id_and_says_what_is_missing(path: str) -> None:
    shape, said, _ = PARKED[path]
    found = _read(*opened(path, shape, "GET"))
    assert isinstance(found, Misread)
    assert found.external_id == "281046817987"
    assert found.reason == said


def test_the_parked_order_is_read_once_its_state_and_time_are_asked_for() -> None:
    (path,) = PARKED
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
