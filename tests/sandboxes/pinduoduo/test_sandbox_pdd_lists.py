"""Order lists: windows, pages, filters, the order of rows, what shows late."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandboxes.pinduoduo.conftest import Caller

    Open = Callable[..., Caller]

DAY = 86_400


def busy(shop: Open, **options: Any) -> Caller:
    """A shop whose orders all happened in the last half hour."""
    return shop(**({"history": timedelta(minutes=25)} | options))


def crowd(shop: Open, count: int = 250, **options: Any) -> tuple[Caller, dict[str, int]]:
    """A shop with all its orders in one second, and the window of that second."""
    client = shop(orders=count, same_second=count, **options)
    second = int(client.box.clock.now()) - 15 * DAY // 2
    return client, {"start_updated_at": second, "end_updated_at": second}


def truth_ids(client: Caller) -> set[str]:
    truth = client.box.truth(client.account)
    return {t.external_id for t in truth if not t.removed}


# Parameters -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"order_status": None},
        {"order_status": 4},
        {"refund_status": 0},
        {"refund_status": None},
        {"is_lucky_flag": 3},
        {"is_lucky_flag": None},
        {"start_updated_at": None},
        {"end_updated_at": "2026-11-20 12:00:00"},
        {"page": 0},
        {"page_size": 101},
        {"page_size": 0},
        {"trade_type": 2},
    ],
)
@pytest.mark.parametrize("code", ["10000", "21001"])
def test_illegal_parameters_are_refused(
    shop: Open, wrong: dict[str, Any], code: str
) -> None:
    client = shop(orders=1, switches={"bad_parameter": code})
    assert client.increment(**wrong)["error_code"] == int(code)


def test_a_window_of_changes_is_half_an_hour_at_most(shop: Open) -> None:
    client = shop()
    now = int(client.box.clock.now())
    assert "order_sn_list" in client.increment(start_updated_at=now - 1800)
    said = client.increment(start_updated_at=now - 1801)
    assert (said["error_code"], said["sub_code"]) == (50001, None)
    assert said["sub_msg"] == "时间跨度不能超过30分钟"
    assert client.increment(start_updated_at=now + 1)["error_code"] == 10000


@pytest.mark.parametrize("name", ["list", "basic.list"])
def test_a_window_of_deals_is_a_day_at_most(shop: Open, name: str) -> None:
    client = shop()
    now = int(client.box.clock.now())
    assert "order_list" in client.deals(name, start_confirm_at=now - DAY)
    said = client.deals(name, start_confirm_at=now - DAY - 1)
    assert said["sub_msg"] == "时间跨度不能超过24小时"


# Pages ----------------------------------------------------------------------------------


def test_without_use_has_next_there_is_a_total_and_no_has_next(shop: Open) -> None:
    client, second = crowd(shop)
    got = client.increment(**second)
    assert got["total_count"] == 250
    assert "has_next" not in got
    assert len(got["order_sn_list"]) == 100


def test_with_use_has_next_there_is_has_next_and_no_total(shop: Open) -> None:
    client, second = crowd(shop, 200)
    pages = [client.increment(**second, use_has_next=True, page=page) for page in (1, 2, 3)]
    assert [page["has_next"] for page in pages] == [True, False, False]
    assert not any("total_count" in page for page in pages)
    assert pages[2]["order_sn_list"] == []


def test_has_next_may_promise_a_page_that_is_empty(shop: Open) -> None:
    client, second = crowd(shop, 200, switches={"has_next": "generous"})
    assert client.increment(**second, use_has_next=True, page=2)["has_next"] is True
    assert client.increment(**second, use_has_next=True, page=3)["has_next"] is False


@pytest.mark.parametrize("ties", ["by_sn", "by_sn_desc"])
@pytest.mark.parametrize("sort", ["newest_first", "oldest_first"])
def test_the_pages_hold_every_order_once(shop: Open, sort: str, ties: str) -> None:
    client, second = crowd(shop, switches={"sort": sort, "ties": ties})
    sns = [sn for page in (3, 2, 1) for sn in client.sns(**second, page=page)]
    assert len(sns) == 250
    assert set(sns) == truth_ids(client)


@pytest.mark.parametrize("sort", ["newest_first", "oldest_first"])
def test_rows_come_in_the_order_switched(shop: Open, sort: str) -> None:
    client = busy(shop, switches={"sort": sort})
    times = [row["updated_at"] for row in client.increment()["order_sn_list"]]
    assert times == sorted(times, reverse=sort == "newest_first")
    assert len(set(times)) > 10


def test_ties_may_come_in_another_order_each_time(shop: Open) -> None:
    client, second = crowd(shop, 90, switches={"ties": "unstable"})
    assert client.sns(**second) != client.sns(**second)


def test_a_change_between_two_pages_slides_rows_to_earlier_pages(shop: Open) -> None:
    """Why the platform asks to read from the last page to the first."""
    client = busy(shop, orders=40, switches={"sort": "oldest_first"})
    window = client.window(page_size=10)
    pages = -(-client.increment(**window)["total_count"] // 10)
    forwards, backwards = set(), set()
    for page in range(1, pages + 1):
        forwards |= set(client.sns(**window | {"page": page}))
        client.box.clock.advance(1)
        client.box.churn(4)
    later = busy(shop, orders=40, switches={"sort": "oldest_first"})
    before = set(later.sns())
    for page in range(pages, 0, -1):
        backwards |= set(later.sns(**window | {"page": page}))
        later.box.clock.advance(1)
        later.box.churn(4)
    now = int(later.box.clock.now())
    changed = set(later.sns(start_updated_at=now - 60, end_updated_at=now))
    assert before <= backwards | changed
    assert not before <= forwards


# Filters --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["list", "basic.list"])
def test_filters_keep_what_was_asked_for(shop: Open, name: str) -> None:
    client = shop(orders=300, history=timedelta(days=1))
    every = client.deals(name)["total_count"]
    counted = 0
    for status in (1, 2, 3):
        rows = client.deals(name, order_status=status)
        assert {r["order_status"] for r in rows["order_list"]} <= {status}
        counted += rows["total_count"]
    assert counted == every > 0
    refunds = [client.deals(name, refund_status=n)["total_count"] for n in (1, 2, 3, 4)]
    assert sum(refunds) == every
    assert sum(n > 0 for n in refunds) > 2


def test_lottery_and_deposit_orders_can_be_asked_for_alone(shop: Open) -> None:
    client = busy(shop, orders=300)
    every = client.increment()["total_count"]
    counts = [client.increment(is_lucky_flag=n)["total_count"] for n in (1, 2)]
    trades = [client.increment(trade_type=n)["total_count"] for n in (0, 1)]
    assert sum(counts) == sum(trades) == every
    assert min(*counts, *trades) > 0


def test_a_new_status_word_shows_only_where_all_are_asked_for(shop: Open) -> None:
    client = shop(orders=200, new_words=1.0, history=timedelta(days=1))
    seen = {r["order_status"] for r in client.deals()["order_list"]}
    assert 6 in seen
    each = sum(client.deals(order_status=n)["total_count"] for n in (1, 2, 3))
    assert each < client.deals()["total_count"]


# Windows --------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["inclusive", "exclusive"])
@pytest.mark.parametrize("start", ["inclusive", "exclusive"])
def test_whether_the_ends_belong_to_the_window_is_a_switch(
    shop: Open, start: str, end: str
) -> None:
    client, at = crowd(
        shop, 5, switches={"window_start": start, "window_end": end, "sort": "newest_first"}
    )
    second = at["start_updated_at"]
    from_it = client.sns(start_updated_at=second, end_updated_at=second + 9)
    to_it = client.sns(start_updated_at=second - 9, end_updated_at=second)
    assert bool(from_it) is (start == "inclusive")
    assert bool(to_it) is (end == "inclusive")


def test_deals_older_than_three_months_are_in_no_list(shop: Open) -> None:
    client = shop(orders=40, history=timedelta(hours=20))
    noon = int(client.box.clock.now())
    ends: dict[str, Any] = {"start_confirm_at": noon - DAY, "end_confirm_at": noon}
    young = ends | {"start_confirm_at": noon - 10 * 3600}
    every, younger = client.deals(**ends), client.deals(**young)
    assert 0 < younger["total_count"] < every["total_count"]
    client.box.clock.advance(90 * DAY - 10 * 3600)
    assert client.deals(**ends)["total_count"] == younger["total_count"]
    client.box.clock.advance(DAY)
    assert client.deals(**ends)["total_count"] == 0


def test_too_old_a_window_may_be_refused(shop: Open) -> None:
    client = shop(switches={"too_old": "refused"})
    old = int(client.box.clock.now()) - 90 * DAY
    assert "order_list" in client.deals(start_confirm_at=old, end_confirm_at=old + 9)
    said = client.deals(start_confirm_at=old - 1, end_confirm_at=old + 9)
    assert said["error_code"] == 10000


# Late -----------------------------------------------------------------------------------


def test_changes_show_up_to_three_minutes_late(shop: Open) -> None:
    client = busy(shop, orders=20, late_probability=1.0, silent_edits=0.0)
    client.box.churn(60)
    truth = client.box.truth(client.account)
    late = [v.visible_at - v.updated_at for t in truth for v in t.versions]
    assert 60 < max(late) <= 180
    window = client.window()
    before = client.increment(**window)["total_count"]
    client.box.clock.advance(180)
    assert client.increment(**window)["total_count"] > before


@pytest.mark.parametrize("lagging", ["nothing", "list"])
def test_what_is_seen_is_the_truth_of_that_moment(shop: Open, lagging: str) -> None:
    client = busy(shop, orders=30, late_probability=0.5, switches={"lagging": lagging})
    for _ in range(20):
        client.box.clock.advance(30)
        client.box.churn(5)
        now = client.box.clock.now()
        start = int(now) - 1800
        shown = {
            row["order_sn"]: str(row["order_status"])
            for page in (1, 2)
            for row in client.increment(page=page)["order_sn_list"]
        }
        for order in client.box.truth(client.account):
            seen = [v for v in order.versions if v.visible_at <= now]
            if order.removed or not seen or seen[-1].updated_at < start:
                assert order.external_id not in shown
            else:
                assert shown[order.external_id] == seen[-1].status


@pytest.mark.parametrize("copy", ["list", "detail"])
def test_list_or_detail_may_run_behind(shop: Open, copy: str) -> None:
    client = busy(shop, orders=20, switches={"lagging": copy}, lag_by=60.0, silent_edits=0)
    client.box.clock.advance(100)
    client.box.churn(10)
    client.box.clock.advance(59)
    listed = {r["order_sn"]: r["updated_at"] for r in client.increment()["order_sn_list"]}
    changed = [
        t.external_id
        for t in client.box.truth(client.account)
        if len(t.versions) > 1 and t.external_id in listed
    ]
    assert changed
    details = {sn: client.order(sn)["updated_at"] for sn in changed}
    for sn, detail in details.items():
        assert (detail > listed[sn]) if copy == "list" else (detail < listed[sn])


def test_the_total_may_be_counted_before_the_newest_changes(shop: Open) -> None:
    client = busy(shop, orders=5, switches={"total": "lagging"}, lag_by=60.0)
    client.box.churn(60)
    got = client.increment()
    assert len(got["order_sn_list"]) > got["total_count"]


# One order ------------------------------------------------------------------------------


def test_status_is_told_by_number_and_zero_for_a_strange_one(shop: Open) -> None:
    client = shop(shops=2)
    mine, strange = (client.box.truth(a.external_id)[0] for a in client.box.accounts())
    sns = f"{mine.external_id},{strange.external_id},000000-0"
    rows = client.call("pdd.order.status.get", order_sns=sns)["order_status_list"]
    assert [str(row["order_status"]) for row in rows] == [mine.status, "0", "0"]
    assert rows[0]["orderSn"] == mine.external_id
    assert rows[1]["refund_status"] == 0


@pytest.mark.parametrize("position", ["refused", "empty"])
def test_an_order_of_another_shop_is_missing(shop: Open, position: str) -> None:
    client = shop(shops=2, switches={"missing_order": position})
    other = client.box.accounts()[1].external_id
    sn = client.box.truth(other)[0].external_id
    got = client.call("pdd.order.information.get", order_sn=sn)
    if position == "empty":
        assert got["order_info"] is None
    else:
        assert (got["error_code"], got["sub_msg"]) == (50001, "订单不存在")


def test_list_and_detail_say_the_same(shop: Open) -> None:
    client = busy(shop)
    rows = client.increment()["order_sn_list"]
    assert rows
    assert all(client.order(row["order_sn"]) == row for row in rows)


def test_lists_note_what_they_served(shop: Open) -> None:
    client = busy(shop, orders=5)
    sns = client.sns()
    assert client.box.served == {(client.account, sn) for sn in sns}
