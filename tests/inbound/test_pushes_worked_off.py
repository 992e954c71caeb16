"""Hazards W1 to W5 and W11: whatever comes, in whatever order, the store ends in the truth.

`CHANNEL_HUB_PUSH_ORDERS=720` has all orders of six events.
"""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub_core.inbound import Inbound, WorkedOff, work_off
from hub_core.inbound.working import BACKOFF
from hub_core.sandbox import Fault
from hub_core.store import streams
from tests import databases
from tests.harness import NOON, Bench, bench
from tests.inbound.pushing import CHANNEL, Pusher, push

ACTIONS = ("verify", "verify_cancel", "refund_success")


@pytest.fixture
def kind() -> str:
    return databases.KEPT.kind


@pytest.fixture
def shop(joined: Bench) -> Any:
    """The box's side of the shop."""
    platform: Any = joined.platform
    return platform.shops[joined.platform.accounts()[0].external_id]


def step(joined: Bench, shop: Any, record: Any) -> None:
    """Something happens to the order, a second later."""
    joined.platform.clock.advance(1)
    shop.step(record)


def worked_off(joined: Bench) -> list[WorkedOff]:
    """All that is due, step by step."""
    found = []
    while (done := work_off(joined.hub, joined.clock.now())).taken:
        found.append(done)
        if done.busy or done.failed:
            joined.platform.clock.advance(60)
    return found


def test_w2_a_push_makes_its_order_be_read_and_repeats_make_nothing(
    joined: Bench, shop: Any, pusher: Pusher
) -> None:
    record = shop.place()
    step(joined, shop, record)
    body = pusher.order_event(record.id, joined.platform.clock.now())
    assert [pusher.send(body, message).status for message in ("a", "a", "b")] == [200] * 3

    (done,) = worked_off(joined)

    assert (done.done, done.fetched, len(pusher.inbound.pushes())) == (1, 1, 1)
    account = pusher.account
    assert set(joined.stored(account.name)) == {record.id}
    seq = joined.hub.position()
    joined.platform.clock.advance(5)
    assert pusher.send(body, "another id").status == 200
    assert worked_off(joined) == []
    assert joined.hub.position() == seq


def test_pushes_of_one_order_share_a_call(joined: Bench, shop: Any, pusher: Pusher) -> None:
    record = shop.place()
    for n in range(7):
        pusher.send(pusher.order_event(record.id, joined.platform.clock.now() + n))

    before = len(joined.platform.log.entries)
    (done,) = worked_off(joined)

    assert (done.done, done.fetched) == (7, 1)
    calls = [e.operation for e in joined.platform.log.entries[before:]]
    assert calls.count("orders.get") == 1


@dataclass
class Story:
    """One order, the five things that happen to it, and the order their pushes come in."""

    record: Any
    turns: tuple[int, ...]
    happened: int = 0
    bodies: list[bytes] = field(default_factory=list)


@pytest.fixture
def stories(joined: Bench, shop: Any) -> list[Story]:
    count = int(os.environ.get("CHANNEL_HUB_PUSH_ORDERS", "120"))
    steps = 5 if count <= 120 else 6
    turns = list(itertools.permutations(range(steps)))
    return [Story(shop.place(), turn) for turn in turns]


def test_w4_w5_all_orders_of_five_events_end_in_the_truth(
    joined: Bench, shop: Any, pusher: Pusher, stories: list[Story]
) -> None:
    """120 orders, each with its own order of arrival; each push comes once to three
    times, and before it comes all has happened that it tells of. Pulls come between."""
    rng = random.Random(5)
    seen: dict[str, str] = {}
    for turn in range(len(stories[0].turns)):
        for story in stories:
            while story.happened <= story.turns[turn]:
                shop.step(story.record)
                at = joined.platform.clock.now()
                event = ACTIONS[story.happened % 3]
                story.bodies.append(pusher.certificate_event(event, story.record.id, at))
                story.happened += 1
            for _ in range(rng.choice((1, 1, 1, 2, 3))):
                pusher.send(story.bodies[story.turns[turn]])
        joined.platform.clock.advance(1)
        if turn % 2:
            assert [o.error for o in joined.hub.sync()] == [None]
        work_off(joined.hub, joined.clock.now(), limit=70)
        seen = never_backwards(joined, pusher.account.name, seen)
    joined.platform.clock.advance(60)  # some wait for the list to be read again
    worked_off(joined)

    assert set(pusher.answers) == {200}
    known = {s.record.id: s for s in stories}
    stored = joined.stored(pusher.account.name)
    assert set(known) <= set(stored)
    wrong = [x for x in joined.lost(pusher.account) if x.split(":")[0] in known]
    assert wrong == []
    assert joined.doubled(pusher.account) == []
    assert {p.state for p in pusher.inbound.pushes(limit=10_000)} == {"done"}


