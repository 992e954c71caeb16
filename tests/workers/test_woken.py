"""What a process was doing that was taken for dead, and is awake before it is taken up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub_core.deadline import WATCH
from hub_core.jobs import SYNC, Schedules, Seat
from hub_core.store import schedules as stored
from hub_core.store import workers
from tests.harness import Bench, bench
from tests.jobs.test_schedules import Waiting, later, listed

ORDERS = ("orders", SYNC)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Bench]:
    with bench("douyin-laike", tmp_path, orders=20) as made:
        yield made
    WATCH.off()


def buried(made: Bench) -> None:
    """What another does that sees no sign of life."""
    now = made.hub.clock.now()
    with made.hub.store.writing() as connection:
        (one,) = workers.listing(connection)
        term = workers.succeed(connection, one, "another", now)
        assert term is not None
        workers.end(connection, term)


def asleep(made: Bench, seat: Seat, *, meanwhile: Any = lambda: None) -> Waiting:
    """One that falls asleep while it reads orders; gives what is queued later."""
    on, queue, sync = Schedules(made.hub, seat), Waiting(), made.hub.sync
    on.plan()
    on.tick(queue)

    def slept(*which: Any, **how: Any) -> Any:
        buried(made)
        assert seat.beat() is not None
        meanwhile()
        return sync(*which, **how)

    made.hub.sync = slept  # type: ignore[method-assign]
    queue.work_off(on)
    made.hub.sync = sync  # type: ignore[method-assign]
    later(made, 61)
    on.tick(queue)
    return queue


def a_seat(made: Bench) -> Seat:
    seat = Seat(made.hub.store, made.hub.clock.now)
    seat.sit()
    return seat


def test_it_is_due_where_nobody_else_has_begun_it(made: Bench) -> None:
    assert ORDERS in asleep(made, a_seat(made)).what


def test_it_is_another_s_who_has_begun_it(made: Bench) -> None:
    def begun() -> None:
        later(made, 1)
        slot = listed(made)[ORDERS].slot
        with made.hub.store.writing() as connection:
            stored.started(connection, slot, made.hub.clock.now())

    assert ORDERS not in asleep(made, a_seat(made), meanwhile=begun).what
