"""What pushes name: one record, however many of them do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..store.inbox import Kept, Of
from ..store.shops import Shop

CLOCKS = timedelta(seconds=2)
"""How far apart the clocks of processes may be that take pushes in and that read."""
PAUSES = timedelta(seconds=2), timedelta(seconds=15)
"""The shortest and the longest a push waits for a reading that will bring it."""


@dataclass(slots=True)
class Named:
    """One record, the pushes that name it, and what came of asking for it."""

    pushes: list[Kept]
    shops: list[Shop] = field(default_factory=list)
    there: bool = False
    asked: bool = False
    busy: bool = False
    """Its stream is being read."""
    left: bool = False
    """Its list is to bring it."""
    late: bool = False
    """Its list has not brought it, with many others."""
    shut: bool = False
    error: str | None = None

    @property
    def id(self) -> str:
        """The platform's id of it."""
        return str(self.pushes[0].external_id)

    @property
    def ids(self) -> list[int]:
        """Of the pushes."""
        return [one.id for one in self.pushes]

    @property
    def of(self) -> Of:
        """Whose it is, and of which kind."""
        return self.pushes[0].of

    @property
    def told_at(self) -> datetime:
        """When the newest of the pushes came."""
        return max(one.received_at for one in self.pushes)

    @property
    def open(self) -> bool:
        """Whether it is still to be asked for."""
        return not self.there and not self.left


def is_news(received_at: datetime, fetched_at: datetime) -> bool:
    """Whether what was fetched then may lack what a push told: it counts only where the
    call was sent after the push had come, whosever clock dates it."""
    return fetched_at < received_at + CLOCKS


def pause(since: datetime, now: datetime) -> timedelta:
    """How long a push waits on that came then: a quarter of what it has waited."""
    shortest, longest = PAUSES
    return min(max((now - since) / 4, shortest), longest)
