"""Pages of orders: each row once and in order, whatever is asked for, along an index."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event

from hub_core.models import Order, OrderStatus
from hub_core.store import Store, pages, walks
from hub_core.store.pages import CHANGED, CREATED, SORTS, Wanted
from hub_core.store.reads import OrderFilter, StoredOrder

from .making import Hands, a_shop, an_order, at

SHOPS = walks.FEW + 2
STATES = tuple(OrderStatus)
PLACES = (None, "p1", "p2")


@pytest.fixture(scope="module")
def rng() -> random.Random:
    return random.Random(5)


@pytest.fixture
def shops(store: Store, rng: random.Random) -> list[int]:
    """More shops than are read one by one, with moments that many orders share."""
    ids = []
    for n in range(SHOPS):
        hands = Hands(store, a_shop(store, f"shop-{n}"))
        for batch in range(2):
            made = [_order(f"{n}-{batch}-{k}", rng) for k in range(4)]
            hands.write(*made, seconds=10 * rng.randrange(6))
        ids.append(hands.shop.id)
    return ids


def _order(name: str, rng: random.Random) -> Order:
    created = rng.choice((None, at(-60), at(-120), at(-180)))
    return an_order(
        name, channel_created_at=created, order_status=rng.choice(STATES),
        place_external_id=rng.choice(PLACES),
    )  # fmt: skip


def asked_for(shops: list[int], rng: random.Random) -> Wanted:
    some = rng.choice((None, *(rng.sample(shops, n) for n in (1, 3, walks.FEW, SHOPS))))
    equal = {}
    if rng.random() < 0.4:
        equal["order_status"] = rng.choice(STATES).value
    if rng.random() < 0.4:
        equal["place_external_id"] = rng.choice(("p1", "p2"))
    within: dict[str, Any] = {}
    if rng.random() < 0.4:
        within[CHANGED] = (at(10 * rng.randrange(6)), None)
    if rng.random() < 0.4:
        within[CREATED] = (at(-150), at(-60))
    return Wanted("orders", some, equal, within, rng.choice(SORTS), rng.random() < 0.5)


def walked(store: Store, wanted: Wanted, limit: int) -> Iterator[StoredOrder]:
    after = None
    while True:
        with store.reading() as connection:
            found = pages.page(connection, wanted, limit, after)
        assert len(found.rows) <= limit
        yield from found.rows  # type: ignore[misc]
        if (after := found.after) is None:
            return


def _fits(one: StoredOrder, wanted: Wanted, names: dict[int, str]) -> bool:
    value = one.values
    if one.shop not in {names[id] for id in wanted.shop_ids or names}:
        return False
    if any(value[name] != said for name, said in wanted.equal.items()):
        return False
    for name, (since, until) in wanted.within.items():
        moment = value[name]
        if moment is None or (since and moment < since) or (until and moment >= until):
            return False
    return True


def _sorted(found: list[tuple[int, StoredOrder]], wanted: Wanted) -> list[StoredOrder]:
    dated = [x for x in found if x[1].values[wanted.sort] is not None]
    rest = [x for x in found if x[1].values[wanted.sort] is None]
    dated.sort(key=lambda x: (x[1].values[wanted.sort], x[0]), reverse=wanted.descending)
    rest.sort(key=lambda x: x[0], reverse=wanted.descending)
    return [one for _, one in dated + rest]


def test_pages_have_every_row_once_and_in_order_whatever_is_asked_for(
    store: Store, shops: list[int], rng: random.Random
) -> None:
    names = {id: f"shop-{n}" for n, id in enumerate(shops)}
    everything = Wanted("orders", shops)
    with store.reading() as connection:
        keys = walks.keys(connection, everything, 1000)
        rows: Any = pages.page(connection, everything, 1000).rows
    every = list(zip([key for _, key in keys], rows, strict=True))
    assert len(every) == SHOPS * 8
    for _ in range(25):
        wanted = asked_for(shops, rng)
        expected = _sorted([x for x in every if _fits(x[1], wanted, names)], wanted)
        found = list(walked(store, wanted, rng.choice((5, 20, 50))))
        assert [o.uid for o in found] == [o.uid for o in expected], wanted


def test_the_newest_orders_are_given_with_the_undated_ones_last(
    store: Store, shops: list[int]
) -> None:
    with store.reading() as connection:
        found = pages.newest(connection, OrderFilter(), 1000)
        open_ones = pages.newest(connection, OrderFilter(shop="shop-3", status="open"), 9)
        nobody = pages.newest(connection, OrderFilter(shop="none"), 9)
    moments = [o.values[CREATED] for o in found]
    dated = [m for m in moments if m is not None]
    assert len(moments) == SHOPS * 8
    assert moments[: len(dated)] == sorted(dated, reverse=True)
    assert {(o.shop, o.values["order_status"]) for o in open_ones} <= {("shop-3", "open")}
    assert nobody == []


READS = re.compile("SEARCH|SCAN|USING|Scan")
AS_WELL = {"ix_orders_created": "ix_orders_newest"}
"""PostgreSQL takes the one or the other of a table as small as the test's."""
DEAR = ("seqscan", "bitmapscan", "sort", "incremental_sort")


def planned(connection: Any, statement: str, given: Any) -> list[str]:
    """The steps that read tables, sort or gather, in a database's own words."""
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
        return [row[3] for row in rows]
    for way in DEAR:
        connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
    rows = connection.exec_driver_sql(f"EXPLAIN (COSTS OFF) {statement}", given)
    return [row[0] for row in rows]


@pytest.mark.parametrize(
    ("of", "equal", "sort", "index"),
    [
        (SHOPS, {}, CHANGED, "ix_orders_changed"),
        (SHOPS, {}, CREATED, "ix_orders_newest"),
        (1, {}, CHANGED, "ix_orders_shop_changed"),
        (1, {}, CREATED, "ix_orders_created"),
        (1, {"order_status": "completed"}, CHANGED, "ix_orders_shop_changed"),
        (1, {"order_status": "open"}, CHANGED, "ix_orders_status"),
        (SHOPS, {"order_status": "completed"}, CHANGED, "ix_orders_status"),
        (SHOPS, {"place_external_id": "p1"}, CHANGED, "ix_orders_place"),
    ],
)
def test_a_page_deep_down_is_read_along_its_index_and_nothing_is_sorted(
    store: Store, of: int, equal: dict[str, str], sort: str, index: str
) -> None:
    """SQLite says of a statement what it will do, and without figures on the tables does
    the same whatever they hold. PostgreSQL, which weighs that, is told that any other way
    is dear: it takes one that is, where the index is not of the statement's order."""
    wanted = Wanted("orders", range(1, of + 1), equal, {}, sort, descending=True)
    said: list[tuple[str, Any]] = []

    def listen(connection: Any, cursor: Any, statement: str, given: Any, *_: Any) -> None:
        if "FROM orders" in statement:
            said.append((statement, given))

    with store.reading() as connection:
        event.listen(store.engine, "before_cursor_execute", listen)
        walks.keys(connection, wanted, 101, (at(0), 5))
        plan = planned(connection, *said[0])
    found = [step for step in plan if READS.search(step)]
    fit = {index} if store.engine.dialect.name == "sqlite" else {index, AS_WELL.get(index)}
    assert [any(name and name in step for name in fit) for step in found] == [True], plan
    assert not any("Sort" in step for step in plan), plan
