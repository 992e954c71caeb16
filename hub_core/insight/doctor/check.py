"""One thing looked at: how it stands, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a thing stands."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor's table. Holds no secret and no buyer's data."""

    name: str
    state: State
    said: str
    next: str = ""
    """What to do, where something is to be done."""


def ok(name: str, said: str) -> Check:
    """All is well."""
    return Check(name, State.OK, said)


def warn(name: str, said: str, next: str = "") -> Check:
    """It works, but a person should know."""
    return Check(name, State.WARN, said, next)


def fail(name: str, said: str, next: str = "") -> Check:
    """It does not work."""
    return Check(name, State.FAIL, said, next)


def sound(checks: Iterable[Check]) -> bool:
    """Whether nothing fails."""
    return all(check.state is not State.FAIL for check in checks)
