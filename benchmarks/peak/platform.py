"""Platforms, as far as lists and records go: rows by the time of their last change."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from hub_core.errors import Banned

from .demand import Account, Kind, Listed
from .judge import Judge
from .world import World

Answer = TypeVar("Answer")
NOTHING = Kind()


@dataclass(frozen=True, slots=True)
class Wire:
    """How long a call takes, in seconds: out, then thought about, then back."""

    out: float = 0.008
    jitter: float = 0.005
    """Up to so much more on the way out, evenly by chance."""
    least: float = 0.06
    most: float = 0.2
    """Thinking and the way back."""


@dataclass(slots=True)
class Shelf:
    """What one account has on its platform by now."""

    kinds: dict[str, Kind]
    lists: dict[str, Listed] = field(default_factory=dict)
    newest: dict[tuple[str, str], int] = field(default_factory=dict)
    """(kind, id) to the newest event."""
    _up_to: dict[str, int] = field(default_factory=dict)

    def kind(self, name: str) -> Kind:
        """Its records of a kind; of some it has none."""
        return self.kinds.get(name, NOTHING)

    def turn_to(self, now: float) -> None:
        """Let happen what has happened by now."""
        for name, kind in self.kinds.items():
            first, end = self._up_to.get(name, 0), bisect_right(kind.times, now)
            for event in range(first, end):
                self._happen(name, kind, event)
            self._up_to[name] = end

    def _happen(self, name: str, kind: Kind, event: int) -> None:
        if (before := kind.former[event]) >= 0 and kind.lists[before]:
            insort(self.lists[kind.lists[before]].gone, kind.place[before])
        self.newest[name, kind.ids[event]] = event
        if kind.lists[event]:
            listed = self.lists.setdefault(kind.lists[event], Listed())
            kind.place[event] = len(listed.times)
            listed.times.append(kind.times[event])
            listed.events.append(event)

    def rows(self, name: str, since: float, until: float) -> list[int]:
        """The events whose rows stand in the window, oldest first; both ends inclusive."""
        if (listed := self.lists.get(name)) is None:
            return []
        first, end = self._span(listed, since, until)
        gone = listed.gone[bisect_left(listed.gone, first) : bisect_left(listed.gone, end)]
        if not gone:
            return list(listed.events[first:end])
        left = set(gone)
        return [listed.events[n] for n in range(first, end) if n not in left]

    def count(self, name: str, since: float, until: float) -> int:
        """How many those are."""
        if (listed := self.lists.get(name)) is None:
            return 0
        first, end = self._span(listed, since, until)
        return end - first - bisect_left(listed.gone, end) + bisect_left(listed.gone, first)

    @staticmethod
    def _span(listed: Listed, since: float, until: float) -> tuple[int, int]:
        return bisect_left(listed.times, since), bisect_right(listed.times, until)


@dataclass(slots=True)
class Platform:
    """One app's view of one platform."""

    world: World
    judge: Judge
    wire: Wire
    shelves: dict[int, Shelf]
    chance: Random

    def exchange(
        self, name: str, account: Account, answer: Callable[[Shelf], Answer]
    ) -> Answer:
        """One call: it arrives, is counted, and is answered as things stand then.

        Raises Banned where it was one too many.
        """
        wire, got = self.wire, list[Answer]()
        refused: list[float] = []
        arrival = self.world.time + wire.out + self.chance.random() * wire.jitter

        def arrive() -> None:
            if rest := self.judge.arrive(name, account.name, arrival):
                refused.append(rest)
                return
            shelf = self.shelves[account.id]
            shelf.turn_to(arrival)
            got.append(answer(shelf))

        self.world.at(arrival, arrive)
        rest = wire.least + self.chance.random() * (wire.most - wire.least)
        self.world.sleep(arrival - self.world.time + rest)
        if refused:
            raise Banned("too many calls", after=refused[0])
        return got[0]
