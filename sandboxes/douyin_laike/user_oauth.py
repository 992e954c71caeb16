"""POST /oauth/access_token/, /oauth/refresh_token/, /oauth/renew_refresh_token/: the tokens
of users who agreed on the page.

Source: dop/develop/openapi/account-permission/{get-access-token, refresh-access-token,
refresh-token} (forms; samples: numbers in the first answer, text in the others; 10005,
10004, 10010, 10020), douyin.apifox.cn copy of 2023 (JSON), paper §1.3 (the rest).
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

from hub_core.sandbox import Clock, Request, Response, json_response

from .envelope import Envelope
from .user_tokens import Denied, UserGrant, UserTokens

JSON = dict[str, Any]
CODE, REFRESH, RENEW = (
    f"/oauth/{name}" for name in ("access_token", "refresh_token", "renew_refresh_token")
)
PATHS = (CODE, REFRESH, RENEW)
SAID = {
    10002: "参数错误",
    10003: "client_key不存在",
    10004: "权限不足",
    10005: "缺少参数",
    10007: "授权码过期",
    10010: "refresh_token过期",
    10013: "client_key或client_secret报错",
    10020: "超过刷新次数限制",
}


class UserOauth:
    """Answers token calls about users, always with HTTP 200."""

    def __init__(
        self,
        clock: Clock,
        switches: Mapping[str, str],
        tokens: UserTokens,
        envelope: Envelope,
        app: tuple[str, str],
    ) -> None:
        self._clock, self._switches, self._tokens = clock, switches, tokens
        self._envelope, self._app = envelope, app

    def answer(self, request: Request, path: str) -> tuple[Response, str, str]:
        """The answer, the account, and the outcome for the log."""
        try:
            grant = self._judged(self._given(request, path), path)
        except Denied as no:
            return self._refusal(no.code), "", str(no.code)
        data = {"error_code": 0, "description": "", **self._told(grant, path)}
        answer = json_response({"data": data, "message": "success"})
        return answer, grant.account, "ok"

    def _given(self, request: Request, path: str) -> Mapping[str, Any]:
        """The parameters, where this box lets them stand; none when unreadable."""
        how, kind = self._switches["user_oauth_request"], request.headers
        is_json = "json" in kind.get("content-type", "")
        if is_json and (how == "any" or (how == "json" and path == CODE)):
            try:
                body = request.json()
            except ValueError:
                return {}
            return body if isinstance(body, dict) else {}
        if how == "any":
            return dict(request.query()) | dict(request.form())
        return {} if how == "json" and path == CODE else dict(request.form())

    def _judged(self, given: Mapping[str, Any], path: str) -> UserGrant:
        """Raises Denied."""
        now = self._clock.now()
        if path == CODE:
            self._asked(given, "client_key", "client_secret", "code", missing=10002)
            self._of_app(given, "authorization_code", secret=True)
            return self._tokens.redeem(given["code"], now)
        self._asked(given, "client_key", "refresh_token", missing=10005)
        grant = "refresh_token" if path == REFRESH else None
        self._of_app(given, grant, secret=False)
        if path == REFRESH:
            return self._tokens.refresh(given["refresh_token"], now)
        return self._tokens.renew(given["refresh_token"], now)

    def _asked(self, given: Mapping[str, Any], *names: str, missing: int) -> None:
        values = [given.get(name) for name in names]
        if not all(isinstance(value, str) and value for value in values):
            raise Denied(missing)

    def _of_app(self, given: Mapping[str, Any], grant: str | None, *, secret: bool) -> None:
        if grant is not None and given.get("grant_type") != grant:
            raise Denied(10002)
        if given["client_key"] != self._app[0]:
            raise Denied(10003)
        right = self._app[1].encode()
        if secret and not hmac.compare_digest(given["client_secret"].encode(), right):
            raise Denied(10013)

    def _told(self, grant: UserGrant, path: str) -> JSON:
        """Lives are seconds that are left."""
        now, number = self._clock.now(), self._number(path)
        kept = number(max(0, int(grant.refresh_until - now)))
        if path == RENEW:
            return {"refresh_token": grant.refresh, "expires_in": kept}
        whose = {"open_id": self._tokens.open_id(grant.account), "scope": grant.scope}
        beside = {"captcha": "", "desc_url": "", "log_id": self._envelope.logid()}
        return {
            "access_token": grant.access,
            "expires_in": number(int(grant.access_until - now)),
            "refresh_token": grant.refresh,
            "refresh_expires_in": kept,
            **whose,
            **(beside if path == CODE else {}),
        }

    def _number(self, path: str) -> type[int] | type[str]:
        how = self._switches["user_token_numbers"]
        return int if how == "numbers" or (how == "sampled" and path == CODE) else str

    def _refusal(self, code: int) -> Response:
        said = {"error_code": code, "description": SAID[code]}
        if self._switches["oauth_answer"] == "2023":
            trace = {"logid": self._envelope.logid(), "now": int(self._clock.now() * 1000)}
            return json_response({"data": said, "extra": trace})
        return json_response({"data": said, "message": "error"})
