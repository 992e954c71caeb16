"""Which of the hub's apps a request is for: the one whose secret it was signed with."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator

from ..errors import HubError
from ..hub import Hub
from ..wire import Credentials
from .answer import Refused

KEPT_FOR = 30.0
"""Seconds for which a secret is not fetched again: it may stand in a keyring."""

log = logging.getLogger(__name__)


class Callers:
    """The apps of a channel with their secrets. Thread safe."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._known: dict[str, tuple[float, Credentials]] = {}
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
            if found is not None:
                yield name, found
        if missing:
            raise Refused(503, "secret")

    def _credentials(self, name: str) -> Credentials | None:
        with self._lock:
            at, found = self._known.get(name, (0.0, None))
        if found is not None and time.monotonic() - at < KEPT_FOR:
            return found
        try:
            found = self._fetched(name)
        except HubError as error:
            log.error("app %s can't tell what is pushed to it: %s", name, error)
            return None
        with self._lock:
            self._known[name] = time.monotonic(), found
        return found

    def _fetched(self, name: str) -> Credentials:
        app = self._hub.settings.app(name)
        facts = self._hub.settings.facts(name, self._hub.plugins.channel(app.channel))
        return Credentials(
            app.app_key,
            app.secret().get_secret_value(),
            options={**facts, **app.options},
        )
