"""What messages name, and how the queue is asked.

Source: taobao.tmc.messages.consume (apiId 21986: quantity 10 to 200, the default group),
.confirm (21985: at most 200 ids), tmc.user.get (22554), tmc.user.permit; 消息服务, article
101663 (wait 100 ms at least where it is empty); paper §6. Topics' contents as captured.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

import connectors.taobao as taobao
from hub_core.errors import BadRequest, Misconfigured, Retryable
from hub_core.ports import Hint, Message, ShopInfo
from hub_core.wire import JSON

QUEUE = taobao.hub_messages()
BIG = 7_104_300_007_405_429_232
"""Beyond what a float holds."""
TID = 3_725_362_658_812_595_239
NAMED = {"account": {"nick": "卖家"}}


def row(topic: str, content: Any, **more: Any) -> JSON:
    same = {"id": BIG, "topic": topic, "user_id": 7, "pub_time": "2026-11-20 12:00:01"}
    text = content if isinstance(content, str) else json.dumps(content)
    return {**same, "content": text, **more}


def consumed(*rows: JSON) -> JSON:
    return {"tmc_messages_consume_response": {"messages": {"tmc_message": [*rows]}}}


def taken(scripted: Any, *rows: JSON, **given: Any) -> Sequence[Message | None]:
    return QUEUE.take(scripted(lambda form: consumed(*rows), **given))


# What a message is about ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("topic", "content", "kind", "id", "wakes"),
    [
        ("taobao_trade_TradeBuyerPay", {"tid": TID}, "orders", str(TID), ()),
        ("taobao_trade_TradeClose", {"tid": str(TID)}, "orders", str(TID), ()),
        ("taobao_refund_RefundCreated", {"refund_id": 39, "tid": TID}, "after_sales", "39",
         ("orders",)),
        ("taobao_item_ItemUpdate", {"num_iid": 36, "tid": TID}, "products", "36", ()),
        ("taobao_refund_RefundCreated", {"tid": TID}, None, None, ()),
        ("taobao_item_ItemUpdate", {"tid": TID}, None, None, ()),
        ("taobao_fuwu_OrderPaid", {"tid": TID}, None, None, ()),
        ("tmall_trade_Any", {"tid": TID}, None, None, ()),
        ("taobao_trade_TradeClose", "<tid>1</tid>", None, None, ()),
        ("taobao_trade_TradeClose", '{"tid":"无"}', None, None, ()),
        ("taobao_trade_TradeClose", {"tid": "1" * 24}, "orders", "1" * 24, ()),
        ("taobao_trade_TradeClose", {"tid": "1" * 25}, None, None, ()),
        ("taobao_trade_TradeClose", "[]", None, None, ()),
    ],
)  # fmt: skip
def test_a_topic_names_its_record(
    topic: str, content: Any, kind: str | None, id: str | None, wakes: Any, scripted: Any
) -> None:
    told = row(topic, content)
    (found,) = taken(scripted, told)
    assert found is not None
    assert found.hint == Hint(
        event=topic, kind=kind, external_id=id, account="7", message_id=str(BIG),
        at=datetime(2026, 11, 20, 4, 0, 1, tzinfo=UTC), wakes=wakes,
    )  # fmt: skip
    assert (found.id, found.body) == (str(BIG), told["content"].encode())
    assert dict(found.receipt) == {}


def test_who_has_no_number_is_known_by_name(scripted: Any) -> None:
    (found,) = taken(scripted, row("t", {}, user_id=None, user_nick="卖家"))
    assert found is not None
    assert found.hint.account == "卖家"
    (nobody,) = taken(scripted, row("t", {}, user_id=None, pub_time=None))
    assert nobody is not None
    assert (nobody.hint.account, nobody.hint.at) == (None, None)


@pytest.mark.parametrize(
    "broken", [{"topic": None}, {"pub_time": "soon"}, {"user_id": 1.5}, {"topic": 7.5}]
)
def test_a_row_that_is_misshapen_is_kept_by_its_id(broken: JSON, scripted: Any) -> None:
    whole = {**row("taobao_trade_TradeClose", {"tid": TID}), **broken}
    (found,) = taken(scripted, whole)
    assert found is not None
    assert found.id == found.hint.message_id == str(BIG)
    assert (found.hint.event, found.hint.kind) == ("unreadable", None)
    assert json.loads(found.body) == whole


@pytest.mark.parametrize("id", [None, "", 0, 1.5, [1]])
def test_a_row_without_an_id_is_none(id: Any, scripted: Any) -> None:
    first, second = taken(
        scripted, row("t", {}, id=id), row("taobao_trade_TradeClose", {"tid": TID})
    )
    assert first is None
    assert second is not None


def test_content_that_came_as_an_object_is_kept_as_text(scripted: Any) -> None:
    whole = {**row("taobao_trade_TradeClose", ""), "content": {"tid": TID, "a": "无"}}
    (found,) = taken(scripted, whole)
    assert found is not None
    assert found.hint.external_id == str(TID)
    assert found.body.decode() == json.dumps({"tid": TID, "a": "无"}, ensure_ascii=False)


# How the queue is asked ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "group", "quantity"),
    [
        ({}, None, "100"),
        ({"message_group": "shops", "message_quantity": "200"}, "shops", "200"),
        ({"message_group": "", "message_quantity": "10"}, None, "10"),
    ],
)
def test_the_queue_of_a_group_is_asked_for_so_many(
    facts: Mapping[str, str], group: str | None, quantity: str, scripted: Any
) -> None:
    session = scripted(lambda form: consumed(), facts=facts)
    assert list(QUEUE.take(session)) == []
    (form,) = session.sent
    assert form["method"] == "taobao.tmc.messages.consume"
    assert (form.get("group_name"), form["quantity"]) == (group, quantity)
    assert "session" not in form, "it is the app's own"


@pytest.mark.parametrize("quantity", ["9", "201", "0"])
def test_fewer_than_ten_or_more_than_200_are_not_asked_for(
    quantity: str, scripted: Any
) -> None:
    with pytest.raises(BadRequest):
        taken(scripted, facts={"message_quantity": quantity})


def confirmed(scripted: Any, ids: list[str], yes: bool = True, **given: Any) -> JSON:
    body = {"tmc_messages_confirm_response": {"is_success": yes}}
    session = scripted(lambda form: body, **given)
    messages = [Message(id=id, hint=Hint(event="t"), body=b"") for id in ids]
    QUEUE.confirm(session, messages)
    (form,) = session.sent
    found: JSON = form
    return found


def test_all_are_confirmed_in_one_call_to_their_group(scripted: Any) -> None:
    form = confirmed(scripted, ["1", str(BIG)], facts={"message_group": "shops"})
    assert form["method"] == "taobao.tmc.messages.confirm"
    assert form["s_message_ids"] == f"1,{BIG}"
    assert form["group_name"] == "shops"
    assert "group_name" not in confirmed(scripted, ["1"])
    most = confirmed(scripted, [str(n) for n in range(1, 201)])
    assert most["s_message_ids"].count(",") == 199


def test_a_no_is_no_confirmation(scripted: Any) -> None:
    with pytest.raises(Retryable):
        confirmed(scripted, ["1"], yes=False)
    for ids in ([], [str(n) for n in range(201)]):
        with pytest.raises(BadRequest):
            confirmed(scripted, ids)


def test_an_empty_queue_is_left_alone_for_five_seconds(scripted: Any) -> None:
    def idle(**facts: str) -> float:
        found: float = QUEUE.idle(scripted(lambda form: {}, facts=facts))
        return found

    assert idle() == 5.0
    assert idle(message_idle_seconds="0.5") == 0.5
    assert idle(message_idle_seconds="0") == 0.1
    with pytest.raises(Misconfigured, match="message_idle_seconds"):
        idle(message_idle_seconds="long")
    with pytest.raises(Misconfigured, match="message_quantity"):
        taken(scripted, facts={"message_quantity": "many"})


# Who may be told of --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ({"is_valid": True, "topics": {"string": ["a"]}}, True),
        ({"is_valid": True}, True),
        ({"is_valid": False}, False),
        (None, False),
    ],
)
def test_a_seller_is_asked_after_by_name(user: Any, expected: bool, scripted: Any) -> None:
    body = {"tmc_user_get_response": {"tmc_user": user}}
    session = scripted(lambda form: body, **NAMED)
    assert QUEUE.permitted(session) is expected
    (form,) = session.sent
    assert form["method"] == "taobao.tmc.user.get"
    assert form["nick"] == "卖家"
    assert {"topics", "is_valid"} <= set(form["fields"].split(","))


def test_who_has_no_name_can_not_be_asked_after(scripted: Any) -> None:
    session = scripted(lambda form: {})
    with pytest.raises(Misconfigured, match="nick"):
        QUEUE.permitted(session)
    assert session.sent == []


def test_a_seller_nobody_has_heard_of_is_not_permitted(scripted: Any) -> None:
    refusal = {"error_response": {"code": 41, "msg": "Invalid Arguments:nick"}}
    assert QUEUE.permitted(scripted(lambda form: refusal, **NAMED)) is False


@pytest.mark.parametrize("yes", [True, False])
def test_all_topics_are_permitted_or_it_is_tried_again(yes: bool, scripted: Any) -> None:
    session = scripted(lambda form: {"tmc_user_permit_response": {"is_success": yes}})
    if yes:
        QUEUE.permit(session)
    else:
        with pytest.raises(Retryable):
            QUEUE.permit(session)
    (form,) = session.sent
    assert form["method"] == "taobao.tmc.user.permit"
    assert "topics" not in form


def test_a_shop_is_named_by_its_number_and_its_name() -> None:
    bare = ShopInfo(name="店", external_id="7")
    assert list(QUEUE.accounts(bare)) == ["7"]
    assert list(QUEUE.accounts(ShopInfo(name="店", external_id="7", **NAMED))) == [
        "7",
        "卖家",
    ]
    assert set(QUEUE.gone) == {"taobao_item_ItemDelete"}
