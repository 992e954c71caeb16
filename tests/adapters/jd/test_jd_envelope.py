"""JD's three error layers, and what each documented code asks the hub to do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.jd import orders_v1, orders_v2, token_v1, unpaid_v1
from adapters.jd.dialect import Jos
from adapters.jd.envelope import ERRORS
from hub_core.errors import (
    BadRequest,
    Banned,
    Forbidden,
    Gone,
    HubError,
    Misconfigured,
    Rejected,
    Retryable,
    Throttled,
    TokenExpired,
    Unauthorised,
    Unreadable,
)
from hub_core.wire import JSON, Call, Credentials

LIST, GET = orders_v2.LIST, orders_v2.GET
DOCUMENTED: dict[str, type[HubError]] = {
    "2": Banned,
    "4": BadRequest,
    "5": BadRequest,
    "7": Retryable,
    "8": Retryable,
    "11": Misconfigured,
    "12": Misconfigured,
    "14": Gone,
    "15": Gone,
    "19": TokenExpired,
    "21": Misconfigured,
    "24": Forbidden,
    "33": Retryable,
    "65": Retryable,
    "403": BadRequest,
    "500": Retryable,
    "503": Throttled,
    "10001": BadRequest,
    "103": Misconfigured,
    "10100021": BadRequest,
    "10500001": Forbidden,
    "11100006": Unauthorised,
}
UNDOCUMENTED = ["1", "100", "200", "50", "999999", "", "isv.no-such"]


def refusal(call: Call[Any], body: JSON) -> HubError:
    with pytest.raises(HubError) as caught:
        Jos().unwrap(call, body)
    return caught.value


def gateway(code: str, text: str = "说明") -> JSON:
    return {"error_response": {"code": code, "zh_desc": text, "en_desc": "x"}}


def page(**inner: Any) -> JSON:
    return {"jingdong_pop_order_enSearch_responce": inner}


def verdict(success: Any, code: int = 10100000, **more: Any) -> JSON:
    result = {"success": success, "numberCode": code, **more}
    return page(code="0", searchorderinfo_result={"apiResult": result, "orderTotal": 0})


def test_the_table_holds_exactly_the_documented_codes() -> None:
    assert dict(ERRORS) == DOCUMENTED
    assert ERRORS["no such code"] is Rejected


@pytest.mark.parametrize(("code", "kind"), DOCUMENTED.items())
def test_a_documented_code_has_its_class_in_every_layer(
    code: str, kind: type[HubError]
) -> None:
    layers = (
        gateway(code),
        page(code=code, errorMessage="说明"),
        verdict(False, int(code), chineseErrCode="说明"),
        {"code": code, "errorMessage": "说明", "requestId": "r-1"},
    )
    for body in layers:
        error = refusal(LIST, body)
        assert type(error) is kind
        assert error.code == code


@pytest.mark.parametrize("code", UNDOCUMENTED)
def test_an_undocumented_code_is_a_plain_no(code: str) -> None:
    assert type(refusal(LIST, gateway(code))) is Rejected


def test_a_spent_call_limit_keeps_us_away_as_long_as_configured() -> None:
    error = refusal(LIST, gateway("2"))
    assert isinstance(error, Banned)
    assert error.after == 900
    with pytest.raises(Banned) as caught:
        Jos(call_limit_wait=7200).unwrap(LIST, gateway("2"))
    assert caught.value.after == 7200


@pytest.mark.parametrize("success", [True, "true"])
@pytest.mark.parametrize("number", [0, 10100000])
def test_success_is_the_verdict_and_not_its_number(success: Any, number: int) -> None:
    assert LIST.read(Jos().unwrap(LIST, verdict(success, number))).items == ()


@pytest.mark.parametrize("success", [False, "false", None, 1, "1", 0, "yes", [], {}])
def test_anything_but_true_is_no_success(success: Any) -> None:
    assert type(refusal(LIST, verdict(success))) is Rejected


@pytest.mark.parametrize("code", ["0", 0, "00000"])
@pytest.mark.parametrize("spelling", ["_responce", "_response"])
def test_both_spellings_and_all_zeros_are_success(code: Any, spelling: str) -> None:
    result = {"apiResult": {"success": True}, "orderTotal": 0}
    inner = {"code": code, "searchorderinfo_result": result}
    body = {"jingdong_pop_order_enSearch" + spelling: inner}
    assert LIST.read(Jos().unwrap(LIST, body)).total == 0


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"jingdong_pop_order_search_responce": {"code": "0"}},
        {"jingdong_pop_order_enSearch_responce": None},
        {"jingdong_pop_order_enSearch_responce": []},
        {"jingdong_pop_order_enSearch_responce": {}},
        {"jingdong_pop_order_enSearch_responce": {"searchorderinfo_result": {}}},
        {"error_response": None},
        {"error_response": "busy"},
        page(code="0", searchorderinfo_result={"apiResult": "ok"}),
    ],
)
def test_what_proves_nothing_is_unreadable(body: JSON) -> None:
    assert isinstance(refusal(LIST, body), Unreadable)


@pytest.mark.parametrize(
    "inner",
    [
        {"code": "0"},
        {"code": "0", "searchorderinfo_result": None},
        {"code": "0", "searchorderinfo_result": []},
        {"code": "0", "searchorderinfo_result": {"orderTotal": 0, "orderInfoList": []}},
        {"code": "0", "searchorderinfo_result": {"apiResult": {"success": True}}},
    ],
)
def test_a_page_without_its_containers_is_refused_whole(inner: JSON) -> None:
    with pytest.raises((ValueError, KeyError)):
        LIST.read(Jos().unwrap(LIST, page(**inner)))


TOKEN = "a1b2c3d4e5f647f8a9b0c1d2e3f4a5b6"


@pytest.mark.parametrize(
    "text",
    [
        f"token已过期或者不存在，请重新授权访问 {TOKEN}",
        f"access_token={TOKEN}&x=1",
        f"{TOKEN}无效",
        "联系电话17000001234",
    ],
)
@pytest.mark.parametrize("code", ["19", "24", "2", "4711"])
def test_no_token_and_no_phone_gets_into_an_error(text: str, code: str) -> None:
    for body in (gateway(code, text), verdict(False, int(code), chineseErrCode=text)):
        error = refusal(LIST, body)
        assert TOKEN not in f"{error} {error!r} {error.args}"
        assert "17000001234" not in str(error)


def test_an_error_keeps_the_platform_s_words_where_they_are_harmless() -> None:
    error = refusal(LIST, gateway("24", "商家无权调用此接口"))
    assert "商家无权调用此接口" in str(error)
    assert "code 24" in str(error)


@pytest.mark.parametrize("get", [orders_v1.GET, orders_v2.GET])
@pytest.mark.parametrize("text", ["订单不存在", "未查询到订单", "Order not found"])
def test_a_single_order_that_is_not_there_is_an_answer(get: Call[Any], text: str) -> None:
    result = {"success": False, "numberCode": 10100022, "chineseErrCode": text}
    stem = get.endpoint.replace(".", "_")
    body = {f"{stem}_responce": {"code": "0", "orderDetailInfo": {"apiResult": result}}}
    assert get.read(Jos().unwrap(get, body)) is None
    assert Jos(missing=()).missing == ()
    with pytest.raises(Rejected):
        Jos(missing=()).unwrap(get, body)


def test_a_list_is_never_missing() -> None:
    assert type(refusal(LIST, verdict(False, 7007, chineseErrCode="不存在"))) is Rejected


@pytest.mark.parametrize("info", [None, {}, []])
def test_a_verdict_without_an_order_is_no_order(info: Any) -> None:
    detail = {"apiResult": {"success": True}, "orderInfo": info}
    body = {"jingdong_pop_order_enGet_responce": {"code": "0", "orderDetailInfo": detail}}
    assert GET.read(Jos().unwrap(GET, body)) is None


def test_unpaid_lists_carry_no_verdict_of_their_own() -> None:
    inner = {"code": "0", "paginatedInfo": {"totalItem": 0, "pageList": None}}
    body = {"jingdong_pop_order_notPayOrderInfo_responce": inner}
    assert unpaid_v1.LIST.read(Jos().unwrap(unpaid_v1.LIST, body)).total == 0


# Tokens --------------------------------------------------------------------------------


def test_a_refused_refresh_needs_a_person() -> None:
    body = {"code": 1005, "msg": f"refresh_token {TOKEN} 已过期", "requestId": "r-9"}
    error = refusal(token_v1.REFRESH, body)
    assert type(error) is Unauthorised
    assert (error.code, error.request_id) == ("1005", "r-9")
    assert TOKEN not in str(error)


@pytest.mark.parametrize("body", [{}, {"code": 0}, {"access_token": None, "code": 0}])
def test_a_token_answer_without_a_token_is_unreadable(body: JSON) -> None:
    assert isinstance(refusal(token_v1.REFRESH, body), Unreadable)


def test_a_refresh_goes_to_the_token_host_with_the_app_s_keys() -> None:
    call = token_v1.REFRESH
    who = Credentials("AK0001", "shh", token="old")
    now = datetime(2026, 11, 20, tzinfo=UTC)
    request = Jos().request(call, call.parameters(refresh_token="r1"), who, now)
    assert (request.method, request.path) == ("GET", "/oauth2/refresh_token")
    assert request.base_url == "https://open-oauth.jd.com"
    assert dict(request.query) == {
        "app_key": "AK0001",
        "app_secret": "shh",
        "grant_type": "refresh_token",
        "refresh_token": "r1",
    }
    elsewhere = Credentials("AK", "s", options={"oauth_base_url": "http://127.0.0.1:1"})
    moved = Jos().request(call, call.parameters(refresh_token="r1"), elsewhere, now)
    assert moved.base_url == "http://127.0.0.1:1"


@pytest.mark.parametrize("time", [1555477739422, "1555477739422"])
def test_token_answers_carry_the_platform_s_time(time: Any) -> None:
    assert Jos().server_time({"time": time}) == datetime(
        2019, 4, 17, 5, 8, 59, 422000, tzinfo=UTC
    )


@pytest.mark.parametrize("body", [{}, {"time": "soon"}, {"time": {}}, page(code="0")])
def test_the_gateway_s_answers_carry_none(body: JSON) -> None:
    assert Jos().server_time(body) is None


def test_a_request_id_is_found_where_newer_answers_keep_it() -> None:
    assert Jos().request_id({"requestId": "a"}) == "a"
    assert Jos().request_id(page(code="0", requestId="b")) == "b"
    assert Jos().request_id({"error_response": {"code": "1", "request_id": "c"}}) == "c"
    assert Jos().request_id(page(code="0")) is None
