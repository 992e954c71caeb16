"""Every stream is read in its rhythm, by itself, once at a time."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from hub_core.jobs import HEAL, PUSH, SHIP, SYNC, Schedules, healing
from hub_core.jobs import schedules as scheduling
from hub_core.sandbox.faults import Fault, Faults
from hub_core.store import commands
from hub_core.store import schedules as stored
from hub_core.store.schedules import Schedule
from tests.harness import Bench, bench


class Waiting:
    """A queue that is worked off when a test says so."""

    def __init__(self) -> None:
        self.jobs: list[tuple[str, str, Sequence[Any]]] = []

    def put(
        self, connection: Connection, name: str, partition: str, what: Sequence[Any]
    ) -> None:
        self.jobs.append((name, partition, what))

    def work_off(self, on: Schedules) -> list[dict[str, Any]]:
        jobs, self.jobs = self.jobs, []
        return [told for _, _, what in jobs for told in on.work(what).values()]

    @property
    def what(self) -> list[tuple[str, str]]:
        return [(stream, what[2]) for _, _, what in self.jobs for stream in what[1]]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Bench]:
    rhythms = {
        "places": {"poll_seconds": 7200.0},
        "orders": {"heal_hours": 6.0},
        "stock": {"poll_seconds": 0.0},
    }
    with bench(
        "douyin-laike", tmp_path, orders=20, kinds=("orders", "places"),
        channel_settings={"streams": rhythms},
    ) as made:  # fmt: skip
        yield made


@pytest.fixture
def schedules(made: Bench) -> Schedules:
    found = Schedules(made.hub)
    found.plan()
    return found


def listed(made: Bench) -> dict[tuple[str, str], Schedule]:
    with made.hub.store.reading() as connection:
        found = stored.listing(connection)
    return {(one.slot.stream, one.slot.task): one for one in found}


def later(made: Bench, seconds: float) -> None:
    made.platform.clock.advance(seconds)


def test_each_stream_has_its_rhythm(made: Bench, schedules: Schedules) -> None:
    rhythms = {name: one.every for name, one in listed(made).items()}

    assert rhythms["orders", SYNC] == timedelta(minutes=1)
    assert rhythms["places", SYNC] == timedelta(hours=2)
    assert rhythms["orders", HEAL] == timedelta(hours=6)
    assert ("places", HEAL) not in rhythms


def test_what_is_due_is_read_and_due_again_in_its_rhythm(
    made: Bench, schedules: Schedules
) -> None:
    queue = Waiting()
    assert schedules.tick(queue) == 2
    assert queue.what == [("orders", SYNC), ("places", SYNC)]
    first, _ = queue.work_off(schedules)
    assert first["created"] == 20
    assert made.lost(made.platform.accounts()[0]) == []
    later(made, 30)
    assert schedules.tick(queue) == 0
    later(made, 31)
    schedules.tick(queue)
    assert queue.what == [("orders", SYNC)]


def test_the_lists_of_a_shop_that_are_due_at_once_are_one_job(
    made: Bench, schedules: Schedules
) -> None:
    queue = Waiting()
    schedules.tick(queue)
    ((_, partition, what),) = queue.jobs
    assert partition == str(what[0])
    assert schedules.work(what).keys() == {"orders", "places"}
    for one in ("orders", "places"):
        assert listed(made)[one, SYNC].state == "waiting"


def test_what_a_stopped_service_had_not_begun_is_the_nexts(
    made: Bench, schedules: Schedules
) -> None:
    queue = Waiting()
    schedules.tick(queue)
    schedules.stop()
    queue.work_off(schedules)
    places = listed(made)["places", SYNC]
    assert places.error is None
    Schedules(made.hub).tick(queue)
    assert queue.what == [("places", SYNC)]


def test_what_a_former_release_queued_is_done(made: Bench, schedules: Schedules) -> None:
    slot = listed(made)["orders", SYNC].slot
    assert schedules.work([slot.shop_id, "orders", SYNC])["orders"]["created"] == 20


def test_what_takes_longer_than_its_rhythm_is_never_queued_twice(
    made: Bench, schedules: Schedules
) -> None:
    queue = Waiting()
    schedules.tick(queue)
    for _ in range(5):
        later(made, 61)
        schedules.tick(queue)
    assert queue.what == [("orders", SYNC), ("places", SYNC)]
    queue.work_off(schedules)
    schedules.tick(queue)
    assert queue.what == [("orders", SYNC)]


def test_what_was_queued_and_is_gone_is_queued_again_some_day(
    made: Bench, schedules: Schedules
) -> None:
    gone, queue = Waiting(), Waiting()
    schedules.tick(gone)
    later(made, 7 * 3600)
    schedules.tick(queue)
    assert ("orders", SYNC) in queue.what


def test_a_failure_is_kept_with_its_stream_until_it_goes_well(
    made: Bench, schedules: Schedules
) -> None:
    queue = Waiting()
    made.platform.faults = Faults([Fault("http_503")])
    schedules.tick(queue)
    queue.work_off(schedules)
    failed = listed(made)["orders", SYNC]
    assert failed.error
    assert failed.state == "waiting"
    made.platform.faults = Faults()
    later(made, 3600)
    schedules.tick(queue)
    queue.work_off(schedules)
    assert listed(made)["orders", SYNC].error is None


def test_a_fault_of_the_program_itself_ends_the_job_and_says_where_not_what(
    made: Bench, schedules: Schedules, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = Waiting()

    def fails(*args: object, **more: object) -> None:
        raise RuntimeError("13800000000")

    monkeypatch.setattr(made.hub, "sync", fails)
    schedules.tick(queue)
    queue.work_off(schedules)
    failed = listed(made)["orders", SYNC]
    assert failed.state == "waiting"
    assert "test_schedules.py" in str(failed.error)
    assert "13800000000" not in str(failed.error)


def test_where_the_database_is_away_at_its_end_a_job_is_ended_when_it_is_back(
    made: Bench, schedules: Schedules, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = Waiting()
    schedules.tick(queue)
    with monkeypatch.context() as away:
        gone = OperationalError("UPDATE", {}, Exception("server closed the connection"))
        away.setattr(stored, "done", lambda *args, **more: (_ for _ in ()).throw(gone))
        with pytest.raises(OperationalError):
            queue.work_off(schedules)
    assert listed(made)["orders", SYNC].state == "running"
    later(made, 60)
    schedules.tick(queue)
    assert ("orders", SYNC) in queue.what
    assert listed(made)["orders", SYNC].done_at is not None


def test_a_database_that_is_away_at_a_beginning_delays_no_more_than_that(
    made: Bench, schedules: Schedules, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = Waiting()
    schedules.tick(queue)
    with monkeypatch.context() as away:
        gone = OperationalError("UPDATE", {}, Exception("server closed the connection"))
        for name in ("started", "done"):
            away.setattr(stored, name, lambda *args, **more: (_ for _ in ()).throw(gone))
        with pytest.raises(OperationalError):
            queue.work_off(schedules)
    later(made, 60)
    schedules.tick(queue)
    assert ("orders", SYNC) in queue.what


class Ended(Exception):
    """As PostgreSQL's driver says that the server ends."""

    sqlstate = "57P01"


