"""Reading again a slice at a time: what is due of the shop goes in between.

The place a slice came to is a mapping that is kept: up to where all is read again, and the
stream's own moment up to which that was done.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ..hub import Hub
from ..pace import Rank
from ..pull import Enough, OnStep, Outcome
from ..store import streams
from ..store.shops import Shop
from ..store.streams import Span
from ..sync import Poll
from ..sync.poll import Step

SLICE = 20.0
"""Seconds after which the next window is another slice's."""

Place = dict[str, Any]
Stretch = tuple[datetime, datetime]


@dataclass(slots=True)
class Slice:
    """One slice of a stream's healing."""

    hub: Hub
    shop: Shop
    stream: str
    place: Place
    on_step: OnStep

    def run(self, horizon: timedelta) -> Outcome | None:
        """Read again what is next, under the stream's lease; None where the shop is not
        active."""
        ends = sliced(self.on_step, SLICE)

        def read(poll: Poll, shop: Shop) -> None:
            heal(self.hub, poll, shop, self.stream, self.place, horizon)

        def on_step(shop: str, stream: str, step: Step) -> None:
            self.place["at"] = step.at.isoformat()
            ends(shop, stream, step)

        done = self.hub.pull.each(
            [self.shop], [self.stream], read, on_step, 1, notes=False, rank=Rank.HEAL
        )
        return done[-1] if done else None


def sliced(on_step: OnStep, seconds: float) -> OnStep:
    """The same, with an end after so many seconds, unless nothing older is left."""
    until = time.monotonic() + seconds

    def told(shop: str, stream: str, step: Step) -> None:
        on_step(shop, stream, step)
        if time.monotonic() >= until and step.at < step.end:
            raise Enough

    return told


def heal(
    hub: Hub, poll: Poll, shop: Shop, stream: str, place: Place, horizon: timedelta
) -> None:
    """What is not proved, and all that changed within `horizon`, from `place` on."""
    if (found := standing(hub, shop, stream)) is None:
        return
    cursor, spans = found
    until = datetime.fromisoformat(place.setdefault("until", cursor.isoformat()))
    read_stretches(place, poll, _to_heal(spans, until - horizon, until))
    poll.retry_parked()


def standing(hub: Hub, shop: Shop, stream: str) -> tuple[datetime, list[Span]] | None:
    """Where the stream's cursor is, and what is known of what lies before it; None where
    it was never read."""
    with hub.store.reading() as connection:
        at = streams.progress(connection, shop.id, stream).cursor_at
        rows = streams.coverage_rows(connection, shop.id, stream)
    return None if at is None else (at, streams.spans(rows))


def read_stretches(place: Place, poll: Poll, stretches: Iterator[Stretch]) -> None:
    """One after the other, from where the last slice came to."""
    said = place.get("at")
    at = None if said is None else datetime.fromisoformat(said)
    for since, until in list(stretches):
        begin = since if at is None else max(since, at)
        if begin < until:
            poll.read_past(begin, until)


def unproved(spans: list[Span], since: datetime, until: datetime) -> Iterator[Stretch]:
    """From `since` to `until`, without what is complete."""
    at = since
    for span in spans:
        if span.state == "complete" and span.until > at:
            if span.since > at:
                yield at, min(span.since, until)
            at = span.until
    if at < until:
        yield at, until


def _to_heal(spans: list[Span], horizon: datetime, until: datetime) -> Iterator[Stretch]:
    for span in spans:
        if span.state != "complete" and span.since < horizon:
            yield span.since, min(span.until, horizon)
    yield horizon, until
