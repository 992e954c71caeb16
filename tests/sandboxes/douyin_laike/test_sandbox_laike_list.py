"""Paging, windows and lookups of the order query."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Caller, Laike

DAY = 86_400


def ids(rows: list[Any]) -> list[str]:
    return [row["order_id"] for row in rows]


def window(caller: Caller, days: float = 7.0, time: str = "update") -> dict[str, int]:
    since = int(caller.now - days * DAY)
    return {
        f"{time}_order_start_time": since,
        f"{time}_order_end_time": caller.now - DAY,
    }


# Parameters ----------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        {"account_id": None},
        {"page_num": None},
        {"page_size": None},
        {"page_size": 0},
        {"page_size": 101},
        {"page_size": -1},
        {"page_num": 0},
        {"create_order_start_time": 0},
        {"create_order_start_time": 1},
        {"create_order_end_time": 1},
        {"update_order_start_time": 1},
        {"update_order_end_time": 1},
        {"update_order_start_time": 2, "update_order_end_time": 1},
        {"cursor": "nonsense"},
        {"cursor": "[1,"},
    ],
)
def test_illegal_parameters_are_2100005(laike: Laike, changed: dict[str, Any]) -> None:
    assert laike().refused(**changed) == 2100005


@pytest.mark.parametrize(
    "changed",
    [
        {"page_num": "one"},
        {"page_size": "2.0"},
        {"order_status": "paid"},
        {"get_secret_number": "maybe"},
        {"update_order_start_time": "2026-01-01", "update_order_end_time": "2026-01-02"},
    ],
)
def test_wrong_types_are_2100005_or_2100004(laike: Laike, changed: dict[str, Any]) -> None:
    assert laike().refused(**changed) == 2100005
    assert laike(switches={"bad_type": "2100004"}).refused(**changed) == 2100004


def test_without_page_size_the_answer_may_be_empty(laike: Laike) -> None:
    caller = laike(switches={"missing_page": "empty"})
    assert caller.orders(page_size=None) == []
    assert caller.orders(page_num=None) == []
    assert len(caller.orders()) == 20


def test_the_page_is_echoed_with_the_row_count(laike: Laike) -> None:
    page = laike().data(page_num=3, page_size=7)["page"]
    assert page == {"page_num": 3, "page_size": 7, "total": 200}


def test_pages_hold_every_order_once(laike: Laike) -> None:
    caller = laike(orders=257)
    found = ids(caller.everything())
    assert len(found) == len(set(found)) == 257
    assert set(found) == {order.external_id for order in caller.box.truth(caller.root)}


def test_a_page_beyond_the_last_is_empty(laike: Laike) -> None:
    assert laike(orders=20).orders(page_num=2) == []


# Order ----------------------------------------------------


@pytest.mark.parametrize(
    ("sort", "field", "descending"),
    [
        ("create_desc", "create_order_time", True),
        ("create_asc", "create_order_time", False),
        ("update_desc", "update_order_time", True),
        ("update_asc", "update_order_time", False),
    ],
)
@pytest.mark.parametrize("time", [None, "create", "update"])
def test_rows_come_in_the_order_of_the_switch(
    laike: Laike, sort: str, field: str, descending: bool, time: str | None
) -> None:
    caller = laike(switches={"sort": sort})
    asked = window(caller, 9, time) if time else {}
    times = [row[field] for row in caller.everything(**asked)]
    assert len(times) > 20
    assert times == sorted(times, reverse=descending)


def test_rows_of_one_second_keep_their_order_unless_unstable(laike: Laike) -> None:
    caller = laike(orders=80, same_second=80)
    assert ids(caller.orders()) == ids(caller.orders())
    caller = laike(orders=80, same_second=80, switches={"ties": "unstable"})
    assert ids(caller.orders()) != ids(caller.orders())


def test_same_second_puts_that_many_orders_in_one_second(laike: Laike) -> None:
    caller = laike(orders=300, same_second=250)
    second = caller.now - 15 * DAY
    span = {"create_order_start_time": second, "create_order_end_time": second}
    assert caller.data(**span)["page"]["total"] >= 250
    span = {"update_order_start_time": second, "update_order_end_time": second}
    assert caller.data(**span)["page"]["total"] >= 250


# Windows ----------------------------------------------------


@pytest.mark.parametrize(
    ("position", "starts", "ends"),
    [("inclusive", 1, 1), ("exclusive_end", 1, 0), ("exclusive_start", 0, 1)],
)
@pytest.mark.parametrize("time", ["create", "update"])
def test_the_ends_of_a_window_follow_the_switch(
    laike: Laike, position: str, starts: int, ends: int, time: str
) -> None:
    caller = laike(orders=10, same_second=10, switches={"window_ends": position})
    second = caller.now - 15 * DAY
    names = f"{time}_order_start_time", f"{time}_order_end_time"
    starting = dict(zip(names, (second, second + 9), strict=True))
    ending = dict(zip(names, (second - 9, second), strict=True))
    assert len(caller.orders(**starting)) == 10 * starts
    assert len(caller.orders(**ending)) == 10 * ends


def test_both_windows_together_both_hold(laike: Laike) -> None:
    caller = laike()
    created, updated = window(caller, 12, "create"), window(caller, 5, "update")
    rows = caller.everything(**created, **updated)
    either = {*ids(caller.everything(**created))} & {*ids(caller.everything(**updated))}
    assert set(ids(rows)) == either
    assert rows


def test_a_longest_window_can_be_set(laike: Laike) -> None:
    caller = laike(max_window=timedelta(days=3))
    assert caller.refused(**window(caller, 5)) == 2100005
    assert caller.data(**window(caller, 4))["error_code"] == 0


def test_old_orders_can_vanish_from_the_list(laike: Laike) -> None:
    caller = laike(retention=timedelta(days=10))
    oldest = min(row["create_order_time"] for row in caller.everything())
    assert caller.now - 10 * DAY <= oldest < caller.now - 9 * DAY


def test_orders_can_be_filtered_by_status_and_buyer(laike: Laike) -> None:
    caller = laike()
    everything = caller.everything()
    available = [row for row in everything if row["order_status"] == 201]
    assert ids(caller.everything(order_status=201)) == ids(available)
    buyer = everything[0]["open_id"]
    theirs = [row for row in everything if row["open_id"] == buyer]
    assert ids(caller.everything(open_id=buyer)) == ids(theirs)
    assert caller.orders(order_status=999) == []


# Totals and caps ----------------------------------------------------


def test_pages_beyond_the_cap_are_refused_or_empty(laike: Laike) -> None:
    caller = laike(rows_cap=100)
    assert len(caller.orders(page_num=5, page_size=20)) == 20
    assert caller.refused(page_num=6, page_size=20) == 2100005
    caller = laike(rows_cap=100, switches={"past_cap": "empty"})
    assert caller.orders(page_num=6, page_size=20) == []


def test_the_cap_is_ten_thousand_by_default(laike: Laike) -> None:
    caller = laike(orders=3)
    assert caller.orders(page_num=100, page_size=100) == []
    assert caller.refused(page_num=101, page_size=100) == 2100005


def test_the_total_may_be_capped(laike: Laike) -> None:
    caller = laike(rows_cap=100, switches={"total": "capped"})
    assert caller.data()["page"]["total"] == 100


def test_a_lagging_total_has_not_seen_the_newest_rows(laike: Laike) -> None:
    caller = laike(orders=50, switches={"total": "lagging"})
    caller.box.shops[caller.root].place()
    data = caller.data(page_size=100)
    assert len(data["orders"]) == 51
    assert data["page"]["total"] <= 50
    caller.box.clock.advance(30)
    assert caller.data()["page"]["total"] == 51


def test_a_lagging_total_keeps_counting_rows_that_left(laike: Laike) -> None:
    caller = laike(switches={"total": "lagging"})
    asked = window(caller, 20)
    before = caller.data(**asked)["page"]["total"]
    caller.box.churn(60)
    assert caller.data(**asked)["page"]["total"] == before
    assert len(caller.everything(**asked)) < before


# Cursors ----------------------------------------------------


def spelt(cursor: list[str], how: str) -> Any:
    return {"json": json.dumps(cursor), "comma": ",".join(cursor), "repeated": cursor}[how]


def walked(caller: Caller, how: str, size: int = 30) -> list[str]:
    found: list[str] = []
    cursor: Any = "0"
    while True:
        data = caller.data(page_size=size, cursor=cursor)
        found += ids(data["orders"])
        if len(data["orders"]) < size:
            return found
        cursor = spelt(data["search_after"]["CursorValue"], how)


@pytest.mark.parametrize("how", ["json", "comma", "repeated"])
@pytest.mark.parametrize("sort", ["create_desc", "update_asc"])
def test_a_cursor_walks_past_the_cap_in_any_spelling(
    laike: Laike, how: str, sort: str
) -> None:
    caller = laike(rows_cap=60, switches={"sort": sort})
    found = walked(caller, how)
    assert len(found) == len(set(found)) == 200


@pytest.mark.parametrize("how", ["json", "comma", "repeated"])
def test_a_cursor_spelt_otherwise_is_refused_when_only_one_is_known(
    laike: Laike, how: str
) -> None:
    caller = laike(switches={"cursor_spelling": how})
    assert len(walked(caller, how)) == 200
    cursor = caller.data()["search_after"]["CursorValue"]
    for other in {"json", "comma", "repeated"} - {how}:
        assert caller.refused(cursor=spelt(cursor, other)) == 2100005


def test_the_cursor_is_the_last_rows_time_and_id(laike: Laike) -> None:
    data = laike().data()
    last = data["orders"][-1]
    assert data["search_after"] == {
        "Size": 20,
        "CursorValue": [str(last["create_order_time"]), last["order_id"]],
    }


def test_the_last_page_may_name_no_cursor(laike: Laike) -> None:
    assert laike(orders=5).data()["search_after"]["CursorValue"]
    caller = laike(orders=5, switches={"last_cursor": "empty"})
    assert caller.data()["search_after"] == {"Size": 5, "CursorValue": []}


def test_the_2022_shape_knows_no_cursor(laike: Laike) -> None:
    caller = laike(shape="2022")
    data = caller.data(cursor="nonsense", page_num=2)
    assert "search_after" not in data
    assert ids(data["orders"]) == ids(caller.orders(page_num=2))


# One order ----------------------------------------------------


def test_an_order_is_found_by_its_id_and_by_the_merchants_own(laike: Laike) -> None:
    caller = laike()
    ext, order_id = next(iter(caller.box.shops[caller.root].by_ext_id.items()))
    data = caller.data(order_id=order_id)
    assert ids(data["orders"]) == [order_id]
    assert data["page"]["total"] == 1
    assert ids(caller.orders(ext_order_id=ext)) == [order_id]


def test_an_unknown_order_is_an_empty_list_or_20000(laike: Laike) -> None:
    assert laike().orders(order_id="1") == []
    answer = laike(switches={"unknown_order": "refused"}).ask(order_id="1")
    assert answer["data"]["error_code"] == 2191002
    assert answer["extra"]["sub_error_code"] == 20000


def test_another_merchants_order_is_not_found(laike: Laike) -> None:
    caller = laike(shops=2)
    other = caller.box.accounts()[1].external_id
    theirs = caller.orders(account_id=other)[0]["order_id"]
    assert caller.orders(order_id=theirs) == []


def test_a_lookup_may_lag_behind_the_list(laike: Laike) -> None:
    caller = laike(orders=5, switches={"detail": "lagging"})
    shop = caller.box.shops[caller.root]
    record = shop.place()
    caller.box.clock.advance(10)
    shop.step(record)
    listed = next(r for r in caller.orders() if r["order_id"] == record.id)
    (single,) = caller.orders(order_id=record.id)
    assert listed["order_status"] != single["order_status"] == 100
    caller.box.clock.advance(5)
    assert caller.orders(order_id=record.id) == [listed]


def test_a_new_order_may_not_be_found_by_id_yet(laike: Laike) -> None:
    caller = laike(orders=5, switches={"detail": "lagging"})
    record = caller.box.shops[caller.root].place()
    assert record.id in ids(caller.orders())
    assert caller.orders(order_id=record.id) == []
