"""An amount is read to the fen however its platform writes it, or its record is put aside.

Every amount of every golden that its record is made from is written in other ways: those
that mean the same change nothing, those that mean no whole number of fen are refused.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from hub_core.answers import UNFIT
from hub_core.wire import Misread

from .goldens import WITH_RECORDS, Golden, Way, at, read_with, version_files
from .units import ALL, DOUBLE, FEN, YUAN, unit_of

Place = tuple[Golden, Way]
WITHOUT = {("pinduoduo", "products_v1")}
"""Its list tells no prices."""


def amounts(unit: str) -> list[Place]:
    """Every amount in this unit that a record is made from."""
    return [
        (golden, way)
        for golden in WITH_RECORDS
        for way in golden.places
        if unit_of(golden, way) == unit and matters(golden, way, unit)
    ]


def matters(golden: Golden, way: Way, unit: str) -> bool:
    """Whether a record is another one when this amount is."""
    value = at(golden.body, way)
    if value in (None, ""):
        return False
    more = Decimal(str(value)) + 3
    written = f"{more:.2f}" if unit == YUAN else int(more)
    try:
        return canonical(read_with(golden, way, written)) != canonical(list(golden.items))
    except UNFIT:
        return False


def canonical(items: list[Any]) -> list[Any]:
    """What is made of the rows, without their raw form; a name (of a list that only names
    its rows) as it is."""
    return [getattr(item, "record", item) for item in items]


def same(golden: Golden, way: Way, value: Any) -> bool:
    """Whether this value in place of the amount changes nothing."""
    return canonical(read_with(golden, way, value)) == canonical(list(golden.items))


def refused(golden: Golden, way: Way, value: Any) -> bool:
    """Whether this value puts a record aside, and leaves the others as they are."""
    items = read_with(golden, way, value)
    pairs = zip(golden.items, items, strict=True)
    others = [(a, b) for a, b in pairs if not isinstance(b, Misread)]
    return len(others) < len(items) and all(
        canonical([a]) == canonical([b]) for a, b in others
    )


IN_YUAN, IN_FEN, AS_DOUBLE = amounts(YUAN), amounts(FEN), amounts(DOUBLE)


def test_every_amount_that_is_named_is_tried() -> None:
    """Of every shape that has any; a name that no golden has would test nothing."""
    tried = {
        (golden.channel, golden.shape) for golden, _ in (*IN_YUAN, *IN_FEN, *AS_DOUBLE)
    }
    begins = ("orders", "after_sales", "refund_applies", "products", "redemptions")
    known = {x for x in version_files() if x[1].startswith(begins)}
    assert tried == known - WITHOUT
    assert len(IN_YUAN) > 150
    assert len(IN_FEN) > 100
    places = {way[-1] for golden in WITH_RECORDS for way in golden.places}
    assert {name for one in ALL for name in one.names} <= places


@pytest.mark.parametrize("whole", [True, False])
def test_yuan_written_as_numbers_stay_exact(whole: bool) -> None:
    """`"200.07"` as 200.07, `"200.00"` as 200 or 200.0: the same fen."""
    for golden, way in IN_YUAN:
        said = Decimal(str(at(golden.body, way)))
        as_whole = whole and said == said.to_integral_value()
        assert same(golden, way, int(said) if as_whole else float(said))


def test_yuan_written_longer_or_shorter_stay_exact() -> None:
    for golden, way in IN_YUAN:
        said = f"{Decimal(str(at(golden.body, way))):.2f}"
        for text in (f"{said}00", said.rstrip("0").rstrip("."), f"0{said}"):
            assert same(golden, way, text)


@pytest.mark.parametrize("extra", ["1", "001", "0000000001", "5", "0" * 40 + "1"])
def test_a_fraction_of_a_fen_is_refused_and_never_rounded(extra: str) -> None:
    for golden, way in IN_YUAN:
        said = f"{Decimal(str(at(golden.body, way))):.2f}"
        assert refused(golden, way, said + extra)


def test_fen_written_as_text_stay_exact_and_as_yuan_are_refused() -> None:
    for golden, way in IN_FEN:
        value = int(at(golden.body, way))
        assert same(golden, way, str(value))
        for yuan in (float(value), f"{value}.00", f"{value / 100:.2f}"):
            assert refused(golden, way, yuan)


def test_fen_written_as_doubles_stay_exact_and_a_fraction_is_refused() -> None:
    for golden, way in AS_DOUBLE:
        value = int(at(golden.body, way))
        for written in (value, float(value), str(value), f"{value}.0"):
            assert same(golden, way, written)
        for fraction in (value + 0.5, f"{value}.01", f"{value}.5"):
            assert refused(golden, way, fraction)
