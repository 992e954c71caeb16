"""The token address: its answers, good and bad.

Source: channel paper §2 (official sample shape; failures have `code`, `msg`, `requestId`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .grants import Denied, Grant, Grants
from .options import Options


def handle_of(account: str) -> str:
    """open_id (and uid) of the shop's owner."""
    return f"o_sandbox_{account}"


class OAuth:
    """Answers access_token and refresh_token."""

    def __init__(
        self, grants: Grants, options: Options, switches: Mapping[str, str]
    ) -> None:
        self.grants, self.options, self.switches = grants, options, switches

    def answer(
        self, path: str, asked: Mapping[str, str], now: float
    ) -> tuple[dict[str, Any], str, str]:
        """The body, the shop and the outcome for the log."""
        try:
            grant = self.grants.answer(path, asked, now)
        except Denied as no:
            return self.denied(no.kind), "", str(self.options.oauth_codes[no.kind])
        return self._granted(grant, now), grant.account, "ok"

    def denied(self, kind: str) -> dict[str, Any]:
        """A failed call, by a kind of `OAUTH_CODES`."""
        code = self.options.oauth_codes[kind]
        return {"code": code, "msg": "参数不合法或已过期", "requestId": f"sandbox-{code}"}

    def _granted(self, grant: Grant, now: float) -> dict[str, Any]:
        """`expires_in` is seconds, `time` milliseconds."""
        time, number = int(now * 1000), self.switches["token_time"] == "number"  # noqa: S105
        return {
            "access_token": grant.access,
            "expires_in": int(grant.access_until - now),
            "refresh_token": grant.refresh,
            "scope": "snsapi_base",
            "open_id": handle_of(grant.account),
            "uid": handle_of(grant.account),
            "time": time if number else str(time),
            "token_type": "bearer",
            "code": 0,
        }
