"""Budgets a day: counted over processes and restarts, a part kept for what is urgent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub_core.days import DayStore, MemoryDays
from hub_core.errors import Banned, Misconfigured, Throttled
from hub_core.pace import Pace, Rank
from hub_core.ports import Limit
from hub_core.settings import Settings
from hub_core.store.engine import connect
from hub_core.store.schema import upgrade
from hub_core.store.usage import SqlDays
from tests.quotas.street import Now

APP = "corner/key"
MIDNIGHT = datetime(2026, 11, 20, 16, 0, tzinfo=UTC).timestamp()
"""In Beijing."""
DAY = Limit(1000, 86_400.0, day=True)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DayStore]:
    if request.param == "memory":
        yield MemoryDays()
        return
    engine = connect(f"sqlite:///{tmp_path / 'hub.db'}")
    upgrade(engine)
    yield SqlDays(engine)
    engine.dispose()


def at(hours: float) -> Now:
    return Now(MIDNIGHT + hours * 3600)


def used_up(pace: Pace, rank: Rank, shop: str = "a", call: str = "orders.list") -> int:
    """How many calls of that rank go before none goes any more."""
    for n in range(2000):
        try:
            pace.wait(call, APP, shop, rank)
        except Throttled:
            return n
    return 2000


def test_a_day_is_not_spaced_and_not_overdrawn(store: DayStore) -> None:
    pace = Pace([DAY], at(0), days=store)
    assert used_up(pace, Rank.PUSH) == 1000


def test_each_rank_leaves_its_part_to_those_above_it(store: DayStore) -> None:
    pace = Pace([DAY], at(0), days=store)
    assert used_up(pace, Rank.BACKFILL) == 600
    assert used_up(pace, Rank.HEAL) == 100
    assert used_up(pace, Rank.INCREMENTAL) == 200
    assert used_up(pace, Rank.WRITE) == 100
    assert used_up(pace, Rank.PUSH) == 0


def test_what_is_kept_shrinks_with_the_day() -> None:
    clock = at(12)
    pace = Pace([DAY], clock)
    assert used_up(pace, Rank.BACKFILL) == 800
    clock.at = MIDNIGHT + 86_399
    assert used_up(pace, Rank.BACKFILL) >= 199


def test_it_says_when_to_come_again_and_then_one_may_go() -> None:
    clock = at(6)
    pace = Pace([DAY], clock)
    used_up(pace, Rank.BACKFILL)
    with pytest.raises(Throttled, match="backfill; nothing was sent") as caught:
        pace.wait("orders.list", APP, "a", Rank.BACKFILL)
    assert 30 <= caught.value.after < 600
    clock.at += caught.value.after
    pace.wait("orders.list", APP, "a", Rank.BACKFILL)


def test_it_begins_anew_at_midnight_of_the_channel(store: DayStore) -> None:
    clock = at(20)
    pace = Pace([DAY], clock, days=store)
    used_up(pace, Rank.PUSH)
    with pytest.raises(Throttled) as caught:
        pace.wait("orders.list", APP, "a", Rank.PUSH)
    assert caught.value.after == pytest.approx(4 * 3600, abs=2)
    clock.at += caught.value.after
    assert used_up(pace, Rank.PUSH) == 1000


def test_processes_draw_on_one_budget_and_give_back_at_their_end(store: DayStore) -> None:
    clock = at(0)
    one, other = (Pace([DAY], clock, days=store) for _ in range(2))
    for pace in (one, other):
        pace.wait("orders.list", APP, "a", Rank.PUSH)
        pace.close()
    assert used_up(Pace([DAY], clock, days=store), Rank.PUSH) == 998


def test_one_that_dies_loses_what_it_had_taken_and_no_more(store: DayStore) -> None:
    clock = at(0)
    Pace([DAY], clock, days=store).wait("orders.list", APP, "a", Rank.PUSH)
    assert 995 <= used_up(Pace([DAY], clock, days=store), Rank.PUSH) <= 999


def test_shops_and_calls_have_budgets_of_their_own() -> None:
    limits = [
        Limit(10, 86_400.0, "orders.", per="shop", day=True),
        Limit(15, 86_400.0, day=True),
    ]
    pace = Pace(limits, at(0))
    assert used_up(pace, Rank.PUSH) == 10
    assert used_up(pace, Rank.PUSH, call="items.list") == 5
    assert used_up(pace, Rank.PUSH, shop="b") == 0


def test_a_call_that_does_not_go_is_not_counted() -> None:
    clock = at(0)
    pace = Pace([Limit(2, 86_400.0, day=True)], clock)
    pace.ban(f"app:{APP}", clock.now() + timedelta(seconds=9))
    for _ in range(5):
        with pytest.raises(Banned):
            pace.wait("orders.list", APP, "a")
    clock.at += 10
    assert used_up(pace, Rank.PUSH) == 2


def test_a_clock_set_back_gives_no_second_day() -> None:
    clock = at(0)
    pace = Pace([DAY], clock)
    used_up(pace, Rank.PUSH)
    clock.at -= 3 * 86_400
    assert used_up(pace, Rank.PUSH) == 0


def settings(*limits: object) -> Settings:
    app = {"channel": "jd", "app_key": "k", "app_secret": "env:S", "limits": list(limits)}
    return Settings.of({"apps": {"a": app}})


def test_it_is_set_beside_the_limit_of_the_same_calls() -> None:
    found = settings({"calls": 5, "seconds": 1.0}, {"calls": 90, "day": True})
    assert found.app("a").limits == (Limit(5, 1.0), Limit(90, 86_400.0, day=True))


@pytest.mark.parametrize("how", [{}, {"day": True, "seconds": 1.0}])
def test_a_limit_is_of_seconds_or_of_a_day(how: dict[str, object]) -> None:
    with pytest.raises(Misconfigured, match="day = true"):
        settings({"calls": 5, **how})
