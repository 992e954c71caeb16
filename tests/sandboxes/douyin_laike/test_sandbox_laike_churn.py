"""What happens while a reader reads, and what the box knows of it."""

from __future__ import annotations

import json
from math import ceil
from typing import TYPE_CHECKING, Any

import pytest

from hub_core.sandbox import Clock, Fault, Faults, Record, Request, TruthOrder
from sandboxes.douyin_laike import create
from sandboxes.douyin_laike import moves as m

if TYPE_CHECKING:
    from .conftest import Caller, Laike

DAY = 86_400
SEEDS = range(6)
LEGAL = {
    "100": {"100", "200", "101"},
    "200": {"200", "201"},
    "201": {"201", "1", "101"},
    "1": {"1"},
    "101": {"101"},
}


def fetch(caller: Caller, number: int, until: int) -> Any:
    return caller.data(
        page_num=number,
        page_size=20,
        update_order_start_time=0,
        update_order_end_time=until,
    )


def versions(rows: list[Any]) -> set[tuple[str, int]]:
    return {(row["order_id"], row["update_order_time"]) for row in rows}


def forward(caller: Caller, until: int) -> set[tuple[str, int]]:
    """Page 1, 2, 3 … until an empty one: what every beginner writes."""
    seen: set[tuple[str, int]] = set()
    number = 1
    while rows := fetch(caller, number, until)["orders"]:
        seen |= versions(rows)
        number += 1
    return seen


def backward(caller: Caller, until: int) -> set[tuple[str, int]]:
    """The last page first."""
    seen: set[tuple[str, int]] = set()
    total = fetch(caller, 1, until)["page"]["total"]
    for number in range(ceil(total / 20), 0, -1):
        seen |= versions(fetch(caller, number, until)["orders"])
    return seen


def lost(caller: Caller, seen: set[tuple[str, int]], until: int) -> int:
    """Orders still within the window whose version was never seen."""
    return sum(
        (order.external_id, int(order.updated_at)) not in seen
        for order in caller.box.truth(caller.root)
        if order.updated_at <= until
    )


@pytest.mark.parametrize("sort", ["create_desc", "update_desc", "update_asc", "create_asc"])
def test_reading_backwards_loses_nothing_reading_forwards_does(
    laike: Laike, sort: str
) -> None:
    losses = {}
    for read in (forward, backward):
        losses[read] = 0
        for seed in SEEDS:
            caller = laike(seed=seed, switches={"sort": sort})
            until = caller.now - 1
            caller.box.churn_per_call = 3
            losses[read] += lost(caller, read(caller, until), until)
    assert losses[backward] == 0
    assert losses[forward] > 5


# Changes ----------------------------------------------------


def test_orders_only_take_legal_steps(laike: Laike) -> None:
    caller = laike(orders=60)
    for _ in range(30):
        caller.box.clock.advance(7)
        caller.box.churn(20)
    stepped = 0
    for order in caller.box.truth(caller.root):
        for old, new in zip(order.versions, order.versions[1:], strict=False):
            assert new.status in LEGAL[old.status]
            assert old.updated_at <= new.updated_at
            assert new.paid == old.paid
            stepped += 1
    assert stepped > 400
    reached = {t.status for t in caller.box.truth(caller.root) if len(t.versions) > 1}
    assert reached >= {"200", "201", "1", "101"}


def test_churn_places_orders_too(laike: Laike) -> None:
    caller = laike(orders=20)
    caller.box.churn(50)
    assert 22 < caller.data()["page"]["total"] < 50


def test_churn_can_be_kept_to_one_merchant(laike: Laike) -> None:
    caller = laike(shops=2, orders=20)
    first, second = (account.external_id for account in caller.box.accounts())
    caller.box.churn(30, account=second)
    changed = [t for t in caller.box.truth(first) if len(t.versions) > 1]
    assert changed == []
    assert any(len(t.versions) > 1 for t in caller.box.truth(second))


def test_churn_per_call_follows_answered_lists_only(laike: Laike) -> None:
    caller = laike(orders=20)
    caller.box.churn_per_call = 5
    order_id = caller.box.truth(caller.root)[0].external_id
    before = told(caller.box.truth(caller.root))
    caller.orders(order_id=order_id)
    assert told(caller.box.truth(caller.root)) == before
    caller.orders()
    assert told(caller.box.truth(caller.root)) != before


