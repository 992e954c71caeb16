"""Which of the hub's apps a request is for: the one whose secret it was signed with.

While an app has a former secret, that opens too; which of both was used is noted, so that a
person can see when the former one has served its time.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from ..errors import HubError
from ..hub import Hub
from ..store import overlaps
from ..wire import Credentials
from .answer import Refused

KEPT_FOR = 30.0
"""Seconds for which a secret is not fetched again: it may stand in a keyring."""

NOTED = 60.0
"""Seconds between two notes of which secret was used."""
Known = tuple[Credentials, ...]
"""With the secret in force, then with the former one."""

log = logging.getLogger(__name__)


class Callers:
    """The apps of a channel with their secrets. Thread safe."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._known: dict[str, tuple[float, Known]] = {}
        self._used: dict[str, dict[bool, datetime]] = {}
        """When an app's former secret (True) and that in force (False) were used last."""
        self._note_at = 0.0
        self._lock = threading.Lock()

    def of(self, channel: str, app: str | None) -> Iterator[tuple[str, Credentials]]:
        """The one named, or all of the channel.

        Raises Refused where there is none, and, once the others were tried, where one's
        secret can't be had: the request may be its own.
        """
        names = [n for n in self._hub.settings.apps_of(channel) if app in (None, n)]
        if not names:
            raise Refused(404, "app")
        missing = False
        for name in names:
            found = self._credentials(name)
            missing = missing or found is None
            for who in found or ():
                yield name, who
        if missing:
            raise Refused(503, "secret")

    def proved(self, name: str, who: Credentials) -> None:
        """A request was signed with this secret of the app."""
        with self._lock:
            _, found = self._known.get(name, (0.0, ()))
            if len(found) > 1:
                is_former = who.app_secret == found[1].app_secret
                self._used.setdefault(name, {})[is_former] = self._hub.clock.now()

    def write_down(self) -> None:
        """Note which secrets were used, of apps that have a former one; now and then."""
        with self._lock:
            if not self._used or time.monotonic() < self._note_at:
                return
            used, self._used = self._used, {}
            former = {name: self._known[name][1][-1].app_secret for name in used}
            self._note_at = time.monotonic() + NOTED
        store, now = self._hub.store, self._hub.clock.now()
        with store.writing() as connection:
            for name, at in used.items():
                of = overlaps.mark(store.vault, former[name])
                overlaps.note(
                    connection, name, of, now, former_at=at.get(True),
                    newest_at=at.get(False),
                )  # fmt: skip

    def _credentials(self, name: str) -> Known | None:
        with self._lock:
            at, found = self._known.get(name, (0.0, ()))
        if found and time.monotonic() - at < KEPT_FOR:
            return found
        try:
            found = self._fetched(name)
        except HubError as error:
            log.error("app %s can't tell what is pushed to it: %s", name, error)
            return None
        with self._lock:
            self._known[name] = time.monotonic(), found
        return found

    def _fetched(self, name: str) -> Known:
        app = self._hub.settings.app(name)
        facts = self._hub.settings.facts(name, self._hub.plugins.channel(app.channel))
        newest = Credentials(
            app.app_key,
            app.secret().get_secret_value(),
            options={**facts, **app.options},
        )
        former = app.former_secret()
        if former is None:
            return (newest,)
        return newest, replace(newest, app_secret=former.get_secret_value())
