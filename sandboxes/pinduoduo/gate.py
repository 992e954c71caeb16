"""The gateway's checks, before any business: public parameters, app, time, sign, token,
permission, rate. Their order is not documented.

Source: channel paper §1, §2 and §5.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hub_core.sandbox import Quota, Request

from .apis import APIS, Api, Limit
from .errors import Refused, public
from .grants import Grants
from .options import Options
from .sign import signature
from .times import date_of

ALLOWED_SKEW = 600.0
"""Seconds a timestamp may be off either way."""
UNKNOWN = Api("unknown", "", False)
DECRYPT = "pdd.open.decrypt.batch"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, taken apart. `sent` holds what counts for the signature."""

    path: str
    sent: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, request: Request) -> Asked:
        """Query, form and JSON body merged in one level; a later one wins."""
        body = _object(request) if "json" in request.headers.get("content-type", "") else {}
        pairs = dict(request.query()) | dict(request.form()) | body
        return cls(request.path, pairs)

    @property
    def type(self) -> str:
        """The API asked for."""
        return self.sent.get("type", "")

    @property
    def api(self) -> Api:
        """What is known of it."""
        return APIS.get(self.type, UNKNOWN)

    @property
    def operation(self) -> str:
        """The box's name for it; a list asked for one row only counts."""
        name = self.api.operation
        if name.endswith(".list") and self.sent.get("page_size") == "1":
            return name.removesuffix(".list") + ".count"
        return name


class Gate:
    """Lets requests in, or raises Refused."""

    def __init__(
        self, options: Options, switches: Mapping[str, str], grants: Grants
    ) -> None:
        self.options, self.switches, self.grants = options, switches, grants
        self.banned: set[str] = set()
        self.forbidden: set[tuple[str, str]] = set()
        self._quotas: dict[tuple[str, str], Quota | None] = {}
        self._days: dict[str, int] = {}

    def shop_of(self, asked: Asked, now: float) -> str:
        """The shop whose token was sent, for the log; blank when there is none."""
        return self.grants.holder(asked.sent.get("access_token", ""), now) or ""

    def enter(self, asked: Asked, remote: str, now: float) -> str:
        """The shop a legal request speaks for; blank where no shop is needed."""
        self._public(asked, now)
        ips = self.options.allowed_ips
        if ips is not None and remote not in ips:
            raise Refused(self.options.code("ip"))
        if asked.sent["sign"] != signature(asked.sent, self.options.client_secret):
            raise Refused(self.options.code("sign"))
        account = self._token(asked, now)
        self._allowed(asked, account)
        self._rates(asked, account, now)
        return account

    def _public(self, asked: Asked, now: float) -> None:
        """type, client_id, timestamp, sign, data_type. The box speaks JSON only."""
        code, sent = self.options.code("public"), asked.sent
        for name in ("type", "client_id", "timestamp", "sign"):
            if not sent.get(name):
                raise public(name, code)
        if asked.type not in APIS:
            raise Refused(self.options.code("type"))
        if sent["client_id"] != self.options.client_id:
            raise Refused(self.options.code("client"))
        stamp = sent["timestamp"]
        if not stamp.isdecimal() or abs(int(stamp) - now) > ALLOWED_SKEW:
            raise public("timestamp", code)
        if sent.get("data_type", "JSON") != "JSON":
            raise public("data_type", code)

    def _token(self, asked: Asked, now: float) -> str:
        if not asked.api.needs_token:
            return ""
        token = asked.sent.get("access_token", "")
        if not token:
            raise public("access_token", self.options.code("public"))
        account = self.grants.holder(token, now)
        if account is None:
            raise Refused(self.options.code("token"))
        return account

    def _allowed(self, asked: Asked, account: str) -> None:
        if {(account, ""), (account, asked.type)} & self.forbidden:
            raise Refused(self.options.code("forbidden"))
        if account in self.banned:
            raise Refused(self.options.code("banned"))

    def _rates(self, asked: Asked, account: str, now: float) -> None:
        day, most = date_of(now), self.options.daily_calls
        if most is not None and self._days.get(day, 0) >= most:
            raise Refused(self.options.code("test_quota"))
        if self._over(asked, "shop", account, now) if account else False:
            raise Refused(int(self.switches["throttle"]))
        for level in ("app", "whole"):
            if self._over(asked, level, level, now):
                raise Refused(52101)
        self._days[day] = self._days.get(day, 0) + 1

    def _over(self, asked: Asked, level: str, key: str, now: float) -> bool:
        known = asked.type, level
        if known not in self._quotas:
            limit = self._limit(asked.api, asked.type, level)
            self._quotas[known] = Quota(*limit) if limit else None
        quota = self._quotas[known]
        return quota is not None and quota.take(key, now) > 0

    def _limit(self, api: Api, type: str, level: str) -> Limit | None:
        options = self.options
        if type == DECRYPT and level == "app":
            return (10_050, 10) if options.in_cloud else (1, 10)
        given = {"shop": options.shop_calls, "app": options.app_calls}.get(level)
        if given is not None:
            return given
        row = {"shop": api.shop, "app": api.app, "whole": api.whole}[level]
        return row if options.documented_limits else None


def _object(request: Request) -> dict[str, str]:
    """A JSON body as parameters: null is left out, what is no text is its JSON."""
    try:
        body = request.json()
    except ValueError:
        return {}
    pairs = body.items() if isinstance(body, dict) else ()
    return {name: _text(value) for name, value in pairs if value is not None}


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
