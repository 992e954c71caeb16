"""Stock pushes under every misfortune: P1 to P6 and P8, against a shelf in memory."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from hub_core.errors import HubError, LeaseLost, Misconfigured
from hub_core.ports import Effect
from hub_core.store import Store, commands, stock
from hub_core.store.shops import Shop
from hub_core.store.stock import Binding
from hub_core.store.tables import StreamRow
from hub_core.writes import Pushed, StockPush
from hub_core.writes.desk import Paused
from hub_core.writes.pushing import Share
from tests.store.making import at
from tests.writes.shelf import Shelf, lost, on_call, refused

ONE = ("K1",)


class Erp:
    """An ERP with some items, each bound to a SKU of one shop, and the shop's shelf."""

    def __init__(self, store: Store, shop: Shop, shelf: Shelf) -> None:
        self.store, self.shop, self.shelf = store, shop, shelf
        self._moved = 0

    def bind(self, *skus: str, pieces: int = 1) -> None:
        made = [
            Binding(self.shop.id, f"P-{sku}", sku, f"item-{sku}", pieces, "manual")
            for sku in skus
        ]
        with self.store.writing() as connection:
            stock.bind(connection, made, at=at(0), replace=True)

    def set(self, sku: str, level: int, key: str | None = None) -> None:
        self._moved += 1
        with self.store.writing() as connection:
            stock.move(
                connection,
                f"item-{sku}",
                key=key or f"set-{self._moved}",
                to=level,
                at=at(0),
            )

    def adjust(self, sku: str, by: int, key: str) -> None:
        with self.store.writing() as connection:
            stock.move(connection, f"item-{sku}", key=key, by=by, at=at(0))

    def on_hand(self, sku: str) -> int:
        with self.store.reading() as connection:
            return stock.level(connection, f"item-{sku}").on_hand

    def push(self, share: Share = Share()) -> Pushed:  # noqa: B008
        return StockPush(self.store, self.shop, self.shelf, share, lambda: at(0)).push()

    def states(self) -> list[str]:
        with self.store.reading() as connection:
            return [c.state for c in commands.listing(connection)]


@pytest.fixture
def erp(store: Store, shop: Shop) -> Erp:
    return Erp(store, shop, Shelf())


def test_a_level_set_once_is_sent_once(erp: Erp) -> None:
    erp.bind("K1", "K2")
    erp.set("K1", 7)
    erp.set("K2", 0)
    pushed = erp.push()
    assert (pushed.confirmed, pushed.error) == (2, None)
    assert erp.shelf.has == {"K1": 7, "K2": 0}
    assert erp.push().confirmed == 0
    assert sorted(erp.shelf.effects) == [("K1", 7), ("K2", 0)]


def test_a_bundle_offers_as_many_as_its_scarcest_item_makes(erp: Erp) -> None:
    erp.set("tea", 10)
    erp.set("cup", 7)
    parts = [
        Binding(erp.shop.id, "P", "SET", "item-tea", 2, "manual"),
        Binding(erp.shop.id, "P", "SET", "item-cup", 1, "manual"),
    ]
    with erp.store.writing() as connection:
        stock.bind(connection, parts, at=at(0), replace=False)
    erp.push()
    assert erp.shelf.has == {"SET": 5}
    erp.set("cup", 3)
    erp.push()
    assert erp.shelf.has == {"SET": 3}


@pytest.mark.parametrize(
    ("share", "offered"), [(Share(3, 100), 97), (Share(0, 30), 30), (Share(200, 50), 0)]
)
def test_a_reserve_and_a_share_are_kept_back(erp: Erp, share: Share, offered: int) -> None:
    erp.bind("K1")
    erp.set("K1", 100)
    erp.push(share)
    assert erp.shelf.has == {"K1": offered}


def test_a_share_that_changes_is_brought_there_without_a_movement(erp: Erp) -> None:
    erp.bind("K1")
    erp.set("K1", 100)
    erp.push(Share(0, 100))
    erp.push(Share(0, 50))
    erp.push(Share(10, 50))
    erp.push(Share(0, 100))
    assert [level for _, level in erp.shelf.effects] == [100, 50, 45, 100]


def test_a_sku_that_is_bound_to_another_item_gets_that_ones_level(erp: Erp) -> None:
    for level in (1, 2, 3, 9):
        erp.set("tea", level)
    erp.set("cup", 7)
    for code, pieces in (
        ("item-tea", 1),
        ("item-cup", 1),
        ("item-tea", 3),
        ("item-cup", 1),
    ):
        made = Binding(erp.shop.id, "P", "K1", code, pieces, "manual")
        with erp.store.writing() as connection:
            stock.bind(connection, [made], at=at(0), replace=True)
        erp.push()
    assert [level for _, level in erp.shelf.effects] == [9, 7, 3, 7]
    assert erp.push().waiting == 0


