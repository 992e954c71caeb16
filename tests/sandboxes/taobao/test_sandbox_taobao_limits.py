"""Limits, bans, permissions and the platform's own failures in the Taobao box."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hub_core.sandbox import Fault, Faults

LIST = "taobao.trades.sold.increment.get"
DETAIL = "taobao.trade.fullinfo.get"
BAN = "This ban will last for {} more seconds"


def refusal(caller: Any) -> tuple[int, str, str] | None:
    error = caller.call(DETAIL).get("error_response")
    if error["code"] != 7:
        return None
    return error["code"], error["sub_code"], error["sub_msg"]


def test_there_is_no_limit_unless_set(open_box: Any) -> None:
    caller = open_box()
    assert [refusal(caller) for _ in range(50)] == [None] * 50


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        ("app_api", "limited-by-app-api-access-count"),
        ("api", "limited-by-api-access-count"),
        ("dynamic", "limited-by-dynamic-access-count"),
    ],
)
def test_too_many_calls_in_a_second_bring_a_ban(
    open_box: Any, scope: str, words: str
) -> None:
    caller = open_box(per_second=3, limit_scope=scope, ban=3.0)
    assert [refusal(caller) for _ in range(3)] == [None] * 3
    assert refusal(caller) == (7, f"accesscontrol.{words}", BAN.format(3))
    caller.box.clock.advance(1.5)
    assert refusal(caller) == (7, f"accesscontrol.{words}", BAN.format(2))
    caller.box.clock.advance(1.5)
    assert refusal(caller) is None


def test_a_limit_per_method_leaves_the_others_free(open_box: Any) -> None:
    caller = open_box(per_second=1, ban=60.0)
    assert refusal(caller) is None
    assert refusal(caller) is not None
    assert caller.listed()["total_results"] > 0


def test_a_platform_wide_limit_is_shared_by_all_apps(open_box: Any, shop: Any) -> None:
    caller = open_box(shops=2, apps=2, per_second=1, limit_scope="api")
    assert refusal(caller) is None
    assert refusal(shop(caller, 1)) is not None


def test_t11_calls_in_a_ban_are_counted_and_may_prolong_it(open_box: Any) -> None:
    lenient, strict = open_box(), open_box(ban_prolongs=True)
    for caller in (lenient, strict):
        caller.box.ban(caller.account.app_key, 60)
        caller.box.clock.advance(30)
        assert refusal(caller) is not None
        caller.box.clock.advance(30)
    assert lenient.box.log.counts() == strict.box.log.counts() == {"7": 1}
    assert refusal(lenient) is None
    assert refusal(strict) is not None


def test_the_daily_quota_ends_at_midnight_in_beijing(open_box: Any) -> None:
    caller = open_box(daily_quota=5)
    assert [refusal(caller) for _ in range(5)] == [None] * 5
    words = "accesscontrol.limited-by-app-access-count"
    assert refusal(caller) == (7, words, BAN.format(12 * 3_600))
    caller.box.clock.advance(12 * 3_600 - 1)
    assert refusal(caller) == (7, words, BAN.format(1))
    caller.box.clock.advance(1)
    assert refusal(caller) is None


def test_the_owner_may_reset_the_quota_three_times_a_day(open_box: Any) -> None:
    caller = open_box(daily_quota=1)
    key = caller.account.app_key
    for _ in range(3):
        assert refusal(caller) is None
        assert refusal(caller) is not None
        assert caller.box.reset_quota(key)
    assert refusal(caller) is None
    assert not caller.box.reset_quota(key)
    assert refusal(caller) is not None


def test_an_app_may_lack_a_method(open_box: Any) -> None:
    caller = open_box(unpermitted={LIST})
    assert caller.code(LIST) == "11|isv.permission-api-package-limit"
    assert caller.code(DETAIL) == "40|"


def test_addresses_off_the_list_are_refused(open_box: Any) -> None:
    caller = open_box(allowed_ips={"10.0.0.1"})
    sent = caller.params(DETAIL)
    assert json.loads(caller.send(sent, ip="10.0.0.1").body)["error_response"]["code"] == 40
    error = json.loads(caller.send(sent, ip="10.0.0.2").body)["error_response"]
    assert (error["code"], error["sub_code"]) == (11, "isv.permission-ip-whitelist-limit")


def test_every_answered_call_is_logged_once(open_box: Any) -> None:
    caller = open_box()
    caller.listed()
    caller.code(DETAIL, fields="tid", tid="1")
    caller.code(LIST, session="6100nothing")
    noted = [(e.operation, e.account, e.outcome) for e in caller.box.log.entries]
    user = caller.account.external_id
    assert noted == [
        ("orders.list", user, "ok"),
        ("orders.get", user, "50"),
        ("orders.list", "", "27"),
    ]


@pytest.mark.parametrize(
    ("kind", "code", "prefix"),
    [
        ("throttled", 7, "accesscontrol.limited-by"),
        ("busy", 10, ""),
        ("error_body", 50, "isp."),
    ],
)
def test_the_platforms_own_failures_speak_its_language(
    open_box: Any, kind: str, code: int, prefix: str
) -> None:
    caller = open_box(faults=Faults([Fault(kind)]))
    error = caller.call(LIST)["error_response"]
    assert error["code"] == code
    assert error.get("sub_code", "").startswith(prefix)


def test_an_emptied_page_keeps_its_envelope(open_box: Any) -> None:
    caller = open_box(faults=Faults([Fault("empty_page", calls=frozenset({1}))]))
    emptied = caller.listed(page_size="5", use_has_next="true")
    assert "trades" not in emptied
    assert emptied["has_next"] is True
    assert len(caller.rows(page_size="5")) == 5
    assert caller.box.emptied({"trades": [{"tid": 1}]}) == {"trades": []}


@pytest.mark.parametrize("sub_code", ["isp.system-busy", "isv.shop-not-exist"])
def test_a_call_can_be_made_to_fail_in_any_way(open_box: Any, sub_code: str) -> None:
    caller = open_box()
    caller.box.refuse_next(sub_code, calls=2)
    window = {
        "start_modified": "2026-11-20 11:00:00",
        "end_modified": "2026-11-20 12:00:00",
    }
    said = [caller.code(LIST, fields="tid", **window) for _ in range(3)]
    assert said == [f"50|{sub_code}"] * 2 + ["ok"]


def test_troubles_of_the_platform_come_and_pass(open_box: Any) -> None:
    caller = open_box(troubles=0.3, switches={"business_code": "15"})
    window = {
        "start_modified": "2026-11-20 11:00:00",
        "end_modified": "2026-11-20 12:00:00",
    }
    said = [caller.code(LIST, fields="tid", **window) for _ in range(60)]
    assert 5 < said.count("ok") < 55
    assert {code.split(".")[0] for code in said} == {"ok", "15|isp"}
