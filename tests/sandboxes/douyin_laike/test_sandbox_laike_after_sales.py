"""Refund cases: the list and one order's."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from sandboxes.douyin_laike import moves as m

from .conftest import CASES

if TYPE_CHECKING:
    from .conftest import Caller, Laike

DETAIL = "/goodlife/v1/akte/after_sale/order_detail/get/"
WORDS = {9, 10, 25, 40, 50}


def busy(caller: Caller) -> Caller:
    """An hour of happenings, all of which show by now."""
    for _ in range(12):
        caller.box.clock.advance(300)
        caller.box.churn(25)
    caller.box.clock.advance(121)
    return caller


def window(caller: Caller, name: str) -> dict[str, int]:
    return {f"{name}_start_time": 0, f"{name}_end_time": caller.now}


# Agreement with orders ----------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_every_refund_of_an_order_has_its_case(laike: Laike, seed: int) -> None:
    caller = busy(laike(seed=seed))
    pieces = {
        c["certificate_id"]: (order["order_id"], c)
        for order in caller.everything()
        for c in order["certificate"]
        if c["certificate_id"]
    }
    cases = caller.cases()
    done = [c for c in cases if c["refund_status"] == 50]
    paid_back: Counter[str] = Counter()
    for case in done:
        (info,) = case["refund_info_list"]
        order_id, piece = pieces[info["certificate_id"]]
        assert case["order_id"] == order_id
        assert case["real_refund_amount"] == piece["refund_amount"]
        assert case["complete_time"] == piece["refund_time"]
        paid_back[info["certificate_id"]] += case["real_refund_amount"]
    refunded = {i: c["refund_amount"] for i, (_, c) in pieces.items() if c["refund_amount"]}
    assert dict(paid_back) == refunded
    waiting = {i for i, (_, c) in pieces.items() if c["item_status"] == 300}
    open_now = [c for c in cases if c["refund_status"] in (9, 10)]
    assert {c["refund_info_list"][0]["certificate_id"] for c in open_now} == waiting
    assert len(open_now) == len(waiting) > 0


def test_a_case_takes_its_course(laike: Laike) -> None:
    caller = laike(orders=0)
    shop = caller.box.shops[caller.root]
    record = shop.place()
    while record.latest.content["sale"].order_type != 21:
        record = shop.place()
    for move in (m.PAY, m.ISSUE, m.ASK_REFUND, m.REFUSE, m.ASK_REFUND, m.REFUND):
        caller.box.clock.advance(60)
        shop.step(record, move)
    caller.box.clock.advance(120)
    first, second = caller.cases(order_id=None)[::-1]
    assert first["refund_status"] in (25, 40)
    assert second["refund_status"] == 50
    assert second["complete_time"] > second["create_time"] > first["update_time"]
    told = [r.facts for r in caller.told("after_sale").values()]
    assert told[0]["refunded_amount"] is None
    assert told[1]["refunded_amount"] == told[1]["requested_amount"]


def test_rows_are_what_is_known(laike: Laike) -> None:
    caller = busy(laike())
    rows, told = caller.cases(), caller.told("after_sale")
    assert {row["after_sale_id"] for row in rows} == set(told)
    assert {row["refund_status"] for row in rows} <= WORDS
    for row in rows:
        facts = told[row["after_sale_id"]].facts
        assert facts["status_raw"] == str(row["refund_status"])
        assert facts["order_external_id"] == row["order_id"]
        assert facts["requested_amount"] == row["refund_amount"]
        assert (facts["refunded_amount"] or 0) == row["real_refund_amount"]
        assert (facts["completed_at"] or 0) == row["complete_time"]
        assert row["total_refund_amount"] == row["user_refund_amount"]


def test_a_times_card_says_which_uses_go_back(laike: Laike) -> None:
    caller = busy(laike(orders=800))
    infos = [info for row in caller.cases() for info in row["refund_info_list"]]
    cards = [i for i in infos if "times_card_refund_info_list" in i]
    assert cards
    for info in cards:
        parts = info["times_card_refund_info_list"]
        assert sum(p["refund_amount"] for p in parts) == info["user_refund_amount"]
        assert parts[-1]["serial_number"] == 5


# Late rows ----------------------------------------------------


def test_rows_show_seconds_late_and_some_minutes(laike: Laike) -> None:
    caller = busy(laike(orders=3000))
    versions = [v for r in caller.told("after_sale").values() for v in r.versions]
    late = sorted(v.visible_at - v.updated_at for v in versions)
    assert 1 < sum(late) / len(late) < 5
    assert late[-1] > 20
    assert late[len(late) // 2] < 4


def test_a_new_case_can_not_be_seen_at_once(laike: Laike) -> None:
    caller = laike(after_sale_lag=10.0)
    before = len(caller.told("after_sale"))
    caller.box.churn(200)
    known = len(caller.told("after_sale"))
    assert before < known
    assert len(caller.cases()) < known
    caller.box.clock.advance(120)
    assert len(caller.cases()) == known


# The list ----------------------------------------------------


def test_pages_follow_the_answers_cursor(laike: Laike) -> None:
    caller = busy(laike())
    rows = caller.cases(page_size=7)
    times = [row["create_time"] for row in rows]
    assert times == sorted(times, reverse=True)
    assert [r["after_sale_id"] for r in rows] == [
        r["after_sale_id"] for r in caller.cases()
    ]
    assert len(rows) == len(caller.told("after_sale"))


@pytest.mark.parametrize("sort", ["create_asc", "update_desc"])
def test_other_sorts(laike: Laike, sort: str) -> None:
    caller = busy(laike(switches={"after_sale_sort": sort}))
    name, _, way = sort.partition("_")
    times = [row[f"{name}_time"] for row in caller.cases(page_size=7)]
    assert times == sorted(times, reverse=way == "desc")
    assert len(times) == len(caller.told("after_sale"))


def test_windows_are_of_creation_or_completion(laike: Laike) -> None:
    caller = busy(laike())
    rows = caller.cases()
    row = next(r for r in rows if r["complete_time"])
    at, done = row["create_time"], row["complete_time"]
    ask = {"create_order_start_time": at, "create_order_end_time": at}
    assert {r["create_time"] for r in caller.cases(**ask)} == {at}
    ask = {"refund_done_start_time": done, "refund_done_end_time": done}
    assert {r["complete_time"] for r in caller.cases(**ask)} == {done}
    finished = caller.cases(**window(caller, "refund_done"))
    assert {r["refund_status"] for r in finished} == {50}
    assert caller.cases(**window(caller, "create_order")) == rows


def test_a_status_may_be_asked_for(laike: Laike) -> None:
    caller = busy(laike(orders=1000))
    for status in (10, 25, 40, 50):
        rows = caller.cases(refund_status=status)
        assert {r["refund_status"] for r in rows} == {status}


def test_the_last_cursor_follows_the_switch(laike: Laike) -> None:
    for position, there in (("present", True), ("empty", False)):
        caller = laike(switches={"last_cursor": position})
        data = caller.good(CASES, cursor="0", page_size=100)
        assert data["has_more"] is False
        assert bool(data["cursor"]) == there


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"page_size": 101}, 2100005),
        ({"page_size": None}, 2100005),
        ({"account_id": None}, 2100005),
        ({"account_id": "1"}, 2100007),
        ({"create_order_start_time": 5}, 2100005),
        ({"refund_done_end_time": 5}, 2100005),
        ({"cursor": "?"}, 2100005),
        ({"cursor": None}, 0),
    ],
)
def test_what_is_refused(laike: Laike, asked: dict[str, Any], code: int) -> None:
    answer = laike().get(CASES, **{"cursor": "0", "page_size": 10, **asked})
    assert answer["data"]["error_code"] == code


def test_a_window_may_be_required(laike: Laike) -> None:
    caller = laike(switches={"after_sale_window": "required"})
    answer = caller.get(CASES, cursor="0", page_size=10)
    assert answer["data"]["error_code"] == 2100005
    assert caller.cases(**window(caller, "create_order"))


def test_a_day_may_have_few_calls(laike: Laike) -> None:
    scope = "life.capacity.catering_after_sale_order"
    caller = laike(per_day_by_scope={scope: 2})
    codes = [caller.get(CASES, page_size=1)["data"]["error_code"] for _ in range(3)]
    assert codes == [0, 0, 2190001]
    assert caller.uses()


# One order's cases ----------------------------------------------------


def test_an_orders_cases_are_found_by_order_and_voucher(laike: Laike) -> None:
    caller = busy(laike(orders=400))
    rows = caller.cases()
    orders = Counter(row["order_id"] for row in rows)
    order_id = next(i for i, n in orders.items() if n > 1)
    found = caller.good(DETAIL, order_id=order_id)["after_sale_order_list"]
    assert len(found) == orders[order_id]
    assert not [row for row in found if "refund_status" in row]
    listed = {row["after_sale_id"]: row for row in rows}
    for row in found:
        assert row.items() <= listed[row["after_sale_id"]].items()
    voucher = found[0]["refund_info_list"][0]["certificate_id"]
    one = caller.good(DETAIL, order_id=order_id, certificate_id=voucher)
    for row in one["after_sale_order_list"]:
        assert row["refund_info_list"][0]["certificate_id"] == voucher
    assert caller.good(DETAIL, order_id="1")["after_sale_order_list"] == []
    assert caller.get(DETAIL)["data"]["error_code"] == 2100005


# Dialects and mischief ----------------------------------------------------


def test_audit_times_may_be_in_ms_and_the_platforms_part_told(laike: Laike) -> None:
    plain = busy(laike()).cases()
    switches = {"audit_time": "milliseconds", "market_refund": "told"}
    other = busy(laike(switches=switches)).cases()
    assert any(row["audit_time"] for row in plain)
    for one, two in zip(plain, other, strict=True):
        assert two["audit_time"] == one["audit_time"] * 1000
        market = two["market_refund_amount"]
        assert two["total_refund_amount"] == one["refund_amount"] + market
    assert any(row["market_refund_amount"] for row in other)


def test_new_words_reach_cases(laike: Laike) -> None:
    caller = laike(new_words=0.5, new_fields=True)
    rows = caller.cases()
    assert {row["refund_status"] for row in rows} - WORDS
    told = caller.told("after_sale")
    for row in rows:
        facts = told[row["after_sale_id"]].facts
        assert facts["status_raw"] == str(row["refund_status"])


def test_a_spoilt_case_spoils_no_other(laike: Laike) -> None:
    caller = laike()
    before = caller.cases()
    victim = before[1]["after_sale_id"]
    caller.box.poison_record(caller.root, "after_sale", victim, "amount_words")
    caller.box.clock.advance(121)
    after = caller.cases()
    assert after[1]["refund_amount"] == "一百元"
    assert after[:1] + after[2:] == before[:1] + before[2:]


def test_a_poison_or_record_there_is_none_of_is_refused(laike: Laike) -> None:
    caller = laike()
    with pytest.raises(ValueError, match="no after_sale 1"):
        caller.box.poison_record(caller.root, "after_sale", "1")
    id = next(iter(caller.told("after_sale")))
    with pytest.raises(ValueError, match="no poison arsenic"):
        caller.box.poison_record(caller.root, "after_sale", id, "arsenic")
