"""The two order lists of the Taobao box: windows, paging, filters, fields."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandboxes.taobao.births import KINDS
from sandboxes.taobao.times import moment, text

LIST = "taobao.trades.sold.increment.get"
SOLD = "taobao.trades.sold.get"
ARRIVED = "taobao.trades.sold.incrementv.get"
DAY = 86_400


def window(caller: Any, seconds: float = DAY) -> dict[str, str]:
    now = caller.now()
    return {"start_modified": text(now - seconds), "end_modified": text(now)}


def test_rows_come_newest_modified_first(open_box: Any) -> None:
    rows = open_box().rows()
    times = [row["modified"] for row in rows]
    assert len(rows) > 30
    assert times == sorted(times, reverse=True)


def test_every_page_is_a_slice_of_the_whole(open_box: Any) -> None:
    caller = open_box()
    whole = caller.rows()
    pages = [caller.rows(page_size="7", page_no=str(n)) for n in range(1, 12)]
    assert [row for page in pages for row in page] == whole


def test_has_next_and_total_exclude_each_other(open_box: Any) -> None:
    caller = open_box()
    counted = caller.listed(page_size="10")
    assert counted["total_results"] == len(caller.rows())
    assert "has_next" not in counted
    walked = caller.listed(page_size="10", use_has_next="true")
    assert walked["has_next"] is True
    assert "total_results" not in walked
    last = -(-counted["total_results"] // 10)
    end = caller.listed(page_size="10", use_has_next="true", page_no=str(last))
    assert end["has_next"] is False


def test_has_next_may_only_mean_that_the_page_was_full(open_box: Any) -> None:
    caller = open_box(switches={"has_next": "full_page"})
    size = str(len(caller.rows()))
    assert caller.listed(page_size=size, use_has_next="true")["has_next"] is True
    after = caller.listed(page_size=size, use_has_next="true", page_no="2")
    assert after["has_next"] is False


def test_a_page_holds_forty_unless_told(open_box: Any) -> None:
    caller = open_box(orders=80)
    body = caller.call(LIST, fields="tid", type=",".join(KINDS), **window(caller))
    assert len(body["trades_sold_increment_get_response"]["trades"]["trade"]) == 40


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"fields": None}, "40|"),
        ({"start_modified": None}, "40|"),
        ({"end_modified": None}, "40|"),
        ({"start_modified": "2026-11-20"}, "41|"),
        ({"end_modified": "1763611200"}, "41|"),
        ({"start_modified": "2026-11-19 11:59:59"}, "41|"),
        ({"end_modified": "2026-11-19 11:00:00"}, "41|"),
        ({"page_no": "0"}, "41|"),
        ({"page_no": "one"}, "41|"),
        ({"page_size": "101"}, "41|"),
        ({"use_has_next": "yes"}, "41|"),
        ({"status": "SHIPPED"}, "41|"),
        ({}, "ok"),
    ],
)
def test_arguments_are_checked(
    open_box: Any, changed: dict[str, str | None], code: str
) -> None:
    caller = open_box()
    asked = {"fields": "tid", "page_size": "100", **window(caller), **changed}
    assert caller.code(LIST, **asked) == code


def test_the_refused_argument_is_named(open_box: Any) -> None:
    caller = open_box()
    assert caller.call(LIST)["error_response"]["msg"].endswith(":fields")


def test_too_large_a_page_may_be_cut_instead(open_box: Any) -> None:
    caller = open_box(orders=150, switches={"page_size_over": "clamped"})
    assert len(caller.rows(page_size="500")) == 100


def test_only_the_fields_asked_for_come(open_box: Any) -> None:
    caller = open_box()
    rows = caller.rows(fields="tid,payment,orders.oid,orders.num,no_such_field")
    assert {frozenset(row) for row in rows} == {frozenset({"tid", "payment", "orders"})}
    lines = [line for row in rows for line in row["orders"]["order"]]
    assert {frozenset(line) for line in lines} == {frozenset({"oid", "num"})}


def test_a_bare_orders_gives_whole_lines(open_box: Any) -> None:
    (row, *_) = open_box().rows(fields="orders.oid,orders")
    assert {"oid", "oid_str", "sku_id", "payment"} <= set(row["orders"]["order"][0])


def test_detail_only_fields_do_not_come_on_a_list(open_box: Any) -> None:
    caller = open_box()
    asked = "tid,tid_str,promotion_details,seller_memo,buyer_message,received_payment"
    assert {frozenset(row) for row in caller.rows(fields=asked)} == {frozenset({"tid"})}


def test_h9_some_types_come_only_when_named(open_box: Any) -> None:
    caller = open_box(orders=300)
    by_default = caller.call(LIST, fields="type", page_size="100", **window(caller))
    rows = by_default["trades_sold_increment_get_response"]["trades"]["trade"]
    assert {row["type"] for row in rows} == {
        "fixed",
        "auction",
        "guarantee_trade",
        "auto_delivery",
        "ec",
        "cod",
        "step",
    }
    named = [r for n in (1, 2, 3) for r in caller.rows(fields="type", page_no=str(n))]
    assert {row["type"] for row in named} == set(KINDS)


def test_a_list_can_be_cut_to_one_status(open_box: Any) -> None:
    caller = open_box()
    rows = caller.rows(status="WAIT_SELLER_SEND_GOODS")
    assert rows
    assert {row["status"] for row in rows} == {"WAIT_SELLER_SEND_GOODS"}
    closed = caller.rows(status="ALL_CLOSED")
    assert {row["status"] for row in closed} <= {"TRADE_CLOSED", "TRADE_CLOSED_BY_TAOBAO"}


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        ("absent", ...),
        ("empty_object", {}),
        ("empty_list", {"trade": []}),
        ("null", None),
    ],
)
def test_nothing_found_is_said_in_four_ways(
    open_box: Any, position: str, expected: object
) -> None:
    caller = open_box(orders=0, switches={"empty_list": position})
    body = caller.listed(use_has_next="true")
    assert body.get("trades", ...) == expected
    assert body["has_next"] is False


@pytest.mark.parametrize(
    ("switches", "found"),
    [
        ({}, {"first", "last"}),
        ({"window_start": "exclusive"}, {"last"}),
        ({"window_end": "exclusive"}, {"first"}),
    ],
)
def test_rows_at_the_ends_of_a_window(
    open_box: Any, switches: dict[str, str], found: set[str]
) -> None:
    caller = open_box(orders=30, switches=switches)
    rows = caller.rows(caller.now() - DAY + 1)
    first, last = moment(rows[-1]["modified"]), moment(rows[0]["modified"])
    seen = {row["modified"] for row in caller.rows(first, last)}
    ends = {"first": rows[-1]["modified"], "last": rows[0]["modified"]}
    assert {name for name, at in ends.items() if at in seen} == found


def test_h3_hundreds_of_rows_share_one_second(open_box: Any) -> None:
    caller = open_box(orders=300, same_second=250)
    rows = [r for n in range(1, 7) for r in caller.rows(page_no=str(n))]
    crowd = max({r["modified"] for r in rows}, key=[r["modified"] for r in rows].count)
    at = moment(crowd)
    assert caller.listed(at - 1, at)["total_results"] >= 250


def test_ties_are_stable_by_default_and_shuffled_on_demand(open_box: Any) -> None:
    stable = open_box(orders=50, same_second=50)
    assert stable.rows() == stable.rows()
    unstable = open_box(orders=50, same_second=50, switches={"ties": "unstable"})
    once, again = unstable.rows(), unstable.rows()
    assert once != again
    assert sorted(r["tid"] for r in once) == sorted(r["tid"] for r in again)


def test_the_total_may_lag_or_stop_at_a_cap(open_box: Any) -> None:
    exact = open_box(orders=150).listed()["total_results"]
    capped = open_box(orders=150, switches={"total": "capped"}, total_cap=100)
    assert capped.listed()["total_results"] == 100
    assert len(capped.rows(page_no="2")) == exact - 100
    lagging = open_box(orders=150, switches={"total": "lagging"})
    lagging.box.churn(20)
    assert lagging.listed()["total_results"] < len(lagging.rows()) + len(
        lagging.rows(page_no="2")
    )
    lagging.box.clock.advance(31)
    caught_up = lagging.listed()["total_results"]
    assert caught_up == len(lagging.rows()) + len(lagging.rows(page_no="2"))


def test_a_lagging_list_shows_changes_later(open_box: Any) -> None:
    caller = open_box(switches={"lagging": "list"})
    before = caller.rows()
    caller.box.churn(10)
    assert caller.rows() == before
    caller.box.clock.advance(31)
    assert caller.rows(caller.now() - DAY + 40) != before


def test_the_count_call_is_recognised(open_box: Any) -> None:
    caller = open_box()
    caller.listed(fields="tid", page_size="1")
    caller.listed(fields="tid", page_size="1", use_has_next="true")
    assert [e.operation for e in caller.box.log.entries] == ["orders.count", "orders.list"]


def sold(caller: Any, **params: str) -> Any:
    asked = {"fields": "tid,created", "type": ",".join(KINDS), "page_size": "100"}
    return caller.call(SOLD, **(asked | params))["trades_sold_get_response"]


def test_sold_get_lists_by_creation_newest_first(open_box: Any) -> None:
    caller = open_box()
    rows = sold(caller)["trades"]["trade"]
    times = [row["created"] for row in rows]
    assert len(rows) == 60
    assert times == sorted(times, reverse=True)
    half = sold(caller, start_created=times[30], end_created=times[10])
    assert half["total_results"] == 21
    assert caller.box.log.entries[-1].operation == "sold.list"


def test_sold_get_without_a_window_gives_three_months(open_box: Any) -> None:
    caller = open_box(orders=100, history=timedelta(days=180))
    total = sold(caller)["total_results"]
    horizon = caller.now() - 90 * DAY
    truth = caller.box.book.records(caller.account.external_id)
    assert total == sum(1 for r in truth if r.created_at >= horizon) < 100


@pytest.mark.parametrize(("position", "kind"), [("number", int), ("string", str)])
def test_ids_are_numbers_or_strings(open_box: Any, position: str, kind: type) -> None:
    caller = open_box(switches={"ids": position})
    rows = caller.rows(fields="tid,orders.oid")
    assert {type(row["tid"]) for row in rows} == {kind}
    lines = [line for row in rows for line in row["orders"]["order"]]
    assert {type(line["oid"]) for line in lines} == {kind}


def test_ids_differ_where_a_float_cannot_see_it(open_box: Any) -> None:
    tids = [row["tid"] for row in open_box().rows()]
    assert {len(str(tid)) for tid in tids} == {19}
    assert len(set(tids)) == len(tids)
    assert len({float(tid) for tid in tids}) < len(tids)


def test_h2_what_arrived_late_is_found_by_its_arrival(open_box: Any) -> None:
    caller = open_box(late_probability=1.0, late_by=600.0)
    until = caller.now()
    caller.box.churn(30)
    before = {str(r["tid"]) for r in caller.rows(until - DAY, until)}
    caller.box.clock.advance(600)
    after = {str(r["tid"]) for r in caller.rows(until - 1, until)}
    window = {"start_create": text(until), "end_create": text(until + 600)}
    asked = {"fields": "tid,modified,async_modified", "type": ",".join(KINDS)}
    body = caller.call(ARRIVED, page_size="100", **asked, **window)
    rows = body["trades_sold_incrementv_get_response"]["trades"]["trade"]
    arrivals = [row["async_modified"] for row in rows]
    assert arrivals == sorted(arrivals, reverse=True)
    assert after - before
    assert after <= {str(row["tid"]) for row in rows}
    assert caller.box.log.entries[-1].operation == "arrived.list"


ODD = st.sampled_from(
    (
        *("", "0", "1", "-1", "9" * 30, "true", "null", "tid", "tid.x", "orders.", ","),
        *("一", "²", "\x00", "2026-11-20 11:59:59", "2026-11-20 12:00:00"),
        *("2026-99-99 00:00:00", "orders.oid,orders"),
    )
)
NAMES = st.sampled_from(
    (
        *("fields", "start_modified", "end_modified", "start_create", "end_create"),
        *("start_created", "end_created", "tid", "page_no", "page_size", "type"),
        *("status", "use_has_next", "simplify", "format", "include_oaid", "v"),
    )
)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(
    method=st.sampled_from([LIST, ARRIVED, SOLD, "taobao.trade.fullinfo.get"]),
    asked=st.dictionaries(NAMES, ODD, max_size=8),
)
def test_nothing_a_caller_sends_breaks_the_box(
    one_box: Any, method: str, asked: dict[str, str]
) -> None:
    answer = one_box.raw(method, **asked)
    assert answer.status == 200
    assert answer.body.startswith((b"{", b"<?xml"))
