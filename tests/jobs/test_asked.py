"""Long work people ask for is done turn by turn, and goes on whatever ends in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from hub_core.errors import Misconfigured
from hub_core.jobs import Asked, asked, checked
from hub_core.sandbox.faults import Fault, Faults
from hub_core.store import jobs
from hub_core.store.jobs import Job
from tests.harness import NOON, Bench, bench


class Waiting:
    """A queue that is worked off when a test says so."""

    def __init__(self) -> None:
        self.jobs: list[Sequence[Any]] = []

    def put(
        self, connection: Connection, name: str, partition: str, what: Sequence[Any]
    ) -> None:
        self.jobs.append(what)


class Desk:
    """A hub whose jobs are done in turns of a test's choosing."""

    def __init__(self, made: Bench) -> None:
        self.made, self.hub = made, made.hub
        self.asked, self.queue = Asked(made.hub), Waiting()

    def ask(self, kind: str, **what: Any) -> int:
        shop = self.hub.shops()[0]
        kept = checked(self.hub, kind, shop, what)
        with self.hub.store.writing() as connection:
            return jobs.ask(connection, kind, shop.id, kept, "a test", self.hub.clock.now())

    def turn(self) -> dict[str, Any]:
        """One turn at what is due; empty where nothing is."""
        self.asked.tick(self.queue)
        return self.asked.work(self.queue.jobs.pop()) if self.queue.jobs else {}

    def turns(self) -> int:
        """Until nothing is due; gives how many."""
        number = 0
        while self.turn():
            number += 1
            assert number < 500
        return number

    def job(self, id: int) -> Job:
        with self.hub.store.reading() as connection:
            found = jobs.named(connection, id)
        assert found is not None
        return found

    def wish(self, id: int, wanted: str) -> bool:
        with self.hub.store.writing() as connection:
            return jobs.wish(connection, id, wanted, self.hub.clock.now())

    def retry(self, id: int) -> bool:
        with self.hub.store.writing() as connection:
            return jobs.retry(connection, id, self.hub.clock.now())

    def later(self, seconds: float) -> None:
        self.made.platform.clock.advance(seconds)

    def lost(self) -> list[str]:
        return self.made.lost(self.made.platform.accounts()[0])


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    reading = {"streams": {"orders": {"max_window_hours": 1}}}
    with bench(
        "douyin-laike", tmp_path, orders=40, kinds=("orders", "places"),
        channel_settings=reading,
    ) as made:  # fmt: skip
        yield Desk(made)


