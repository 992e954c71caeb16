"""What changes in the Taobao box, when it shows, and that the truth of it is told."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from hub_core.sandbox import Clock, SwitchError
from sandboxes.taobao import Taobao
from sandboxes.taobao.births import KINDS
from sandboxes.taobao.poison import POISONS
from sandboxes.taobao.times import moment, text
from sandboxes.taobao.trade import CLOSED, UNPAID

LIST = "taobao.trades.sold.increment.get"
DETAIL = "taobao.trade.fullinfo.get"
MEMO = "taobao.trade.memo.update"
DAY = 86_400.0
WEEK = timedelta(days=7)


def versions(box: Taobao) -> Any:
    """(record, former trade, trade, version) of every change in the box."""
    for account in box.accounts():
        for record in box.book.records(account.external_id):
            trades = [v.content["trade"] for v in record.versions]
            for former, trade, version in zip(
                trades, trades[1:], record.versions[1:], strict=False
            ):
                yield record, former, trade, version


def wire_truth(caller: Any) -> dict[str, tuple[float, str, int]]:
    """What the details say of every order: modified, status, payment in fen."""
    said = {}
    for record in caller.box.book.records(caller.account.external_id):
        fields = "modified,status,payment"
        body = caller.call(DETAIL, tid=record.id, fields=fields)
        if "error_response" in body:
            continue
        row = body["trade_fullinfo_get_response"]["trade"]
        paid = int(row["payment"].replace(".", ""))
        said[record.id] = (moment(row["modified"]), row["status"], paid)
    return said


def test_the_truth_is_what_the_wire_says(open_box: Any) -> None:
    caller = open_box(history=WEEK, new_words=0.1)
    caller.box.churn(200)
    truth = caller.box.truth(caller.account.external_id)
    told = {t.external_id: (t.updated_at, t.status, t.paid) for t in truth}
    assert told == wire_truth(caller)
    assert {t.stream for t in truth} == {"orders"}
    for order in truth:
        assert order.versions[-1].status == order.status
        times = [v.visible_at for v in order.versions]
        assert times == sorted(times)


def test_every_kind_and_most_statuses_occur(open_box: Any) -> None:
    box = open_box(orders=800, history=timedelta(days=20)).box
    trades = [r.latest.content["trade"] for r in box.book.records("2206890150000")]
    assert {t.kind for t in trades} == set(KINDS)
    assert {t.status for _, t, _, _ in versions(box)} >= {
        "TRADE_NO_CREATE_PAY",
        "WAIT_BUYER_PAY",
        "SELLER_CONSIGNED_PART",
        "WAIT_SELLER_SEND_GOODS",
        "WAIT_BUYER_CONFIRM_GOODS",
        "TRADE_BUYER_SIGNED",
        "PAY_PENDING",
        "WAIT_PRE_AUTH_CONFIRM",
        "PAID_FORBID_CONSIGN",
    }
    ends = Counter(t.status for t in trades)
    assert set(ends) >= {"TRADE_FINISHED", "TRADE_CLOSED", "TRADE_CLOSED_BY_TAOBAO"}
    refunds = {line.refund_status for t in trades for line in t.lines}
    assert refunds >= {"NO_REFUND", "SUCCESS", "CLOSED"}


def test_changes_are_legal(open_box: Any) -> None:
    box = open_box(orders=300, history=timedelta(days=20)).box
    box.churn(2_000)
    for _, former, trade, version in versions(box):
        assert version.updated_at == int(version.updated_at)
        assert former.status not in CLOSED or trade.status == former.status
        if trade.status == "TRADE_CLOSED_BY_TAOBAO" != former.status:
            assert former.status in UNPAID
        if former.status not in UNPAID:
            assert trade.status not in UNPAID
            assert trade.payment == former.payment
        unsent = [x for x in trade.lines if x.status == "WAIT_SELLER_SEND_GOODS"]
        if trade.status == "SELLER_CONSIGNED_PART":
            assert 0 < len(unsent) < len(trade.lines)
        if trade.status not in UNPAID | CLOSED and trade.kind != "cod":
            assert trade.paid_at is not None


def test_a_line_closed_by_refund_closes_the_trade_only_with_the_last(open_box: Any) -> None:
    box = open_box(orders=300, history=timedelta(days=20)).box
    closed = [t for _, _, t, _ in versions(box) if t.status == "TRADE_CLOSED"]
    assert closed
    assert all(line.status in CLOSED for t in closed for line in t.lines)


@pytest.mark.parametrize(("position", "drops"), [("kept", False), ("zeroed", True)])
def test_a_refunded_line_may_keep_its_payment(
    open_box: Any, position: str, drops: bool
) -> None:
    caller = open_box(
        orders=300, history=timedelta(days=20), switches={"refunded_line": position}
    )
    fields = "orders.refund_status,orders.payment,orders.price"
    box = caller.box
    tids = [r.id for r in box.book.records("2206890150000")]
    lines = [x for tid in tids for x in caller.detail(tid, fields)["orders"]["order"]]
    paid = [x for x in lines if x["refund_status"] == "SUCCESS" and x["price"] != "0.00"]
    assert paid
    assert {x["payment"] == "0.00" for x in paid} == {drops}


def test_no_refund_may_be_no_word_at_all(open_box: Any) -> None:
    caller = open_box(orders=20, switches={"no_refund": "absent"})
    rows = caller.rows(fields="orders.refund_status")
    assert "NO_REFUND" not in json.dumps(rows)


@pytest.mark.parametrize(("position", "moves"), [("yes", True), ("no", False)])
@pytest.mark.parametrize(("kind", "asked"), [("memo", "老客户"), ("flag", "3")])
def test_a_memo_or_a_flag_may_move_modified_or_not(
    open_box: Any, position: str, moves: bool, kind: str, asked: str
) -> None:
    caller = open_box(switches={f"{kind}_bumps": position})
    tid = str(caller.rows()[-1]["tid"])
    before = caller.detail(tid, "modified")["modified"]
    caller.box.clock.advance(60)
    caller.call(MEMO, tid=tid, **{kind: asked})
    after = caller.detail(tid, "modified,seller_memo,seller_flag")
    assert str(after[f"seller_{kind}"]) == asked
    assert (after["modified"] > before) is moves


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"memo": "长" * 334}, "41|"),
        ({"flag": "6"}, "41|"),
        ({"memo": "长" * 333}, "ok"),
        ({"reset": "true"}, "ok"),
    ],
)
def test_a_memo_has_limits(open_box: Any, asked: dict[str, str], code: str) -> None:
    caller = open_box()
    tid = caller.rows()[0]["tid"]
    assert caller.code(MEMO, tid=str(tid), **asked) == code


def test_refunds_may_leave_modified_alone(open_box: Any) -> None:
    box = open_box(history=WEEK, orders=300, switches={"refund_bumps": "no"}).box
    silent, loud = 0, 0
    for record, former, trade, version in versions(box):
        refunds = [line.refund_status for line in trade.lines]
        if refunds == [line.refund_status for line in former.lines]:
            continue
        place = record.versions.index(version)
        if record.versions[place - 1].updated_at == version.updated_at:
            silent += 1
            assert trade.status == former.status
        else:
            loud += 1
            assert trade.status != former.status
    assert silent > loud > 0


def test_h23_two_edits_may_fall_into_one_second(open_box: Any) -> None:
    box = open_box(orders=5).box
    box.churn(60)
    stamps = Counter((r.id, v.updated_at) for r, _, _, v in versions(box))
    assert max(stamps.values()) > 1


def test_h2_late_changes_show_within_their_bound(open_box: Any) -> None:
    caller = open_box(late_probability=0.5, late_by=40.0)
    caller.box.churn(100)
    truth = caller.box.truth(caller.account.external_id)
    lateness = [v.visible_at - v.updated_at for t in truth for v in t.versions]
    assert 0 < sum(x > 0 for x in lateness) < len(lateness)
    assert max(lateness) <= 40
    now = caller.now()
    hidden = {t.external_id for t in truth if t.visible_at > now and len(t.versions) == 1}
    seen = {str(r["tid"]) for r in caller.rows(now - DAY, now)}
    assert hidden
    assert not hidden & seen
    caller.box.clock.advance(80)
    assert hidden <= {str(r["tid"]) for r in caller.rows(now - DAY, now)}


def test_h24_removed_orders_are_nowhere(open_box: Any) -> None:
    caller = open_box(remove_probability=0.3)
    caller.box.churn(60)
    truth = caller.box.truth(caller.account.external_id)
    gone = {t.external_id for t in truth if t.removed}
    assert gone
    assert not gone & {str(r["tid"]) for r in caller.rows()}
    tid = next(iter(gone))
    assert caller.code(DETAIL, tid=tid, fields="tid") == "50|isv.trade-not-exist"


def test_a_late_change_does_not_bring_a_removed_order_back(open_box: Any) -> None:
    caller = open_box(remove_probability=0.3, late_probability=1.0, late_by=60.0)
    caller.box.churn(150)
    caller.box.clock.advance(61)
    truth = caller.box.truth(caller.account.external_id)
    gone = {t.external_id for t in truth if t.removed and len(t.versions) > 1}
    assert gone
    assert not gone & {str(r["tid"]) for r in caller.rows()}


def test_new_fields_come_unasked(open_box: Any) -> None:
    caller = open_box(new_fields=True)
    body = caller.listed(fields="tid")
    assert "gateway_hint" in body
    assert set(body["trades"]["trade"][0]) == {"tid", "carbon_label", "pickup_hint"}


def test_new_words_stand_where_a_status_stood(open_box: Any) -> None:
    caller = open_box(new_words=0.5)
    words = {row["status"] for row in caller.rows()}
    assert words & {"WAIT_ROBOT_PICK", "TRADE_IN_QUARANTINE", "PAID_AWAIT_MOON"}


@pytest.mark.parametrize("kind", sorted(POISONS))
def test_h16_one_row_can_be_poisoned(open_box: Any, kind: str) -> None:
    caller = open_box(orders=10)
    fields = "tid,status,payment,created,modified,orders"
    victim = caller.box.book.records(caller.account.external_id)[3]
    sound = caller.detail(victim.id, fields)
    truth = caller.box.truth_of(victim)
    caller.box.clock.advance(60)
    caller.box.poison(caller.account.external_id, victim.id, kind)
    spoilt = caller.detail(victim.id, fields)
    for field, value in POISONS[kind].items():
        assert spoilt.get(field, None) == value != sound[field]
        assert (field in spoilt) is (value is not None)
    assert len(caller.rows(fields=fields)) == 10
    assert caller.box.poisoned == {(caller.account.external_id, victim.id)}
    after = caller.box.truth_of(victim)
    assert (after.status, after.paid) == (truth.status, truth.paid)


def test_poison_can_come_by_chance(open_box: Any) -> None:
    caller = open_box(orders=200, poison=0.1)
    assert 5 < len(caller.box.poisoned) < 50
    with pytest.raises(ValueError, match="no poison"):
        caller.box.poison(caller.account.external_id, "1", "arsenic")


POSITIONS = [(name, way) for name, ways in Taobao.SWITCHES.items() for way in ways]


@pytest.mark.parametrize(("name", "position"), POSITIONS)
def test_every_switch_position_lists_what_there_is(
    open_box: Any, name: str, position: str
) -> None:
    caller = open_box(orders=30, switches={name: position})
    caller.box.clock.advance(60)
    rows = caller.rows(caller.now() - DAY, caller.now())
    truth = caller.box.truth(caller.account.external_id)
    inside = {t.external_id for t in truth if caller.now() - DAY <= t.updated_at}
    assert {str(row["tid"]) for row in rows} == inside
    assert wire_truth(caller).keys() == {t.external_id for t in truth}


def test_a_switch_that_is_not_there_is_refused(open_box: Any) -> None:
    with pytest.raises(SwitchError, match="moon_phase"):
        open_box(switches={"moon_phase": "full"})


def test_equal_seeds_give_equal_bytes(open_box: Any) -> None:
    def played(seed: int) -> list[bytes]:
        caller = open_box(seed=seed, shops=2, clock=Clock(moment("2026-11-20 12:00:00")))
        caller.box.churn_per_call = 3
        ends = {
            "start_modified": "2026-11-19 12:00:00",
            "end_modified": "2026-11-20 12:00:00",
        }
        return [
            caller.raw(
                LIST, fields="tid,status,payment,orders", page_no=str(n), **ends
            ).body
            for n in range(1, 6)
        ]

    assert played(1) == played(1)
    assert played(1) != played(2)


def walked(caller: Any, since: float, until: float, *, backward: bool) -> dict[str, str]:
    """Newest `modified` seen per tid, reading page by page while orders change."""
    ends = {"since": since, "until": until, "page_size": "20"}
    pages = -(-caller.listed(fields="tid", **ends)["total_results"] // 20)
    order = range(pages, 0, -1) if backward else range(1, pages + 1)
    seen: dict[str, str] = {}
    for number in order:
        for row in caller.rows(page_no=str(number), use_has_next="true", **ends):
            tid = str(row["tid"])
            seen[tid] = max(seen.get(tid, ""), row["modified"])
    return seen


def lost(open_box: Any, seed: int, *, backward: bool) -> int:
    """Orders that lie in the window unchanged to the end and were never seen."""
    caller = open_box(seed=seed, orders=200, history=timedelta(hours=1), latency=1.0)
    until = caller.now() - 60
    since = until - 3_600
    caller.box.churn_per_call = 4
    seen = walked(caller, since, until, backward=backward)
    caller.box.churn_per_call = 0
    truth = caller.box.truth(caller.account.external_id)
    still = {
        t.external_id: text(t.updated_at) for t in truth if since <= t.updated_at <= until
    }
    return sum(1 for tid, at in still.items() if seen.get(tid) != at)


def test_h1_pages_read_last_to_first_lose_nothing(open_box: Any) -> None:
    assert [lost(open_box, seed, backward=True) for seed in range(6)] == [0] * 6


def test_h1_pages_read_first_to_last_lose_orders(open_box: Any) -> None:
    assert sum(lost(open_box, seed, backward=False) for seed in range(6)) > 10
