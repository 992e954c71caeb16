"""What comes next is asked for before its turn: no slot is idle, and nothing is lost."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from hub_core.ports import Stream, Window
from hub_core.sync.headstart import Headstart
from hub_core.sync.walk import Walk
from hub_core.wire import Page
from tests.side_by_side import Shuffled
from tests.sync.rows_that_move import START, MovingClock, MovingRows
from tests.sync.test_sync_walks import Desk

SEEDS = 4
DAY = Window(START, START + timedelta(days=1))


class Watched(MovingRows):
    """Notes every call; rows move now and then."""

    def __init__(self, *given: Any, **how: Any) -> None:
        super().__init__(*given, **how)
        self.asked: list[tuple[Window, int]] = []
        self.moves = 0.0

    def page(
        self, stream: Stream, window: Window, number: int, *, count: bool = False
    ) -> Page:
        self.asked.append((window, number))
        self.changes_per_call = int(self.rng.random() < self.moves)
        return super().page(stream, window, number, count=count)


@pytest.fixture
def desk() -> Iterator[Callable[..., tuple[Desk, Watched]]]:
    desks: list[Desk] = []

    def make(seed: int) -> tuple[Desk, Watched]:
        """Windows of two parts each."""
        rows = Watched(MovingClock(), random.Random(seed), cap=41)
        rows.fill(120)
        desks.append(Desk(rows))
        desks[-1].abreast = Shuffled(random.Random(seed))
        return desks[-1], rows

    yield make
    for one in desks:
        one.store.close()


def read(one: Desk, rows: Watched) -> list[tuple[datetime, int]]:
    """Read it all; gives the end of each window as it is settled, and the calls by then."""
    poll, ends = one.poll(), list[tuple[datetime, int]]()
    poll._on_step = lambda step: ends.append((step.at, len(rows.asked)))
    poll.sync(START)
    return ends


def test_the_next_window_is_under_way_before_this_one_is_settled(
    desk: Callable[..., tuple[Desk, Watched]],
) -> None:
    one, rows = desk(1)
    ends = read(one, rows)[:3]
    for end, calls in ends:
        behind = end - timedelta(seconds=2)
        assert sum(window.since >= behind for window, _ in rows.asked[:calls]) > 1
    assert all(end < DAY.until - timedelta(hours=1) for end, _ in ends)
    assert one.stored() == one.truth()


def test_nothing_is_asked_for_twice(desk: Callable[..., tuple[Desk, Watched]]) -> None:
    for seed in range(SEEDS):
        one, rows = desk(seed)
        read(one, rows)
        assert len(rows.asked) == len(set(rows.asked))


@pytest.mark.parametrize("moves", [0.03, 0.15])
def test_rows_that_move_now_and_then_are_neither_lost_nor_said_to_be_had(
    desk: Callable[..., tuple[Desk, Watched]], moves: float
) -> None:
    for seed in range(SEEDS):
        one, rows = desk(seed)
        rows.moves = moves
        one.sync()
        assert one.false_completes() == []
        rows.moves = 0.0
        one.clock.pass_time(600)
        one.sync()
        one.heal()
        assert one.stored() == one.truth()


def counted(rows: MovingRows, seed: int) -> tuple[Headstart, Shuffled]:
    """A headstart whose count has come."""
    side = Shuffled(random.Random(seed))
    ahead = Headstart(rows, rows.streams[0], DAY, side, rows.clock.now)
    while ahead.total is None:
        ahead.ask()
        if ahead.at is not None:
            assert ahead._count is not None
            side.answer(ahead._count)  # type: ignore[arg-type]
    return ahead, side


def test_pages_that_went_out_ahead_are_proved_by_the_count_before_them() -> None:
    proved = 0
    for seed in range(40):
        rows = Watched(MovingClock(), random.Random(seed))
        rows.fill(60)
        ahead, side = counted(rows, seed)
        rows.moves = 0.04
        ahead.fill(6)
        walk = Walk(rows, rows.streams[0], DAY, ahead=ahead, abreast=side)
        for _ in walk.pages():
            pass
        if walk.proof:
            proved += 1
            assert {row.id for row in rows.listed(DAY)} <= set(walk.seen)

    assert 10 < proved < 40


def test_pages_of_a_count_that_makes_no_sense_are_thrown_away() -> None:
    rows = MovingRows(MovingClock(), random.Random(3), changes_per_call=0)
    rows.fill(60)
    straight, odd = rows.page, iter([7])

    def page(stream: Stream, window: Window, number: int, *, count: bool = False) -> Page:
        given = straight(stream, window, number, count=count)
        return Page(given.items, total=given.total, number=next(odd, number))

    rows.page = page  # type: ignore[method-assign]
    ahead, side = counted(rows, 3)
    ahead.fill(3)
    walk = Walk(rows, rows.streams[0], DAY, ahead=ahead, abreast=side)
    got = [item for one in walk.pages() for item in one.items]

    assert len(got) == 60
    assert walk.proof == "every row counted"
    assert rows.calls == 60 // rows.page_size + 1 + 1 + 3
