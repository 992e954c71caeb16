"""Pushes of many apps worked off side by side: one app's quota holds up no other."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable

from ..plugins import where_it_failed
from .working import WorkedOff

App = tuple[str, str]
"""Channel and app."""

MOST = 6
"""Steps made at once by one process. Each has threads for its shops besides."""
EACH = 2
"""Of those, of one app: a step ends with its slowest shop, and another takes what comes
meanwhile."""

log = logging.getLogger(__name__)


class Sides:
    """Threads for each app whose pushes are due, for as long as they are. Thread safe."""

    def __init__(self, work: Callable[[App], WorkedOff], most: int = MOST) -> None:
        """`work` does one step of one app."""
        self._work, self._most = work, most
        self._lock, self._busy = threading.Lock(), Counter[App]()

    def start(
        self,
        apps: Iterable[App],
        told: Callable[[WorkedOff], None],
        ending: threading.Event,
    ) -> None:
        """Begin with those that are not all at it; returns at once. Those beyond the most
        wait to be named again. `told` is given each step, in that app's thread."""
        for app in apps:
            with self._lock:
                if self._busy[app] >= EACH or self._busy.total() >= self._most:
                    continue
                self._busy[app] += 1
            threading.Thread(
                target=self._run, args=(app, told, ending), name="hub-pushes-of-an-app",
                daemon=True,
            ).start()  # fmt: skip

    def _run(
        self, app: App, told: Callable[[WorkedOff], None], ending: threading.Event
    ) -> None:
        try:
            while not ending.is_set():
                done = self._work(app)
                told(done)
                if not done.taken:
                    return
        except Exception as error:  # it is begun again with the next look
            log.error("pushes of %s failed: %s", app[1], where_it_failed(error))
        finally:
            with self._lock:
                self._busy[app] -= 1
