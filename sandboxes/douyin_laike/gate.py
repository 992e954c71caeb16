"""What stands before every call: allow-list, token, scope, limits.

Source: paper §1.2 (headers), §1.5 (scope), §5 (limits and IP allow-list).
"""

from __future__ import annotations

from collections.abc import Mapping

from hub_core.sandbox import Clock, Quota, Request

from . import crypto_desk
from .envelope import (
    BAD_PARAMETER,
    NO_CAPABILITY,
    NO_PERMISSION,
    NO_QUOTA,
    THROTTLED,
    TOKEN_EXPIRED,
    TOKEN_UNKNOWN,
    Refused,
)
from .options import Options
from .tokens import Tokens

SCOPES = frozenset(
    {"life.capacity.order.query", "life.capacity.billing", "life.capacity.fulfilment"}
    | {"life.capacity.shop", "life.capacity.catering_after_sale_order"}
    | {"life.capacity.goods.query", "life.capacity.goods.found"}
    | {"life.capacity.tripartite.code"}
    | set(crypto_desk.SCOPES.values())
)
"""What a merchant grants an app. Source: paper §1.5."""


class Gate:
    """Lets a call through or raises Refused. Limits count per app and path."""

    def __init__(
        self, clock: Clock, switches: Mapping[str, str], options: Options, tokens: Tokens
    ) -> None:
        self._clock, self._switches, self._tokens = clock, switches, tokens
        self._ips = options.allowed_ips
        self._second = Quota(options.per_second, 1.0) if options.per_second else None
        self._day = Quota(options.per_day, 86_400.0) if options.per_day else None
        self._days = {s: Quota(n, 86_400.0) for s, n in options.per_day_by_scope.items()}
        self.scopes = set(SCOPES)

    def check(self, request: Request, path: str, scope: str, token: str) -> None:
        """Raises Refused with the first thing that is wrong."""
        if self._ips is not None and request.remote not in self._ips:
            raise Refused(NO_PERMISSION, "请求IP不在白名单中")
        if self._switches["content_type"] == "required":
            self._content_type(request)
        self._token(token)
        if scope not in self.scopes:
            raise Refused(NO_CAPABILITY)
        now = self._clock.now()
        if self._second is not None and self._second.take(path, now):
            raise Refused(THROTTLED)
        if self._day is not None and self._day.take(path, now):
            raise Refused(NO_QUOTA)
        if scope in self._days and self._days[scope].take(scope, now):
            raise Refused(NO_QUOTA)

    def _content_type(self, request: Request) -> None:
        if "application/json" not in request.headers.get("content-type", ""):
            raise Refused(BAD_PARAMETER, "content-type should be application/json")

    def _token(self, token: str) -> None:
        state = self._tokens.state(token, self._clock.now())
        if state == "displaced":
            state = self._switches["displaced_token"]
        if state == "expired":
            raise Refused(TOKEN_EXPIRED)
        if state != "live":
            raise Refused(TOKEN_UNKNOWN)
