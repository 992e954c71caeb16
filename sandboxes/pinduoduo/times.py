"""Beijing wall clock, as answers write it; requests carry epoch seconds.

Source: channel paper §3 "Money and types".
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import lru_cache

BEIJING = timezone(timedelta(hours=8))
DAY = 86_400.0


@lru_cache(maxsize=1 << 15)
def text_of(seconds: float | None) -> str:
    """Epoch seconds as `2026-11-20 12:00:00`; fractions are cut, None is blank."""
    if seconds is None:
        return ""
    return datetime.fromtimestamp(int(seconds), BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def date_of(seconds: float) -> str:
    """The Beijing day as order numbers begin: `261120`."""
    return datetime.fromtimestamp(int(seconds), BEIJING).strftime("%y%m%d")
