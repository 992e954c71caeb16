"""The gateway's checks, before any business: method, version, app, limits, time, sign,
token, permission. Their order is not documented.

Source: channel paper §1 and §5.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hub_core.sandbox import Quota, Request

from .errors import Declined, Refused
from .grants import Grants
from .options import Options
from .sign import signature
from .times import read_stamp, text_of
from .to_login import PATHS

METHODS = {
    "jingdong.pop.order.enSearch": "orders.list",
    "jingdong.pop.order.search": "orders.list",
    "jingdong.pop.order.enGet": "orders.get",
    "jingdong.pop.order.get": "orders.get",
    "jingdong.pop.order.notPayOrderInfo": "unpaid.list",
    "jingdong.pop.order.notPayOrderById": "unpaid.get",
    "jingdong.vender.shop.query": "shop.get",
    "jingdong.pop.afs.soa.refundapply.queryPageList": "refunds.list",
    "jingdong.pop.afs.soa.refundapply.queryById": "refunds.get",
    "jingdong.pop.afs.refundapply.querylist": "refunds.list",
    "jingdong.pop.afs.refundapply.querybyid": "refunds.get",
    "jingdong.asc.query.list": "services.list",
    "jingdong.asc.sync.list": "services.list",
    "jingdong.asc.serviceAndRefund.view": "services.refunds.list",
    "jingdong.ware.read.searchWare4Valid": "wares.list",
    "jingdong.sku.read.searchSkuList": "skus.list",
    "jingdong.stock.read.findSkuStock": "stock.get",
    "jingdong.stock.write.updateSkuStock": "stock.set",
    "jingdong.stock.write.increaseSkuStock": "stock.set",
    "360buy.sku.stock.update": "stock.set",
    "360buy.get.vender.all.delivery.company": "couriers.list",
    "jingdong.pop.order.shipment": "orders.ship",
    "jingdong.pop.order.waybill.update": "orders.waybill",
    "jingdong.jos.order.oaid.decrypt": "receivers.decrypt",
}
"""Every method there is, and the box's short name for what it does."""
ALLOWED_SKEW = 360.0
"""Seconds a timestamp may be off either way."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, taken apart. `sent` holds what counts for the signature."""

    path: str
    sent: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, request: Request) -> Asked:
        """Query and form merged, the query first; any other body is ignored."""
        return cls(request.path, dict(request.form()) | dict(request.query()))

    @property
    def method(self) -> str:
        """The API asked for."""
        return self.sent.get("method", "")

    @property
    def operation(self) -> str:
        """The box's name for it; a list asked for one row only counts."""
        if self.path in PATHS:
            return "consent"
        if "/oauth2/" in self.path or self.path.startswith("/oauth/"):
            return "token"
        name = METHODS.get(self.method, "unknown")
        if name.endswith(".list") and self._one_row():
            return name.removesuffix(".list") + ".count"
        return name

    def business(self) -> dict[str, Any]:
        """360buy_param_json as an object. Raises Declined when it is none."""
        try:
            value = json.loads(self.sent.get("360buy_param_json") or "{}")
        except ValueError:
            raise Declined("parameters", "360buy_param_json") from None
        if not isinstance(value, dict):
            raise Declined("parameters", "360buy_param_json")
        return value

    def _one_row(self) -> bool:
        try:
            asked = self.business()
        except Declined:
            return False
        return str(asked.get("page_size", asked.get("pageSize"))) == "1"


class Gate:
    """Lets requests in, or raises Refused."""

    def __init__(
        self, options: Options, switches: Mapping[str, str], grants: Grants
    ) -> None:
        self.options, self.switches, self.grants = options, switches, grants
        self.closed: set[str] = set()
        self.forbidden: set[tuple[str, str]] = set()
        self._app = Quota(*options.app_calls) if options.app_calls else None
        self._shop = Quota(*options.shop_calls) if options.shop_calls else None
        self._days: dict[str, int] = {}
        self._failed: deque[float] = deque()

    def shop_of(self, asked: Asked, now: float) -> str:
        """The shop whose token was sent, for the log; blank when there is none."""
        return self.grants.holder(asked.sent.get("access_token", ""), now) or ""

    def enter(self, asked: Asked, now: float) -> str:
        """The shop a legal request speaks for."""
        self._method(asked)
        self._limits(asked, now)
        self._time(asked, now)
        self._sign(asked)
        account = self._token(asked, now)
        if (account, asked.method) in self.forbidden or (account, "") in self.forbidden:
            raise Refused("24")
        return account

    def note(self, outcome: str, now: float) -> None:
        """Count a failed call of the app."""
        if outcome == "ok" or (outcome == "2" and self.switches["limited_counts"] == "no"):
            return
        self._failed.append(now)

    def _method(self, asked: Asked) -> None:
        sent = asked.sent
        if not asked.method:
            raise Refused("14")
        if asked.method not in METHODS:
            raise Refused("15")
        if not sent.get("v"):
            raise Refused("4")
        if sent["v"] != "2.0":
            raise Refused("5")
        if sent.get("app_key") != self.options.app_key:
            raise Refused("21", f"key={sent.get('app_key', '')[:16]}")

    def _limits(self, asked: Asked, now: float) -> None:
        """Failed calls, calls of the day, calls of the app, calls of the shop."""
        day, shop = text_of(now)[:10], self.shop_of(asked, now)
        most, today = self.options.daily_calls, self._days.get(day, 0)
        if self._tripped(now) or (most is not None and today >= most):
            raise Refused("2")
        for quota, key in ((self._app, "app"), (self._shop, shop)):
            if quota is not None and quota.take(key, now):
                raise Refused("2")
        self._days[day] = today + 1

    def _tripped(self, now: float) -> bool:
        if self.options.failed_calls is None:
            return False
        most, seconds = self.options.failed_calls
        while self._failed and self._failed[0] <= now - seconds:
            self._failed.popleft()
        return len(self._failed) >= most

    def _time(self, asked: Asked, now: float) -> None:
        if not asked.sent.get("timestamp"):
            raise Refused("7")
        stamp = read_stamp(asked.sent["timestamp"])
        if stamp is None or abs(stamp - now) > ALLOWED_SKEW:
            raise Refused("8")

    def _sign(self, asked: Asked) -> None:
        if not asked.sent.get("sign"):
            raise Refused("11")
        if asked.sent["sign"] != signature(asked.sent, self.options.app_secret):
            raise Refused("12")

    def _token(self, asked: Asked, now: float) -> str:
        token = asked.sent.get("access_token", "")
        account = self.grants.holder(token, now)
        if account is None:
            echo = self.switches["echo_token"]
            raise Refused("19", token if echo == "yes" else "")
        if account in self.closed:
            raise Refused("11100006")
        return account
