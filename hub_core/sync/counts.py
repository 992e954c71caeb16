"""What a reading did, in numbers a person can check."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(slots=True)
class Counts:
    """Adds up over windows, streams and shops."""

    calls: int = 0
    pages: int = 0
    rows: int = 0
    """Rows the platform gave, repeats included."""
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    stale: int = 0
    """Rows older than what is stored already."""
    details: int = 0
    rereads: int = 0
    parked: int = 0
    late: int = 0
    """Rows found in an interval that had been called complete."""
    windows: int = 0
    partial: int = 0
    gaps: int = 0

    def __iadd__(self, other: Counts) -> Counts:
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)
        return self

    def as_dict(self) -> dict[str, int]:
        """For `--json`."""
        return asdict(self)
