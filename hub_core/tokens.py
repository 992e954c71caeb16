"""Access tokens: had once, kept, renewed by one alone, and never lost to a race."""

from __future__ import annotations

import logging
import math
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

from .clock import Clock
from .errors import (
    HubError,
    Rejected,
    Retryable,
    TokenExpired,
    Unauthorised,
    WrongShop,
)
from .ports import Authorisation, Grant

log = logging.getLogger(__name__)

MARGIN = 300.0
"""Seconds before its end at which a token is renewed; a tenth of its life if shorter."""
REREAD = 30.0
"""Seconds after which the store is asked whether another process has a newer token."""
APART = 60.0
"""Seconds between two renewals for tokens that died early: two systems that take the
token from each other must not do so as fast as they can."""


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
        a minute. Nobody goes ahead without it: `save_if` protects what is stored, but a
        refresh token brought twice may end the authorisation at the platform. Raises
        Retryable where others keep having it. Not reentrant; no transaction stays open
        inside.
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


@dataclass(frozen=True, slots=True)
class TokenDiedEarly:
    """A token was refused long before its end though nobody here renewed it."""

    subject: str
    fetched_at: datetime
    expires_at: datetime | None
    at: datetime

    def __str__(self) -> str:
        return (
            f"{self.subject}: the token fetched at {self.fetched_at:%Y-%m-%d %H:%M:%S %z} "
            "was refused before its end. Another system probably uses the same app key, "
            "or the merchant has withdrawn the authorisation."
        )


