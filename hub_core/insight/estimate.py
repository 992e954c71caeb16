"""What a long first reading will cost, counted before it starts.

One probe per legal window, up to a bound, tells how many rows a span has; windows that
were not probed are taken as the average of those that were.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from ..ports import Limit, Source, Stream, Window

PROBES = 12
"""Windows that are counted; a bound, so that looking ahead costs next to nothing."""
MOST_ROWS = 10_000
"""A window with more rows is read in halves."""
THREADS = 8
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What reading one stream of one shop up to now will take."""

    shop: str
    stream: str
    app: str = ""
    since: datetime | None = None
    until: datetime | None = None
    windows: int = 0
    probed: int = 0
    rows: int = 0
    list_calls: int = 0
    detail_calls: int = 0
    seconds: float = 0.0
    """Read alone, one call after the other."""
    paced: float = 0.0
    """What the app's limits take of that; shops of one app share them."""
    error: str | None = None

    @property
    def calls(self) -> int:
        """Calls in all."""
        return self.list_calls + self.detail_calls

    @property
    def counted(self) -> bool:
        """Whether every window was probed, so that nothing is extrapolated."""
        return self.probed == self.windows

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        rounded = {"seconds": round(self.seconds, 1), "paced": round(self.paced, 1)}
        return {**asdict(self), **rounded, "calls": self.calls, "counted": self.counted}


@dataclass(frozen=True, slots=True)
class Survey:
    """What the probes of a span told."""

    windows: int
    probed: int
    rows: int
    list_calls: int


def windows_of(stream: Stream, since: datetime, until: datetime) -> list[Window]:
    """The legal windows that together span it, each overlapping the one before."""
    longest, found = stream.max_window - 2 * SECOND, []
    while since < until:
        begin = since - stream.overlap
        end = min(until, max(begin + longest, since + SECOND))
        found.append(Window(begin, end))
        since = end
    return found


def survey(source: Source, stream: Stream, since: datetime, until: datetime) -> Survey:
    """Count the span's rows, window by window, at most PROBES of them."""
    windows = windows_of(stream, since, until)
    chosen = _spread(windows, PROBES)
    pages = [source.probe(stream, window) for window in chosen]
    totals = [page.total or 0 for page in pages]
    probe_is_page = any(page.number == 1 and page.items for page in pages)
    known = sum(_calls(n, stream, probe_is_page) for n in totals)
    rest = len(windows) - len(chosen)
    mean = sum(totals) / len(totals) if totals else 0.0
    more = rest * _calls(round(mean), stream, probe_is_page)
    rows = sum(totals) + round(mean * rest)
    tail = 1 if windows else 0
    return Survey(len(windows), len(chosen), rows, known + more + tail)


def _spread(windows: Sequence[Window], most: int) -> list[Window]:
    """Evenly spread ones; not the very first and last, which are seldom like the rest."""
    if len(windows) <= most:
        return list(windows)
    return [windows[(2 * i + 1) * len(windows) // (2 * most)] for i in range(most)]


def _calls(rows: int, stream: Stream, probe_is_page: bool) -> int:
    """Calls that read a window of so many rows, details not counted."""
    most = min(MOST_ROWS, (stream.rows_cap or MOST_ROWS + 1) - 1)
    if rows > most:
        half = _calls(rows // 2, stream, probe_is_page)
        return 1 + half + _calls(rows - rows // 2, stream, probe_is_page)
    if rows == 0 or (probe_is_page and rows <= stream.page_size):
        return 1
    return 1 + -(-rows // stream.page_size)


def estimated(
    shop: str,
    app: str,
    stream: Stream,
    span: Window,
    found: Survey,
    *,
    limits: Iterable[Limit],
    list_call: str,
    latency: float,
) -> Estimate:
    """The survey in calls and seconds. `latency` is what one call was seen to take."""
    details = found.rows if stream.list_is_partial else 0
    calls = found.list_calls + details
    paces = {"app": 0.0, "shop": 0.0}
    for limit in limits:
        met = _met(limit, list_call, found.list_calls, details)
        paces[limit.per] = max(paces[limit.per], met * limit.seconds / limit.calls)
    return Estimate(
        shop, stream.name, app, span.since, span.until, found.windows, found.probed,
        found.rows, found.list_calls, details,
        max(calls * latency, *paces.values()), paces["app"],
    )  # fmt: skip


def _met(limit: Limit, list_call: str, listed: int, details: int) -> int:
    """How many of the calls a limit counts. Details go by a name beside the list's."""
    family = list_call.partition(".")[0] + "."
    whole = family.startswith(limit.prefix)
    named = limit.prefix.startswith(family) and not list_call.startswith(limit.prefix)
    count = listed if list_call.startswith(limit.prefix) else 0
    return count + (details if whole or named else 0)


def together(found: Sequence[Estimate]) -> float:
    """Seconds for all of them, side by side: the shops of one app share its limits."""
    shops = _sums((e.shop, e.seconds) for e in found)
    apps = _sums((e.app, e.paced) for e in found)
    return max(sum(shops.values()) / THREADS, *shops.values(), *apps.values(), 0.0)


def _sums(pairs: Iterable[tuple[str, float]]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for key, value in pairs:
        sums[key] = sums.get(key, 0.0) + value
    return sums
