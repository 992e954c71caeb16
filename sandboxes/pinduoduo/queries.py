"""What is asked, checked as the documents say. Every value comes as text.

Source: channel paper §3 and §4; official pages of the list APIs.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from . import states
from .errors import Refused, too_long
from .options import Options
from .times import DAY

HALF_HOUR = 1800.0
Sent = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Window:
    """A legal window and page. `start` and `end` are epoch seconds, as asked."""

    start: float
    end: float
    page: int
    size: int


@dataclass(frozen=True, slots=True)
class OrderQuery:
    """A legal question for orders. None: any."""

    window: Window
    by: str
    has_next: bool
    status: int | None
    refund: int | None
    lucky: int | None
    trade: int | None

    def wants(self, content: Mapping[str, Any]) -> bool:
        """Whether an order passes the filters."""
        asked = (self.status, self.refund, self.lucky, self.trade)
        has = (content["status"], content["refund"], content["lucky"], content["trade"])
        return all(a is None or a == h for a, h in zip(asked, has, strict=True))


class Reader:
    """Reads business parameters. Raises Refused for what the documents refuse."""

    def __init__(self, options: Options, switches: Mapping[str, str]) -> None:
        self.options, self.switches = options, switches

    def increment(self, sent: Sent) -> OrderQuery:
        """A question to pdd.order.number.list.increment.get: half an hour of changes."""
        window = self.window(sent, "start_updated_at", "end_updated_at", HALF_HOUR)
        lucky = self.number(sent, "is_lucky_flag", allowed=(0, 1, 2))
        return self._orders(sent, window, "updated", lucky or None)

    def deals(self, sent: Sent, now: float) -> OrderQuery:
        """A question to pdd.order.list.get or the basic list: a day of deals."""
        window = self.window(sent, "start_confirm_at", "end_confirm_at", DAY)
        oldest = now - self.options.look_back.total_seconds()
        if self.switches["too_old"] == "refused" and window.start < oldest:
            raise self.bad("start_confirm_at")
        return self._orders(sent, window, "confirmed", None)

    def window(self, sent: Sent, first: str, last: str, longest: float) -> Window:
        """Both ends, page and size; the span is checked as captured."""
        start, end = self.number(sent, first), self.number(sent, last)
        if start > end:
            raise self.bad(last)
        if end - start > longest:
            words = "24小时" if longest == DAY else "30分钟"
            raise too_long(f"时间跨度不能超过{words}")
        return Window(float(start), float(end), *self.pages(sent))

    def pages(self, sent: Sent) -> tuple[int, int]:
        """page from 1 and page_size, 1 and 100 when not sent."""
        most = self.options.page_size_max
        page = self.number(sent, "page", default=1, least=1)
        return page, self.number(sent, "page_size", default=most, least=1, most=most)

    def number(
        self,
        sent: Sent,
        name: str,
        *,
        default: int | None = None,
        least: int = 0,
        most: int | None = None,
        allowed: Collection[int] | None = None,
    ) -> int:
        """A whole number; without a default it must be there."""
        said = sent.get(name, "")
        if not said and default is not None:
            return default
        value = int(said) if said.isdecimal() else -1
        high = most is not None and value > most
        if value < least or high or (allowed is not None and value not in allowed):
            raise self.bad(name)
        return value

    def text(self, sent: Sent, name: str) -> str:
        """A text that must be there."""
        if not sent.get(name):
            raise Refused(21002, sub=("21002", f"请求参数不能为空:{name}"))
        return sent[name]

    def rows(self, sent: Sent, name: str, most: int = 100) -> list[dict[str, Any]]:
        """A JSON list of objects, as text."""
        try:
            value = json.loads(self.text(sent, name))
        except ValueError:
            raise self.bad(name) from None
        good = isinstance(value, list) and 0 < len(value) <= most
        if not good or not all(isinstance(row, dict) for row in value):
            raise self.bad(name)
        return list(value)

    def bad(self, name: str) -> Refused:
        """The refusal for that parameter."""
        code = self.switches["bad_parameter"]
        return Refused(int(code), sub=(code, f"参数错误:{name}"))

    def _orders(self, sent: Sent, window: Window, by: str, lucky: int | None) -> OrderQuery:
        status = self.number(sent, "order_status", allowed=(1, 2, 3, 5))
        refund = self.number(sent, "refund_status", allowed=(1, 2, 3, 4, 5))
        trade = self.number(sent, "trade_type", default=-1, allowed=(0, 1))
        return OrderQuery(
            window,
            by,
            sent.get("use_has_next", "false").lower() == "true",
            None if status == 5 else status,
            None if refund == 5 else refund,
            lucky,
            None if trade < 0 else trade,
        )


def ids(said: str) -> list[str]:
    """A comma list as ids."""
    return [part.strip() for part in said.split(",") if part.strip()]


def matches(start: float, end: float, switches: Mapping[str, str]) -> tuple[float, float]:
    """A window as `start <= second < end`, whole seconds, by the ends' switches."""
    first = start + (switches["window_start"] == "exclusive")
    return first, end + (switches["window_end"] == "inclusive")


def case_status(reader: Reader, sent: Sent) -> int | None:
    """after_sales_status of the refund list; None: any. What stands for all is a switch."""
    every = {"none": None, "zero": 0, "one": 1}[reader.switches["every_case"]]
    asked = reader.number(sent, "after_sales_status")
    if asked == every:
        return None
    if asked not in states.STATUSES:
        raise reader.bad("after_sales_status")
    return asked
