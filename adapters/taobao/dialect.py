"""How TOP is spoken to: one gateway, a method name, a signed form.

Source: TOP "calling method" page, article 101617; channel paper §1 and §2.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub_core.wire import BEIJING, JSON, Call, Credentials, HttpRequest

from . import envelope
from .sign import signature

GATEWAY = "/router/rest"
OAUTH = "https://oauth.taobao.com"
SIGN_METHOD = "md5"
"""What both third-party clients with published vectors compute alike; no client was found
that uses hmac-sha256 (paper §1, T5 is C)."""


class Top:
    """The dialect of Taobao and Tmall."""

    def request(
        self, call: Call[Any], params: JSON, who: Credentials, now: datetime
    ) -> HttpRequest:
        """All parameters, the platform's own and the operation's, go in the form body.

        `Credentials.options` may set `sign_method` (md5, hmac, hmac-sha256) and
        `oauth_base_url` (the host that answers `/token`).
        """
        if call.endpoint.startswith("/"):
            return _oauth(call, params, who)
        given = _texts(params)
        given |= _system(call, who, now)
        given["sign"] = signature(given, who.app_secret, given["sign_method"])
        return HttpRequest(method="POST", path=GATEWAY, form=tuple(given.items()))

    def unwrap(self, call: Call[Any], body: JSON) -> JSON:
        """Open the envelope; raises what the error code stands for."""
        return envelope.unwrap(call.endpoint, body)

    def request_id(self, body: JSON) -> str | None:
        """TOP's own id for this exchange; it stands inside whatever wraps the answer."""
        return envelope.request_id(body)

    def server_time(self, body: JSON) -> datetime | None:
        """TOP's answers carry no time; the Date header is all there is."""
        return None


def _oauth(call: Call[Any], params: JSON, who: Credentials) -> HttpRequest:
    """The token endpoint stands on another host and takes the secret instead of a sign."""
    given = _texts(params)
    given |= {"client_id": who.app_key, "client_secret": who.app_secret}
    return HttpRequest(
        method="POST",
        path=call.endpoint,
        form=tuple(given.items()),
        base_url=who.options.get("oauth_base_url") or OAUTH,
    )


def _system(call: Call[Any], who: Credentials, now: datetime) -> dict[str, str]:
    """Parameters every method takes. `timestamp` is GMT+8; TOP forgives ten minutes."""
    given = {
        "method": call.endpoint,
        "app_key": who.app_key,
        "timestamp": now.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
        "v": "2.0",
        "format": "json",
        "sign_method": who.options.get("sign_method") or SIGN_METHOD,
    }
    if call.needs_token and who.token:
        given["session"] = who.token
    return given


def _texts(params: Mapping[str, Any]) -> dict[str, str]:
    """Parameters as they are signed and sent; empty ones stay at home."""
    return {k: text for k, v in params.items() if (text := _text(v))}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ",".join(map(_text, value))
    return str(value)
