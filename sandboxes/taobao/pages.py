"""What all lists share: as of when they speak, how a page is cut, how much there is.

Source: paper §1 and §3 (use_has_next instead of total_results).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from . import gate, refusals
from .shapes import JSON
from .shelf import Row

LAG = 30.0
"""Seconds by which a lagging list, detail or total is behind."""


def seen(now: float, switches: Mapping[str, str], by: str) -> float:
    """As of when a `list` or a `detail` speaks."""
    return now - (LAG if switches["lagging"] == by else 0.0)


def total(rows: Sequence[Row], now: float, switches: Mapping[str, str], cap: int) -> int:
    """total_results: exact, as it was a little earlier, or at most `cap`."""
    match switches["total"]:
        case "lagging":
            then = now - LAG
            return sum(1 for r in rows if r[3].in_place_since(r[4]) <= then)
        case "capped":
            return min(len(rows), cap)
    return len(rows)


def size(params: Mapping[str, str], switches: Mapping[str, str], most: int) -> int:
    """page_size, 40 unless told; above `most` refused or cut, as the switch says."""
    asked = gate.number(params, "page_size", 40)
    if asked > most and switches["page_size_over"] == "refused":
        raise refusals.invalid("page_size")
    return min(asked, most)


def listed(rows: list[JSON], plural: str, singular: str, switch: str) -> JSON:
    """The container of a list, or what stands for an empty one."""
    if rows:
        return {plural: {singular: rows}}
    empty: dict[str, JSON] = {
        "absent": {},
        "empty_object": {plural: {}},
        "empty_list": {plural: {singular: []}},
        "null": {plural: None},
    }
    return empty[switch]


def more(page: int, limit: int, rows: Sequence[Any], switch: str) -> bool:
    """has_next: whether there is another page, or only that this one was full (H7)."""
    if switch == "full_page":
        return len(rows[(page - 1) * limit : page * limit]) == limit
    return len(rows) > page * limit
