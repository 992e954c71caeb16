"""One endpoint's turn: take in what the feed has for it, send what is due, note what came.

A turn holds the endpoint's lease, so that of several workers one delivers to it. What came
of a message is written right after it was sent; who is killed in between leaves it due, and
it goes out again under the same id.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from datetime import timedelta
from itertools import chain

from sqlalchemy import Connection

from ..errors import LeaseLost
from ..store import asks, endpoints, feed, messages
from ..store.endpoints import Endpoint, Lease
from ..store.holder import freeing
from ..store.messages import Message
from ..store.shops import shops
from . import outcomes
from .changes import Event, is_wanted, kinds_of, message
from .endpoints import Endpoints
from .post import Answer
from .signing import headers

LEASE_SECONDS = 60.0
"""Longer than any attempt, its name's look-up included."""
TURN_SECONDS = 5.0
"""After these no further message is begun: the next turn goes on."""
AT_ONCE = 200
"""Changes of the feed, and messages, that a turn looks at."""
WAITING_MOST = 10_000
"""While so many messages wait for an endpoint, it is told of no newer change."""


@dataclass(slots=True)
class Delivered:
    """What a round came to."""

    taken_in: int = 0
    """Changes of the feed that became messages."""
    delivered: int = 0
    failed: int = 0
    """Attempts that failed; the message waits, or is dead."""
    dead: int = 0
    off: int = 0
    """Endpoints that were turned off."""

    def add(self, other: Delivered) -> None:
        """Count another in."""
        for one in fields(self):
            mine: int = getattr(self, one.name)
            setattr(self, one.name, mine + getattr(other, one.name))


class Turn:
    """One turn of one endpoint."""

    def __init__(
        self,
        book: Endpoints,
        endpoint: Endpoint,
        *,
        off_after: timedelta,
        monotonic: Callable[[], float],
        rng: random.Random,
        is_over: Callable[[], bool],
    ) -> None:
        self._book, self._endpoint, self._off_after = book, endpoint, off_after
        self._monotonic, self._rng, self._is_over = monotonic, rng, is_over
        self.done = Delivered()

    def take(self) -> Delivered:
        """Take it, where nobody else does."""
        with suppress(LeaseLost), self._leased() as lease:
            if lease is not None:
                self._take_in(lease)
                self._send_due(lease)
        return self.done

    @contextmanager
    def _leased(self) -> Iterator[Lease | None]:
        store, id = self._book.store, self._endpoint.id
        with store.writing() as connection:
            lease = endpoints.take(connection, id, LEASE_SECONDS)
            if lease is not None:  # as it is now, after whoever had it before
                self._endpoint = endpoints.named(connection, self._endpoint.uid)
        if lease is None:
            yield None
            return
        try:
            yield lease
        finally:
            with freeing(lease.holder), store.writing() as connection:
                endpoints.free(connection, lease)

    # From the feed -------------------------------------------------------------------

    def _take_in(self, lease: Lease) -> None:
        id, room = self._endpoint.id, WAITING_MOST - self._endpoint.waiting
        if room <= 0:
            return
        with self._book.store.writing() as connection:
            endpoints.hold(connection, lease, LEASE_SECONDS)
            position, found = self._news(connection, min(room, AT_ONCE))
            if position > self._endpoint.position:
                messages.put(connection, id, found, self._book.now())
                endpoints.change(connection, id, position=position)
        self.done.taken_in += len(found)

    def _news(
        self, connection: Connection, limit: int
    ) -> tuple[int, list[tuple[int, str, str]]]:
        """Messages of the next changes, and the position behind these."""
        one, newest = self._endpoint, feed.last_seq(connection)
        kinds, questions = kinds_of(one)
        found: list[list[Event]] = []
        if kinds is None or kinds:
            found.append(
                [*feed.changes(connection, one.position, limit, kinds=kinds or ())]
            )
        if questions:
            found.append([*asks.events(connection, one.position, limit)])
        # A list that is full goes on behind its last: nothing beyond it is known of it.
        ends = [part[-1].seq for part in found if len(part) == limit]
        end = min(ends, default=max(newest, one.position))
        known = shops(connection) if one.company else []
        made = [
            message(one.uid, event)
            for event in sorted(chain(*found), key=lambda event: event.seq)
            if event.seq <= end and is_wanted(one, event, known)
        ]
        return end, made

    # To the endpoint -----------------------------------------------------------------

    def _send_due(self, lease: Lease) -> None:
        id, end = self._endpoint.id, self._monotonic() + TURN_SECONDS
        with self._book.store.reading() as connection:
            due = messages.due(connection, id, self._book.now(), AT_ONCE)
        live = self._book.secrets(self._endpoint) if due else []
        for one in due:
            if self._is_over() or self._monotonic() >= end:
                return
            at = self._book.now()
            signed = headers(live, one.message_id, one.body, at)
            answer = self._book.post.send(self._endpoint.url, one.body, signed, at)
            if not self._note(lease, one, answer):
                return

    def _note(self, lease: Lease, one: Message, answer: Answer) -> bool:
        """Write down what came of it; whether the next may be sent at once."""
        now = self._book.now()
        with self._book.store.writing() as connection:
            endpoints.hold(connection, lease, LEASE_SECONDS)
            if answer.is_taken:
                came = outcomes.taken(connection, self._endpoint, one, now)
            else:
                came = outcomes.failed(
                    connection, self._endpoint, one, answer, now=now,
                    off_after=self._off_after, rng=self._rng,
                )  # fmt: skip
        self._endpoint = came.endpoint
        self.done.delivered += answer.is_taken
        self.done.failed += not answer.is_taken
        self.done.dead += came.is_dead
        self.done.off += came.is_off
        return not (answer.is_silent or came.is_off)
