"""Webhooks out, put together: what a service runs, and what it asks of endpoints."""

from __future__ import annotations

import logging
import random
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, wait
from datetime import datetime, timedelta
from typing import Any, Self

from ..settings.tables import OutboundTable
from ..store import Store, endpoints
from .addresses import Resolve, system_resolve
from .changes import trial
from .crew import Crew
from .endpoints import Endpoints
from .post import DEADLINE, Answer, Post
from .signing import headers
from .turn import Delivered, Turn

log = logging.getLogger(__name__)

SIDE_BY_SIDE = 32
"""Endpoints that are delivered to at once; a slow one holds up none of the others."""
EVERY = 1.0
"""Seconds between two looks for what is due."""
GRACE = 5.0
"""Seconds that `run` waits for what is being sent when it is told to stop."""


class Outbound(Endpoints):
    """Endpoints and the delivering to them, over one store. Thread safe; several processes
    may run it on one database."""

    def __init__(
        self,
        store: Store,
        rules: OutboundTable | None = None,
        now: Callable[[], datetime] | None = None,
        *,
        resolve: Resolve = system_resolve,
        verify: ssl.SSLContext | None = None,
        deadline: float = DEADLINE,
        monotonic: Callable[[], float] = time.monotonic,
        rng: random.Random | None = None,
    ) -> None:
        rules = rules or OutboundTable()
        post = Post(rules, resolve=resolve, verify=verify, deadline=deadline)
        super().__init__(store, post, now or store.now)
        self._how: dict[str, Any] = {
            "off_after": timedelta(days=rules.off_after_days), "monotonic": monotonic,
            "rng": rng or random.Random(),
        }  # fmt: skip
        self._crew: Crew[Delivered] = Crew(SIDE_BY_SIDE)
        self._stop = threading.Event()

    def close(self) -> None:
        """Begin no further message; close the connections."""
        self._stop.set()
        self._crew.dismiss()
        self.post.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *gone: object) -> None:
        self.close()

    def deliver_due(self) -> Delivered:
        """One round: every endpoint that has something to do takes a turn, side by side.

        A turn sends for some seconds and waits at most `deadline` for the last answer;
        what is left is the next round's. Raises what no endpoint could bring about, such
        as a database that went away, after all have ended.
        """
        asked = [self._ask(uid) for uid in self._with_work()]
        wait(asked)
        done = Delivered()
        for one in asked:
            done.add(one.result())
        return done

    def run(
        self, stop: threading.Event, every: float = EVERY, grace: float = GRACE
    ) -> None:
        """Deliver until `stop` is set, each endpoint at its own pace. Ends `grace`
        seconds after that at most; what is still being sent then counts as not sent."""
        busy: dict[str, Future[Delivered]] = {}
        while not stop.wait(every):
            try:
                for uid in self._with_work():
                    if uid not in busy or busy[uid].done():
                        busy[uid] = self._ask(uid, stop.is_set)
                        busy[uid].add_done_callback(_logged)
            except Exception:
                log.exception("webhooks out: the endpoints could not be had")
        wait(busy.values(), timeout=grace)

    def test(self, uid: str) -> Answer:
        """Send `hub.test` to an endpoint now, whether it is on or off. Nothing is noted."""
        found, at = self.one(uid), self.now()
        message_id, body = trial(at)
        signed = headers(self.secrets(found), message_id, body, at)
        return self.post.send(found.url, body, signed, at)

    def _with_work(self) -> Iterable[str]:
        with self.store.reading() as connection:
            return endpoints.with_work(connection, self.now())

    def _ask(
        self, uid: str, is_over: Callable[[], bool] = lambda: False
    ) -> Future[Delivered]:
        def ends() -> bool:
            return self._stop.is_set() or is_over()

        def turn() -> Delivered:
            return Turn(self, self.one(uid), is_over=ends, **self._how).take()

        return self._crew.ask(turn)


def _logged(turn: Future[Delivered]) -> None:
    if error := turn.exception():
        log.error("webhooks out: a turn broke off", exc_info=error)
