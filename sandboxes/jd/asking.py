"""Reading what the lists of cases and wares are asked. All raise Declined."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from .errors import Declined
from .queries import text
from .times import read

JSON = dict[str, Any]
Asking = Mapping[str, Any]
Method = Callable[[str, Asking, float], JSON]
"""(account, business parameters, now) to what stands beside `code` in the answer."""
FAR = float("inf")
T = TypeVar("T")


def number(asked: Asking, name: str, usual: int | None, most: int | None = None) -> int:
    """A whole number from 1 on; `usual` where it is left out, None: it must be there."""
    said = text(asked, name)
    if not said and usual is not None:
        return usual
    if not re.fullmatch(r"\d{1,9}", said) or not 1 <= int(said) <= (most or 10**9):
        raise Declined("parameters", name)
    return int(said)


def needed(asked: Asking, *names: str) -> None:
    """These must have been sent."""
    for name in names:
        if not text(asked, name):
            raise Declined("parameters", name)


def window(
    asked: Asking,
    start: str,
    end: str,
    how: Mapping[str, str],
    *,
    pair: bool = False,
    days: int | None = None,
) -> tuple[float, float] | None:
    """Seconds from (inclusive) and to (exclusive), of two Beijing times; None: not asked.

    `pair`: neither may come alone. `days`: how far apart they may be.
    """
    said = text(asked, start), text(asked, end)
    if not any(said):
        return None
    if pair and not all(said):
        raise Declined("parameters", f"{start} and {end}")
    since, until = (read(x) if x else None for x in said)
    if (said[0] and since is None) or (said[1] and until is None):
        raise Declined("parameters", f"{start} and {end}")
    low, high = (-FAR if since is None else since), (FAR if until is None else until)
    if low > high or (days is not None and high - low > days * 86_400):
        raise Declined("parameters", f"{start} and {end}")
    first = how["window_start"] == "exclusive"
    return low + first, high + (how["window_end"] == "inclusive")


def within(at: float | None, ends: tuple[float, float] | None) -> bool:
    """Whether that second lies in the window; no window has every second."""
    return ends is None or (at is not None and ends[0] <= at < ends[1])


def several(asked: Asking, name: str, most: int | None = None) -> frozenset[str]:
    """A list parameter: a JSON list, one value, or text with commas."""
    value = asked.get(name)
    found = value if isinstance(value, list) else text(asked, name).split(",")
    said = frozenset(str(x).strip() for x in found if str(x).strip())
    if most is not None and len(said) > most:
        raise Declined("parameters", name)
    return said


def page(rows: Sequence[T], place: int, size: int) -> Sequence[T]:
    """The rows of a page; pages count from 1."""
    return rows[(place - 1) * size : place * size]
