"""The page of the JD box on which owners let apps in, and what its codes are worth."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from hub_core.sandbox import ConsentError, Request

if TYPE_CHECKING:
    from tests.sandboxes.jd.conftest import Caller

    Open = Callable[..., Caller]

CALLBACK = "https://hub.example.com/auth/jd/callback"
LEGACY = {"page": "https://oauth.jd.com/oauth/authorize", "app": "client_id"}


@pytest.fixture
def few(shop: Open) -> Open:
    """A box with next to no orders: nothing here is about them."""
    return lambda **options: shop(**({"orders": 3} | options))


def address(
    client: Caller,
    *,
    page: str = "https://open-oauth.jd.com/oauth2/to_login",
    app: str = "app_key",
    **changed: str,
) -> str:
    asked = {
        app: client.box.options.app_key,
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "state": "20180416",
        "scope": "snsapi_base",
    }
    return f"{page}?{urlencode(asked | changed)}"


def brought(location: str) -> dict[str, str]:
    assert location.startswith(CALLBACK)
    return {k: v[0] for k, v in parse_qs(urlsplit(location).query).items()}


def token(client: Caller, path: str = "/oauth2/access_token", **asked: str) -> Any:
    names = ("client_id", "client_secret") if path == "/oauth/token" else ()
    names = names or ("app_key", "app_secret")
    options = client.box.options
    app = dict(zip(names, (options.app_key, options.app_secret), strict=True))
    sent = app | {"grant_type": "authorization_code"} | asked
    answer = client.box.handle(Request("GET", f"{path}?{urlencode(sent)}"))
    assert answer.status == 200
    return json.loads(answer.body)


def works(client: Caller, access: str) -> bool:
    sent = client.system("jingdong.pop.order.enSearch", client.question())
    answer = client.post(client.signed(sent | {"access_token": access}))
    return "error_response" not in answer


def test_an_owner_agrees_and_the_code_becomes_a_token(few: Open) -> None:
    client = few(redirect_uri=CALLBACK)
    client.box.revoke(client.account)

    back = brought(client.box.consent(address(client), client.account))
    told = token(client, code=back["code"])

    assert back["state"] == "20180416"
    assert told["code"] == 0
    assert works(client, told["access_token"])
    entry = client.box.log.entries[0]
    assert (entry.operation, entry.account) == ("consent", client.account)


def test_the_page_lets_choose_among_the_shops(few: Open) -> None:
    client = few(shops=2)
    first, second = (account.external_id for account in client.box.accounts())
    page = client.box.handle(Request("GET", urlsplit(address(client)).path))
    assert page.status == 400  # nothing was asked for
    target = address(client).removeprefix("https://open-oauth.jd.com")
    text = client.box.handle(Request("GET", target)).body.decode()
    assert first in text
    assert second in text

    told = token(client, code=brought(client.box.consent(address(client), second))["code"])
    handle = {a.external_id: a.settings["open_id"] for a in client.box.accounts()}
    assert told["open_id"] == handle[second]


@pytest.mark.parametrize(
    ("switch", "brings"),
    [
        ("access_denied", {"error": "access_denied", "state": "20180416"}),
        ("state_only", {"state": "20180416"}),
    ],
)
def test_a_no_brings_no_code(few: Open, switch: str, brings: dict[str, str]) -> None:
    client = few(switches={"cancelled": switch})
    assert brought(client.box.refuse(address(client))) == brings


def test_a_no_may_send_nobody_anywhere_but_from_the_legacy_page(few: Open) -> None:
    client = few(switches={"cancelled": "stays"})
    assert client.box.refuse(address(client)) == ""
    assert brought(client.box.refuse(address(client, **LEGACY)))["error"] == "access_denied"


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": CALLBACK + "?x=1"},
        {"redirect_uri": "https://hub.example.com@evil.net/"},
        {"app_key": "AK0002"},
        {"response_type": "token"},
        {"scope": "everything"},
    ],
)
def test_a_wrong_request_stays_on_the_page(few: Open, changed: dict[str, str]) -> None:
    client = few(redirect_uri=CALLBACK)
    with pytest.raises(ConsentError):
        client.box.consent(address(client, **changed), client.account)
    with pytest.raises(ConsentError):
        client.box.refuse(address(client, **changed))


def test_a_code_works_once_and_for_some_minutes(few: Open) -> None:
    client = few(code_ttl=timedelta(minutes=5))

    def fresh() -> str:
        return brought(client.box.consent(address(client), client.account))["code"]

    code = fresh()
    assert token(client, code=code)["code"] == 0
    no = token(client, code=code)
    assert no["code"] != 0
    assert no.keys() == {"code", "msg", "requestId"}
    late = fresh()
    client.box.clock.advance(300)
    assert token(client, code=late)["code"] != 0


def test_the_legacy_call_names_the_codes_address(few: Open) -> None:
    client = few()

    def fresh() -> str:
        url = address(client, **LEGACY)
        return brought(client.box.consent(url, client.account))["code"]

    told = token(client, "/oauth/token", code=fresh(), redirect_uri=CALLBACK)
    assert told["code"] == 0
    assert isinstance(told["time"], str)
    other = token(client, "/oauth/token", code=fresh(), redirect_uri=CALLBACK + "/2")
    assert other["code"] != 0


def test_more_may_stand_beside_the_sampled_fields(few: Open) -> None:
    client = few(switches={"more_told": "yes"})
    code = brought(client.box.consent(address(client), client.account))["code"]
    told = token(client, code=code)

    assert {"xid", "user_nick", "uid", "open_id"} <= told.keys()
    assert told["expires_at"] == told["time"] + told["expires_in"] * 1000


def test_a_used_refresh_token_may_end_the_whole_grant(few: Open) -> None:
    client = few(switches={"refresh_use": "family"})
    old = client.box.accounts()[0].refresh_token or ""
    new = client.refresh(old)
    assert works(client, new["access_token"])

    assert client.refresh(old)["code"] != 0
    assert not works(client, new["access_token"])
    assert client.refresh(new["refresh_token"])["code"] != 0


def test_an_older_grants_token_ends_no_newer_one(few: Open) -> None:
    client = few(switches={"refresh_use": "family"})
    old = client.box.accounts()[0].refresh_token or ""
    client.refresh(old)
    code = brought(client.box.consent(address(client), client.account))["code"]
    told = token(client, code=code)

    assert client.refresh(old)["code"] != 0
    assert works(client, told["access_token"])


def test_an_app_may_not_be_able_to_refresh_at_all(few: Open) -> None:
    client = few(refreshable=False)
    assert client.refresh(client.box.accounts()[0].refresh_token or "")["code"] != 0


def test_consents_change_nothing_else_in_the_box(few: Open) -> None:
    asked, left = few(), few()
    asked.box.consent(address(asked), asked.account)
    for client in (asked, left):
        client.box.churn(40)

    assert asked.box.accounts() == left.box.accounts()
    assert asked.box.truth(asked.account) == left.box.truth(left.account)
