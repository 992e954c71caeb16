"""What this channel's tests share: the least order, its answers, a scripted session."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from adapters.pinduoduo import orders_v2
from adapters.pinduoduo.dialect import Pop
from hub_core.models import Order
from hub_core.ports import ShopInfo, Window
from hub_core.wire import JSON, Call, Credentials, Fetched, Misread

Answer = TypeVar("Answer")
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
"""Noon in Beijing."""
WINDOW = Window(NOON - timedelta(minutes=20), NOON)
WHO = Credentials("client-1", "sandbox-secret", token="pddtok")

CIPHER = "~AgAAAAKjpinduoduogoldenname0=~e3T2WeW7~0~~"
PHONE = "$Y/YKpKSij9Re$AgAAAAKjpinduoduogoldenphone=$0$$"
LEAST: JSON = {
    "order_sn": "261120-300000000000001",
    "order_status": 1,
    "updated_at": "2026-11-20 12:00:00",
}


def listed(*rows: Any, total: int | None = None) -> JSON:
    """A page that counts."""
    count = len(rows) if total is None else total
    inner = {"total_count": count, "order_sn_list": list(rows), "request_id": "r-1"}
    return {"order_sn_increment_get_response": inner}


def following(*rows: Any, more: bool) -> JSON:
    """A page that says whether others follow."""
    inner = {"has_next": more, "order_sn_list": list(rows), "request_id": "r-2"}
    return {"order_sn_increment_get_response": inner}


def single(row: Any) -> JSON:
    """One order."""
    return {"order_info_get_response": {"order_info": row, "request_id": "r-3"}}


def refusal(code: int, said: str = "说明", sub: Any = None, **more: Any) -> JSON:
    """An error as the platform wraps it."""
    error = {"error_code": code, "error_msg": said, "sub_code": sub, "sub_msg": said}
    return {"error_response": {**error, "request_id": "15111111111111111", **more}}


def read(shape: Any = orders_v2, **more: Any) -> Order:
    """The least order with more fields, read as one row of a page."""
    inner = Pop().unwrap(shape.LIST, listed({**LEAST, **more}))
    (item,) = shape.LIST.read(json.loads(json.dumps(inner))).items
    assert isinstance(item, Fetched), item
    return item.order


def misread(shape: Any = orders_v2, **more: Any) -> Misread:
    """The same, where it is put aside."""
    (item,) = shape.LIST.read(Pop().unwrap(shape.LIST, listed({**LEAST, **more}))).items
    assert isinstance(item, Misread), item
    return item


@dataclass
class Script:
    """A session whose platform is a list of answers; it remembers what was asked."""

    answers: list[JSON]
    facts: Mapping[str, str] = field(default_factory=dict)
    pins: Mapping[str, int] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def shop(self) -> ShopInfo:
        return ShopInfo(name="flagship", external_id="900001", pins=self.pins)

    def now(self) -> datetime:
        return NOON

    def send(self, call: Call[Answer], /, **asked: Any) -> Answer:
        """What the client does, less the network and the retries."""
        dialect = Pop()
        request = dialect.request(call, call.parameters(**asked), WHO, self.now())
        self.asked.append((call.endpoint, dict(request.form or ())))
        body = json.loads(json.dumps(self.answers.pop(0)))
        return call.read(dialect.unwrap(call, body))
