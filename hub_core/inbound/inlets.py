"""Inlets: every app whose platform has messages for it, each taken by one process.

What was taken is in the inbox before its platform hears so; a process that dies between the
two is handed the same again, which is the same push to the inbox.
"""

from __future__ import annotations

import logging
import random
import threading
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ..errors import HubError, LeaseLost, Misconfigured, Rejected, Retryable, Unauthorised
from ..hub import Hub
from ..plugins import where_it_failed
from ..ports import Queue, Socket
from ..store import inlets
from ..store.inlets import Lease
from .asked import Asked
from .connected import Connected
from .dialling import Dial, dial

LEASE = 30.0
"""Seconds after which another process takes over from one that fell silent."""
NOTED = 10.0
"""Seconds between two notes of how it goes; with each the lease is lengthened."""
FULL = 20_000
"""Pushes and messages that may wait to be worked off before no more are taken: the
platform keeps them better than a hub that can't follow."""
LONGEST = 60.0
"""The longest pause after failures."""
REFUSED = 600.0
"""The pause where the platform will not have the app: a person has to see to it."""
AGAIN = 5.0
"""Seconds between two looks for apps that are new."""
NO = (Rejected, Misconfigured, Unauthorised)

log = logging.getLogger(__name__)


class Way(Protocol):
    """How messages are taken: by asking, or over a connection."""

    tally: Counter[str]
    heard: bool

    def step(self, room: bool) -> float:
        """Take what there is once, where there is room; seconds until the next."""
        ...

    def close(self) -> None:
        """Let go of what is held open."""
        ...


class Inlet:
    """One app's messages, taken turn by turn, while this process has the lease."""

    def __init__(self, hub: Hub, channel: str, app: str, dial: Dial) -> None:
        self.channel, self.app = channel, app
        self._hub, self._dial = hub, dial
        self._way: Way | None = None
        self._lease: Lease | None = None
        self._failures = 0
        self._room, self._noted_at = True, -NOTED

    def turn(self) -> float:
        """Take once; gives after how many seconds the next turn is due. Raises nothing
        that belongs to the platform or its answers."""
        if self._lease is None and not self._take():
            return NOTED
        try:
            wait = self._way_in().step(self._room)
            self._note()
        except LeaseLost:
            self._let_go()
            return NOTED
        except HubError as error:
            return self._failed(error, str(error.args[0]))
        except Exception as error:
            log.error("app %s: its messages: %s", self.app, where_it_failed(error))
            return self._failed(error, f"the program failed: {where_it_failed(error)}")
        return wait

    def close(self) -> None:
        """Give everything back."""
        lease = self._lease
        self._let_go()
        if lease is not None:
            with self._hub.store.writing() as connection:
                inlets.free(connection, lease)

    def _take(self) -> bool:
        with self._hub.store.writing() as connection:
            self._lease = inlets.take(connection, self.channel, self.app, LEASE)
        self._noted_at = -NOTED
        return self._lease is not None

    def _let_go(self) -> None:
        self._lease = None
        if self._way is not None:
            self._way.close()
            self._way = None

    def _way_in(self) -> Way:
        if self._way is None:
            found = self._hub.plugins.messages(self.channel)
            about = (self._hub, self.channel, self.app)
            if isinstance(found, Queue):
                self._way = Asked(*about, found)
            elif isinstance(found, Socket):
                self._way = Connected(*about, found, self._dial)
            else:
                raise Misconfigured(
                    f"{self.channel}: its messages are taken in no known way"
                )
        return self._way

    def _note(self) -> None:
        """How it goes, now and then, and whether there is room for more."""
        assert self._lease is not None
        assert self._way is not None
        way, now = self._way, self._hub.clock.monotonic()
        new = way.heard and self._failures
        if not new and now - self._noted_at < NOTED:
            return
        with self._hub.store.writing() as connection:
            if way.heard:
                at = self._hub.clock.now()
                inlets.heard(connection, self._lease, LEASE, at, **self._tally())
            else:
                inlets.hold(connection, self._lease, LEASE)
            self._room = inlets.waiting(connection) < FULL
        if way.heard:
            way.tally.clear()
            self._failures = 0
        self._noted_at = now

    def _tally(self) -> dict[str, int]:
        """What has come since the last note."""
        tally: Counter[str] = self._way.tally if self._way else Counter()
        return {name: tally[name] for name in ("taken", "unread")}

    def _failed(self, error: Exception, said: str) -> float:
        """Write it down, and say how long to wait; the connection, if any, is let go."""
        assert self._lease is not None
        self._failures += 1
        if self._way is not None:
            self._way.close()
        refused = isinstance(error, NO)
        wait = REFUSED if refused else _pause(self._failures)
        if isinstance(error, Retryable):
            wait = max(wait, error.after)
        try:
            with self._hub.store.writing() as connection:
                inlets.failed(
                    connection, self._lease, wait + LEASE, self._hub.clock.now(), said,
                    refused=refused, **self._tally(),
                )  # fmt: skip
            if self._way is not None:
                self._way.tally.clear()
        except LeaseLost:
            self._let_go()
        except Exception as other:
            log.error("app %s: not written: %s", self.app, where_it_failed(other))
        return wait


