"""A payload in a platform's documented form, and the order it is, both written by hand.

The expectations come from the platform's documents alone. A value that is not named is
the default of `Order`: None for what the platform did not say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hub_core.models import Order
from hub_core.wire import JSON


@dataclass(frozen=True)
class Case:
    """`wire` is the whole answer of `call` (LIST or GET) in the version file `shape`."""

    name: str
    channel: str
    shape: str
    call: str
    wire: JSON
    order: Order

    def __str__(self) -> str:
        return f"{self.channel}-{self.shape}-{self.name}"


def beijing(text: str) -> datetime:
    """`2026-11-20 12:00:00` of Beijing's clock, in UTC (eight hours behind)."""
    return datetime.fromisoformat(text + "+08:00").astimezone(UTC)


def seconds(text: str) -> int:
    """The same moment as epoch seconds."""
    return int(beijing(text).timestamp())


def millis(text: str) -> int:
    """The same moment as epoch milliseconds."""
    return seconds(text) * 1000


def laike(row: JSON) -> JSON:
    """A page of 抖音来客 with one order."""
    return {
        "data": {
            "error_code": 0,
            "description": "",
            "orders": [row],
            "page": {"page_num": 1, "page_size": 100, "total": 1},
        },
        "extra": {
            "error_code": 0,
            "description": "",
            "logid": "20261120",
            "now": 1795147200,
        },
    }


def taobao(trade: JSON) -> JSON:
    """taobao.trade.fullinfo.get's answer."""
    return {"trade_fullinfo_get_response": {"trade": trade, "request_id": "r1"}}


def jd(method: str, row: Any) -> JSON:
    """A page of JD's order search with one order."""
    verdict = {"success": True, "numberCode": 10100000, "chineseErrCode": "成功"}
    result = {"apiResult": verdict, "orderTotal": 1, "orderInfoList": [row]}
    return {
        f"jingdong_pop_order_{method}_responce": {
            "code": "0",
            "searchorderinfo_result": result,
        }
    }