def test_a_database_that_goes_as_a_reading_begins_leaves_no_lease_behind(
    made: Bench, schedules: Schedules
) -> None:
    engine, told = made.hub.store.engine, list[str]()

    def go(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if told == ["taken"]:
            told.append("gone")
            raise OperationalError("SELECT", None, Ended())
        if not told and statement.startswith("UPDATE stream SET lease_holder"):
            told.append("taken")

    queue = Waiting()
    schedules.tick(queue)
    event.listen(engine, "before_cursor_execute", go)
    counts = queue.work_off(schedules)
    event.remove(engine, "before_cursor_execute", go)
    assert told == ["taken", "gone"]
    assert [one["skipped"] for one in counts] == [None, None]
    assert made.stored(made.platform.accounts()[0].name)


def test_paused_is_not_queued_and_at_once_is(made: Bench, schedules: Schedules) -> None:
    queue, slot = Waiting(), listed(made)["orders", SYNC].slot
    with made.hub.store.writing() as connection:
        stored.pause(connection, [slot], made.hub.clock.now())
    schedules.tick(queue)
    assert queue.what == [("places", SYNC)]
    assert listed(made)["orders", SYNC].state == "paused"
    queue.work_off(schedules)
    places = listed(made)["places", SYNC].slot
    with made.hub.store.writing() as connection:
        stored.pause(connection, [slot], None)
        stored.hasten(connection, [places], made.hub.clock.now())
    schedules.tick(queue)
    assert sorted(queue.what) == [("orders", SYNC), ("places", SYNC)]


def test_what_is_long_due_is_missed(made: Bench, schedules: Schedules) -> None:
    assert schedules.missed() == []
    later(made, 600)
    assert {(m.slot.stream, m.slot.task) for m in schedules.missed()} == {("orders", SYNC)}


def test_a_level_arrives_by_itself_and_nothing_is_queued_where_nothing_is_to_be_sent(
    tmp_path: Path,
) -> None:
    with bench("jd", tmp_path, orders=5, kinds=("products",)) as made:
        schedules, queue = Schedules(made.hub), Waiting()
        schedules.plan()
        schedules.tick(queue)
        queue.work_off(schedules)
        shop, desks = made.hub.shops()[0], made.hub.desks
        sku = desks.listed(shop)[0].sku_external_id
        desks.set_stock("A-1", 12_000, key="first")
        desks.bind(shop, sku, [("A-1", 1)])
        pushed = []
        for level in (12_000, 12_000, 11_000, 11_000):
            desks.set_stock("A-1", level, key=f"counted {level}")
            later(made, 31)
            schedules.tick(queue)
            pushing = [what for _, _, what in queue.jobs if what[2] == PUSH]
            queue.jobs = []
            pushed.append([schedules.work(what)["stock"]["confirmed"] for what in pushing])
        assert pushed == [[1], [], [1], []]
        assert desks.offers(shop)[0].up_to_date
        assert listed(made)["stock", PUSH].due_at > made.hub.clock.now()


def test_a_parcel_is_taken_up_by_itself_and_shops_without_one_have_no_job(
    tmp_path: Path,
) -> None:
    with bench("taobao", tmp_path, orders=20, shops=2) as made:
        schedules, queue = Schedules(made.hub), Waiting()
        schedules.plan()
        schedules.tick(queue)
        assert SHIP not in {task for _, task in queue.what}
        queue.work_off(schedules)
        shop = made.hub.shops()[0]
        with made.hub.store.writing() as connection:
            commands.intend(
                connection, key="p", shop_id=shop.id, kind="ship", target="1", asked={},
                at=made.hub.clock.now(),
            )  # fmt: skip
        later(made, 61)
        schedules.tick(queue)
        shipping = [what[0] for _, _, what in queue.jobs if what[2] == SHIP]
        assert shipping == [shop.id]


def test_a_list_that_takes_long_gives_way_to_its_shops_others_and_goes_on_behind_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduling, "SYNCING", 0.0)
    with bench("taobao", tmp_path, orders=300, kinds=("orders", "after_sales")) as made:
        schedules, queue, turns = Schedules(made.hub), Waiting(), list[set[str]]()
        schedules.plan()
        for _ in range(12):
            schedules.tick(queue)
            turns.append({stream for stream, _ in queue.what})
            told = queue.work_off(schedules)
            assert {one["error"] for one in told} <= {None}
            later(made, 1)
        assert turns[0] > {"orders"}
        assert {"orders"} in turns[1:]
        assert turns[-1] == set()
        assert made.lost(made.platform.accounts()[0]) == []


