"""Totals, pages and their size, late rows, and what ids are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from ...ports import Stream
from .asking import Asker, Seen
from .finding import Finding, judged, measured, unsure
from .gather import Gathered
from .window import constant

KINDS = {str: "text", int: "number", float: "number", bool: "boolean"}


def total(asker: Asker, found: Gathered) -> Finding:
    """Whether the total counts the window's rows.

    `capped`: it stops counting somewhere. `lagging`: it is not of this moment.
    """
    fact, configured = "total", "counts rows"
    told = [s for s in asker.seen if s.whole and s.total is not None]
    wrong = [s for s in told if s.total != len(s.rows)]
    if capped := _capped(found):
        return judged(fact, configured, "capped", False, capped)
    if wrong:
        kind = "lagging" if _passes(wrong, found) else "capped"
        said = "; ".join(f"{s.total} for {len(s.rows)} rows" for s in wrong[:3])
        return judged(fact, configured, kind, False, f"in one and the same answer: {said}")
    most = max((len(s.rows) for s in told), default=0)
    if most == 0:
        return unsure(fact, configured, found.refused.get("total", "no rows to count"))
    parts = f", two parts add up to {found.total}" if found.parts else ""
    return judged(
        fact,
        configured,
        "exact",
        True,
        f"right in {len(told)} answers, the largest of {most} rows{parts}",
    )


def _capped(found: Gathered) -> str | None:
    if found.beyond is not None and found.beyond.rows:
        more = len(found.beyond.rows)
        return f"{more} rows came on the page after the last by a total of {found.total}"
    if found.parts is not None and sum(found.parts) > (found.total or 0):
        one, other = found.parts
        return f"two parts that share no second have {one} + {other} of {found.total} rows"
    return None


def _passes(wrong: list[Seen], found: Gathered) -> bool:
    """Whether a total of another moment explains it: rows that have left are still
    counted, or the newest are not yet."""
    return all(s is found.tail or (s.total or 0) > len(s.rows) for s in wrong)


def pages(found: Gathered) -> Finding:
    """Whether the pages of one window share no row and together have all."""
    fact, configured = "pages of one window", "no row twice, none missing"
    if len(found.small) < 2:
        return unsure(fact, configured, found.refused.get("small pages", "too few rows"))
    rows = constant(found)
    times = Counter(id for page in found.small for id in page.ids)
    twice = sum(times[r.id] > 1 for r in rows)
    missing = sum(times[r.id] == 0 for r in rows)
    evidence = f"{len(rows)} rows that did not change, read in {len(found.small)} pages"
    if missing or (twice and _still(found)):
        said = f"{twice} twice, {missing} missing"
        return judged(fact, configured, said, False, evidence)
    if twice:
        return unsure(
            fact, configured, f"{evidence}; {twice} twice, but others moved meanwhile"
        )
    return judged(fact, configured, "no row twice, none missing", True, evidence)


def _still(found: Gathered) -> bool:
    """Whether nothing moved in the window while it was asked about."""
    first, again = found.first, found.again
    return first is not None and again is not None and set(first.rows) == set(again.rows)


def page_size(stream: Stream, found: Gathered) -> Finding:
    """Whether a page has as many rows as are asked for."""
    fact, configured = "page size", str(stream.page_size)
    if found.smaller is not None:
        said = found.refused["page size"]
        return judged(fact, configured, f"{found.smaller} is answered", False, said)
    if found.full is not None:
        came = len(found.full.rows)
        return judged(
            fact, configured, str(came), came == stream.page_size, "one full page"
        )
    if why := found.refused.get("page size"):
        return unsure(fact, configured, why)
    short = [s for s in found.small[1:] if len(s.rows) != s.size]
    if short and _still(found):
        said = f"{short[0].size} asked, {len(short[0].rows)} came"
        return judged(fact, configured, str(len(short[0].rows)), False, said)
    asked = f"; pages of {found.small[0].size} came full" if found.small[1:] else ""
    return unsure(fact, configured, f"the window has {found.total} rows only{asked}")


def settle_lag(stream: Stream, found: Gathered) -> Finding:
    """Whether a row came later than the lag. That none ever does, no visit can show."""
    fact, lag = "settle lag", stream.settle_lag
    configured = f"{lag.total_seconds():g} s"
    first, again = found.first, found.again
    if first and again:
        known = set(first.ids)
        edge = first.at - lag
        late = [
            r for r in again.rows if r.id not in known and r.modified and r.modified < edge
        ]
        if late:
            said = f"{len(late)} rows entered a window that was closed for longer"
            return judged(fact, configured, "longer", False, said)
    return unsure(fact, configured, _young(found, lag))


def _young(found: Gathered, lag: timedelta) -> str:
    if found.tail is None:
        return found.refused.get("tail", "the newest rows were not asked for")
    at = found.tail.at
    ages = sorted((at - r.modified).total_seconds() for r in found.tail.rows if r.modified)
    if not ages:
        return "nothing changed within it just now; none came later than it while asking"
    youngest = f"{max(0, ages[0]):.0f} s old"
    return (
        f"{len(ages)} rows younger than it are listed, the youngest {youngest}; none came "
        "later than it while asking"
    )


def id_types(asker: Asker, found: Gathered) -> Finding:
    """Where an order's id stands in the raw form, and of which JSON type."""
    fact = "id types"
    places = {p for id, raw in asker.raws.items() for p in _places(raw, id, "")}
    if not places:
        return unsure(fact, "", found.refused.get("detail", "no raw row holds its id"))
    said = ", ".join(sorted(places))
    return measured(fact, "read as either", said, f"{len(asker.raws)} rows")


def _places(raw: Any, id: str, path: str) -> Iterator[str]:
    if isinstance(raw, Mapping):
        for key, value in raw.items():
            yield from _places(value, id, f"{path}.{key}" if path else str(key))
    elif isinstance(raw, list):
        for value in raw:
            yield from _places(value, id, f"{path}[]")
    elif type(raw) in KINDS and str(raw) == id:
        yield f"{path}: {KINDS[type(raw)]}"


def longest(stream: Stream, found: Gathered) -> Finding:
    """Whether the longest configured window is answered."""
    fact, span = "longest window", stream.max_window
    configured = words(span)
    if found.total is None:
        return unsure(fact, configured, next(iter(found.refused.values()), "not asked"))
    return judged(
        fact, configured, "answered", True, f"{words(span)} asked, {found.total} rows"
    )


def look_back(stream: Stream, found: Gathered) -> Finding:
    """Whether there are rows as old as the configured look-back."""
    fact, configured = "look-back", words(stream.look_back)
    if found.old is None:
        return unsure(fact, configured, found.refused.get("look-back", "not asked"))
    if not found.old.rows:
        return unsure(fact, configured, "the window there is answered, and empty")
    return judged(
        fact, configured, "answered", True, f"{len(found.old.rows)} rows of that age"
    )


def words(span: timedelta) -> str:
    """A span in days, hours or seconds."""
    seconds = span.total_seconds()
    for size, name in ((86400, "d"), (3600, "h")):
        if seconds >= size:
            return f"{seconds / size:.3g} {name}"
    return f"{seconds:g} s"
