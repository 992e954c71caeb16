"""Pinduoduo's wrapper, and what each documented code asks the hub to do."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.pinduoduo import orders_v1, orders_v2, token_v1
from adapters.pinduoduo.dialect import Pop
from adapters.pinduoduo.pages import Untold
from adapters.pinduoduo.refusals import CODES, Manners
from hub_core.errors import (
    BadRequest,
    Banned,
    Forbidden,
    HubError,
    Misconfigured,
    Rejected,
    Retryable,
    Throttled,
    TokenExpired,
    Unreadable,
)
from hub_core.wire import JSON, Call

from .pdd import following, listed, refusal, single

LIST, GET = orders_v2.LIST, orders_v2.GET
DOCUMENTED: dict[int, type[HubError]] = {
    10000: BadRequest,
    10001: BadRequest,
    10016: BadRequest,
    10018: BadRequest,
    10019: TokenExpired,
    10035: BadRequest,
    20004: Misconfigured,
    20005: Forbidden,
    20031: Forbidden,
    20034: Rejected,
    30001: Rejected,
    50000: Retryable,
    52001: Retryable,
    52101: Throttled,
    52102: Banned,
    52103: Banned,
    70031: Throttled,
    70032: Forbidden,
    70033: Banned,
    70034: Forbidden,
    70035: Forbidden,
    70036: Banned,
    60099: Retryable,
}


def refused(body: JSON, call: Call[Any] = LIST, **manners: Any) -> HubError:
    with pytest.raises(HubError) as caught:
        Pop(Manners(**manners)).unwrap(call, body)
    return caught.value


@pytest.mark.parametrize(("code", "kind"), DOCUMENTED.items())
def test_a_documented_code_has_its_class(code: int, kind: type[HubError]) -> None:
    said = "" if kind is Retryable else "说明"
    for spelled in (code, str(code)):
        error = refused(refusal(code, said, error_code=spelled))
        assert type(error) is kind
        assert error.code == str(code)
        assert error.request_id == "15111111111111111"


MIXED = (50000, 50001, 50002, 52001, 52002)
GROUPED = {10000, 10001, 10016, 10018, 20034, 30001, 60099}
"""Codes that only a group, or none, speaks of (paper §5)."""


def test_the_table_and_this_list_name_the_same_codes() -> None:
    assert set(CODES) == {*DOCUMENTED, *MIXED} - GROUPED


@pytest.mark.parametrize("code", sorted({*DOCUMENTED, *MIXED} - GROUPED))
def test_a_documented_code_says_the_same_inside_a_business_error(code: int) -> None:
    outer = next(number for number in MIXED if number != code)
    kind = Retryable if code in MIXED else DOCUMENTED[code]
    assert type(refused(refusal(outer, "说明", str(code)))) is kind


@pytest.mark.parametrize("code", [50000, 50001, 50002, 52001, 52002])
@pytest.mark.parametrize(
    ("said", "sub", "kind"),
    [
        ("业务服务错误", None, Retryable),
        ("", "", Retryable),
        ("系统繁忙，请稍后重试", "60009", Retryable),
        ("服务内部错误", None, Retryable),
        ("时间跨度不能超过24小时", None, BadRequest),
        ("page_size参数错误", "51002", BadRequest),
        ("未传入已经授权备案过的相关参数", "60001", BadRequest),
        ("商品不可售", "60003", Rejected),
        ("商品不可售", None, Rejected),
        ("业务服务错误", "60001", Rejected),
        ("access_token已过期", "10019", TokenExpired),
        ("限流", "70031", Throttled),
    ],
)
def test_a_business_error_is_told_from_a_fault_by_its_own_part(
    code: int, said: str, sub: str | None, kind: type[HubError]
) -> None:
    assert type(refused(refusal(code, said, sub))) is kind


def test_an_error_keeps_both_codes_where_they_differ() -> None:
    assert refused(refusal(50001, "商品不可售", "60003")).code == "50001/60003"
    assert refused(refusal(20004, "签名验证失败", "20004")).code == "20004"


def test_how_long_an_operation_rests_is_configured() -> None:
    off, spent = refused(refusal(70033)), refused(refusal(70036))
    assert isinstance(off, Banned)
    assert isinstance(spent, Banned)
    assert (off.per, off.after) == ("call", 600)
    assert (spent.per, spent.after) == ("app", 3600)
    other = refused(refusal(70033), offline_wait=60.0)
    assert isinstance(other, Banned)
    assert other.after == 60


@pytest.mark.parametrize(
    "name",
    ["order_sn_increment_get_response", "order_number_list_increment_get_response", "x"],
)
def test_the_one_wrapper_is_taken_whatever_it_is_called(name: str) -> None:
    inner = {"total_count": 0, "order_sn_list": []}
    assert LIST.read(Pop().unwrap(LIST, {name: inner})).total == 0
    assert LIST.read(Pop().unwrap(LIST, {name: inner, "request_id": "r"})).total == 0


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"request_id": "r"},
        {"a": {}, "b": {}},
        {"order_sn_increment_get_response": None},
        {"order_sn_increment_get_response": []},
        {"order_sn_increment_get_response": "busy"},
        {"error_response": None},
        {"error_response": "busy"},
        {"total_count": 0, "order_sn_list": []},
    ],
)
def test_what_proves_nothing_is_unreadable(body: JSON) -> None:
    assert isinstance(refused(body), Unreadable)


def test_an_error_beside_a_good_answer_is_an_error() -> None:
    assert type(refused({**listed(), **refusal(20004)})) is Misconfigured


@pytest.mark.parametrize(
    "inner",
    [
        {},
        {"order_sn_list": []},
        {"total_count": 3},
        {"has_next": False},
        {"total_count": 1, "order_sn_list": {}},
        {"total_count": "many", "order_sn_list": []},
        {"total_count": True, "order_sn_list": []},
    ],
)
def test_a_page_without_its_containers_is_refused_whole(inner: JSON) -> None:
    with pytest.raises((ValueError, KeyError)):
        LIST.read(Pop().unwrap(LIST, {"order_sn_increment_get_response": inner}))


@pytest.mark.parametrize("inner", [{}, {"order_sn_list": None}, {"order_sn_list": []}])
def test_an_empty_page_may_come_without_its_list(inner: JSON) -> None:
    body = {"order_sn_increment_get_response": {"total_count": 0, **inner}}
    page = LIST.read(Pop().unwrap(LIST, body))
    assert (page.items, page.total) == ((), 0)


def test_a_page_counts_or_says_whether_others_follow() -> None:
    counts = LIST.read(Pop().unwrap(LIST, listed(total=230)))
    follows = LIST.read(Pop().unwrap(LIST, following(more=True)))
    assert (counts.total, counts.has_more, counts.number) == (230, None, None)
    assert (follows.total, follows.has_more) == (None, True)


@pytest.mark.parametrize("get", [orders_v1.GET, orders_v2.GET])
@pytest.mark.parametrize("row", [None, {}, []])
def test_an_answer_without_an_order_does_not_say_that_it_is_gone(
    get: Call[Any], row: Any
) -> None:
    with pytest.raises(Untold, match="order_info"):
        get.read(Pop().unwrap(get, single(row)))


def test_an_answer_without_the_order_s_place_is_refused() -> None:
    with pytest.raises(KeyError):
        GET.read(Pop().unwrap(GET, {"order_info_get_response": {"request_id": "r"}}))


@pytest.mark.parametrize("said", ["订单不存在", "未找到该订单", "查无此单"])
def test_a_single_order_that_is_not_there_is_an_answer(said: str) -> None:
    body = refusal(50001, said, "50001")
    assert GET.read(Pop().unwrap(GET, body)) is None
    assert isinstance(refused(body, LIST), Rejected)
    assert type(refused(body, GET, missing=())) is Rejected
    assert isinstance(refused(refusal(10001, said), GET), BadRequest)


@pytest.mark.parametrize("code", [10000, 10001])
@pytest.mark.parametrize("said", ["公共参数错误:timestamp", "时间戳已过期"])
def test_a_timestamp_too_far_off_is_asked_again(said: str, code: int) -> None:
    """The answer's date has set the clock right by then."""
    assert isinstance(refused(refusal(code, said)), Retryable)
    assert isinstance(refused(refusal(code, said), clock=()), BadRequest)


