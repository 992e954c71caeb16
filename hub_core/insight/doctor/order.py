"""How a list is sorted, and whether rows of one second keep their places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import combinations, groupby, pairwise

from ...ports import Stream
from .asking import Row, Seen
from .finding import Finding, judged, measured, unsure
from .gather import Gathered

Key = Callable[[Row], datetime | None]
KEYS: dict[str, Key] = {"modified": lambda r: r.modified, "created": lambda r: r.created}
DISTINCT = 5
"""Fewer different times than these are in some order by mere chance."""
OPEN = ("", "not documented")


def sorting(stream: Stream, found: Gathered) -> Finding:
    """The sort order within the page that held the whole window."""
    fact = "sort order"
    if found.first is None or not found.first.rows:
        return unsure(fact, stream.order, _why(found, "no rows to look at"))
    rows = found.first.rows
    times = max(len({key(r) for r in rows} - {None}) for key in KEYS.values())
    evidence = f"{len(rows)} rows of {times} different times on one page"
    if times < DISTINCT:
        return unsure(fact, stream.order, f"only {evidence}")
    orders = orders_of(rows)
    if len(orders) > 1:
        return unsure(fact, stream.order, f"{evidence} fit both", " or ".join(orders))
    if not orders and any(r.created is None for r in rows):
        said = f"{evidence}; when they were created the list does not say"
        return _held(fact, stream.order, "not modified", said)
    return _held(fact, stream.order, orders[0] if orders else "neither time", evidence)


def _held(fact: str, configured: str, found: str, evidence: str) -> Finding:
    if configured in OPEN:
        return measured(fact, configured, found, evidence)
    return judged(fact, configured, found, configured == found, evidence)


def orders_of(rows: Sequence[Row]) -> list[str]:
    """Every order the rows are in: `modified desc`, `created asc` …"""
    found = []
    for name, key in KEYS.items():
        times = [t for r in rows if (t := key(r)) is not None]
        if len(times) < len(rows) or len(set(times)) < DISTINCT:
            continue
        if all(a <= b for a, b in pairwise(times)):
            found.append(f"{name} asc")
        if all(a >= b for a, b in pairwise(times)):
            found.append(f"{name} desc")
    return found


def ties(found: Gathered) -> Finding:
    """Whether rows of one second come in the same order each time."""
    fact, asked = "order within a second", "not relied on"
    if found.first is None:
        return unsure(fact, asked, _why(found, "no rows to look at"))
    orders = orders_of(found.first.rows)
    keys = {KEYS[o.partition(" ")[0]] for o in orders} or {KEYS["modified"]}
    answers = [x for x in (found.first, found.again, found.start, found.end) if x]
    answers += found.small
    groups = [g for key in keys for g in _groups(found.first.rows, key)]
    if not groups or found.again is None:
        why = "the page could not be asked twice" if groups else "no two rows share one"
        return unsure(fact, asked, why)
    evidence = (
        f"{sum(map(len, groups))} rows share {len(groups)} seconds, {len(answers)} answers"
    )
    swapped = sum(_swapped(group, answers) for group in groups)
    if swapped:
        return measured(fact, asked, "unstable", f"{evidence}; {swapped} pairs swapped")
    return measured(fact, asked, "stable", evidence)


def _groups(rows: Iterable[Row], key: Key) -> list[list[str]]:
    """Ids of rows that share a second, where more than one does."""
    known = sorted((t, r.id) for r in rows if (t := key(r)) is not None)
    together = ([id for _, id in g] for _, g in groupby(known, key=lambda pair: pair[0]))
    return [group for group in together if len(group) > 1]


def _swapped(group: list[str], answers: Sequence[Seen]) -> int:
    """Pairs of the group that came in both orders."""
    places = [{id: i for i, id in enumerate(answer.ids)} for answer in answers]
    ways = {
        (a, b): {p[a] < p[b] for p in places if a in p and b in p}
        for a, b in combinations(group, 2)
    }
    return sum(len(seen) > 1 for seen in ways.values())


def _why(found: Gathered, otherwise: str) -> str:
    return next(iter(found.refused.values()), otherwise)
