"""JD's signature against the vectors published in the channel paper (§1)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import Field

from adapters.jd.dialect import Jos
from adapters.jd.orders_v2 import LIST
from adapters.jd.sign import sign
from hub_core.wire import JSON, Ask, Call, Credentials

SECRET = "sandbox-secret"
J1 = (
    '{"dateType":0,"end_date":"2026-11-20 01:00:00",'
    '"optional_fields":"orderId,itemInfoList","order_state":"WAIT_SELLER_STOCK_OUT","page":"1","page_size":"100","sortType":0,'
    '"start_date":"2026-11-20 00:00:00"}'
)
J2 = '{"flag":1,"order_id":73587941894,"remark":"客户加急"}'
ZONED = "2026-11-20 12:00:00.000+0800"
VECTORS = [
    ("enSearch", "2026-11-20 12:00:00", J1, "BB6D33C4507384CC366FE5488471A1F2"),
    ("modifyVenderRemark", "2026-11-20 12:00:00", J2, "158080370C8ACC995505ACF746453850"),
    ("enSearch", ZONED, J1, "6A286EAFB897C2ABF892CFDB0C73A56B"),
]
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)


def who(**options: str) -> Credentials:
    return Credentials("AK0001", SECRET, token="jdtok", options=options)


def asked() -> JSON:
    return LIST.parameters(
        since=datetime(2026, 11, 19, 16, tzinfo=UTC),
        until=datetime(2026, 11, 19, 17, tzinfo=UTC),
        states="WAIT_SELLER_STOCK_OUT",
        optional_fields="orderId,itemInfoList",
        page=1,
        page_size=100,
    )


@pytest.mark.parametrize(("method", "timestamp", "business", "expected"), VECTORS)
def test_published_vectors(
    method: str, timestamp: str, business: str, expected: str
) -> None:
    sent = {
        "method": f"jingdong.pop.order.{method}",
        "app_key": "AK0001",
        "access_token": "jdtok",
        "timestamp": timestamp,
        "v": "2.0",
        "360buy_param_json": business,
    }
    assert sign(SECRET, sent) == expected
    assert sign(SECRET, {**sent, "sign": "whatever"}) == expected


def test_a_list_call_is_placed_and_signed_as_vector_j1() -> None:
    request = Jos().request(LIST, asked(), who(), NOON)
    form = dict(request.form or ())
    assert (request.method, request.path, request.query) == ("POST", "/routerjson", ())
    assert form["360buy_param_json"] == J1
    assert form["sign"] == VECTORS[0][3]


def test_the_zoned_timestamp_of_newer_sdks_signs_as_vector_j3() -> None:
    request = Jos().request(LIST, asked(), who(timestamp="zoned"), NOON)
    form = dict(request.form or ())
    assert (form["timestamp"], form["sign"]) == (ZONED, VECTORS[2][3])


class Remark(Ask):
    remark: str = Field(default="客户加急")


def test_chinese_text_is_sent_escaped_and_signed_as_sent() -> None:
    call: Call[Any] = Call(name="x", endpoint="x", ask=Remark, read=dict)
    form = dict(Jos().request(call, call.parameters(), who(), NOON).form or ())
    sent = {name: value for name, value in form.items() if name != "sign"}
    assert form["360buy_param_json"].isascii()
    assert form["sign"] == sign(SECRET, sent)


def test_a_call_without_parameters_sends_an_empty_object() -> None:
    call: Call[Any] = Call(name="x", endpoint="x", ask=Ask, read=dict)
    form = dict(Jos().request(call, call.parameters(), who(), NOON).form or ())
    assert form["360buy_param_json"] == "{}"
