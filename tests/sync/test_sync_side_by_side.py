"""Pages asked for side by side: answered in any order while rows move, nothing is lost."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from hub_core.ports import Paging, Stream, Window
from hub_core.sync.flights import Flights
from hub_core.sync.walk import Walk
from hub_core.wire import Page
from tests.side_by_side import Shuffled
from tests.sync.rows_that_move import START, MovingClock, MovingRows
from tests.sync.test_sync_walks import Desk

DAY = Window(START, START + timedelta(days=1))
SEEDS = 40


@pytest.fixture
def desk() -> Iterator[Callable[..., Desk]]:
    desks: list[Desk] = []

    def make(seed: int, count: int = 120, **how: object) -> Desk:
        rows = MovingRows(MovingClock(), random.Random(seed), **how)  # type: ignore[arg-type]
        rows.fill(count)
        desks.append(Desk(rows))
        desks[-1].abreast = Shuffled(random.Random(seed))
        return desks[-1]

    yield make
    for one in desks:
        one.store.close()


@pytest.mark.parametrize("shuffle_ties", [False, True])
@pytest.mark.parametrize("size", [2, 5])
def test_rows_that_move_are_neither_lost_nor_said_to_be_had(
    desk: Callable[..., Desk], size: int, shuffle_ties: bool
) -> None:
    for seed in range(4):
        one = desk(seed, page_size=size, shuffle_ties=shuffle_ties)
        one.sync()
        assert one.false_completes() == []
        one.rows.changes_per_call = 0
        one.clock.pass_time(600)
        one.sync()
        one.heal()
        assert one.stored() == one.truth()


def moving(seed: int) -> MovingRows:
    rows = MovingRows(MovingClock(), random.Random(seed))
    rows.fill(60)
    return rows


def test_control_pages_side_by_side_do_lose_rows_that_nobody_counts() -> None:
    lost = 0
    for seed in range(SEEDS):
        rows = moving(seed)
        stream = rows.streams[0]
        before = {row.id for row in rows.listed(DAY)}

        def page(number: int, rows: MovingRows = rows, stream: Stream = stream) -> Page:
            return rows.page(stream, DAY, number)

        numbers = range(len(before) // rows.page_size + 1, 0, -1)
        flights = Flights(Shuffled(random.Random(seed)), page, numbers)
        pages = [flights.take(number) or page(number) for number in numbers]
        got = {i.order.external_id for p in pages for i in p.items}  # type: ignore[union-attr]
        lost += len(before & {row.id for row in rows.listed(DAY)} - got)

    assert lost > 0


def test_a_pass_that_is_proved_has_all_that_stands_in_its_window() -> None:
    proved = started = 0
    for seed in range(SEEDS):
        rows = moving(seed)
        side = Shuffled(random.Random(seed))
        walk = Walk(rows, rows.streams[0], DAY, abreast=side)
        for _ in walk.pages():
            rows.changes_per_call = int(rows.rng.random() < 0.1)
        if walk.proof:
            proved += 1
            assert {row.id for row in rows.listed(DAY)} <= set(walk.seen)
        started += side.started

    assert proved > 0
    assert started > SEEDS


def test_a_list_that_stands_still_is_proved_by_its_count_page_1_asked_for_once() -> None:
    rows = moving(3)
    rows.changes_per_call = 0
    walk = Walk(rows, rows.streams[0], DAY, abreast=Shuffled(random.Random(3)))
    got = [item for page in walk.pages() for item in page.items]

    assert walk.proof == "every row counted"
    assert len(got) == 60
    assert rows.calls == 60 // rows.page_size + 1


def test_a_count_that_leaves_rows_out_ends_it_and_the_window_is_read_alone(
    desk: Callable[..., Desk],
) -> None:
    one = desk(5, page_size=5)
    one.rows.changes_per_call = 0
    straight = one.rows.page

    def counting(
        stream: Stream, window: Window, number: int, *, count: bool = False
    ) -> Page:
        page = straight(stream, window, number, count=count)
        total = (page.total or 0) + (1 if page.total else 0)
        return Page(page.items, total=total, number=page.number)

    one.rows.page = counting  # type: ignore[method-assign]
    assert one.rows.streams[0].paging is Paging.REVERSE_OFFSET
    one.sync()

    assert one.stored() == one.truth()
