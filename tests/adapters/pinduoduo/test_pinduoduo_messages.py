"""Frames of messages: the address, what is read of one, what is said when it was kept.

Vector PMC: channel paper PDD §1, from a public client's own test; frames from §6 and the
official client's classes.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.pinduoduo.messages_v1 import acknowledged, beat, path, read_frame

AT = datetime.fromtimestamp(1_700_000_000, UTC)
BIG = 9_007_199_254_740_993
"""Beyond what a float holds."""
ORDER = "261120-339507978993455"


def frame(type: str = "pdd_trade_TradeConfirmed", **more: Any) -> dict[str, Any]:
    content = json.dumps({"mall_id": 100, "tid": ORDER})
    message = {"type": type, "mallID": 100, "content": content}
    told = {"id": BIG, "commandType": "Common", "time": 1, "sendTime": 1_700_000_000_123}
    return {**told, "message": message, **more}


def test_the_address_is_signed_as_published() -> None:
    digest = "OTgxODMwNDI2NWZiN2NiNzA2NzIxOTI0ZjJlMDMxMjE%3D"
    assert path("app", "secret", AT) == f"/message/app/1700000000000/{digest}"


def test_a_message_names_its_order_and_is_acknowledged_with_all_its_digits() -> None:
    told = read_frame(json.dumps(frame()))
    assert told is not None
    assert (told.id, told.order, told.mall) == (str(BIG), ORDER, "100")
    assert told.at == datetime(2023, 11, 14, 22, 13, 20, 123000, UTC)
    assert json.loads(acknowledged(told, AT)) == {
        "commandType": "Ack", "id": BIG, "sendTime": 1_700_000_000_123,
        "time": 1_700_000_000_000, "type": "pdd_trade_TradeConfirmed", "mallID": 100,
    }  # fmt: skip


@pytest.mark.parametrize("word", ["HeartBeat", "Ack", "Fail"])
def test_signs_of_life_are_no_messages(word: str) -> None:
    assert read_frame(json.dumps({"commandType": word, "id": 1, "time": 1})) is None


def test_our_own_sign_of_life() -> None:
    assert json.loads(beat(AT)) == {"commandType": "HeartBeat", "time": 1_700_000_000_000}


@pytest.mark.parametrize(
    ("type", "order", "wakes"),
    [
        ("pdd_refund_RefundCreated", ORDER, ("after_sales",)),
        ("pdd_goods_GoodsUpdate", None, ()),
        ("pdd_chat_OrderPromise", None, ()),
        ("pdd_new_Word", None, ()),
    ],
)
def test_what_a_message_is_about(type: str, order: str | None, wakes: Any) -> None:
    told = read_frame(json.dumps(frame(type)))
    assert told is not None
    assert (told.type, told.order, told.wakes) == (type, order, wakes)


@pytest.mark.parametrize("content", [None, 7, "", "{", '{"tid":"无"}', '{"tid":[]}'])
def test_a_message_that_says_nothing_sensible_can_still_be_acknowledged(
    content: Any,
) -> None:
    message = {"type": "pdd_trade_TradeSuccess", "mallID": 100, "content": content}
    told = read_frame(json.dumps(frame(message=message)))
    assert told is not None
    assert told.order is None
    assert json.loads(acknowledged(told, AT))["id"] == BIG


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "null", '{"commandType":"Common"}', '{"commandType":"New"}'),
        '{"id":1.5,"commandType":"Common"}', '{"id":"x","commandType":"Common"}',
        '{"id":1,"id":2,"commandType":"Common"}',
    ],
)  # fmt: skip
def test_what_is_neither_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        read_frame(text)


def test_a_command_that_is_new_is_kept_under_its_own_word() -> None:
    told = read_frame(json.dumps(frame(commandType="Batch")))
    assert told is not None
    assert (told.type, told.order) == ("Batch", None)
