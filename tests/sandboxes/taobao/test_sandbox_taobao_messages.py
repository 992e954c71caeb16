"""The Taobao box's message queue: what is told, to whom, how often, and what may fail."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from sandboxes.taobao import create
from sandboxes.taobao.times import text
from sandboxes.taobao.topics import TOPICS

CONSUME, CONFIRM = "taobao.tmc.messages.consume", "taobao.tmc.messages.confirm"
PERMIT, USER = "taobao.tmc.user.permit", "taobao.tmc.user.get"
DAY = 86_400.0


class Reader:
    """A client of the app's queue, who needs no session."""

    def __init__(self, caller: Any) -> None:
        self.caller, self.box = caller, caller.box

    @property
    def box_account(self) -> str:
        return str(self.caller.account.external_id)

    def user(self, fields: str) -> Any:
        nick = self.caller.account.name
        asked = {"nick": nick, "fields": fields}
        return self.caller.inner(USER, session=None, **asked)["tmc_user"]

    def consume(self, quantity: int = 200, **more: str) -> list[Any]:
        body = self.caller.inner(CONSUME, session=None, quantity=str(quantity), **more)
        return list(body.get("messages", {"tmc_message": []})["tmc_message"])

    def confirm(self, *messages: Any) -> None:
        ids = ",".join(str(m["id"]) for m in messages)
        body = self.caller.inner(CONFIRM, session=None, s_message_ids=ids)
        assert body["is_success"] is True

    def all(self) -> list[Any]:
        """Everything that is due, confirmed."""
        found: list[Any] = []
        while page := self.consume():
            self.confirm(*page)
            found += page
        return found

    def happen(self, changes: int = 60, then: float = 1.0) -> None:
        self.box.churn(changes)
        self.box.clock.advance(then)


@pytest.fixture
def reader(open_box: Any) -> Any:
    return lambda **options: Reader(open_box(**({"messages": True} | options)))


def test_nothing_is_told_before_a_seller_is_permitted(open_box: Any) -> None:
    one = Reader(open_box())
    one.happen()
    assert one.consume() == []
    assert one.caller.inner(PERMIT)["is_success"] is True
    one.happen()
    assert one.consume() != []


def test_every_change_of_an_order_is_told_with_what_it_is_about(reader: Any) -> None:
    one = reader()
    before = {r.id: len(r.versions) for r in one.box.book.records(one.box_account)}
    one.happen(200)
    told = one.all()
    assert {m["topic"] for m in told} <= set(TOPICS)
    of = Counter(
        str(json.loads(m["content"])["tid"])
        for m in told
        if m["topic"].startswith("taobao_trade_")
    )
    changed = {
        r.id: len(r.versions) - before.get(r.id, 0)
        for r in one.box.book.records(one.box_account)
    }
    assert of == Counter({id: n for id, n in changed.items() if n})


def test_topics_say_what_happened(reader: Any) -> None:
    one = reader(orders=150)
    one.happen(600)
    told = one.all()
    names = {m["topic"].rpartition("_")[2] for m in told}
    wanted = {"TradeCreate", "TradeBuyerPay", "TradeSellerShip", "TradeSuccess"}
    assert wanted | {"TradeClose", "RefundCreated", "ItemUpdate"} <= names
    for message in told:
        said = json.loads(message["content"])
        if message["topic"] == "taobao_trade_TradeSuccess":
            assert said["status"] == "TRADE_FINISHED"
        if message["topic"] == "taobao_trade_TradeCreate":
            assert said["seller_nick"] == message["user_nick"]
        if message["topic"] == "taobao_refund_RefundCreated":
            assert {"refund_id", "tid", "oid", "refund_fee"} <= set(said)


def test_a_message_names_its_seller_and_its_time(reader: Any) -> None:
    one = reader()
    one.happen(30)
    at = text(one.caller.now() - 1)
    for message in one.consume():
        assert str(message["user_id"]) == one.box_account
        assert message["pub_time"] == at
        assert message["id"] > 2**53


def test_what_is_not_confirmed_comes_again(reader: Any) -> None:
    one = reader(message_again=300.0)
    one.happen()
    first = one.consume()
    assert one.consume() == []
    one.confirm(*first[:3])
    one.box.clock.advance(299)
    assert one.consume() == []
    one.box.clock.advance(1)
    assert one.consume() == first[3:]


def test_what_nobody_confirms_is_gone_one_day(reader: Any) -> None:
    one = reader(message_kept=2 * DAY)
    one.happen()
    held = len(one.box.messages.waiting)
    one.box.clock.advance(2 * DAY)
    assert one.consume() == []
    assert len(one.box.messages.expired) == held


def test_at_most_so_many_at_once(reader: Any) -> None:
    one = reader()
    one.happen(150)
    assert len(one.consume(10)) == 10
    assert len(one.consume(10)) == 10
    assert one.caller.code(CONSUME, session=None, quantity="9") == "41|"
    assert one.caller.code(CONSUME, session=None, quantity="201") == "41|"


@pytest.mark.parametrize(
    ("ids", "code"),
    [("", "40|"), ("a", "41|"), (",".join("1" * 201), "41|"), ("1", "ok")],
)
def test_ids_are_checked(reader: Any, ids: str, code: str) -> None:
    assert reader().caller.code(CONFIRM, session=None, s_message_ids=ids) == code


