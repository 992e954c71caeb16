"""Alarms: what is wrong is told once, to whom it concerns, and so is its end.

    looked = alarms.look(hub, now, extra=[missed])  # asks and keeps, sends nothing
    alarms.tell(hub, now)                           # sends what is due
    alarms.ping(hub, now, healthy=looked.well)      # the dead-man's switch

All three may be called as often as one likes; every half minute is meant. What is open, who
was told and when, stands in the store: a restart tells nothing twice.
"""

from .looking import Looked, look
from .pinging import ping
from .telling import Telling, Tried, tell, try_out, wants
from .trouble import KINDS, SEVERITIES, Severity, Source, Trouble

__all__ = [
    "KINDS",
    "SEVERITIES",
    "Looked",
    "Severity",
    "Source",
    "Telling",
    "Tried",
    "Trouble",
    "look",
    "ping",
    "tell",
    "try_out",
    "wants",
]
