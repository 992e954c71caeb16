"""No two processes have the same slot; what the dead and the frozen held is freed, and what
they still try to write is refused. On SQLite and on PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub_core.deadline import WATCH, Asleep, Pulse
from hub_core.errors import LeaseLost, Misconfigured
from hub_core.jobs import Seat, seat
from hub_core.store import Store, streams, workers
from hub_core.store.holder import new_holder
from tests.store.conftest import BOTH
from tests.store.making import KEY, a_shop, at

ANOTHER = """
import sys
from hub_core.jobs import Seat
from hub_core.store import Store, streams
from hub_core.store.holder import new_holder
store = Store.open(sys.argv[1], b"k" * 32)
print(Seat(store, store.now).sit().slot)
with store.writing() as connection:
    streams.take_lease(connection, int(sys.argv[2]), "orders", new_holder(), 600)
print("sits", flush=True)
sys.stdin.read()
"""


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'hub.db'}"
        return
    from tests.store import postgres

    made = postgres.fresh()
    yield made
    postgres.drop(made)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    made = Store.open(url, KEY, lambda: at(0))
    yield made
    made.close()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Silence of half a second is enough here."""
    monkeypatch.setattr(seat, "BEAT", 0.2)
    monkeypatch.setattr(seat, "SILENT", {"sqlite": 0.5, "postgresql": 0.5})
    yield
    WATCH.off()


def a_seat(store: Store) -> Seat:
    made = Seat(store, store.now)
    made.sit()
    return made


def let_pass(seats: list[Seat], looks: int = 5, *, lives: bool = True) -> None:
    """These look after the others, and live on themselves."""
    for _ in range(looks):
        for one in seats:
            if lives:
                one.beat()
            one.look()
        time.sleep(0.2)


def slots(store: Store) -> list[int]:
    with store.reading() as connection:
        return [one.slot for one in workers.listing(connection)]


def test_each_has_a_slot_of_its_own_and_the_first_leads(store: Store) -> None:
    first, second, third = (a_seat(store) for _ in range(3))
    let_pass([first, second, third], 1)
    assert [one.term and one.term.slot for one in (first, second, third)] == [0, 1, 2]
    assert [one.leads for one in (first, second, third)] == [True, False, False]
    first.stand()
    let_pass([second, third], 1)
    assert second.leads
    assert a_seat(store).term == workers.Term(0, 3, _holder(store, 0))


def _holder(store: Store, slot: int) -> str:
    with store.reading() as connection:
        return next(w.holder for w in workers.listing(connection) if w.slot == slot)


def test_a_slot_asked_for_is_waited_for_and_refused_where_its_holder_lives(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_seat(store)
    monkeypatch.setattr(Seat, "look", lambda self: None)
    with pytest.raises(Misconfigured, match="without --slot"):
        Seat(store, store.now).sit(0)
    assert slots(store) == [0]


def test_one_that_falls_silent_loses_its_slot_and_may_write_nothing_more(
    store: Store,
) -> None:
    frozen, other = a_seat(store), a_seat(store)
    begun = frozen.term
    let_pass([other])
    assert slots(store) == [1]
    with pytest.raises(LeaseLost), store.writing() as connection:
        frozen.prove(connection, begun)
    again = frozen.beat()
    assert again is not None
    assert (again.slot, again.epoch) == (0, 4)
    with store.writing() as connection:
        frozen.prove(connection, frozen.term)
    with pytest.raises(LeaseLost), store.writing() as connection:
        frozen.prove(connection, begun)


def test_one_that_slept_asks_no_platform_on_for_what_it_was_doing(store: Store) -> None:
    frozen, other = a_seat(store), a_seat(store)
    frozen.beat()
    pulse = Pulse()
    with pulse.held():
        pass
    let_pass([other], lives=False)
    with pytest.raises(Asleep), pulse.held():
        pass
    assert frozen.beat() is not None
    frozen.beat()
    with pytest.raises(Asleep), pulse.held():
        pass
    with Pulse().held():
        pass


def test_who_lives_is_left_alone_however_often_the_others_look(store: Store) -> None:
    living = [a_seat(store) for _ in range(3)]
    terms = [one.term for one in living]
    let_pass(living, 8)
    assert [one.term for one in living] == terms


def test_what_a_killed_process_held_is_free_at_once(store: Store, url: str) -> None:
    shop, other = a_shop(store), a_seat(store)
    process = subprocess.Popen(
        [sys.executable, "-c", ANOTHER, url, str(shop.id)], text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert [process.stdout.readline() for _ in range(2)] == ["1\n", "sits\n"]
    other.look()
    assert slots(store) == [0, 1]
    process.kill()
    process.communicate()
    other.look()
    assert slots(store) == [0]
    with store.writing() as connection:
        lease = streams.take_lease(connection, shop.id, "orders", new_holder(), 60)
    assert lease is not None
    assert lease.epoch == 3  # taken, freed, taken


def test_a_late_look_proves_nothing_of_others(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was frozen itself takes nobody for dead as it wakes."""
    living, sleeper = a_seat(store), a_seat(store)
    let_pass([sleeper], 1)
    monkeypatch.setattr(sleeper, "_looked", sleeper._looked - 60)
    for held in sleeper._seen.values():
        assert held
    sleeper._seen = {
        slot: (seen, since - 60) for slot, (seen, since) in sleeper._seen.items()
    }
    sleeper.look()
    assert slots(store) == [0, 1]
    assert living.term is not None
