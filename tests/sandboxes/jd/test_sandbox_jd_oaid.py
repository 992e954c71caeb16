"""Opening an oaid of the JD box: whom it stands for, for how long, how often."""

from __future__ import annotations

from typing import Any

import pytest

from sandboxes.jd import receivers, states

METHOD = "jingdong.jos.order.oaid.decrypt"
DAY = 86_400.0


class Opener:
    """A shop that looks its receivers up."""

    def __init__(self, caller: Any) -> None:
        self.caller, self.box = caller, caller.box

    def find(self, *, cancelled: bool = False) -> Any:
        records = self.box.book.records(self.caller.account)
        return next(
            r
            for r in records
            if (r.latest.content["state"] == states.CANCELLED) is cancelled
            and r.latest.content["state"] != states.NOT_PAY
        )

    def row(self, record: Any) -> dict[str, Any]:
        who = receivers.person(record.latest.content["person"])
        return {"orderId": record.id, "oaid": receivers.oaid(who)}

    def ask(self, *rows: dict[str, Any], **more: Any) -> Any:
        wanted = {"orderInfos": list(rows), "scenesType": "1001", **more}
        return self.caller.call(METHOD, {"getReceiverInfoListReqVO": wanted})

    def open(self, *rows: dict[str, Any], **more: Any) -> Any:
        return self.ask(*rows, **more)["returnType"]


@pytest.fixture
def opener(shop: Any) -> Any:
    def make(**options: Any) -> Opener:
        return Opener(shop(privacy="oaid", **options))

    return make


def test_an_oaid_opens_with_a_number_that_ends(opener: Any) -> None:
    one = opener()
    record = one.find()
    said = one.open(one.row(record), expiration=3)
    (told,) = said["data"]
    who = receivers.person(record.latest.content["person"])
    assert said["code"] == 200
    assert told["customerName"] == who.name
    assert told["address"].endswith(who.address)
    assert told["privacyProtection"] is True
    assert who.phone not in told["consMobilePhone"]
    assert told["expiration"] > ""


def test_an_oaid_of_a_former_address_opens_nothing(opener: Any) -> None:
    one = opener()
    record = one.find()
    before = one.row(record)
    one.box.book.change(record, one.box.clock.now(), person=987_654)
    assert one.open(before)["data"] == []
    assert len(one.open(one.row(record))["data"]) == 1


def test_a_cancelled_order_and_a_shop_of_another_kind_open_nothing(opener: Any) -> None:
    one = opener()
    assert one.open(one.row(one.find(cancelled=True)))["data"] == []


def test_a_spent_quota_ends_with_the_day_in_beijing(opener: Any) -> None:
    one = opener(oaid_quota=1)
    row = one.row(one.find())
    assert one.open(row)["code"] == 200
    assert one.open(row)["code"] == 5001
    one.box.clock.advance(DAY)
    assert one.open(row)["code"] == 200


def test_a_question_without_orders_or_with_too_many_is_refused(opener: Any) -> None:
    one = opener(oaid_most=1)
    row = one.row(one.find())
    assert one.ask()["code"] != "0"
    assert one.ask(row, row)["code"] != "0"
