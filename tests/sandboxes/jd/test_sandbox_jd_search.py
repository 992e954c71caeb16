"""Search and get: parameters, windows, states, order, pages, fields."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest

from sandboxes.jd.times import read, text_of

if TYPE_CHECKING:
    from tests.sandboxes.jd.conftest import Caller

    Open = Callable[..., Caller]

DAY = 86_400.0
TO_SHIP = "WAIT_SELLER_STOCK_OUT"


def accepted(client: Caller, **more: Any) -> bool:
    return bool(client.search(**more)["apiResult"]["success"])


def listed(client: Caller) -> set[str]:
    truth = client.box.truth(client.account)
    return {t.external_id for t in truth if t.stream == "orders" and not t.removed}


def span(client: Caller, days: float) -> dict[str, str]:
    now = client.box.clock.now()
    return {"start_date": text_of(now - days * DAY), "end_date": text_of(now)}


# Parameters -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"optional_fields": ""},
        {"optional_fields": " , "},
        {"order_state": ""},
        {"order_state": "SHIPPED"},
        {"order_state": f"ALL,{TO_SHIP}"},
        {"page": "0"},
        {"page": "one"},
        {"page": ""},
        {"page_size": "0"},
        {"page_size": "101"},
        {"page_size": None},
        {"start_date": ""},
        {"end_date": ""},
        {"start_date": "", "end_date": ""},
        {"start_date": "2026-11-20"},
        {"start_date": "2026-11-20 13:00:00", "end_date": "2026-11-20 12:00:00"},
    ],
)
def test_illegal_parameters_are_refused_with_success_false(
    shop: Open, wrong: dict[str, Any]
) -> None:
    result = shop().search(**wrong)
    assert result["apiResult"]["success"] is False
    assert result["apiResult"]["numberCode"] not in (0, 10100000)
    assert "orderInfoList" not in result


@pytest.mark.parametrize("layer", ["api_result", "code", "gateway"])
def test_refusals_can_come_in_each_of_the_three_layers(shop: Open, layer: str) -> None:
    client = shop(switches={"refusals": layer})
    sent = client.system("jingdong.pop.order.search", client.question(order_state="?"))
    answer = client.post(client.signed(sent))
    inner = answer.get("jingdong_pop_order_search_responce", {})
    match layer:
        case "gateway":
            assert answer["error_response"]["code"] == "10100021"
        case "code":
            assert inner["code"] == "10100021"
        case _:
            assert inner["code"] == "0"
            assert inner["searchorderinfo_result"]["apiResult"]["numberCode"] == 10100021


def test_business_json_that_is_no_object_is_refused(shop: Open) -> None:
    client = shop()
    sent = client.system("jingdong.pop.order.search", {}) | {"360buy_param_json": "[1"}
    answer = client.post(client.signed(sent))
    result = answer["jingdong_pop_order_search_responce"]["searchorderinfo_result"]
    assert result["apiResult"]["success"] is False


def test_made_up_number_codes_can_be_replaced(shop: Open) -> None:
    codes = {"order_state": 7, "parameters": 8, "system": 9}
    result = shop(number_codes=codes).search(order_state="?")
    assert result["apiResult"]["numberCode"] == 7


def test_a_page_size_limit_of_50_is_an_option(shop: Open) -> None:
    client = shop(page_size_max=50)
    assert accepted(client, page_size="50")
    assert not accepted(client, page_size="51")


def test_numbers_are_taken_where_text_is_documented(shop: Open) -> None:
    assert accepted(shop(), page=1, page_size=10, sortType=1, dateType=0)


# Windows --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("month", "longest"), [("31_days", 31), ("30_days", 30), ("calendar", 31)]
)
def test_a_window_is_at_most_one_month(shop: Open, month: str, longest: float) -> None:
    client = shop(switches={"month": month})  # 20 October to 20 November: 31 days
    assert accepted(client, **span(client, longest))
    assert not accepted(client, **span(client, longest + 1 / DAY))


def test_a_calendar_month_from_january_31st_ends_in_february(shop: Open) -> None:
    client = shop(switches={"month": "calendar", "too_old": "empty"})
    start = "2027-01-31 00:00:00"
    assert accepted(client, start_date=start, end_date="2027-02-28 00:00:00")
    assert not accepted(client, start_date=start, end_date="2027-02-28 00:00:01")


def test_without_dates_the_last_month_of_orders_to_ship_is_told(shop: Open) -> None:
    client = shop(orders=200)
    got = client.search(start_date="", end_date="", order_state=TO_SHIP)
    assert (
        got["orderTotal"]
        == client.search(order_state=TO_SHIP, **span(client, 30))["orderTotal"]
    )
    assert got["orderTotal"] > 0
    assert {row["orderState"] for row in got["orderInfoList"]} == {TO_SHIP}


@pytest.mark.parametrize("end", ["inclusive", "exclusive"])
@pytest.mark.parametrize("start", ["inclusive", "exclusive"])
def test_whether_the_ends_belong_to_the_window_is_a_switch(
    shop: Open, start: str, end: str
) -> None:
    client = shop(switches={"window_start": start, "window_end": end})
    row = client.search(order_state="FINISHED_L")["orderInfoList"][0]
    second = row["modified"]
    later = text_of((read(second) or 0) + 60)
    earlier = text_of((read(second) or 0) - 60)
    at_start = client.ids(start_date=second, end_date=later)
    at_end = client.ids(start_date=earlier, end_date=second)
    assert (row["orderId"] in at_start) is (start == "inclusive")
    assert (row["orderId"] in at_end) is (end == "inclusive")


@pytest.mark.parametrize("old", ["empty", "refused"])
def test_beyond_the_look_back_is_silence_or_a_refusal(shop: Open, old: str) -> None:
    client = shop(
        history=timedelta(days=60), look_back=timedelta(days=10), switches={"too_old": old}
    )
    assert accepted(client, **span(client, 10))
    if old == "refused":
        assert not accepted(client, **span(client, 20))
        return
    edge = text_of(client.box.clock.now() - 10 * DAY)
    rows = client.search(**span(client, 20))["orderInfoList"]
    assert rows
    assert min(row["modified"] for row in rows) >= edge


def test_created_time_looks_further_back_than_modified_time(shop: Open) -> None:
    client = shop(history=timedelta(days=60), look_back=timedelta(days=10))
    old = {"start_date": text_of(client.box.clock.now() - 40 * DAY)}
    old["end_date"] = text_of(client.box.clock.now() - 15 * DAY)
    assert client.search(**old)["orderTotal"] == 0
    assert client.search(**old, dateType="1")["orderTotal"] > 0


# States ---------------------------------------------------------------------------------


def test_all_alone_gives_every_order_but_the_unpaid(shop: Open) -> None:
    client = shop(orders=90, history=timedelta(days=3))
    ids = client.ids()
    assert set(ids) == listed(client)
    truth = {t.external_id: t for t in client.box.truth(client.account)}
    assert any(t.stream == "unpaid" for t in truth.values())
    assert "NOT_PAY" not in {truth[id].status for id in ids}


def test_states_filter_as_a_comma_list_and_pinyin_is_an_alias(shop: Open) -> None:
    client = shop(orders=200)
    english = client.ids(order_state=f"{TO_SHIP}, FINISHED_L")
    pinyin = client.ids(order_state="DengDaiChuKu,WanCheng")
    assert english == pinyin != []


def test_not_pay_is_a_legal_word_that_finds_nothing(shop: Open) -> None:
    got = shop(orders=300).search(order_state="NOT_PAY")
    assert got["apiResult"]["success"] is True
    assert got["orderTotal"] == 0


# Order, pages, totals -------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["modified", "created"])
def test_rows_come_in_ascending_time_and_sort_type_1_turns_them(
    shop: Open, kind: str
) -> None:
    client = shop()
    date_type, name = {"modified": ("0", "modified"), "created": ("1", "orderStartTime")}[
        kind
    ]
    rows = client.search(dateType=date_type)["orderInfoList"]
    back = client.search(dateType=date_type, sortType="1")["orderInfoList"]
    times = [row[name] for row in rows]
    assert times == sorted(times)
    assert [r["orderId"] for r in back] == [r["orderId"] for r in rows][::-1]


def test_a_list_by_creation_may_be_sorted_by_change(shop: Open) -> None:
    client = shop(switches={"created_sort": "modified"})
    times = [row["modified"] for row in client.search(dateType="1")["orderInfoList"]]
    assert times == sorted(times)


@pytest.mark.parametrize("ties", ["by_id", "by_id_desc", "unstable"])
def test_rows_of_one_second_have_the_order_switched_to(shop: Open, ties: str) -> None:
    client = shop(orders=80, same_second=80, switches={"ties": ties})
    first, again = client.ids(), client.ids()
    assert len(set(first)) == 80
    if ties == "unstable":
        assert first != again
        assert sorted(first) == sorted(again)
    else:
        assert first == again == sorted(first, reverse=ties == "by_id_desc")


def test_pages_cut_the_list_and_beyond_its_end_there_is_nothing(shop: Open) -> None:
    client = shop()
    whole = client.ids()
    parts = [client.ids(page=str(n), page_size="25") for n in (1, 2, 3, 4)]
    assert list(chain(*parts)) == whole
    assert parts[-1] == []


@pytest.mark.parametrize("empty", ["list", "missing", "null"])
def test_how_no_rows_look_is_a_switch(shop: Open, empty: str) -> None:
    got = shop(switches={"empty_list": empty}).search(page="9")
    assert got["apiResult"]["success"] is True
    assert ("orderInfoList" in got) is (empty != "missing")
    assert got.get("orderInfoList") == ([] if empty == "list" else None)


@pytest.mark.parametrize("past", ["refused", "empty"])
def test_paging_beyond_the_cap_is_refused_or_empty(shop: Open, past: str) -> None:
    client = shop(rows_cap=40, switches={"past_cap": past})
    assert len(client.ids(page="2", page_size="20")) == 20
    got = client.search(page="3", page_size="20")
    assert got["apiResult"]["success"] is (past == "empty")
    assert not got.get("orderInfoList")


def test_the_total_is_exact_capped_or_lagging(shop: Open) -> None:
    true = len(listed(shop()))
    assert shop().search()["orderTotal"] == true
    capped = shop(rows_cap=40, switches={"total": "capped"})
    assert capped.search()["orderTotal"] == 40
    lagging = shop(switches={"total": "lagging"}, silent_edits=0.0)
    asked = {"end_date": text_of(lagging.box.clock.now() + DAY)}
    before = lagging.search(**asked)["orderTotal"]
    lagging.box.churn(60)
    assert lagging.search(**asked)["orderTotal"] == before
    assert lagging.search(**asked)["orderTotal"] > before


# Fields and details ---------------------------------------------------------------------


def test_only_the_fields_asked_for_come_back_nested_ones_whole(shop: Open) -> None:
    row = shop().search(optional_fields="modified,itemInfoList,nosuch")["orderInfoList"][0]
    assert row.keys() == {"modified", "itemInfoList"}
    assert {"skuId", "skuName", "jdPrice", "itemTotal"} <= row["itemInfoList"][0].keys()


@pytest.mark.parametrize("name", ["enGet", "get"])
def test_a_detail_equals_the_row_of_its_list(shop: Open, name: str) -> None:
    client = shop()
    lister = {"enGet": "enSearch", "get": "search"}[name]
    for row in client.search(lister, page_size="5")["orderInfoList"]:
        detail = client.get(row["orderId"], name=name)
        assert detail["apiResult"]["success"] is True
        assert detail["orderInfo"] == row


def test_both_searches_give_the_same_orders_in_their_own_wrapper(shop: Open) -> None:
    client = shop()
    keys = ("orderId", "orderState", "modified", "orderPayment")
    both = [
        [[row[k] for k in keys] for row in client.search(name)["orderInfoList"]]
        for name in ("enSearch", "search")
    ]
    assert both[0] == both[1] != []


def test_get_takes_the_id_as_a_number_too_but_needs_fields(shop: Open) -> None:
    client = shop()
    id = client.ids()[0]
    assert client.get(int(id))["orderInfo"]["orderId"] == id
    assert client.get(id, fields="")["apiResult"]["success"] is False


@pytest.mark.parametrize("position", ["declined", "empty"])
def test_an_order_nobody_has_is_declined_or_empty(shop: Open, position: str) -> None:
    got = shop(switches={"missing_order": position}).get("123456789012")
    assert got["apiResult"]["success"] is (position == "empty")
    assert got.get("orderInfo") is None


def test_an_order_of_another_shop_has_its_own_number_code(shop: Open) -> None:
    client = shop(shops=2)
    other = type(client)(client.box, 1)
    result = client.get(other.ids()[0])["apiResult"]
    assert (result["success"], result["numberCode"]) == (False, 10500001)


def test_shops_see_only_their_own_orders(shop: Open) -> None:
    client = shop(shops=2)
    other = type(client)(client.box, 1)
    assert not set(client.ids()) & set(other.ids())


def test_orders_that_left_in_an_answer_are_noted(shop: Open) -> None:
    client = shop()
    seen = client.ids(page_size="3")
    assert client.box.served == {(client.account, id) for id in seen}
    one = client.ids(page="2", page_size="3")[0]
    client.get(one)
    assert (client.account, one) in client.box.served
