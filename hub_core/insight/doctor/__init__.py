"""How the hub and its shops are: what is in order, what is not, and what to do."""

from .check import Check, State, sound
from .finding import Finding, Verdict
from .live import Visit, visit
from .machine import at_rest
from .shops import shop_checks, troubles

__all__ = [
    "Check",
    "Finding",
    "State",
    "Verdict",
    "Visit",
    "at_rest",
    "shop_checks",
    "sound",
    "troubles",
    "visit",
]
