"""Sessions of the Taobao box: whose they are, when they end, how they are renewed."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote, urlencode

import pytest

from hub_core.sandbox import Request
from sandboxes.taobao.times import text

LIST = "taobao.trades.sold.increment.get"
REFRESH = "taobao.top.auth.token.refresh"
CREATE = "taobao.top.auth.token.create"
MEMO = "taobao.trade.memo.update"
FORM = {"content-type": "application/x-www-form-urlencoded"}


def listing(caller: Any, **more: str | None) -> str:
    now = caller.now()
    window = {"start_modified": text(now - 60), "end_modified": text(now)}
    code: str = caller.code(LIST, fields="tid", **window, **more)
    return code


def token(caller: Any, **changed: str) -> tuple[int, Any]:
    account = caller.account
    form = {
        "grant_type": "refresh_token",
        "client_id": account.app_key,
        "client_secret": account.app_secret,
        "refresh_token": account.refresh_token or "",
    }
    body = urlencode(form | changed).encode()
    answer = caller.box.handle(Request("POST", "/token", FORM, body))
    return answer.status, json.loads(answer.body)


def test_a_call_needs_a_session_of_its_own_app(open_box: Any, shop: Any) -> None:
    caller = open_box(shops=2, apps=2)
    assert listing(caller) == "ok"
    assert listing(caller, session=None) == "26|"
    assert listing(caller, session="6100nothing") == "27|invalid-sessionkey"
    foreign = shop(caller, 1).account.access_token
    assert listing(caller, session=foreign) == "27|invalid-sessionkey"


def test_two_shops_of_one_app_keep_apart(open_box: Any, shop: Any) -> None:
    caller = open_box(shops=2)
    other = shop(caller, 1)
    assert caller.account.app_key == other.account.app_key
    mine, theirs = caller.rows(), other.rows()
    assert not {r["tid"] for r in mine} & {r["tid"] for r in theirs}


@pytest.mark.parametrize("sub_code", ["session-expired", "invalid-sessionkey"])
def test_a_session_ends_after_its_life(open_box: Any, sub_code: str) -> None:
    caller = open_box(token_life=3_600.0, switches={"dead_session": sub_code})
    assert caller.account.expires_in == 3_600
    caller.box.clock.advance(3_599)
    assert listing(caller) == "ok"
    caller.box.clock.advance(1)
    assert listing(caller) == f"27|{sub_code}"


def test_a_revoked_session_comes_back_only_by_authorising_again(open_box: Any) -> None:
    caller = open_box()
    old, user = caller.account, caller.account.external_id
    caller.box.revoke(user)
    assert listing(caller) == "27|invalid-sessionkey"
    assert token(caller)[1]["error"] == "invalid_grant"
    fresh = caller.box.authorise(user)
    assert fresh.access_token != old.access_token
    assert listing(caller) == "ok"
    assert listing(caller, session=old.access_token) == "27|invalid-sessionkey"


def test_an_expired_session_can_be_refreshed_through_the_gateway(open_box: Any) -> None:
    caller = open_box()
    account = caller.account
    caller.box.expire_token(account.external_id)
    assert listing(caller).startswith("27|")
    body = caller.call(REFRESH, session=None, refresh_token=account.refresh_token)
    told = body["top_auth_token_refresh_response"]["token_result"]
    assert isinstance(told, str)
    fields = json.loads(told)
    assert listing(caller, session=fields["access_token"]) == "ok"
    assert fields["taobao_user_id"] == account.external_id
    assert unquote(fields["taobao_user_nick"]) == account.name
    assert fields["taobao_user_nick"] != account.name
    assert fields["token_type"] == "Bearer"
    assert {"r1_expires_in", "r2_expires_in", "w1_expires_in", "w2_expires_in"} <= set(
        fields
    )


def test_the_token_page_refreshes_too(open_box: Any) -> None:
    caller = open_box(token_life=7_200.0)
    status, fields = token(caller)
    assert status == 200
    assert fields["expires_in"] == 7_200
    assert listing(caller, session=fields["access_token"]) == "ok"
    assert caller.box.log.entries[0].operation == "token"


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"client_id": "1"}, "invalid_client"),
        ({"client_secret": "guess"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"refresh_token": "6100nothing"}, "invalid_grant"),
    ],
)
def test_the_token_page_refuses(open_box: Any, changed: dict[str, str], word: str) -> None:
    status, body = token(open_box(), **changed)
    assert (status, body["error"]) == (400, word)
    mild = open_box(switches={"oauth_error": "200"})
    assert token(mild, **changed)[0] == 200


def test_a_refresh_token_is_good_once(open_box: Any) -> None:
    caller = open_box()
    old = caller.account
    assert token(caller)[0] == 200
    assert listing(caller, session=old.access_token).startswith("27|")
    assert token(caller, refresh_token=old.refresh_token)[1]["error"] == "invalid_grant"
    assert token(caller)[0] == 200


def test_t3_a_lost_answer_can_be_had_again_within_the_grace(open_box: Any) -> None:
    caller = open_box(refresh_grace=60.0)
    old = caller.account
    _, first = token(caller)
    _, again = token(caller, refresh_token=old.refresh_token)
    assert again["access_token"] == first["access_token"]
    assert listing(caller, session=old.access_token) == "ok"
    caller.box.clock.advance(61)
    assert token(caller, refresh_token=old.refresh_token)[0] == 400
    assert listing(caller, session=old.access_token).startswith("27|")


def test_refreshing_may_keep_the_refresh_token_and_the_old_session(open_box: Any) -> None:
    caller = open_box(switches={"refresh": "kept", "old_session": "lives"})
    old = caller.account
    _, fields = token(caller)
    assert fields["refresh_token"] == old.refresh_token
    assert listing(caller, session=old.access_token) == "ok"
    assert token(caller)[0] == 200


def test_a_merchants_own_app_cannot_refresh(open_box: Any) -> None:
    caller = open_box(refreshable=False)
    assert caller.account.refresh_token is None
    code = caller.code(REFRESH, refresh_token="6100anything")
    assert code == "50|isv.invalid-parameter:refresh_token"
    assert caller.code(REFRESH) == "40|"


def test_a_refresh_token_ends_too(open_box: Any) -> None:
    caller = open_box(refresh_life=60.0)
    caller.box.clock.advance(60)
    assert token(caller)[1]["error"] == "invalid_grant"


def memo(caller: Any) -> str:
    tid = caller.box.book.records(caller.account.external_id)[0].id
    code: str = caller.code(MEMO, tid=tid, memo="加急 请发顺丰", flag="1")
    return code


@pytest.mark.parametrize(
    ("position", "code"), [("12", "12|"), ("27", "27|session-expired"), ("42", "42|")]
)
def test_reading_may_end_while_writing_goes_on(
    open_box: Any, position: str, code: str
) -> None:
    caller = open_box(read_life=60.0, switches={"ended_grant": position})
    caller.box.clock.advance(60)
    assert listing(caller) == code
    assert memo(caller) == "ok"


def test_writing_may_end_while_reading_goes_on(open_box: Any) -> None:
    caller = open_box(write_life=1_800.0)
    assert memo(caller) == "ok"
    caller.box.clock.advance(1_800)
    assert memo(caller) == "12|"
    assert listing(caller) == "ok"


def test_grants_can_be_ended_by_hand(open_box: Any) -> None:
    caller = open_box()
    caller.box.expire_writes(caller.account.external_id)
    assert (memo(caller), listing(caller)) == ("12|", "ok")
    caller.box.expire_reads(caller.account.external_id)
    assert listing(caller) == "12|"


@pytest.mark.parametrize(("position", "kind"), [("string", str), ("number", int)])
def test_the_user_id_is_a_string_or_a_number(
    open_box: Any, position: str, kind: type
) -> None:
    _, fields = token(open_box(switches={"user_id": position}))
    assert isinstance(fields["taobao_user_id"], kind)


def test_no_secret_shows_in_an_accounts_repr(open_box: Any) -> None:
    account = open_box().account
    assert account.access_token not in repr(account)
    assert account.app_secret not in repr(account)


def test_a_code_is_good_once_for_thirty_minutes_and_for_its_app(
    open_box: Any, shop: Any
) -> None:
    caller = open_box(shops=2, apps=2)
    user = caller.account.external_id

    def given(client: Any, code: str) -> str:
        return str(client.code(CREATE, session=None, code=code))

    code = caller.box.code(user)
    assert given(caller, code) == "ok"
    assert given(caller, code) == "50|isv.invalid-parameter:code"
    assert given(shop(caller, 1), caller.box.code(user)) == "50|isv.invalid-parameter:code"
    late = caller.box.code(user)
    caller.box.clock.advance(1_800)
    assert given(caller, late) == "50|isv.invalid-parameter:code"
    assert listing(caller) == "ok"


def test_the_token_page_takes_a_code(open_box: Any) -> None:
    caller = open_box()
    code = caller.box.code(caller.account.external_id)
    status, fields = token(caller, grant_type="authorization_code", code=code)
    assert status == 200
    assert listing(caller, session=fields["access_token"]) == "ok"
