"""What a list is asked, checked as the documents say.

Source: channel paper §3 (enSearch / .search, notPayOrderInfo).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import Declined
from .options import Options
from .states import NOT_PAY, PINYIN, TO_SHIP, WORDS
from .times import month_after, read

DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Query:
    """A legal question. `start` and `end` are epoch seconds; states None means ALL."""

    start: float
    end: float
    page: int
    size: int
    states: frozenset[str] | None = None
    fields: tuple[str, ...] = ()
    newest_first: bool = False
    created: bool = False
    unpaid: bool = False


class Reader:
    """Reads business parameters. Raises Declined for what the documents refuse."""

    def __init__(self, options: Options, switches: Mapping[str, str]) -> None:
        self.options, self.switches = options, switches

    def search(self, asked: Mapping[str, Any], now: float) -> Query:
        """A question to enSearch or search."""
        states = _states(asked)
        fields = wanted_fields(asked)
        created = text(asked, "dateType") == "1"
        start, end = self._window(asked, ("start_date", "end_date"), states, now)
        return Query(
            start=self._seen(start, now, created),
            end=end,
            page=_number(asked, "page", 1, None),
            size=_number(asked, "page_size", 1, self.options.page_size_max),
            states=states,
            fields=fields,
            newest_first=text(asked, "sortType") == "1",
            created=created,
        )

    def unpaid(self, asked: Mapping[str, Any], now: float) -> Query:
        """A question to notPayOrderInfo; it takes no fields and no states."""
        created = self.switches["unpaid_window"] == "created"
        start, end = self._window(asked, ("startDate", "endDate"), None, now)
        return Query(
            start=self._seen(start, now, created),
            end=end,
            page=_number(asked, "page", 1, None),
            size=_number(asked, "pageSize", 1, self.options.page_size_max),
            newest_first=self.switches["unpaid_sort"] == "desc",
            created=created,
            unpaid=True,
        )

    def _window(
        self,
        asked: Mapping[str, Any],
        names: tuple[str, str],
        states: frozenset[str] | None,
        now: float,
    ) -> tuple[float, float]:
        """Both ends given, or neither and only orders to ship: then the last month."""
        first, last = text(asked, names[0]), text(asked, names[1])
        if not first and not last and states == frozenset({TO_SHIP}):
            return now - 30 * DAY, now
        if not first or not last:
            raise Declined("parameters", f"{names[0]} and {names[1]}")
        start, end = read(first), read(last)
        if start is None or end is None or start > end or end > self._limit(start):
            raise Declined("parameters", f"{names[0]} and {names[1]}")
        return start, end

    def _limit(self, start: float) -> float:
        """The latest end a window may have: a month on, however long that is."""
        match self.switches["month"]:
            case "calendar":
                return month_after(start)
            case days:
                return start + int(days[:2]) * DAY

    def _seen(self, start: float, now: float, created: bool) -> float:
        """The start, moved up to what the list still shows."""
        options = self.options
        span = options.created_look_back if created else options.look_back
        if span is None or start >= now - span.total_seconds():
            return start
        if self.switches["too_old"] == "refused":
            raise Declined("parameters", "the window is too old")
        return now - span.total_seconds()


def wanted_fields(asked: Mapping[str, Any]) -> tuple[str, ...]:
    """optional_fields as names; none is refused."""
    names = tuple(n.strip() for n in text(asked, "optional_fields").split(",") if n.strip())
    if not names:
        raise Declined("parameters", "optional_fields")
    return names


def text(asked: Mapping[str, Any], name: str) -> str:
    """A parameter as text; clients send some as numbers."""
    value = asked.get(name)
    return "" if value is None else str(value).strip()


def _states(asked: Mapping[str, Any]) -> frozenset[str] | None:
    words = [w.strip() for w in text(asked, "order_state").split(",") if w.strip()]
    if words == ["ALL"]:
        return None
    states = frozenset(PINYIN.get(w, w) for w in words)
    if not states or not states <= WORDS.keys():
        raise Declined("order_state")
    return states - {NOT_PAY}


def _number(asked: Mapping[str, Any], name: str, least: int, most: int | None) -> int:
    said = text(asked, name)
    if not said.isdecimal() or int(said) < least or (most is not None and int(said) > most):
        raise Declined("parameters", name)
    return int(said)
