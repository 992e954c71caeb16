"""Of no kind is a record lost, left over when it is gone, or called had when it is not.

Days as those of the orders, for each kind besides orders that a channel's plugin reads and
its box has: small pages, changes between any two calls, rows visible late and malformed,
each position of each switch, a fifth of the days with every third answer spoiled. That
none is doubled is no matter of reading: a shop and an id are the key of a row. Run one day
again with `python -m tests.loss_records CHANNEL KIND SEED`. `CHANNEL_HUB_LOSS_SEEDS=2000`
is the full run, 200 days for each.
"""

from __future__ import annotations

import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from tests import databases

from .day import RecordResult, live, live_forward
from .scenario import SEEDS, SWITCHES, day, pairs

FORWARD = 16
PAIRS = pairs()


def hub_day(channel: str, kind: str, seed: int) -> tuple[int, RecordResult]:
    with tempfile.TemporaryDirectory() as folder, databases.passing():
        return seed, live(day(channel, kind, seed), Path(folder))


def forward_day(seed: int) -> list[str]:
    with tempfile.TemporaryDirectory() as folder, databases.passing():
        return live_forward(day("taobao", "after_sales", seed), Path(folder))


def wrongs(channel: str, kind: str, seed: int, result: RecordResult) -> list[str]:
    found = result.lost + result.surplus + result.false_completes
    return [f"python -m tests.loss_records {channel} {kind} {seed}: {x}" for x in found]


@pytest.mark.parametrize(("channel", "kind"), PAIRS)
def test_the_hub_loses_no_record(
    pool: ProcessPoolExecutor, channel: str, kind: str
) -> None:
    days = list(pool.map(hub_day, [channel] * SEEDS, [kind] * SEEDS, range(SEEDS)))

    assert [w for seed, one in days for w in wrongs(channel, kind, seed, one)] == []
    assert all(one.calls > 0 for _, one in days)
    assert sum(one.orders > 0 for _, one in days) > SEEDS * 3 // 4


def test_control_a_page_1_2_3_reader_loses_cases(pool: ProcessPoolExecutor) -> None:
    """Taobao's list of cases is by the time of change: what changes leaves its page."""
    quiet = [
        n for n in range(2 * FORWARD) if not day("taobao", "after_sales", n).fault_rate
    ]

    assert sum(map(len, pool.map(forward_day, quiet[:FORWARD]))) > 0


def test_every_channel_that_reads_more_than_orders_is_here() -> None:
    there = {channel for channel, _ in PAIRS}

    assert {"douyin-laike", "taobao", "jd", "pinduoduo"} <= there
    assert ("douyin-laike", "redemptions") in PAIRS


@pytest.mark.parametrize(("channel", "kind"), PAIRS)
def test_every_position_of_every_switch_has_its_days(channel: str, kind: str) -> None:
    days = [day(channel, kind, seed) for seed in range(200)]

    for name, positions in SWITCHES[channel].items():
        assert {one.switches[name] for one in days} == set(positions), name
    assert {one.fault_rate for one in days} == {0.0, 0.35}
    assert {one.spoils for one in days} == {True, False}
