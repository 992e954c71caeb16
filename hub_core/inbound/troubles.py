"""What a person should know of pushes and questions, as long as it is so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from ..hub import Hub
from ..store import asks, inbox
from ..store.asks import Ask

LATE = timedelta(minutes=10)
"""Pushes that are due for longer are not being worked off. One that failed and waits for
its next try is: where its shop is shut, that is told of as such."""
SHORT = 4
"""A clock runs short in the last quarter of its limit."""
OVER = timedelta(days=2)
"""How long a question nobody decided in time is still told of."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is not as it should be. `key` is the same for as long as it lasts."""

    key: str
    severity: str
    """`warning` or `critical`."""
    since: datetime
    text: str


def troubles(hub: Hub, now: datetime) -> list[Trouble]:
    """What is amiss at this moment; nothing of what has been mended."""
    with hub.store.reading() as connection:
        return [*_pushes(connection, now), *_asks(connection, now)]


def _pushes(connection: Connection, now: datetime) -> Iterator[Trouble]:
    found = inbox.counts(connection)
    if late := inbox.overdue(connection, now - LATE):
        count, since = late
        text = f"{count} pushes wait, the oldest since {since:%Y-%m-%d %H:%M} UTC"
        yield Trouble("push_late", "warning", since, text)
    for state, said in (
        (inbox.PARKED, "name records that can't be fetched"),
        (inbox.NO_SHOP, "are of shops the hub does not have"),
    ):
        if state in found:
            count, since = found[state]
            yield Trouble(f"push_{state}", "warning", since, f"{count} pushes {said}")


def _asks(connection: Connection, now: datetime) -> Iterator[Trouble]:
    for one in asks.listing(connection, states=(asks.OPEN, asks.DECIDED)):
        if one.deadline_at is None or now - one.deadline_at > OVER:
            continue
        limit = one.deadline_at - one.asked_at
        begun = one.deadline_at - limit / SHORT
        if now >= begun:
            yield Trouble(
                f"ask:{one.id}",
                "critical" if now >= one.deadline_at else "warning",
                begun,
                _said(one, now),
            )


def _said(one: Ask, now: datetime) -> str:
    assert one.deadline_at is not None
    about = f"{one.channel} {one.kind} of order {', '.join(one.orders)} (question {one.id})"
    when = f"{one.deadline_at:%Y-%m-%d %H:%M} UTC"
    if now >= one.deadline_at:
        return f"{about}: the time to answer was up at {when}; the platform decides itself"
    if one.state == asks.DECIDED:
        return f"{about}: {one.verdict}, and the platform has not heard it; until {when}"
    return f"{about}: nobody has decided; until {when}"
