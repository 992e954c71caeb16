"""A client of the box, written from the platform's documents and used by its tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from hub_core.sandbox import Clock, Request
from sandboxes.jd import JdPlatform, create
from sandboxes.jd.sign import signature
from sandboxes.jd.times import text_of

NOON = 1_795_147_200.0  # 2026-11-20 12:00:00 in Beijing
DAY = 86_400.0
FORM = {"content-type": "application/x-www-form-urlencoded"}
FIELDS = (
    "orderId,orderState,orderStartTime,modified,paymentConfirmTime,orderPayment,balanceUsed,"
    "itemInfoList,consigneeInfo,couponDetailList"
)


class Caller:
    """One shop's client."""

    def __init__(self, box: JdPlatform, shop: int = 0) -> None:
        self.box = box
        self.account = box.accounts()[shop].external_id
        self.shop = shop

    def system(self, method: str, business: Any) -> dict[str, str]:
        account = self.box.accounts()[self.shop]
        return {
            "method": method,
            "app_key": account.app_key,
            "access_token": account.access_token or "",
            "timestamp": text_of(self.box.clock.now()),
            "v": "2.0",
            "360buy_param_json": json.dumps(business),
        }

    def signed(self, sent: dict[str, str]) -> dict[str, str]:
        return sent | {"sign": signature(sent, self.box.options.app_secret)}

    def post(self, sent: dict[str, str]) -> dict[str, Any]:
        request = Request("POST", "/routerjson", FORM, urlencode(sent).encode())
        return self.answer(request)

    def answer(self, request: Request) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.box.handle(request).body)
        return answer

    def call(self, method: str, business: Any) -> dict[str, Any]:
        """Send it as a signed form; the answer without its wrapper, or the error."""
        answer = self.post(self.signed(self.system(method, business)))
        (inner,) = answer.values()
        return dict(inner)

    def question(self, **more: Any) -> dict[str, Any]:
        now = self.box.clock.now()
        return {
            "start_date": text_of(now - 20 * DAY),
            "end_date": text_of(now),
            "order_state": "ALL",
            "optional_fields": FIELDS,
            "page": "1",
            "page_size": "100",
            **more,
        }

    def search(self, name: str = "enSearch", **more: Any) -> dict[str, Any]:
        """searchorderinfo_result for a question like `question`."""
        inner = self.call(f"jingdong.pop.order.{name}", self.question(**more))
        return dict(inner["searchorderinfo_result"])

    def ids(self, **more: Any) -> list[str]:
        return [row["orderId"] for row in self.search(**more)["orderInfoList"]]

    def get(self, id: Any, fields: str = FIELDS, name: str = "enGet") -> dict[str, Any]:
        asked = {"order_id": id, "optional_fields": fields}
        inner = self.call(f"jingdong.pop.order.{name}", asked)
        return dict(inner["orderDetailInfo"])

    def unpaid(self, **more: Any) -> dict[str, Any]:
        now = self.box.clock.now()
        asked = {
            "startDate": text_of(now - 20 * DAY),
            "endDate": text_of(now),
            "page": 1,
            "pageSize": 100,
            **more,
        }
        return self.call("jingdong.pop.order.notPayOrderInfo", asked)

    def token(self, path: str, **asked: str) -> dict[str, Any]:
        options = self.box.options
        query = {"app_key": options.app_key, "app_secret": options.app_secret, **asked}
        return self.answer(Request("GET", f"/oauth2/{path}?{urlencode(query)}"))

    def refresh(self, token: str) -> dict[str, Any]:
        asked = {"grant_type": "refresh_token", "refresh_token": token}
        return self.token("refresh_token", **asked)


@pytest.fixture
def shop() -> Callable[..., Caller]:
    """Opens a box at a standing noon and gives a client of its first shop."""

    def opened(place: int = 0, **options: Any) -> Caller:
        usual: dict[str, Any] = {
            "clock": Clock(NOON),
            "orders": 60,
            "history": timedelta(days=15),
        }
        return Caller(create(**(usual | options)), place)

    return opened
