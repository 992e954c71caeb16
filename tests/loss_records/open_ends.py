"""Wrongs that are known, and not the engine's: left out of a day's grade until mended.

Strike an entry out when its cause is mended; `python -m tests.loss_records` counts what
each day left out as `open`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from .scenario import RecordScenario


@dataclass(frozen=True, slots=True)
class OpenEnd:
    """Wrongs of one kind whose text matches, on days to which it applies."""

    channel: str
    kind: str
    text: str
    why: str
    applies: Callable[[RecordScenario], bool] = lambda day: True


OPEN_ENDS: tuple[OpenEnd, ...] = ()


def is_open(day: RecordScenario, wrong: str) -> bool:
    """Whether this wrong is one of those."""
    return any(
        (end.channel, end.kind) == (day.channel, day.kind)
        and end.applies(day)
        and re.search(end.text, wrong)
        for end in OPEN_ENDS
    )
