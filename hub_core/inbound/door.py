"""All of it behind one door, for whoever serves it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from ..hub import Hub
from ..ports import Verdict
from ..store import asks, inbox
from ..store.asks import Ask
from ..store.inbox import Kept
from . import deciding, troubles, working
from .answer import Answer, Headers
from .asking import Asking
from .callers import Callers
from .reception import Reception
from .settling import Settling
from .sides import App, Sides
from .troubles import Trouble
from .working import WorkedOff

KEEP_DONE = timedelta(days=14)
KEEP_STUCK = timedelta(days=90)
KEEP_ASKS = timedelta(days=90)
PURGED_AT_ONCE = 5_000


class Inbound:
    """What platforms push and ask. Thread safe; knows of no web framework."""

    def __init__(self, hub: Hub, **committing: Any) -> None:
        """`committing`: `waiting`, `together` of `Committer`."""
        self._hub, callers = hub, Callers(hub)
        self._callers = callers
        self._reception = Reception(hub, callers, **committing)
        self._asking, self._settling = Asking(hub, callers), Settling(hub, callers)
        self._sides = Sides(self._step)
        self.receive = self._reception.receive
        self.receive_async = self._reception.receive_async

    def asked(
        self,
        channel: str,
        route: str,
        query: str,
        headers: Headers,
        body: bytes,
        app: str | None = None,
    ) -> Answer:
        """Answer what a platform asks; see `Asking.ask`."""
        return self._asking.ask(channel, route, query, headers, body, app)

    def work_off(
        self,
        now: datetime | None = None,
        limit: int = 200,
    ) -> WorkedOff:
        """One step of the work, of all apps; see `working.work_off`."""
        self._callers.write_down()
        return working.work_off(self._hub, now or self._hub.clock.now(), limit)

    def work_on(self, told: Callable[[WorkedOff], None], ending: threading.Event) -> None:
        """Have what is due worked off, each app's in threads of its own until none is;
        returns at once. `told` is given each step, in whatever thread."""
        self._callers.write_down()
        with self._hub.store.reading() as connection:
            apps = inbox.apps_due(connection, self._hub.clock.now())
        self._sides.start(apps, told, ending)

    def _step(self, app: App) -> WorkedOff:
        return working.work_off(self._hub, self._hub.clock.now(), app=app)

    def settle(self, now: datetime | None = None) -> int:
        """See to questions that wait, and tell platforms what was decided; gives how many
        decisions they heard. One thread at a time."""
        return self._settling.step(now or self._hub.clock.now())

    def decide(
        self,
        id: int,
        verdict: Verdict,
        *,
        by: str,
        reason: str | None = None,
        codes: Sequence[str] = (),
    ) -> Ask:
        """Write what was decided of a question; see `deciding.decide`."""
        return deciding.decide(self._hub, id, verdict, by=by, reason=reason, given=codes)

    def troubles(self, now: datetime | None = None) -> list[Trouble]:
        """What is amiss at this moment."""
        return troubles.troubles(self._hub, now or self._hub.clock.now())

    def pushes(self, states: Sequence[str] = (), limit: int = 100) -> list[Kept]:
        """Pushes, newest first; of these states, or all."""
        with self._hub.store.reading() as connection:
            return inbox.listing(connection, states=states, limit=limit)

    def questions(self, states: Sequence[str] = (), limit: int = 1000) -> list[Ask]:
        """Questions, the most urgent first; of these states, or all."""
        with self._hub.store.reading() as connection:
            return asks.listing(connection, states=states, limit=limit)

    def again(self, ids: Sequence[int] | None = None) -> int:
        """Have pushes that wait for a person (all, or these) tried again."""
        with self._hub.store.writing() as connection:
            return inbox.again(connection, self._hub.clock.now(), ids)

    def purge(self, now: datetime | None = None) -> int:
        """Remove what is done with and old; gives how many rows. To be called until 0."""
        at = now or self._hub.clock.now()
        with self._hub.store.writing() as connection:
            some = inbox.purge(connection, at - KEEP_DONE, at - KEEP_STUCK, PURGED_AT_ONCE)
            return some + asks.purge(connection, at - KEEP_ASKS, PURGED_AT_ONCE)

    @property
    def counts(self) -> Counter[tuple[str, str]]:
        """(channel, what became of it) of every request since this process began."""
        return self._reception.counts + self._asking.counts

    def close(self) -> None:
        """Take nothing more, and keep what was taken."""
        self._reception.close()
