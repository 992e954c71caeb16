"""Sending goods from the Taobao box: what is let go, what is refused, what follows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from hub_core.sandbox import Clock
from sandboxes.taobao import create
from sandboxes.taobao.life import OPEN_REFUND
from sandboxes.taobao.trade import Trade

from .conftest import START, Caller

COMPANIES = "taobao.logistics.companies.get"
OFFLINE = "taobao.logistics.offline.send"
CHAIN = "alibaba.ascp.logistics.offline.send"
RESEND = "taobao.logistics.consign.resend"
NO = "50|isv.logistics-offline-service-error:"
NO_AGAIN = "50|isv.logistics-update-company-or-mailno-error:"
YTO = {"company_code": "YTO", "out_sid": "YT1234567890123"}
ZTO = {"company_code": "ZTO", "out_sid": "73123456789012"}
PLAIN = {"fixed", "guarantee_trade", "step", "auction", "fenxiao"}
DAY = 86_400.0


class Desk:
    """A shop's dispatch desk."""

    def __init__(self, caller: Any) -> None:
        self.caller, self.account = caller, caller.account.external_id

    def records(self) -> Any:
        return self.caller.box.book.records(self.account)

    def find(self, wanted: Callable[[Trade], bool]) -> Trade:
        trades: list[Trade] = [r.latest.content["trade"] for r in self.records()]
        return next(trade for trade in trades if wanted(trade))

    def waiting(self, lines: int = 1) -> Trade:
        """A trade of so many lines, paid and none of it sent or asked back."""
        return self.find(
            lambda t: (
                t.status == "WAIT_SELLER_SEND_GOODS"
                and t.kind in PLAIN
                and len(t.lines) == lines
                and all(x.status == t.status for x in t.lines)
                and all(x.refund_status == "NO_REFUND" for x in t.lines)
            )
        )

    def now(self, trade: Trade) -> Trade:
        return self.find(lambda t: t.tid == trade.tid)

    def send(self, trade: Trade, method: str = OFFLINE, **more: str) -> str:
        return str(self.caller.code(method, **({"tid": str(trade.tid)} | more)))

    def chain(self, trade: Trade, packages: Any, **more: str) -> str:
        asked = {"consign_type": "1", "consign_pkgs": json.dumps(packages)}
        return self.send(trade, CHAIN, **(asked | more))

    def effects(self, trade: Trade) -> list[Any]:
        effects = self.caller.box.effects(self.account)
        assert {e.kind for e in effects} <= {"ship"}
        return [e.facts for e in effects if e.target == str(trade.tid)]

    def statuses(self, trade: Trade) -> tuple[str, list[str]]:
        told = self.caller.detail(trade.tid, "status,orders.status")
        return told["status"], [x["status"] for x in told["orders"]["order"]]


@pytest.fixture
def desk(open_box: Any) -> Any:
    def opened(**options: Any) -> Desk:
        usual: dict[str, Any] = {"orders": 400, "history": timedelta(days=5)}
        return Desk(open_box(**(usual | options)))

    return opened


@pytest.fixture(scope="module")
def crowd() -> Desk:
    """One big shop for calls that are refused."""
    days, clock = timedelta(days=8), Clock(START)
    return Desk(Caller(create(orders=1_500, history=days, clock=clock)))


def package(trade: Trade, *which: int, by: dict[str, str] = YTO, **goods: object) -> Any:
    rows = [{"sub_tid": str(trade.lines[i].oid)} | goods for i in which]
    return by | {"goods": rows}


def test_carriers_come_without_a_session(open_box: Any) -> None:
    caller = open_box()
    asked = {"fields": "id,code,name,reg_mail_no", "session": None}
    body = caller.inner(COMPANIES, **asked)
    told = {c["code"]: c for c in body["logistics_companies"]["logistics_company"]}
    assert told["YTO"]["name"] == "圆通速递"
    assert re.fullmatch(told["YTO"]["reg_mail_no"], YTO["out_sid"])
    assert not re.fullmatch(told["SF"]["reg_mail_no"], YTO["out_sid"])
    assert caller.code(COMPANIES) == "40|"
    assert caller.code(COMPANIES, fields="code", session="another's") == (
        "27|invalid-sessionkey"
    )


