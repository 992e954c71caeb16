"""H14: a hub killed at any moment leaves no cursor ahead of its data."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kill import killing
from tests.kill.killing import KILLS, LIVES, WAYS, Lives, Tally, kill_once, left_behind

CHANNELS = ("douyin-laike", "taobao", "jd", "pinduoduo")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")


@pytest.fixture(scope="module")
def mother() -> Iterator[Lives]:
    with killing.lives() as made:
        yield made


def share(channel: str) -> int:
    """This channel's part of all kills."""
    place = CHANNELS.index(channel)
    return KILLS // len(CHANNELS) + (place < KILLS % len(CHANNELS))


@pytest.mark.parametrize("channel", CHANNELS)
def test_h14_a_killed_sync_leaves_no_cursor_ahead_of_its_data(
    channel: str, tmp_path: Path, mother: Lives
) -> None:
    wanted, seed, tally = share(channel), 0, Tally()
    while len(tally.kills) < wanted:
        live_and_die(channel, tmp_path / str(seed), seed, wanted, tally, mother)
        seed += 1
    print(f"{channel}: {tally}")  # noqa: T201
    assert tally.wrong == []
    reading = [k for k in tally.kills if k.calls > 0]
    assert len(reading) >= 0.9 * wanted
    assert sum(k.where == "committing" for k in tally.kills) >= 0.2 * wanted
    assert any(k.way == "command" for k in tally.kills)
    assert tally.moved >= 0.3 * wanted


def live_and_die(
    channel: str, folder: Path, seed: int, wanted: int, tally: Tally, mother: Lives
) -> None:
    """One box: some kills, each looked at, then the reckoning."""
    rng = random.Random(f"kill {channel} {seed}")
    with killing.box(channel, folder, seed) as made:
        made.platform.churn_per_call = 1
        for life in range(2 * LIVES):
            if life >= LIVES or len(tally.kills) >= wanted:
                break
            before = killing.cursors(made)
            kill = kill_once(made, WAYS[(life + seed) % len(WAYS)], rng, mother)
            if kill is not None:
                tally.kills.append(kill)
            tally.wrong += left_behind(made)
            tally.moved += killing.cursors(made) != before
        tally.wrong += killing.settle(made)


def test_h14_control_a_cursor_moved_before_its_rows_is_caught(
    tmp_path: Path, mother: Lives
) -> None:
    rng, caught = random.Random("cursor first"), []
    with killing.box("douyin-laike", tmp_path / "box", 0) as made:
        made.platform.churn_per_call = 1
        for _ in range(12):
            kill_once(made, "statement", rng, mother, ledger="cursor first")
            if caught := left_behind(made):
                break
    assert caught
