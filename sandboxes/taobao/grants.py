"""Apps, sessions and refreshing: who may call for which seller, and until when.

A session belongs to one app and one seller. Read and write grants (r1, w1 …) end on
their own, so a session may read while writing has ended, and the other way round.
Source: paper §2.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from .shapes import JSON

CODE_LIFE = 1_800
"""Seconds an authorisation code is good for."""
SUB_IDS = 900_000_000_000
"""How far a sub-account's id is from its seller's, in this box."""


@dataclass(slots=True)
class App:
    """An application on the open platform."""

    key: str
    secret: str


@dataclass(slots=True)
class Lives:
    """How long things last, in seconds. None: as long as the token."""

    token: float
    refresh: float
    reads: float | None
    writes: float | None
    grace: float


@dataclass(slots=True)
class Session:
    """An access token. Times are epoch seconds."""

    token: str
    refresh: str
    user: str
    app_key: str
    since: float
    until: float
    refresh_until: float
    reads_until: float
    writes_until: float
    family: str
    """Names the authorisation it goes back to."""
    sub: str = ""
    """The sub-account that agreed for the seller, if one did."""
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """What a seller's yes is worth until `until`. `redirect` None: given without a page."""

    user: str
    app_key: str
    until: float
    redirect: str | None = None
    sub: str = ""


class Grants:
    """All sessions ever given."""

    def __init__(
        self,
        rng: random.Random,
        apps: list[App],
        lives: Lives,
        switches: Mapping[str, str],
        *,
        refreshable: bool,
    ) -> None:
        self._rng = rng
        self.apps = {app.key: app for app in apps}
        self._lives, self._switches = lives, switches
        self.refreshable = refreshable
        self._sessions: dict[str, Session] = {}
        self._current: dict[str, Session] = {}
        self._codes: dict[str, Code] = {}
        self._spent: dict[str, tuple[Session, float]] = {}

    def authorise(self, user: str, app_key: str, now: float) -> Session:
        """The seller says yes; a former session of the same app is replaced."""
        old = self._current.get(user)
        if old is not None:
            old.revoked = True
        return self._issue(user, app_key, now, refresh=None)

    def code(self, user: str, app_key: str, now: float) -> str:
        """An authorisation code, good once and for 30 minutes."""
        text = f"{self._rng.getrandbits(80):020x}"
        self.put(text, Code(user, app_key, now + CODE_LIFE))
        return text

    def put(self, text: str, code: Code) -> None:
        """Let this text stand for a seller's yes."""
        self._codes[text] = code

    def exchange(
        self, text: str, app_key: str, now: float, redirect: str | None = None
    ) -> Session | None:
        """A session for a code; None when it is no good. Asking uses it up.

        `redirect` None: not compared with the address the code was sent to.
        """
        code = self._codes.pop(text, None)
        if code is None or code.app_key != app_key or now >= code.until:
            return None
        if None not in (redirect, code.redirect) and redirect != code.redirect:
            return None
        session = self.authorise(code.user, app_key, now)
        session.sub = code.sub
        return session

    def session(self, token: str) -> Session | None:
        """The session of that token, dead or alive."""
        return self._sessions.get(token)

    def current(self, user: str) -> Session:
        """The seller's newest session."""
        return self._current[user]

    def revoke(self, user: str) -> None:
        """The seller takes the authorisation back, refresh token included."""
        self._current[user].revoked = True

    def renew(self, refresh: str, app_key: str, now: float) -> Session | None:
        """A new session for a refresh token; None when it is no good."""
        if not self.refreshable:
            return None
        for session in self._current.values():
            if session.refresh == refresh and session.app_key == app_key:
                return self._renewed(session, now)
        spent = self._spent.get(refresh)
        if spent is None or spent[0].app_key != app_key:
            return None
        current = self._current[spent[0].user]
        if now >= spent[1]:
            self._used_twice(spent[0], current)
            return None
        return None if current.revoked else current

    def _used_twice(self, old: Session, current: Session) -> None:
        """A spent refresh token came again, as a thief's would."""
        if self._switches["refresh"] == "family" and old.family == current.family:
            current.revoked = True

    def _renewed(self, old: Session, now: float) -> Session | None:
        if old.revoked or now >= old.refresh_until:
            return None
        rotates = self._switches["refresh"] != "kept"
        kept = None if rotates else old.refresh
        new = self._issue(old.user, old.app_key, now, refresh=kept)
        new.family, new.sub = old.family, old.sub
        if rotates:
            self._spent[old.refresh] = (old, now + self._lives.grace)
        if self._switches["old_session"] == "dies":
            old.until = min(old.until, now + self._lives.grace)
        return new

    def _issue(self, user: str, app_key: str, now: float, refresh: str | None) -> Session:
        lives = self._lives
        until = now + lives.token
        token, kept = self._token(user), refresh or self._token(user)
        session = Session(
            token=token,
            refresh=kept,
            family=kept,
            user=user,
            app_key=app_key,
            since=now,
            until=until,
            refresh_until=now + lives.refresh,
            reads_until=until if lives.reads is None else now + lives.reads,
            writes_until=until if lives.writes is None else now + lives.writes,
        )
        self._sessions[session.token] = self._current[user] = session
        return session

    def _token(self, user: str) -> str:
        return f"6201{self._rng.getrandbits(112):028x}ZZ{user}"


def told(session: Session, nick: str, now: float, how: Mapping[str, str]) -> JSON:
    """The fields of a token answer; lifetimes in seconds, `*_valid` in epoch ms."""
    left = max(0, int(session.until - now))
    reads = max(0, int(session.reads_until - now))
    writes = max(0, int(session.writes_until - now))
    text = how["user_id"] == "string"
    user: str | int = session.user if text else int(session.user)
    sub: JSON = {}
    if session.sub:
        id = int(session.user) + SUB_IDS
        sub["sub_taobao_user_id"] = str(id) if text else id
        sub["sub_taobao_user_nick"] = quote(f"{nick}:{session.sub}")
    return {
        "access_token": session.token,
        "token_type": "Bearer",
        "expires_in": left,
        "expire_time": int(session.until * 1000),
        "refresh_token": session.refresh,
        "re_expires_in": max(0, int(session.refresh_until - now)),
        "refresh_token_valid_time": int(session.refresh_until * 1000),
        "r1_expires_in": reads,
        "r2_expires_in": reads,
        "w1_expires_in": writes,
        "w2_expires_in": writes,
        "r1_valid": int(session.reads_until * 1000),
        "w1_valid": int(session.writes_until * 1000),
        "taobao_user_id": user,
        "taobao_user_nick": quote(nick),
        **sub,
    }
