"""What no document settles about asking, its defaults, and what all sources share."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

from adapters.pinduoduo.cases import STATUS
from adapters.pinduoduo.rules import CHOICES
from hub_core.errors import Misconfigured, Unreadable
from hub_core.ports import Session, Window
from hub_core.wire import Page

ADAPTERS = "adapters.pinduoduo"
EDGE = timedelta(seconds=1)
"""Whether a window's ends are inclusive is not said (C): each is asked for one second
further out."""
HALF_HOUR = timedelta(minutes=30) - 2 * EDGE - 2 * timedelta(seconds=1)
"""The longest span, less the edges and what rounding to whole seconds may add."""

FACTS = {
    **{name: words[0] for name, words in CHOICES.items()},
    "page_size": "100",
    "rows_cap": "10000",  # where deep pages end; half an hour's rows are far from it
    "settle_lag_seconds": "180",  # the platform's own advice; later changes may be missed
    "overlap_seconds": "300",
    "look_back_days": "90",  # "three months" of the deal, not of the change
    "after_sales_look_back_days": "90",  # nothing is said
    # No state is said to be all of them: as of 2026-04 the page of the list names each for
    # itself. Until 2020 it was 1; a platform that no longer knows it may answer with
    # nothing. Where a shop has found that "1" or "0" is all, that asks once.
    "after_sales_states": ",".join(sorted(STATUS, key=int)),
}


def fact(session: Session, name: str) -> str:
    """A fact as configured, or its default."""
    return session.facts.get(name) or FACTS[name]


def number(session: Session, name: str) -> int:
    """A fact that is a whole number."""
    try:
        return int(fact(session, name))
    except ValueError:
        raise Misconfigured(f"pinduoduo: the fact {name} is a whole number") from None


def settle_lag(session: Session) -> timedelta:
    """How far behind a window has to end, so that what is asked beyond its end is too."""
    return timedelta(seconds=number(session, "settle_lag_seconds")) + 2 * EDGE


def within(window: Window) -> dict[str, Any]:
    """The window in whole seconds, an edge further out at both ends."""
    since = window.since.replace(microsecond=0) - EDGE
    whole = math.ceil(window.until.microsecond / 1_000_000)
    until = window.until.replace(microsecond=0) + timedelta(seconds=whole) + EDGE
    return {"since": since, "until": until}


def counted(page: Page) -> Page:
    """The page, which has to have counted."""
    if page.total is None:
        raise Unreadable("a page that should count came without total_count")
    return page
