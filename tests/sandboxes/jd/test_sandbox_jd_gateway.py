"""What the gateway checks before any business."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from hub_core.sandbox import Request
from sandboxes.jd.sign import signature
from sandboxes.jd.times import text_of

if TYPE_CHECKING:
    from tests.sandboxes.jd.conftest import Caller

    Open = Callable[..., Caller]

FORM = {"content-type": "application/x-www-form-urlencoded"}
SEARCH = "jingdong.pop.order.enSearch"
ASKED = (
    '{"dateType":0,"end_date":"2026-11-20 01:00:00","optional_fields":'
    '"orderId,itemInfoList","order_state":"WAIT_SELLER_STOCK_OUT","page":"1",'
    '"page_size":"100","sortType":0,"start_date":"2026-11-20 00:00:00"}'
)
VECTORS = {
    "2026-11-20 12:00:00": "BB6D33C4507384CC366FE5488471A1F2",
    "2026-11-20 12:00:00.000+0800": "6A286EAFB897C2ABF892CFDB0C73A56B",
}


def published(timestamp: str) -> dict[str, str]:
    return {
        "method": SEARCH,
        "app_key": "AK0001",
        "access_token": "jdtok",
        "timestamp": timestamp,
        "v": "2.0",
        "360buy_param_json": ASKED,
    }


@pytest.mark.parametrize("timestamp", VECTORS)
def test_published_signatures_are_let_in(shop: Open, timestamp: str) -> None:
    client = shop()
    client.box.let_in(client.account, "jdtok")
    answer = client.post(published(timestamp) | {"sign": VECTORS[timestamp]})
    assert answer["jingdong_pop_order_enSearch_responce"]["code"] == "0"


def test_the_published_signature_over_chinese_text_is_the_same() -> None:
    sent = published("2026-11-20 12:00:00") | {
        "method": "jingdong.pop.order.modifyVenderRemark",
        "360buy_param_json": '{"flag":1,"order_id":73587941894,"remark":"客户加急"}',
    }
    assert signature(sent, "sandbox-secret") == "158080370C8ACC995505ACF746453850"


def test_one_changed_byte_is_an_invalid_sign(shop: Open) -> None:
    client = shop()
    client.box.let_in(client.account, "jdtok")
    sent = published("2026-11-20 12:00:00") | {"sign": VECTORS["2026-11-20 12:00:00"]}
    sent["360buy_param_json"] = ASKED.replace('"page":"1"', '"page":"2"')
    assert client.post(sent)["error_response"]["code"] == "12"


@pytest.mark.parametrize("placement", ["query", "form", "mixed", "get", "json beside"])
def test_parameters_may_stand_in_query_or_form(shop: Open, placement: str) -> None:
    client = shop()
    sent = client.signed(client.system(SEARCH, client.question()))
    param = {"360buy_param_json": sent.pop("360buy_param_json")}
    both = urlencode(sent | param)
    request = {
        "query": Request("POST", f"/routerjson?{both}", FORM, b""),
        "form": Request("POST", "/routerjson", FORM, both.encode()),
        "mixed": Request(
            "POST", f"/routerjson?{urlencode(sent)}", FORM, urlencode(param).encode()
        ),
        "get": Request("GET", f"/routerjson?{both}"),
        "json beside": Request(
            "POST", f"/routerjson?{both}", {"content-type": "application/json"}, b'{"x":1}'
        ),
    }[placement]
    assert "jingdong_pop_order_enSearch_responce" in client.answer(request)


def test_a_raw_json_body_alone_is_ignored(shop: Open) -> None:
    client = shop()
    sent = client.signed(client.system(SEARCH, client.question()))
    body = json.dumps(sent).encode()
    request = Request("POST", "/routerjson", {"content-type": "application/json"}, body)
    assert client.answer(request)["error_response"]["code"] == "14"


@pytest.mark.parametrize(
    ("without", "code"),
    [("method", "14"), ("v", "4"), ("timestamp", "7"), ("access_token", "19")],
)
def test_a_missing_parameter_has_its_own_code(shop: Open, without: str, code: str) -> None:
    client = shop()
    sent = client.system(SEARCH, client.question())
    del sent[without]
    assert client.post(client.signed(sent))["error_response"]["code"] == code


def test_no_sign_at_all_is_code_11(shop: Open) -> None:
    client = shop()
    answer = client.post(client.system(SEARCH, client.question()))
    assert answer["error_response"]["code"] == "11"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("method", "jd.pop.order.search", "15"),
        ("v", "3.0", "5"),
        ("app_key", "nobody", "21"),
        ("timestamp", "2026/11/20 12:00:00", "8"),
        ("access_token", "never given", "19"),
    ],
)
def test_a_wrong_parameter_has_its_own_code(
    shop: Open, name: str, value: str, code: str
) -> None:
    client = shop()
    sent = client.system(SEARCH, client.question()) | {name: value}
    assert client.post(client.signed(sent))["error_response"]["code"] == code


@pytest.mark.parametrize(
    ("off", "code"), [(359, None), (-359, None), (361, "8"), (-361, "8")]
)
def test_a_timestamp_may_be_six_minutes_off(
    shop: Open, off: float, code: str | None
) -> None:
    client = shop()
    stamp = text_of(client.box.clock.now() + off)
    sent = client.system(SEARCH, client.question()) | {"timestamp": stamp}
    answer = client.post(client.signed(sent))
    assert answer.get("error_response", {}).get("code") == code


def test_error_codes_are_text_and_the_dead_token_is_echoed(shop: Open) -> None:
    client = shop()
    sent = client.system(SEARCH, client.question()) | {"access_token": "tok-of-nobody"}
    said = client.post(client.signed(sent))["error_response"]
    assert said["code"] == "19"
    assert "tok-of-nobody" in said["zh_desc"]
    assert said["en_desc"] == "Invalid access_token"


def test_the_echo_can_be_switched_off(shop: Open) -> None:
    client = shop(switches={"echo_token": "no"})
    sent = client.system(SEARCH, client.question()) | {"access_token": "tok-of-nobody"}
    assert "tok-of-nobody" not in str(client.post(client.signed(sent)))


def test_the_newer_error_spelling_carries_a_request_id(shop: Open) -> None:
    client = shop(switches={"error_words": "message"})
    said = client.post(client.system(SEARCH, client.question()))["error_response"]
    assert said["code"] == "11"
    assert {"message", "errorMessage", "errorSolution", "requestId"} <= said.keys()
    assert "zh_desc" not in said


@pytest.mark.parametrize("word", ["responce", "response"])
def test_the_wrapper_is_misspelled_unless_switched(shop: Open, word: str) -> None:
    client = shop(switches={"wrapper": word})
    answer = client.post(client.signed(client.system(SEARCH, client.question())))
    assert list(answer) == [f"jingdong_pop_order_enSearch_{word}"]


def test_a_forbidden_method_is_code_24_and_others_still_work(shop: Open) -> None:
    client = shop()
    client.box.forbid(client.account, SEARCH)
    assert client.call(SEARCH, client.question())["code"] == "24"
    assert client.search("search")["orderTotal"] > 0


@pytest.mark.parametrize("layer", ["gateway", "api_result"])
def test_a_closed_shop_is_refused_until_it_opens(shop: Open, layer: str) -> None:
    client = shop(switches={"shop_closed": layer})
    client.box.close_shop(client.account)
    inner = client.call(SEARCH, client.question())
    if layer == "gateway":
        assert inner["code"] == "11100006"
    else:
        result: dict[str, Any] = inner["searchorderinfo_result"]["apiResult"]
        assert (result["success"], result["numberCode"]) == (False, 11100006)
    client.box.open_shop(client.account)
    assert client.search()["orderTotal"] > 0


def test_another_path_is_not_found(shop: Open) -> None:
    client = shop()
    assert client.box.handle(Request("GET", "/elsewhere")).status == 404


def test_a_token_says_which_shop_it_speaks_for(shop: Open) -> None:
    for place in (0, 1):
        client = shop(place, shops=2)
        inner = client.call("jingdong.vender.shop.query", {})
        assert str(inner["shop_jos_result"]["vender_id"]) == client.account


def test_every_request_is_logged_once_with_its_outcome(shop: Open) -> None:
    client = shop()
    client.search()
    client.post(client.system(SEARCH, client.question()))
    client.search(order_state="")
    client.search(page_size="1")
    client.refresh("nothing")
    seen = [(e.operation, e.account, e.outcome) for e in client.box.log.entries]
    assert seen == [
        ("orders.list", client.account, "ok"),
        ("orders.list", client.account, "11"),
        ("orders.list", client.account, "10100021"),
        ("orders.count", client.account, "ok"),
        ("token", "", "1004"),
    ]
