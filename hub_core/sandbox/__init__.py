"""A kit for building a platform in a box: its clock, its orders, its faults, its truth.

It imports nothing else of the hub. A sandbox is a subclass of `Platform` that answers
requests the way its platform's documents say; the kit adds what every platform shares:
virtual time, versions that become visible late, quotas, faults, an access log, and an
account of the truth against which a client can be graded.
"""

from .book import Book, Record, Version
from .clock import Clock
from .consent import (
    ConsentError,
    Consenting,
    ConsentPage,
    Console,
    notice,
    same_address,
    sent_back,
)
from .faults import Fault, Faults
from .http import Request, Response, json_response
from .log import AccessLog, Entry
from .people import Street
from .platform import (
    Account,
    Effect,
    Facts,
    Platform,
    SwitchError,
    TruthOrder,
    TruthRecord,
    TruthRecordVersion,
    TruthVersion,
)
from .post import Send, keep_posting, poster
from .quota import Quota
from .websocket import Line, Listening

__all__ = [
    "AccessLog",
    "Account",
    "Book",
    "Clock",
    "ConsentError",
    "ConsentPage",
    "Consenting",
    "Console",
    "Effect",
    "Entry",
    "Facts",
    "Fault",
    "Faults",
    "Line",
    "Listening",
    "Platform",
    "Quota",
    "Record",
    "Request",
    "Response",
    "Send",
    "Street",
    "SwitchError",
    "TruthOrder",
    "TruthRecord",
    "TruthRecordVersion",
    "TruthVersion",
    "Version",
    "json_response",
    "keep_posting",
    "notice",
    "poster",
    "same_address",
    "sent_back",
]
