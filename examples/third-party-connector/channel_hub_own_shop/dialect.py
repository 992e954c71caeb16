"""How the shop is spoken to: REST, signed headers, JSON that is data or an error.

Source: the shop's API page, which is this project's README.md.
"""

from __future__ import annotations

import hmac
import json
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from hub_core import (
    BadRequest,
    Banned,
    HubError,
    Misconfigured,
    Rejected,
    Retryable,
    Throttled,
    Unreadable,
)
from hub_core.wire import JSON, Call, Credentials, HttpRequest, Words, epoch

NOT_FOUND = "not_found"
ERRORS: Words[type[HubError]] = Words(
    {
        "bad_sign": Misconfigured,  # the secret is wrong
        "bad_time": Retryable,  # the answer has just told the right one
        "bad_field": BadRequest,
        "too_fast": Throttled,
        "day_spent": Banned,
        "busy": Retryable,
    },
    unknown=Rejected,
)


class ShopDialect:
    """Pure: it opens no connection and reads no clock."""

    def request(
        self, call: Call[Any], params: JSON, who: Credentials, now: datetime
    ) -> HttpRequest:
        """Fill the path, put the rest into query or body, and sign what leaves."""
        inside = {name for name in params if f"{{{name}}}" in call.endpoint}
        path = call.endpoint.format_map({k: quote(str(params[k]), safe="") for k in inside})
        rest = {k: v for k, v in params.items() if k not in inside}
        query = [(k, str(v)) for k, v in rest.items()] if call.method == "GET" else []
        body = None if call.method == "GET" else rest
        target = f"{path}?{urlencode(query, quote_via=quote)}" if query else path
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":")) if body else ""
        signed = "\n".join((call.method, target, f"{now.timestamp():.0f}", text)).encode()
        headers = {
            "x-shop-key": who.app_key,
            "x-shop-time": f"{now.timestamp():.0f}",
            "x-shop-sign": hmac.digest(who.app_secret.encode(), signed, "sha256").hex(),
        }
        return HttpRequest(call.method, path, query=query, headers=headers, json=body)

    def unwrap(self, call: Call[Any], body: JSON) -> JSON:
        """The data of an answer that has data and no error; anything else is an error."""
        data, error = body.get("data"), body.get("error")
        if isinstance(data, dict) and error is None:
            return data
        if not isinstance(error, dict) or not isinstance(error.get("code"), str):
            raise Unreadable("an answer without data, and without an error's code")
        code, said = error["code"], str(error.get("message") or "")[:200]
        kind, wait = ERRORS[code], error.get("wait")
        if issubclass(kind, Retryable):
            raise kind(said, after=wait if type(wait) is int else 0, code=code)
        raise kind(said, code=code)

    def request_id(self, body: JSON) -> str | None:
        """The shop's own id for this exchange."""
        found = body.get("request_id")
        return found if isinstance(found, str) else None

    def server_time(self, body: JSON) -> datetime | None:
        """Each answer carries it, in epoch seconds."""
        return epoch(body.get("time"))
