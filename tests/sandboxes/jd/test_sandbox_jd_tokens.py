"""Tokens: given, refreshed, expired, revoked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from hub_core.sandbox import Request

if TYPE_CHECKING:
    from tests.sandboxes.jd.conftest import Caller

    Open = Callable[..., Caller]

DAY = 86_400.0


def works(client: Caller, token: str) -> bool:
    sent = client.system("jingdong.pop.order.enSearch", client.question())
    answer = client.post(client.signed(sent | {"access_token": token}))
    return "error_response" not in answer


def test_a_refresh_answers_in_the_official_shape(shop: Open) -> None:
    client = shop()
    before = client.box.accounts()[0]
    told = client.refresh(before.refresh_token or "")
    assert told.keys() == {
        *("access_token", "expires_in", "refresh_token", "scope", "open_id", "uid"),
        *("time", "token_type", "code"),
    }
    assert told["code"] == 0
    assert told["expires_in"] == 365 * DAY
    assert told["time"] == client.box.clock.now() * 1000
    assert told["access_token"] != before.access_token
    assert works(client, told["access_token"])


def test_a_replaced_token_dies_at_once(shop: Open) -> None:
    client = shop()
    old = client.box.accounts()[0]
    client.refresh(old.refresh_token or "")
    assert not works(client, old.access_token or "")


def test_a_replaced_token_may_have_a_grace(shop: Open) -> None:
    client = shop(token_grace=timedelta(minutes=5))
    old = client.box.accounts()[0]
    client.refresh(old.refresh_token or "")
    client.box.clock.advance(299)
    assert works(client, old.access_token or "")
    client.box.clock.advance(2)
    assert not works(client, old.access_token or "")


def test_a_token_expires_after_its_life(shop: Open) -> None:
    client = shop(token_ttl=timedelta(hours=24))
    token = client.box.accounts()[0].access_token or ""
    client.box.clock.advance(DAY - 1)
    assert works(client, token)
    client.box.clock.advance(1)
    assert not works(client, token)


def test_an_expired_token_is_code_19_and_can_be_refreshed(shop: Open) -> None:
    client = shop()
    client.box.expire_token(client.account)
    assert client.call("jingdong.pop.order.enSearch", client.question())["code"] == "19"
    told = client.refresh(client.box.accounts()[0].refresh_token or "")
    assert works(client, told["access_token"])


def test_after_expiry_a_refresh_may_come_too_late(shop: Open) -> None:
    client = shop(switches={"refresh_after_expiry": "refused"})
    token = client.box.accounts()[0].refresh_token or ""
    assert client.refresh(token)["code"] == 0
    client.box.expire_token(client.account)
    token = client.box.accounts()[0].refresh_token or ""
    assert client.refresh(token)["code"] != 0


def test_revoked_tokens_are_dead_and_a_failure_has_code_msg_and_request_id(
    shop: Open,
) -> None:
    client = shop()
    account = client.box.accounts()[0]
    client.box.revoke(client.account)
    assert not works(client, account.access_token or "")
    said = client.refresh(account.refresh_token or "")
    assert said["code"] != 0
    assert {"msg", "requestId"} <= said.keys()


def test_after_revocation_a_new_code_opens_the_shop_again(shop: Open) -> None:
    client = shop()
    client.box.revoke(client.account)
    code = client.box.authorise(client.account)
    asked = {"grant_type": "authorization_code", "code": code}
    told = client.token("access_token", **asked)
    assert works(client, told["access_token"])
    assert client.token("access_token", **asked)["code"] != 0, "a code works once"


def test_a_code_dies_of_age(shop: Open) -> None:
    client = shop()
    code = client.box.authorise(client.account)
    client.box.clock.advance(301)
    asked = {"grant_type": "authorization_code", "code": code}
    assert client.token("access_token", **asked)["code"] != 0


def test_a_code_of_another_shop_names_the_other_owner(shop: Open) -> None:
    client = shop(shops=2)
    first, second = client.box.accounts()
    code = client.box.authorise(second.external_id)
    told = client.token("access_token", grant_type="authorization_code", code=code)
    assert told["open_id"] == second.settings["open_id"] != first.settings["open_id"]


@pytest.mark.parametrize("use", ["many", "once"])
def test_whether_a_refresh_token_works_twice_is_a_switch(shop: Open, use: str) -> None:
    client = shop(switches={"refresh_use": use})
    token = client.box.accounts()[0].refresh_token or ""
    assert client.refresh(token)["code"] == 0
    assert (client.refresh(token)["code"] == 0) is (use == "many")


def test_a_legacy_refresh_keeps_the_text_and_extends_its_life(shop: Open) -> None:
    client = shop(switches={"refresh_text": "same", "token_time": "text"})
    before = client.box.accounts()[0]
    client.box.clock.advance(300 * DAY)
    told = client.refresh(before.refresh_token or "")
    assert told["access_token"] == before.access_token
    assert told["expires_in"] == 365 * DAY
    assert isinstance(told["time"], str)


def test_the_legacy_address_takes_client_id_and_keeps_the_text(shop: Open) -> None:
    client = shop()
    account = client.box.accounts()[0]
    query = {
        "client_id": account.app_key,
        "client_secret": account.app_secret,
        "grant_type": "refresh_token",
        "refresh_token": account.refresh_token or "",
    }
    told = client.answer(Request("GET", f"/oauth/token?{urlencode(query)}"))
    assert told["code"] == 0
    assert told["access_token"] == account.access_token
    assert isinstance(told["time"], str)


def test_refreshes_of_a_month_can_run_out(shop: Open) -> None:
    client = shop(refreshes_per_month=2)
    token = client.box.accounts()[0].refresh_token or ""
    assert [client.refresh(token)["code"] == 0 for _ in range(3)] == [True, True, False]
    client.box.clock.advance(31 * DAY)
    assert client.refresh(token)["code"] == 0


@pytest.mark.parametrize(
    "wrong", [{"app_secret": "guess"}, {"grant_type": "password"}, {"app_key": "other"}]
)
def test_a_token_call_with_a_wrong_word_is_refused(
    shop: Open, wrong: dict[str, str]
) -> None:
    client = shop()
    token = client.box.accounts()[0].refresh_token or ""
    asked = {"grant_type": "refresh_token", "refresh_token": token, **wrong}
    assert client.token("refresh_token", **asked)["code"] != 0


def test_no_secret_is_in_a_repr(shop: Open) -> None:
    client = shop()
    account = client.box.accounts()[0]
    shown = repr((account, client.box.options, client.box.grants.of(client.account)))
    for secret in (account.access_token, account.refresh_token, account.app_secret):
        assert secret
        assert secret not in shown
