"""Opening an OAID of the Taobao box: whom it stands for, for how long, how often."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from sandboxes.taobao.times import moment
from sandboxes.taobao.trade import CLOSED, SENT

DECRYPT = "taobao.top.oaid.decrypt"
FIVE = "receiver_name,receiver_address,receiver_mobile,receiver_phone,created"
DAY = 86_400.0


class Opener:
    """A shop that looks its receivers up."""

    def __init__(self, caller: Any) -> None:
        self.caller = caller

    def trades(self) -> Any:
        records = self.caller.box.book.records(self.caller.account.external_id)
        return [r.latest.content["trade"] for r in records]

    def find(self, closed: bool = False) -> Any:
        return next(t for t in self.trades() if (t.status in CLOSED) is closed)

    def oaid(self, trade: Any) -> str:
        return str(self.caller.detail(trade.tid, f"{FIVE},oaid")["oaid"])

    def row(self, trade: Any, **more: object) -> dict[str, object]:
        return {"tid": str(trade.tid), "oaid": self.oaid(trade), "scene": "1002"} | more

    def open(self, *rows: dict[str, object]) -> Any:
        asked = json.dumps(list(rows))
        body = self.caller.inner(DECRYPT, query_list=asked)
        return body["receiver_list"]["receiver"]

    def code(self, *rows: object) -> str:
        return str(self.caller.code(DECRYPT, query_list=json.dumps(list(rows))))


@pytest.fixture
def opener(open_box: Any) -> Any:
    return lambda **options: Opener(open_box(**options))


def test_an_oaid_opens_with_a_number_that_ends(opener: Any) -> None:
    one = opener()
    trade = one.find()
    (told,) = one.open(one.row(trade, secret_no_days=3))
    to = trade.receiver
    assert (told["name"], told["address_detail"]) == (to.name, to.address)
    assert (told["state"], told["city"], told["district"]) == (
        *(to.province, to.city, to.district),
    )
    assert told["matched"] is told["privacy_protection"] is True
    number, _, extension = told["mobile"].partition("-")
    assert len(number) == 11
    assert len(extension) == 3
    assert moment(told["secret_no_expire_time"]) == one.caller.now() + 3 * DAY


def test_a_virtual_number_stays_until_its_end_and_then_is_another(opener: Any) -> None:
    one = opener()
    row = one.row(one.find(), secret_no_days=2)
    (first,) = one.open(row)
    one.caller.box.clock.advance(2 * DAY - 1)
    assert one.open(row) == [first]
    one.caller.box.clock.advance(1)
    (last,) = one.open(row)
    assert last["mobile"] != first["mobile"]
    assert last["secret_no_expire_time"] > first["secret_no_expire_time"]


def test_the_buyers_own_number_may_come_instead(opener: Any) -> None:
    one = opener(switches={"virtual_numbers": "no"})
    trade = one.find()
    (told,) = one.open(one.row(trade))
    assert told["mobile"] == trade.receiver.phone
    assert "secret_no_expire_time" not in told


def test_a_closed_order_stays_masked(opener: Any) -> None:
    one = opener()
    trade = one.find(closed=True)
    (told,) = one.open(one.row(trade))
    assert told["desensitize_rule"] == "DECRYPTION_DISABLED_BY_ORDERCLOSED"
    assert "*" in told["name"]
    assert "*" in told["mobile"]
    assert trade.receiver.address not in told["address_detail"]


@pytest.mark.parametrize(("position", "told"), [("old_data", True), ("no_data", False)])
def test_an_oaid_of_a_former_address_does_not_match(
    opener: Any, position: str, told: bool
) -> None:
    one = opener(switches={"unmatched_oaid": position})
    before = {t.tid: t for t in one.trades() if t.status not in CLOSED | SENT}
    rows = {tid: one.row(t) for tid, t in before.items()}
    one.caller.box.churn(400)
    moved = next(
        t
        for t in one.trades()
        if t.tid in before
        and t.receiver != before[t.tid].receiver
        and t.status not in CLOSED
    )
    (row,) = one.open(rows[moved.tid])
    assert row["matched"] is False
    assert (row.get("name") == before[moved.tid].receiver.name) is told
    assert ("mobile" in row) is told
    (row,) = one.open(one.row(moved))
    assert row["matched"] is True


def test_a_stranger_handle_opens_nothing(opener: Any) -> None:
    one = opener()
    (told,) = one.open(one.row(one.find(), oaid="made-up"))
    assert told["matched"] is False
    assert "name" not in told


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "41|"),
        ([1], "41|"),
        ([{"tid": "1"}], "41|"),
        ([{"tid": "1", "oaid": "x", "scene": "9999"}], "41|"),
        ([{"tid": "1", "oaid": "x", "secret_no_days": 0}], "41|"),
        ([{"tid": "1", "oaid": "x", "secret_no_days": "15"}], "41|"),
        ([{"tid": "1", "oaid": "x"}] * 21, "41|"),
        ([{"tid": "1", "oaid": "x"}], "50|isv.trade-not-exist"),
    ],
)
def test_what_is_asked_is_checked(one_box: Any, rows: list[object], code: str) -> None:
    assert Opener(one_box).code(*rows) == code
    assert one_box.code(DECRYPT) == "40|"


def test_so_many_a_day_and_shop(opener: Any, shop: Any) -> None:
    one = opener(shops=2, orders=30, decrypt_quota=5)
    rows = [one.row(t) for t in one.trades()[:4]]
    assert len(one.open(*rows)) == 4
    assert one.code(rows[0], rows[1]) == "50|isv.decrypt-quota-limit"
    assert one.code(rows[0]) == "ok"
    assert one.code(rows[0]) == "50|isv.decrypt-quota-limit"
    other = Opener(shop(one.caller, 1))
    assert other.code(other.row(other.find())) == "ok"
    one.caller.box.clock.advance(DAY)
    assert one.code(rows[0]) == "ok"


def test_another_shops_order_cannot_be_opened(opener: Any, shop: Any) -> None:
    one = opener(shops=2, orders=30, history=timedelta(days=1))
    other = Opener(shop(one.caller, 1))
    row = other.row(other.find())
    assert one.code(row) == "50|isv.trade-not-exist"
