"""Opening an oaid: what is asked, and how little of the answer ever shows."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.jd import receivers_v1
from adapters.jd.dialect import Jos, business_json
from hub_core.wire import JSON

ROW: JSON = {
    "orderId": 73587941894,
    "oaid": "ABC",
    "customerName": "沙箱收件人甲",
    "consMobilePhone": "17000000001-1234",
    "consMobilePhoneFuzzy": "170****0001",
    "privacyProtection": True,
    "expiration": "2026-12-20 12:00:00",
    "address": "沙箱路1号",
    "customerPhone": "",
}


def told(**more: Any) -> receivers_v1.Told:
    said = {"code": 200, "message": "success", "requestId": "r1", "data": [ROW | more]}
    body = {"jingdong_jos_order_oaid_decrypt_responce": {"code": "0", "returnType": said}}
    call = receivers_v1.DECRYPT
    return call.read(Jos().unwrap(call, body))


def test_the_parameters_have_the_names_of_the_sdk() -> None:
    asked = {"orders": {73587941894: "ABC"}, "scene": "1001", "days": 30}
    sent = json.loads(business_json(receivers_v1.DECRYPT.parameters(**asked)))
    assert sent == {
        "getReceiverInfoListReqVO": {
            "orderInfos": [{"orderId": 73587941894, "oaid": "ABC"}],
            "scenesType": "1001",
            "expiration": 30,
        }
    }


@pytest.mark.parametrize("named", [{}, {"orderId": None}])
def test_a_receiver_of_no_order_is_no_answer(named: JSON) -> None:
    row = {k: v for k, v in ROW.items() if k != "orderId"} | named
    inner = {"returnType": {"code": 200, "data": [row]}}
    with pytest.raises(ValueError, match="orderId"):
        receivers_v1.DECRYPT.read(inner)


def test_what_is_not_known_is_not_sent() -> None:
    sent = receivers_v1.DECRYPT.parameters(orders={1: "A"})
    assert set(sent["getReceiverInfoListReqVO"]) == {"orderInfos"}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-12-20 12:00:00", datetime(2026, 12, 20, 4, tzinfo=UTC)),
        ("1797739200000", datetime(2026, 12, 20, 4, tzinfo=UTC)),
        ("forever", None),
        ("", None),
    ],
)
def test_a_numbers_end_is_read_in_either_form_or_not_at_all(
    text: str, moment: datetime | None
) -> None:
    (row,) = told(expiration=text).receivers
    assert row.number_until == moment


def test_nothing_of_a_receiver_is_printed() -> None:
    for text in (repr(told()), str(told().receivers)):
        assert not [v for v in ("甲", "1700000", "沙箱路", "ABC") if v in text]


def test_a_refusal_is_told_with_its_code() -> None:
    said = {"code": 5001, "message": "解密额度不足", "data": None}
    answer = receivers_v1.DECRYPT.read({"returnType": said})
    assert (answer.code, answer.said, answer.receivers) == ("5001", "解密额度不足", ())
