"""What runs by itself: schedules are kept, what is due is queued, jobs are worked off."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from ..hub import Hub
from ..jobs import Engine, Schedules

TICK, PLAN, PRUNE = 1.0, 60.0, 3600.0
"""Seconds between two ticks, two looks for new shops, two clearings of what is done."""
END = 8
"""Seconds that what runs may take to come to its end."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Loop:
    """Something that is done every so many seconds."""

    name: str
    seconds: float
    act: Callable[[], object]


class Service:
    """One process of the hub that runs by itself. `stop` it, or leave the `with` block."""

    def __init__(self, hub: Hub, *, slot: int = 0, threads: int = 16) -> None:
        self.hub = hub
        self.schedules = Schedules(hub)
        url = hub.store.engine.url.render_as_string(hide_password=False)
        self.engine = Engine(url, self.schedules.work, slot=slot, threads=threads)
        self.loops = [
            Loop("schedules", PLAN, self.schedules.plan),
            Loop("tick", TICK, lambda: self.schedules.tick(self.engine)),
            Loop("prune", PRUNE, self.engine.prune),
        ]
        self._ending = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin. Raises Misconfigured where the extra `[serve]` is not installed."""
        self.engine.start()
        for loop in self.loops:
            thread = threading.Thread(
                target=self._turn, args=(loop,), name=f"hub-{loop.name}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def _turn(self, loop: Loop) -> None:
        while not self._ending.is_set():
            try:
                loop.act()
            except Exception as error:  # one failure ends no loop
                log.error("%s failed, and is tried again: %s", loop.name, type(error))
            self._ending.wait(loop.seconds)

    def stop(self) -> None:
        """End: what is being read ends with its step, and is gone on with next time."""
        self._ending.set()
        self.schedules.stop()
        for thread in self._threads:
            thread.join(2)
        self.engine.stop(END)

    def __enter__(self) -> Service:
        self.start()
        return self

    def __exit__(self, *gone: object) -> None:
        self.stop()
