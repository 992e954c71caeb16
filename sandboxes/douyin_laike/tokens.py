"""client_token: who lives, and for how long."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(slots=True)
class Life:
    """When a token dies, and whether a newer one killed it."""

    until: float
    displaced: bool = False


class Tokens:
    """One app's tokens: the newest, and the one before it for a while.

    A new token cuts the former one to the grace period; whatever is older dies at once.
    Source: local-life/develop/OpenAPI/preparation/client_token, "注意事项".
    """

    def __init__(self, seed: int, ttl: float, grace: float) -> None:
        self._seed, self._ttl, self._grace = seed, ttl, grace
        self._lives: dict[str, Life] = {}
        self._newest: list[str] = []

    def issue(self, now: float) -> tuple[str, int]:
        """A new token and the seconds it will live."""
        text = f"{self._seed}:{len(self._lives)}"
        token = f"clt.{hashlib.sha256(text.encode()).hexdigest()}"
        self._displace(now)
        self._lives[token] = Life(now + self._ttl)
        self._newest = [token, *self._newest[:1]]
        return token, int(self._ttl)

    def _displace(self, now: float) -> None:
        for age, token in enumerate(self._newest):
            left = self._grace if age == 0 else 0.0
            life = self._lives[token]
            if now + left < life.until:
                life.until, life.displaced = now + left, True

    def state(self, token: str, now: float) -> str:
        """`live`, `expired`, `displaced` or `unknown`."""
        life = self._lives.get(token)
        if life is None:
            return "unknown"
        if now < life.until:
            return "live"
        return "displaced" if life.displaced else "expired"

    def expire(self, now: float) -> None:
        """End every token's time now."""
        for life in self._lives.values():
            life.until = min(life.until, now)

    def forget(self) -> None:
        """Make every token one the platform has never heard of."""
        self._seed += 1_000_003  # so that no forgotten token is ever issued again
        self._lives.clear()
        self._newest = []