def never_backwards(joined: Bench, name: str, before: dict[str, str]) -> dict[str, str]:
    """When each order last changed, as stored; none is older than it was."""
    found = {
        o.values["external_id"]: o.values["channel_updated_at"]
        for o in joined.hub.orders(limit=10_000)
        if o.shop == name
    }
    assert [id for id, at in before.items() if found[id] < at] == []
    return found


def test_w1_every_push_is_lost(joined: Bench, shop: Any, pusher: Pusher) -> None:
    for _ in range(30):
        record = shop.place()
        step(joined, shop, record)
    joined.platform.clock.advance(600)

    assert [o.error for o in joined.hub.sync()] == [None]

    assert joined.lost(pusher.account) == []
    assert pusher.inbound.pushes() == []


def test_a_use_wakes_the_list_of_redemptions(
    joined: Bench, shop: Any, pusher: Pusher
) -> None:
    pusher.send(pusher.certificate_event("verify", shop.place().id, NOON))
    (done,) = worked_off(joined)
    assert done.wake == {(pusher.account.name, "redemptions")}


@pytest.fixture
def two_shops(tmp_path: Path) -> Iterator[Bench]:
    how: dict[str, Any] = {"shops": 2, "kinds": ("orders", "products")}
    with bench(CHANNEL, tmp_path, orders=10, **how) as made:
        yield made


def test_a_product_event_names_no_shop(two_shops: Bench) -> None:
    """Each shop of the app is asked while none is known to have it; then that one."""
    inbound = Inbound(two_shops.hub)
    first, second = two_shops.platform.accounts()
    product = two_shops.platform.records(second.external_id, "product")[0].external_id
    calls = []
    for n in range(2):
        content = {"product_id": product, "status": "GOODS_OFFLINE"}
        body = push("life_product_status_change", first.app_key, content)
        assert Pusher(inbound, first).send(body, str(n)).status == 200
        before = len(two_shops.platform.log.entries)
        (done,) = worked_off(two_shops)
        assert done.done == 1
        log = two_shops.platform.log.entries[before:]
        calls.append(len({e.account for e in log if e.operation.startswith("products")}))
    inbound.close()

    assert calls == [2, 1]
    stored = two_shops.hub.records("products")
    assert [(r.shop, r.values["external_id"]) for r in stored] == [(second.name, product)]


def test_w11_another_shop_is_kept_and_touches_nobody(
    joined: Bench, shop: Any, pusher: Pusher
) -> None:
    """Signed by the app, of an account that is no shop of it."""
    order = {"order_id": shop.place().id, "account_id": "7999999999999999999"}
    for n in range(2):
        content = {"action": "pay_success", "msg_time": int(NOON) + n, "order": order}
        body = push("life_trade_order_notify", pusher.account.app_key, content)
        assert pusher.send(body).status == 200
        done = worked_off(joined)
        assert [d.no_shop for d in done] == [1]

    assert joined.stored(pusher.account.name) == {}
    told = [i.text for i in joined.hub.incidents() if i.kind == "push_no_shop"]
    assert len(told) == 1
    assert "7999999999999999999" in told[0]
    (trouble,) = pusher.inbound.troubles()
    assert (trouble.key, trouble.text) == (
        "push_no_shop",
        "2 条推送属于尚未接入的店铺",
    )
    assert pusher.inbound.again() == 2


