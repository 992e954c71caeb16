"""POST /oauth/client_token/: the one token every call of an app uses.

Source: local-life/develop/OpenAPI/preparation/client_token; its error table 10002,
10003, 10013 and the frequency rule 10020; older answers: paper §10.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

from hub_core.sandbox import Clock, Quota, Request, Response, json_response

from .envelope import Envelope
from .options import Options
from .tokens import Tokens

SAID = {
    10002: "参数错误",
    10003: "client_key不存在",
    10013: "client_key或client_secret报错",
    10020: "调用过于频繁",
}
FIELDS = ("client_key", "client_secret", "grant_type")


class Oauth:
    """Answers token calls of one app."""

    def __init__(
        self,
        clock: Clock,
        switches: Mapping[str, str],
        options: Options,
        tokens: Tokens,
        envelope: Envelope,
        app: tuple[str, str],
    ) -> None:
        self._clock, self._switches, self._envelope = clock, switches, envelope
        self._tokens, self._app = tokens, app
        calls = options.token_calls
        self._quota = Quota(calls, 300.0) if calls else None

    def answer(self, request: Request) -> tuple[Response, int]:
        """The answer, and its error_code (0: a token was given)."""
        code = self._judge(self._given(request))
        return (self._refusal(code) if code else self._token()), code

    def _given(self, request: Request) -> Mapping[str, Any]:
        """The parameters, wherever this box lets them stand; none when unreadable."""
        if request.method == "POST" and "json" in request.headers.get("content-type", ""):
            try:
                body = request.json()
            except ValueError:
                return {}
            return body if isinstance(body, dict) else {}
        if self._switches["oauth_request"] == "json_only":
            return {}
        return dict(request.form() if request.method == "POST" else request.query())

    def _judge(self, given: Mapping[str, Any]) -> int:
        now = self._clock.now()
        if self._quota is not None and self._quota.take("token", now):
            return 10020
        key, secret, grant = (given.get(name) for name in FIELDS)
        if not (isinstance(key, str) and isinstance(secret, str) and key and secret):
            return 10002
        if grant != "client_credential":
            return 10002
        if key != self._app[0]:
            return 10003
        same = hmac.compare_digest(secret.encode(), self._app[1].encode())
        return 0 if same else 10013

    def _token(self) -> Response:
        token, seconds = self._tokens.issue(self._clock.now())
        data: dict[str, Any] = {"access_token": token, "description": ""}
        match self._switches["oauth_answer"]:
            case "2022":
                data |= {"error_code": "0", "expires_in": str(seconds)}
            case "2023":
                data |= {"error_code": 0, "expires_in": seconds, "captcha": ""}
                data |= {"desc_url": "", "log_id": self._envelope.logid()}
            case _:
                data |= {"error_code": 0, "expires_in": seconds}
        return json_response({"data": data, "message": "success"})

    def _refusal(self, code: int) -> Response:
        said = {"error_code": code, "description": SAID[code]}
        if self._switches["oauth_answer"] == "2023":
            trace = {"logid": self._envelope.logid()}
            now = int(self._clock.now() * 1000)
            return json_response({"data": said, "extra": {**trace, "now": now}})
        if self._switches["oauth_answer"] == "2022":
            said["error_code"] = str(code)
        return json_response({"data": said, "message": "error"})
