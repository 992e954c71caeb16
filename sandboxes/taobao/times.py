"""TOP's wall clock: GMT+8, whole seconds, no zone in the text."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

OFFSET = 8 * 3600
DAY = 86_400

_TEXT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def text(at: float) -> str:
    """Epoch seconds as `yyyy-MM-dd HH:mm:ss` in GMT+8; fractions are cut off."""
    t = time.gmtime(at + OFFSET)
    return (
        f"{t.tm_year:04d}-{t.tm_mon:02d}-{t.tm_mday:02d} "
        f"{t.tm_hour:02d}:{t.tm_min:02d}:{t.tm_sec:02d}"
    )


def moment(value: str) -> float:
    """Epoch seconds of such a text. Raises ValueError for any other form."""
    if not _TEXT.fullmatch(value):
        raise ValueError("not a time")
    parsed = datetime.strptime(value, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    return parsed.timestamp() - OFFSET


def day(at: float) -> int:
    """Which day it is in Beijing, as a count of days."""
    return int((at + OFFSET) // DAY)


def midnight_after(at: float) -> float:
    """When the Beijing day that holds `at` ends."""
    return (day(at) + 1) * DAY - OFFSET
