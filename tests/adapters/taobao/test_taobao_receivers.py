"""Asking who an OAID stands for, and how little of the answer ever shows."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.taobao import receivers_v1
from hub_core.errors import BadRequest
from hub_core.wire import JSON, complaint

QUERY = {"order": "3725362658812595205", "token": "1sandboxOAID0001", "scene": "1006"}
ROW: JSON = {
    "tid": "3725362658812595205",
    "oaid": "1sandboxOAID0001",
    "matched": True,
    "name": "何玉",
    "mobile": "17000000975-123",
    "privacy_protection": "true",
    "secret_no_expire_time": "2026-12-05 00:00:00",
    "country": "中国",
    "state": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "town": "三墩镇",
    "address_detail": "沙箱路1号",
}


def test_an_addressee_is_asked_for_with_its_scene(scripted: Any) -> None:
    body = {"top_oaid_decrypt_response": {"receiver_list": {"receiver": [ROW]}}}
    session = scripted(lambda form: body)
    (found,) = session.send(receivers_v1.DECRYPT, queries=[QUERY | {"days": 15}])
    form = session.sent[0]

    assert form["method"] == "taobao.top.oaid.decrypt"
    assert json.loads(form["query_list"]) == [
        {
            "tid": "3725362658812595205",
            "oaid": "1sandboxOAID0001",
            "scene": "1006",
            "secret_no_days": 15,
        }
    ]
    assert (found.name, found.phone) == ("何玉", "17000000975-123")
    assert (found.is_virtual_number, found.matched) == (True, True)
    assert found.number_until == datetime(2026, 12, 4, 16, tzinfo=UTC)
    assert (found.province, found.district, found.address) == (
        "浙江省",
        "西湖区",
        "沙箱路1号",
    )
    assert found.telephone is None


def test_an_addressee_of_no_trade_is_no_answer() -> None:
    for tid in ({}, {"tid": None}):
        row = {k: v for k, v in ROW.items() if k != "tid"} | tid
        with pytest.raises(ValueError, match="tid"):
            receivers_v1.DECRYPT.read({"receiver_list": [row]})


def test_nothing_of_an_addressee_is_printed() -> None:
    (found,) = receivers_v1.DECRYPT.read({"receiver_list": [ROW]})

    assert repr(found) == str(found) == "Receiver()"
    assert repr((found,)) == "(Receiver(),)"


SCENES = ("1001", "1002", "1003", "1004", "1005", "1006", "1007", "2001", "2002")
"""Of the field text of query_list."""


@pytest.mark.parametrize("scene", SCENES)
def test_every_documented_scene_may_be_named(scene: str) -> None:
    assert receivers_v1.DECRYPT.parameters(queries=[QUERY | {"scene": scene}])


@pytest.mark.parametrize("scene", ["", "9999", "1006 ", None])
def test_no_other_scene_leaves(scene: Any) -> None:
    with pytest.raises(BadRequest, match="scene"):
        receivers_v1.DECRYPT.parameters(queries=[QUERY | {"scene": scene}])


def test_twenty_go_at_once_and_no_more() -> None:
    asked = receivers_v1.DECRYPT.parameters(queries=[QUERY] * 20)

    assert len(json.loads(asked["query_list"])) == 20
    for count in (0, 21):
        with pytest.raises(BadRequest):
            receivers_v1.DECRYPT.parameters(queries=[QUERY] * count)


def test_a_refused_request_does_not_quote_its_oaid() -> None:
    with pytest.raises(BadRequest) as raised:
        receivers_v1.DECRYPT.parameters(queries=[QUERY | {"token": "1secret" * 40}])

    assert "1secret" not in str(raised.value)


def test_an_oaid_of_before_and_a_closed_order_say_so() -> None:
    rows = [
        {"tid": 1, "matched": "false"},
        {"tid": 2, "desensitize_rule": "DECRYPTION_DISABLED_BY_ORDERCLOSED"},
    ]
    stale, closed = receivers_v1.DECRYPT.read({"receiver_list": {"receiver": rows}})

    assert (stale.order_external_id, stale.matched) == ("1", False)
    assert (stale.name, stale.phone) == (None, None)
    assert closed.refused == "DECRYPTION_DISABLED_BY_ORDERCLOSED"


@pytest.mark.parametrize("body", [{}, {"receiver_list": {}}, {"receiver_list": []}])
def test_nobody_told_of_is_nobody(body: JSON) -> None:
    assert receivers_v1.DECRYPT.read(body) == ()


def test_an_answer_of_the_wrong_shape_is_no_answer_and_quotes_nobody() -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        receivers_v1.DECRYPT.read({"receiver_list": [ROW | {"matched": "何玉"}]})

    assert "何玉" not in complaint(raised.value)
