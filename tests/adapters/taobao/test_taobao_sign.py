"""Signatures against every published vector, and how a request is placed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.taobao import orders_v1, orders_v2, token_v1
from adapters.taobao.dialect import Top
from adapters.taobao.sign import signature
from hub_core.errors import Misconfigured
from hub_core.wire import Credentials

COMMON = {
    "app_key": "12345678",
    "session": "6100aabbccdd",
    "timestamp": "2026-11-20 12:00:00",
    "format": "json",
    "v": "2.0",
}
LIST = COMMON | {
    "method": "taobao.trades.sold.increment.get",
    "fields": "tid,status,payment,orders",
    "start_modified": "2026-11-20 00:00:00",
    "end_modified": "2026-11-20 00:30:00",
    "page_no": "1",
    "page_size": "40",
    "use_has_next": "true",
}
MEMO = COMMON | {
    "method": "taobao.trade.memo.update",
    "tid": "2067719225654838",
    "memo": "加急 请发顺丰",
    "flag": "1",
}
OFFICIAL = {
    "method": "taobao.item.seller.get",
    "app_key": "12345678",
    "session": "test",
    "timestamp": "2016-01-01 12:00:00",
    "format": "json",
    "v": "2.0",
    "fields": "num_iid,title,nick,price,num",
    "num_iid": "11223344",
}
HANDSHAKE = {
    "app_key": "12345678",
    "group_name": "default",
    "timestamp": "1763611200000",
}
SECRET = "sandbox-secret"
VECTORS = {
    "V0": (OFFICIAL, "helloworld", "md5", "66987CB115214E59E6EC978214934FB8"),
    "T1": (LIST, SECRET, "md5", "DBE1FF3C084D1FA265341DCFE73B1272"),
    "T2": (MEMO, SECRET, "md5", "2262D54939EC079622098BFBF3608B9D"),
    "T3": (LIST, SECRET, "hmac", "7E004B92E7301368925361B8C0351E97"),
    "T4": (MEMO, SECRET, "hmac", "B4E25CB6E58DA6C19505A186596A44FC"),
    "T5": (
        LIST,
        SECRET,
        "hmac-sha256",
        "EA42F182826145D703F85422E2F0CDB9C93BFBA4E35E39FDE9CEE8615E95EEC4",
    ),
}
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
WHO = Credentials("12345678", SECRET, token="6100aabbccdd")


@pytest.mark.parametrize("name", VECTORS)
def test_published_vectors_are_reproduced(name: str) -> None:
    params, secret, method, expected = VECTORS[name]

    assert signature(params | {"sign_method": method}, secret, method) == expected


def test_the_message_service_handshake_is_signed_alike() -> None:
    assert signature(HANDSHAKE, SECRET, "md5") == "BC98F89CEAA8AC528E289C3AE7A00D3B"


def test_another_sign_method_is_a_setting_gone_wrong() -> None:
    with pytest.raises(Misconfigured, match="hmac-sha256"):
        signature(LIST, SECRET, "sha512")


@given(st.dictionaries(st.text(min_size=1), st.text()), st.randoms(use_true_random=False))
def test_order_and_empty_values_do_not_matter(params: dict[str, str], rng: Any) -> None:
    pairs = list(params.items())
    rng.shuffle(pairs)
    filled = {k: v for k, v in params.items() if v}

    assert signature(dict(pairs), SECRET, "md5") == signature(filled, SECRET, "md5")


def form(call: Any, who: Credentials = WHO, **asked: Any) -> dict[str, str]:
    return dict(Top().request(call, call.parameters(**asked), who, NOON).form or ())


def test_everything_goes_signed_in_the_form_body() -> None:
    call = orders_v2.GET
    request = Top().request(call, call.parameters(external_id="1"), WHO, NOON)
    sent = dict(request.form or ())

    assert (request.method, request.path, request.query) == ("POST", "/router/rest", ())
    assert sent["method"] == "taobao.trade.fullinfo.get"
    assert sent["session"] == "6100aabbccdd"
    assert sent["format"] == "json"
    assert sent["sign"] == signature(sent, SECRET, "md5")


def test_the_timestamp_is_beijing_time() -> None:
    assert form(orders_v1.GET, external_id="1")["timestamp"] == "2026-11-20 12:00:00"


def test_the_sign_method_can_be_set_and_is_signed() -> None:
    who = Credentials("1", SECRET, token="t", options={"sign_method": "hmac-sha256"})
    sent = form(orders_v2.GET, who, external_id="1")

    assert sent["sign_method"] == "hmac-sha256"
    assert sent["sign"] == signature(sent, SECRET, "hmac-sha256")


def test_a_list_asks_for_every_kind_of_trade_by_name() -> None:
    sent = form(orders_v2.LIST, since=NOON, until=NOON)

    assert {"step", "fenxiao", "nopaid", "o2o_offlinetrade"} <= set(sent["type"].split(","))
    assert "status" not in sent
    assert sent["start_modified"] == "2026-11-20 12:00:00"
    assert (sent["page_no"], sent["page_size"]) == ("1", "100")


def test_detail_fields_name_all_that_an_oaid_needs() -> None:
    asked = set(form(orders_v2.GET, external_id="1")["fields"].split(","))
    needed = {"receiver_name", "receiver_address", "receiver_mobile", "receiver_phone"}

    assert needed | {"created", "oaid", "orders", "tid_str", "buyer_open_uid"} <= asked
    assert "oaid" not in form(orders_v1.GET, external_id="1")["fields"]


def test_a_token_is_refreshed_at_the_other_host_without_a_signature() -> None:
    call = token_v1.REFRESH
    request = Top().request(call, call.parameters(refresh_token="r"), WHO, NOON)
    sent = dict(request.form or ())

    assert request.base_url == "https://oauth.taobao.com"
    assert (request.method, request.path) == ("POST", "/token")
    assert sent == {
        "grant_type": "refresh_token",
        "refresh_token": "r",
        "client_id": "12345678",
        "client_secret": SECRET,
    }


def test_the_token_host_can_be_set() -> None:
    who = Credentials("1", "s", options={"oauth_base_url": "http://127.0.0.1:1"})
    call = token_v1.REFRESH
    request = Top().request(call, call.parameters(refresh_token="r"), who, NOON)

    assert request.base_url == "http://127.0.0.1:1"


def test_the_gateway_refresh_is_signed_and_carries_no_session() -> None:
    sent = form(token_v1.REFRESH_BY_TOP, refresh_token="r")

    assert "session" not in sent
    assert sent["sign"] == signature(sent, SECRET, "md5")
