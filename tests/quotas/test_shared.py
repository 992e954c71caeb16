"""What processes know of each other through the database: slots, what was learned, bans."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hub_core.booking import Booked, Booking
from hub_core.clock import SystemClock
from hub_core.errors import Banned, Throttled
from hub_core.pace import Pace
from hub_core.ports import Limit
from hub_core.store import limits
from hub_core.store.engine import connect
from hub_core.store.limits import SqlBans, SqlLimitState, limit_states
from hub_core.store.schema import upgrade
from tests.quotas.street import START, Now

APP = "corner/key"
ON_BOTH = [
    "sqlite",
    pytest.param(
        "postgresql",
        marks=pytest.mark.skipif(
            sys.platform == "win32", reason="there is no wheel of PostgreSQL for Windows"
        ),
    ),
]


@pytest.fixture(params=ON_BOTH)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        made = connect(f"sqlite:///{tmp_path / 'hub.db'}")
        upgrade(made)
        yield made
        made.dispose()
        return
    from tests.store import postgres

    url = postgres.fresh()
    made = connect(url)
    yield made
    made.dispose()
    postgres.drop(url)


def process(engine: Engine, *kept: Limit, clock: SystemClock | None = None) -> Pace:
    """A process of its own, as far as the database knows."""
    return Pace(
        kept or (Limit(10, 1.0),), clock or SystemClock(), stores=limit_states(engine),
        bans=SqlBans(engine),
    )  # fmt: skip


class Astray(SystemClock):
    """A machine whose wall clock is an hour slow."""

    def now(self) -> datetime:
        return super().now() - timedelta(hours=1)


def test_slots_are_given_in_the_order_of_asking(engine: Engine) -> None:
    began = time.monotonic()
    paces = [process(engine, Limit(20, 1.0)) for _ in range(3)]
    for _ in range(4):
        for pace in paces:
            pace.wait("orders.list", APP, "a")
    assert 0.55 <= time.monotonic() - began < 3.0


def test_machines_whose_clocks_differ_keep_one_limit(engine: Engine) -> None:
    """They go by the server's clock; on one file, by the machine's it is on."""
    began = time.monotonic()
    paces = [
        process(engine, Limit(20, 1.0)),
        process(engine, Limit(20, 1.0), clock=Astray()),
    ]
    for _ in range(6):
        for pace in paces:
            assert pace.wait("orders.list", APP, "a") < 1.0
    assert time.monotonic() - began >= 0.55


def test_what_one_learned_all_know_and_whoever_starts_later(engine: Engine) -> None:
    one, other = process(engine), process(engine)
    one.throttled("orders.list", APP, "a", 0.0)
    other.wait("orders.list", APP, "a")
    later = process(engine)
    later.wait("orders.list", APP, "a")
    assert [p.part("orders.list", APP, "a") for p in (one, other, later)] == [
        pytest.approx(0.5, rel=0.01)
    ] * 3


def test_a_limit_that_was_met_rests_for_all(engine: Engine) -> None:
    one, other = process(engine), process(engine)
    one.throttled("orders.list", APP, "a", 90.0)
    with pytest.raises(Throttled, match="nothing was sent") as caught:
        other.wait("orders.list", APP, "b")
    assert caught.value.after == pytest.approx(90.0, abs=2.0)


def test_a_ban_is_known_at_once_here_and_in_a_moment_elsewhere(engine: Engine) -> None:
    one, other = process(engine), process(engine)
    for pace in (one, other):
        pace.wait("orders.list", APP, "a")  # both have looked just now
    one.ban(f"app:{APP}", datetime.now(UTC) + timedelta(hours=1), "too fast")
    with pytest.raises(Banned, match="nothing was sent"):
        one.wait("orders.list", APP, "a")
    time.sleep(limits.FRESH)
    with pytest.raises(Banned, match="nothing was sent"):
        other.wait("orders.list", APP, "a")
    with pytest.raises(Banned):
        process(engine).wait("orders.list", APP, "new")


# The state itself, step by step -----------------------------------------------------------


def stepped(clock: Now, engine: Engine) -> Callable[[int], list[float]]:
    """Books so many slots of one in a second; gives the seconds until each."""
    from hub_core.lanes import Lane

    store = SqlLimitState(engine, "limit/x", lambda: clock.at)
    lane = Lane("x", [Limit(1, 1.0)], store, clock, lambda: clock.at, 60.0)

    def book(many: int) -> list[float]:
        told = lane._check(Booking(600_000), many)
        assert isinstance(told, Booked)
        return [wait / 10_000 for wait in told.waits]

    return book


def test_a_dead_process_costs_the_slots_it_had_booked(engine: Engine) -> None:
    clock = Now(START)
    assert stepped(clock, engine)(3) == pytest.approx([0.0, 1.03, 2.06])
    assert stepped(clock, engine)(1) == pytest.approx([3.09])


@pytest.mark.parametrize("back", [5.0, 3600.0, 86_400.0 * 400])
def test_a_clock_set_back_neither_stops_nor_hastens_anything(
    engine: Engine, back: float
) -> None:
    clock = Now(START)
    book = stepped(clock, engine)
    book(2)
    clock.at -= back
    assert book(1) == pytest.approx([2.06])


def test_a_clock_set_forward_lets_one_go_and_no_more(engine: Engine) -> None:
    clock = Now(START)
    book = stepped(clock, engine)
    book(2)
    clock.at += 3600
    assert book(2) == pytest.approx([0.0, 1.03])
