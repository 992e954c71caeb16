"""What a test of a contract needs of a platform, and what a platform lacks.

    class TestTeahousePlaces(PlaceSourceContract):
        lacks = (BY_ID, NUMBERED)

pytest does not collect what needs something of these, and tests instead that it is lacking.
Where a class does not say so, such tests are skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from .desk import Desk

Test = TypeVar("Test", bound=Callable[..., None])


@dataclass(frozen=True)
class Need:
    """Something that not every platform has."""

    name: str
    """As `hub_core.testing.contracts` exports it."""
    lacking: str
    """What is said of a platform without it."""
    there: Callable[[Desk], bool]
    """Whether a platform has it."""


def needs(need: Need) -> Callable[[Test], Test]:
    """Mark a contract's test as one that proves nothing without it."""

    def marked(test: Test) -> Test:
        vars(test)["needs"] = need
        return test

    return marked


def need_of(test: object) -> Need | None:
    """What a test needs; None where it is for every platform."""
    found: Need | None = getattr(test, "needs", None)
    return found


def falsely_lacking(lacks: Iterable[Need], desk: Desk) -> list[str]:
    """Those of them that are there."""
    return [need.name for need in lacks if need.there(desk)]


def is_left_out(cls: type, name: str, test: Any) -> bool:
    """Whether pytest is not to collect this of a class."""
    lacks: tuple[Need, ...] = getattr(cls, "lacks", ())
    if name == DENIAL:
        return not lacks
    return need_of(test) in lacks


DENIAL = "test_what_it_lacks_is_lacking"
"""Of no use to a class that lacks nothing."""
