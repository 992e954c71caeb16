"""Who reads a stream: one holder by the database's clock, fenced by an epoch."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest

from hub_core.errors import LeaseLost, Retryable
from hub_core.store import Store, streams
from hub_core.store.holder import is_gone, new_holder
from hub_core.store.shops import Shop
from hub_core.store.streams import Lease
from hub_core.store.tables import CoverageRow, OrderRow, StreamRow
from hub_core.store.tokens import SqlTokens
from hub_core.sync.ledger import Batch
from tests.store.making import NOON, a_shop, at, rows_of
from tests.store.processes import frozen, worker
from tests.store.workers import a_ledger, a_proof, fetched


def take(store: Store, shop: Shop, holder: str, seconds: float = 60) -> Lease | None:
    with store.writing() as connection:
        return streams.take_lease(connection, shop.id, "orders", holder, seconds)


def must_take(store: Store, shop: Shop, holder: str, seconds: float = 60) -> Lease:
    lease = take(store, shop, holder, seconds)
    assert lease is not None
    return lease


def test_a_lease_is_for_one(store: Store, shop: Shop) -> None:
    first = must_take(store, shop, "one")
    assert take(store, shop, "two") is None
    with store.writing() as connection:
        streams.free_lease(connection, first)
    assert must_take(store, shop, "two").epoch == first.epoch + 1


def test_another_stream_is_another_lease(store: Store, shop: Shop) -> None:
    must_take(store, shop, "one")
    with store.writing() as connection:
        assert streams.take_lease(connection, shop.id, "unpaid", "two", 60) is not None


def test_a_lease_ends_by_itself_and_holding_lengthens_it(store: Store, shop: Shop) -> None:
    lease = must_take(store, shop, "one", seconds=0.4)
    with store.writing() as connection:
        streams.hold_lease(connection, lease, 0.8)
    time.sleep(0.5)
    assert take(store, shop, "two") is None
    time.sleep(0.5)
    assert take(store, shop, "two") is not None


def test_d8_lease_clock(database: str, store: Store, shop: Shop) -> None:
    """A worker whose clock is years ahead neither takes nor keeps a lease longer."""
    must_take(store, shop, "one", seconds=30)
    years_ahead = Store.open(database, b"k" * 32, lambda: at(10 * 365 * 86_400.0))
    try:
        assert take(years_ahead, shop, "two") is None
    finally:
        years_ahead.close()
    until = rows_of(store, StreamRow)[0].lease_until
    assert abs(until - time.time() - 30) < 5


def test_one_that_was_overtaken_writes_nothing(store: Store, shop: Shop) -> None:
    old = must_take(store, shop, "one", seconds=0)
    time.sleep(0.01)
    new = must_take(store, shop, "two")
    with pytest.raises(LeaseLost):
        a_ledger(store, shop, old).commit(
            Batch([fetched("A1")]), proof=a_proof(), cursor=at(60)
        )
    assert rows_of(store, OrderRow) == rows_of(store, CoverageRow) == []
    a_ledger(store, shop, new).commit(Batch([fetched("A2")]), cursor=at(30))
    assert [r.external_id for r in rows_of(store, OrderRow)] == ["A2"]
    with store.reading() as connection:
        assert streams.progress(connection, shop.id, "orders").cursor_at == at(30)


def test_one_that_was_overtaken_has_no_say_on_how_it_went(store: Store, shop: Shop) -> None:
    old = must_take(store, shop, "one", seconds=0)
    time.sleep(0.01)
    must_take(store, shop, "two")
    with store.writing() as connection:
        streams.note_outcome(connection, old, at=at(0), error="it went wrong")
        streams.free_lease(connection, old)
    row = rows_of(store, StreamRow)[0]
    assert (row.last_error, row.lease_holder) == (None, "two")


def test_a_cursor_never_moves_back(store: Store, shop: Shop) -> None:
    lease = must_take(store, shop, "one")
    for to in (60, 30):
        with store.writing() as connection:
            streams.move_cursor(connection, lease, at(to))
    with store.reading() as connection:
        assert streams.progress(connection, shop.id, "orders").cursor_at == at(60)


def test_many_processes_ask_at_once_and_one_is_given_it(database: str) -> None:
    store = Store.open(database, b"k" * 32)
    shop = a_shop(store)
    asking = [worker("take", database, str(shop.id), str(n)) for n in range(4)]
    said = [one.communicate(timeout=60)[0].strip() for one in asking]
    assert [one.returncode for one in asking] == [0, 0, 0, 0]
    assert sorted(said) == ["refused", "refused", "refused", "taken"]
    store.close()


def test_a_lease_of_a_process_that_was_killed_here_is_taken_over_at_once(
    store: Store, shop: Shop
) -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        pid = str(process.pid)
        killed = new_holder().replace(f":{os.getpid()}:", f":{pid}:")
        elsewhere = "another-machine" + killed[killed.index("/") :]
        must_take(store, shop, killed)
        assert take(store, shop, new_holder()) is None
        process.kill()
    lease = must_take(store, shop, elsewhere)
    assert take(store, shop, new_holder()) is None, "nothing is known of its process"
    assert lease.epoch == 2


@pytest.mark.parametrize("holder", [None, "", "x", "a:b", "a:-1:c", "a/0:99999999999:c"])
def test_a_holder_nobody_can_ask_after_is_not_called_gone(holder: str | None) -> None:
    assert not is_gone(holder)
    here, _, _ = new_holder().partition(":")
    assert not is_gone(f"{here}:{10**30}:c")


def test_a_frozen_worker_that_wakes_writes_nothing(database: str) -> None:
    """SIGSTOP between reading and writing; another takes over; SIGCONT."""
    store = Store.open(database, b"k" * 32, lambda: NOON)
    shop = a_shop(store)
    with frozen("zombie", database, str(shop.id)) as zombie:
        deadline = time.monotonic() + 30
        while (lease := take(store, shop, "heir")) is None:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        a_ledger(store, shop, lease).commit(Batch([fetched("A1", 60)]), cursor=at(90))
        os.kill(zombie.pid, signal.SIGCONT)
        assert zombie.communicate(timeout=60)[0].strip() == "LeaseLost"
    ((order,), (stream,)) = rows_of(store, OrderRow), rows_of(store, StreamRow)
    assert (order.channel_updated_at, stream.cursor_at) == (at(60), at(90))
    assert (stream.lease_holder, rows_of(store, CoverageRow)) == ("heir", [])
    store.close()


def test_nobody_renews_a_token_beside_who_has_its_lease(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits in vain for as long as others have it in turn is told to come later: two
    that bring one refresh token may end a shop's authorisation."""
    monkeypatch.setattr("hub_core.store.tokens.LEASE_SECONDS", 0.3)
    hold = SqlTokens(store.engine, store.vault, time.sleep)
    took = hold._take
    monkeypatch.setattr(hold, "_take", lambda subject, holder: False)
    with pytest.raises(Retryable, match="others keep renewing"), hold.lock("jd/s1"):
        raise AssertionError("it went ahead")
    monkeypatch.setattr(hold, "_take", took)
    with hold.lock("jd/s1"):
        pass
