"""H11: the platform's time is learned from its answers, to the second and better."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta, timezone

import pytest

from hub_core.clock import Clock, PlatformClock, SystemClock
from hub_core.errors import Garbled
from hub_core.sandbox import Clock as BoxClock
from hub_core.sandbox import Response
from hub_core.testing.bridge import VirtualClock
from tests.client.corner import LIST, START, Bench, Canned, Corner


def clocks(skew: float) -> tuple[VirtualClock, PlatformClock]:
    system = VirtualClock(BoxClock(START.timestamp() + 0.4), skew=skew)
    return system, PlatformClock(system, name="corner")


def teach(system: VirtualClock, clock: PlatformClock, trip: float = 0.2) -> None:
    """One answer with a Date header, made half way between sending and receiving."""
    sent = clock.monotonic()
    system.sleep(trip / 2)
    date = datetime.fromtimestamp(int(system.box.now()), UTC)
    system.sleep(trip / 2)
    clock.learn(date, sent, clock.monotonic(), coarse=True)


@pytest.mark.parametrize("minutes", [-15, -10, -5, 5, 10, 15])
def test_h11_one_answer_tells_the_time_to_a_second(minutes: int) -> None:
    system, clock = clocks(minutes * 60.0)
    teach(system, clock)
    assert clock.offset == pytest.approx(-minutes * 60, abs=0.7)
    assert abs(clock.now().timestamp() - system.box.now()) <= 0.7


def test_h11_more_answers_tell_it_better() -> None:
    system, clock = clocks(600.0)
    rng = random.Random(11)
    for _ in range(60):
        teach(system, clock, trip=0.05)
        system.sleep(rng.random() * 3)
    assert clock.offset == pytest.approx(-600, abs=0.1)


def test_a_clock_that_is_right_is_left_alone() -> None:
    system, clock = clocks(0.0)
    for _ in range(50):
        teach(system, clock)
        system.sleep(0.37)
    assert clock.offset == 0.0


def test_a_clock_that_is_set_while_running_is_followed() -> None:
    system, clock = clocks(300.0)
    teach(system, clock)
    system.skew = 0.0
    teach(system, clock)
    assert clock.offset == pytest.approx(0.0, abs=0.7)


def test_an_exact_time_with_a_zone_is_taken_as_it_is() -> None:
    system, clock = clocks(-40.0)
    at = datetime.fromtimestamp(system.box.now(), timezone(timedelta(hours=8)))
    clock.learn(at, clock.monotonic(), clock.monotonic(), coarse=False)
    assert clock.offset == pytest.approx(40.0)
    assert clock.now() == at


def test_h11_a_person_is_told_of_more_than_thirty_seconds_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for skew, told in ((29.0, 0), (-29.0, 0), (45.0, 1), (-45.0, 1)):
        caplog.clear()
        system, clock = clocks(skew)
        for _ in range(5):
            teach(system, clock)
        assert clock.skewed == bool(told)
        assert len(caplog.records) == told


def test_h11_without_a_date_header_the_bodys_time_is_used() -> None:
    bench = Bench(box=Corner(switches={"date_header": "missing"}), skew=300.0)
    line = bench.line()
    line.send(LIST)
    assert bench.clock.offset == 0.0  # nothing told the time
    dialect = bench.channel.dialect
    dialect.server_time = lambda body: START  # type: ignore[method-assign]
    line.send(LIST)
    assert bench.clock.offset == pytest.approx(-300.0, abs=1.0)


def test_a_login_page_teaches_no_time() -> None:
    page = Response(200, b"<html>", {"date": "Thu, 01 Jan 1970 00:00:00 GMT"})
    bench = Bench(box=Canned(page))
    with pytest.raises(Garbled):
        bench.line(attempts=1).send(LIST)
    assert bench.clock.offset == 0.0


def test_the_machines_clock_is_aware_and_sleeps_no_negative_time() -> None:
    clock: Clock = SystemClock()
    assert clock.now().tzinfo is UTC
    began = clock.monotonic()
    clock.sleep(-5.0)
    clock.sleep(0.01)
    assert 0.01 <= clock.monotonic() - began < 1.0
