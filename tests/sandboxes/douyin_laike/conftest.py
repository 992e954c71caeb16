"""A caller of the box: knows the paths and headers, and decodes answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest

from hub_core.sandbox import Clock, Request, Response, TruthRecord
from sandboxes.douyin_laike import DouyinLaike, create

START = 1_764_000_000.0
GENERIC = "/goodlife/v1/trade/order/query/"
CATERING = "/goodlife/v1/akte/order/query/"
RECORDS = "/goodlife/v1/fulfilment/certificate/verify_record/query/"
PLACES = "/goodlife/v1/shop/poi/query/"
ONLINE = "/goodlife/v1/goods/product/online/query/"
CASES = "/goodlife/v1/akte/after_sale/order/query/"


@dataclass
class Caller:
    """One app calling the box for its first merchant unless told otherwise."""

    box: DouyinLaike
    path: str = GENERIC
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def root(self) -> str:
        return self.box.accounts()[0].external_id

    @property
    def now(self) -> int:
        return int(self.box.clock.now())

    def post(self, path: str, body: Any, content_type: str = "application/json") -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = Request("POST", path, {"content-type": content_type}, raw)
        return json.loads(self.box.handle(request).body)

    def credentials(self, **changed: Any) -> dict[str, Any]:
        account = self.box.accounts()[0]
        app = {"client_key": account.app_key, "client_secret": account.app_secret}
        return {**app, "grant_type": "client_credential", **changed}

    def log_in(self) -> str:
        data = self.post("/oauth/client_token/", self.credentials())["data"]
        token: str = data["access_token"]
        self.headers = {**self.headers, "access-token": token}
        return token

    def send(
        self, query: str, *, method: str = "GET", remote: str = "127.0.0.1"
    ) -> Response:
        request = Request(method, f"{self.path}?{query}", self.headers, b"", remote)
        return self.box.handle(request)

    def ask(self, **changed: Any) -> Any:
        """The decoded answer to page 1 of 20, with changes; None leaves one out."""
        asked = {"account_id": self.root, "page_num": 1, "page_size": 20, **changed}
        given = {name: value for name, value in asked.items() if value is not None}
        return json.loads(self.send(urlencode(given, doseq=True)).body)

    def get(self, path: str, **asked: Any) -> Any:
        """The decoded answer of any call with these parameters; None leaves one out."""
        given = {"account_id": self.root, **asked}
        query = urlencode({k: v for k, v in given.items() if v is not None}, doseq=True)
        request = Request("GET", f"{path}?{query}", self.headers)
        return json.loads(self.box.handle(request).body)

    def good(self, path: str, **asked: Any) -> Any:
        """The data of an answer that is not a refusal."""
        data = self.get(path, **asked)["data"]
        assert data["error_code"] == 0, data
        return data

    def uses(self, **asked: Any) -> list[Any]:
        """Every verify record, cursor by cursor, since ever unless told otherwise."""
        rows: list[Any] = []
        cursor = "0"
        while True:
            span = {"start_time": 0, "cursor": cursor, "size": 20, **asked}
            data = self.good(RECORDS, **span)
            page = data.get("records_v2") or data["records"]
            rows += page
            if len(page) < 20:
                return rows
            cursor = page[-1]["cursor"]

    def cases(self, **asked: Any) -> list[Any]:
        """Every refund case, cursor by cursor."""
        rows: list[Any] = []
        cursor, more = "0", True
        while more:
            data = self.good(CASES, **{"cursor": cursor, "page_size": 50, **asked})
            rows += data["after_sale_order_list"]
            cursor, more = data["cursor"], data["has_more"]
        return rows

    def products(self, path: str = ONLINE, **asked: Any) -> list[Any]:
        """Every product, cursor by cursor; only sound while nothing happens."""
        rows: list[Any] = []
        cursor, more = None, True
        while more:
            data = self.good(path, **{"cursor": cursor, "count": 3, **asked})
            rows += data["products"]
            cursor, more = data["next_cursor"], data["has_more"]
        return rows

    def told(self, kind: str) -> dict[str, TruthRecord]:
        """What the box knows of a kind, by id."""
        return {r.external_id: r for r in self.box.records(self.root, kind)}

    def data(self, **changed: Any) -> Any:
        data = self.ask(**changed)["data"]
        assert data["error_code"] == 0, data
        return data

    def orders(self, **changed: Any) -> list[Any]:
        orders: list[Any] = self.data(**changed)["orders"]
        return orders

    def everything(self, **changed: Any) -> list[Any]:
        """All rows, page by page; only sound while nothing happens."""
        rows: list[Any] = []
        number = 1
        while page := self.orders(page_num=number, page_size=100, **changed):
            rows += page
            number += 1
        return rows

    def refused(self, **changed: Any) -> int:
        answer = self.ask(**changed)
        code: int = answer["data"]["error_code"]
        assert code != 0
        assert answer["extra"]["error_code"] == code
        return code


Laike = Callable[..., Caller]


@pytest.fixture
def laike() -> Laike:
    """Opens a box at a standing clock and logs in."""

    def open_box(**options: Any) -> Caller:
        clock = options.pop("clock", None) or Clock(START)
        caller = Caller(create(clock=clock, **options))
        caller.log_in()
        return caller

    return open_box
