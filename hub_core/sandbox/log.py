"""What the platform was asked and what it answered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One request. `outcome` is `ok`, a platform error code as text, or `fault:<kind>`."""

    at: float
    operation: str
    account: str
    outcome: str


class AccessLog:
    """Every request in the order it came."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def add(self, at: float, operation: str, account: str, outcome: str) -> None:
        """Note one request."""
        self.entries.append(Entry(at, operation, account, outcome))

    def counts(self) -> dict[str, int]:
        """How many requests had each outcome."""
        return dict(Counter(e.outcome for e in self.entries))

    def busiest(self, seconds: float, operation: str | None = None) -> int:
        """The most requests (of one operation) in any window of that length."""
        times = [
            e.at for e in self.entries if operation is None or e.operation == operation
        ]
        worst, first = 0, 0
        for last, at in enumerate(times):
            while times[first] <= at - seconds:
                first += 1
            worst = max(worst, last - first + 1)
        return worst
