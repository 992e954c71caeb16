"""The token address: its answers, good and bad.

Source: channel paper §2 (official sample shape; failures have `code`, `msg`, `requestId`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import OAUTH_WORDS
from .grants import Denied, Grant, Grants, is_legacy
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
        position = self.switches["token_time"]
        number = position == "number" and not is_legacy(path)
        told = _granted(grant, now, number)
        if self.switches["more_told"] == "yes":
            told |= _extras(grant)
        return told, grant.account, "ok"

    def denied(self, kind: str) -> dict[str, Any]:
        """A failed call, by a kind of `OAUTH_CODES`."""
        code = self.options.oauth_codes[kind]
        said = OAUTH_WORDS.get(kind, "参数不合法或已过期")
        return {"code": code, "msg": said, "requestId": f"sandbox-{code}"}


def _granted(grant: Grant, now: float, number: bool) -> dict[str, Any]:
    """`expires_in` is seconds; `time` is milliseconds, text in the legacy flow."""
    time = int(now * 1000)
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


def _extras(grant: Grant) -> dict[str, Any]:
    """What is seen beside the sample; points in time are milliseconds."""
    return {
        "xid": f"x_sandbox_{grant.account}",
        "user_nick": f"jd_{grant.account}",
        "expires_at": int(grant.access_until * 1000),
        "refresh_token_expires": int(grant.refresh_until * 1000),
    }
