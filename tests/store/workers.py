"""What the tests' other processes do: `python -m tests.store.workers WHAT …`."""

from __future__ import annotations

import itertools
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import event

from hub_core.errors import LeaseLost
from hub_core.store import Store, notes, streams
from hub_core.store.engine import connect
from hub_core.store.journal import JournalBuffer
from hub_core.store.moving import move
from hub_core.store.schema import upgrade
from hub_core.store.shops import Shop, shops
from hub_core.store.streams import Lease, Proof
from hub_core.sync import Counts
from hub_core.sync.ledger import Batch, Ledger
from hub_core.wire import Fetched
from tests.store.making import KEY, NOON, Hands, an_order, at


def a_ledger(store: Store, shop: Shop, lease: Lease) -> Ledger:
    return Ledger(
        store, shop.owner, lease, timedelta(hours=6), lambda: NOON, Counts(),
        JournalBuffer(),
    )  # fmt: skip


def a_proof(since: float = 0, until: float = 60) -> Proof:
    return Proof(at(since), at(until), "complete", "one page")


def fetched(external_id: str, updated: float = 0) -> Fetched:
    order = an_order(external_id, updated)
    return Fetched(order, {"id": external_id})


def take(url: str, shop_id: str, holder: str) -> None:
    """Ask for the lease once and say what came of it."""
    store = Store.open(url, KEY)
    with store.writing() as connection:
        lease = streams.take_lease(connection, int(shop_id), "orders", holder, 60)
    print("refused" if lease is None else "taken")  # noqa: T201


def zombie(url: str, shop_id: str) -> None:
    """Take a short lease, be frozen by the test, wake, and try to write old news."""
    store = Store.open(url, KEY)
    with store.writing() as connection:
        lease = streams.take_lease(connection, int(shop_id), "orders", "zombie", 0.5)
        (shop,) = shops(connection)
    assert lease is not None
    print("ready", flush=True)  # noqa: T201
    time.sleep(1.0)
    try:
        batch = Batch([fetched("A1", 0)])
        a_ledger(store, shop, lease).commit(batch, proof=a_proof(), cursor=at(120))
    except LeaseLost:
        print("LeaseLost")  # noqa: T201


def open_it(url: str) -> None:
    """Open the database, which may be new."""
    Store.open(url, KEY).close()
    print("open")  # noqa: T201


def migrate(url: str, until: str) -> None:
    """Make the tables, and be killed at the n-th statement or right before the commit."""
    engine, statements = connect(url), itertools.count(1)

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def count(*_: object) -> None:
        if str(next(statements)) == until:
            die()

    event.listen(engine, "after_cursor_execute", count)
    if until == "commit":
        event.listen(engine, "commit", die)
    upgrade(engine)


def move_it(source: str, target: str, until: str) -> None:
    """Move a store, and be killed at the n-th statement of the target or before its
    commit."""
    old, new, statements = connect(source), connect(target), itertools.count(1)

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def count(*_: object) -> None:
        if str(next(statements)) == until:
            die()

    event.listen(new, "after_cursor_execute", count)
    if until == "commit":
        event.listen(new, "commit", die)
    move(old, new)


def keep(url: str, durable: str) -> None:
    """Write something, durably or not, and say so right after it.

    The log's own head is synced once, with the first write.
    """
    store = Store.open(url, KEY)
    with store.writing() as connection:
        notes.incident(connection, "test", "first", at=NOON)
    os.write(1, b"begin\n")
    with store.writing(durable=durable == "durable") as connection:
        notes.incident(connection, "test", "kept", at=NOON)
    os.write(1, b"kept\n")
    store.close()


def fill(url: str, shop_id: str, name: str, batches: str) -> None:
    """Store batches of orders, ten in each."""
    store = Store.open(url, KEY)
    with store.reading() as connection:
        (shop,) = [s for s in shops(connection) if str(s.id) == shop_id]
    hands = Hands(store, shop)
    for n in range(int(batches)):
        hands.write(*(an_order(f"{name}-{n}-{m}") for m in range(10)))
    store.close()
    print("filled")  # noqa: T201


WORK: dict[str, Callable[..., None]] = {
    "take": take,
    "zombie": zombie,
    "open": open_it,
    "migrate": migrate,
    "move": move_it,
    "keep": keep,
    "fill": fill,
}

if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    WORK[what](*arguments)
