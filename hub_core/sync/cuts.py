"""In which parts a window with too many rows is read, by what has been counted so far."""

from __future__ import annotations

import math
from collections.abc import Callable

from ..ports import Window
from .walk import parts

FILLED = 0.94
"""How full the parts of a window are meant to be, where rows are evenly spread."""


class Cuts:
    """Parts of a window, and again of what is left of it where its rows lie closer than
    they do on the whole. A window that was cut is cut alike when asked again."""

    def __init__(self, most: Callable[[], int]) -> None:
        """`most`: rows that a window is read with, at most."""
        self._most = most
        self._cut: dict[Window, tuple[Window, ...]] = {}
        self._whole: Window | None = None
        self._left = 0

    def of(self, window: Window, rows: int, before: int = 0) -> tuple[Window, ...]:
        """The parts of a window of so many rows, and of what lies behind it in that which
        it is a part of; none where it is too short. `before`: rows that are being read."""
        if window not in self._cut:
            self._cut[window] = self._rest(window, rows, before) or self._even(window, rows)
        return self._cut[window]

    def read(self, window: Window, rows: int) -> None:
        """It was read, and had so many rows."""
        if self._whole is not None and _is_within(window, self._whole):
            self._left -= rows

    def _even(self, window: Window, rows: int) -> tuple[Window, ...]:
        if self._whole is None or not _is_within(window, self._whole):
            self._whole, self._left = window, rows
        return parts(window, self._many(rows))

    def _rest(self, window: Window, rows: int, before: int) -> tuple[Window, ...]:
        """All that is left of the whole in shorter parts; none where parts as long as this
        one have too many rows only here."""
        whole, left = self._whole, self._left - before
        if whole is None or not _is_within(window, whole) or left < rows:
            return ()
        rest = Window(window.since, whole.until)
        if left * _length(window) <= self._most() * _length(rest):
            return ()
        return parts(rest, self._many(left))

    def _many(self, rows: int) -> int:
        return max(math.ceil(rows / (FILLED * self._most())), 2)


def _is_within(one: Window, other: Window) -> bool:
    return other.since <= one.since and one.until <= other.until


def _length(window: Window) -> float:
    return (window.until - window.since).total_seconds()
