"""In which parts a window with too many rows is read."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from hub_core.ports import Window
from hub_core.sync.cuts import Cuts
from tests.sync.rows_that_move import START

WHOLE = Window(START, START + timedelta(seconds=1000))


def cuts() -> Cuts:
    return Cuts(lambda: 100)


def seconds(parts: tuple[Window, ...]) -> list[float]:
    assert all(one.until == other.since for one, other in pairwise(parts))
    return [(part.until - part.since).total_seconds() for part in parts]


def test_rows_that_lie_evenly_are_cut_evenly() -> None:
    assert seconds(cuts().of(WHOLE, 470)) == [200.0] * 5


def test_what_is_left_is_cut_anew_where_rows_lie_closer_than_on_the_whole() -> None:
    made = cuts()
    first, second, *_ = made.of(WHOLE, 470)
    made.read(first, 0)
    again = made.of(second, 118)

    assert seconds(again) == [160.0] * 5
    assert (again[0].since, again[-1].until) == (second.since, WHOLE.until)


def test_a_part_in_which_alone_they_lie_close_is_cut_alone() -> None:
    made = cuts()
    first, second, *_ = made.of(WHOLE, 470)
    made.read(first, 90)

    assert seconds(made.of(second, 180)) == [100.0] * 2


def test_it_is_cut_alike_whenever_that_is_asked() -> None:
    made = cuts()
    first, second, *_ = made.of(WHOLE, 470)
    ahead = made.of(second, 118, before=90)
    made.read(first, 10)

    assert made.of(second, 118) == ahead