def test_a_trade_is_sent_and_its_status_follows(desk: Any) -> None:
    one = desk()
    trade = one.waiting()
    one.caller.box.clock.advance(60)
    body = one.caller.inner(OFFLINE, tid=str(trade.tid), **YTO)
    assert body["shipping"] == {"is_success": True}
    status = "WAIT_BUYER_CONFIRM_GOODS"
    assert one.statuses(trade) == (status, [status])
    told = one.caller.detail(trade.tid, "consign_time,modified,orders")
    assert told["consign_time"] == told["modified"]
    (line,) = told["orders"]["order"]
    assert (line["logistics_company"], line["invoice_no"]) == ("圆通速递", YTO["out_sid"])
    (effect,) = one.effects(trade)
    assert effect["tracking_no"] == YTO["out_sid"]
    assert effect["lines"] == str(trade.lines[0].oid)
    assert one.send(trade, **YTO) == NO + "B04"
    assert len(one.effects(trade)) == 1


def test_a_trade_may_go_in_two_parcels(desk: Any) -> None:
    one = desk()
    trade = one.waiting(lines=2)
    first, second = (str(x.oid) for x in trade.lines)
    assert one.send(trade, **YTO, is_split="1", sub_tid=first) == "ok"
    assert one.statuses(trade)[0] == "SELLER_CONSIGNED_PART"
    assert one.send(trade, **ZTO) == NO + "CD22"
    assert one.send(trade, **ZTO, is_split="1", sub_tid=first) == NO + "B04"
    assert one.send(trade, **ZTO, is_split="1", sub_tid=second) == "ok"
    assert one.statuses(trade)[0] == "WAIT_BUYER_CONFIRM_GOODS"
    assert [e["lines"] for e in one.effects(trade)] == [first, second]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"is_split": "1"}, NO + "CD25"),
        ({"sub_tid": "1"}, NO + "CD25"),
        ({"is_split": "1", "sub_tid": "1"}, NO + "P38"),
        ({"is_split": "1", "sub_tid": ",".join("1" * 51)}, "41|"),
        ({"is_split": "2"}, "41|"),
        ({"out_sid": ""}, "40|"),
        ({"out_sid": "12"}, NO + "B60"),
        ({"company_code": "SF"}, NO + "B60"),
        ({"company_code": "PIGEON"}, NO + "B57"),
        ({"tid": "1"}, NO + "B01"),
        ({"tid": "x"}, "41|"),
    ],
)
def test_what_is_wrong_with_a_call_is_said_and_nothing_sent(
    desk: Any, more: dict[str, str], code: str
) -> None:
    one = desk()
    trade = one.waiting(lines=2)
    assert one.send(trade, **(YTO | more)) == code
    assert one.now(trade) == trade
    assert one.caller.box.effects(one.account) == []


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (lambda t: t.status == "TRADE_CLOSED_BY_TAOBAO" and t.kind in PLAIN, "B04"),
        (lambda t: t.status == "TRADE_CLOSED" and t.kind in PLAIN, "B04"),
        (lambda t: t.status == "TRADE_FINISHED" and t.kind in PLAIN, "B04"),
        (lambda t: t.status == "WAIT_BUYER_PAY" and t.kind in PLAIN, "B02"),
        (lambda t: t.status == "PAID_FORBID_CONSIGN", "B02"),
        (lambda t: t.kind == "cod" and t.status == "WAIT_SELLER_SEND_GOODS", "B98"),
        (lambda t: t.kind == "auto_delivery", "B98"),
    ],
)
def test_what_may_not_be_sent_is_refused(
    crowd: Desk, wanted: Callable[[Trade], bool], code: str
) -> None:
    trade = crowd.find(wanted)
    assert crowd.send(trade, **YTO) == NO + code
    assert crowd.now(trade) == trade


@pytest.mark.parametrize(("position", "sent"), [("refused", False), ("allowed", True)])
def test_a_pending_refund_holds_its_line_back(desk: Any, position: str, sent: bool) -> None:
    one = desk(orders=900, switches={"ship_refunding": position})
    trade = one.find(
        lambda t: (
            t.status == "WAIT_SELLER_SEND_GOODS"
            and t.kind in PLAIN
            and any(x.refund_status in OPEN_REFUND for x in t.lines)
        )
    )
    assert one.send(trade, **YTO) == ("ok" if sent else NO + "B02")
    assert (one.now(trade) != trade) is sent


