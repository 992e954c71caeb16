"""Many pushes of one shop: its list brings them, nobody else waits, and nothing is taken
for news that was asked for before it happened."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event

from hub_core.inbound import Inbound, WorkedOff
from hub_core.inbound.bursts import MANY, PATIENCE
from hub_core.store import streams
from hub_core.testing.bridge import platform_transport
from tests import databases
from tests.harness import Bench, bench
from tests.inbound.pushing import CHANNEL, Pusher

BURST = 500


@pytest.fixture
def kind() -> str:
    return databases.KEPT.kind


@pytest.fixture
def shop(joined: Bench) -> Any:
    """The box's side of the shop, which has been read up to now."""
    joined.hub.sync()
    return side(joined)


def side(made: Bench, number: int = 0) -> Any:
    platform: Any = made.platform
    return platform.shops[made.platform.accounts()[number].external_id]


def placed(made: Bench, shop: Any, pusher: Pusher, many: int) -> list[str]:
    """So many orders come, and a push of each."""
    ids = [shop.place().id for _ in range(many)]
    told(made, pusher, ids)
    return ids


def told(made: Bench, pusher: Pusher, ids: list[str]) -> None:
    at = made.platform.clock.now()
    assert {pusher.send(pusher.order_event(id, at)).status for id in ids} == {200}


def stepped(made: Bench, inbound: Inbound) -> WorkedOff:
    return inbound.work_off(made.clock.now())


def worked_off(made: Bench, inbound: Inbound) -> list[WorkedOff]:
    """Steps until nothing is due."""
    found = []
    while (done := stepped(made, inbound)).taken:
        found.append(done)
    return found


def states(inbound: Inbound) -> set[str]:
    return {push.state for push in inbound.pushes(limit=10_000)}


def calls(made: Bench, since: int) -> list[str]:
    return [entry.operation for entry in made.platform.log.entries[since:]]


# A burst -----------------------------------------------------------------------------


def test_a_giants_burst_is_brought_by_its_list(
    joined: Bench, shop: Any, inbound: Inbound, pusher: Pusher
) -> None:
    ids = placed(joined, shop, pusher, BURST)
    before = len(joined.platform.log.entries)

    joined.platform.clock.advance(11)
    (first,) = worked_off(joined, inbound)
    assert first.wake == {(pusher.account.name, "orders")}
    assert (first.fetched, first.done) == (0, 0)
    joined.platform.clock.advance(20)
    joined.hub.sync()
    steps = worked_off(joined, inbound)

    assert sum(step.done for step in steps) == BURST
    assert states(inbound) == {"done"}
    assert set(ids) <= set(joined.stored(pusher.account.name))
    assert calls(joined, before).count("orders.get") == 0
    assert len(calls(joined, before)) < BURST / 20


def test_a_few_pushes_are_fetched_at_once(
    joined: Bench, shop: Any, inbound: Inbound, pusher: Pusher
) -> None:
    placed(joined, shop, pusher, MANY)
    joined.platform.clock.advance(1)
    assert stepped(joined, inbound).done == MANY


def test_those_that_a_list_brought_are_done_though_nobody_claimed_them(
    joined: Bench, shop: Any, inbound: Inbound, pusher: Pusher
) -> None:
    """More come all the while, so that those that are there never have their turn."""
    placed(joined, shop, pusher, 3 * MANY)
    joined.platform.clock.advance(3)
    stepped(joined, inbound)
    joined.hub.sync()
    placed(joined, shop, pusher, MANY)
    assert inbound.work_off(joined.clock.now(), limit=1).done == 3 * MANY


@pytest.mark.parametrize("is_read", [True, False], ids=["read", "not read"])
def test_what_its_list_does_not_bring_is_fetched_by_id(
    is_read: bool, joined: Bench, shop: Any, inbound: Inbound, pusher: Pusher
) -> None:
    """It has nothing new of them, or nobody reads it."""
    ids = [shop.place().id for _ in range(2 * MANY)]
    joined.platform.clock.advance(600)
    joined.hub.sync()
    joined.platform.clock.advance(10)
    told(joined, pusher, ids)
    assert stepped(joined, inbound).fetched == 0

    joined.platform.clock.advance(240 if is_read else PATIENCE.total_seconds() - 20)
    if not is_read:
        assert stepped(joined, inbound).fetched == 0, "there is time yet"
        joined.platform.clock.advance(20)
    else:
        joined.hub.sync()
    steps = worked_off(joined, inbound)

    assert sum(step.fetched for step in steps) == len(ids)
    assert states(inbound) == {"done"}


def test_a_list_that_is_far_behind_is_not_waited_for(
    joined: Bench, shop: Any, inbound: Inbound, pusher: Pusher
) -> None:
    joined.platform.clock.advance(3600)
    placed(joined, shop, pusher, 2 * MANY)
    assert stepped(joined, inbound).done == 2 * MANY


# Beside a giant ------------------------------------------------------------------------


@pytest.fixture
def two_shops(tmp_path: Path) -> Iterator[Bench]:
    with bench(CHANNEL, tmp_path, orders=10, shops=2) as made:
        yield made


