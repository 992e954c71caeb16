"""Answers that are of another shop: whether its token opens that one, or a proxy or cache
gave what another was given.

A process tells a former answer by its id once it was given it itself; of what others were
given it knows nothing. An answer that is asked for anew tells: a former one is refused by
the id it bore the first time, and of lists that bear none it takes two to be believed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast

from ..errors import WrongShop
from ..ports import CursorSource, Source, Stream, Window
from ..wire import Fetched, Misread, Page

Answer = TypeVar("Answer")


def surely(ask: Callable[[], Answer]) -> Answer:
    """What it gives; asked once more where that is of another shop. Raises WrongShop where
    it is so again."""
    try:
        return ask()
    except WrongShop:
        return ask()


@dataclass(frozen=True, slots=True)
class Twice:
    """A source whose word that a token opens another shop is asked for twice."""

    source: Source

    @property
    def streams(self) -> tuple[Stream, ...]:
        """Its lists."""
        return self.source.streams

    def probe(self, stream: Stream, window: Window) -> Page:
        """How many rows the window has."""
        return surely(lambda: self.source.probe(stream, window))

    def page(
        self, stream: Stream, window: Window, number: int, *, count: bool = False
    ) -> Page:
        """A page by its number."""
        return surely(lambda: self.source.page(stream, window, number, count=count))

    def after(self, stream: Stream, window: Window | None, cursor: str | None) -> Page:
        """A page by its cursor, of a list that has them."""
        handing = cast("CursorSource", self.source)
        return surely(lambda: handing.after(stream, window, cursor))

    def record(self, external_id: str) -> Fetched | Misread | None:
        """One record by its id."""
        return surely(lambda: self.source.record(external_id))