def test_a_closed_line_stays_behind(desk: Any) -> None:
    one = desk(orders=2_000, history=timedelta(days=10))
    trade = one.find(
        lambda t: (
            t.status == "WAIT_SELLER_SEND_GOODS"
            and t.kind in PLAIN
            and {x.status for x in t.lines} == {t.status, "TRADE_CLOSED"}
            and not any(x.refund_status in OPEN_REFUND for x in t.lines)
        )
    )
    closed = next(str(x.oid) for x in trade.lines if x.status == "TRADE_CLOSED")
    assert one.send(trade, **YTO, is_split="1", sub_tid=closed) == NO + "B04"
    assert one.send(trade, **YTO) == "ok"
    status, lines = one.statuses(trade)
    assert status == "WAIT_BUYER_CONFIRM_GOODS"
    assert set(lines) == {"WAIT_BUYER_CONFIRM_GOODS", "TRADE_CLOSED"}
    assert closed not in one.effects(trade)[0]["lines"]


def test_an_unknown_carrier_or_a_number_used_elsewhere(desk: Any) -> None:
    one = desk(switches={"unknown_courier": "taken", "waybill_used": "refused"})
    trade = one.waiting()
    assert one.send(trade, company_code="圆通送", out_sid="anything") == "ok"
    fields = "orders.logistics_company"
    (line,) = one.caller.detail(trade.tid, fields)["orders"]["order"]
    assert line["logistics_company"] == "圆通送"
    other = one.waiting()
    assert other.tid != trade.tid
    assert one.send(other, company_code="圆通送", out_sid="anything") == NO + "B60"


def test_merged_trades_share_a_number_unless_switched_off(desk: Any) -> None:
    one = desk()
    for _ in range(2):
        assert one.send(one.waiting(), **YTO) == "ok"


# The new chain ----------------------------------------------------------------------


def test_the_new_chain_sends_by_parcels(desk: Any) -> None:
    one = desk()
    trade = one.waiting(lines=2)
    body = one.caller.inner(
        CHAIN,
        tid=str(trade.tid),
        consign_type="1",
        consign_pkgs=json.dumps([package(trade, 0), package(trade, 1, by=ZTO)]),
    )
    assert body["result"] == {"success": True}
    assert one.statuses(trade)[0] == "WAIT_BUYER_CONFIRM_GOODS"
    assert [e["carrier_code"] for e in one.effects(trade)] == ["YTO", "ZTO"]
    numbers = [x.waybill for x in one.now(trade).lines]
    assert numbers == [YTO["out_sid"], ZTO["out_sid"]]


def test_the_new_chain_also_sends_the_old_way(desk: Any) -> None:
    one = desk()
    trade = one.waiting(lines=2)
    first = str(trade.lines[0].oid)
    assert one.chain(trade, [YTO], consign_type="0", sub_tid=first) == "ok"
    assert one.statuses(trade)[0] == "SELLER_CONSIGNED_PART"


def test_a_line_sent_in_part_is_completed_later(desk: Any) -> None:
    one = desk()
    trade = one.waiting()
    oid = str(trade.lines[0].oid)
    part = json.dumps({"sub_tid": oid, "is_part_consign": True})
    packages = [package(trade, 0, num=1)]
    assert one.chain(trade, packages, consign_status=part) == "ok"
    assert one.statuses(trade) == ("SELLER_CONSIGNED_PART", ["SELLER_CONSIGNED_PART"])
    assert one.chain(trade, packages, consign_type="2") == "ok"
    assert one.statuses(trade)[0] == "WAIT_BUYER_CONFIRM_GOODS"
    assert one.chain(trade, packages, consign_type="2") == NO + "B04"
    assert len(one.effects(trade)) == 1


def test_goods_can_be_sent_again_without_moving_the_trade(desk: Any) -> None:
    one = desk()
    trade = one.waiting()
    assert one.chain(trade, [package(trade, 0)], consign_type="3") == NO + "B02"
    assert one.send(trade, **YTO) == "ok"
    before = one.now(trade)
    assert one.chain(trade, [package(trade, 0, by=ZTO)], consign_type="3") == "ok"
    assert one.now(trade) == before
    assert [e["again"] for e in one.effects(trade)] == [0, 1]


def test_the_sellers_own_gift_in_a_parcel_is_no_line(desk: Any) -> None:
    one = desk()
    trade = one.waiting()
    gift = {"item_type": 1, "comp_item_id": "5", "num": 1}
    parcel = package(trade, 0)
    parcel["goods"].append(gift)
    assert one.chain(trade, [parcel]) == "ok"