@pytest.mark.parametrize("is_read", [True, False], ids=["read", "never read"])
def test_a_small_shop_does_not_wait_behind_a_giant(is_read: bool, two_shops: Bench) -> None:
    inbound = Inbound(two_shops.hub)
    giant, small = map(Pusher, [inbound] * 2, two_shops.platform.accounts())
    if is_read:
        two_shops.hub.sync()
    placed(two_shops, side(two_shops), giant, 210)  # more than one step takes
    (id,) = placed(two_shops, side(two_shops, 1), small, 1)

    stepped(two_shops, inbound)

    assert id in two_shops.stored(small.account.name)
    inbound.close()


class Held(httpx.BaseTransport):
    """The first call after `hold` has no answer until it is let go."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner, self._lock = inner, threading.Lock()
        self.hold, self.held = False, threading.Event()
        self.let_go = threading.Event()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            mine, self.hold = self.hold, False
        if mine:
            self.held.set()
            assert self.let_go.wait(20)
        return self._inner.handle_request(request)


def test_an_app_whose_calls_wait_holds_up_no_other(tmp_path: Path) -> None:
    lines: list[Held] = []

    def served(platform: Any) -> Held:
        lines.append(Held(platform_transport(platform)))
        return lines[-1]

    with bench(CHANNEL, tmp_path, orders=4, shops=2, served=served) as made:
        made.hub.sync()
        inbound, ending = Inbound(made.hub), threading.Event()
        slow, other = map(Pusher, [inbound] * 2, made.platform.accounts())
        told: queue.Queue[WorkedOff] = queue.Queue()
        (line,) = lines
        line.hold = True
        (waits,) = placed(made, side(made), slow, 1)
        inbound.work_on(told.put, ending)
        assert line.held.wait(10)

        (id,) = placed(made, side(made, 1), other, 1)
        inbound.work_on(told.put, ending)

        assert (told.get(timeout=10).done, told.get(timeout=10).taken) == (1, 0)
        assert id in made.stored(other.account.name)
        assert waits not in made.stored(slow.account.name)
        line.let_go.set()
        assert (told.get(timeout=10).done, told.get(timeout=10).taken) == (1, 0)
        assert waits in made.stored(slow.account.name)
        inbound.close()


def test_pushes_of_a_stream_that_is_being_read_are_put_off_together(
    joined: Bench, shop: Any, inbound: Inbound, pusher: Pusher
) -> None:
    placed(joined, shop, pusher, MANY)
    statements: list[str] = []
    store = joined.hub.store
    with store.writing() as connection:
        of = joined.hub.shop(pusher.account.name)
        streams.take_lease(connection, of.id, "orders", "somebody else", 60)

    def note(*given: Any) -> None:
        statements.append(given[2])

    event.listen(store.engine, "before_cursor_execute", note)
    waits = []
    for _ in range(40):
        if (done := stepped(joined, inbound)).busy:
            assert done.busy == MANY
            waits.append(joined.platform.clock.now())
        joined.platform.clock.advance(1)
    event.remove(store.engine, "before_cursor_execute", note)

    changes = [one for one in statements if one.startswith("UPDATE inbox")]
    assert len(changes) == 2 * len(waits), "one that claims, one that puts off"
    pauses = [b - a for a, b in pairwise(waits)]
    assert pauses == sorted(pauses)
    assert pauses[0] <= 2.5 < pauses[-1] <= 15


# What is no news -----------------------------------------------------------------------


class Between(httpx.BaseTransport):
    """Something happens after a list was asked for and before its answer comes."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self.happens: Callable[[], None] | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._inner.handle_request(request)
        if self.happens and "order/query" in request.url.path:
            happens, self.happens = self.happens, None
            happens()
        return response


@pytest.mark.parametrize("late", [0.0, 30.0], ids=["at once", "after a while"])
def test_a_page_asked_for_before_a_push_came_does_not_confirm_it(
    late: float, tmp_path: Path
) -> None:
    lines: list[Between] = []

    def served(platform: Any) -> Between:
        lines.append(Between(platform_transport(platform)))
        return lines[-1]

    with bench(CHANNEL, tmp_path, orders=10, served=served) as made:
        made.hub.sync()
        inbound, shop = Inbound(made.hub), side(made)
        pusher = Pusher(inbound, made.platform.accounts()[0])
        made.platform.clock.advance(60)
        record = shop.place()
        made.platform.clock.advance(5)
        happened = []

        def happens() -> None:
            shop.step(record)
            told(made, pusher, [record.id])
            made.platform.clock.advance(late)
            happened.append(made.stored(pusher.account.name).get(record.id))

        lines[0].happens = happens
        made.hub.sync()
        assert happened == [None]
        assert record.id in made.stored(pusher.account.name)

        made.platform.clock.advance(5)
        (done,) = worked_off(made, inbound)

        assert (done.done, done.fetched) == (1, 1)
        assert made.lost(pusher.account) == []
        inbound.close()


def test_what_was_read_after_a_push_came_takes_no_call(
    joined: Bench, shop: Any, inbound: Inbound, pusher: Pusher
) -> None:
    placed(joined, shop, pusher, 3)
    joined.platform.clock.advance(3)
    joined.hub.sync()
    before = len(joined.platform.log.entries)
    assert (stepped(joined, inbound).done, calls(joined, before)) == (3, [])