class Inlets:
    """The inlets of all apps that have shops, a thread for each."""

    def __init__(self, hub: Hub, dial: Dial | None = None) -> None:
        self._hub, self._dial = hub, dial
        self._open: dict[str, Inlet] = {}

    def served(self) -> list[tuple[str, str]]:
        """(channel, app) of those to take messages of: they have a shop, their channel can,
        and they are not turned off. A connection takes the network."""
        return [
            (channel, app)
            for channel, app in served(self._hub)
            if self._dial or not self._needs_network(channel, app)
        ]

    def _needs_network(self, channel: str, app: str) -> bool:
        socket = isinstance(self._hub.plugins.messages(channel), Socket)
        return socket and self._hub.lines.room(app).boxed

    def inlet(self, channel: str, app: str) -> Inlet:
        """An app's inlet, made once."""
        if app not in self._open:
            self._open[app] = Inlet(self._hub, channel, app, self._dial or dial)
        return self._open[app]

    def turn(self) -> None:
        """One turn of each, one after the other."""
        for channel, app in self.served():
            self.inlet(channel, app).turn()

    def run(self, ending: threading.Event) -> None:
        """Take messages until the end, each app's in a thread of its own."""
        threads: dict[str, threading.Thread] = {}
        while not ending.is_set():
            try:
                self._begin(threads, ending)
            except Exception as error:  # the database: looked again
                log.error("apps with messages: %s", where_it_failed(error))
            ending.wait(AGAIN)
        for one in threads.values():
            one.join(1)

    def _begin(self, threads: dict[str, threading.Thread], ending: threading.Event) -> None:
        """Those that have no thread yet."""
        for channel, app in self.served():
            if app not in threads:
                about = (self.inlet(channel, app), ending)
                threads[app] = threading.Thread(target=_turn, args=about, daemon=True)
                threads[app].start()

    def close(self) -> None:
        """Give all leases back, and end the connections."""
        for inlet in self._open.values():
            inlet.close()
        self._open.clear()


def served(hub: Hub) -> list[tuple[str, str]]:
    """(channel, app) of those whose messages are to be taken, whoever does."""
    return [
        (channel, app)
        for channel, app in sorted({(shop.channel, shop.app) for shop in hub.shops()})
        if app in hub.settings.apps
        and channel in {one.id for one in hub.plugins.channels()}
        and hub.plugins.can(channel, "messages")
        and hub.settings.app(app).messages
    ]


@dataclass(frozen=True, slots=True)
class Unheard:
    """An app whose messages do not come, and since when."""

    channel: str
    app: str
    since: datetime
    refused: bool


def unheard(hub: Hub, since: datetime) -> list[Unheard]:
    """Apps that are to be served and whose platform was last heard of before then."""
    wanted = set(served(hub))
    with hub.store.reading() as connection:
        known = inlets.listing(connection)
    return [
        Unheard(one.channel, one.app, at, one.refused)
        for one in known
        if (at := one.failing_since or one.heard_at)
        and at < since
        and (one.channel, one.app) in wanted
    ]


def _turn(inlet: Inlet, ending: threading.Event) -> None:
    wait = 0.0
    while not ending.wait(wait):
        try:
            wait = inlet.turn()
        except Exception as error:  # the database: tried again
            log.error("app %s: its messages: %s", inlet.app, where_it_failed(error))
            wait = NOTED


def _pause(failures: int) -> float:
    """Half of a doubling pause, and up to the other half by chance."""
    full = min(2.0 ** min(failures, 10), LONGEST)
    return full / 2 + random.random() * full / 2