# Secrets -------------------------------------------------------------------------------

TOKEN = "a1b2c3d4e5f647f8a9b0c1d2e3f4a5b6"


@pytest.mark.parametrize("code", [10019, 10001, 20031, 50001, 52101, 60099])
@pytest.mark.parametrize(
    "said", [f"access_token={TOKEN}无效", f"{TOKEN}", "联系电话17000001234"]
)
def test_no_token_and_no_phone_gets_into_an_error(said: str, code: int) -> None:
    error = refused(refusal(code, said))
    assert TOKEN not in f"{error} {error!r} {error.args}"
    assert "17000001234" not in str(error)


def test_a_waybill_or_a_short_key_gets_into_no_error_either() -> None:
    error = refused(refusal(50001, "运单SF1234567890与client_id=0a1b2c3d4e不符"))
    assert "1234567890" not in str(error)
    assert "0a1b2c3d4e" not in str(error)


def test_an_error_keeps_the_platform_s_words_where_they_are_harmless() -> None:
    assert "时间跨度不能超过24小时" in str(
        refused(refusal(50001, "时间跨度不能超过24小时"))
    )


def test_a_token_answer_without_a_token_is_refused() -> None:
    body = {"pop_auth_token_refresh_response": {"request_id": "r"}}
    with pytest.raises(ValueError, match="access_token"):
        token_v1.REFRESH.read(Pop().unwrap(token_v1.REFRESH, body))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (listed(), "r-1"),
        (refusal(20004), "15111111111111111"),
        ({"x": {"request_id": 17}}, "17"),
        ({"request_id": "top", "x": {}}, "top"),
        ({"x": {"request_id": None}}, None),
        ({"x": []}, None),
        ({}, None),
    ],
)
def test_the_request_id_is_found_inside(body: JSON, expected: str | None) -> None:
    assert Pop().request_id(body) == expected
    assert Pop().server_time(body) is None
