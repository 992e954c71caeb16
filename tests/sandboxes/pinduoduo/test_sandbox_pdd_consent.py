"""The page of the Pinduoduo box on which shops let apps in, and what its codes do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from hub_core.sandbox import ConsentError, Request

if TYPE_CHECKING:
    from tests.sandboxes.pinduoduo.conftest import Caller

    Open = Callable[..., Caller]

CALLBACK = "https://hub.example.com/auth/pinduoduo/callback"
PAGE = "https://fuwu.pinduoduo.com/service-market/auth"


@pytest.fixture
def few(shop: Open) -> Open:
    """A box with next to no orders: nothing here is about them."""
    return lambda **options: shop(**({"orders": 3} | options))


def address(client: Caller, **changed: str) -> str:
    asked = {
        "response_type": "code",
        "client_id": client.box.options.client_id,
        "redirect_uri": CALLBACK,
        "state": "1212",
    }
    return f"{PAGE}?{urlencode(asked | changed)}"


def brought(location: str) -> dict[str, str]:
    assert location.startswith(CALLBACK)
    return {k: v[0] for k, v in parse_qs(urlsplit(location).query).items()}


def code_of(client: Caller, shop: str = "") -> str:
    return brought(client.box.consent(address(client), shop or client.account))["code"]


def redeem(client: Caller, code: str) -> dict[str, Any]:
    return client.call("pdd.pop.auth.token.create", code=code)


def works(client: Caller, access: str | None) -> bool:
    sent = client.public("pdd.mall.info.get") | {"access_token": access or ""}
    return "mall_info_get_response" in client.post(client.sign(sent))


def test_a_shop_agrees_and_the_code_becomes_its_token(few: Open) -> None:
    client = few(redirect_uri=CALLBACK)
    client.box.revoke(client.account)

    back = brought(client.box.consent(address(client), client.account))
    got = redeem(client, back["code"])

    assert back["state"] == "1212"
    assert got["owner_id"] == client.account
    assert works(client, got["access_token"])
    entry = client.box.log.entries[0]
    assert (entry.operation, entry.outcome) == ("consent", "ok")


def test_the_page_lets_choose_among_the_shops(few: Open) -> None:
    client = few(shops=2)
    first, second = (account.external_id for account in client.box.accounts())
    target = address(client).removeprefix("https://fuwu.pinduoduo.com")
    text = client.box.handle(Request("GET", target)).body.decode()
    assert first in text
    assert second in text

    assert redeem(client, code_of(client, second))["owner_id"] == second


def test_agreeing_again_ends_at_once_what_was_before(few: Open) -> None:
    client = few()
    old = client.box.accounts()[0]
    first = code_of(client)
    second = code_of(client)

    assert not works(client, old.access_token)
    assert client.refresh(old.refresh_token)["error_code"] == 10019
    assert redeem(client, first)["error_code"] == 10019
    assert "access_token" in redeem(client, second)


def test_a_no_leaves_the_browser_where_it_is_and_ends_nothing(few: Open) -> None:
    client = few()
    assert client.box.refuse(address(client)) == ""
    assert works(client, client.box.accounts()[0].access_token)


def test_a_no_may_go_the_usual_way(few: Open) -> None:
    client = few(switches={"cancelled": "access_denied"})
    brings = {"error": "access_denied", "state": "1212"}
    assert brought(client.box.refuse(address(client))) == brings


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": CALLBACK + "/"},
        {"redirect_uri": "http://hub.example.com/auth/pinduoduo/callback"},
        {"client_id": "client-2"},
        {"response_type": "token"},
        {"view": "tv"},
    ],
)
def test_a_wrong_request_stays_on_the_page(few: Open, changed: dict[str, str]) -> None:
    client = few(redirect_uri=CALLBACK)
    with pytest.raises(ConsentError):
        client.box.consent(address(client, **changed), client.account)
    assert works(client, client.box.accounts()[0].access_token)


def test_a_sub_account_may_not_agree(few: Open) -> None:
    client = few()
    with pytest.raises(ConsentError, match="主账号"):
        client.box.consent(address(client), client.account, sub="客服")


def test_an_app_that_is_not_released_takes_some_shops_only(few: Open) -> None:
    client = few(shops=3, shops_most=2)
    third = client.box.accounts()[2].external_id
    client.box.revoke(third)
    with pytest.raises(ConsentError, match="上限"):
        code_of(client, third)
    client.box.revoke(client.account)
    assert redeem(client, code_of(client, third))["owner_id"] == third


def test_a_code_works_once_and_for_ten_minutes(few: Open) -> None:
    client = few()
    code = code_of(client)
    client.box.clock.advance(599)
    assert "access_token" in redeem(client, code)
    assert redeem(client, code)["error_code"] == 10019
    late = code_of(client)
    client.box.clock.advance(600)
    assert redeem(client, late)["error_code"] == 10019


def test_a_spent_refresh_token_may_end_the_whole_grant(few: Open) -> None:
    client = few(switches={"refresh_pair": "family"})
    old = client.box.accounts()[0].refresh_token
    new = client.refresh(old)
    assert works(client, new["access_token"])

    assert client.refresh(old)["error_code"] == 10019
    assert not works(client, new["access_token"])
    assert client.refresh(new["refresh_token"])["error_code"] == 10019


def test_an_app_may_not_be_able_to_refresh_at_all(few: Open) -> None:
    client = few(refreshable=False)
    assert client.refresh(client.box.accounts()[0].refresh_token)["error_code"] == 10019


def test_consents_change_nothing_else_in_the_box(few: Open) -> None:
    asked, left = few(), few()
    url = address(asked)
    assert asked.box.handle(Request("GET", urlsplit(url).path)).status == 400
    with pytest.raises(ConsentError):
        asked.box.consent(address(asked, client_id="x"), asked.account)
    asked.box.refuse(url)
    asked.box.consent(url, asked.account)
    for client in (asked, left):
        client.box.churn(40)
        client.box.let_in(client.account, "the same")

    assert asked.box.truth(asked.account) == left.box.truth(left.account)
    assert asked.box.accounts() == left.box.accounts()
