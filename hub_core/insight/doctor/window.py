"""Which of an order's times a window is over, and whether its ends belong to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from .asking import Row, Seen
from .finding import Finding, judged, measured, unsure
from .gather import Gathered
from .order import KEYS

Reading = tuple[str, bool]
"""A way to read a window: by which time, and whether that end belongs to it."""


def constant(found: Gathered) -> list[Row]:
    """Rows that were in the window unchanged from the first question to the last."""
    if found.first is None:
        return []
    if found.again is None:
        return list(found.first.rows)
    return [row for row in found.first.rows if row in set(found.again.rows)]


def over(found: Gathered) -> Finding:
    """The time a window is over."""
    fact = "time of the window"
    rows = constant(found)
    if found.first is None or found.first.sent is None or not rows:
        return unsure(fact, "", "no rows, or the ends that were sent are not known")
    ways = _both(found, rows)
    keys = sorted({key for key, _ in ways}, reverse=True)
    evidence = f"{len(rows)} rows, a window cut at one of them from either side"
    if len(keys) == 1:
        return measured(fact, "", keys[0], evidence)
    if not keys:
        return unsure(fact, "", f"{evidence}: neither time explains what came")
    return unsure(fact, "", f"{evidence}: both times explain it", " or ".join(keys))


def _both(found: Gathered, rows: Sequence[Row]) -> set[Reading]:
    """Readings by a key that both cut windows allow; without them, keys that fit."""
    start = readings(rows, found.start, "start")
    end = readings(rows, found.end, "end")
    if found.start is None or found.end is None:
        assert found.first is not None
        return {(key, True) for key in _inside(found.first, rows)}
    keys = {key for key, _ in start} & {key for key, _ in end}
    return {reading for reading in start if reading[0] in keys}


def _inside(seen: Seen, rows: Sequence[Row]) -> list[str]:
    """Times that lie within what was sent, for every row."""
    sent = seen.sent
    return [
        name
        for name, key in KEYS.items()
        if sent and all((t := key(r)) and sent.since <= t <= sent.until for r in rows)
    ]


def start(found: Gathered) -> Finding:
    """Whether a row at the window's very start is in it."""
    return _end(found, found.start, "start")


def end(found: Gathered) -> Finding:
    """Whether a row at the window's very end is in it."""
    return _end(found, found.end, "end")


def _end(found: Gathered, seen: Seen | None, side: str) -> Finding:
    fact, margin = f"window {side}", _margin(found, side)
    configured = "" if margin is None else _margin_words(margin)
    if seen is None or margin is None:
        why = (
            found.refused.get("ends")
            or "no row to cut a window at, or its ends are not known"
        )
        return unsure(fact, configured, why)
    rows = constant(found)
    kinds = {inclusive for _, inclusive in readings(rows, seen, side)}
    evidence = f"a window that {side}s in a row's very second gave {len(seen.rows)} rows"
    if len(kinds) != 1:
        return unsure(fact, configured, f"{evidence}; that fits no one reading")
    inclusive = kinds.pop()
    holds = inclusive or margin >= timedelta(seconds=1)
    return judged(
        fact, configured, "inclusive" if inclusive else "exclusive", holds, evidence
    )


def _margin(found: Gathered, side: str) -> timedelta | None:
    """How much further out than wanted the connector asks."""
    if found.first is None or found.first.sent is None:
        return None
    wanted, sent = found.first.window, found.first.sent
    return wanted.since - sent.since if side == "start" else sent.until - wanted.until


def _margin_words(margin: timedelta) -> str:
    seconds = margin.total_seconds()
    return f"either: {seconds:g} s more is asked" if seconds >= 1 else "inclusive"


def readings(rows: Sequence[Row], seen: Seen | None, side: str) -> set[Reading]:
    """The ways to read the cut window that give exactly the rows that came."""
    if seen is None or seen.sent is None:
        return set()
    at = seen.sent.since if side == "start" else seen.sent.until
    came = set(seen.ids)
    fits = set()
    for name, key in KEYS.items():
        times = {r.id: t for r in rows if (t := key(r)) is not None}
        if len(times) < len(rows) or at not in times.values():
            continue
        got = {id for id in times if id in came}
        for inclusive in (True, False):
            beyond = {
                id for id, t in times.items() if (t > at if side == "start" else t < at)
            }
            on = {id for id, t in times.items() if t == at} if inclusive else set()
            if got == beyond | on:
                fits.add((name, inclusive))
    return fits
