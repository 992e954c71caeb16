"""What both tables of words read by: every version file of an area, and one record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hub_core.models import Record
from hub_core.wire import JSON, Fetched, shapes
from tests.adapters.goldens import CHANNELS, answer, items_of


def files(channel: str, *areas: str) -> list[str]:
    """Every version file of these areas."""
    found = shapes(CHANNELS[channel].adapters)
    return [module.rpartition(".")[2] for area in areas for module in found[area].values()]


def rows(shapes_: Iterable[str], words: Iterable[Any]) -> list[tuple[str, Any]]:
    """Every version file times every word."""
    known = list(words)
    return [(shape, word) for shape in shapes_ for word in known]


def read_record(channel: str, shape: str, call: str, wire: JSON) -> Record:
    """The only record of an answer."""
    (item,) = items_of(answer(channel, shape, call, wire))
    assert isinstance(item, Fetched), item
    return item.record
