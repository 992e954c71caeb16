"""What users (a merchant's owner among them) have let the app do: codes and tokens.

An act. token lives 15 days, a rft. token 30; refreshing leaves the latter's end where it
is, and only renewing moves it, five times at most. Agreeing again replaces what was before
(C), and a new code ends an unspent one.

Source: dop/develop/openapi/account-permission/{get-access-token, refresh-access-token,
refresh-token}; paper §1.3.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, uuid5

from .options import Options

CODE_LIFE = 600.0
"""Seconds a code is good. Source: paper §1.3."""
RENEWALS = 5


class Denied(Exception):
    """A user token call that fails, with its error_code."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


@dataclass(slots=True)
class UserGrant:
    """One user's yes. Times are epoch seconds."""

    account: str
    scope: str
    access: str = field(repr=False)
    access_until: float
    refresh: str = field(repr=False)
    refresh_until: float
    renewed: int = 0


class UserTokens:
    """All users' grants to one app."""

    def __init__(
        self, app_key: str, options: Options, switches: Mapping[str, str], seed: int
    ) -> None:
        self._app_key, self._options, self._switches = app_key, options, switches
        self._rng = random.Random(f"{seed}:users")
        self._codes: dict[str, tuple[str, str, float]] = {}
        self._grants: dict[str, UserGrant] = {}
        self._used: dict[str, UserGrant] = {}
        """Refresh tokens that were renewed: the grant they belonged to."""

    def open_id(self, account: str) -> str:
        """The user's id, another for each app."""
        return str(uuid5(NAMESPACE_URL, f"{self._app_key}:{account}"))

    def code(self, account: str, scope: str, now: float) -> str:
        """What the browser brings back."""
        self._codes = {c: held for c, held in self._codes.items() if held[0] != account}
        code = self._word()
        self._codes[code] = account, scope, now + CODE_LIFE
        return code

    def redeem(self, code: str, now: float) -> UserGrant:
        """A grant for a code, which that uses up. Raises Denied."""
        account, scope, until = self._codes.pop(code, ("", "", 0.0))
        if now >= until:
            raise Denied(10007)
        access, refresh = f"act.{self._word()}", f"rft.{self._word()}"
        live, kept = now + self._options.user_ttl, now + self._options.user_refresh_ttl
        grant = UserGrant(account, scope, access, live, refresh, kept)
        self._grants[account] = grant
        return grant

    def refresh(self, token: str, now: float) -> UserGrant:
        """Another 15 days: of the same text while it lives, or always of a new one."""
        grant = self._by_refresh(token, now)
        if now >= grant.access_until or self._switches["user_refresh"] == "new":
            grant.access = f"act.{self._word()}"
        grant.access_until = now + self._options.user_ttl
        return grant

    def renew(self, token: str, now: float) -> UserGrant:
        """A new refresh token; the old one is dead. Raises Denied."""
        if not self._options.user_renewable:
            raise Denied(10004)
        grant = self._by_refresh(token, now)
        if grant.renewed >= RENEWALS:
            raise Denied(10020)
        self._used[token] = grant
        grant.refresh, grant.renewed = f"rft.{self._word()}", grant.renewed + 1
        grant.refresh_until = now + self._options.user_refresh_ttl
        return grant

    def holder(self, access: str, now: float) -> str | None:
        """The account whose owner this act. token speaks for; None when it is dead."""
        for grant in self._grants.values():
            if grant.access == access and now < grant.access_until:
                return grant.account
        return None

    def of(self, account: str) -> UserGrant | None:
        """What that account's owner has let the app do, if anything."""
        return self._grants.get(account)

    def revoke(self, account: str) -> None:
        """The user takes it back: both tokens are dead at once."""
        self._grants.pop(account, None)

    def _by_refresh(self, token: str, now: float) -> UserGrant:
        for grant in self._grants.values():
            if grant.refresh == token and now < grant.refresh_until:
                return grant
        used = self._used.get(token)
        if used and self._switches["user_renewed_again"] == "family":
            self._grants = {k: g for k, g in self._grants.items() if g is not used}
        raise Denied(10010)

    def _word(self) -> str:
        return f"{self._rng.getrandbits(160):040x}"
