"""Both after-sale systems of the box: what they say, and that orders bear it out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hub_core.sandbox import Fault
from sandboxes.jd.applications import STATUSES
from sandboxes.jd.bills import WORDS
from sandboxes.jd.case_poison import CASE_WAYS
from sandboxes.jd.times import read, text_of

SOA = "jingdong.pop.afs.soa.refundapply."
OLD = "jingdong.pop.afs.refundapply."
NOON, DAY = 1_795_147_200.0, 86_400.0
LIVED: dict[str, Any] = {"orders": 400, "history": timedelta(days=20)}


def lived(shop: Any, changes: int = 400, **options: Any) -> Any:
    caller = shop(**(LIVED | options))
    for _ in range(changes // 20):
        caller.box.clock.advance(600)
        caller.box.churn(20)
    return caller


def applications(caller: Any, **more: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for place in range(1, 101):
        asked = {"pageIndex": place, "pageSize": 50, **more}
        result = caller.call(f"{SOA}queryPageList", asked)["queryResult"]
        rows += result["result"]
        if len(rows) >= result["totalCount"]:
            return rows
    raise AssertionError("too many")


def pages(caller: Any, method: str, **more: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    asked = {"buId": caller.account, "operatePin": "hub", "pageSize": 50, **more}
    for place in range(1, 101):
        answer = caller.call(f"jingdong.asc.{method}", asked | {"pageNumber": place})
        rows += answer["pageResult"]["data"]
        if len(rows) >= answer["pageResult"]["totalCount"]:
            return rows
    raise AssertionError("too many")


def bills(caller: Any, **more: Any) -> list[dict[str, Any]]:
    return pages(caller, "query.list", **more)


def refunds(caller: Any) -> list[dict[str, Any]]:
    """Every row of serviceAndRefund.view, asked for week by week."""
    now, rows = caller.box.clock.now(), []
    for week in range(5):
        ends = text_of(now - (week + 1) * 7 * DAY + 1), text_of(now - week * 7 * DAY)
        asked = dict(zip(("applyTimeBegin", "applyTimeEnd"), ends, strict=True))
        rows += pages(caller, "serviceAndRefund.view", **asked)
    return rows


def truth(caller: Any) -> dict[str, Any]:
    """By the platform's own number, without the system's name before it."""
    found = caller.box.records(caller.account, "after_sale")
    return {t.external_id.partition(":")[2]: t for t in found}


# The first system -------------------------------------------------------------------------


def test_applications_say_what_is_true(shop: Any) -> None:
    caller = lived(shop)
    told = {
        str(row["id"]): {
            "order_external_id": row["orderId"],
            "status_raw": str(row["status"]),
            "requested_amount": row["applyRefundSum"],
            "refunded_amount": row["applyRefundSum"] if row["status"] == 3 else None,
        }
        for row in applications(caller)
    }
    known = {id: t.facts for id, t in truth(caller).items() if id in told}
    assert len(told) > 80
    assert told == known
    times = {str(r["id"]): read(r["modified"]) for r in applications(caller)}
    updated = {id: t.updated_at for id, t in truth(caller).items() if id in told}
    assert times == updated


def test_applications_pass_through_every_documented_status(shop: Any) -> None:
    caller = lived(shop, 3_000)
    numbers = {str(row["id"]) for row in applications(caller)}
    seen = {
        v.facts["status_raw"]
        for id, t in truth(caller).items()
        for v in t.versions
        if id in numbers
    }
    assert seen == {str(status) for status in STATUSES}


def test_an_order_and_its_application_never_contradict_each_other(shop: Any) -> None:
    caller = lived(shop, 60)
    book = caller.box.book
    for row in applications(caller):
        order = book.get(caller.account, row["orderId"]).latest.content
        assert order["pay"] == "4"
        assert order["paid_at"] is not None
        assert row["applyRefundSum"] == order["paid"]
        if row["status"] in {1, 3, 4, 5, 7, 9}:
            assert order["state"] in {"TRADE_CANCELED", "DELIVERY_RETURN"}
        if order["state"] == "LOCKED" and row["status"] == 0:
            assert row["checkUserName"] == ""
    locked = {
        r.id
        for r in book.records(caller.account)
        if r.removed_at is None
        and r.latest.content["state"] == "LOCKED"
        and r.latest.content["pay"] == "4"
    }
    assert locked
    assert locked <= {r["orderId"] for r in applications(caller, status=0)}


def test_one_application_is_found_by_its_number(shop: Any) -> None:
    caller = lived(shop)
    row = applications(caller)[3]
    found = caller.call(f"{SOA}queryById", {"id": row["id"]})["queryResult"]
    assert (found["success"], found["result"]) == (True, [row])
    assert caller.call(f"{SOA}queryById", {"id": 1})["queryResult"]["result"] == []
    assert caller.call(f"{SOA}queryById", {})["queryResult"]["success"] is False


def test_a_shop_may_have_its_rows_nested(shop: Any) -> None:
    caller = lived(shop, shops=2, refunds=("flat", "nested"))
    other = type(caller)(caller.box, 1)
    assert "refundApplyVo" not in applications(caller)[0]
    assert all(list(r) == ["refundApplyVo"] for r in applications(other))
    settings = [a.settings["refunds"] for a in caller.box.accounts()]
    assert settings == ["flat", "nested"]
    with pytest.raises(ValueError, match="refunds is one of"):
        shop(refunds="sideways")


def test_the_older_list_has_snake_names_and_text(shop: Any) -> None:
    caller = lived(shop)
    asked = {"page_index": 1, "page_size": 50, "apply_time_end": text_of(NOON)}
    answer = caller.call(f"{OLD}querylist", asked)["refundApplyResponse"]
    new = {str(r["id"]): r for r in applications(caller, applyTimeEnd=text_of(NOON))}
    assert (answer["result_state"], answer["count"]) == (True, len(new))
    for row in answer["results"]:
        twin = new[row["id"]]
        assert set(map(type, row.values())) == {str}
        assert row["apply_refund_sum"] == str(twin["applyRefundSum"])
        assert (row["order_id"], row["status"]) == (twin["orderId"], str(twin["status"]))
        assert row["apply_time"] == twin["applyTime"]
    one = caller.call(f"{OLD}querybyid", {"ra_id": answer["results"][0]["id"]})
    assert one["refundapplyResponse"]["results"] == answer["results"][:1]


@pytest.mark.parametrize(
    ("name", "column"),
    [("applyTime", "applyTime"), ("checkTime", "checkTime"), ("modified", "modified")],
)
def test_each_window_holds_its_seconds_ends_included(
    shop: Any, name: str, column: str
) -> None:
    caller = lived(shop)
    rows = [r for r in applications(caller) if r.get(column)]
    pivot = rows[len(rows) // 2][column]
    before = applications(caller, **{f"{name}End": pivot})
    after = applications(caller, **{f"{name}Start": pivot})
    shared = {r["id"] for r in before} & {r["id"] for r in after}
    assert shared == {r["id"] for r in rows if r[column] == pivot}
    assert {r["id"] for r in before} | {r["id"] for r in after} == {r["id"] for r in rows}
    assert [r[column] for r in after] == sorted(r[column] for r in after)


@pytest.mark.parametrize(
    "bad",
    [
        {"pageIndex": 101},
        {"pageIndex": 0},
        {"pageIndex": None},
        {"pageSize": 51},
        {"pageSize": None},
        {"status": "12"},
        {"status": "new"},
        {"applyTimeStart": "2026-11-20"},
        {"applyTimeStart": text_of(NOON), "applyTimeEnd": text_of(NOON - 1)},
    ],
)
def test_the_list_of_applications_checks_what_it_is_asked(
    shop: Any, bad: dict[str, Any]
) -> None:
    asked = {"pageIndex": 1, "pageSize": 50} | bad
    result = shop().call(f"{SOA}queryPageList", asked)["queryResult"]
    assert result["success"] is False
    assert result["errorCode"] == "10100001"


def test_what_is_open_about_applications_is_switched(shop: Any) -> None:
    switches = {
        "refund_sum": "double",
        "case_order_id": "number",
        "unchecked": "0001",
        "refund_modified": "absent",
        "case_order": "newest",
    }
    rows = applications(lived(shop, 60, switches=switches))
    assert {type(r["applyRefundSum"]) for r in rows} == {float}
    assert {type(r["orderId"]) for r in rows} == {int}
    assert "0001-01-01 00:00:00" in {r["checkTime"] for r in rows}
    assert not any("modified" in r for r in rows)
    applied = [r["applyTime"] for r in rows]
    assert applied == sorted(applied, reverse=True)


# The second system ------------------------------------------------------------------------


def test_service_bills_say_what_is_true(shop: Any) -> None:
    caller = lived(shop, 1_200)
    paid = {
        r["sameOrderServiceBill"]["serviceId"]: r["refoundAmount"]
        for r in refunds(caller)
        if r["status"] == 13
    }
    told = {
        str(row["serviceId"]): {
            "order_external_id": str(row["orderId"]),
            "status_raw": str(row["serviceStatus"]),
            "refunded_amount": paid.get(row["serviceId"]),
        }
        for row in bills(caller)
    }
    all_ = truth(caller)
    known = {id: t.facts for id, t in all_.items() if id in told}
    assert len(told) > 40
    assert paid
    assert told == known
    updated = {str(r["serviceId"]): r["updateTime"] / 1000 for r in bills(caller)}
    assert updated == {id: truth.updated_at for id, truth in all_.items() if id in told}


def test_the_two_systems_never_share_a_number_and_are_all_there_is(shop: Any) -> None:
    caller = lived(shop, 1_200)
    first = {str(r["id"]) for r in applications(caller)}
    second = {str(r["serviceId"]) for r in bills(caller)}
    assert not first & second
    assert first | second == truth(caller).keys()


def test_bills_pass_through_documented_statuses_only(shop: Any) -> None:
    caller = lived(shop, 3_000)
    numbers = {str(r["serviceId"]) for r in bills(caller)}
    known = truth(caller)
    versions = [v for id in numbers for v in known[id].versions]
    assert {v.facts["status_raw"] for v in versions} == {str(x) for x in WORDS}
    assert {r["customerExpect"] for r in bills(caller)} == {10, 11, 20, 30, 80}


def test_bills_are_about_goods_that_arrived(shop: Any) -> None:
    caller = lived(shop, 1_200)
    for row in bills(caller):
        order = caller.box.book.get(caller.account, str(row["orderId"])).latest.content
        assert (order["state"], order["kind"]) == ("FINISHED_L", "22")
        (line, *_) = [x for x in order["basket"].lines if int(x.sku) == row["skuId"]]
        assert (
            1
            <= row["serviceCount"]
            <= max(x.quantity for x in order["basket"].lines if x.sku == line.sku)
        )
        assert row["applyTime"] / 1000 >= order["ended_at"]


def test_no_refund_is_more_than_was_paid_and_only_two_wishes_move_money(shop: Any) -> None:
    caller = lived(shop, 1_500)
    wishes = {r["serviceId"]: r["customerExpect"] for r in bills(caller)}
    told = [r for r in refunds(caller) if r["afsRefundId"] is not None]
    assert {r["status"] for r in told} >= {13, 14}
    for row in told:
        bill = row["sameOrderServiceBill"]
        order = caller.box.book.get(caller.account, str(bill["orderId"]))
        assert row["refoundAmount"] <= order.latest.content["paid"]
        assert wishes[bill["serviceId"]] in {10, 11}
        assert (row["completeTime"] is not None) == (row["status"] == 13)


def test_the_incremental_list_gives_what_changed_since(shop: Any) -> None:
    caller = lived(shop, 800)
    rows = bills(caller)
    since = sorted(r["updateTime"] for r in rows)[len(rows) // 2]
    ends = {"updateTimeBegin": text_of(since / 1000)}
    ends["updateTimeEnd"] = text_of(caller.box.clock.now())
    changed = pages(caller, "sync.list", **ends)
    expected = {r["serviceId"] for r in rows if r["updateTime"] >= since}
    assert {r["serviceId"] for r in changed} == expected
    assert [r["updateTime"] for r in changed] == sorted(r["updateTime"] for r in changed)


@pytest.mark.parametrize(
    ("method", "bad"),
    [
        ("query.list", {"buId": None}),
        ("query.list", {"buId": "10622318"}),
        ("query.list", {"operatePin": ""}),
        ("query.list", {"pageSize": 51}),
        ("query.list", {"updateTimeBegin": text_of(NOON)}),
        ("sync.list", {}),
        ("sync.list", {"updateTimeEnd": text_of(NOON)}),
        ("serviceAndRefund.view", {}),
        (
            "serviceAndRefund.view",
            {
                "applyTimeBegin": text_of(NOON - 7 * DAY - 1),
                "applyTimeEnd": text_of(NOON),
            },
        ),
        (
            "serviceAndRefund.view",
            {
                "approveTimeBegin": text_of(NOON - 10 * DAY - 1),
                "approveTimeEnd": text_of(NOON),
            },
        ),
    ],
)
def test_the_lists_of_bills_check_what_they_are_asked(
    shop: Any, method: str, bad: dict[str, Any]
) -> None:
    caller = shop(shops=2)
    asked = {"buId": caller.account, "operatePin": "hub", "pageSize": 50} | bad
    result = caller.call(f"jingdong.asc.{method}", asked)["pageResult"]
    assert (result["success"], "data" in result) == (False, False)
    assert result["code"] in {"10100001", "10500001"}


def test_a_page_of_bills_has_ten_rows_unless_told_otherwise(shop: Any) -> None:
    caller = lived(shop, 800)
    asked = {"buId": caller.account, "operatePin": "hub"}
    result = caller.call("jingdong.asc.query.list", asked)["pageResult"]
    assert (result["pageSize"], len(result["data"])) == (10, 10)


def test_ten_days_of_approving_are_allowed_and_an_order_is_enough(shop: Any) -> None:
    caller = lived(shop, 800)
    now = caller.box.clock.now()
    ends = {"approveTimeBegin": text_of(now - 10 * DAY), "approveTimeEnd": text_of(now)}
    approved = pages(caller, "serviceAndRefund.view", **ends)
    assert approved
    assert all(r["sameOrderServiceBill"]["approveDate"] for r in approved)
    order = approved[0]["sameOrderServiceBill"]["orderId"]
    assert pages(caller, "serviceAndRefund.view", orderId=order) == approved[:1]


@pytest.mark.parametrize(
    ("position", "kind"), [("fen", int), ("yuan", float), ("yuan_text", str)]
)
def test_the_unit_of_a_refund_is_switched(shop: Any, position: str, kind: type) -> None:
    caller = lived(shop, 800, switches={"refound_amount": position, "asc_times": "text"})
    rows = [r for r in refunds(caller) if r["status"] == 13]
    assert {type(r["refoundAmount"]) for r in rows} == {kind}
    assert all(read(r["completeTime"]) for r in rows)


def test_money_that_comes_silently_leaves_the_bill_where_it_was(shop: Any) -> None:
    caller = lived(shop, 1_500, switches={"refund_completes": "silently"})
    paid = [t for t in truth(caller).values() if t.facts["status_raw"] == "10010"]
    late = [
        (before, after)
        for t in paid
        for before, after in zip(t.versions, t.versions[1:], strict=False)
        if after.facts["refunded_amount"] and not before.facts["refunded_amount"]
    ]
    assert late
    assert all(before.updated_at == after.updated_at for before, after in late)


@pytest.mark.parametrize("position", ["null", "absent", "left_out"])
def test_a_bill_without_a_refund_is_shown_as_switched(shop: Any, position: str) -> None:
    caller = lived(shop, 800, switches={"no_refund": position})
    rows = refunds(caller)
    without = [r for r in rows if r.get("status") is None]
    if position == "left_out":
        assert not without
    else:
        assert {"status" in r for r in without} == {position == "null"}


# Both -------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", sorted(CASE_WAYS))
def test_a_spoiled_case_is_spoiled_in_every_list_and_alone(shop: Any, way: str) -> None:
    caller = lived(shop, 800)
    first, second = applications(caller), bills(caller)
    for victim in (str(first[2]["id"]), str(second[2]["serviceId"])):
        caller.box.poison_record(caller.account, "after_sale", victim, way)
    changed = [a for a, b in zip(applications(caller), first, strict=True) if a != b]
    assert len(changed) == 1
    spoiled = [a for a, b in zip(bills(caller), second, strict=True) if a != b]
    assert len(spoiled) == (0 if way.startswith("amount") else 1)
    assert len(caller.box.poisoned_records) == 2


def test_only_what_there_is_can_be_spoiled(shop: Any) -> None:
    caller = lived(shop)
    id = str(applications(caller)[0]["id"])
    for kind, which, way in (
        ("after_sale", "1", "no_id"),
        ("after_sale", id, "arsenic"),
        ("place", id, None),
    ):
        with pytest.raises(ValueError, match="no "):
            caller.box.poison_record(caller.account, kind, which, way)


def test_lists_make_the_shop_live_on_and_are_noted_as_served(shop: Any) -> None:
    caller = lived(shop)
    caller.box.churn_per_call = 1
    before = len(caller.box.book.records(caller.account))
    rows = [r for _ in range(40) for r in applications(caller)[:1]]
    assert len(caller.box.book.records(caller.account)) > before
    where = (caller.account, "after_sale", str(rows[0]["id"]))
    assert where in caller.box.served_records


def test_cases_do_not_touch_the_dice_of_orders(shop: Any) -> None:
    quiet, busy = shop(seed=4), shop(seed=4)
    for _ in range(30):
        quiet.box.churn(5)
        busy.box.churn(5)
        busy.box.cases.churn(busy.account)
    assert quiet.search() == busy.search()


@pytest.mark.parametrize("layer", ["code", "gateway"])
def test_refusals_stand_in_the_layer_switched_to(shop: Any, layer: str) -> None:
    caller = shop(switches={"refusals": layer})
    answer = caller.call(f"{SOA}queryPageList", {})
    assert answer["code"] == "10100001"
    assert "queryResult" not in answer


@pytest.mark.parametrize("operation", ["refunds.list", "services.list"])
def test_a_list_can_come_back_without_its_rows(shop: Any, operation: str) -> None:
    caller = lived(shop)
    caller.box.faults.script.append(Fault("empty_page", operation))
    if operation == "refunds.list":
        asked: dict[str, Any] = {"pageIndex": 1, "pageSize": 50}
        result = caller.call(f"{SOA}queryPageList", asked)["queryResult"]
        rows = result["result"]
    else:
        asked = {"buId": caller.account, "operatePin": "hub"}
        result = caller.call("jingdong.asc.query.list", asked)["pageResult"]
        rows = result["data"]
    assert rows == []
    assert result["totalCount"] > 0