def told(truth: list[TruthOrder]) -> list[tuple[str, int]]:
    return [(order.external_id, len(order.versions)) for order in truth]


def available(caller: Caller) -> Record:
    """An order with one voucher that can be used or refunded."""
    shop = caller.box.shops[caller.root]
    while True:
        record = shop.place()
        sale = record.latest.content["sale"]
        if sale.order_type == 21 and len(sale.units) == 1:
            shop.step(record, m.PAY)
            shop.step(record, m.ISSUE)
            return record


def row_of(caller: Caller, record: Record) -> Any:
    (row,) = caller.orders(order_id=record.id)
    return row


def test_a_voucher_is_refunded_by_way_of_100_300_301(laike: Laike) -> None:
    caller = laike(orders=1)
    shop, record = caller.box.shops[caller.root], available(caller)
    seen = [row_of(caller, record)]
    for move in (m.ASK_REFUND, m.REFUND):
        caller.box.clock.advance(60)
        shop.step(record, move)
        seen.append(row_of(caller, record))
    assert [r["certificate"][0]["item_status"] for r in seen] == [100, 300, 301]
    assert [r["order_status"] for r in seen] == [201, 201, 101]
    assert seen[2]["certificate"][0]["refund_amount"] == seen[0]["pay_amount"]
    assert [r["pay_amount"] for r in seen] == [seen[0]["pay_amount"]] * 3


def test_a_used_voucher_finishes_its_order(laike: Laike) -> None:
    caller = laike(orders=1)
    record = available(caller)
    caller.box.shops[caller.root].step(record, m.USE)
    row = row_of(caller, record)
    assert (row["order_status"], row["certificate"][0]["item_status"]) == (1, 401)


def test_a_times_card_stays_available_until_its_last_use(laike: Laike) -> None:
    caller = laike(orders=1)
    shop = caller.box.shops[caller.root]
    record = shop.place()
    while record.latest.content["sale"].order_type not in (51, 70):
        record = shop.place()
    shop.step(record, m.PAY)
    shop.step(record, m.ISSUE)
    statuses = []
    for _ in range(5):
        shop.step(record, m.USE)
        statuses.append(row_of(caller, record)["certificate"][0]["item_status"])
    assert statuses == [100, 100, 100, 100, 401]


@pytest.mark.parametrize(
    ("switch", "move"),
    [("refund_bumps", m.ASK_REFUND), ("use_bumps", m.USE), ("edit_bumps", m.EDIT)],
)
@pytest.mark.parametrize("position", ["yes", "no"])
def test_what_bumps_the_update_time_follows_the_switch(
    laike: Laike, switch: str, move: m.Move, position: str
) -> None:
    caller = laike(orders=1, switches={switch: position})
    record = available(caller)
    before = row_of(caller, record)
    caller.box.clock.advance(600)
    version = caller.box.shops[caller.root].step(record, move)
    after = row_of(caller, record)
    moved = after["update_order_time"] - before["update_order_time"]
    assert moved == (600 if position == "yes" else 0)
    assert after["update_order_time"] == version.updated_at
    assert version.visible_at == caller.now


def test_a_payment_always_bumps_the_update_time(laike: Laike) -> None:
    off = dict.fromkeys(("refund_bumps", "use_bumps", "edit_bumps"), "no")
    caller = laike(orders=1, switches=off)
    shop = caller.box.shops[caller.root]
    record = shop.place()
    caller.box.clock.advance(60)
    shop.step(record, m.PAY)
    assert row_of(caller, record)["update_order_time"] == caller.now


def test_two_edits_may_fall_into_one_second(laike: Laike) -> None:
    caller = laike(orders=50, twice=1.0)
    caller.box.clock.advance(5)
    caller.box.churn(30)
    pairs = [
        (old, new)
        for order in caller.box.truth(caller.root)
        for old, new in zip(order.versions, order.versions[1:], strict=False)
        if old.updated_at == new.updated_at == caller.now
    ]
    assert len(pairs) > 10


# Late, removed ----------------------------------------------------


def test_a_late_change_shows_late_and_keeps_its_stamp(laike: Laike) -> None:
    caller = laike(orders=20, late_probability=1.0, late_by=60.0)
    caller.box.clock.advance(100)
    caller.box.churn(10)
    hidden = [t for t in caller.box.truth(caller.root) if t.visible_at > caller.now]
    assert len(hidden) > 5
    assert all(t.updated_at == caller.now for t in hidden)
    stamped = {t.external_id: int(t.updated_at) for t in hidden}
    assert not stamped.items() & versions(caller.everything())
    caller.box.clock.advance(60)
    assert stamped.items() <= versions(caller.everything())


