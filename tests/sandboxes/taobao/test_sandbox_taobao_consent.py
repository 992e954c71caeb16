"""The page of the Taobao box on which sellers let apps in, and what its codes are worth."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import pytest

from hub_core.sandbox import ConsentError, Request
from sandboxes.taobao.times import text

CALLBACK = "https://hub.example.com/auth/taobao/callback"
PAGE = "https://oauth.taobao.com/authorize"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def opened(open_box: Any) -> Any:
    """A box with next to no trades: nothing here is about them."""
    return lambda **options: open_box(**({"orders": 3} | options))


def address(caller: Any, **changed: str) -> str:
    asked = {
        "response_type": "code",
        "client_id": caller.account.app_key,
        "redirect_uri": CALLBACK,
        "state": "a b&c=甲",
        "view": "web",
    }
    return f"{PAGE}?{urlencode({k: v for k, v in (asked | changed).items() if v})}"


def brought(location: str) -> dict[str, str]:
    assert location.startswith(CALLBACK)
    return {k: v[0] for k, v in parse_qs(urlsplit(location).query).items()}


def token(caller: Any, **changed: str) -> tuple[int, Any]:
    form = {
        "client_id": caller.account.app_key,
        "client_secret": caller.account.app_secret,
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
    }
    body = urlencode(form | changed).encode()
    answer = caller.box.handle(Request("POST", "/token", FORM, body))
    return answer.status, json.loads(answer.body)


def listing(caller: Any, **more: str) -> str:
    now = caller.now()
    window = {"start_modified": text(now - 60), "end_modified": text(now)}
    code: str = caller.code(
        "taobao.trades.sold.increment.get", fields="tid", **window, **more
    )
    return code


def test_a_seller_agrees_and_the_code_becomes_a_session(opened: Any) -> None:
    caller = opened(redirect_uri=CALLBACK)
    shop = caller.account.external_id
    caller.box.revoke(shop)

    back = brought(caller.box.consent(address(caller), shop))
    status, fields = token(caller, code=back["code"])

    assert back["state"] == "a b&c=甲"
    assert (status, fields["taobao_user_id"]) == (200, shop)
    assert listing(caller, session=fields["access_token"]) == "ok"
    assert [e.outcome for e in caller.box.log.entries][:2] == ["ok", "ok"]
    assert caller.box.log.entries[0].operation == "consent"


def test_the_page_is_a_form_a_person_can_answer(opened: Any, shop: Any) -> None:
    caller = opened(shops=2)
    target = address(caller).removeprefix("https://oauth.taobao.com")
    page = caller.box.handle(Request("GET", target))

    assert page.status == 200
    for number in (0, 1):
        assert shop(caller, number).account.name in page.body.decode()
    assert page.body.decode().count("<button") == 2


def test_another_shop_of_the_app_may_be_the_one_that_agrees(opened: Any, shop: Any) -> None:
    caller = opened(shops=2)
    other = shop(caller, 1).account.external_id

    back = brought(caller.box.consent(address(caller), other))

    assert token(caller, code=back["code"])[1]["taobao_user_id"] == other


def test_a_shop_of_another_app_may_not(opened: Any, shop: Any) -> None:
    caller = opened(shops=2, apps=2)
    with pytest.raises(ConsentError, match="不允许当前用户访问"):
        caller.box.consent(address(caller), shop(caller, 1).account.external_id)


def test_cancelling_brings_an_error_and_no_code(opened: Any) -> None:
    back = brought((caller := opened()).box.refuse(address(caller)))

    assert back["error"] == "access_denied"
    assert back["error_description"]
    assert back["state"] == "a b&c=甲"
    assert "code" not in back


@pytest.mark.parametrize(
    ("rule", "given", "passes"),
    [
        ("exact", CALLBACK, True),
        ("exact", CALLBACK + "/", False),
        ("exact", "https://hub.example.com.evil.net/auth/taobao/callback", False),
        ("same_domain", "https://other.example.com/elsewhere", True),
        ("same_domain", "https://example.net/auth", False),
        ("any", "https://elsewhere.net/", True),
        ("any", "javascript:alert(1)", False),
        ("any", "", False),
    ],
)
def test_browsers_are_sent_to_the_registered_address_only(
    opened: Any, rule: str, given: str, passes: bool
) -> None:
    caller = opened(redirect_uri=CALLBACK, switches={"redirect": rule})
    shop, url = caller.account.external_id, address(caller, redirect_uri=given)
    if passes:
        assert caller.box.consent(url, shop).startswith(given)
        return
    with pytest.raises(ConsentError, match="can not match the redirect_uri"):
        caller.box.consent(url, shop)
    with pytest.raises(ConsentError):
        caller.box.refuse(url)


@pytest.mark.parametrize(
    "changed", [{"client_id": "1"}, {"response_type": "token"}, {"view": "tv"}]
)
def test_a_wrong_request_is_told_on_the_page(opened: Any, changed: dict[str, str]) -> None:
    caller = opened()
    with pytest.raises(ConsentError, match="is invalid"):
        caller.box.consent(address(caller, **changed), caller.account.external_id)


def test_a_code_works_once_for_its_app_and_address_in_time(opened: Any, shop: Any) -> None:
    caller = opened(shops=2, apps=2)

    def fresh() -> str:
        url = address(caller)
        return brought(caller.box.consent(url, caller.account.external_id))["code"]

    code = fresh()
    assert token(caller, code=code)[0] == 200
    status, no = token(caller, code=code)
    said = f"authorize code {code} invalidate,please authorize again."
    assert (status, no) == (400, {"error": "invalid_client", "error_description": said})
    elsewhere = {"redirect_uri": "https://hub.example.com/other"}
    assert token(caller, code=fresh(), **elsewhere)[0] == 400
    assert token(shop(caller, 1), code=fresh())[0] == 400
    late = fresh()
    caller.box.clock.advance(1_800)
    assert token(caller, code=late)[0] == 400


def test_the_gateway_takes_the_pages_code_too(opened: Any) -> None:
    caller = opened()
    code = brought(caller.box.consent(address(caller), caller.account.external_id))["code"]
    assert caller.code("taobao.top.auth.token.create", session=None, code=code) == "ok"


def test_a_sub_account_is_named_beside_its_seller(opened: Any) -> None:
    caller = opened()
    account = caller.account
    back = brought(caller.box.consent(address(caller), account.external_id, sub="仓库"))
    _, fields = token(caller, code=back["code"])

    assert fields["taobao_user_id"] == account.external_id
    assert unquote(fields["sub_taobao_user_nick"]) == f"{account.name}:仓库"
    assert fields["sub_taobao_user_id"] != account.external_id


def test_a_spent_refresh_token_may_end_the_whole_authorisation(opened: Any) -> None:
    caller = opened(switches={"refresh": "family"})
    old = caller.account.refresh_token
    renew = {"grant_type": "refresh_token", "refresh_token": old}
    assert token(caller, **renew)[0] == 200
    assert listing(caller) == "ok"

    assert token(caller, **renew)[1]["error"] == "invalid_grant"
    assert listing(caller) == "27|invalid-sessionkey"
    again = {"grant_type": "refresh_token", "refresh_token": caller.account.refresh_token}
    assert token(caller, **again)[0] == 400


def test_an_older_authorisations_token_ends_no_newer_one(opened: Any) -> None:
    caller = opened(switches={"refresh": "family"})
    old, shop = caller.account.refresh_token, caller.account.external_id
    renew = {"grant_type": "refresh_token", "refresh_token": old}
    assert token(caller, **renew)[0] == 200
    code = brought(caller.box.consent(address(caller), shop))["code"]
    assert token(caller, code=code)[0] == 200

    assert token(caller, **renew)[0] == 400
    assert listing(caller) == "ok"


def test_consents_change_nothing_else_in_the_box(opened: Any) -> None:
    asked, left = opened(), opened()
    asked.box.consent(address(asked), asked.account.external_id)
    for caller in (asked, left):
        caller.box.churn(40)
    shop = left.account.external_id

    assert asked.account == left.account
    assert asked.box.truth(shop) == left.box.truth(shop)


def test_the_callback_is_registered_over_http_as_well(opened: Any) -> None:
    caller = opened()
    body = json.dumps({"redirect_uri": CALLBACK + "/2"}).encode()
    assert caller.box.handle(Request("POST", "/_sandbox/register", {}, body)).status == 200
    with pytest.raises(ConsentError, match="can not match"):
        caller.box.consent(address(caller), caller.account.external_id)
