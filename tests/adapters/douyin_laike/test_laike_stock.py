"""Setting stock in both generations: what is sent, where the token stands, what is said."""

from __future__ import annotations

from typing import Any

import pytest

from hub_core.errors import (
    BadRequest,
    HubError,
    Rejected,
    Throttled,
    TokenExpired,
    Unreadable,
)
from hub_core.wire import JSON, Credentials, HttpRequest
from tests.adapters.douyin_laike.laike import ACCOUNT, DIALECT, NOON
from tests.adapters.douyin_laike.records import fine, shape

TOKEN = "clt.planted-token"
WHO = Credentials("awkey01", "planted-secret", token=TOKEN)
OLD, NEW = shape("stock_v1").SET, shape("stock_v2").SET
FEW = {"account_id": ACCOUNT, "out_id": "TEA-2", "stock": {"limit_type": 1, "stock_qty": 8}}


def sent(call: Any, **asked: Any) -> HttpRequest:
    return DIALECT.request(call, call.parameters(**(FEW | asked)), WHO, NOON)


def based(gateway: Any = 0, biz: Any = 0, **more: Any) -> JSON:
    base = {"log_id": "L5", "gateway_code": gateway, "gateway_msg": ""}
    return {"base": base | {"biz_code": biz, "biz_msg": "不行" if biz else ""}, **more}


def taken(call: Any, body: JSON) -> Any:
    return call.read(DIALECT.unwrap(call, body))


# Asking --------------------------------------------------------------------------------


def test_the_second_generation_has_its_token_in_the_header() -> None:
    request = sent(NEW)
    assert (request.method, request.path) == ("POST", "/goodlife/v1/goods/stock/sync/")
    assert request.headers["access-token"] == TOKEN
    assert request.headers["Rpc-Transit-Life-Account"] == ACCOUNT
    assert request.query == ()
    assert request.json == FEW


def test_the_first_generation_has_its_token_in_the_query_and_names_no_merchant() -> None:
    request = sent(OLD)
    assert (request.method, request.path) == ("POST", "/life/goods/stock/sync/")
    assert request.query == (("access_token", TOKEN),)
    assert set(request.headers) == {"content-type"}
    assert request.json == {"out_id": "TEA-2", "stock": FEW["stock"]}
    assert TOKEN not in repr(request)


def test_lists_of_the_first_generation_have_it_there_too() -> None:
    call = shape("products_v1").LIST
    params = call.parameters(account_id=ACCOUNT, cursor="4")
    request = DIALECT.request(call, params, WHO, NOON)
    assert request.query == (
        ("access_token", TOKEN),
        ("cursor", "4"),
        ("count", "10"),
    )
    assert "access-token" not in request.headers


@pytest.mark.parametrize("call", [OLD, NEW])
def test_stock_without_a_limit_goes_without_a_number(call: Any) -> None:
    request = sent(call, stock={"limit_type": 2})
    assert request.json["stock"] == {"limit_type": 2}


@pytest.mark.parametrize("call", [OLD, NEW])
@pytest.mark.parametrize(
    "asked",
    [
        {"product_id": "71"},
        {"out_id": None},
        {"account_id": ""},
        {"stock": {"limit_type": 1}},
        {"stock": {"limit_type": 2, "stock_qty": 8}},
        {"stock": {"limit_type": 3, "stock_qty": 8}},
        {"stock": {"limit_type": 1, "stock_qty": -1}},
        {"stock": {"limit_type": 1, "avail_qty": 8}},
        {"stock": None},
    ],
)
def test_a_wrong_question_never_leaves(call: Any, asked: JSON) -> None:
    with pytest.raises(BadRequest):
        sent(call, **asked)


# What became of it ---------------------------------------------------------------------


def test_what_is_taken_says_so() -> None:
    assert taken(NEW, fine(description="success")).taken
    assert taken(NEW, fine(description="将在稍后生效")).note == "将在稍后生效"
    assert taken(OLD, based()).taken
    assert taken(OLD, based("0", "0")).note is None
    assert taken(OLD, fine()).taken  # answered as the second generation does


REFUSED: list[tuple[JSON, type[HubError]]] = [
    (based(2190008), TokenExpired),
    (based(0, 2119003), Throttled),
    (based(0, 77), Rejected),
    (based("0", "77"), Rejected),
    (based(0, 0, data={"error_code": 2100005}), BadRequest),
    (based(0, 0, extra={"error_code": 2190002}), TokenExpired),
    (fine() | {"data": {"error_code": 2190008}}, TokenExpired),
]


@pytest.mark.parametrize(("body", "kind"), REFUSED)
def test_a_refusal_in_any_block_is_one(body: JSON, kind: type[HubError]) -> None:
    with pytest.raises(HubError) as caught:
        DIALECT.unwrap(OLD, body)
    assert type(caught.value) is kind


def test_a_refusal_names_the_platforms_words_and_its_log_id() -> None:
    with pytest.raises(Rejected, match="不行") as caught:
        DIALECT.unwrap(OLD, based(0, 77))
    assert caught.value.code == "77"
    assert caught.value.request_id == "L5"
    assert DIALECT.request_id(based()) == "L5"


@pytest.mark.parametrize(
    "body",
    [
        {"base": {}},
        {"base": None},
        {"base": {"gateway_code": 0}},
        {"base": {"biz_code": 0}},
        {"base": "fine"},
        {"base": {"gateway_code": 0, "biz_code": "ok"}},
        {},
    ],
)
def test_nothing_less_than_both_zeros_is_success(body: JSON) -> None:
    with pytest.raises(Unreadable):
        DIALECT.unwrap(OLD, body)


def test_the_second_generation_is_never_opened_by_base() -> None:
    with pytest.raises(Unreadable):
        DIALECT.unwrap(NEW, based())
    assert DIALECT.unwrap(NEW, fine() | {"base": "whatever"})["error_code"] == 0
    body = {"data": {"error_code": 2100005}, "base": ["odd"]}
    with pytest.raises(BadRequest):
        DIALECT.unwrap(NEW, body)
