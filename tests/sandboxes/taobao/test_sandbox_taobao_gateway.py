"""Signatures, public parameters and envelopes of the Taobao box."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandboxes.taobao.shapes import simplified
from sandboxes.taobao.sign import signature
from sandboxes.taobao.times import text

LIST = "taobao.trades.sold.increment.get"
PUBLIC = {
    "app_key": "12345678",
    "session": "6100aabbccdd",
    "timestamp": "2026-11-20 12:00:00",
    "format": "json",
    "v": "2.0",
}
T1 = PUBLIC | {
    "method": LIST,
    "fields": "tid,status,payment,orders",
    "start_modified": "2026-11-20 00:00:00",
    "end_modified": "2026-11-20 00:30:00",
    "page_no": "1",
    "page_size": "40",
    "use_has_next": "true",
}
T2 = PUBLIC | {
    "method": "taobao.trade.memo.update",
    "tid": "2067719225654838",
    "memo": "加急 请发顺丰",
    "flag": "1",
}
V0 = PUBLIC | {
    "method": "taobao.item.seller.get",
    "session": "test",
    "timestamp": "2016-01-01 12:00:00",
    "fields": "num_iid,title,nick,price,num",
    "num_iid": "11223344",
}
T5 = "EA42F182826145D703F85422E2F0CDB9C93BFBA4E35E39FDE9CEE8615E95EEC4"


@pytest.mark.parametrize(
    ("secret", "params", "method", "expected"),
    [
        ("helloworld", V0, "md5", "66987CB115214E59E6EC978214934FB8"),
        ("sandbox-secret", T1, "md5", "DBE1FF3C084D1FA265341DCFE73B1272"),
        ("sandbox-secret", T2, "md5", "2262D54939EC079622098BFBF3608B9D"),
        ("sandbox-secret", T1, "hmac", "7E004B92E7301368925361B8C0351E97"),
        ("sandbox-secret", T2, "hmac", "B4E25CB6E58DA6C19505A186596A44FC"),
        ("sandbox-secret", T1, "hmac-sha256", T5),
    ],
)
def test_published_signatures_are_matched(
    secret: str, params: dict[str, str], method: str, expected: str
) -> None:
    signed = params | {"sign_method": method, "sign": "ignored", "empty": ""}
    assert signature(secret, signed, method) == expected


@pytest.mark.parametrize("method", ["md5", "hmac", "hmac-sha256"])
@pytest.mark.parametrize("place", ["form", "query", "both"])
def test_parameters_may_stand_in_query_form_or_both(
    open_box: Any, place: str, method: str
) -> None:
    caller = open_box()
    now = caller.now()
    window = {"start_modified": text(now - 60), "end_modified": text(now)}
    sent = caller.params(LIST, fields="tid", sign_method=method, **window)
    assert b"error_response" not in caller.send(sent, place).body


def test_epoch_milliseconds_are_a_timestamp_too(open_box: Any) -> None:
    caller = open_box()
    assert caller.code(LIST, timestamp=f"{caller.now() * 1000:.0f}") == "40|"


@pytest.mark.parametrize("form", ["text", "milliseconds"])
@pytest.mark.parametrize(
    ("skew", "code"), [(600, "40|"), (-600, "40|"), (601, "31|"), (-601, "31|")]
)
def test_a_timestamp_may_be_ten_minutes_off(
    open_box: Any, form: str, skew: int, code: str
) -> None:
    caller = open_box()
    at = caller.now() + skew
    stamp = text(at) if form == "text" else f"{at * 1000:.0f}"
    assert caller.code(LIST, timestamp=stamp) == code


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"method": None}, "21|"),
        ({"method": "taobao.no.such"}, "22|"),
        ({"format": "yaml"}, "23|"),
        ({"sign": "0" * 32}, "25|"),
        ({"sign_method": "sha1", "sign": "0" * 32}, "25|"),
        ({"sign": ""}, "24|"),
        ({"app_key": None}, "28|"),
        ({"app_key": "999"}, "29|isv.appkey-not-exists"),
        ({"timestamp": None}, "30|"),
        ({"timestamp": "yesterday"}, "31|"),
        ({"v": None}, "32|"),
        ({"v": "two"}, "33|"),
        ({"v": "3.0"}, "34|"),
    ],
)
def test_public_parameters_are_checked(
    open_box: Any, changed: dict[str, str | None], code: str
) -> None:
    caller = open_box()
    body = caller.send(caller.params(**({"method": LIST} | changed))).body
    if code == "23|":
        assert b"<code>23</code>" in body
        return
    error = json.loads(body)["error_response"]
    assert f"{error['code']}|{error.get('sub_code', '')}" == code


def test_an_unsigned_parameter_breaks_the_signature(open_box: Any) -> None:
    caller = open_box()
    sent = caller.params(LIST, fields="tid") | {"page_no": "2"}
    assert json.loads(caller.send(sent).body)["error_response"]["code"] == 25


def test_only_get_and_post_are_allowed(open_box: Any) -> None:
    from hub_core.sandbox import Request

    caller = open_box()
    answer = caller.box.handle(Request("PUT", "/router/rest?method=x&format=json"))
    assert json.loads(answer.body)["error_response"]["code"] == 9


def test_xml_comes_unless_json_is_asked_for(open_box: Any) -> None:
    caller = open_box()
    now = caller.now()
    window = {"start_modified": text(now - 86_400), "end_modified": text(now)}
    good = caller.raw(LIST, format=None, fields="tid", **window)
    assert good.headers["content-type"].startswith("text/xml")
    assert b"<trades_sold_increment_get_response>" in good.body
    assert b"<trades><trade><tid>37" in good.body
    bad = caller.raw(LIST, format="xml")
    assert b"<error_response><code>40</code>" in bad.body


def test_simplify_drops_the_root_and_the_inner_lists(open_box: Any) -> None:
    caller = open_box()
    now = caller.now()
    window = {"start_modified": text(now - 86_400), "end_modified": text(now)}
    asked = {"fields": "tid,orders", **window}
    wrapped = caller.call(LIST, **asked)["trades_sold_increment_get_response"]
    plain = caller.call(LIST, simplify="true", **asked)
    plain["request_id"] = wrapped["request_id"]
    assert plain == simplified(wrapped)
    assert isinstance(plain["trades"], list)
    assert isinstance(plain["trades"][0]["orders"], list)


@pytest.mark.parametrize("position", ["bare", "wrapped"])
def test_a_simplified_error_may_lose_its_root(open_box: Any, position: str) -> None:
    caller = open_box(switches={"simplified_error": position})
    body = caller.call(LIST, simplify="true")
    assert ("error_response" in body) is (position == "wrapped")
    assert (body.get("error_response") or body)["code"] == 40


@pytest.mark.parametrize(("position", "kind"), [("number", int), ("string", str)])
def test_the_error_code_is_a_number_or_a_string(
    open_box: Any, position: str, kind: type
) -> None:
    caller = open_box(switches={"error_code": position})
    assert isinstance(caller.call(LIST)["error_response"]["code"], kind)


def test_every_answer_carries_a_request_id_of_its_own(open_box: Any) -> None:
    caller = open_box()
    bad = caller.call(LIST)["error_response"]["request_id"]
    assert caller.listed()["request_id"] != bad


def test_the_media_type_of_json_is_open(open_box: Any) -> None:
    caller = open_box(switches={"content_type": "text/javascript"})
    assert caller.raw(LIST).headers["content-type"].startswith("text/javascript")


def test_other_paths_are_not_there(open_box: Any) -> None:
    from hub_core.sandbox import Request

    assert open_box().box.handle(Request("GET", "/somewhere")).status == 404
