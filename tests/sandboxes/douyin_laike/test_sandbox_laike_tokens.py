"""client_token as the box gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from hub_core.sandbox import Request

if TYPE_CHECKING:
    from .conftest import Laike

PATH = "/oauth/client_token/"


def test_a_token_lives_two_hours_and_starts_with_clt(laike: Laike) -> None:
    caller = laike()
    answer = caller.post(PATH, caller.credentials())
    assert answer["message"] == "success"
    assert answer["data"]["expires_in"] == 7200
    assert answer["data"]["error_code"] == 0
    assert answer["data"]["access_token"].startswith("clt.")


def test_an_expired_token_is_2190008(laike: Laike) -> None:
    caller = laike()
    caller.box.clock.advance(7199)
    assert caller.orders()
    caller.box.clock.advance(1)
    assert caller.refused() == 2190008


def test_the_life_of_a_token_can_be_set(laike: Laike) -> None:
    caller = laike(token_ttl=60.0)
    caller.box.clock.advance(60)
    assert caller.refused() == 2190008


def test_an_unknown_or_missing_token_is_2190002(laike: Laike) -> None:
    caller = laike()
    caller.headers = {"access-token": "clt.nobodys"}
    assert caller.refused() == 2190002
    caller.headers = {}
    assert caller.refused() == 2190002


def test_a_new_token_leaves_the_former_five_minutes(laike: Laike) -> None:
    caller = laike()
    old = dict(caller.headers)
    caller.log_in()
    new, caller.headers = caller.headers, old
    caller.box.clock.advance(299)
    assert caller.orders()
    caller.box.clock.advance(1)
    assert caller.refused() == 2190008
    caller.headers = new
    assert caller.orders()


def test_only_the_two_newest_tokens_live(laike: Laike) -> None:
    caller = laike()
    first = dict(caller.headers)
    caller.log_in()
    second = dict(caller.headers)
    caller.log_in()
    assert caller.orders()
    caller.headers = second
    assert caller.orders()
    caller.headers = first
    assert caller.refused() == 2190008


def test_a_displaced_token_may_be_called_unknown(laike: Laike) -> None:
    caller = laike(switches={"displaced_token": "unknown"})
    first = dict(caller.headers)
    caller.log_in()
    caller.log_in()
    caller.headers = first
    assert caller.refused() == 2190002


def test_a_new_token_never_lengthens_the_former_one(laike: Laike) -> None:
    caller = laike()
    old = dict(caller.headers)
    caller.box.clock.advance(7100)
    caller.log_in()
    caller.headers = old
    caller.box.clock.advance(101)
    assert caller.refused() == 2190008


def test_the_501st_token_call_in_five_minutes_is_10020(laike: Laike) -> None:
    caller = laike()  # which was the first call
    for _ in range(499):
        caller.log_in()
    answer = caller.post(PATH, caller.credentials())
    assert answer["data"]["error_code"] == 10020
    caller.box.clock.advance(299)
    assert caller.post(PATH, caller.credentials())["data"]["error_code"] == 10020
    caller.box.clock.advance(1)
    assert caller.post(PATH, caller.credentials())["data"]["error_code"] == 0


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"client_key": "awnobody"}, 10003),
        ({"client_secret": "wrong"}, 10013),
        ({"client_secret": ""}, 10002),
        ({"client_secret": None}, 10002),
        ({"client_key": 7}, 10002),
        ({"grant_type": "authorization_code"}, 10002),
    ],
)
def test_bad_credentials_have_their_codes(
    laike: Laike, changed: dict[str, Any], code: int
) -> None:
    caller = laike()
    answer = caller.post(PATH, caller.credentials(**changed))
    assert answer["data"]["error_code"] == code
    assert "access_token" not in answer["data"]
    assert answer["message"] != "success"


def test_a_body_that_is_no_json_object_is_10002(laike: Laike) -> None:
    caller = laike()
    assert caller.post(PATH, b"{nonsense")["data"]["error_code"] == 10002
    assert caller.post(PATH, [1])["data"]["error_code"] == 10002


def test_form_and_get_work_for_old_clients(laike: Laike) -> None:
    caller = laike()
    given = urlencode(caller.credentials())
    form = caller.post(PATH, given.encode(), "application/x-www-form-urlencoded")
    assert form["data"]["error_code"] == 0
    got = caller.box.handle(Request("GET", f"{PATH}?{given}"))
    assert b'"error_code":0' in got.body


def test_form_may_be_refused(laike: Laike) -> None:
    caller = laike(switches={"oauth_request": "json_only"})
    given = urlencode(caller.credentials()).encode()
    form = caller.post(PATH, given, "application/x-www-form-urlencoded")
    assert form["data"]["error_code"] == 10002


def test_the_answer_of_2023_carries_more_and_its_errors_an_extra(laike: Laike) -> None:
    caller = laike(switches={"oauth_answer": "2023"})
    good = caller.post(PATH, caller.credentials())["data"]
    assert {"captcha", "desc_url", "log_id"} <= good.keys()
    bad = caller.post(PATH, caller.credentials(client_secret="wrong"))
    assert bad["data"]["error_code"] == 10013
    assert bad["extra"]["now"] == caller.now * 1000
    assert "message" not in bad


def test_the_answer_of_2022_writes_numbers_as_text(laike: Laike) -> None:
    caller = laike(switches={"oauth_answer": "2022"})
    good = caller.post(PATH, caller.credentials())["data"]
    assert (good["error_code"], good["expires_in"]) == ("0", "7200")
    bad = caller.post(PATH, caller.credentials(client_key="awnobody"))
    assert bad["data"]["error_code"] == "10003"


def test_expire_token_ends_every_token_of_the_app(laike: Laike) -> None:
    caller = laike()
    caller.box.expire_token(caller.root)
    assert caller.refused() == 2190008
    caller.log_in()
    assert caller.orders()


def test_a_forgotten_token_is_unknown_and_never_given_again(laike: Laike) -> None:
    caller = laike()
    old = caller.headers["access-token"]
    caller.box.tokens.forget()
    assert caller.refused() == 2190002
    assert caller.log_in() != old


def test_token_calls_are_logged_without_an_account(laike: Laike) -> None:
    caller = laike()
    caller.post(PATH, caller.credentials(client_secret="wrong"))
    entries = [(e.operation, e.account, e.outcome) for e in caller.box.log.entries]
    assert entries == [("token", "", "ok"), ("token", "", "10013")]
