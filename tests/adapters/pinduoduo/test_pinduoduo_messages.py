"""Frames of messages: the address, what is read of one, what is said when it was kept.

Vector PMC: channel paper PDD §1, from a public client's own test; frames from §6 and the
official client's classes.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

import connectors.pinduoduo as pinduoduo
from adapters.pinduoduo.messages_v1 import acknowledged, beat, path, read_frame
from hub_core.errors import Misconfigured, Retryable
from hub_core.ports import Hint, ShopInfo
from hub_core.wire import Credentials

from .pdd import Script

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


@pytest.mark.parametrize("broken", [{"type": None}, {"mallID": 1.5}])
def test_a_message_that_is_misshapen_is_none(broken: Any) -> None:
    message = {"type": "pdd_trade_TradeSuccess", "mallID": 100, "content": "{}", **broken}
    with pytest.raises(ValueError, match=r"\S"):
        read_frame(json.dumps(frame(message=message)))


def test_what_else_a_message_has_may_be_missing() -> None:
    bare = {"id": 7, "commandType": "Common", "message": {"type": "pdd_trade_Any"}}
    told = read_frame(json.dumps(bare))
    assert told is not None
    assert (told.mall, told.sent, told.at, told.order) == (None, None, None, None)
    assert json.loads(acknowledged(told, AT)) == {
        "commandType": "Ack", "id": 7, "sendTime": None, "time": 1_700_000_000_000,
        "type": "pdd_trade_Any", "mallID": None,
    }  # fmt: skip
    named = read_frame(json.dumps(frame(message={"type": "t", "mallID": "mall-x"})))
    assert named is not None
    assert json.loads(acknowledged(named, AT))["mallID"] == "mall-x"


# How the connection is held ------------------------------------------------------------

SOCKET = pinduoduo.hub_messages()


def app(**facts: str) -> Credentials:
    return Credentials("app", "secret", options=facts)


def test_messages_come_from_the_platforms_host() -> None:
    """Source: the official client (`WsClient`); 多多云 has it without TLS."""
    here = "wss://message-api.pinduoduo.com"
    assert SOCKET.address(app(), AT) == here + path("app", "secret", AT)
    cloud = "ws://message-api.pinduoduo.com"
    assert SOCKET.address(app(message_url=f"{cloud}/"), AT) == cloud + path(
        "app", "secret", AT
    )


@pytest.mark.parametrize(
    ("facts", "rhythm"),
    [
        ({}, (5.0, 180.0)),
        ({"message_beat_seconds": "10", "message_silent_seconds": "60"}, (10.0, 60.0)),
        ({"message_beat_seconds": "5.5"}, (5.5, 180.0)),
    ],
)
def test_it_beats_every_five_seconds_and_is_dead_after_three_minutes(
    facts: dict[str, str], rhythm: tuple[float, float]
) -> None:
    """Source: the same client: every 5 s, dead after 3 min without a beat in return."""
    assert SOCKET.rhythm(app(**facts)) == rhythm


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("message_beat_seconds", "often"),
        ("message_beat_seconds", "180"),
        ("message_silent_seconds", "5"),
        ("message_silent_seconds", "long"),
    ],
)
def test_a_rhythm_that_is_none_is_named(name: str, wrong: str) -> None:
    with pytest.raises(Misconfigured, match=name):
        SOCKET.rhythm(app(**{name: wrong}))


@pytest.mark.parametrize(
    ("type", "kind", "wakes"),
    [
        ("pdd_trade_TradeConfirmed", "orders", ()),
        ("pdd_refund_RefundCreated", "orders", ("after_sales",)),
        ("pdd_goods_GoodsUpdate", None, ()),
    ],
)
def test_a_frame_is_a_hint_and_is_answered_by_its_receipt(
    type: str, kind: str | None, wakes: Any
) -> None:
    text = json.dumps(frame(type))
    found = SOCKET.read(text)
    assert found is not None
    assert found.hint == Hint(
        event=type, kind=kind, external_id=ORDER if kind else None, account="100",
        message_id=str(BIG), at=datetime(2023, 11, 14, 22, 13, 20, 123000, UTC),
        wakes=wakes,
    )  # fmt: skip
    assert (found.id, found.body) == (str(BIG), text.encode())
    told = read_frame(text)
    assert told is not None
    assert SOCKET.receipt(found, AT) == acknowledged(told, AT)
    assert SOCKET.read(SOCKET.beat(AT)) is None
    assert SOCKET.beat(AT) == beat(AT)


def test_a_shop_is_named_by_its_number() -> None:
    assert list(SOCKET.accounts(ShopInfo(name="a", external_id="9"))) == ["9"]
    assert list(SOCKET.gone) == []


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ({"is_expire": 0, "topics": ["a"]}, True),
        ({"is_expire": 0}, True),
        ({"is_expire": 1}, False),
        (None, False),
    ],
)
def test_a_shop_is_asked_after_by_its_number(user: Any, expected: bool) -> None:
    """Source: pdd.pmc.user.get: owner_id is the shop's number; is_expire 0 is valid."""
    script = Script([{"pmc_user_get_response": {"pmc_user": user}}])
    assert SOCKET.permitted(script) is expected
    ((method, form),) = script.asked
    assert (method, form["owner_id"]) == ("pdd.pmc.user.get", "900001")


@pytest.mark.parametrize("yes", [True, False])
def test_all_topics_are_permitted_or_it_is_tried_again(yes: bool) -> None:
    script = Script([{"pmc_user_permit_response": {"is_success": yes}}])
    if yes:
        SOCKET.permit(script)
    else:
        with pytest.raises(Retryable):
            SOCKET.permit(script)
    ((method, form),) = script.asked
    assert (method, "topics" in form) == ("pdd.pmc.user.permit", False)