@pytest.fixture
def short_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each turn is over with its first step, and notes that."""
    monkeypatch.setattr(asked, "TURN", 0.0)
    monkeypatch.setattr(asked, "HEARD", 0.0)


BEFORE = datetime.fromtimestamp(NOON, UTC) - timedelta(days=2)


def test_a_backfill_of_a_shop_never_read_brings_all_of_it_turn_by_turn(
    desk: Desk, short_turns: None
) -> None:
    id = desk.ask("backfill", since=BEFORE.isoformat())
    assert desk.turns() > 20
    done = desk.job(id)
    assert (done.state, done.error, done.attempts) == ("done", None, 1)
    assert done.counts["created"] > 40
    assert (done.counts["done"], done.counts["of"]) == (2, 2)
    desk.hub.sync()
    assert desk.lost() == []


def test_a_backfill_reads_what_is_not_proved_and_nothing_else(desk: Desk) -> None:
    middle = datetime.fromtimestamp(NOON, UTC) - timedelta(hours=6)
    desk.hub.sync(streams=["orders"], since=middle)
    missing = len(desk.lost())
    assert missing
    id = desk.ask("backfill", since=BEFORE.isoformat(), streams=["orders"])
    desk.turns()
    assert desk.lost() == []
    assert desk.job(id).counts["created"] == missing
    again = desk.ask("backfill", since=BEFORE.isoformat(), streams=["orders"])
    desk.turns()
    assert desk.job(again).state == "done"
    assert desk.job(again).counts.get("calls", 0) == 0


def test_a_heal_reads_the_last_days_again_and_goes_on_where_it_was(
    desk: Desk, short_turns: None
) -> None:
    desk.hub.sync()
    id = desk.ask("heal", days=1, streams=["orders"])
    number = desk.turns()
    assert number > 20
    assert desk.job(id).state == "done"
    assert desk.job(id).counts["calls"] < 5 * number


def test_a_rebuild_counts_what_it_made_again(desk: Desk) -> None:
    desk.hub.sync()
    id = desk.ask("rebuild", kinds=["orders"])
    desk.turns()
    counts = desk.job(id).counts
    assert counts["records"] == counts["unchanged"] > 0


def test_a_rebuild_goes_on_with_the_record_it_had_come_to(
    desk: Desk, short_turns: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hub_core.insight.versions import kept

    desk.hub.sync()
    monkeypatch.setattr(kept, "AT_ONCE", 10)
    id = desk.ask("rebuild", kinds=["orders"])
    number = desk.turns()
    assert number > 3
    assert desk.job(id).counts["records"] == len(list(desk.hub.each_order()))


def test_who_cancels_waits_for_no_more_than_a_step(desk: Desk, short_turns: None) -> None:
    id = desk.ask("backfill", since=BEFORE.isoformat())
    desk.turn()
    assert desk.job(id).state == "running"
    assert desk.wish(id, "cancel")
    assert desk.turn() == {"skipped": "it is not wanted any more"}
    gone = desk.job(id)
    assert (gone.state, gone.wish) == ("cancelled", None)
    assert gone.ended_at is not None
    assert desk.turn() == {}
    assert not desk.wish(id, "cancel")


def test_a_wish_is_heard_in_the_middle_of_a_turn(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "HEARD", 0.0)
    id = desk.ask("heal", days=1, streams=["orders"])
    desk.hub.sync()
    heard = _at_call(desk, 5, lambda: desk.wish(id, "pause"), monkeypatch)
    assert desk.turn() == {"state": "paused"}
    assert heard() < 10
    assert desk.job(id).state == "paused"
    assert desk.turn() == {}
    assert desk.retry(id)
    desk.turns()
    assert desk.job(id).state == "done"


def _at_call(
    desk: Desk, number: int, act: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> Callable[[], int]:
    """Do this at the n-th call to the platform; gives how many there were."""
    handle, calls = desk.made.platform.handle, list[int]()

    def counted(request: Any) -> Any:
        calls.append(1)
        if len(calls) == number:
            act()
        return handle(request)

    monkeypatch.setattr(desk.made.platform, "handle", counted)
    return lambda: len(calls)


def test_what_waits_is_cancelled_at_once(desk: Desk) -> None:
    id = desk.ask("rebuild")
    assert desk.wish(id, "cancel")
    assert desk.job(id).state == "cancelled"
    assert desk.turn() == {}


def test_what_fails_for_a_while_is_tried_again_and_told_at_last(desk: Desk) -> None:
    desk.hub.sync()
    desk.made.platform.faults = Faults([Fault("http_503")])
    id = desk.ask("heal", days=1)
    assert desk.turn()["state"] == "waiting"
    assert desk.job(id).error
    assert desk.turn() == {}
    for _ in range(8):
        desk.later(3600)
        desk.turn()
    failed = desk.job(id)
    assert (failed.state, failed.attempts) == ("failed", asked.ATTEMPTS)
    desk.made.platform.faults = Faults()
    desk.later(3600)
    assert desk.retry(id)
    desk.turns()
    assert (desk.job(id).state, desk.job(id).error) == ("done", None)


def test_of_two_that_work_at_one_the_later_writes(desk: Desk, short_turns: None) -> None:
    """One was taken for dead, and wakes."""
    id = desk.ask("backfill", since=BEFORE.isoformat())
    desk.asked.tick(desk.queue)
    what = desk.queue.jobs.pop()
    now = desk.hub.clock.now
    with desk.hub.store.writing() as connection:
        sleeper = jobs.begin(connection, id, int(what[2]), now())
    assert sleeper is not None
    desk.asked.work(what)
    taken = desk.job(id)
    assert taken.attempts == 2
    with pytest.raises(jobs.LeaseLost), desk.hub.store.writing() as connection:
        jobs.keep(connection, sleeper, {}, {})
    with desk.hub.store.writing() as connection:
        jobs.end(connection, sleeper, jobs.FAILED, now(), "too late")
    assert desk.job(id) == taken


def test_what_one_slept_over_and_nobody_took_up_is_gone_on_with(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was taken for dead, and what it held was freed; it is awake before its job is
    another's."""
    desk.hub.sync()
    id = desk.ask("heal", days=1, streams=["orders"])

    def buried() -> None:
        freed = "lease_holder = NULL, lease_until = 0, lease_epoch = lease_epoch + 1"
        with desk.hub.store.writing() as connection:
            connection.execute(text(f"UPDATE stream SET {freed}"))

    _at_call(desk, 5, buried, monkeypatch)
    desk.turn()
    assert desk.job(id).state == "running"
    desk.turns()
    assert (desk.job(id).state, desk.job(id).error) == ("done", None)


def test_what_is_no_job_is_refused(desk: Desk) -> None:
    shop = desk.hub.shops()[0]
    for kind, what, said in (
        ("clean", {}, "no job"),
        ("heal", {"streams": ["orderz"]}, "it has: orders"),
        ("rebuild", {"kinds": ["orderz"]}, "it has: orders"),
        ("backfill", {}, "--since"),
    ):
        with pytest.raises(Misconfigured, match=said):
            checked(desk.hub, kind, shop, what)


def test_what_was_over_long_ago_is_forgotten(desk: Desk) -> None:
    id = desk.ask("rebuild")
    desk.turns()
    desk.asked.forget(desk.hub.clock.now())
    assert desk.job(id).state == "done"
    desk.asked.forget(desk.hub.clock.now() + asked.KEPT + timedelta(days=1))
    with desk.hub.store.reading() as connection:
        assert jobs.listing(connection) == []