def test_a_permit_replaces_the_topics_of_before(reader: Any) -> None:
    one = reader()
    only = "taobao_trade_TradeCreate"
    one.caller.inner(PERMIT, topics=f"{only},taobao_refund_RefundCreated")
    one.caller.inner(PERMIT, topics=only)
    one.happen(200)
    assert {m["topic"] for m in one.all()} == {only}
    assert one.user("topics")["topics"] == {"string": [only]}
    assert one.caller.code(PERMIT, topics="nonsense") == "50|isv.invalid-parameter"


def test_who_is_permitted_and_whether_it_still_holds(reader: Any) -> None:
    one = reader()
    fields = "user_nick,topics,user_id,is_valid,created,modified,group_name"
    told = one.user(fields)
    assert set(told) == set(fields.split(","))
    assert (told["is_valid"], told["group_name"]) == (True, "default")
    one.box.revoke(one.box_account)
    assert one.user(fields)["is_valid"] is False
    one.happen()
    assert one.consume() == []


def test_after_a_cancellation_nothing_more_is_told(reader: Any) -> None:
    one = reader()
    nick = one.caller.account.name
    one.caller.inner("taobao.tmc.user.cancel", session=None, nick=nick)
    one.happen()
    assert one.consume() == []
    assert one.caller.code(USER, session=None, nick=nick, fields="topics").startswith("50")


def test_sellers_may_stand_in_groups(reader: Any) -> None:
    one = reader(shops=2)
    nick = one.caller.account.name
    no = one.caller.code(CONSUME, session=None, group_name="vip")
    assert no == "50|isv.invalid-parameter"
    add = "taobao.tmc.group.add"
    one.caller.inner(add, session=None, group_name="vip", nicks=nick)
    one.happen(200)
    assert {m["user_nick"] for m in one.consume(group_name="vip")} == {nick}
    assert nick not in {m["user_nick"] for m in one.consume()}


def test_each_app_has_its_own_queue(reader: Any, shop: Any) -> None:
    one = reader(shops=2, apps=2)
    other = Reader(shop(one.caller, 1))
    one.happen(100)
    mine = one.consume()
    other.confirm(*mine)
    assert {m["user_nick"] for m in mine} == {one.caller.account.name}
    assert {m["user_nick"] for m in other.consume()} == {other.caller.account.name}
    one.box.clock.advance(600)
    assert one.consume()[: len(mine)] == mine


# What may fail ------------------------------------------------------------------------


def test_some_are_lost(reader: Any) -> None:
    one = reader(message_loss=0.5)
    one.happen(200)
    lost = {m.id for m in one.box.messages.lost}
    assert lost
    assert lost.isdisjoint(m["id"] for m in one.all())


def test_some_come_twice_although_confirmed(reader: Any) -> None:
    one = reader(message_twice=0.5)
    one.happen(200)
    first = one.all()
    one.box.clock.advance(60)
    again = one.all()
    assert again
    assert all(m in first for m in again)


def test_some_pass_others(reader: Any) -> None:
    one = reader(message_spread=100.0)
    one.happen(200, then=101.0)
    ids = [m["id"] for m in one.all()]
    assert ids != sorted(ids)


def test_some_say_nothing_sensible(reader: Any) -> None:
    one = reader(message_garbage=1.0)
    one.happen(40)
    for message in one.all():
        with pytest.raises((ValueError, KeyError, TypeError)):
            int(json.loads(message["content"])["tid"])


def test_some_topics_nobody_has_heard_of(reader: Any) -> None:
    one = reader(message_unknown=1.0)
    one.happen(40)
    assert {m["topic"] for m in one.all()} - set(TOPICS)


def test_a_message_may_be_planted(reader: Any) -> None:
    one = reader()
    one.box.messages.say(one.box_account, "any_topic", "any text")
    (message,) = one.consume()
    assert (message["topic"], message["content"]) == ("any_topic", "any text")


def test_ids_may_be_text(reader: Any) -> None:
    one = reader(switches={"message_ids": "string"})
    one.happen(40)
    for message in one.consume():
        assert isinstance(message["id"], str)


def test_the_backlog_can_be_asked_for(reader: Any) -> None:
    one = reader()
    one.happen(60)
    given = len(one.consume(10))
    body = one.caller.inner("taobao.tmc.queue.get", session=None)
    (row,) = body["datas"]["tmc_queue_info"]
    assert row["get_total"] == given == 10
    assert row["put_toal"] == len(one.box.messages.waiting)
    assert one.box.door("messages", {})["waiting"] == row["put_toal"]


def test_telling_changes_nothing_that_happens() -> None:
    def truth(**options: Any) -> Any:
        box = create(orders=30, seed=4, **options)
        box.churn(200)
        (account,) = box.accounts()
        kinds = {k: box.records(account.external_id, k) for k in box.KINDS}
        statuses = [
            (t.external_id, t.status, t.paid) for t in box.truth(account.external_id)
        ]
        return statuses, {k: [r.facts for r in v] for k, v in kinds.items()}

    assert truth() == truth(messages=True, message_loss=0.3, message_twice=0.5)
