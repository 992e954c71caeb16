"""Where a page ended, as text a client hands back. It holds a moment and a row's number
and gives no right: what a page may hold is asked anew each time."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime

from ..store.pages import After
from .problems import Refused

LONGEST = 2**62


def written(after: After | None) -> str | None:
    """For the answer."""
    if after is None:
        return None
    moment, key = after
    text = f"{'' if moment is None else moment.astimezone(UTC).isoformat()}|{key}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(text: str | None) -> After | None:
    """From the request. Raises Refused for what no page of ours said."""
    if text is None:
        return None
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        plain = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
        moment, _, key = plain.partition("|")
        at = datetime.fromisoformat(moment) if moment else None
        number = int(key)
    except (ValueError, binascii.Error, OverflowError):
        raise Refused(404, "bad_cursor", "cursor: not one of this hub's") from None
    if (at is not None and at.tzinfo is None) or not 0 <= number < LONGEST:
        raise Refused(404, "bad_cursor", "cursor: not one of this hub's")
    return at, number