def test_a_removed_order_is_in_no_list_and_no_lookup(laike: Laike) -> None:
    caller = laike(orders=40, removes=1.0)
    everything = {row["order_id"] for row in caller.everything()}
    caller.box.churn(20)
    removed = {t.external_id for t in caller.box.truth(caller.root) if t.removed}
    assert len(removed) > 5
    left = {row["order_id"] for row in caller.everything()}
    assert everything - left == removed & everything
    assert not left & removed
    assert caller.orders(order_id=min(removed)) == []


def test_a_late_version_does_not_bring_a_removed_order_back(laike: Laike) -> None:
    caller = laike(orders=40, removes=0.5, late_probability=1.0, late_by=50.0)
    caller.box.churn(120)
    caller.box.clock.advance(100)
    removed = {t.external_id for t in caller.box.truth(caller.root) if t.removed}
    assert removed
    assert not removed & {row["order_id"] for row in caller.everything()}


# Truth, log, faults ----------------------------------------------------


def test_the_truth_is_what_the_wire_says(laike: Laike) -> None:
    caller = laike()
    caller.box.churn(200)
    told = {t.external_id: t for t in caller.box.truth(caller.root)}
    rows = caller.everything()
    assert len(rows) == len(told)
    for row in rows:
        order = told[row["order_id"]]
        assert order.status == str(row["order_status"])
        assert order.paid == row["pay_amount"]
        assert order.updated_at == row["update_order_time"]
        assert order.stream == "orders"
        assert order.versions[-1].status == order.status


def test_the_truth_of_catering_is_order_pay_amount(laike: Laike) -> None:
    caller = laike(business="catering")
    caller.path = "/goodlife/v1/akte/order/query/"
    told = {t.external_id: t.paid for t in caller.box.truth(caller.root)}
    rows = caller.everything()
    assert {row["order_id"]: row["order_pay_amount"] for row in rows} == told


def test_served_remembers_every_order_that_left(laike: Laike) -> None:
    caller = laike()
    assert caller.box.served == set()
    listed = {(caller.root, row["order_id"]) for row in caller.orders()}
    assert caller.box.served == listed
    other = next(
        t.external_id
        for t in caller.box.truth(caller.root)
        if (caller.root, t.external_id) not in listed
    )
    caller.orders(order_id=other)
    assert caller.box.served == listed | {(caller.root, other)}


def test_faults_stand_in_for_answers(laike: Laike) -> None:
    script = [
        Fault("busy", "orders.list", frozenset({1})),
        Fault("empty_page", "orders.list", frozenset({2})),
    ]
    caller = laike(faults=Faults(script))
    assert caller.refused() == 2100004
    assert caller.orders() == []
    assert len(caller.orders()) == 20


def test_the_box_tells_its_truth_through_its_own_door(laike: Laike) -> None:
    caller = laike(orders=5)
    caller.orders()
    told = json.loads(caller.box.handle(Request("GET", "/_sandbox/truth")).body)
    assert len(told["orders"][caller.root]) == len(told["served"]) == 5


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert script_of(7) == script_of(7)
    assert script_of(7) != script_of(8)


def script_of(seed: int) -> list[bytes]:
    clock = Clock(1_764_000_000.0)
    mischief: dict[str, Any] = {"late_probability": 0.3, "late_by": 9.0, "poison": 0.1}
    box = create(seed=seed, orders=60, clock=clock, **mischief, new_words=0.1, twice=0.2)
    box.churn_per_call = 4
    account = box.accounts()[0]
    app = {"client_key": account.app_key, "client_secret": account.app_secret}
    body = json.dumps({**app, "grant_type": "client_credential"}).encode()
    json_body = {"content-type": "application/json"}
    token = box.handle(Request("POST", "/oauth/client_token/", json_body, body))
    headers = {"access-token": json.loads(token.body)["data"]["access_token"]}
    answers = [token.body]
    for number in range(1, 6):
        clock.advance(3)
        query = f"account_id={account.external_id}&page_num={number}&page_size=15"
        path = f"/goodlife/v1/trade/order/query/?{query}"
        answers.append(box.handle(Request("GET", path, headers)).body)
    return answers
