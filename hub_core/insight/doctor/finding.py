"""What was measured of a fact the documents leave open."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What an answer of the platform says about a fact."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    MEASURED = "measured"
    """Nothing was configured to hold it against: `found` is simply how it is."""
    OPEN = "could not tell"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table. Holds no id, no secret and no buyer's data."""

    fact: str
    configured: str
    found: str
    verdict: Verdict
    evidence: str


def judged(fact: str, configured: str, found: str, holds: bool, evidence: str) -> Finding:
    """Confirmed or refuted."""
    verdict = Verdict.CONFIRMED if holds else Verdict.REFUTED
    return Finding(fact, configured, found, verdict, evidence)


def measured(fact: str, configured: str, found: str, evidence: str) -> Finding:
    """Found out, with nothing to hold it against."""
    return Finding(fact, configured, found, Verdict.MEASURED, evidence)


def unsure(fact: str, configured: str, evidence: str, found: str = "") -> Finding:
    """Could not tell, and why."""
    return Finding(fact, configured, found, Verdict.OPEN, evidence)