def test_healing_gives_the_shop_back_after_each_slice_and_goes_on_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(healing, "SLICE", 0.0)
    with bench("taobao", tmp_path, orders=70) as made:
        schedules, queue, asked = Schedules(made.hub), Waiting(), list[str]()
        schedules.plan()
        schedules.tick(queue)
        queue.work_off(schedules)
        later(made, 24 * 3600)
        slices = []
        while not slices or listed(made)["orders", HEAL].due_at <= made.hub.clock.now():
            schedules.tick(queue)
            asked += [task for stream, task in queue.what if stream == "orders"]
            slices += [one for one in queue.work_off(schedules) if "details" in one]
            later(made, 61)
        assert asked.count(HEAL) >= 4
        assert HEAL not in {one for one, after in pairwise(asked) if one == after}
        healed = listed(made)["orders", HEAL]
        assert healed.error is None
        with made.hub.store.reading() as connection:
            assert stored.place(connection, healed.slot) == {}


def test_a_stopped_service_ends_its_readings_with_their_step(
    made: Bench, schedules: Schedules
) -> None:
    queue = Waiting()
    schedules.tick(queue)
    schedules.stop()
    queue.work_off(schedules)
    assert "being stopped" in (listed(made)["orders", SYNC].error or "")


def test_threads_take_short_turns_only_while_something_is_read(
    made: Bench, schedules: Schedules, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue, usual, seen = Waiting(), sys.getswitchinterval(), list[float]()
    sync = made.hub.sync

    def looked_at(*names: Any, **how: Any) -> Any:
        seen.append(sys.getswitchinterval())
        return sync(*names, **how)

    monkeypatch.setattr(made.hub, "sync", looked_at)
    schedules.tick(queue)
    queue.work_off(schedules)
    assert max(seen) < usual
    assert sys.getswitchinterval() == usual
