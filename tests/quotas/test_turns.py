"""Who goes first where calls wait: ranks, shops in rotation, and nobody for ever."""

from __future__ import annotations

from statistics import mean

import pytest
from pyrate_limiter import InMemoryStateStore, StateStore

from hub_core.pace import Pace, Rank
from hub_core.ports import Limit
from tests.quotas.street import Caller, Now, Street

TEN = (Limit(10, 1.0),)
RESTS = 1.5


def paces(clock: Now, processes: int, *limits: Limit) -> list[Pace]:
    """As many processes on one state."""
    shared: dict[str, StateStore] = {}

    def stores(key: str) -> StateStore:
        return shared.setdefault(key, InMemoryStateStore())

    return [Pace(limits or TEN, clock, stores=stores) for _ in range(processes)]


def busiest(callers: list[Caller], seconds: float) -> int:
    times = sorted(t for one in callers for t in one.sent)
    return max(sum(a <= t < a + seconds - 1e-6 for t in times) for a in times)


def small_waits(processes: int, *, giant: bool, limits: tuple[Limit, ...] = TEN) -> float:
    """What calls of twenty small shops wait on average, with a giant beside them or not.

    The small ones ask for a little more than there is; the giant for all of it.
    """
    clock = Now()
    street, pace = Street(clock), paces(clock, processes, *limits)
    small = [
        street.let(Caller(pace[n % processes], f"small{n}", rests=RESTS), n / 20)
        for n in range(20)
    ]
    if giant:
        for n in range(12):
            street.let(Caller(pace[0], "giant", rank=Rank.INCREMENTAL), n / 100)
    street.run(120.0)
    return mean(w for one in small for w in one.waits)


BOTH = pytest.mark.parametrize("limits", [TEN, (*TEN, Limit(8, 1.0, per="shop"))])


@BOTH
def test_h22_a_giant_shop_delays_the_small_ones_little(limits: tuple[Limit, ...]) -> None:
    """They wait as if it were one of them: 21 instead of 20."""
    without = small_waits(1, giant=False, limits=limits)
    assert small_waits(1, giant=True, limits=limits) <= 1.25 * without
    assert without > 0.1  # or there was nothing to share


@BOTH
@pytest.mark.parametrize("processes", [2, 4])
def test_h22_in_another_process_it_makes_them_little_older(
    processes: int, limits: tuple[Limit, ...]
) -> None:
    """Between processes calls go in the order of their booking: a shop that calls again at
    once has its next turn before one that rests. From one reading to the next is what
    counts."""
    without = RESTS + small_waits(processes, giant=False, limits=limits)
    beside = RESTS + small_waits(processes, giant=True, limits=limits)
    assert beside <= 1.2 * without


def test_shops_of_one_rank_have_a_turn_each_however_many_calls_they_wait_with() -> None:
    clock = Now()
    street, (pace,) = Street(clock), paces(clock, 1)
    giant = [street.let(Caller(pace, "giant", latency=0.01)) for _ in range(10)]
    small = street.let(Caller(pace, "small", latency=0.01))
    street.run(60.0)
    sent = sum(len(one.sent) for one in giant)
    assert len(small.sent) == pytest.approx(sent, rel=0.05)


@pytest.mark.parametrize("rank", list(Rank)[:-1])
def test_what_is_urgent_goes_before_what_is_less(rank: Rank) -> None:
    """At once, that is: within the slot that is under way and its own."""
    clock = Now()
    street, (pace,) = Street(clock), paces(clock, 1)
    for n in range(8):
        street.let(Caller(pace, f"s{n}", rank=Rank(rank + 1)))
    urgent = street.let(Caller(pace, "urgent", rank=rank, rests=3.0), 1.0)
    street.run(60.0)
    assert max(urgent.waits) < 0.35
    assert len(urgent.sent) > 15


def test_what_is_urgent_has_a_tenth_taken_by_the_rest_and_no_more() -> None:
    clock = Now()
    street, (pace,) = Street(clock), paces(clock, 1)
    urgent = [street.let(Caller(pace, f"u{n}", rank=Rank.PUSH)) for n in range(8)]
    rest = [street.let(Caller(pace, f"r{n}", rank=Rank.BACKFILL)) for n in range(8)]
    street.run(120.0)
    share = sum(len(one.sent) for one in rest) / sum(len(o.sent) for o in (*rest, *urgent))
    assert share == pytest.approx(0.1, abs=0.02)
    assert busiest([*rest, *urgent], 1.0) <= 10


def test_a_call_of_a_shop_is_as_urgent_as_the_one_behind_it() -> None:
    """Its own limit lets one of the shop's calls wait for the app's at a time."""
    clock = Now()
    street, (pace,) = Street(clock), paces(clock, 1, *TEN, Limit(9, 1.0, per="shop"))
    for n in range(12):
        street.let(Caller(pace, f"s{n}"))
    street.let(Caller(pace, "both", rank=Rank.BACKFILL), 0.1)
    push = street.let(Caller(pace, "both", rank=Rank.PUSH, rests=5.0), 2.0)
    street.run(60.0)
    assert max(push.waits) < 0.6


def test_between_processes_too_what_is_urgent_has_the_most() -> None:
    clock = Now()
    street, pace = Street(clock), paces(clock, 4)
    urgent = [street.let(Caller(pace[0], f"u{n}")) for n in range(20)]
    rest = [
        street.let(Caller(pace[p], f"b{p}/{n}", rank=Rank.BACKFILL))
        for p in (1, 2, 3)
        for n in range(8)
    ]
    street.run(120.0)
    sent = sum(len(one.sent) for one in urgent)
    assert sent > 1.5 * sum(len(one.sent) for one in rest)
    assert all(one.sent for one in rest), "somebody starved"
    assert busiest([*urgent, *rest], 1.0) <= 10


@pytest.mark.parametrize(("processes", "least"), [(1, 0.95), (4, 0.9)])
def test_under_backlog_the_limit_is_used_up_and_kept(processes: int, least: float) -> None:
    clock = Now()
    street, pace = Street(clock), paces(clock, processes, *TEN, Limit(600, 60.0))
    all_of_them = [
        street.let(Caller(one, f"{p}/{n}", rank=Rank(n)))
        for p, one in enumerate(pace)
        for n in range(6)
    ]
    street.run(180.0)
    assert sum(len(one.sent) for one in all_of_them) >= least * 1800
    assert busiest(all_of_them, 1.0) <= 10
    assert busiest(all_of_them, 60.0) <= 600


def test_whoever_gives_up_waiting_keeps_nobody_back() -> None:
    clock = Now()
    (pace,) = paces(clock, 1)
    going = pace.steps("orders.list", "a/k", "one")
    assert next(going, "gone") == "gone"
    holds, waits, other = (pace.steps("orders.list", "a/k", s) for s in "abc")
    assert isinstance(next(holds), float)
    assert next(waits) is None
    assert next(other) is None
    waits.close()
    holds.close()
    clock.at += 1.0
    assert next(other, "gone") == "gone"
