"""Calls side by side without threads: in any order a platform may answer them in, and in
the same one each time."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from hub_core.client import Line

Result = TypeVar("Result")


class Sent(Generic[Result]):
    """A call that is out, made when chance has it or when somebody waits for it."""

    def __init__(self, side: Shuffled, act: Callable[[], Result]) -> None:
        self._side, self._act = side, act
        self._end: tuple[Any, Exception | None, Any] | None = None

    @property
    def ended(self) -> bool:
        return self._end is not None

    def make(self) -> None:
        try:
            self._end = self._act(), None, self._side.trail()
        except Exception as error:
            self._end = None, error, None

    def result(self) -> Result:
        self._side.answer(self)
        assert self._end is not None
        given, error, trail = self._end
        if error is not None:
            raise error
        self._side.follow(trail)
        return given  # type: ignore[no-any-return]


class Shuffled:
    """As `Abreast`: before a call that is waited for, some of the others are answered."""

    paced = True

    def __init__(self, rng: random.Random, line: Line | None = None) -> None:
        self._rng, self._line = rng, line
        self._out: list[Sent[Any]] = []
        self.started = 0

    @property
    def depth(self) -> int:
        return self._rng.randrange(2, 7)

    def start(self, act: Callable[[], Result]) -> Sent[Result] | None:
        if self._rng.random() < 0.05:
            return None
        self.started += 1
        self._out.append(Sent(self, act))
        return self._out[-1]

    def answer(self, wanted: Sent[Any]) -> None:
        """Answer some that are out, the wanted one last, each at a moment of its own."""
        others = [one for one in self._out if one is not wanted]
        chosen = [one for one in others if self._rng.random() < 0.6]
        self._rng.shuffle(chosen)
        for one in [*chosen, *([] if wanted.ended else [wanted])]:
            self._out.remove(one)
            one.make()

    def trail(self) -> Any:
        return self._line.trail if self._line else None

    def follow(self, trail: Any) -> None:
        if self._line:
            self._line.follow(trail)
