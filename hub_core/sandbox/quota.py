"""A platform's limit, judged the strict way: so many calls in any window of this length."""

from __future__ import annotations

from collections import defaultdict, deque


class Quota:
    """At most `calls` accepted in any `seconds` long window, per key."""

    def __init__(self, calls: int, seconds: float) -> None:
        self.calls, self.seconds = calls, seconds
        self._accepted: dict[str, deque[float]] = defaultdict(deque)

    def take(self, key: str, now: float) -> float:
        """0.0 when the call is accepted, else the seconds until one would be."""
        window = self._accepted[key]
        while window and window[0] <= now - self.seconds:
            window.popleft()
        if len(window) < self.calls:
            window.append(now)
            return 0.0
        return window[0] + self.seconds - now
