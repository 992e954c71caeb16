"""How JD's gateway is spoken to: one form, business parameters as one JSON text in it.

Source: channel paper JD §1, §2, §7.3.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub_core.wire import BEIJING, JSON, Call, Credentials, HttpRequest, epoch

from .envelope import NotThere, agreed, explained, granted, opened, proven
from .sign import sign

OAUTH_HOST = "https://open-oauth.jd.com"
OAUTH = "/oauth2/"
"""Token endpoints live on a host of their own and are not signed."""

PLAIN, ZONED = "plain", "zoned"
VERSION = "2.0"


@dataclass(frozen=True, slots=True)
class Jos:
    """JD's dialect. Its fields are what no document settles (C).

    `Credentials.options` may set `oauth_base_url`, `timestamp` (`plain`, or `zoned` as
    the official SDKs since 2022 write it) and `v` (2024's SDK has others per method).
    """

    call_limit_wait: float = 900.0
    """Seconds to stay away after code 2: further failures may prolong it."""
    missing: tuple[str, ...] = (
        "不存在",
        "未找到",
        "查询不到",
        "未查询到",
        "没有查询到",
        "查无",
        "not exist",
        "not found",
    )
    """Words in a refusal of a single record that mean there is no such record."""
    waybill_done: tuple[str, ...] = ("0", "200")
    """Codes by which another waybill is said to have been taken."""
    stock_added: tuple[str, ...] = ("0", "200")
    """Codes by which pieces are said to have been added."""

    def request(
        self, call: Call[Any], params: JSON, who: Credentials, now: datetime
    ) -> HttpRequest:
        """Sign and place a call."""
        if call.endpoint.startswith(OAUTH):
            return _token_request(call, params, who)
        sent = {
            "method": call.endpoint,
            "app_key": who.app_key,
            "timestamp": _timestamp(now, who.options.get("timestamp") or PLAIN),
            "v": who.options.get("v") or VERSION,
            "360buy_param_json": business_json(params),
        }
        if call.needs_token and who.token is not None:
            sent["access_token"] = who.token
        sent["sign"] = sign(who.app_secret, sent)
        return HttpRequest("POST", "/routerjson", form=tuple(sent.items()))

    def unwrap(self, call: Call[Any], body: JSON) -> JSON:
        """Open the envelope; success needs positive proof.

        A record asked for by its number that is not there is no error but an empty
        wrapper.
        """
        wait = self.call_limit_wait
        if call.endpoint.startswith(OAUTH):
            return granted(body, wait)
        missing = self.missing if call.name.endswith(".get") else ()
        try:
            inner = proven(opened(call.endpoint, body, wait, missing), wait, missing)
        except NotThere:
            return {}
        if call.name == "shipping.change":
            agreed(inner.get("response"), self.waybill_done)
        if call.name == "stock.add":
            explained(inner.get("result"), self.stock_added)
        return inner

    def request_id(self, body: JSON) -> str | None:
        """Only newer answers carry one, at varying places."""
        for part in (body, *body.values()):
            if isinstance(part, dict):
                found = part.get("requestId") or part.get("request_id")
                if isinstance(found, str):
                    return found
        return None

    def server_time(self, body: JSON) -> datetime | None:
        """Token answers carry it (ms, as number or text); the gateway's do not."""
        try:
            return epoch(body.get("time"))
        except ValueError:
            return None


def business_json(params: JSON) -> str:
    """The one JSON text that is both signed and sent: sorted, compact, plain ASCII.

    The platform also takes Chinese as it is (vector J2); escaped text passes every proxy.
    """
    return json.dumps(params, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def _timestamp(now: datetime, style: str) -> str:
    text = now.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
    return f"{text}.000+0800" if style == ZONED else text


def _token_request(call: Call[Any], params: JSON, who: Credentials) -> HttpRequest:
    known = {"app_key": who.app_key, "app_secret": who.app_secret, **params}
    return HttpRequest(
        "GET",
        call.endpoint,
        query=tuple((name, str(value)) for name, value in known.items()),
        base_url=who.options.get("oauth_base_url") or OAUTH_HOST,
    )
