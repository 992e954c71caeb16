"""Orders waiting for payment stand in a list of their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sandboxes.jd.times import text_of

if TYPE_CHECKING:
    from tests.sandboxes.jd.conftest import Caller

    Open = Callable[..., Caller]

DAY = 86_400.0


def waiting(client: Caller) -> set[str]:
    truth = client.box.truth(client.account)
    return {t.external_id for t in truth if t.stream == "unpaid" and not t.removed}


def listed(client: Caller, **more: Any) -> list[dict[str, Any]]:
    return list(client.unpaid(**more)["paginatedInfo"]["pageList"])


@pytest.fixture
def client(shop: Open) -> Caller:
    return shop(orders=150, history=timedelta(days=2))


def test_the_list_holds_exactly_the_orders_in_stream_unpaid(client: Caller) -> None:
    info = client.unpaid()["paginatedInfo"]
    assert {str(row["orderId"]) for row in info["pageList"]} == waiting(client)
    assert info["totalItem"] == len(waiting(client)) > 3
    assert (info["index"], info["totalPage"]) == (1, 1)


def test_search_and_get_do_not_know_them(client: Caller) -> None:
    assert not set(client.ids()) & waiting(client)
    for id in waiting(client):
        assert client.get(id)["apiResult"]["success"] is False


def test_get_may_know_them(shop: Open) -> None:
    found = shop(orders=150, history=timedelta(days=2), switches={"unpaid_get": "found"})
    id = min(waiting(found))
    assert found.get(id)["orderInfo"]["orderState"] == "NOT_PAY"


def test_one_can_be_had_by_its_id_until_it_is_paid(client: Caller) -> None:
    row = listed(client)[0]
    method = "jingdong.pop.order.notPayOrderById"
    inner = client.call(method, {"orderId": row["orderId"]})
    assert inner["orderDataNotPayInfo"] == row
    paid = client.ids()[0]
    assert client.call(method, {"orderId": paid})["code"] != "0"


def test_nothing_is_paid_yet_so_the_truth_says_none(client: Caller) -> None:
    truth = [t for t in client.box.truth(client.account) if t.stream == "unpaid"]
    assert {(t.status, t.paid) for t in truth} == {("NOT_PAY", None)}


@pytest.mark.parametrize(
    "wrong",
    [
        {"startDate": ""},
        {"endDate": "tomorrow"},
        {"page": 0},
        {"pageSize": 101},
        {"pageSize": 0},
        {"startDate": "2026-10-01 00:00:00"},
    ],
)
def test_illegal_parameters_are_refused_in_the_wrapper(
    client: Caller, wrong: dict[str, Any]
) -> None:
    inner = client.unpaid(**wrong)
    assert inner["code"] not in ("0", 0)
    assert "paginatedInfo" not in inner


def test_pages_cut_the_list(client: Caller) -> None:
    size = 2
    pages = -(-len(waiting(client)) // size)
    rows = [
        row for n in range(1, pages + 1) for row in listed(client, page=n, pageSize=size)
    ]
    assert [row["orderId"] for row in rows] == [row["orderId"] for row in listed(client)]
    assert listed(client, page=pages + 1, pageSize=size) == []


@pytest.mark.parametrize("sort", ["asc", "desc"])
def test_the_direction_is_a_switch(shop: Open, sort: str) -> None:
    found = shop(orders=150, history=timedelta(days=2), switches={"unpaid_sort": sort})
    times = [row["created"] for row in listed(found)]
    assert times == sorted(times, reverse=sort == "desc")


def test_unit_and_dates_are_switches(shop: Open) -> None:
    options: dict[str, Any] = {"orders": 150, "history": timedelta(days=2)}
    usual = listed(shop(**options))
    other = listed(
        shop(**options, switches={"unpaid_amount": "yuan", "unpaid_dates": "epoch_ms"})
    )
    for fen, yuan in zip(usual, other, strict=True):
        assert fen["payment"] == round(yuan["payment"] * 100)
        assert text_of(yuan["created"] / 1000) == fen["created"] == fen["orderCreated"]


def test_an_order_paid_leaves_this_list_for_search(client: Caller) -> None:
    before = waiting(client)
    while not (before - waiting(client)):
        client.box.churn(1)
    gone = before - waiting(client)
    assert not gone & {str(row["orderId"]) for row in listed(client)}
    truth = {t.external_id: t for t in client.box.truth(client.account)}
    assert {id for id in gone if not truth[id].removed} <= set(client.ids(sortType="1"))


def test_cancelled_before_payment_may_vanish_altogether(shop: Open) -> None:
    options: dict[str, Any] = {"orders": 150, "history": timedelta(days=2), "splits": 0.0}
    found = shop(**options, switches={"cancelled_unpaid": "hidden"})
    found.box.churn(200)
    removed = [t for t in found.box.truth(found.account) if t.removed]
    assert removed
    assert {t.versions[-2].status for t in removed} == {"NOT_PAY"}
    assert not {t.external_id for t in removed} & set(found.ids())


def test_the_window_is_over_creation_or_change(shop: Open) -> None:
    for kind in ("created", "modified"):
        found = shop(
            orders=150, history=timedelta(days=2), switches={"unpaid_window": kind}
        )
        row = listed(found)[0]
        around = {"startDate": row[kind], "endDate": row[kind]}
        assert row["orderId"] in [r["orderId"] for r in listed(found, **around)]
