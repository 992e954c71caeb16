"""What the gateway refuses before any order is looked at."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from hub_core.sandbox import Clock, Request, SwitchError
from sandboxes.douyin_laike import SWITCHES, create

if TYPE_CHECKING:
    from .conftest import Laike

CATERING = "/goodlife/v1/akte/order/query/"


def test_a_good_answer_has_both_blocks(laike: Laike) -> None:
    caller = laike()
    answer = caller.ask()
    assert answer["data"]["error_code"] == 0
    extra = answer["extra"]
    assert (extra["error_code"], extra["sub_error_code"]) == (0, 0)
    assert extra["now"] == caller.now
    assert re.fullmatch(r"20251125000000[0-9A-F]{20}", extra["logid"])


def test_errors_carry_milliseconds_and_a_sub_description(laike: Laike) -> None:
    extra = laike().ask(account_id=None)["extra"]
    assert extra["now"] == 1_764_000_000_000
    assert extra["sub_description"] == "account_id is required"


def test_extra_now_may_be_milliseconds(laike: Laike) -> None:
    caller = laike(switches={"extra_now": "milliseconds"})
    assert caller.ask()["extra"]["now"] == caller.now * 1000


def test_extra_may_be_reduced_or_missing(laike: Laike) -> None:
    reduced = laike(switches={"extra": "reduced"}).ask()["extra"]
    assert reduced.keys() == {"error_code", "description", "logid"}
    missing = laike(switches={"extra": "missing"}).ask()
    assert missing.keys() == {"data"}


def test_the_date_header_tells_virtual_time_unless_missing(laike: Laike) -> None:
    there = laike().send("")
    assert there.headers["date"] == "Mon, 24 Nov 2025 16:00:00 GMT"
    assert "date" not in laike(switches={"date_header": "missing"}).send("").headers


def test_an_ip_off_the_allow_list_is_2100007_and_says_so(laike: Laike) -> None:
    caller = laike(allowed_ips=["10.0.0.7"])
    answer = json.loads(caller.send("account_id=1", remote="10.0.0.8").body)
    assert answer["data"]["error_code"] == 2100007
    assert "IP" in answer["data"]["description"]
    query = f"account_id={caller.root}&page_num=1&page_size=1"
    good = json.loads(caller.send(query, remote="10.0.0.7").body)
    assert good["data"]["error_code"] == 0


def test_an_app_without_the_scope_is_2190004(laike: Laike) -> None:
    caller = laike()
    caller.box.gate.scopes.clear()
    assert caller.refused() == 2190004


def test_the_21st_query_of_a_second_is_2119003(laike: Laike) -> None:
    caller = laike(per_second=20)
    for _ in range(20):
        caller.orders()
    assert caller.refused() == 2119003
    caller.box.clock.advance(1)
    assert caller.orders()


def test_the_limit_is_shared_by_the_merchants_of_an_app(laike: Laike) -> None:
    caller = laike(per_second=1, shops=2)
    caller.orders()
    other = caller.box.accounts()[1].external_id
    assert caller.refused(account_id=other) == 2119003


def test_the_limit_counts_each_query_by_itself(laike: Laike) -> None:
    caller = laike(per_second=1)
    caller.orders()
    caller.path = CATERING
    assert caller.data()["error_code"] == 0


def test_throttling_may_be_http_429(laike: Laike) -> None:
    caller = laike(per_second=1, switches={"throttle": "http_429"})
    caller.orders()
    assert caller.send("account_id=1").status == 429


def test_a_spent_daily_quota_is_2190001(laike: Laike) -> None:
    caller = laike(per_day=2)
    caller.orders()
    caller.orders()
    assert caller.refused() == 2190001
    caller.box.clock.advance(86_400)
    caller.log_in()
    assert caller.orders()


@pytest.mark.parametrize(
    ("old", "new"),
    [(2190002, 28001003), (2190008, 28001008), (2119003, 28003018), (2100005, 28001007)],
)
def test_the_newer_family_says_the_same(laike: Laike, old: int, new: int) -> None:
    for family, code in (("old", old), ("new", new)):
        caller = laike(per_second=1, switches={"error_family": family})
        if old == 2190002:
            caller.headers = {}
        if old == 2190008:
            caller.box.expire_token(caller.root)
        if old == 2119003:
            caller.orders()
        changed = {"page_size": 101} if old == 2100005 else {}
        assert caller.refused(**changed) == code


def test_an_unknown_path_or_method_is_28001017(laike: Laike) -> None:
    caller = laike()
    query = f"account_id={caller.root}"
    assert b"28001017" in caller.send(query, method="POST").body
    caller.path = "/goodlife/v1/hotel/order/query/"
    assert caller.refused() == 28001017


def test_the_trailing_slash_is_needed_unless_it_is_not(laike: Laike) -> None:
    caller = laike()
    caller.path = caller.path[:-1]
    assert caller.refused() == 28001017
    caller = laike(switches={"trailing_slash": "optional"})
    caller.path = caller.path[:-1]
    assert caller.orders()


def test_content_type_may_be_required_even_on_get(laike: Laike) -> None:
    caller = laike(switches={"content_type": "required"})
    assert caller.refused() == 2100005
    caller.headers["content-type"] = "application/json"
    assert caller.orders()


# Whose orders ----------------------------------------------------


@pytest.mark.parametrize("which", ["shop_account_id", "poi_id"])
def test_a_shop_account_or_poi_does_not_find_the_roots_orders(
    laike: Laike, which: str
) -> None:
    caller = laike()
    other = caller.box.other_ids(caller.root)[which]
    assert other != caller.root
    answer = caller.ask(account_id=other)
    assert answer["data"]["error_code"] == 2100007
    assert answer["extra"]["sub_error_code"] == 11006
    caller = laike(switches={"other_account": "empty"})
    data = caller.data(account_id=other)
    assert (data["orders"], data["page"]["total"]) == ([], 0)


def test_a_merchant_that_revoked_is_2100007_until_it_authorises(laike: Laike) -> None:
    caller = laike()
    caller.box.revoke(caller.root)
    answer = caller.ask()
    assert answer["data"]["error_code"] == 2100007
    assert answer["extra"]["sub_error_code"] == 11006
    caller.box.authorise(caller.root)
    assert caller.orders()


def test_a_banned_merchant_is_2100009(laike: Laike) -> None:
    caller = laike(shops=2)
    caller.box.ban(caller.root)
    assert caller.refused() == 2100009
    assert caller.orders(account_id=caller.box.accounts()[1].external_id)


def test_the_root_account_header_is_optional_but_must_fit(laike: Laike) -> None:
    caller = laike()
    caller.headers["rpc-transit-life-account"] = caller.root
    assert caller.orders()
    caller.headers["rpc-transit-life-account"] = caller.box.other_ids(caller.root)["poi_id"]
    assert caller.refused() == 2100007


def test_the_root_account_header_may_be_required_or_ignored(laike: Laike) -> None:
    caller = laike(switches={"account_header": "required"})
    assert caller.refused() == 2100007
    caller.headers["rpc-transit-life-account"] = caller.root
    assert caller.orders()
    caller = laike(switches={"account_header": "ignored"})
    caller.headers["rpc-transit-life-account"] = "1"
    assert caller.orders()


def test_merchants_see_their_own_orders_only(laike: Laike) -> None:
    caller = laike(shops=2, orders=30)
    first, second = (
        {row["order_id"] for row in caller.everything(account_id=a.external_id)}
        for a in caller.box.accounts()
    )
    assert len(first) == len(second) == 30
    assert not first & second


# The box's own ----------------------------------------------------


def test_an_unknown_switch_or_setting_is_named() -> None:
    with pytest.raises(SwitchError, match="sort=sideways"):
        create(switches={"sort": "sideways"}, clock=Clock(0.0))
    with pytest.raises(ValueError, match="shape=1999"):
        create(settings=[{"shape": "1999"}], clock=Clock(2e9))


@pytest.mark.parametrize(
    ("name", "position"), [(n, p) for n, ps in SWITCHES.items() for p in ps]
)
def test_every_switch_position_still_lists_orders(
    laike: Laike, name: str, position: str
) -> None:
    caller = laike(orders=25, switches={name: position})
    caller.headers |= {
        "content-type": "application/json",
        "rpc-transit-life-account": caller.root,
    }
    assert len({str(row["order_id"]) for row in caller.everything()}) == 25


def test_the_box_speaks_its_own_errors_and_empties_its_lists(laike: Laike) -> None:
    caller = laike()
    codes = {"throttled": 2119003, "busy": 2100004, "error_body": 5000001}
    for kind, code in codes.items():
        answer = json.loads(caller.box.error(kind).body)
        assert answer["data"]["error_code"] == answer["extra"]["error_code"] == code
    emptied = caller.box.emptied(caller.ask())
    assert emptied["data"]["orders"] == []
    assert emptied["data"]["page"]["total"] == 200
    assert caller.box.emptied({"data": {"error_code": 1}}) == {"data": {"error_code": 1}}


def test_operations_have_stable_names(laike: Laike) -> None:
    name = laike().box.operation
    assert name(Request("POST", "/oauth/client_token/")) == "token"
    list_path = "/goodlife/v1/trade/order/query/?account_id=1"
    assert name(Request("GET", list_path)) == "orders.list"
    assert name(Request("GET", f"{CATERING}?page_num=1")) == "orders.list"
    assert name(Request("GET", f"{list_path}&order_id=1")) == "orders.get"
    assert name(Request("GET", f"{list_path}&ext_order_id=1")) == "orders.get"
    assert name(Request("GET", f"{list_path}&order_id=")) == "orders.list"
    assert name(Request("GET", "/")) == "unknown"


def test_each_answer_is_logged_once_with_its_code(laike: Laike) -> None:
    caller = laike()
    caller.orders()
    caller.refused(page_size=101)
    entries = [(e.operation, e.account, e.outcome) for e in caller.box.log.entries[1:]]
    assert entries == [
        ("orders.list", caller.root, "ok"),
        ("orders.list", caller.root, "2100005"),
    ]
