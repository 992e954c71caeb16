"""Asking a shop's lists questions: counted, and every answer kept with how it was asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from ...ports import Session, ShopInfo, Source, Stream, Window
from ...wire import Call, Fetched, Item, Misread, Page, clock_text, epoch

Answer = TypeVar("Answer")
NEAR = timedelta(minutes=10)
"""How far from a window's end the time that was sent for it may lie."""


class Enough(Exception):
    """The calls allowed for this stream are used up."""


@dataclass(frozen=True, slots=True)
class Row:
    """What the questions need of a row, and nothing that is a buyer's."""

    id: str
    modified: datetime | None
    created: datetime | None


@dataclass(frozen=True, slots=True)
class Seen:
    """One page as it came."""

    window: Window
    sent: Window | None
    """The window's ends as they went out; None where none could be made out."""
    number: int
    size: int
    rows: tuple[Row, ...]
    total: int | None
    has_more: bool | None
    at: datetime

    @property
    def whole(self) -> bool:
        """Whether the page is all there is: not full, and nothing said to follow."""
        return self.number == 1 and len(self.rows) < self.size and not self.has_more

    @property
    def ids(self) -> list[str]:
        """The rows' ids, in the order they came."""
        return [row.id for row in self.rows]


class Overheard:
    """A session that counts calls and keeps what was asked last."""

    def __init__(self, session: Session, most: int) -> None:
        self._session, self.most = session, most
        self.calls = 0
        self.asked: Mapping[str, Any] = {}
        self.accepted: set[str] = set()
        """Texts that stood in calls which were answered well, word for word."""

    @property
    def shop(self) -> ShopInfo:
        """The one shop this session serves."""
        return self._session.shop

    @property
    def facts(self) -> Mapping[str, str]:
        """The channel's C-marked facts as configured."""
        return self._session.facts

    def now(self) -> datetime:
        """The platform's time, aware."""
        return self._session.now()

    def send(self, call: Call[Answer], /, **asked: Any) -> Answer:
        """As the session's own. Raises Enough once `most` calls were sent."""
        if self.calls >= self.most:
            raise Enough
        self.calls += 1
        self.asked = asked
        answer = self._session.send(call, **asked)
        self.accepted |= {value for value in asked.values() if isinstance(value, str)}
        return answer


class Asker:
    """Asks one stream, page by page."""

    def __init__(
        self, source: Source, stream: Stream, session: Overheard, zone: str
    ) -> None:
        self.source, self.stream, self.session = source, stream, session
        self.seen: list[Seen] = []
        """Every page that came, in the order asked."""
        self.raws: dict[str, Any] = {}
        """Some rows in the platform's own form, by id. They hold buyers' data."""
        self._zone = ZoneInfo(zone)

    @property
    def left(self) -> int:
        """How many more calls may be made."""
        return self.session.most - self.session.calls

    def total(self, window: Window) -> int | None:
        """How many rows the platform says the window has."""
        return self.source.probe(self.stream, window).total

    def page(self, window: Window, number: int = 1, size: int | None = None) -> Seen:
        """A page, of the stream's own size or another."""
        size = size or self.stream.page_size
        stream = replace(self.stream, page_size=size)
        page = self.source.page(stream, window, number, count=True)
        self._keep_raw(page)
        found = Seen(
            window, self._sent(window), number, size, tuple(map(row_of, page.items)),
            page.total, page.has_more, self.session.now(),
        )  # fmt: skip
        self.seen.append(found)
        return found

    def detail(self, id: str) -> bool:
        """Fetch one row by its id; whether it was there."""
        found = self.source.record(id)
        if isinstance(found, Fetched):
            self.raws[id] = found.raw
        return isinstance(found, Fetched)

    def _keep_raw(self, page: Page) -> None:
        for item in page.items[:3]:
            if isinstance(item, Fetched):
                self.raws.setdefault(item.order.external_id, item.raw)

    def _sent(self, window: Window) -> Window | None:
        """The ends as they went out: of all times sent, those nearest to the window's."""
        times = [t for value in self.session.asked.values() if (t := self._time(value))]
        since, until = nearest(times, window.since), nearest(times, window.until)
        return Window(since, until) if since and until and since <= until else None

    def _time(self, value: Any) -> datetime | None:
        try:
            if isinstance(value, datetime):
                return value.astimezone(UTC)
            if type(value) is int:
                return epoch(value)
            return clock_text(value, self._zone) if isinstance(value, str) else None
        except ValueError:
            return None


def nearest(times: Iterable[datetime], wanted: datetime) -> datetime | None:
    """The time nearest to the one wanted; None where none is near."""
    found = min(times, key=lambda t: abs(t - wanted), default=None)
    return found if found is not None and abs(found - wanted) <= NEAR else None


def row_of(item: Item) -> Row:
    """What the questions need of an item."""
    if isinstance(item, Fetched):
        order = item.order
        return Row(order.external_id, order.channel_updated_at, order.channel_created_at)
    if isinstance(item, Misread):
        return Row(item.external_id or "", item.updated_at, None)
    return Row(item.external_id, item.updated_at, None)
