"""Faults in the platform's own words, and the box over a socket."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import httpx
import pytest

from hub_core.sandbox import Fault, Faults, Request, SwitchError
from hub_core.sandbox.server import running
from sandboxes.jd import JdPlatform

if TYPE_CHECKING:
    from tests.sandboxes.jd.conftest import Caller

    Open = Callable[..., Caller]


def faulty(shop: Open, kind: str, operation: str | None = None) -> Caller:
    return shop(faults=Faults([Fault(kind, operation=operation)]))


@pytest.mark.parametrize(("kind", "code"), [("throttled", "2"), ("busy", "65")])
def test_throttled_and_busy_are_gateway_errors(shop: Open, kind: str, code: str) -> None:
    client = faulty(shop, kind)
    asked = client.call("jingdong.pop.order.enSearch", client.question())
    assert asked["code"] == code


def test_an_error_body_is_a_success_outside_and_a_failure_inside(shop: Open) -> None:
    client = faulty(shop, "error_body")
    inner = client.call("jingdong.pop.order.search", client.question())
    assert inner["code"] == "0"
    assert inner["searchorderinfo_result"]["apiResult"]["success"] is False


def test_an_error_body_of_the_unpaid_list_is_a_timeout(shop: Open) -> None:
    assert faulty(shop, "error_body").unpaid()["code"] == "33"


def test_a_fault_on_the_token_address_speaks_its_language(shop: Open) -> None:
    client = faulty(shop, "busy", "token")
    said = client.refresh(client.box.accounts()[0].refresh_token or "")
    assert said["code"] != 0
    assert "系统繁忙" in said["msg"]


def test_an_emptied_page_keeps_its_total(shop: Open) -> None:
    client = faulty(shop, "empty_page")
    got = client.search()
    assert got["orderInfoList"] == []
    assert got["orderTotal"] > 0
    info = client.unpaid()["paginatedInfo"]
    assert info["pageList"] == []


def test_a_repeated_page_is_the_former_good_one(shop: Open) -> None:
    script = [Fault("repeat_page", calls=frozenset({2}))]
    client = shop(faults=Faults(script))
    first = client.ids(page="1", page_size="10")
    assert client.ids(page="2", page_size="10") == first
    assert not set(client.ids(page="3", page_size="10")) & set(first)


def test_a_lost_refresh_answer_leaves_the_new_token_valid(shop: Open) -> None:
    client = faulty(shop, "reset_after", "token")
    before = client.box.accounts()[0]
    client.refresh(before.refresh_token or "")
    assert client.box.accounts()[0].access_token != before.access_token


def test_the_date_header_carries_virtual_time_or_is_missing(shop: Open) -> None:
    for position, shown in (("present", True), ("missing", False)):
        client = shop(switches={"date_header": position})
        request = client.signed(client.system("jingdong.pop.order.get", {}))
        response = client.box.handle(_get(request))
        assert ("date" in response.headers) is shown
        if shown:
            assert response.headers["date"] == "Fri, 20 Nov 2026 04:00:00 GMT"


def test_an_unknown_switch_or_option_is_an_error(shop: Open) -> None:
    with pytest.raises(SwitchError):
        shop(switches={"wrapper": "respons"})
    with pytest.raises(TypeError):
        shop(weather="fine")


@pytest.mark.parametrize(
    "switch", [(n, p) for n, all_ in JdPlatform.SWITCHES.items() for p in all_[1:]]
)
def test_every_switch_position_still_serves_lists_and_details(
    shop: Open, switch: tuple[str, str]
) -> None:
    client = shop(switches={switch[0]: switch[1]}, orders=30)
    client.box.churn_per_call = 2
    method = "jingdong.pop.order.enSearch"
    answer = client.call(method, client.question())
    rows = answer["searchorderinfo_result"]["orderInfoList"]
    assert rows
    assert client.get(rows[0]["orderId"])["orderInfo"]["orderId"] == rows[0]["orderId"]
    assert client.unpaid()["code"] == "0"


def test_a_list_over_a_thousand_rows_is_quick(shop: Open) -> None:
    client = shop(orders=1000)
    asked = [
        _get(client.signed(client.system("jingdong.pop.order.enSearch", question)))
        for question in (client.question(page=str(n)) for n in range(1, 11))
    ]
    for request in asked:
        client.box.handle(request)
    best = min(_seconds(client, asked) for _ in range(3))
    assert best / len(asked) < 0.002


def test_a_large_shop_is_set_up_in_reasonable_time(shop: Open) -> None:
    start = time.perf_counter()
    client = shop(orders=5000)
    assert client.search()["orderTotal"] > 4000
    assert time.perf_counter() - start < 5


def test_over_http_a_client_reads_a_page_and_refreshes(shop: Open) -> None:
    client = shop()
    with running(client.box) as url, httpx.Client(base_url=url, trust_env=False) as http:
        sent = client.signed(
            client.system("jingdong.pop.order.enSearch", client.question())
        )
        answer = http.post("/routerjson", data=sent)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("application/json")
        wrapper = answer.json()["jingdong_pop_order_enSearch_responce"]
        result = wrapper["searchorderinfo_result"]
        assert result["orderTotal"] == len(result["orderInfoList"])
        account = client.box.accounts()[0]
        query = {
            "app_key": account.app_key,
            "app_secret": account.app_secret,
            "grant_type": "refresh_token",
            "refresh_token": account.refresh_token or "",
        }
        told = http.get("/oauth2/refresh_token", params=query).json()
        assert told["code"] == 0
        shown = http.get("/_sandbox/accounts").json()
        assert shown[0]["access_token"] == told["access_token"]
        orders = http.get("/_sandbox/truth").json()["orders"][client.account]
        assert len(orders) == 60


def _get(sent: dict[str, str]) -> Request:
    return Request("GET", f"/routerjson?{urlencode(sent)}")


def _seconds(client: Caller, asked: list[Request]) -> float:
    start = time.perf_counter()
    for request in asked:
        client.box.handle(request)
    return time.perf_counter() - start
