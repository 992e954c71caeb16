"""Who writes the same rows as others waits for them, and never they for him as well."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text

from hub_core.store import Store, bulk, notes, parked, records
from hub_core.store.again import counted
from hub_core.store.kinds import ORDER
from hub_core.store.records import Source
from hub_core.store.tables import OrderRow, StreamRow
from hub_core.wire import Fetched, Misread
from tests.store.making import Hands, a_shop, an_order, at, rows_of

WRITERS, ROUNDS = 6, 20
NAMES = [f"A{n}" for n in range(12)]
WORDS = [("status", f"word {n}") for n in range(6)]

pytestmark = pytest.mark.parametrize("kind", ["postgresql"], indirect=True)


def deadlocks(store: Store) -> int:
    query = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    with store.reading() as connection:
        return int(connection.execute(text(query)).scalar_one())


def begun_again() -> int:
    """How often this process began work again that was broken off in a deadlock."""
    return counted().get("deadlock", 0)


def together(writers: int, work: object) -> None:
    with ThreadPoolExecutor(writers) as pool:
        for one in [pool.submit(work, n) for n in range(writers)]:  # type: ignore[arg-type]
            one.result(120)


def test_streams_of_the_same_shops_that_write_the_same_records(store: Store) -> None:
    """All that one commit of a reading touches, in whatever order its rows came."""
    shops = [a_shop(store, name) for name in ("east", "west")]
    before = begun_again()

    def write(number: int) -> None:
        chance = random.Random(number)
        for n in range(ROUNDS):
            hands = Hands(store, chance.choice(shops))
            names = chance.sample(NAMES, 8)
            _commit(hands, chance, names, number * ROUNDS + n)

    def _commit(
        hands: Hands, chance: random.Random, names: list[str], updated: float
    ) -> None:
        stream, shop = chance.choice(("orders", "unpaid")), hands.shop.id
        misread = [Misread(name, "odd", {"id": name}) for name in names[:3]]
        fetched = [Fetched(an_order(name, updated), {"id": name}) for name in names[3:]]
        source = Source("orders", "orders_v1", None, at(updated))
        with store.writing() as connection:
            seen = {word: 1 for word in chance.sample(WORDS, 3)}
            notes.drift(connection, "jd", "orders_v1", seen, at(updated))
            if chance.random() < 0.7:
                records.write_records(
                    connection, ORDER, hands.shop.owner, source, fetched, store.vault
                )
                parked.resolve(connection, shop, ["orders", "unpaid"], names[3:], at(1))
            parked.park(
                connection, shop, stream, misread, shape="orders_v1", journal_id=None,
                at=at(updated), vault=store.vault,
            )  # fmt: skip
            records.postpone_reread(connection, ORDER, shop, names, at(updated + 60))
            again = {word: 1 for word in chance.sample(WORDS, 3)}
            notes.drift(connection, "jd", "orders_v1", again, at(updated))

    together(WRITERS, write)
    found = [(row.shop_id, row.external_id) for row in rows_of(store, OrderRow)]
    assert len(found) == len(set(found)) <= len(NAMES) * len(shops)
    with store.reading() as connection:
        drift = connection.execute(text("SELECT sum(rows) FROM drift")).scalar_one()
    assert drift == WRITERS * ROUNDS * 6
    assert (deadlocks(store), begun_again() - before) == (0, 0)


@pytest.mark.parametrize("count", [20, 200])
def test_changes_of_many_rows_in_whatever_order_they_are_given(
    store: Store, count: int
) -> None:
    hands = Hands(store, a_shop(store))
    hands.write(*(an_order(f"B{n:03}") for n in range(count)))
    ids = [row.id for row in rows_of(store, OrderRow)]

    def change(number: int) -> None:
        chance = random.Random(number)
        for n in range(ROUNDS // 2):
            with store.writing() as connection:
                mine = chance.sample(ids, count)
                columns = {"status_raw": [f"{number} {n}" for _ in mine]}
                bulk.update(connection, OrderRow, mine, columns)

    together(WRITERS, change)
    assert len({row.status_raw for row in rows_of(store, OrderRow)}) == 1
    assert deadlocks(store) == 0


def test_pushes_that_come_to_two_receivers_at_once(store: Store) -> None:
    stream = StreamRow(shop_id=1, name="x").model_dump(exclude={"id"})
    met = threading.Barrier(WRITERS)

    def put(number: int) -> None:
        chance = random.Random(number)
        for n in range(ROUNDS):
            names = chance.sample([f"{n}-{m}" for m in range(100)], 100)
            met.wait(20)
            columns = {k: [v for _ in names] for k, v in stream.items()} | {"name": names}
            with store.writing() as connection:
                bulk.insert(connection, StreamRow, columns, unless_there=True)

    together(WRITERS, put)
    with store.reading() as connection:
        found = connection.execute(select(StreamRow.__table__.c.name)).scalars().all()  # type: ignore[attr-defined]
    assert len(found) == ROUNDS * 100
    assert deadlocks(store) == 0
