"""A caller of the Taobao box: signs like the documents say, sends where it is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from hub_core.sandbox import Clock, Request, Response
from sandboxes.taobao import Taobao, create
from sandboxes.taobao.births import KINDS
from sandboxes.taobao.sign import signature
from sandboxes.taobao.times import moment, text

START = moment("2026-11-20 12:00:00")
FORM = {"content-type": "application/x-www-form-urlencoded;charset=utf-8"}
LIST = "taobao.trades.sold.increment.get"
DETAIL = "taobao.trade.fullinfo.get"


class Caller:
    """One shop's client. `sign_method`, `session` and any parameter can be overridden."""

    def __init__(self, box: Taobao, shop: int = 0) -> None:
        self.box, self.shop = box, shop

    @property
    def account(self) -> Any:
        return self.box.accounts()[self.shop]

    def now(self) -> float:
        return self.box.clock.now()

    def params(self, method: str | None, **params: str | None) -> dict[str, str]:
        account = self.account
        whole = {
            "method": method,
            "app_key": account.app_key,
            "session": account.access_token,
            "timestamp": text(self.now()),
            "format": "json",
            "v": "2.0",
            "sign_method": "md5",
        }
        sent = {k: v for k, v in (whole | params).items() if v is not None}
        if sent.get("sign_method") in {"md5", "hmac", "hmac-sha256"}:
            right = signature(account.app_secret, sent, sent["sign_method"])
            sent.setdefault("sign", right)
        return sent

    def send(
        self, sent: dict[str, str], place: str = "form", ip: str = "127.0.0.1"
    ) -> Response:
        public = {"method", "app_key", "session", "timestamp", "format", "v", "sign_method"}
        first = {k: v for k, v in sent.items() if k in public | {"sign"}}
        rest = {k: v for k, v in sent.items() if k not in first}
        in_query = {"form": {}, "query": sent, "both": first}[place]
        in_form = {"form": sent, "query": {}, "both": rest}[place]
        target = "/router/rest" + (f"?{urlencode(in_query)}" if in_query else "")
        body = urlencode(in_form).encode()
        return self.box.handle(Request("POST", target, FORM, body, ip))

    def raw(self, method: str, **params: str | None) -> Response:
        return self.send(self.params(method, **params))

    def call(self, method: str, **params: str | None) -> Any:
        return json.loads(self.raw(method, **params).body)

    def inner(self, method: str, **params: str | None) -> Any:
        """What is inside `<method>_response`, or inside `error_response`."""
        ((_, body),) = self.call(method, **params).items()
        return body

    def code(self, method: str = LIST, **params: str | None) -> str:
        """The error's `code|sub_code`, or `ok`."""
        body = self.call(method, **params)
        error = body.get("error_response")
        return "ok" if error is None else f"{error['code']}|{error.get('sub_code', '')}"

    def listed(
        self, since: float | None = None, until: float | None = None, **more: str
    ) -> Any:
        """The inner answer of the increment list; by default over the last day."""
        until = self.now() if until is None else until
        since = until - 86_400 if since is None else since
        asked = {
            "fields": "tid,modified,status",
            "type": ",".join(KINDS),
            "page_size": "100",
        }
        ends = {"start_modified": text(since), "end_modified": text(until)}
        return self.call(LIST, **(asked | ends | more))[
            "trades_sold_increment_get_response"
        ]

    def rows(
        self, since: float | None = None, until: float | None = None, **more: str
    ) -> Any:
        return self.listed(since, until, **more).get("trades", {"trade": []})["trade"]

    def detail(self, tid: object, fields: str = "tid,status", **more: str) -> Any:
        body = self.call(DETAIL, tid=str(tid), fields=fields, **more)
        return body["trade_fullinfo_get_response"]["trade"]


@pytest.fixture
def open_box() -> Callable[..., Caller]:
    """A box at a standing moment: 60 orders of one day unless told otherwise."""

    def opened(**options: Any) -> Caller:
        usual: dict[str, Any] = {"orders": 60, "history": timedelta(days=1)}
        usual["clock"] = Clock(START)
        return Caller(create(**(usual | options)))

    return opened


@pytest.fixture(scope="module")
def one_box() -> Caller:
    """One box for many harmless calls."""
    return Caller(create(orders=30, history=timedelta(days=1), clock=Clock(START)))


@pytest.fixture
def shop() -> Callable[..., Caller]:
    """Another shop of the same box."""
    return lambda caller, number: Caller(caller.box, number)
