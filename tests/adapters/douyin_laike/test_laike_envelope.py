"""Every documented error code has its class; success needs proof."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.douyin_laike import envelope
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
from hub_core.wire import JSON

DOCUMENTED: dict[type[HubError], tuple[int, ...]] = {
    Retryable: (2100004, 2191000, 5000001, 28001005, 28001006, 10001),
    Throttled: (2119003, 28001052, 28003018, 10020),
    Banned: (2190001, 28003017),
    TokenExpired: (2190002, 2190008, 28001003, 28001008, 10008),
    Unauthorised: (2190003, 28001012, 10007, 10010),
    BadRequest: (2100005, 28001007, 28007004, 3000001, 10002, 10005),
    Forbidden: (
        *(2100007, 2100009, 2190004, 28001014, 28001016, 28001018, 28001019),
        *(28001020, 28001021, 28001042, 28004020, 10004, 10012),
    ),
    Gone: (28001017, 28001056),
    Misconfigured: (10003, 10006, 10013, 10014, 10015),
    Rejected: (
        *(2190005, 2190006, 2190007, 2190015, 3000004, *range(2191001, 2191010)),
        *(28001015, 28001045, 28001046, 28001047),
    ),
}
PAIRS = [(code, kind) for kind, codes in DOCUMENTED.items() for code in codes]
SUBS: dict[int, type[HubError]] = {
    10000: BadRequest,
    10002: BadRequest,
    11001: Unauthorised,
    11002: TokenExpired,
    11004: Misconfigured,
    11006: Unauthorised,
    12001: Throttled,
    12002: Forbidden,
    13000: Retryable,
    20000: Rejected,
    20001: Rejected,
    20002: Rejected,
    20003: Rejected,
    20005: Rejected,
    21000: Rejected,
    21001: Rejected,
    21003: Forbidden,
}


def refused(code: Any, sub: Any = 0, **extra: Any) -> JSON:
    return {
        "data": {"error_code": code, "description": "不行"},
        "extra": {"error_code": code, "sub_error_code": sub, "logid": "L7", **extra},
    }


def error(body: JSON) -> HubError:
    with pytest.raises(HubError) as caught:
        envelope.unwrap(body)
    return caught.value


@pytest.mark.parametrize(("code", "kind"), PAIRS)
def test_a_documented_code_has_its_class(code: int, kind: type[HubError]) -> None:
    for spelled in (code, str(code), float(code)):
        met = error(refused(spelled))
        assert type(met) is kind
        assert met.code == str(code)
        assert met.request_id == "L7"


def test_the_table_and_this_list_name_the_same_codes() -> None:
    assert set(envelope.CODES) == {str(code) for code, _ in PAIRS}
    assert set(envelope.SUB_CODES) == {str(code) for code in SUBS}


@pytest.mark.parametrize("code", [1, 999, 2199999, 28009999, -1])
def test_an_undocumented_code_is_a_plain_refusal(code: int) -> None:
    assert type(error(refused(code))) is Rejected


@pytest.mark.parametrize(("sub", "kind"), SUBS.items())
def test_a_vague_code_is_told_by_its_sub_code(sub: int, kind: type[HubError]) -> None:
    met = error(refused(2100007, sub))
    assert type(met) is kind
    assert met.code == f"2100007/{sub}"
    assert type(error(refused(2999999, str(sub)))) is kind


VAGUE = {2100007, *range(2191001, 2191010)}
"""Families, says the status-code page: what it was the sub code tells (paper §2.4)."""


@pytest.mark.parametrize("code", sorted({code for code, _ in PAIRS} - {10002}))
def test_families_and_no_other_codes_are_told_by_their_sub_codes(code: int) -> None:
    met = error(refused(code, 13000))
    plain = error(refused(code))
    assert type(met) is (Retryable if code in VAGUE else type(plain))


def test_a_clear_code_is_not_overruled_by_a_sub_code() -> None:
    assert type(error(refused(2190008, 10000))) is TokenExpired


def test_an_unknown_sub_code_leaves_the_code_its_meaning() -> None:
    assert type(error(refused(2100007, 99999))) is Forbidden


def test_either_block_alone_can_refuse() -> None:
    assert type(error({"data": {"error_code": 2190008}})) is TokenExpired
    assert type(error({"extra": {"error_code": 2119003}})) is Throttled
    late = {"data": {"error_code": 0}, "extra": {"error_code": 2119003}}
    assert type(error(late)) is Throttled


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"error_code": 0, "a": 1}, "extra": {"error_code": 0}},
        {"data": {"error_code": "0", "a": 1}, "extra": {"error_code": "0"}},
        {"data": {"error_code": 0.0, "a": 1}, "extra": {"logid": "L"}},
        {"data": {"error_code": 0, "a": 1}},
        {"data": {"error_code": 0, "a": 1}, "message": "success"},
    ],
)
def test_success_is_a_zero_of_any_type(body: JSON) -> None:
    assert envelope.unwrap(body)["a"] == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"data": {}},
        {"data": {"orders": []}, "extra": {"error_code": 0}},
        {"data": None, "extra": {"error_code": 0}},
        {"data": {"error_code": ""}},
        {"data": {"error_code": False}},
        {"data": {"error_code": None}},
        {"data": {"error_code": "ok"}},
        {"data": [], "extra": {"error_code": 0}},
        {"data": {"error_code": 0}, "extra": "fine"},
        {"err_no": 0, "err_msg": "", "data": {"orders": []}},
    ],
)
def test_nothing_less_than_a_zero_is_success(body: JSON) -> None:
    with pytest.raises(Unreadable):
        envelope.unwrap(body)


def test_words_of_success_and_failure_prove_nothing() -> None:
    fine = {"error_code": 0, "sub_error_code": 0, "sub_description": "success"}
    assert envelope.unwrap({"data": {"error_code": 0, "a": 1}, "extra": fine})["a"] == 1
    assert type(error(refused(2100005, sub_description="success"))) is BadRequest


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"error_code": 10013, "description": "密钥错误"}, "message": "error"},
        {
            "data": {"error_code": "10013", "captcha": "", "desc_url": "", "log_id": "L8"},
            "message": "error",
        },
    ],
)
def test_token_answers_of_both_years_refuse_alike(body: JSON) -> None:
    assert type(error(body)) is Misconfigured


def test_a_refusal_without_any_words_is_one() -> None:
    body = {
        "data": {"description": "Parameter error", "error_code": 2100005},
        "extra": {"logid": "L9", "now": 1594015876138},
    }
    met = error(body)
    assert (type(met), met.request_id) == (BadRequest, "L9")


@pytest.mark.parametrize("code", [2119003, 28003018, 28001052])
def test_a_rate_limit_says_how_long_to_rest(code: int) -> None:
    met = error(refused(code))
    assert isinstance(met, Throttled)
    assert met.after == envelope.THROTTLED_FOR == 60.0


def test_too_many_tokens_rest_for_their_whole_window() -> None:
    met = error({"data": {"error_code": 10020, "description": ""}, "message": "error"})
    assert isinstance(met, Throttled)
    assert met.after == 300.0


@pytest.mark.parametrize("now", [1795147200, 1795147200000, "1795147200"])
def test_a_used_up_quota_bans_until_beijing_midnight(now: Any) -> None:
    met = error(refused(2190001, now=now))
    assert isinstance(met, Banned)
    assert met.after == 12 * 3600  # it is noon in Beijing


def test_a_used_up_quota_without_a_time_leaves_the_wait_to_the_caller() -> None:
    met = error(refused(28003017))
    assert isinstance(met, Banned)
    assert met.after == 0


def test_a_missing_permission_says_what_to_do() -> None:
    said = str(error(refused(2100007)))
    assert "IP" in said
    assert "capabilities" in said
    assert "不行" in said


def test_the_detail_of_a_wrong_parameter_is_told() -> None:
    said = str(error(refused(2100005, sub_description="page_size is too large")))
    assert "page_size is too large" in said


def test_a_token_never_gets_into_an_error() -> None:
    body = refused(2100005, sub_description="bad clt.0123456789abcdef here" + "x" * 900)
    said = str(error(body))
    assert "0123456789" not in said
    assert len(said) < 400


def test_not_found_is_told_by_its_sub_code() -> None:
    assert envelope.says_not_found(error(refused(2191002, 20000)))
    assert not envelope.says_not_found(error(refused(2191002, 20001)))
    assert not envelope.says_not_found(error(refused(20000)))


def test_the_log_id_is_found_in_either_block() -> None:
    assert envelope.request_id({"extra": {"logid": "A"}}) == "A"
    assert envelope.request_id({"data": {"log_id": "B"}}) == "B"
    assert envelope.request_id({"extra": {"logid": ""}, "data": []}) is None


@pytest.mark.parametrize("now", [1795147200, "1795147200", 1795147200000])
def test_the_answers_time_is_read_in_either_unit(now: Any) -> None:
    noon = datetime(2026, 11, 20, 4, tzinfo=UTC)
    assert envelope.server_time({"extra": {"now": now}}) == noon


@pytest.mark.parametrize("now", [None, 0, "soon", 1.5, 17, []])
def test_a_senseless_time_is_no_time(now: Any) -> None:
    assert envelope.server_time({"extra": {"now": now}}) is None
    assert envelope.server_time({"extra": [now]}) is None


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    data=JUNK | st.fixed_dictionaries({"error_code": JUNK}),
    extra=JUNK | st.fixed_dictionaries({"error_code": JUNK, "sub_error_code": JUNK}),
)
@settings(max_examples=300, derandomize=True, deadline=None)
def test_whatever_comes_is_success_or_a_named_error(data: Any, extra: Any) -> None:
    try:
        opened = envelope.unwrap({"data": data, "extra": extra})
    except HubError:
        return
    assert str(opened["error_code"]).strip() in ("0", "-0", "0.0", "-0.0", "00")
