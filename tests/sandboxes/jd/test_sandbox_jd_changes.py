"""What changes while nobody looks, and what the truth says of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

import pytest

from sandboxes.jd.spoiled import ALL_KINDS
from sandboxes.jd.times import text_of

if TYPE_CHECKING:
    from hub_core.sandbox import TruthOrder
    from tests.sandboxes.jd.conftest import Caller

    Open = Callable[..., Caller]

DAY = 86_400.0
TO_SHIP, SHIPPED = "WAIT_SELLER_STOCK_OUT", "WAIT_GOODS_RECEIVE_CONFIRM"
FINISHED, CANCELLED = "FINISHED_L", "TRADE_CANCELED"
NEW = "WAIT_DRONE_PICKUP"
LEGAL = {
    "NOT_PAY": {TO_SHIP, "WAIT_SEND_CODE", CANCELLED},
    TO_SHIP: {SHIPPED, NEW, "LOCKED", "PAUSE", "POP_ORDER_PAUSE"},
    "LOCKED": {CANCELLED, TO_SHIP},
    "PAUSE": {TO_SHIP, "WAIT_SEND_CODE"},
    "POP_ORDER_PAUSE": {TO_SHIP},
    "WAIT_SEND_CODE": {FINISHED, CANCELLED, "PAUSE"},
    SHIPPED: {FINISHED, "DELIVERY_RETURN"},
    NEW: {FINISHED},
}


def truth(client: Caller) -> dict[str, TruthOrder]:
    return {t.external_id: t for t in client.box.truth(client.account)}


def wide(client: Caller) -> dict[str, str]:
    return {"end_date": text_of(client.box.clock.now() + DAY)}


def test_the_same_seed_gives_the_same_bytes(shop: Open) -> None:
    def told() -> str:
        client = shop(seed=7, late_probability=0.2, poison=0.05, new_words=0.1)
        client.box.churn_per_call = 3
        said = [client.search(page=str(n), page_size="20") for n in (1, 2, 3)]
        return json.dumps([said, client.unpaid(), client.refresh("x")])

    assert told() == told()


def test_another_seed_gives_another_shop(shop: Open) -> None:
    assert shop(seed=1).search() != shop(seed=2).search()


def test_churn_takes_legal_steps_only(shop: Open) -> None:
    client = shop(orders=100, double_edits=0.2, new_words=0.1, silent_edits=0.2)
    client.box.churn(1500)
    steps: Counter[tuple[str, str]] = Counter()
    for order in truth(client).values():
        words = [version.status for version in order.versions]
        steps.update(pair for pair in pairwise(words) if pair[0] != pair[1])
    assert steps.keys() <= {(was, to) for was, ends in LEGAL.items() for to in ends}
    assert len(steps) > 12


def test_changes_fall_on_the_account_named(shop: Open) -> None:
    client = shop(shops=2)
    other = type(client)(client.box, 1)
    before = truth(other)
    client.box.churn(50, account=client.account)
    assert truth(other) == before


def test_every_version_is_visible_in_search_as_the_truth_tells_it(shop: Open) -> None:
    client = shop(splits=0.0)
    for _ in range(60):
        client.box.clock.advance(60)
        client.box.churn(1)
        rows = {r["orderId"]: r for r in client.search(**wide(client))["orderInfoList"]}
        for id, order in truth(client).items():
            if order.stream == "orders" and not order.removed:
                assert rows[id]["orderState"] == order.status
                assert rows[id]["modified"] == text_of(order.updated_at)
                money = float(rows[id]["orderPayment"]) + float(rows[id]["balanceUsed"])
                assert round(money * 100) == order.paid


def test_each_list_call_churns_but_a_count_does_not(shop: Open) -> None:
    client = shop()
    client.box.churn_per_call = 4
    versions = [sum(len(t.versions) for t in truth(client).values())]
    for size in ("1", "20"):
        client.search(page_size=size)
        versions.append(sum(len(t.versions) for t in truth(client).values()))
    assert versions[0] == versions[1] < versions[2]


def test_late_changes_show_after_their_delay_under_the_old_time(shop: Open) -> None:
    client = shop(late_probability=1.0, late_by=60.0, silent_edits=0.0)
    before = {row["orderId"]: row for row in client.search(**wide(client))["orderInfoList"]}
    now = client.box.clock.now()
    client.box.churn(20)
    assert {
        r["orderId"]: r for r in client.search(**wide(client))["orderInfoList"]
    } == before
    client.box.clock.advance(60)
    after = client.search(**wide(client))["orderInfoList"]
    changed = [row for row in after if row != before.get(row["orderId"])]
    assert changed
    assert {row["modified"] for row in changed} == {text_of(now)}
    for order in truth(client).values():
        assert all(0 <= v.visible_at - v.updated_at <= 60 for v in order.versions)


@pytest.mark.parametrize("bumps", ["documented", "all"])
def test_remarks_returns_and_settlements_bump_the_time_or_not(
    shop: Open, bumps: str
) -> None:
    client = shop(silent_edits=1.0, switches={"bumps": bumps})
    fields = "orderId,modified,venderRemark,returnOrder,couponDetailList,orderPayment"
    asked = wide(client) | {"optional_fields": fields}
    before = {row["orderId"]: row for row in client.search(**asked)["orderInfoList"]}
    client.box.clock.advance(600)
    client.box.churn(60)
    changed, names = 0, set()
    for row in client.search(**asked)["orderInfoList"]:
        old = before[row["orderId"]]
        names |= {name for name in row if row[name] != old[name]}
        changed += row["modified"] != old["modified"]
    assert {"venderRemark", "returnOrder", "couponDetailList"} <= names
    assert "orderPayment" not in names
    assert bool(changed) is (bumps == "all")


def test_two_edits_may_share_a_second_with_different_content(shop: Open) -> None:
    client = shop(double_edits=1.0, silent_edits=0.0)
    client.box.clock.advance(600)
    client.box.churn(10)
    stamps = [[v.updated_at for v in t.versions] for t in truth(client).values()]
    assert any(len(set(s)) < len(s) for s in stamps)


def test_so_many_orders_can_carry_one_second(shop: Open) -> None:
    client = shop(orders=130, same_second=120)
    seconds = Counter(t.updated_at for t in truth(client).values())
    second, count = seconds.most_common(1)[0]
    assert count == 120
    edge = {"start_date": text_of(second), "end_date": text_of(second)}
    assert client.search(**edge)["orderTotal"] == 120


def test_removed_orders_are_gone_from_lists_and_details(shop: Open) -> None:
    client = shop(removals=1.0)
    before = set(client.ids())
    client.box.churn(5)
    gone = {id for id, order in truth(client).items() if order.removed}
    assert len(gone) == 5
    assert set(client.ids()) == before - gone
    assert client.get(min(gone))["apiResult"]["success"] is False


@pytest.mark.parametrize("start", ["parent", "split"])
def test_a_split_replaces_the_parent_by_two_children(shop: Open, start: str) -> None:
    client = shop(
        orders=250,
        history=timedelta(days=2),
        splits=1.0,
        silent_edits=0.0,
        switches={"child_start": start},
    )
    before = truth(client)
    client.box.clock.advance(3600)
    client.box.churn(500)
    after = truth(client)
    asked = wide(client) | {"optional_fields": "orderId,parentOrderId,orderStartTime"}
    pages = [client.search(**asked, page=str(n))["orderInfoList"] for n in range(1, 10)]
    children: dict[str, list[dict[str, Any]]] = {}
    for row in chain(*pages):
        children.setdefault(row["parentOrderId"], []).append(row)
    split = [id for id, order in before.items() if after[id].removed and not order.removed]
    assert split
    for parent in split:
        assert before[parent].stream == "unpaid"
        assert len(children[parent]) == 2
        began = {row["orderStartTime"] for row in children[parent]}
        born = client.box.book.get(client.account, parent)
        assert born
        assert (began == {text_of(born.created_at)}) is (start == "parent")


def test_the_amounts_of_two_children_add_up_to_their_parents(shop: Open) -> None:
    client = shop(orders=250, history=timedelta(days=2), splits=1.0, silent_edits=0.0)
    due = {
        str(row["orderId"]): row["payment"]
        for row in client.unpaid()["paginatedInfo"]["pageList"]
    }
    client.box.churn(500)
    paid: Counter[str] = Counter()
    for record in client.box.book.records(client.account):
        first = record.versions[0].content
        if first["parent"] in due:
            paid[first["parent"]] += first["paid"]
    assert paid
    assert all(amount == due[parent] for parent, amount in paid.items())


@pytest.mark.parametrize("which", ["list", "detail"])
def test_list_or_detail_may_run_behind(shop: Open, which: str) -> None:
    client = shop(silent_edits=0.0, splits=0.0, lag_by=20.0, switches={"lagging": which})
    old = {row["orderId"]: row for row in client.search(**wide(client))["orderInfoList"]}
    client.box.clock.advance(60)
    client.box.churn(30)

    def fresh(place: str) -> bool:
        if place == "list":
            rows = client.search(**wide(client))["orderInfoList"]
            return {row["orderId"]: row for row in rows} != old
        return any(client.get(id)["orderInfo"] != row for id, row in old.items())

    other = "detail" if which == "list" else "list"
    assert fresh(other)
    assert not fresh(which)
    client.box.clock.advance(20)
    assert fresh(which)


def test_new_words_come_on_the_wire_and_only_all_finds_them(shop: Open) -> None:
    client = shop(orders=100, new_words=1.0)
    rows = client.search()["orderInfoList"]
    new = {r["orderId"] for r in rows if r["orderState"] == "WAIT_DRONE_PICKUP"}
    assert new
    assert {truth(client)[id].status for id in new} == {"WAIT_DRONE_PICKUP"}
    documented = ",".join(word for word in LEGAL if word != NEW)
    assert not new & set(client.ids(order_state=f"{documented},FINISHED_L"))
    assert client.get(min(new))["orderInfo"]["orderState"] == "WAIT_DRONE_PICKUP"


def test_new_fields_appear_where_no_whitelist_drops_them(shop: Open) -> None:
    plain, client = shop(), shop(new_fields=True)
    inner = client.call("jingdong.pop.order.search", client.question())
    row = inner["searchorderinfo_result"]["orderInfoList"][0]
    assert "sandboxTrace" in inner
    assert "sandboxZone" in row["consigneeInfo"]
    assert "sandboxBatch" in row["itemInfoList"][0]
    assert row.keys() == plain.search("search")["orderInfoList"][0].keys()


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_poisoned_row_differs_alone_and_the_truth_stands(shop: Open, kind: str) -> None:
    client = shop()
    before, told = client.search()["orderInfoList"], truth(client)
    id = before[5]["orderId"]
    client.box.poison(client.account, id, kind)
    after = client.search()["orderInfoList"]
    assert [n for n in range(len(after)) if after[n] != before[n]] == [5]
    assert client.box.poisoned == {(client.account, id)}
    assert truth(client) == told
    assert client.get(id)["orderInfo"] == after[5]


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_an_unpaid_row_can_be_poisoned_too(shop: Open, kind: str) -> None:
    client = shop(orders=150, history=timedelta(days=2))
    before = client.unpaid()["paginatedInfo"]["pageList"]
    client.box.poison(client.account, str(before[1]["orderId"]), kind)
    after = client.unpaid()["paginatedInfo"]["pageList"]
    assert [n for n in range(len(after)) if after[n] != before[n]] == [1]


def test_a_share_of_all_rows_can_be_poisoned(shop: Open) -> None:
    client = shop(orders=100, poison=0.2)
    assert 5 < len(client.box.poisoned) < 45
    assert {id for _, id in client.box.poisoned} <= truth(client).keys()


def test_poison_for_an_order_nobody_has_is_an_error(shop: Open) -> None:
    client = shop()
    with pytest.raises(KeyError):
        client.box.poison(client.account, "1")
    with pytest.raises(KeyError):
        client.box.poison(client.account, client.ids()[0], "arsenic")