class Tokens:
    """One subject's token: always one not about to end, renewed by one thread alone.

    A new token is written before it is used. When another process was quicker its token
    is used; only the platform's refusal of the newest token can end an authorisation,
    and that is stored, so that nobody asks again until a person has seen to it.
    """

    def __init__(
        self,
        subject: str,
        store: TokenStore,
        clock: Clock,
        authorisation: Authorisation | None = None,
        *,
        owner: str | None = None,
        remedy: str = "authorise the shop again",
        on_early: Callable[[TokenDiedEarly], None] | None = None,
        on_stop: Callable[[str], None] | None = None,
        margin: float = MARGIN,
        reread: float = REREAD,
        apart: float = APART,
        jitter: float | None = None,
    ) -> None:
        self.subject = subject
        self.authorisation = authorisation
        """May be set later: it talks over a line that needs these tokens."""
        self.owner = owner
        """The shop the token must speak for, by the id the platform's grants tell."""
        self.remedy = remedy
        self._store, self._clock = store, clock
        self._on_early = on_early or (lambda event: None)
        self._on_stop = on_stop or (lambda text: None)
        self._margin, self._reread, self._apart = margin, reread, apart
        self._early_by = 1.0 + 0.2 * (random.random() if jitter is None else jitter)
        self._lock = threading.Lock()
        self._cached: StoredToken | None = None
        self._reread_at = self._not_before = self._last_early = -math.inf
        self._proven: int | None = None
        self._suspect: int | None = None
        self._told: int | None = None
        self._unsaved: StoredToken | None = None

    @property
    def shared(self) -> bool:
        """Whether one token serves every shop of the app."""
        return self.authorisation is not None and self.authorisation.shared

    def current(self) -> StoredToken:
        """A token that is not about to end.

        Raises Unauthorised when a person must authorise again; what renewing raises.
        """
        token = self._cached
        if token and self._clock.monotonic() < self._reread_at and self._good(token):
            return token
        token = self._load()
        return token if token and self._good(token) else self._renewed(None)

    def rejected(self, version: int) -> StoredToken:
        """The platform refused the token of that version: another one, newer.

        Raises Unauthorised when there can be none, Retryable when it is too soon.
        """
        return self._renewed(version)

    def worked(self, version: int) -> None:
        """A call with the token of that version went well."""
        self._proven = version

    def accept(self, grant: Grant) -> StoredToken:
        """Keep what a person's authorisation gave. Raises Unauthorised, keeping nothing,
        when it speaks for another shop."""
        with self._lock, self._store.lock(self.subject):
            return self._keep(self._load(), grant)

    def stop(self, error: WrongShop) -> StoredToken | None:
        """The token that worked last opens another shop: stopped until a person gives the
        right one. None where nothing was stopped: it serves every shop of the app, or
        another has taken its place.
        """
        if self.shared:
            return None
        token = self._load()
        if token is None or token.state != "ok" or token.version != self._proven:
            return None
        why = str(error.args[0])
        error.args = (f"{why}; {self.remedy}",)
        return token if self._marked_stopped(token, why) else None

    def reopen(self) -> bool:
        """A person has seen to it: take up a stopped authorisation where it was. False
        where it had not stopped."""
        self._not_before = self._last_early = -math.inf
        token = self._load()
        if token is None or token.state == "ok":
            return False
        again = replace(token, state="ok", why="", version=token.version + 1)
        return self._store.save_if(self.subject, token.version, again)

    # Renewing ----------------------------------------------------------------------

    def _renewed(self, refused: int | None) -> StoredToken:
        with self._lock:
            token = self._load()
            if token and self._good(token, refused):
                return token
            self._stop_if_over(token)
            with self._store.lock(self.subject):
                token = self._load()
                if token and self._good(token, refused):
                    return token
                self._stop_if_over(token)
                return self._renew(token, refused)

    def _renew(self, token: StoredToken | None, refused: int | None) -> StoredToken:
        if token and self._unsaved and self._unsaved.version == token.version + 1:
            token = self._written(token, self._unsaved)
            if self._good(token, refused):
                return token
        rest = self._not_before - self._clock.monotonic()
        if rest > 0:
            return self._make_do(token, refused, Retryable("renewing failed", after=rest))
        if token and refused == token.version:
            if self._stillborn(token):
                why = Unauthorised("a new token was refused at its first use")
                return self._give_up(token, why)
            self._note_death(token)
        try:
            made = self._had(token)
        except (Unauthorised, Rejected, TokenExpired) as error:
            return self._give_up(token, error)
        except HubError as error:
            wait = max(error.after if isinstance(error, Retryable) else 0.0, self._reread)
            self._not_before = self._clock.monotonic() + wait
            return self._make_do(token, refused, error)
        self._suspect = made.version if refused is not None else None
        return made

    def _had(self, token: StoredToken | None) -> StoredToken:
        """Asked for once more where what came speaks for another shop: it may be what a
        proxy or cache gave to that one. Raises WrongShop where it comes again, or where the
        first answer has spent what was brought."""
        try:
            return self._keep(token, self._ask(token))
        except WrongShop as first:
            try:
                return self._keep(token, self._ask(token))
            except (Unauthorised, Rejected, TokenExpired):
                raise first from None

    def _ask(self, token: StoredToken | None) -> Grant:
        """The platform's answer. A token that has no successor is never asked for one."""
        source = self.authorisation
        if source is None:
            raise Unauthorised("its token has ended and this channel cannot renew it")
        if source.shared or token is None or not token.refresh_token:
            return source.fetch()
        end = token.refresh_expires_at
        if end is not None and end <= self._clock.now():
            raise Unauthorised("its refresh token has ended")
        return source.refresh(token.refresh_token)

    def _keep(self, token: StoredToken | None, grant: Grant) -> StoredToken:
        """Write a grant before anybody uses it; of two, the later answer stays.

        One that can't be written now is held until it can: the refresh token it was given
        for may be spent, and is not brought again.
        """
        self._check_owner(token, grant)
        self._unsaved = made = self._stored(token, grant)
        return self._written(token, made)

    def _written(self, token: StoredToken | None, made: StoredToken) -> StoredToken:
        for _ in range(3):
            if self._store.save_if(self.subject, token.version if token else None, made):
                self._unsaved = None
                return self._remember(made)
            token = self._load()
            if token and token.state == "ok" and token.fetched_at > made.fetched_at:
                return token
            made = replace(made, version=(token.version if token else 0) + 1)
        raise Retryable(f"{self.subject}: its token keeps changing under us")

    def _stored(self, former: StoredToken | None, grant: Grant) -> StoredToken:
        now = self._clock.now()
        refresh, ends = grant.refresh_token, _after(now, grant.refresh_expires_in)
        if former and refresh in (None, former.refresh_token):
            refresh, ends = former.refresh_token, ends or former.refresh_expires_at
        grace = self.authorisation.grace if self.authorisation else timedelta(0)
        return StoredToken(
            access_token=grant.access_token,
            refresh_token=refresh,
            expires_at=_after(now, grant.expires_in),
            refresh_expires_at=ends,
            scopes={k: now + timedelta(seconds=s) for k, s in grant.scopes.items()},
            owner=grant.subject or (former.owner if former else None),
            version=(former.version if former else 0) + 1,
            fetched_at=now,
            former_dies_at=now + grace if former else None,
        )

    def _check_owner(self, former: StoredToken | None, grant: Grant) -> None:
        owner = (former.owner if former else None) or self.owner
        if owner and grant.subject and grant.subject != owner:
            raise WrongShop("this authorisation speaks for another shop")

    # When it fails -----------------------------------------------------------------

    def _give_up(self, token: StoredToken | None, error: HubError) -> StoredToken:
        """Stop the subject, unless somebody else has a newer token after all."""
        newest = self._load()
        if newest and (token is None or newest.version != token.version):
            self._stop_if_over(newest)
            return newest
        self._marked_stopped(token, error.args[0])
        raise self._over(error.args[0]) from error

    def _marked_stopped(self, token: StoredToken | None, why: str) -> bool:
        """Write that it is over, and tell of it; False where somebody was quicker."""
        seen = token.version if token else None
        none = StoredToken(access_token="", version=0, fetched_at=self._clock.now())
        stopped = replace(
            token or none, state="needs_reauth", why=why, version=(seen or 0) + 1
        )
        if not self._store.save_if(self.subject, seen, stopped):
            return False
        self._cached = None
        self._tell_stopped(f"{self.subject}: {why}; {self.remedy}")
        return True

    def _tell_stopped(self, text: str) -> None:
        log.error("%s", text)
        self._on_stop(text)

    def _make_do(
        self, token: StoredToken | None, refused: int | None, error: HubError
    ) -> StoredToken:
        """The old token while it lives, where only renewing ahead of its end failed."""
        alive = token and (token.expires_at is None or self._clock.now() < token.expires_at)
        if token and alive and token.version != refused:
            return token
        raise error

    def _stillborn(self, token: StoredToken) -> bool:
        """Whether it replaced a refused one and was refused in turn before any success,
        though its time was not over.

        A shared token may die so when two systems fetch in turn; that passes.
        """
        suspect = token.version == self._suspect != self._proven
        return suspect and not self.shared and self._good(token)

    def _note_death(self, token: StoredToken) -> None:
        """Tell of a token that died early, once; Retryable where that happens too fast."""
        if not self._good(token):
            return
        now = self._clock.monotonic()
        if self._told != token.version:
            self._told = token.version
            at = self._clock.now()
            self._tell(TokenDiedEarly(self.subject, token.fetched_at, token.expires_at, at))
        rest = self._last_early + self._apart - now
        if rest > 0:
            raise Retryable("tokens of this app die too fast", after=rest)
        self._last_early = now

    def _tell(self, event: TokenDiedEarly) -> None:
        log.warning("%s", event)
        self._on_early(event)

    def _stop_if_over(self, token: StoredToken | None) -> None:
        if token and token.state != "ok":
            raise self._over(token.why)

    def _over(self, why: str) -> Unauthorised:
        return Unauthorised(f"{why}; {self.remedy}")

    # Looking -----------------------------------------------------------------------

    def _good(self, token: StoredToken, refused: int | None = None) -> bool:
        if token.state != "ok" or token.version == refused:
            return False
        if token.expires_at is None:
            return True
        life = (token.expires_at - token.fetched_at).total_seconds()
        ahead = min(self._margin, life / 10) * self._early_by
        return self._clock.now() < token.expires_at - timedelta(seconds=ahead)

    def _load(self) -> StoredToken | None:
        token = self._store.load(self.subject)
        return self._remember(token) if token else None

    def _remember(self, token: StoredToken) -> StoredToken:
        self._cached = token
        self._reread_at = self._clock.monotonic() + self._reread
        return token


def _after(now: datetime, seconds: int | None) -> datetime | None:
    """None and 0 both mean that the platform does not say."""
    return now + timedelta(seconds=seconds) if seconds and seconds > 0 else None
