"""pdd.pop.auth.token.create and .refresh: what they answer.

Source: channel paper §2 and the official pages of both APIs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .apis import APIS
from .errors import Refused
from .grants import Grant, Grants
from .options import Options

LEVELS = ("r1", "r2", "w1", "w2")


class OAuth:
    """Answers token calls."""

    def __init__(
        self, grants: Grants, options: Options, switches: Mapping[str, str]
    ) -> None:
        self.grants, self.options, self.switches = grants, options, switches

    def answer(
        self, type: str, sent: Mapping[str, str], now: float
    ) -> tuple[dict[str, Any], str]:
        """The fields of a good answer, and the shop. Raises Refused."""
        kind = "code" if type.endswith(".create") else "refresh"
        grant = (
            self.grants.redeem(sent.get("code", ""), now)
            if kind == "code"
            else self.grants.renew(sent.get("refresh_token", ""), now)
        )
        if grant is None:
            raise Refused(self.options.code(kind))
        return self._granted(grant, now), grant.account

    def _granted(self, grant: Grant, now: float) -> dict[str, Any]:
        """`*_in` are seconds, `*_at` epoch seconds; owner_id is the shop's id as text."""
        until, ends = int(grant.access_until), int(grant.ends_at)
        told: dict[str, Any] = {
            "access_token": grant.access,
            "expires_in": until - int(now),
            "expires_at": until,
            "refresh_token": grant.refresh,
            "refresh_token_expires_in": ends - int(now),
            "refresh_token_expires_at": ends,
            "scope": [name for name, api in APIS.items() if api.needs_token],
            "owner_id": grant.account,
            "owner_name": f"pdd{grant.account}",
        }
        for level in LEVELS:
            told[f"{level}_expires_in"] = until - int(now)
            told[f"{level}_expires_at"] = until
        if self.switches["w1_expires_in"] == "epoch":
            told["w1_expires_in"] = until
        return told