def test_one_bad_parcel_keeps_all_from_going(desk: Any) -> None:
    one = desk()
    trade = one.waiting(lines=2)
    bad = ZTO | {"out_sid": "1"}
    packages = [package(trade, 0), package(trade, 1, by=bad)]
    assert one.chain(trade, packages) == NO + "B60"
    assert one.now(trade) == trade
    assert one.effects(trade) == []


@pytest.mark.parametrize(
    "packages",
    [
        "[]",
        "{}",
        "[1]",
        "no json",
        '[{"goods":1}]',
        '[{"goods":[{"sub_tid":"1","num":0}]}]',
    ],
)
def test_malformed_parcels_are_refused(desk: Any, packages: str) -> None:
    one = desk()
    trade = one.waiting()
    more = {"consign_type": "1", "consign_pkgs": packages}
    assert one.send(trade, CHAIN, **more) == "41|"
    assert one.send(trade, CHAIN, consign_type="9", consign_pkgs="[]") == "41|"


def test_the_new_chain_may_say_no_without_an_error(desk: Any) -> None:
    one = desk(switches={"ascp_refusal": "success_false"})
    trade = one.find(lambda t: t.status == "TRADE_CLOSED_BY_TAOBAO" and t.kind in PLAIN)
    asked = {"consign_type": "1", "consign_pkgs": json.dumps([package(trade, 0)])}
    body = one.caller.inner(CHAIN, tid=str(trade.tid), **asked)
    assert body["result"] == {"success": False}
    assert one.send(one.waiting(), CHAIN, consign_type="1", consign_pkgs="x") == "41|"


# Another waybill --------------------------------------------------------------------


def test_a_waybill_can_be_changed_after_sending(desk: Any) -> None:
    one = desk()
    trade = one.waiting()
    assert one.send(trade, RESEND, **ZTO) == NO_AGAIN + "CD19"
    assert one.send(trade, **YTO) == "ok"
    assert one.send(trade, RESEND, **YTO) == NO_AGAIN + "P07"
    assert one.send(trade, RESEND, **(ZTO | {"out_sid": "1"})) == NO_AGAIN + "P10"
    assert one.send(trade, RESEND, **ZTO) == "ok"
    assert one.now(trade).lines[0].waybill == ZTO["out_sid"]
    assert one.statuses(trade)[0] == "WAIT_BUYER_CONFIRM_GOODS"
    assert [e["again"] for e in one.effects(trade)] == [0, 1]


@pytest.mark.parametrize(("position", "days"), [("50", 50), ("1", 1)])
def test_a_waybill_is_final_after_so_many_days(desk: Any, position: str, days: int) -> None:
    one = desk(switches={"resend_days": position})
    first, second = one.waiting(), None
    assert one.send(first, **YTO) == "ok"
    second = one.waiting()
    assert one.send(second, **YTO) == "ok"
    one.caller.box.clock.advance(days * DAY)
    assert one.send(first, RESEND, **ZTO) == "ok"
    one.caller.box.clock.advance(1)
    assert one.send(second, RESEND, **ZTO) == NO_AGAIN + "P06"


def test_a_finished_or_a_virtual_trade_keeps_its_waybill(crowd: Desk) -> None:
    done = crowd.find(lambda t: t.status == "TRADE_FINISHED" and t.kind in PLAIN)
    assert crowd.send(done, RESEND, **YTO) == NO_AGAIN + "P06"
    virtual = crowd.find(lambda t: t.kind == "auto_delivery")
    assert crowd.send(virtual, RESEND, **YTO) == NO_AGAIN + "P08"


def test_what_a_client_sent_lives_on(desk: Any) -> None:
    one = desk(orders=60)
    trade = one.waiting()
    part = json.dumps([{"sub_tid": str(trade.lines[0].oid), "is_part_consign": True}])
    assert one.chain(trade, [package(trade, 0)], consign_status=part) == "ok"
    one.caller.box.churn(1_500)
    assert one.now(trade).status != "SELLER_CONSIGNED_PART"


def test_sending_needs_the_write_grant(desk: Any) -> None:
    one = desk()
    one.caller.box.expire_writes(one.account)
    trade = one.waiting()
    assert one.send(trade, **YTO) == one.send(trade, RESEND, **YTO) == "12|"
    assert one.chain(trade, [package(trade, 0)]) == "12|"
