"""After-sale cases: the list, the detail that counts otherwise, the check, the truth."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hub_core.sandbox import TruthRecord

if TYPE_CHECKING:
    from tests.sandboxes.pinduoduo.conftest import Caller

    Open = Callable[..., Caller]

STATUSES = (*range(2, 19), 21, 22, 24, 25, 27, 31, 32, 33)
OPEN = {2, 3, 4, 5, 6, 7, 8, 14, 15, 18, 21, 22, 27, 31, 32, 33}


def busy(shop: Open, **options: Any) -> Caller:
    """A shop whose cases all moved in the last half hour."""
    client = shop(**({"orders": 300, "history": timedelta(days=20)} | options))
    for _ in range(10):
        client.box.clock.advance(150)
        client.box.churn(80)
    return client


def refunds(client: Caller, **more: Any) -> dict[str, Any]:
    now = int(client.box.clock.now())
    asked = {
        "start_updated_at": now - 1800,
        "end_updated_at": now,
        "after_sales_status": 2,
        "after_sales_type": 1,
        **more,
    }
    return client.call("pdd.refund.list.increment.get", **asked)


def every(client: Caller, **more: Any) -> dict[int, dict[str, Any]]:
    """The list asked status by status."""
    found = {}
    for status in STATUSES:
        for row in refunds(client, after_sales_status=status, **more)["refund_list"]:
            found[row["id"]] = row
    return found


def recent(client: Caller) -> list[TruthRecord]:
    since = client.box.clock.now() - 1800
    records = client.box.records(client.account, "after_sale")
    return [r for r in records if r.updated_at >= since]


def detail(client: Caller, row: dict[str, Any]) -> dict[str, Any]:
    asked = {"order_sn": row["order_sn"], "after_sales_id": row["id"]}
    return client.raw("pdd.refund.information.get", **asked)


def test_the_list_holds_each_case_of_the_window_under_its_status(shop: Open) -> None:
    client = busy(shop)
    rows, truth = every(client), {r.external_id: r for r in recent(client)}
    assert len(truth) > 50
    assert {str(id) for id in rows} == set(truth)
    for row in rows.values():
        facts = truth[str(row["id"])].facts
        assert facts["status_raw"] == str(row["after_sales_status"])
        assert facts["kind_raw"] == str(row["after_sales_type"])
        assert facts["order_external_id"] == row["order_sn"]
        asked = round(float(row["refund_amount"]) * 100)
        assert facts.get("requested_amount", 0) == asked


def test_only_a_case_paid_back_has_money_back(shop: Open) -> None:
    for record in busy(shop).box.records("171504001", "after_sale"):
        back = record.facts["refunded_amount"]
        paid = record.facts["status_raw"] == "10"
        assert back == (record.facts["requested_amount"] if paid else None)


def test_the_list_counts_and_never_says_has_next(shop: Open) -> None:
    client = busy(shop)
    got = refunds(client, after_sales_status=10, page_size=2, use_has_next=True)
    assert got["total_count"] > 2
    assert len(got["refund_list"]) == 2
    assert "has_next" not in got


def test_a_type_can_be_asked_for_alone(shop: Open) -> None:
    client = busy(shop)
    kinds = {n: every(client, after_sales_type=n) for n in range(2, 7)}
    assert all(kinds.values())
    for kind, rows in kinds.items():
        assert {row["after_sales_type"] for row in rows.values()} == {kind}
    assert sum(map(len, kinds.values())) == len(every(client))


def test_the_details_type_is_one_less(shop: Open) -> None:
    client = busy(shop)
    for row in list(every(client).values())[:40]:
        told = detail(client, row)
        assert told["after_sales_type"] == row["after_sales_type"] - 1
        assert told["after_sales_status"] == row["after_sales_status"]
        assert told["refund_amount"] == round(float(row["refund_amount"]) * 100)
        assert "request_id" in told


def test_the_detail_may_be_wrapped_and_in_yuan(shop: Open) -> None:
    switches = {"refund_detail": "wrapped", "case_detail_amounts": "yuan"}
    client = busy(shop, switches=switches)
    row = next(iter(every(client).values()))
    (told,) = detail(client, row).values()
    assert told["refund_amount"] == float(row["refund_amount"])


def test_without_an_id_the_orders_newest_case_is_told(shop: Open) -> None:
    client = busy(shop)
    records = client.box.records(client.account, "after_sale")
    newest = {r.facts["order_external_id"]: r.external_id for r in records}
    assert len(newest) < len(records)
    sn, id = next(iter(newest.items()))
    assert client.raw("pdd.refund.information.get", order_sn=sn)["id"] == int(id)


def test_a_strange_case_is_refused(shop: Open) -> None:
    client = shop()
    sn = client.box.truth(client.account)[0].external_id
    got = client.call("pdd.refund.information.get", order_sn=sn, after_sales_id=1)
    assert (got["error_code"], got["sub_msg"]) == (50001, "售后单不存在")


def test_an_order_number_overrides_window_and_filters(shop: Open) -> None:
    client = busy(shop)
    record = client.box.records(client.account, "after_sale")[0]
    sn = record.facts["order_external_id"]
    got = refunds(client, order_sn=sn, after_sales_type=6)
    assert {row["order_sn"] for row in got["refund_list"]} == {sn}


@pytest.mark.parametrize(("position", "word"), [("zero", 0), ("one", 1)])
def test_one_status_may_stand_for_all(shop: Open, position: str, word: int) -> None:
    client = busy(shop, switches={"every_case": position})
    assert refunds(client, after_sales_status=word)["total_count"] == len(recent(client))


def test_by_default_no_status_stands_for_all(shop: Open) -> None:
    client = busy(shop)
    assert refunds(client, after_sales_status=0)["total_count"] == 0
    assert refunds(client, after_sales_status=1)["error_code"] == 10000


@pytest.mark.parametrize(
    "wrong",
    [
        {"after_sales_status": None},
        {"after_sales_status": 19},
        {"after_sales_type": 0},
        {"after_sales_type": 7},
        {"start_updated_at": None},
        {"page_size": 101},
    ],
)
def test_illegal_parameters_are_refused(shop: Open, wrong: dict[str, Any]) -> None:
    assert refunds(shop(orders=1), **wrong)["error_code"] == 10000


def test_the_window_is_half_an_hour_at_most(shop: Open) -> None:
    client = shop(orders=1)
    start = int(client.box.clock.now()) - 1801
    assert refunds(client, start_updated_at=start)["error_code"] == 50001


@pytest.mark.parametrize(
    ("position", "kind"), [("text", str), ("epoch_text", str), ("epoch", int)]
)
def test_times_come_as_switched(shop: Open, position: str, kind: type) -> None:
    client = busy(shop, switches={"case_times": position})
    row = next(iter(every(client).values()))
    assert isinstance(row["updated_time"], kind)
    assert ("-" in str(row["updated_time"])) is (position == "text")


def test_the_check_finds_orders_with_an_after_sale(shop: Open) -> None:
    client = busy(shop)
    orders = list(client.every().values())[:200]
    sns = ",".join(order["order_sn"] for order in orders)
    got = client.call("pdd.refund.status.check", order_sns=sns)
    found = {row["order_sn"] for row in got["order_sns_exists_refund"]}
    assert found == {o["order_sn"] for o in orders if o["refund_status"] != 1}
    assert 0 < len(found) < len(orders)


def test_order_and_case_tell_the_same_status(shop: Open) -> None:
    client = busy(shop)
    newest = {}
    for record in client.box.records(client.account, "after_sale"):
        newest[str(record.facts["order_external_id"])] = record.facts["status_raw"]
    for sn, order in client.every().items():
        assert str(order["after_sales_status"]) == newest.get(sn, "0")
        open_ = order["after_sales_status"] in OPEN
        assert (order["refund_status"] in (2, 3)) is open_


def test_cases_show_late_too(shop: Open) -> None:
    client = busy(shop, late_probability=1.0)
    late = [r for r in recent(client) if r.visible_at > client.box.clock.now()]
    assert late
    seen = every(client)
    for record in late:
        row = seen.get(int(record.external_id))
        assert row is None or len(record.versions) > 1


def test_there_are_no_records_of_another_kind(shop: Open) -> None:
    client = shop()
    assert client.box.records(client.account, "redemption") == []
    assert client.box.KINDS == ("after_sale", "product")
