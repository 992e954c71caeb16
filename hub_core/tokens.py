"""Access tokens: had once, kept, renewed by one alone, and never lost to a race."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredToken:
    """A token as it is kept. Times are the platform's, aware, without any margin."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    """None: the platform did not say, so only a refusal tells."""
    refresh_expires_at: datetime | None = None
    scopes: Mapping[str, datetime] = field(default_factory=dict)
    """Permissions that end on their own, and when."""
    owner: str | None = None
    """The shop the platform says it speaks for."""
    version: int = 1
    """One more with each token and each change of state."""
    state: Literal["ok", "needs_reauth"] = "ok"
    why: str = ""
    """What a person should know when the state is `needs_reauth`."""
    fetched_at: datetime
    former_dies_at: datetime | None = None
    """Until when the token before this one still works, where the platform leaves two."""


class TokenStore(Protocol):
    """Where tokens are kept, shared by all threads and processes.

    A subject is a shop (`jd/flagship`) or, where one token serves every shop of an app,
    the app (`douyin-laike/app/aw123`). The store encrypts what it writes.
    """

    def load(self, subject: str) -> StoredToken | None:
        """The newest token, read from the store itself and not from a cache."""
        ...

    def save_if(
        self, subject: str, expected_version: int | None, token: StoredToken
    ) -> bool:
        """Compare and swap: write `token`, with the version it carries, if the stored
        version still is `expected_version` (None: nothing is stored).

        True once the token is durable. False: nothing was written.
        """
        ...

    def lock(self, subject: str) -> AbstractContextManager[None]:
        """Hold the one lease for renewing this token; waits for another holder.

        Holds across processes. A holder that died must not keep it for more than about
        a minute; whoever waits longer than that goes ahead, since `save_if` protects
        the token. The lease is not reentrant, and no transaction stays open inside.
        """
        ...


class MemoryTokenStore:
    """Tokens of one process, in memory."""

    def __init__(self) -> None:
        self._tokens: dict[str, StoredToken] = {}
        self._leases: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def load(self, subject: str) -> StoredToken | None:
        """The newest token."""
        with self._lock:
            return self._tokens.get(subject)

    def save_if(
        self, subject: str, expected_version: int | None, token: StoredToken
    ) -> bool:
        """Write `token` if the stored version is the expected one."""
        with self._lock:
            stored = self._tokens.get(subject)
            if (stored.version if stored else None) != expected_version:
                return False
            self._tokens[subject] = token
            return True

    @contextmanager
    def lock(self, subject: str) -> Iterator[None]:
        """Hold the one lease for renewing this token."""
        with self._lock:
            lease = self._leases.setdefault(subject, threading.Lock())
        with lease:
            yield
