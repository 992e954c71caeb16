"""Access tokens: given for a code, refreshed, expired, revoked.

Source: channel paper §2 (parameters, answer, lifetimes).
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from .options import Options
from .times import text_of

GRANT_TYPES = {"authorization_code": "/access_token", "refresh_token": "/refresh_token"}
"""What may be asked at which address; the legacy one takes both."""


def is_legacy(path: str) -> bool:
    """The address before 2019: other parameter names, and a refresh keeps the text."""
    return path.endswith("/oauth/token")


class Denied(Exception):
    """A failed token call, by a kind of `OAUTH_CODES`."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(slots=True)
class Grant:
    """What one shop has given the app. Times are epoch seconds."""

    account: str
    access: str = field(repr=False)
    refresh: str = field(repr=False)
    access_until: float
    refresh_until: float
    family: str = field(repr=False)
    """Names the consent it goes back to."""


@dataclass(frozen=True, slots=True)
class Code:
    """What a consent is worth until `until`. `redirect` None: given without a page."""

    account: str
    until: float
    redirect: str | None = None


class Grants:
    """Every shop's grant, and the tokens and codes that lead to it."""

    def __init__(
        self, options: Options, switches: Mapping[str, str], rng: random.Random
    ) -> None:
        self.options, self.switches, self._rng = options, switches, rng
        self._grants: dict[str, Grant] = {}
        self._access: dict[str, tuple[str, float]] = {}
        """Every access token ever given: its shop, and until when it works."""
        self._refresh: dict[str, str] = {}
        self._used: dict[str, str] = {}
        """Refresh tokens that work once and did: their family."""
        self._codes: dict[str, Code] = {}
        self._refreshed: dict[tuple[str, str], int] = {}

    def issue(
        self, account: str, now: float, *, access: str | None = None, family: str = ""
    ) -> Grant:
        """A new grant, as after the shop's owner agreed."""
        access, refresh = access or self._word(), self._word()
        grant = Grant(
            account,
            access,
            refresh,
            now + self.options.token_ttl.total_seconds(),
            now + self.options.refresh_ttl.total_seconds(),
            family or refresh,
        )
        self._keep(grant)
        return grant

    def holder(self, access: str, now: float) -> str | None:
        """The shop this access token speaks for; None when it is dead."""
        account, until = self._access.get(access, ("", 0.0))
        return account if now < until else None

    def of(self, account: str) -> Grant | None:
        """The shop's present grant, None when it was revoked."""
        return self._grants.get(account)

    def expire(self, account: str, now: float) -> None:
        """The access token dies now; the refresh token stays."""
        grant = self._grants[account]
        grant.access_until = now
        self._access[grant.access] = account, now

    def revoke(self, account: str) -> None:
        """The owner takes the grant back: no token of the shop works any more."""
        self._grants.pop(account, None)
        self._access = {t: at for t, at in self._access.items() if at[0] != account}
        self._refresh = {t: a for t, a in self._refresh.items() if a != account}

    def code(self, account: str, now: float) -> str:
        """What the browser brings back after the owner agreed; good for one use."""
        code = self._word()[:8]
        self.put(code, account, now)
        return code

    def put(self, code: str, account: str, now: float, redirect: str | None = None) -> None:
        """Let this text stand for the owner's yes."""
        until = now + self.options.code_ttl.total_seconds()
        self._codes[code] = Code(account, until, redirect)

    def answer(self, path: str, asked: Mapping[str, str], now: float) -> Grant:
        """A token call. Raises Denied."""
        old = is_legacy(path)
        names = ("client_id", "client_secret") if old else ("app_key", "app_secret")
        app = tuple(asked.get(name) for name in names)
        if app != (self.options.app_key, self.options.app_secret):
            raise Denied("app")
        kind = asked.get("grant_type", "")
        if kind not in GRANT_TYPES or not (old or path.endswith(GRANT_TYPES[kind])):
            raise Denied("grant_type")
        if kind == "refresh_token":
            same = old or self.switches["refresh_text"] == "same"
            return self._renew(asked.get("refresh_token", ""), now, same)
        redirect = asked.get("redirect_uri", "") if old else None
        return self._redeem(asked.get("code", ""), now, redirect)

    def _redeem(self, text: str, now: float, redirect: str | None) -> Grant:
        """Only the legacy call names the address; there it must be the code's."""
        code = self._codes.pop(text, None)
        if code is None or now >= code.until:
            raise Denied("code")
        if None not in (redirect, code.redirect) and redirect != code.redirect:
            raise Denied("code")
        return self.issue(code.account, now)

    def _renew(self, token: str, now: float, same: bool) -> Grant:
        grant = self._grants.get(self._refresh.get(token, ""))
        self._came_again(token)
        if not self.options.refreshable:
            raise Denied("refresh_token")
        if grant is None or now >= grant.refresh_until or self._spent(grant, now):
            raise Denied("refresh_token")
        if now >= grant.access_until and self.switches["refresh_after_expiry"] == "refused":
            raise Denied("refresh_token")
        if self.switches["refresh_use"] != "many":
            del self._refresh[token]
            self._used[token] = grant.family
        if not same:
            grace = now + self.options.token_grace.total_seconds()
            self._access[grant.access] = grant.account, min(grant.access_until, grace)
        access = grant.access if same else None
        return self.issue(grant.account, now, access=access, family=grant.family)

    def _came_again(self, token: str) -> None:
        """A used refresh token, as a thief's would, may end the whole family."""
        family = self._used.get(token)
        if family is None or self.switches["refresh_use"] != "family":
            return
        for grant in [g for g in self._grants.values() if g.family == family]:
            self.revoke(grant.account)

    def _spent(self, grant: Grant, now: float) -> bool:
        most, key = self.options.refreshes_per_month, (grant.account, text_of(now)[:7])
        self._refreshed[key] = self._refreshed.get(key, 0) + 1
        return most is not None and self._refreshed[key] > most

    def _keep(self, grant: Grant) -> None:
        self._grants[grant.account] = grant
        self._access[grant.access] = grant.account, grant.access_until
        self._refresh[grant.refresh] = grant.account

    def _word(self) -> str:
        return f"{self._rng.getrandbits(128):032x}"
