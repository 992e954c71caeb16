"""Codes, tokens, their ends; who still holds what after a new authorisation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.sandboxes.pinduoduo.conftest import Caller

    Open = Callable[..., Caller]

DAY = 86_400


def tokens(client: Caller) -> tuple[str | None, str | None]:
    account = client.box.accounts()[client.shop]
    return account.access_token, account.refresh_token


def redeem(client: Caller, code: str) -> dict[str, Any]:
    return client.call("pdd.pop.auth.token.create", code=code)


def works(client: Caller, access: str | None) -> bool:
    sent = client.public("pdd.mall.info.get") | {"access_token": access or ""}
    return "mall_info_get_response" in client.post(client.sign(sent))


def test_a_code_becomes_a_token_of_the_shop(shop: Open) -> None:
    client = shop()
    got = redeem(client, client.box.authorise(client.account))
    now = int(client.box.clock.now())
    assert got["owner_id"] == client.account
    assert got["expires_at"] - now == got["expires_in"] == 365 * DAY
    assert got["refresh_token_expires_at"] == got["expires_at"]
    assert "pdd.order.list.get" in got["scope"]
    assert works(client, got["access_token"])


def test_token_calls_need_a_signature_and_no_token(shop: Open) -> None:
    client = shop()
    code = client.box.authorise(client.account)
    sent = client.public("pdd.pop.auth.token.create", code=code)
    del sent["access_token"]
    assert client.post(sent | {"sign": "0"})["error_response"]["error_code"] == 20004
    assert "pop_auth_token_create_response" in client.post(client.sign(sent))


def test_a_code_works_once_and_for_ten_minutes(shop: Open) -> None:
    client = shop()
    code = client.box.authorise(client.account)
    client.box.clock.advance(599)
    assert "access_token" in redeem(client, code)
    assert redeem(client, code)["error_code"] == 10019
    late = client.box.authorise(client.account)
    client.box.clock.advance(600)
    assert redeem(client, late)["error_code"] == 10019


def test_authorising_again_kills_code_and_tokens_at_once(shop: Open) -> None:
    client = shop()
    access, refresh = tokens(client)
    first = client.box.authorise(client.account)
    second = client.box.authorise(client.account)
    assert not works(client, access)
    assert client.refresh(refresh)["error_code"] == 10019
    assert redeem(client, first)["error_code"] == 10019
    assert "access_token" in redeem(client, second)


def test_an_expired_token_is_10019_and_can_be_refreshed(shop: Open) -> None:
    client = shop()
    client.box.expire_token(client.account)
    assert client.increment()["error_code"] == 10019
    got = client.refresh(tokens(client)[1])
    assert works(client, got["access_token"])


def test_a_token_dies_of_age(shop: Open) -> None:
    client = shop(token_ttl=timedelta(hours=24))
    access, _ = tokens(client)
    client.box.clock.advance(DAY - 1)
    assert works(client, access)
    client.box.clock.advance(1)
    assert not works(client, access)


def test_refreshing_never_prolongs_the_authorisation(shop: Open) -> None:
    client = shop(token_ttl=timedelta(hours=24), grant_ttl=timedelta(days=3))
    ends = set()
    for _ in range(3):
        client.box.clock.advance(DAY - 60)
        got = client.refresh(tokens(client)[1])
        ends.add(got["refresh_token_expires_at"])
        assert got["expires_at"] <= got["refresh_token_expires_at"]
    assert len(ends) == 1
    client.box.clock.advance(DAY)
    assert client.increment()["error_code"] == 10019
    assert client.refresh(tokens(client)[1])["error_code"] == 10019


def test_a_refresh_gives_a_new_pair_and_the_old_is_dead(shop: Open) -> None:
    client = shop()
    access, refresh = tokens(client)
    got = client.refresh(refresh)
    assert got["access_token"] != access
    assert got["refresh_token"] != refresh
    assert not works(client, access)
    assert client.refresh(refresh)["error_code"] == 10019
    assert works(client, got["access_token"])


def test_the_old_access_token_may_live_on(shop: Open) -> None:
    client = shop(switches={"old_access": "lives"})
    access, refresh = tokens(client)
    client.refresh(refresh)
    assert works(client, access)


def test_a_refresh_may_keep_the_very_tokens(shop: Open) -> None:
    client = shop(switches={"refresh_pair": "same"})
    client.box.expire_token(client.account)
    before = tokens(client)
    client.refresh(before[1])
    assert tokens(client) == before
    assert works(client, before[0])


def test_within_the_grace_a_spent_refresh_token_gives_the_same_answer(shop: Open) -> None:
    client = shop(token_grace=timedelta(seconds=60))
    refresh = tokens(client)[1]
    first = client.refresh(refresh)["access_token"]
    client.box.clock.advance(59)
    assert client.refresh(refresh)["access_token"] == first
    client.box.clock.advance(1)
    assert client.refresh(refresh)["error_code"] == 10019


def test_a_revoked_shop_stays_out_and_others_go_on(shop: Open) -> None:
    client = shop(shops=2)
    access, refresh = tokens(client)
    client.box.revoke(client.account)
    assert not works(client, access)
    assert client.refresh(refresh)["error_code"] == 10019
    client.shop = 1
    assert "order_sn_list" in client.increment()


def test_a_token_can_be_given_by_hand(shop: Open) -> None:
    client = shop()
    client.box.let_in(client.account, "given-by-hand")
    assert works(client, "given-by-hand")


def test_the_official_slip_in_w1_can_be_had(shop: Open) -> None:
    client = shop(switches={"w1_expires_in": "epoch"})
    got = client.refresh(tokens(client)[1])
    assert got["w1_expires_in"] == got["w1_expires_at"] == got["expires_at"]
    assert got["r1_expires_in"] == got["expires_in"]
