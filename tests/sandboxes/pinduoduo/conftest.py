"""A client of the box, written from the platform's documents and used by its tests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from hub_core.sandbox import Clock, Request
from sandboxes.pinduoduo import PddPlatform, create

NOON = 1_795_147_200.0  # 2026-11-20 12:00:00 in Beijing
DAY = 86_400.0
FORM = {"content-type": "application/x-www-form-urlencoded"}
INCREMENT = "pdd.order.number.list.increment.get"
REFUNDS = "pdd.refund.list.increment.get"


def signed(sent: dict[str, str], secret: str) -> dict[str, str]:
    """The documented signature, computed without the box."""
    joined = "".join(f"{k}{sent[k]}" for k in sorted(sent))
    digest = hashlib.md5(f"{secret}{joined}{secret}".encode()).hexdigest()
    return sent | {"sign": digest.upper()}


class Caller:
    """One shop's client."""

    def __init__(self, box: PddPlatform, shop: int = 0) -> None:
        self.box, self.shop = box, shop
        self.account = box.accounts()[shop].external_id

    def public(self, type: str, **business: Any) -> dict[str, str]:
        account = self.box.accounts()[self.shop]
        sent = {
            "type": type,
            "client_id": account.app_key,
            "access_token": account.access_token or "dead",
            "timestamp": str(int(self.box.clock.now())),
            "data_type": "JSON",
        }
        return sent | {k: _text(v) for k, v in business.items() if v is not None}

    def sign(self, sent: dict[str, str]) -> dict[str, str]:
        return signed(sent, self.box.options.client_secret)

    def post(self, sent: dict[str, str]) -> dict[str, Any]:
        body = urlencode(sent).encode()
        return self.answer(Request("POST", "/api/router", FORM, body))

    def answer(self, request: Request) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.box.handle(request).body)
        return answer

    def raw(self, type: str, **business: Any) -> dict[str, Any]:
        """Send it as a signed form; the whole answer."""
        return self.post(self.sign(self.public(type, **business)))

    def call(self, type: str, **business: Any) -> dict[str, Any]:
        """The answer under its one key: the good part, or the error."""
        (inner,) = self.raw(type, **business).values()
        return dict(inner)

    # Orders

    def window(self, **more: Any) -> dict[str, Any]:
        now = int(self.box.clock.now())
        return {
            "start_updated_at": now - 1800,
            "end_updated_at": now,
            "is_lucky_flag": 0,
            "order_status": 5,
            "refund_status": 5,
            "page": 1,
            "page_size": 100,
            **more,
        }

    def increment(self, **more: Any) -> dict[str, Any]:
        return self.call(INCREMENT, **self.window(**more))

    def sns(self, **more: Any) -> list[str]:
        return [row["order_sn"] for row in self.increment(**more)["order_sn_list"]]

    def deals(self, name: str = "list", **more: Any) -> dict[str, Any]:
        now = int(self.box.clock.now())
        asked = {
            "start_confirm_at": now - 86_400,
            "end_confirm_at": now,
            "order_status": 5,
            "refund_status": 5,
            **more,
        }
        return self.call(f"pdd.order.{name}.get", **asked)

    def order(self, sn: str) -> dict[str, Any]:
        return dict(self.call("pdd.order.information.get", order_sn=sn)["order_info"])

    def every(self) -> dict[str, dict[str, Any]]:
        """Every order of the shop's truth that is there, by the detail."""
        truth = self.box.truth(self.account)
        there = [t.external_id for t in truth if not t.removed]
        return {sn: self.order(sn) for sn in there}

    def refresh(self, token: str | None) -> dict[str, Any]:
        return self.call("pdd.pop.auth.token.refresh", refresh_token=token or "")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)


@pytest.fixture
def shop() -> Callable[..., Caller]:
    """Opens a box at a standing noon and gives a client of one of its shops."""

    def opened(place: int = 0, **options: Any) -> Caller:
        usual: dict[str, Any] = {
            "clock": Clock(NOON),
            "orders": 60,
            "history": timedelta(days=15),
        }
        return Caller(create(**(usual | options)), place)

    return opened
