"""What the gate parks, and what it only tells of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.versions.midstream import Change, Lab, Told

PRICES = ("total_fee", "payment", "price")
"""Amounts of Taobao's orders, in yuan."""


@pytest.fixture(scope="module", params=["hold", "note"])
def box(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Lab:
    folder: Path = tmp_path_factory.mktemp("lab")
    return Lab("taobao", folder, orders=50, seed=4, drift=request.param)


def of(box: Lab, wanted: Callable[[Change], bool]) -> Iterator[tuple[Change, Told]]:
    """Changes of orders, and what the hub made of each."""
    for change in box.changes():
        if change.stream == "orders" and wanted(change):
            yield change, box.told(change, "orders")


def test_all_amounts_in_another_unit_wait_unless_told_is_enough(box: Lab) -> None:
    told = dict(of(box, lambda c: c.how == "in fen" and c.place[-1] in PRICES))
    ways = [one.said for one in told.values()]

    assert len(ways) >= len(PRICES)
    assert any("incident" in said for said in ways)
    assert any("held" in said for said in ways) == (box.drift == "hold")
    if box.drift == "hold":
        amounts = {n for c, t in told.items() for n in box.wrong(c, t) if "amount" in n}
        assert amounts == set()


def test_what_is_gone_is_told_of_and_stops_no_order(box: Lab) -> None:
    control = box.control("orders")
    told = dict(of(box, lambda c: c.how == "gone" and c.place[-1] in PRICES))

    assert any("incident" in one.said or "noted" in one.said for one in told.values())
    assert all("held" not in one.said for one in told.values())
    assert all(one.rows.keys() == control.rows.keys() for one in told.values())
