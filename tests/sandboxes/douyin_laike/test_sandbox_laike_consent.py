"""The two pages of the Laike box on which apps are let in, and what follows from them."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from hub_core.sandbox import ConsentError, Request

if TYPE_CHECKING:
    from .conftest import Caller, Laike

CALLBACK = "https://hub.example.com/auth/douyin-laike/callback"
FORM = "application/x-www-form-urlencoded"
DAY = 86_400


def connect(caller: Caller, **changed: str) -> str:
    asked = {
        "client_key": caller.box.accounts()[0].app_key,
        "response_type": "code",
        "scope": "user_info",
        "redirect_uri": CALLBACK,
        "state": "s-1",
    }
    return f"https://open.douyin.com/platform/oauth/connect/?{urlencode(asked | changed)}"


def brought(location: str) -> dict[str, str]:
    assert location.startswith(CALLBACK)
    return {k: v[0] for k, v in parse_qs(urlsplit(location).query).items()}


def agree(caller: Caller, shop: str = "", **asked: str) -> str:
    location = caller.box.consent(connect(caller, **asked), shop or caller.root)
    return brought(location)["code"]


def redeem(caller: Caller, code: str, kind: str = FORM, **changed: str) -> Any:
    sent = caller.credentials(grant_type="authorization_code", code=code, **changed)
    body = sent if "json" in kind else urlencode(sent).encode()
    return caller.post("/oauth/access_token/", body, kind)


def again(caller: Caller, token: str, *, renew: bool = False, **changed: str) -> Any:
    key = caller.box.accounts()[0].app_key
    sent = {"client_key": key, "refresh_token": token}
    if not renew:
        sent["grant_type"] = "refresh_token"
    path = f"/oauth/{'renew_' if renew else ''}refresh_token/"
    return caller.post(path, urlencode(sent | changed).encode(), FORM)["data"]


def isv(caller: Caller, *, secret: str = "", **changed: str) -> str:
    account = caller.box.accounts()[0]
    asked = {
        "client_key": account.app_key,
        "timestamp": str(caller.now),
        "solution_key": "16",
        "permission_keys": "1,16,139,141",
        "charset": "UTF-8",
        "extra": "v1.甲 & 乙",
        "out_shop_id": "s-77",
    } | changed
    joined = "".join(f"&{k}={asked[k]}" for k in sorted(asked))
    signed = f"{secret or account.app_secret}{joined}".encode()
    query = urlencode(asked | {"sign": hashlib.sha256(signed).hexdigest(), "new_host": "1"})
    return f"https://auth.dylk.com/auth-isv/?{query}"


# /platform/oauth/connect/ ---------------------------------------------------------------


def test_a_user_agrees_and_the_code_becomes_tokens(laike: Laike) -> None:
    caller = laike(orders=1, redirect_uri=CALLBACK)
    back = brought(caller.box.consent(connect(caller), caller.root))
    told = redeem(caller, back["code"])

    assert back["state"] == "s-1"
    assert told["message"] == "success"
    data = told["data"]
    assert data["access_token"].startswith("act.")
    assert data["refresh_token"].startswith("rft.")
    assert (data["expires_in"], data["refresh_expires_in"]) == (15 * DAY, 30 * DAY)
    assert (data["error_code"], data["scope"], data["captcha"]) == (0, "user_info", "")
    assert data["open_id"] == caller.box.user_tokens.open_id(caller.root)
    assert caller.box.user_tokens.holder(data["access_token"], caller.now) == caller.root
    operations = [entry.operation for entry in caller.box.log.entries]
    assert operations == ["token", "consent", "user_token"]


def test_another_merchants_owner_may_be_the_one_who_agrees(laike: Laike) -> None:
    caller = laike(orders=1, shops=2)
    first, second = (account.external_id for account in caller.box.accounts())
    url = connect(caller).removeprefix("https://open.douyin.com")
    page = caller.box.handle(Request("GET", url)).body.decode()
    assert first in page
    assert second in page

    data = redeem(caller, agree(caller, second))["data"]
    assert data["open_id"] != caller.box.user_tokens.open_id(first)
    assert data["open_id"] == caller.box.user_tokens.open_id(second)


def test_a_no_leaves_the_browser_there_or_goes_the_usual_way(laike: Laike) -> None:
    caller = laike(orders=1)
    assert caller.box.refuse(connect(caller)) == ""
    usual = laike(orders=1, switches={"cancelled": "access_denied"})
    brings = {"error": "access_denied", "state": "s-1"}
    assert brought(usual.box.refuse(connect(usual))) == brings


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"redirect_uri": CALLBACK + "/2"}, "10006"),
        ({"redirect_uri": "app://callback"}, "10006"),
        ({"client_key": "aw1"}, "10003"),
        ({"response_type": "token"}, "10002"),
        ({"scope": ""}, "10002"),
        ({"scope": "user_info,mobile"}, "10004"),
    ],
)
def test_a_wrong_request_stays_on_the_page(
    laike: Laike, changed: dict[str, str], code: str
) -> None:
    scopes = ("user_info", "friend_relation")
    caller = laike(orders=1, redirect_uri=CALLBACK, user_scopes=scopes)
    with pytest.raises(ConsentError):
        caller.box.consent(connect(caller, **changed), caller.root)
    assert caller.box.log.entries[-1].outcome == code


def test_addresses_are_compared_up_to_the_hash(laike: Laike) -> None:
    caller = laike(orders=1, redirect_uri=CALLBACK)
    url = connect(caller, redirect_uri=f"{CALLBACK}#/in/the/app")
    location = caller.box.consent(url, caller.root)
    assert urlsplit(location).fragment == "/in/the/app"
    assert "code" in brought(location)


@pytest.mark.parametrize(
    ("form", "scope"),
    [
        ({}, "user_info,mobile"),
        ({"scopes": "message"}, "user_info,message"),
        ({"scopes": ""}, "user_info"),
    ],
)
def test_users_tick_optional_scopes(laike: Laike, form: dict[str, str], scope: str) -> None:
    caller = laike(orders=1)
    url = connect(caller, optionalScope="mobile,1,message,0")
    code = brought(caller.box.consent(url, caller.root, **form))["code"]
    assert redeem(caller, code)["data"]["scope"] == scope


def test_a_code_works_once_for_ten_minutes_and_until_the_next(laike: Laike) -> None:
    caller = laike(orders=1)
    code = agree(caller)
    assert redeem(caller, code)["data"]["error_code"] == 0
    no = redeem(caller, code)
    assert (no["message"], no["data"]["error_code"]) == ("error", 10007)
    late = agree(caller)
    caller.box.clock.advance(600)
    assert redeem(caller, late)["data"]["error_code"] == 10007
    former, newest = agree(caller), agree(caller)
    assert redeem(caller, former)["data"]["error_code"] == 10007
    assert redeem(caller, newest)["data"]["error_code"] == 0


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"client_key": "aw1"}, 10003),
        ({"client_secret": "guess"}, 10013),
        ({"grant_type": "authorization"}, 10002),
        ({"client_secret": ""}, 10002),
    ],
)
def test_a_wrong_word_is_refused_and_costs_no_code(
    laike: Laike, changed: dict[str, str], code: int
) -> None:
    caller = laike(orders=1)
    given = agree(caller)
    sent = caller.credentials(grant_type="authorization_code", code=given) | changed
    told = caller.post("/oauth/access_token/", urlencode(sent).encode(), FORM)
    assert told["data"]["error_code"] == code
    assert redeem(caller, given)["data"]["error_code"] == 0


@pytest.mark.parametrize(
    ("how", "form", "as_json"), [("any", 0, 0), ("form", 0, 10002), ("json", 10002, 0)]
)
def test_the_code_call_is_a_form_or_json(
    laike: Laike, how: str, form: int, as_json: int
) -> None:
    caller = laike(orders=1, switches={"user_oauth_request": how})
    assert redeem(caller, agree(caller))["data"]["error_code"] == form
    told = redeem(caller, agree(caller), "application/json")
    assert told["data"]["error_code"] == as_json


def test_refreshing_prolongs_the_access_token_and_not_the_refresh_token(
    laike: Laike,
) -> None:
    caller = laike(orders=1)
    first = redeem(caller, agree(caller))["data"]
    caller.box.clock.advance(DAY)
    told = again(caller, first["refresh_token"])
    assert told["access_token"] == first["access_token"]
    assert told["refresh_token"] == first["refresh_token"]
    assert (told["expires_in"], told["refresh_expires_in"]) == (
        str(15 * DAY),
        str(29 * DAY),
    )
    caller.box.clock.advance(15 * DAY)
    assert caller.box.user_tokens.holder(told["access_token"], caller.now) is None
    fresh = again(caller, first["refresh_token"])["access_token"]
    assert fresh != first["access_token"]
    caller.box.clock.advance(14 * DAY)
    assert again(caller, first["refresh_token"])["error_code"] == 10010


def test_a_refresh_may_always_bring_a_new_text(laike: Laike) -> None:
    switches = {"user_refresh": "new", "user_token_numbers": "numbers"}
    caller = laike(orders=1, switches=switches)
    first = redeem(caller, agree(caller))["data"]
    told = again(caller, first["refresh_token"])
    assert told["access_token"] != first["access_token"]
    assert told["expires_in"] == 15 * DAY


def test_a_refresh_token_can_be_renewed_five_times(laike: Laike) -> None:
    caller = laike(orders=1)
    token = redeem(caller, agree(caller))["data"]["refresh_token"]
    for _ in range(5):
        caller.box.clock.advance(DAY)
        former, told = token, again(caller, token, renew=True)
        token = told["refresh_token"]
        assert told["expires_in"] == str(30 * DAY)
        assert again(caller, former)["error_code"] == 10010
    assert again(caller, token, renew=True)["error_code"] == 10020
    assert again(caller, token)["error_code"] == 0


def test_renewing_needs_a_permission_and_a_token(laike: Laike) -> None:
    caller = laike(orders=1, user_renewable=False)
    token = redeem(caller, agree(caller))["data"]["refresh_token"]
    assert again(caller, token, renew=True)["error_code"] == 10004
    assert again(caller, "", renew=True)["error_code"] == 10005
    assert again(caller, "")["error_code"] == 10005


def test_a_renewed_token_that_comes_again_may_end_the_grant(laike: Laike) -> None:
    caller = laike(orders=1, switches={"user_renewed_again": "family"})
    first = redeem(caller, agree(caller))["data"]
    renewed = again(caller, first["refresh_token"], renew=True)["refresh_token"]
    assert again(caller, first["refresh_token"])["error_code"] == 10010
    assert again(caller, renewed)["error_code"] == 10010
    assert caller.box.user_tokens.holder(first["access_token"], caller.now) is None


def test_a_user_can_take_it_back(laike: Laike) -> None:
    caller = laike(orders=1)
    data = redeem(caller, agree(caller))["data"]
    caller.box.revoke_user(caller.root)
    assert caller.box.user_tokens.holder(data["access_token"], caller.now) is None
    assert again(caller, data["refresh_token"])["error_code"] == 10010


# /auth-isv/ -----------------------------------------------------------------------------


def test_a_merchant_lets_a_provider_in_and_the_address_hears_of_it(laike: Laike) -> None:
    caller = laike(orders=1, pushes=True)
    caller.box.revoke(caller.root)
    assert caller.refused() == 2100007

    assert caller.box.consent(isv(caller), caller.root) == ""

    assert caller.data()["error_code"] == 0
    (push,) = caller.box.pushes.queue
    body = json.loads(push.request.body)
    assert body["event"] == "life_saas_cooperate_auth_with_bind"
    assert json.loads(body["content"]) == {
        "account_id": caller.root,
        "solution_key": "16",
        "permission_keys": ["1", "16", "139", "141"],
        "out_shop_id": "s-77",
        "poi_id": caller.box.shops[caller.root].backroom.places.ids[0],
        "extra": "v1.甲 & 乙",
    }


def test_the_merchant_chooses_the_place_that_is_bound(laike: Laike) -> None:
    caller = laike(orders=1, pushes=True, shops=2)
    other = caller.box.accounts()[1].external_id
    place = caller.box.shops[other].backroom.places.ids[2]
    caller.box.consent(isv(caller), other, poi_id=place)
    content = json.loads(json.loads(caller.box.pushes.queue[0].request.body)["content"])
    assert (content["account_id"], content["poi_id"]) == (other, place)
    with pytest.raises(ConsentError):
        caller.box.consent(isv(caller), caller.root, poi_id=place)


def test_a_merchants_no_changes_and_pushes_nothing(laike: Laike) -> None:
    caller = laike(orders=1, pushes=True)
    caller.box.revoke(caller.root)
    assert caller.box.refuse(isv(caller)) == ""
    assert caller.refused() == 2100007
    assert caller.box.pushes.queue == []


@pytest.mark.parametrize(
    "changed",
    [
        {"secret": "guess"},
        {"client_key": "aw1"},
        {"solution_key": "6"},
        {"permission_keys": "1,139"},
        {"charset": "GBK"},
        {"extra": "长" * 334},
        {"timestamp": "0"},
        {"timestamp": "soon"},
    ],
)
def test_a_providers_address_must_be_whole_signed_and_fresh(
    laike: Laike, changed: dict[str, str]
) -> None:
    caller = laike(orders=1, pushes=True)
    with pytest.raises(ConsentError, match="URL校验不通过"):
        caller.box.consent(isv(caller, **changed), caller.root)
    assert caller.box.pushes.queue == []


def test_a_providers_address_is_good_for_a_day(laike: Laike) -> None:
    caller = laike(orders=1)
    url = isv(caller)
    caller.box.clock.advance(DAY - 1)
    assert caller.box.consent(url, caller.root) == ""
    caller.box.clock.advance(1)
    with pytest.raises(ConsentError, match="失效"):
        caller.box.consent(url, caller.root)


def test_consents_change_nothing_else_in_the_box(laike: Laike) -> None:
    asked, left = laike(orders=20), laike(orders=20)
    redeem(asked, agree(asked))
    asked.box.consent(isv(asked), asked.root)
    for caller in (asked, left):
        caller.box.churn(40)
    assert asked.box.truth(asked.root) == left.box.truth(left.root)
    assert asked.log_in() == left.log_in()
