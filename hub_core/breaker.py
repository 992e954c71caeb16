"""A channel that fails again and again is left alone; one probe at a time asks for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from .clock import Clock
from .errors import Banned, Down, HubError, Retryable, Throttled


class Breaker:
    """Shared by every line to one channel.

    After `threshold` failures in a row, whoever's they were, it opens: for `rest` seconds
    nothing goes out, and `Down` says what came last; then one call does. If that fails too
    the rest is doubled, up to `longest`; if not, all is as before. Only what says that the
    channel is not there counts as failure: not a limit, not a refusal.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        threshold: int = 10,
        rest: float = 30.0,
        longest: float = 300.0,
    ) -> None:
        self.threshold = threshold
        self.rest, self.longest = rest, longest
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._pause = rest
        self._rests_until = 0.0
        self._probing = False
        self._last = ""

    @property
    def open(self) -> bool:
        """Whether the channel is being left alone."""
        return self._failures >= self.threshold

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Around one attempt. Raises Down instead of letting it out while open."""
        probe = self._ask()
        failed: bool | None = None
        try:
            yield
            failed = False
        except HubError as error:
            failed = _counts(error)
            self._last = str(error.args[0]) if failed else self._last
            raise
        finally:
            self._tell(failed, probe)

    def _ask(self) -> bool:
        """Whether this attempt is the probe; raises Down if it may not go."""
        with self._lock:
            if not self.open:
                return False
            wait = self._rests_until - self._clock.monotonic()
            if wait > 0 or self._probing:
                raise Down(
                    "the channel has failed again and again; nothing is sent until it has "
                    f"rested. The last failure: {self._last}",
                    after=max(wait, 1.0),
                )
            self._probing = True
            return True

    def _tell(self, failed: bool | None, probe: bool) -> None:
        """Take in an outcome. None: it says nothing of the channel."""
        with self._lock:
            if probe:
                self._probing = False
            if failed is False:
                self._failures, self._pause = 0, self.rest
            elif failed:
                self._count(probe)

    def _count(self, probe: bool) -> None:
        self._failures += 1
        if probe:
            self._pause = min(self._pause * 2, self.longest)
        if probe or self._failures == self.threshold:
            self._rests_until = self._clock.monotonic() + self._pause


def _counts(error: HubError) -> bool:
    return isinstance(error, Retryable) and not isinstance(error, Throttled | Banned)
