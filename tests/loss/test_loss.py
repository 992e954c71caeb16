"""Nothing is lost, nothing doubled, nothing called complete that is not.

Hazards H1-H10, H18-H20, H23 and H24 at once, by chance: pages of two to five rows, changes
between any two calls, rows visible late, seconds that many rows share, each position of
each switch of each box, and some days (a fifth in the full run) with every third answer
spoiled. Run one day again with `python -m tests.loss CHANNEL SEED`.
`CHANNEL_HUB_LOSS_SEEDS=2000` is the full run.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from tests import databases

from .day import Result, live, live_forward, live_over_sockets
from .scenario import CHANNELS, SEEDS, SWITCHES, Scenario, scenario

BLOCK = 40
SOCKETS = 10
"""Days of a channel that are lived over sockets too; half of them up to `CI`."""
FORWARD = 8
CI = 200
"""Up to so many days a channel, three of four faulty ones, each of which takes as long as
ten others, are left to the full run; other days stand in for them."""


def chosen() -> list[int]:
    """The seeds of the days that are lived."""
    if SEEDS > CI:
        return list(range(SEEDS))
    faulty = [s for s in range(2 * SEEDS) if scenario(CHANNELS[0], s).fault_rate]
    spared = {seed for n, seed in enumerate(faulty) if n % 4}
    return sorted({*range(2 * SEEDS)} - spared)[:SEEDS]


AS_LIVED = {
    "douyin-laike": "0e4dc995",
    "taobao": "8ea3b5f0",
    "jd": "b7e82607",
    "pinduoduo": "d6c14cc2",
}
"""What the first days of each channel are, summed."""
DAYS = chosen()
FEWER = "pinduoduo"
"""It has a quarter of those days, up to `CI`, over sockets less than half; it is walked
backwards, as Taobao is."""


def blocks() -> Iterator[Any]:
    """A channel and some of its days."""
    for channel in CHANNELS:
        days = DAYS[::4] if channel == FEWER and SEEDS <= CI else DAYS
        for start in range(0, len(days), BLOCK):
            some = days[start : start + BLOCK]
            yield pytest.param(channel, some, id=f"{channel}-{some[0]}-{some[-1]}")


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    """As many processes as there are cores: a day takes about a second of one."""
    spawned = get_context("spawn")
    cores, joint = os.cpu_count(), databases.joint()
    with ProcessPoolExecutor(cores, spawned, databases.join, joint) as workers:
        yield workers


def lived(how: Callable[[Scenario, Path], Result], channel: str, seed: int) -> Result:
    with tempfile.TemporaryDirectory() as folder, databases.passing():
        return how(scenario(channel, seed), Path(folder))


def hub_day(channel: str, seed: int) -> tuple[int, Result]:
    return seed, lived(live, channel, seed)


def forward_day(channel: str, seed: int) -> Result:
    return lived(live_forward, channel, seed)


def quiet(channel: str, days: int) -> list[int]:
    """The first seeds of days on which nothing fails."""
    found = [s for s in range(2 * days) if not scenario(channel, s).fault_rate]
    return found[:days]


def wrongs(channel: str, seed: int, result: Result) -> list[str]:
    found = result.lost + result.doubled + result.false_completes
    return [f"python -m tests.loss {channel} {seed}: {one}" for one in found]


@pytest.mark.parametrize(("channel", "seeds"), list(blocks()))
def test_the_hub_loses_nothing(
    pool: ProcessPoolExecutor, channel: str, seeds: list[int]
) -> None:
    days = list(pool.map(hub_day, [channel] * len(seeds), seeds))
    assert [w for seed, result in days for w in wrongs(channel, seed, result)] == []
    assert all(result.orders > 0 and result.calls > 0 for _, result in days)


@pytest.mark.parametrize("channel", CHANNELS)
def test_h1_control_a_page_1_2_3_reader_loses_orders(
    pool: ProcessPoolExecutor, channel: str
) -> None:
    days = pool.map(forward_day, [channel] * FORWARD, quiet(channel, FORWARD))
    assert sum(len(result.lost) for result in days) > 0


@pytest.mark.parametrize("channel", CHANNELS)
def test_over_sockets_it_loses_nothing_either(channel: str, tmp_path: Path) -> None:
    days = SOCKETS if SEEDS > CI else 2 if channel == FEWER else SOCKETS // 2
    for seed in quiet(channel, days):
        folder = tmp_path / str(seed)
        folder.mkdir()
        result = live_over_sockets(scenario(channel, seed), folder)
        assert wrongs(channel, seed, result) == []


def test_a_seed_stands_for_the_day_it_stood_for_when_all_2000_were_lived() -> None:
    """A new switch that these days draw lots for reshuffles them all: leave it out, or live
    all 2,000 again and write the new sums here."""
    days = {c: [scenario(c, seed) for seed in range(20)] for c in CHANNELS}
    texts = {c: repr([(d.switches, d.options) for d in days[c]]) for c in CHANNELS}
    sums = {c: hashlib.sha256(texts[c].encode()).hexdigest()[:8] for c in CHANNELS}
    assert sums == AS_LIVED


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_position_of_every_switch_has_its_days(channel: str) -> None:
    days = [scenario(channel, seed) for seed in range(200)]
    for name, positions in SWITCHES[channel].items():
        assert {day.switches[name] for day in days} == set(positions), name
    assert {day.page_size for day in days} == {2, 3, 4, 5}
    assert {day.fault_rate for day in days} == {0.0, 0.35}
