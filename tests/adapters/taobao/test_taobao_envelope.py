"""Which error each documented code stands for; what proves success."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.taobao import envelope
from adapters.taobao.dialect import Top
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
from tests.adapters.published import AT_HAND

LIST = "taobao.trades.sold.increment.get"
BY_CODE = {
    3: Rejected,
    4: Throttled,
    5: Throttled,
    6: Throttled,
    7: Throttled,
    8: Throttled,
    9: BadRequest,
    10: Retryable,
    11: Forbidden,
    12: Forbidden,
    13: Forbidden,
    15: Retryable,
    21: BadRequest,
    22: Gone,
    23: BadRequest,
    24: Misconfigured,
    25: Misconfigured,
    26: TokenExpired,
    27: TokenExpired,
    28: Misconfigured,
    29: Misconfigured,
    30: Retryable,
    31: Retryable,
    32: BadRequest,
    33: BadRequest,
    34: Gone,
    40: BadRequest,
    41: BadRequest,
    42: Forbidden,
    43: BadRequest,
    47: BadRequest,
    50: Retryable,
    52: Retryable,
    53: TokenExpired,
    100: Rejected,
    200: Rejected,
    520: Retryable,
    530: Rejected,
}
BY_SUB_CODE = {
    "isp.top-remote-connection-timeout": Retryable,
    "isp.top-remote-service-unavailable": Retryable,
    "isp.top-remote-connection-control-error": Retryable,
    "isp.top-remote-unknown-error": Retryable,
    "isp.remote-connection-error": Retryable,
    "isp.top-remote-connection-timeout-tmall": Retryable,
    "isp.top-remote-service-unavailable-tmall": Retryable,
    "isp.top-remote-connection-control-error-tmall": Retryable,
    "isp.top-remote-unknown-error-tmall": Retryable,
    "isp.remote-connection-error-tmall": Retryable,
    "isp.remote-service-error": Retryable,
    "isp.item-update-service-error:GENERIC_FAILURE": Retryable,
    "isp.item-update-service-error:IC_SYSTEM_NOT_READY_TRY_AGAIN_LATER": Retryable,
    "isp.service-error": Retryable,
    "isp.system-busy": Retryable,
    "isp.call-limited": Throttled,
    "isv.invalid-parameter:tid": BadRequest,
    "isv.missing-parameter": BadRequest,
    "isv.shop-not-exist": Rejected,
    "isv.oaid-field-miss": Rejected,
    "isv.trade-not-exist": Rejected,
    "isv.item-get-service-error:ITEM_NOT_FOUND": Rejected,
    "isv.item-is-delete:invalid-numIid": Rejected,
    "isv.change-refund-top-api": Rejected,
    "isv.logistics-offline-service-error:B04": Rejected,
    "isv.logistics-offline-service-error:B150": Retryable,
    "isv.permission-api-package-limit": Forbidden,
    "permission-api-app-not-apply": Forbidden,
    "isv.appkey-not-exists": Misconfigured,
    "isv.item-listing-service-error": Rejected,
    "invalid-sessionkey": TokenExpired,
    "session-expired": TokenExpired,
    "sessionkey-not-generated-by-server": Unauthorised,
    "accesscontrol.limited-by-app-access-count": Banned,
    "accesscontrol.limited-by-api-access-count": Throttled,
    "accesscontrol.limited-by-app-api-access-count": Throttled,
    "accesscontrol.limited-by-dynamic-access-count": Throttled,
}
"""Every sub_code the documents or a capture name."""


def refusal(code: Any, sub_code: str | None = None, **more: Any) -> HubError:
    error = {"code": code, "msg": "no", "request_id": "r1", **more}
    body = {"error_response": error | ({"sub_code": sub_code} if sub_code else {})}
    with pytest.raises(HubError) as raised:
        envelope.unwrap(LIST, body)
    return raised.value


@pytest.mark.parametrize("code", BY_CODE)
def test_each_documented_code_has_its_class(code: int) -> None:
    assert type(refusal(code)) is BY_CODE[code]
    assert type(refusal(str(code))) is BY_CODE[code]


def test_the_table_is_what_is_documented() -> None:
    assert {code for code in BY_CODE if code not in envelope.CONTAINER} == set(
        envelope.CODES
    )


@pytest.mark.parametrize("code", [15, 50])
@pytest.mark.parametrize("sub_code", BY_SUB_CODE)
def test_the_sub_code_speaks_before_a_general_code(code: int, sub_code: str) -> None:
    assert type(refusal(code, sub_code)) is BY_SUB_CODE[sub_code]


def test_a_platform_side_sub_code_is_retried_whatever_the_code() -> None:
    assert type(refusal(41, "isp.system-busy")) is Retryable


def test_a_caller_side_sub_code_keeps_the_finer_word_of_its_code() -> None:
    assert type(refusal(11, "isv.permission-api-package-limit")) is Forbidden
    assert type(refusal(29, "isv.appkey-not-exists")) is Misconfigured
    assert type(refusal(530, "isv.item-listing-service-error")) is Rejected
    assert type(refusal(12, "isv.permission-sub-account")) is Forbidden


@pytest.mark.parametrize("word", envelope.SUB_CODES)
def test_every_sub_code_of_the_table_is_held_to_a_documented_one(word: str) -> None:
    assert word in {s.partition(":")[0] for s in BY_SUB_CODE} | BY_SUB_CODE.keys()


@pytest.mark.parametrize("code", [1, 99, 999, "", "x"])
def test_an_undocumented_code_is_worth_a_few_tries(code: Any) -> None:
    assert type(refusal(code)) is Retryable
    assert type(refusal(code, "isv.something-new")) is Rejected


def test_a_dead_session_is_told_from_a_withdrawn_one() -> None:
    assert type(refusal(27, "invalid-sessionkey")) is TokenExpired
    assert type(refusal(27, "session-expired")) is TokenExpired
    assert type(refusal(27, "sessionkey-not-generated-by-server")) is Unauthorised


def test_an_error_names_its_codes_and_request_but_not_what_it_quotes() -> None:
    error = refusal(27, "invalid-sessionkey", sub_msg="SessionKey 6100aabbccdd 非法")

    assert (error.code, error.request_id) == ("27/invalid-sessionkey", "r1")
    assert "6100aabbccdd" not in str(error)


@pytest.mark.parametrize("code", [c for c in range(100, 201)])
def test_the_redirects_own_codes_are_refusals(code: int) -> None:
    assert type(refusal(code)) is Rejected


@pytest.mark.parametrize("code", [26, 27, 53])
def test_a_dead_token_is_a_dead_token_by_each_of_its_codes(code: int) -> None:
    assert type(refusal(code)) is TokenExpired
    assert type(refusal(code, "invalid-sessionkey")) is TokenExpired


# Limits --------------------------------------------------------------------------------

APP_DAY = "accesscontrol.limited-by-app-access-count"
API = "accesscontrol.limited-by-api-access-count"


def limited(sub_code: str | None, said: str = "", code: int = 7) -> Retryable:
    error = refusal(code, sub_code, sub_msg=said)
    assert isinstance(error, Retryable)
    return error


@pytest.mark.parametrize("seconds", [1, 2])
def test_a_short_ban_is_waited_out_and_a_second_more(seconds: int) -> None:
    error = limited(API, f"This ban will last for {seconds} more seconds")

    assert (type(error), error.after) == (Throttled, seconds + 1)


@pytest.mark.parametrize("seconds", [71, 31062])
def test_a_long_ban_parks_the_shop(seconds: int) -> None:
    error = limited(APP_DAY, f"This ban will last for {seconds} more seconds")

    assert (type(error), error.after) == (Banned, seconds + 1)


def test_a_ban_of_a_minute_is_still_waited_out() -> None:
    assert type(limited(API, "This ban will last for 59 more seconds")) is Throttled
    assert type(limited(API, "This ban will last for 60 more seconds")) is Banned


def test_a_ban_says_whom_it_holds() -> None:
    said = "This ban will last for 100 more seconds"
    app, call = limited(APP_DAY, said), limited(API, said)

    assert isinstance(app, Banned)
    assert isinstance(call, Banned)
    assert (app.per, call.per) == ("app", "call")


def test_a_day_quota_without_an_end_is_asked_again_by_the_hour() -> None:
    error = limited(APP_DAY)

    assert (type(error), error.after) == (Banned, 3600)


def test_a_limit_without_an_end_waits_a_minute_or_a_second_by_its_code() -> None:
    assert limited(None).after == 60
    assert limited("accesscontrol.limited-by-dynamic-access-count").after == 60
    assert limited(None, code=8).after == 1


# Success -------------------------------------------------------------------------------


def test_success_is_proved_by_the_methods_own_name() -> None:
    inside = {"total_results": 0, "request_id": "r"}

    assert envelope.unwrap(LIST, {"trades_sold_increment_get_response": inside}) == inside
    assert envelope.unwrap("tmall.x.get", {"tmall_x_get_response": inside}) == inside


def test_a_simplified_answer_is_opened_too() -> None:
    body = {"trades": [], "total_results": 0, "request_id": "r"}

    assert envelope.unwrap(LIST, body) == body


def test_a_simplified_error_is_an_error() -> None:
    body = {"code": 27, "msg": "Invalid session", "request_id": "r"}

    with pytest.raises(TokenExpired):
        envelope.unwrap(LIST, body)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"trades": []},
        {"trades_sold_get_response": {"trades": []}},
        {"trades_sold_increment_get_response": []},
        {"trades_sold_increment_get_response": None},
        {"error_response": "busy"},
        {"error_response": None},
    ],
)
def test_anything_else_is_no_answer(body: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        envelope.unwrap(LIST, body)


@given(
    st.dictionaries(
        st.sampled_from(["code", "msg", "sub_code", "sub_msg", "request_id"]),
        st.none() | st.integers() | st.text() | st.lists(st.none()) | st.booleans(),
    )
)
def test_no_error_body_ever_passes_for_an_answer(error: dict[str, Any]) -> None:
    with pytest.raises(HubError):
        envelope.unwrap(LIST, {"error_response": error})


def test_the_request_id_is_found_wherever_it_stands() -> None:
    top = Top()

    assert top.request_id({"error_response": {"request_id": "a"}}) == "a"
    assert top.request_id({"trade_get_response": {"request_id": "b"}}) == "b"
    assert top.request_id({"request_id": "c", "trades": []}) == "c"
    assert top.request_id({}) is None


# The token endpoint --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("invalid_request", BadRequest),
        ("invalid_client", Misconfigured),
        ("unauthorized_client", Misconfigured),
        ("unsupported_grant_type", Misconfigured),
        ("invalid_grant", Unauthorised),
        ("server_error", Retryable),
        ("temporarily_unavailable", Retryable),
        ("something_new", Unauthorised),
    ],
)
def test_the_token_endpoint_has_its_own_words(error: str, kind: type[HubError]) -> None:
    with pytest.raises(kind) as raised:
        envelope.unwrap("/token", {"error": error, "error_description": "s3cret"})

    assert type(raised.value) is kind
    assert "s3cret" not in str(raised.value)


def test_a_spent_code_is_a_matter_for_the_owner_not_for_the_settings() -> None:
    said = "authorize code x invalidate,please authorize again."

    with pytest.raises(Unauthorised):
        envelope.unwrap("/token", {"error": "invalid_client", "error_description": said})


def test_a_token_answer_without_a_token_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        envelope.unwrap("/token", {"expires_in": 10})


# Published payloads --------------------------------------------------------------------


@AT_HAND
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("error_7_app_api_count.2026", Throttled),
        ("error_11_isv_permission", Forbidden),
        ("error_27_invalid_session", TokenExpired),
        ("error_27_session_expired", TokenExpired),
        ("error_50_official", BadRequest),
    ],
)
def test_published_errors_have_their_class(
    samples: Path, name: str, kind: type[HubError]
) -> None:
    body = json.loads((samples / "errors" / f"{name}.response.json").read_text("utf-8"))

    with pytest.raises(kind) as raised:
        envelope.unwrap(LIST, body)
    assert type(raised.value) is kind