def test_an_item_the_erp_never_told_of_is_not_pushed(erp: Erp) -> None:
    erp.bind("K1")
    assert erp.push().confirmed == 0
    assert erp.shelf.calls == 0


# P1, P2: what nobody knows --------------------------------------------------------------


def test_p1_an_answer_that_was_lost_is_looked_up_and_not_repeated(erp: Erp) -> None:
    erp.bind("K1")
    erp.set("K1", 7)
    erp.shelf.after = on_call(1, lost)
    assert erp.push().unknown == 1
    assert erp.states() == ["unknown"]

    assert erp.push().confirmed == 1
    assert (erp.shelf.effects, erp.shelf.looked) == ([("K1", 7)], 1)


def test_p1_a_call_that_never_arrived_is_sent_again_after_a_look(erp: Erp) -> None:
    erp.bind("K1")
    erp.set("K1", 7)
    erp.shelf.before = on_call(1, lost)
    erp.push()
    assert erp.push().confirmed == 1
    assert (erp.shelf.effects, erp.shelf.looked) == ([("K1", 7)], 1)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_p2_a_sender_killed_in_the_middle_leaves_no_doubt_unlooked_at(
    erp: Erp, moment: str
) -> None:
    erp.bind("K1")
    erp.set("K1", 7)
    setattr(erp.shelf, moment, on_call(1, KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        erp.push()
    assert erp.states() == ["sending"]

    erp.push()
    assert erp.push().unknown == 0
    assert erp.shelf.effects == [("K1", 7)]
    assert erp.states()[-1] == "confirmed"


# P3: two senders ------------------------------------------------------------------------


def test_p3_a_sender_that_slept_past_its_lease_writes_nothing_more(erp: Erp) -> None:
    """The second takes over, looks, and sends; the first wakes up with its old answer."""
    erp.bind("K1")
    erp.set("K1", 7)
    asleep, awake = threading.Event(), threading.Event()

    def sleeps(number: int, levels: object) -> None:
        if number == 1:
            asleep.set()
            assert awake.wait(30)

    erp.shelf.after = sleeps
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(erp.push)
        assert asleep.wait(30)
        _end_lease(erp.store)
        erp.set("K1", 3)
        second = erp.push()
        awake.set()
        slept = first.result(timeout=60)
    assert isinstance(slept.error, LeaseLost)
    assert second.error is None
    assert erp.shelf.has == {"K1": 3}
    assert [level for _, level in erp.shelf.effects] == [7, 3]


def test_p3_an_old_level_that_arrives_last_does_not_stay(erp: Erp) -> None:
    """The first sleeps before its request leaves, and wakes after the second has sent."""
    erp.bind("K1")
    erp.set("K1", 7)
    asleep, awake = threading.Event(), threading.Event()

    def sleeps(number: int, levels: object) -> None:
        if number == 1:
            asleep.set()
            assert awake.wait(30)

    erp.shelf.before = sleeps
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(erp.push)
        assert asleep.wait(30)
        _end_lease(erp.store)
        erp.set("K1", 3)
        erp.push()
        awake.set()
        assert isinstance(first.result(timeout=60).error, LeaseLost)
    assert erp.shelf.has == {"K1": 7}
    erp.push()
    assert erp.shelf.has == {"K1": 3}


def _end_lease(store: Store) -> None:
    with store.writing() as connection:
        connection.execute(
            StreamRow.__table__.update().values(lease_until=0.0)  # type: ignore[attr-defined]
        )


# P4: parts of a batch -------------------------------------------------------------------


def test_p4_each_sku_of_a_batch_has_its_own_outcome(erp: Erp) -> None:
    skus = [f"K{n:02d}" for n in range(50)]
    erp.bind(*skus)
    for sku in skus:
        erp.set(sku, 5)
    erp.shelf.deaf_to = frozenset({"K00", "K24", "K49"})
    pushed = erp.push()
    assert (pushed.confirmed, pushed.refused) == (47, 3)
    assert pushed.problems == [f"{sku}: in a promotion" for sku in ("K00", "K24", "K49")]
    assert erp.push().refused == 0, "a refusal is not asked for again"

    erp.shelf.deaf_to = frozenset()
    erp.set("K24", 6)
    assert erp.push().confirmed == 1
    assert erp.shelf.has["K24"] == 6


def test_a_call_refused_as_a_whole_is_told_for_each_of_its_skus(erp: Erp) -> None:
    erp.bind("K1", "K2")
    erp.set("K1", 1)
    erp.set("K2", 2)
    erp.shelf.before = on_call(1, lambda: refused("item is gone"))
    pushed = erp.push()
    assert pushed.refused == 2
    assert erp.states() == ["refused", "refused"]


def test_a_call_that_never_left_waits_as_it_was(erp: Erp) -> None:
    erp.bind("K1")
    erp.set("K1", 7)
    erp.shelf.before = on_call(1, lambda: HubError("no token"))
    pushed = erp.push()
    assert (pushed.waiting, pushed.unknown) == (1, 0)
    assert erp.push().confirmed == 1
    assert erp.shelf.looked == 0


# P5, P6, P8: many changes ---------------------------------------------------------------


def test_p5_a_thousand_adjustments_by_four_workers_add_up(erp: Erp) -> None:
    erp.bind("K1")
    erp.set("K1", 5_000)
    changes = [random.Random(n).randrange(-9, 10) for n in range(1_000)]

    def work(worker: int) -> None:
        for n in range(worker, 1_000, 4):
            erp.adjust("K1", changes[n], f"move-{n}")
            if n % 100 == worker:
                erp.push()

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(work, n) for n in range(4)]:
            done.result(timeout=300)
    erp.push()
    assert erp.on_hand("K1") == 5_000 + sum(changes)
    assert erp.shelf.has == {"K1": erp.on_hand("K1")}


def test_p6_a_push_that_waited_brings_the_newest_level(erp: Erp) -> None:
    erp.bind("K1")
    erp.set("K1", 100)
    erp.shelf.before = on_call(1, lost)
    erp.push()
    erp.set("K1", 3)
    erp.push()
    assert erp.shelf.effects == [("K1", 3)]
    assert erp.states() == ["superseded", "confirmed"]


def test_p8_the_same_movement_twice_is_one(erp: Erp) -> None:
    erp.set("K1", 10)
    erp.adjust("K1", -1, "sale-77")
    erp.adjust("K1", -1, "sale-77")
    assert erp.on_hand("K1") == 9
    with pytest.raises(Misconfigured, match="used for another movement"):
        erp.adjust("K1", -2, "sale-77")


def test_an_item_that_was_never_set_is_not_adjusted(erp: Erp) -> None:
    with pytest.raises(Misconfigured, match="hub stock set item-K9"):
        erp.adjust("K9", 1, "x")


# Pause ----------------------------------------------------------------------------------


def test_p14_a_pause_holds_after_the_call_that_is_under_way(erp: Erp) -> None:
    skus = [f"K{n:02d}" for n in range(10)]
    erp.bind(*skus)
    erp.shelf.most = 1
    for sku in skus:
        erp.set(sku, 5)

    def pause(number: int, levels: object) -> None:
        if number == 3:
            _pause(erp.store, "wrong file")

    erp.shelf.before = pause
    pushed = erp.push()
    assert isinstance(pushed.error, Paused)
    assert "wrong file" in str(pushed.error)
    assert (erp.shelf.calls, pushed.confirmed) == (3, 3)

    _pause(erp.store, None)
    assert erp.push().confirmed == 7
    assert len(erp.shelf.effects) == 10


def _pause(store: Store, why: str | None) -> None:
    with store.writing() as connection:
        commands.pause(connection, why)


# At random ------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_whatever_fails_each_effect_stands_once_or_is_visibly_unknown(
    erp: Erp, seed: int
) -> None:
    rng = random.Random(seed)
    skus = [f"K{n}" for n in range(6)]
    erp.bind(*skus)
    erp.shelf.most = rng.choice((1, 3, 20))

    def moody(error: Callable[[], BaseException]) -> Callable[[int, object], None]:
        def mood(number: int, levels: object) -> None:
            if rng.random() < 0.25:
                raise error()

        return mood

    for _ in range(12):
        for sku in rng.sample(skus, 3):
            erp.set(sku, rng.randrange(100))
        erp.shelf.before = moody(rng.choice((lost, KeyboardInterrupt)))
        erp.shelf.after = moody(rng.choice((lost, KeyboardInterrupt)))
        try:
            erp.push()
        except KeyboardInterrupt:
            _end_lease(erp.store)
    erp.shelf.before = erp.shelf.after = lambda number, levels: None
    for _ in range(3):
        erp.push()
    wanted = {sku: erp.on_hand(sku) for sku in {s for s, _ in erp.shelf.effects}}
    assert {sku: erp.shelf.has[sku] for sku in wanted} == wanted
    assert Effect.UNKNOWN.value not in erp.states()
    assert len(set(erp.shelf.keys)) == len(erp.shelf.keys), "an effect came twice"
