"""How a call becomes a request: headers, query, body."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.douyin_laike import orders_v2, token_v1
from hub_core.errors import BadRequest, Misconfigured
from hub_core.wire import Call, Credentials, HttpRequest
from tests.adapters.douyin_laike.laike import ACCOUNT, DIALECT, NOON, shape

SECRET = "planted-secret"
TOKEN = "clt.planted-token"


def who(**more: Any) -> Credentials:
    return Credentials("awkey01", SECRET, token=TOKEN, **more)


def sent(call: Call[Any], who: Credentials, **asked: Any) -> HttpRequest:
    return DIALECT.request(call, call.parameters(**asked), who, NOON)


def test_an_order_query_is_a_get_with_its_trailing_slash() -> None:
    request = sent(orders_v2.LIST, who(), account_id=ACCOUNT, page_num=3)
    assert request.method == "GET"
    assert request.path == "/goodlife/v1/trade/order/query/"
    assert dict(request.query) == {
        "account_id": ACCOUNT,
        "page_num": "3",
        "page_size": "100",
    }
    assert request.json is None
    assert request.form is None


def test_catering_has_a_path_of_its_own() -> None:
    call = shape("orders_catering_v1").LIST
    request = sent(call, who(), account_id=ACCOUNT)
    assert request.path == "/goodlife/v1/akte/order/query/"


def test_the_token_goes_in_its_header() -> None:
    headers = sent(orders_v2.LIST, who(), account_id=ACCOUNT).headers
    assert headers["access-token"] == TOKEN
    assert headers["content-type"] == "application/json"


def test_the_root_account_is_named_and_falls_back_to_the_one_asked_for() -> None:
    root = who(account={"root_account_id": "7999999999999999999"})
    asked = {"account_id": ACCOUNT}
    name = "Rpc-Transit-Life-Account"
    assert sent(orders_v2.LIST, root, **asked).headers[name] == "7999999999999999999"
    assert sent(orders_v2.LIST, who(), **asked).headers[name] == ACCOUNT


def test_flags_are_spelled_as_json_spells_them() -> None:
    request = sent(orders_v2.LIST, who(), account_id="7", get_secret_number=True)
    assert ("get_secret_number", "true") in request.query


@pytest.mark.parametrize(
    ("form", "spelled"),
    [
        (None, ['["1795143600","100"]']),
        ("json", ['["1795143600","100"]']),
        ("comma", ["1795143600,100"]),
        ("repeat", ["1795143600", "100"]),
    ],
)
def test_a_cursor_is_spelled_as_configured(form: str | None, spelled: list[str]) -> None:
    options = {"cursor_form": form} if form else {}
    asked = {"account_id": ACCOUNT, "cursor": ("1795143600", "100")}
    request = sent(orders_v2.SCROLL, who(options=options), **asked)
    assert [value for name, value in request.query if name == "cursor"] == spelled


def test_the_first_cursor_is_a_bare_zero() -> None:
    request = sent(orders_v2.SCROLL, who(), account_id=ACCOUNT)
    assert ("cursor", "0") in request.query


def test_an_unknown_cursor_form_is_a_setting_gone_wrong() -> None:
    with pytest.raises(Misconfigured, match="cursor_form"):
        sent(
            orders_v2.SCROLL,
            who(options={"cursor_form": "xml"}),
            account_id="7",
            cursor=("1",),
        )


def test_the_token_call_carries_key_and_secret_and_no_token() -> None:
    request = sent(token_v1.FETCH, who())
    assert request.method == "POST"
    assert request.path == "/oauth/client_token/"
    assert request.json == {
        "client_key": "awkey01",
        "client_secret": SECRET,
        "grant_type": "client_credential",
    }
    assert "access-token" not in request.headers
    assert request.query == ()


def test_the_token_call_leaves_only_the_apps_secret_to_the_dialect() -> None:
    with pytest.raises(BadRequest):
        token_v1.FETCH.parameters(client_secret="mine")


@pytest.mark.parametrize("secret", [SECRET, TOKEN])
def test_neither_credentials_nor_requests_print_what_is_secret(secret: str) -> None:
    assert secret not in repr(who())
    assert secret not in repr(sent(token_v1.FETCH, who()))
    assert secret not in repr(sent(orders_v2.LIST, who(), account_id=ACCOUNT))


@pytest.mark.parametrize("expires_in", [7200, "7200"])
def test_a_token_is_read_with_its_life_in_seconds(expires_in: Any) -> None:
    token = token_v1.read({"access_token": TOKEN, "expires_in": expires_in})
    assert token.access_token == TOKEN
    assert token.expires_in == 7200
    assert TOKEN not in repr(token)


@pytest.mark.parametrize("data", [{}, {"access_token": ""}, {"access_token": None}])
def test_no_token_is_no_token(data: Any) -> None:
    with pytest.raises(ValueError, match="access_token"):
        token_v1.read(data)


# What may be asked ---------------------------------------------------------------------

BASE = {"account_id": ACCOUNT}


@pytest.mark.parametrize("name", ["orders_v1", "orders_v2", "orders_catering_v1"])
@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        ({"account_id": ""}, "account_id"),
        ({"page_size": 0}, "page_size"),
        ({"page_size": 101}, "page_size"),
        ({"page_num": 0}, "page_num"),
        ({"page_num": 101, "page_size": 100}, "10000"),
        ({"page_num": 10_001, "page_size": 1}, "10000"),
        ({"update_order_start_time": 1795140000}, "both ends"),
        ({"update_order_end_time": 1795140000}, "both ends"),
        ({"create_order_start_time": 1795140000}, "both ends"),
        ({"update_order_start_time": 2, "update_order_end_time": 1}, "before it starts"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_question_never_leaves(
    name: str, asked: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(BadRequest, match=complaint):
        shape(name).LIST.parameters(**(BASE | asked))


def test_the_last_page_within_the_cap_may_be_asked() -> None:
    assert orders_v2.LIST.parameters(**BASE, page_num=100, page_size=100)["page_num"] == 100


def test_a_cursor_goes_beyond_the_cap_of_page_numbers() -> None:
    asked = orders_v2.SCROLL.parameters(**BASE, page_num=500, cursor=("1", "2"))
    assert asked["cursor"] == ("1", "2")


def test_the_first_shape_knows_no_cursor() -> None:
    with pytest.raises(BadRequest, match="cursor"):
        shape("orders_v1").LIST.parameters(**BASE, cursor=("1",))
    assert not hasattr(shape("orders_v1"), "SCROLL")