def test_an_event_nobody_knows_is_kept_and_shown(joined: Bench, pusher: Pusher) -> None:
    body = push("life_something_new", pusher.account.app_key, {"poi_id": "7"})
    assert pusher.send(body).status == 200
    (done,) = worked_off(joined)
    assert done.unheeded == 1
    assert [p.state for p in pusher.inbound.pushes()] == ["unheeded"]


def test_a_stream_that_is_read_just_now_is_waited_for(
    joined: Bench, shop: Any, pusher: Pusher
) -> None:
    record, store = shop.place(), joined.hub.store
    pusher.send(pusher.order_event(record.id, NOON))
    with store.writing() as connection:
        of = joined.hub.shop(pusher.account.name)
        lease = streams.take_lease(connection, of.id, "orders", "somebody else", 60)
    assert lease is not None

    assert [d.busy for d in (work_off(joined.hub, joined.clock.now()),)] == [1]
    assert work_off(joined.hub, joined.clock.now()).taken == 0, "it waits a moment"
    with store.writing() as connection:
        streams.free_lease(connection, lease)
    joined.platform.clock.advance(3)
    assert work_off(joined.hub, joined.clock.now()).done == 1
    assert [p.attempts for p in pusher.inbound.pushes()] == [0]


def test_what_the_platform_does_not_have_is_asked_for_again_and_then_parked(
    joined: Bench, pusher: Pusher
) -> None:
    pusher.send(pusher.order_event("1000000000000099999", NOON))
    for wait in BACKOFF:
        assert work_off(joined.hub, joined.clock.now()).failed == 1
        assert work_off(joined.hub, joined.clock.now()).taken == 0
        joined.platform.clock.advance(wait.total_seconds() + 1)
    assert work_off(joined.hub, joined.clock.now()).parked == 1

    assert [p.state for p in pusher.inbound.pushes()] == ["parked"]
    assert [i.kind for i in joined.hub.incidents()] == ["push_parked"]
    assert [t.key for t in pusher.inbound.troubles()] == ["push_parked"]


def test_a_platform_that_is_down_costs_no_push(
    joined: Bench, shop: Any, pusher: Pusher
) -> None:
    records = [shop.place() for _ in range(5)]
    for record in records:
        pusher.send(pusher.order_event(record.id, NOON))
    joined.platform.faults.script.append(Fault("http_503"))
    assert work_off(joined.hub, joined.clock.now()).failed == 5
    joined.platform.faults.script.clear()
    joined.platform.clock.advance(600)
    worked_off(joined)
    assert set(joined.stored(pusher.account.name)) == {r.id for r in records}


def test_single_records_say_nothing_of_their_stream(
    joined: Bench, shop: Any, pusher: Pusher
) -> None:
    """A list nobody reads any more is stale, however many pushes come."""
    joined.hub.sync()
    (before,) = joined.hub.coverage()
    joined.platform.clock.advance(3600)
    pusher.send(pusher.order_event(shop.place().id, joined.platform.clock.now()))
    worked_off(joined)
    (after,) = joined.hub.coverage()
    assert (after.last_ok_at, after.cursor_at) == (before.last_ok_at, before.cursor_at)


def test_retention_leaves_what_waits(joined: Bench, shop: Any, pusher: Pusher) -> None:
    pusher.send(pusher.order_event(shop.place().id, NOON))
    worked_off(joined)
    pusher.send(pusher.order_event(shop.place().id, NOON))
    assert pusher.inbound.purge(joined.clock.now() + timedelta(days=13)) == 0
    assert pusher.inbound.purge(joined.clock.now() + timedelta(days=15)) == 1
    assert [p.state for p in pusher.inbound.pushes()] == ["waiting"]


def test_nobodys_data_stands_open_in_the_inbox(joined: Bench, pusher: Pusher) -> None:
    """A third party's code is worth money; it is sealed, and opens again."""
    from hub_core.store import inbox

    body = pusher.certificate_event("verify", "1000000000000000001", NOON)
    pusher.send(body)
    store = joined.hub.store
    with store.reading() as connection:
        (row,) = connection.exec_driver_sql("SELECT * FROM inbox").all()
        assert "secret-code" not in repr(tuple(row))
        assert inbox.body(connection, row.id, store.vault) == body
