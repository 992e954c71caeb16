"""A slice of the simulated day: a whole one is `python -m benchmarks.peak`."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.peak.days import MOST_OLDER, arguments, failings, giant, peak, show
from benchmarks.peak.demand import ORDINARY, accounts, lives, moments
from benchmarks.peak.figures import told
from benchmarks.peak.house import House, Plan
from benchmarks.peak.judge import Judge, Quota
from benchmarks.peak.platform import Shelf
from benchmarks.peak.stored import ages

MIDNIGHT = ("--first", "6", "--hours", "1")


def _stretched(channel: str, shops: int, quota: Quota) -> House:
    """An ordinary hour of as many shops of one channel, judged by this quota alone."""
    house = House(Plan(tuple(accounts([channel], shops, 40.0)), ORDINARY[:1]))
    house.judges[channel].quotas = (quota,)
    house.run()
    return house


def test_small_shops_stay_fresh_at_midnight_and_nobody_is_banned() -> None:
    found = peak(arguments([*MIDNIGHT, "--shops", "6", "--orders", "120"]))
    assert failings(found, MOST_OLDER["peak"]) == []
    assert _changes(found["peak"]) > 5 * _changes(found["idle"])
    show(found)


def test_a_giant_read_for_the_first_time_makes_the_small_ones_wait_no_longer() -> None:
    words = [
        "giant",
        "--hours",
        "1",
        "--channels",
        "taobao",
        "--past",
        "20000",
        "--processes",
        "2",
    ]
    found = giant(arguments(words))
    assert failings(found, MOST_OLDER["giant"]) == []
    asked = [found[day]["channels"]["taobao"]["calls"]["orders.get"] for day in found]
    assert asked[1] > 5 * asked[0]


def test_a_platform_bans_whoever_calls_more_often_than_its_quota_allows() -> None:
    house = _stretched("jd", 4, Quota(1, 10.0))
    assert house.judges["jd"].bans
    assert not _stretched("jd", 4, Quota(5, 1.0)).judges["jd"].bans


def test_what_is_not_stored_counts_as_old_as_it_is() -> None:
    (account,) = accounts(["taobao"], 1, 60.0)
    shelf = Shelf(lives(moments(account, ORDINARY[:1], 1)))
    house = House(Plan((account,), ORDINARY[:1]))
    assert not ages(house.stored, "orders", 0.0, 0.0, 3600.0)
    found = ages(house.stored, "orders", 3600.0, 0.0, 3600.0)
    assert len(found) == sum(at >= 0 for at in shelf.kind("orders").times)
    assert 0 <= found[0] < found[-1] <= 3600


def test_a_day_is_the_same_for_the_same_seed() -> None:
    def day(seed: int) -> dict[str, Any]:
        house = House(Plan(tuple(accounts(["taobao"], 2, 60.0)), ORDINARY[:1], seed))
        house.run()
        return told(house)

    assert day(1) == day(1) != day(2)


@pytest.mark.parametrize("spacing", [0.1, 0.0999])
def test_the_judge_counts_in_a_window_that_slides(spacing: float) -> None:
    judge = Judge("taobao", (Quota(10, 1.0),))
    rests = [judge.arrive("orders.list", "shop", n * spacing) for n in range(11)]
    assert any(rests) == (spacing < 0.1)


def _changes(day: dict[str, Any]) -> int:
    return sum(of["all"]["orders"]["changes"] for of in day["channels"].values())
