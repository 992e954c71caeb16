"""The change feed: in the order of commits, without a place where a reader could fall."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection

from hub_core.store import Store, feed, reads
from hub_core.store.engine import at_last
from tests.store.making import Hands, a_shop, an_order, at


def test_d5_sequence_gap(store: Store) -> None:
    """A takes its numbers and sleeps; B commits; a reader; A commits; a reader."""
    slow, quick = (Hands(store, a_shop(store, name)) for name in ("slow", "quick"))
    slow.write(an_order("S1"))
    numbers_taken, may_commit = threading.Event(), threading.Event()
    read: list[int] = []

    def page() -> None:
        read.extend(c.seq for c in slow.changes(after=read[-1] if read else 0))

    def sleep(connection: Connection) -> None:
        numbers_taken.set()
        assert may_commit.wait(30)

    def sleep_on_it() -> None:
        with store.writing() as connection:
            feed.append(connection, slow.shop.id, "order", [(1, "order.changed")], at(1))
            at_last(connection, ("feed", "then"), sleep)

    with ThreadPoolExecutor(2) as pool:
        a = pool.submit(sleep_on_it)
        assert numbers_taken.wait(30)
        page()
        b = pool.submit(quick.write, an_order("Q1"))
        page()
        may_commit.set()
        a.result(30)
        page()
        b.result(30)
    page()
    assert read == [1, 2, 3]


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_who_writes_for_long_keeps_nobody_waiting(store: Store) -> None:
    """The feed has one row that every commit writes to: it is written to last."""
    slow, quick = (Hands(store, a_shop(store, name)) for name in ("slow", "quick"))
    with store.writing() as connection:
        feed.append(connection, slow.shop.id, "order", [(1, "order.changed")], at(1))
        with ThreadPoolExecutor(1) as pool:
            pool.submit(quick.write, an_order("Q1")).result(30)
        assert [c.seq for c in quick.changes()] == [1]
    assert [(c.seq, c.shop) for c in quick.changes()] == [(1, "quick"), (2, "slow")]


def test_readers_beside_many_writers_skip_nothing(store: Store) -> None:
    writers = [Hands(store, a_shop(store, f"s{n}")) for n in range(4)]
    read: list[int] = []
    done = threading.Event()

    def write(hands: Hands) -> None:
        for n in range(25):
            hands.write(*(an_order(f"A{n}-{m}") for m in range(3)))

    def follow() -> None:
        while True:
            last = done.is_set()
            with store.reading() as connection:
                found = feed.changes(connection, read[-1] if read else 0, 7)
            read.extend(c.seq for c in found)
            if last and not found:
                return

    with ThreadPoolExecutor(5) as pool:
        reader = pool.submit(follow)
        for one in [pool.submit(write, hands) for hands in writers]:
            one.result(60)
        done.set()
        reader.result(60)
    assert read == list(range(1, 301))


def test_what_is_rolled_back_leaves_no_gap(hands: Hands) -> None:
    hands.write(an_order("A1"))
    try:
        with hands.store.writing() as connection:
            feed.append(connection, hands.shop.id, "order", [(1, "order.changed")], at(1))
            raise InterruptedError
    except InterruptedError:
        pass
    hands.write(an_order("A2"))
    assert [c.seq for c in hands.changes()] == [1, 2]
    with hands.store.reading() as connection:
        assert feed.last_seq(connection) == 2


def test_an_order_knows_its_own_events(hands: Hands) -> None:
    hands.write(an_order("A1", 0), an_order("A2", 0))
    hands.write(an_order("A2", 5))
    with hands.store.reading() as connection:
        ((order_id, _),) = reads.find_order(connection, "A2")
        events = feed.events_of(connection, "order", order_id)
    assert [(seq, kind) for seq, _, kind in events] == [
        (2, "order.created"),
        (3, "order.changed"),
    ]
