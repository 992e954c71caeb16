"""Sessions whose answers are lost, or can't be read, as the hub's own line tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hub_core.errors import Garbled, Unreadable
from hub_core.wire import Call

from .pdd import Script


@dataclass
class Lost(Script):
    """A line whose answers never arrive. It counts the calls."""

    error: type[Exception] = Garbled
    calls: int = 0

    def send(self, call: Call[Any], /, **asked: Any) -> Any:
        self.calls += 1
        raise self.error


@dataclass
class Reading(Script):
    """A line that says Unreadable of an answer that is of another shape."""

    def send(self, call: Call[Any], /, **asked: Any) -> Any:
        try:
            return Script.send(self, call, **asked)
        except (ValueError, KeyError) as error:
            raise Unreadable("the answer is of another shape") from error
