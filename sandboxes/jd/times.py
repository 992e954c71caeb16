"""Beijing wall clock, as the platform reads and writes it.

Source: channel paper §1 (timestamp) and §3 (times are Beijing strings, sentinel dates).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

BEIJING = timezone(timedelta(hours=8))
STAMP = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.\d{3}\+0800)?")
"""A system timestamp: plain, or with the tail the official SDKs send since 2022."""


@lru_cache(maxsize=1 << 15)
def text_of(seconds: float) -> str:
    """Epoch seconds as `2026-11-20 12:00:00`; fractions are cut."""
    return datetime.fromtimestamp(int(seconds), BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def iso_of(seconds: float) -> str:
    """Epoch seconds as `2026-11-20T04:00:00.000+0000`."""
    moment = datetime.fromtimestamp(int(seconds), UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def read(text: str) -> float | None:
    """`2026-11-20 12:00:00` in Beijing as epoch seconds; None when it is no such time."""
    try:
        naive = datetime.strptime(text, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007
    except ValueError:
        return None
    return naive.replace(tzinfo=BEIJING).timestamp()


def read_stamp(text: str) -> float | None:
    """A system timestamp in either spelling, as epoch seconds."""
    match = STAMP.fullmatch(text)
    return read(match[1]) if match else None


def month_after(seconds: float) -> float:
    """The same day and hour of the next month, or that month's last day."""
    start = datetime.fromtimestamp(seconds, BEIJING)
    year, month = start.year + start.month // 12, start.month % 12 + 1
    for day in range(start.day, 0, -1):
        try:
            return start.replace(year=year, month=month, day=day).timestamp()
        except ValueError:
            continue
    raise AssertionError("every month has a first day")
