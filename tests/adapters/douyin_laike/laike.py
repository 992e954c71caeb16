"""What the tests of this channel share: bodies, goldens, a session without a network."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from adapters.douyin_laike.dialect import LaikeDialect
from hub_core.models import Order
from hub_core.ports import ShopInfo
from hub_core.wire import JSON, Call, Fetched, Page, pick

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden" / "douyin_laike"
SAMPLES = ROOT.parent / "shared" / "samples" / "douyin_laike"
ACCOUNT = "7000000000000000021"
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
DIALECT = LaikeDialect()
SHAPES = {"orders_v1": 1, "orders_v2": 2, "orders_catering_v1": 1}

Answer = TypeVar("Answer")


def shape(name: str) -> Any:
    area = name.rpartition("_v")[0]
    return pick("adapters.douyin_laike", area, SHAPES[name])


def wire_of(name: str, case: str) -> JSON:
    text = (GOLDEN / name / f"{case}.wire.json").read_text(encoding="utf-8")
    body: JSON = json.loads(text)
    return body


def page_of(name: str, body: JSON) -> Page:
    file = shape(name)
    page: Page = file.LIST.read(DIALECT.unwrap(file.LIST, body))
    return page


def order_of(name: str, case: str) -> Order:
    item = page_of(name, wire_of(name, case)).items[0]
    assert isinstance(item, Fetched)
    return item.order


def plain(order: Order) -> JSON:
    """An order as JSON has it: times in ISO 8601, words as text, tuples as lists."""
    text = json.dumps(asdict(order), default=_iso)
    body: JSON = json.loads(text)
    return body


def _iso(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()


def row(**changes: Any) -> JSON:
    """A small order of the newest shape."""
    return {
        "order_id": "1001000000000000099",
        "order_status": 201,
        "order_type": 21,
        "sku_id": "1800000000000000099",
        "sku_name": "单人套餐",
        "count": 1,
        "original_amount": 5000,
        "pay_amount": 4000,
        "create_order_time": 1795140000,
        "pay_time": 1795140001,
        "update_order_time": 1795140002,
    } | changes


def answer(*rows: Any, total: int | None = None, number: int = 1) -> JSON:
    about = {"page_num": number, "page_size": 100}
    about["total"] = len(rows) if total is None else total
    return {
        "data": {"error_code": 0, "orders": list(rows), "page": about},
        "extra": {"error_code": 0, "logid": "L1", "now": 1795140100},
    }


def certificate(status: Any, number: int = 1, **changes: Any) -> JSON:
    return {
        "certificate_id": f"74000000000000000{number:02d}",
        "order_item_id": f"80000000000000000{number:02d}",
        "item_status": status,
        "refund_amount": 0,
        "refund_time": 0,
    } | changes


def sub(number: int, **changes: Any) -> JSON:
    return {
        "sub_order_id": f"80000000000000000{number:02d}",
        "sub_order_type": 100,
        "origin_amount": 2500,
        "pay_amount": 2000,
        "receipt_amount": 2200,
        "discount_amount": 500,
    } | changes


class Line:
    """A session whose platform is a function from a call's parameters to a body."""

    def __init__(
        self,
        reply: Callable[[Call[Any], JSON], JSON],
        *,
        facts: Mapping[str, str] | None = None,
        **shop: Any,
    ) -> None:
        self.shop = ShopInfo(**({"name": "tea", "external_id": ACCOUNT} | shop))
        self.facts: Mapping[str, str] = facts or {}
        self.asked: list[tuple[Call[Any], JSON]] = []
        self._reply = reply

    def now(self) -> datetime:
        return NOON

    def send(self, call: Call[Answer], /, **asked: Any) -> Answer:
        params = call.parameters(**asked)
        self.asked.append((call, params))
        return call.read(DIALECT.unwrap(call, self._reply(call, params)))
