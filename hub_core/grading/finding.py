"""What a try came to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

SHOWN = 8
"""So many of what is wrong are named; the rest is counted."""


class State(StrEnum):
    """How a criterion stands."""

    MET = "met"
    UNMET = "not met"
    NOT_ASKED = "not asked"
    """It has nothing that the criterion is about; that holds nobody back."""
    NOT_TRIED = "not tried"
    """Left out, or something it takes is not installed: it counts as not met."""


@dataclass(frozen=True, slots=True)
class Finding:
    """How a criterion stands, and by what evidence."""

    state: State
    evidence: str
    wrong: tuple[str, ...] = ()
    """What to mend, one each, without values."""


def some(count: int, what: str) -> str:
    """`1 day`, `2 days`."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def found(evidence: str, wrong: Iterable[str]) -> Finding:
    """Met where nothing is wrong."""
    said = tuple(dict.fromkeys(wrong))
    more = len(said) - SHOWN
    shown = (*said[:SHOWN], *((f"and {more} more",) if more > 0 else ()))
    return Finding(State.UNMET if said else State.MET, evidence, shown)
