"""Rights nobody uses (僵尸权限): keys, grants, and what can't be used at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..store import Store
from .grants import Grants
from .keys import Key, Keys
from .principal import Granted


@dataclass(frozen=True, slots=True)
class Idle:
    """A right to look at: what it is, whose, since when, and how to end it."""

    person: str
    right: str
    why: str
    since: datetime | None
    next: str


def review(store: Store, days: int) -> list[Idle]:
    """What was not used for so many days, and what opens nothing; by whose it is.

    A key counts from when it was made, a grant too, until it is used.
    """
    now = store.now()
    keys = [k for k in Keys(store).listing() if k.state(now) != "revoked"]
    held = Grants(store).listing()
    live = [k for k in keys if k.state(now) == "live"]
    before = now - timedelta(days=days)
    found = [
        *_unused_keys(live, before),
        *_unused_grants(held, before),
        *_useless(keys, live, held),
    ]
    return sorted(found, key=lambda one: (one.person, one.right))


def _unused_keys(live: list[Key], before: datetime) -> Iterator[Idle]:
    for key in live:
        if (since := key.last_used_at or key.made_at) < before:
            yield _key(key, "unused" if key.last_used_at else "never used", since)


def _unused_grants(held: list[Granted], before: datetime) -> Iterator[Idle]:
    for grant in held:
        since = grant.last_used_at or grant.made_at
        if since is not None and since < before:
            why = "unused" if grant.last_used_at else "never used"
            yield _grant(grant, why, since)


def _useless(keys: list[Key], live: list[Key], held: list[Granted]) -> Iterator[Idle]:
    """Keys of those who may nothing, keys that have expired, grants of those without a
    key."""
    may, can = {grant.person for grant in held}, {key.person for key in live}
    for key in keys:
        if key not in live:
            yield _key(key, "expired", key.expires_at)
        elif key.person not in may:
            yield _key(key, "its owner may do nothing", key.made_at)
    for grant in held:
        if grant.person not in can:
            yield _grant(grant, "its owner has no key", grant.made_at)


def _key(key: Key, why: str, since: datetime | None) -> Idle:
    right = f"key {key.prefix}"
    return Idle(key.person, right, why, since, f"hub keys revoke {key.prefix}")


def _grant(grant: Granted, why: str, since: datetime | None) -> Idle:
    right = f"grant {grant.id}: {grant.role}"
    return Idle(grant.person, right, why, since, f"hub keys ungrant {grant.id}")
