"""What became of a message, written down: taken, to be sent again, or given up; and what
that says of its endpoint."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from ..store import endpoints, messages, notes
from ..store.endpoints import OFF, Endpoint
from ..store.messages import Message
from . import retries
from .post import Answer
from .targets import host_of

GONE = 410
INCIDENT = "endpoint"
RECOVERED_AFTER = 5
"""Attempts in a row that found a server silent: then the next that it takes makes all that
waits due."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the endpoint stands after it."""

    endpoint: Endpoint
    is_dead: bool = False
    is_off: bool = False


def taken(
    connection: Connection, endpoint: Endpoint, one: Message, now: datetime
) -> Outcome:
    """The endpoint has it."""
    messages.taken(connection, one.id)
    endpoints.took(connection, endpoint.id, now)
    if endpoint.silent >= RECOVERED_AFTER:
        messages.hasten(connection, endpoint.id, now)
    return Outcome(replace(endpoint, silent=0, failing_since=None))


def failed(
    connection: Connection,
    endpoint: Endpoint,
    one: Message,
    answer: Answer,
    *,
    now: datetime,
    off_after: timedelta,
    rng: random.Random,
) -> Outcome:
    """It has not: when it is sent again, or that it never is."""
    silent = endpoint.silent + 1 if answer.is_silent else 0
    since = endpoint.failing_since or now
    rests = now + retries.rest(silent, answer.after) if silent else None
    endpoints.change(
        connection, endpoint.id, said=answer.said, silent=silent, failing_since=since,
        rests_until=rests,
    )  # fmt: skip
    stands = replace(endpoint, silent=silent, failing_since=since)
    if answer.status == GONE:
        _off(connection, stands, "it answered HTTP 410: gone", now)
        return Outcome(stands, is_off=True)
    dead = _try_again(connection, stands, one, answer, now, rng)
    off = now - since >= off_after
    if off:
        days = (now - since) / timedelta(days=1)
        why = f"nothing but failures for {days:.1f} days, at last: {answer.said}"
        _off(connection, stands, why, now)
    return Outcome(stands, dead, off)


def _try_again(
    connection: Connection,
    endpoint: Endpoint,
    one: Message,
    answer: Answer,
    now: datetime,
    rng: random.Random,
) -> bool:
    """Note the attempt; True where it was the last."""
    attempts = one.attempts + 1
    due = retries.due(attempts, now, answer.after, rng)
    if due is None and not messages.any_dead(connection, endpoint.id):
        text = (
            f"a message to {_name(endpoint)} was given up after {attempts} attempts "
            f"({answer.said}); see `hub endpoints dead`"
        )
        notes.incident(connection, INCIDENT, text, at=now)
    messages.failed(
        connection, one.id, attempts=attempts, tried_at=now, said=answer.said,
        due_at=due or now, dead_at=None if due else now,
    )  # fmt: skip
    return due is None


def _off(connection: Connection, endpoint: Endpoint, why: str, now: datetime) -> None:
    endpoints.switch(connection, endpoint.id, OFF, why, now)
    text = f"{_name(endpoint)} was turned off: {why}; `hub endpoints on {endpoint.uid}`"
    notes.incident(connection, INCIDENT, text, at=now)


def _name(endpoint: Endpoint) -> str:
    """Without what else its URL holds: that may be a key."""
    return f"endpoint {endpoint.uid} ({host_of(endpoint.url)})"
