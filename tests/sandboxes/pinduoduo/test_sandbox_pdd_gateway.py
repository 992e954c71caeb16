"""What the gateway checks before any business, and how it answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from hub_core.sandbox import Clock, Fault, Faults, Request
from sandboxes.pinduoduo import create
from sandboxes.pinduoduo.sign import signature

if TYPE_CHECKING:
    from tests.sandboxes.pinduoduo.conftest import Caller

    Open = Callable[..., Caller]

FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json;charset=utf-8"}
INCREMENT = "pdd.order.number.list.increment.get"
BASE = {
    "client_id": "client-1",
    "access_token": "pddtok",
    "timestamp": "1763611200",
    "data_type": "JSON",
}
P1 = BASE | {
    "version": "V1",
    "type": INCREMENT,
    "start_updated_at": "1763568000",
    "end_updated_at": "1763569800",
    "is_lucky_flag": "0",
    "order_status": "5",
    "refund_status": "5",
    "page": "1",
    "page_size": "100",
    "use_has_next": "true",
}
P2 = BASE | {
    "type": "pdd.open.decrypt.batch",
    "data_list": '[{"data_tag":"261120-339507978993455",'
    '"encrypted_data":"~AgAAAA==~abcd~1~"}]',
}
P3 = BASE | {
    "type": "pdd.order.note.update",
    "order_sn": "261120-339507978993455",
    "note": "加急",
}
V0 = {
    "access_token": "asd78172s8ds9a921j9qqwda12312w1w21211",
    "client_id": "1",
    "data_type": "XML",
    "order_status": "1",
    "page": "1",
    "page_size": "10",
    "timestamp": "1480411125",
    "type": "pdd.order.number.list.get",
}
VECTORS: list[tuple[dict[str, str], str, str]] = [
    (V0, "testSecret", "E4DE3ED21002510DED352819E7AE6775"),
    (P1, "sandbox-secret", "6784D8A0F1FC89ED7AFFA5AF8811AE55"),
    (P2, "sandbox-secret", "82A0D7C256003B44B82F9727F346D59B"),
    (P3, "sandbox-secret", "DBCED62B94F1752E9335DB6841D0DFCE"),
]


@pytest.mark.parametrize(("sent", "secret", "sign"), VECTORS, ids=("V0", "P1", "P2", "P3"))
def test_the_signature_is_the_published_one(
    sent: dict[str, str], secret: str, sign: str
) -> None:
    assert signature(sent | {"sign": "ignored"}, secret) == sign


def published() -> Any:
    box = create(clock=Clock(1_763_611_200.0), orders=3)
    box.let_in(box.accounts()[0].external_id, "pddtok")
    return box


def test_a_published_signature_is_let_in_and_one_changed_byte_is_not() -> None:
    box, sent = published(), P1 | {"sign": VECTORS[1][2]}
    good = Request("POST", "/api/router", FORM, urlencode(sent).encode())
    wrong = urlencode(sent | {"page": "2"}).encode()
    bad = Request("POST", "/api/router", FORM, wrong)
    assert "order_sn_increment_get_response" in json.loads(box.handle(good).body)
    assert json.loads(box.handle(bad).body)["error_response"]["error_code"] == 20004


PLACES = ["query", "form", "json", "json types", "mixed", "null in json"]


@pytest.mark.parametrize("place", PLACES)
def test_parameters_may_stand_in_query_form_or_json(shop: Open, place: str) -> None:
    client = shop()
    sent = client.sign(client.public(INCREMENT, **client.window(use_has_next=True)))
    part = {k: sent[k] for k in ("page", "page_size", "use_has_next")}
    rest = {k: v for k, v in sent.items() if k not in part}
    types = rest | {"page": 1, "page_size": 100, "use_has_next": True}
    form, both = urlencode(part).encode(), urlencode(sent)
    request = {
        "query": Request("POST", f"/api/router?{both}", FORM, b""),
        "form": Request("POST", "/api/router", FORM, both.encode()),
        "json": Request("POST", "/api/router", JSON, json.dumps(sent).encode()),
        "json types": Request("POST", "/api/router", JSON, json.dumps(types).encode()),
        "mixed": Request("POST", f"/api/router?{urlencode(rest)}", FORM, form),
        "null in json": Request(
            "POST", "/api/router", JSON, json.dumps(sent | {"trade_type": None}).encode()
        ),
    }[place]
    assert "order_sn_increment_get_response" in client.answer(request)


@pytest.mark.parametrize(
    "without", ["type", "client_id", "timestamp", "sign", "access_token"]
)
def test_a_missing_public_parameter_is_10001_and_named(shop: Open, without: str) -> None:
    client = shop()
    sent = client.public(INCREMENT, **client.window())
    sent.pop(without, None)
    sent = client.sign(sent)
    if without == "sign":
        del sent["sign"]
    said = client.post(sent)["error_response"]
    assert (said["error_code"], said["sub_code"]) == (10001, None)
    assert said["error_msg"].endswith(without)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("type", "pdd.order.everything.get", 10017),
        ("client_id", "nobody", 10016),
        ("timestamp", "yesterday", 10001),
        ("data_type", "xml", 10001),
        ("access_token", "never given", 10019),
    ],
)
def test_a_wrong_public_parameter_has_its_own_code(
    shop: Open, name: str, value: str, code: int
) -> None:
    client = shop()
    sent = client.public(INCREMENT, **client.window()) | {name: value}
    assert client.post(client.sign(sent))["error_response"]["error_code"] == code


@pytest.mark.parametrize(("off", "good"), [(600, True), (-600, True), (601, False)])
def test_a_timestamp_may_be_ten_minutes_off(shop: Open, off: int, good: bool) -> None:
    client = shop()
    sent = client.public(INCREMENT, **client.window())
    sent["timestamp"] = str(int(client.box.clock.now()) + off)
    assert ("error_response" not in client.post(client.sign(sent))) is good


def test_an_error_has_a_number_a_text_and_a_request_id(shop: Open) -> None:
    client = shop()
    sent = client.public(INCREMENT) | {"sign": "0"}
    said = client.post(sent)["error_response"]
    assert said["error_code"] == 20004
    assert said["sub_code"] == "20004"
    assert said["error_msg"] == said["sub_msg"] == "签名sign校验失败"
    assert said["request_id"].isdecimal()


def test_the_request_id_stands_inside_the_answer_and_never_repeats(shop: Open) -> None:
    client = shop()
    assert client.increment()["request_id"] != client.increment()["request_id"]


@pytest.mark.parametrize(
    ("type", "key"),
    [
        (INCREMENT, "order_sn_increment_get_response"),
        ("pdd.order.list.get", "order_list_get_response"),
        ("pdd.order.basic.list.get", "order_basic_list_get_response"),
        ("pdd.order.information.get", "order_info_get_response"),
        ("pdd.order.status.get", "order_status_get_response"),
        ("pdd.mall.info.get", "mall_info_get_response"),
        ("pdd.time.get", "time_get_response"),
    ],
)
def test_the_key_of_an_answer_belongs_to_the_api(shop: Open, type: str, key: str) -> None:
    client = shop()
    now = int(client.box.clock.now())
    sn = client.box.truth(client.account)[0].external_id
    more = {"order_sn": sn, "order_sns": sn, "start_confirm_at": now, "end_confirm_at": now}
    assert list(client.raw(type, **client.window(**more))) == [key]


def test_another_path_is_not_found_and_get_is_not_taken(shop: Open) -> None:
    box = shop().box
    assert box.handle(Request("POST", "/elsewhere")).status == 404
    assert box.handle(Request("GET", "/api/router?type=x")).status == 405


def test_an_address_not_listed_is_refused(shop: Open) -> None:
    assert shop(allowed_ips=["10.0.0.1"]).increment()["error_code"] == 20005
    assert "order_sn_list" in shop(allowed_ips=["127.0.0.1"]).increment()


def test_a_forbidden_api_is_20031_and_others_still_work(shop: Open) -> None:
    client = shop()
    client.box.forbid(client.account, INCREMENT)
    assert client.increment()["error_code"] == 20031
    assert "order_list" in client.deals()


def test_a_shop_at_risk_is_refused_until_it_is_not(shop: Open) -> None:
    client = shop()
    client.box.ban(client.account)
    assert client.increment()["error_code"] == 70034
    client.box.unban(client.account)
    assert "order_sn_list" in client.increment()


def test_codes_no_document_pins_down_can_be_replaced(shop: Open) -> None:
    client = shop(codes={"public": 10099})
    assert client.post({"type": INCREMENT})["error_response"]["error_code"] == 10099


# Rates ----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["52101", "70031"])
def test_a_shop_that_calls_too_often_is_refused_and_another_is_not(
    shop: Open, code: str
) -> None:
    client = shop(shops=2, shop_calls=(2, 10), switches={"throttle": code})
    answers = [client.increment().get("error_code") for _ in range(3)]
    assert answers == [None, None, int(code)]
    client.shop = 1
    assert "order_sn_list" in client.increment()
    client.box.clock.advance(10)
    client.shop = 0
    assert "order_sn_list" in client.increment()


def test_the_apps_rate_counts_all_its_shops_for_each_api(shop: Open) -> None:
    client = shop(shops=2, app_calls=(2, 10))
    client.increment()
    client.shop = 1
    client.increment()
    assert client.increment()["error_code"] == 52101
    assert "order_list" in client.deals()


def test_the_official_rate_of_the_increment_list_is_3000_a_minute(shop: Open) -> None:
    client = shop(orders=0, documented_limits=True)
    answers = [client.increment().get("error_code") for _ in range(3001)]
    assert answers == [None] * 3000 + [52101]


def test_an_app_in_test_state_has_so_many_calls_a_day(shop: Open) -> None:
    client = shop(daily_calls=1)
    client.increment()
    assert client.increment()["error_code"] == 70036
    client.box.clock.advance(12 * 3600)
    assert "order_sn_list" in client.increment()


# Faults and log -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "switches", "code"),
    [
        ("throttled", {}, 52101),
        ("throttled", {"throttle": "70031"}, 70031),
        ("busy", {}, 52102),
        ("busy", {"busy": "50002"}, 50002),
        ("error_body", {}, 50001),
    ],
)
def test_faults_speak_the_platforms_language(
    shop: Open, kind: str, switches: dict[str, str], code: int
) -> None:
    client = shop(faults=Faults([Fault(kind, "orders.list")]), switches=switches)
    assert client.increment()["error_code"] == code


def test_an_emptied_page_keeps_its_count(shop: Open) -> None:
    faults = Faults([Fault("empty_page", "orders.list")])
    client = shop(same_second=5, orders=5, faults=faults)
    middle = int(client.box.clock.now() - 7.5 * 86_400)
    got = client.increment(start_updated_at=middle, end_updated_at=middle)
    assert (got["order_sn_list"], got["total_count"]) == ([], 5)


def test_every_request_is_logged_once_with_its_outcome(shop: Open) -> None:
    client = shop()
    client.increment()
    client.increment(page_size=1)
    client.increment(order_status=9)
    client.post(client.public(INCREMENT) | {"sign": "0"})
    client.refresh("nothing")
    seen = [(e.operation, e.account, e.outcome) for e in client.box.log.entries]
    assert seen == [
        ("orders.list", client.account, "ok"),
        ("orders.count", client.account, "ok"),
        ("orders.list", client.account, "10000"),
        ("orders.list", client.account, "20004"),
        ("token", client.account, "10019"),
    ]


def test_a_token_says_which_shop_it_speaks_for(shop: Open) -> None:
    for place in (0, 1):
        client = shop(place, shops=2)
        assert str(client.call("pdd.mall.info.get")["mall_id"]) == client.account


def test_the_platforms_time_needs_no_token(shop: Open) -> None:
    client = shop()
    client.box.revoke(client.account)
    assert client.call("pdd.time.get")["time"] == "2026-11-20 12:00:00"
