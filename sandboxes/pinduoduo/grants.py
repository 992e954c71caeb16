"""Access tokens: given for a code, refreshed, expired, revoked.

The authorisation has one end, and both tokens die with it. Source: channel paper §2.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from .options import Options


@dataclass(slots=True)
class Grant:
    """What one shop has given the app. Times are epoch seconds."""

    account: str
    access: str = field(repr=False)
    refresh: str = field(repr=False)
    access_until: float
    ends_at: float
    """The end of the authorisation, the refresh token's end too."""


class Grants:
    """Every shop's grant, and the tokens and codes that lead to it."""

    def __init__(
        self, options: Options, switches: Mapping[str, str], rng: random.Random
    ) -> None:
        self.options, self.switches, self._rng = options, switches, rng
        self._grants: dict[str, Grant] = {}
        self._access: dict[str, tuple[str, float]] = {}
        """Every access token that may work: its shop, and until when."""
        self._spent: dict[str, tuple[str, float]] = {}
        """Refresh tokens already used: their shop, and until when that is forgiven."""
        self._codes: dict[str, tuple[str, float]] = {}

    def issue(self, account: str, now: float, *, access: str | None = None) -> Grant:
        """A new grant, as after the shop's owner agreed; the former is dead."""
        self.revoke(account)
        ends_at = now + self.options.grant_ttl.total_seconds()
        return self._keep(account, access or self._word(), self._word(), ends_at, now)

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
        self._access = {t: a for t, a in self._access.items() if a[0] != account}

    def revoke(self, account: str) -> None:
        """No token or code of the shop works any more."""
        self._grants.pop(account, None)
        for kept in (self._access, self._spent, self._codes):
            for token in [t for t, at in kept.items() if at[0] == account]:
                del kept[token]

    def code(self, account: str, now: float) -> str:
        """What the browser brings back after the owner agreed; good for one use.

        Agreeing kills what was before, even if the code is never exchanged.
        """
        code = self._word()
        self.put(code, account, now)
        return code

    def put(self, code: str, account: str, now: float) -> None:
        """Let this text stand for the owner's yes, which kills what was before."""
        self.revoke(account)
        self._codes[code] = account, now + self.options.code_ttl.total_seconds()

    def others(self, account: str) -> set[str]:
        """The other shops that have let the app in."""
        return set(self._grants) - {account}

    def redeem(self, code: str, now: float) -> Grant | None:
        """The grant behind a code, None when the code is no good."""
        account, until = self._codes.pop(code, ("", 0.0))
        return self.issue(account, now) if now < until else None

    def renew(self, refresh: str, now: float) -> Grant | None:
        """The grant after a refresh, with the same end; None when it cannot be had."""
        spent, until = self._spent.get(refresh, ("", 0.0))
        held = [g for g in self._grants.values() if g.refresh == refresh]
        if not self.options.refreshable:
            return None
        if not held and now < until:
            return self._grants.get(spent)
        if spent and not held and self.switches["refresh_pair"] == "family":
            self.revoke(spent)
        if not held or now >= held[0].ends_at:
            return None
        return self._renewed(held[0], now)

    def _renewed(self, old: Grant, now: float) -> Grant:
        grace = now + self.options.token_grace.total_seconds()
        if self.switches["refresh_pair"] == "same":
            return self._keep(old.account, old.access, old.refresh, old.ends_at, now)
        self._spent[old.refresh] = old.account, grace
        if self.switches["old_access"] == "dies":
            self._access[old.access] = old.account, min(old.access_until, grace)
        return self._keep(old.account, self._word(), self._word(), old.ends_at, now)

    def _keep(
        self, account: str, access: str, refresh: str, ends_at: float, now: float
    ) -> Grant:
        until = min(now + self.options.token_ttl.total_seconds(), ends_at)
        grant = Grant(account, access, refresh, until, ends_at)
        self._grants[account] = grant
        self._access[access] = account, until
        return grant

    def _word(self) -> str:
        return f"{self._rng.getrandbits(160):040x}"
