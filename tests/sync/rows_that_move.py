"""An order source in memory whose rows move while they are read."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hub_core.models import FulfillmentStatus, Order, OrderStatus, PaymentStatus
from hub_core.ports import Paging, Stream, Window
from hub_core.wire import Fetched, Page, Ref

START = datetime(2026, 11, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@dataclass
class MovingClock:
    """Time that passes only when something happens."""

    at: datetime = START + timedelta(days=2)

    def now(self) -> datetime:
        return self.at

    def pass_time(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class Row:
    id: str
    created: datetime
    stamp: datetime
    visible: datetime
    word: str = "paid"
    before: Row | None = None

    def seen_at(self, now: datetime) -> Row | None:
        if self.visible <= now:
            return self
        return self.before.seen_at(now) if self.before else None


@dataclass
class MovingRows:
    """A platform's list, sorted by the time of change, changing between any two calls."""

    clock: MovingClock
    rng: random.Random
    page_size: int = 5
    changes_per_call: int = 1
    descending: bool = True
    shuffle_ties: bool = False
    cap: int | None = None
    lag: timedelta = timedelta(seconds=30)
    late: timedelta = timedelta(0)
    partial: bool = False
    calls: int = 0
    rows: dict[str, Row] = field(default_factory=dict)

    @property
    def streams(self) -> tuple[Stream, ...]:
        return (
            Stream(
                name="orders",
                paging=Paging.REVERSE_OFFSET,
                order="modified",
                max_window=timedelta(hours=12),
                settle_lag=self.lag,
                overlap=timedelta(seconds=10),
                page_size=self.page_size,
                rows_cap=self.cap,
                list_is_partial=self.partial,
                reread_every=None,
            ),
        )

    def fill(self, count: int, *, span: timedelta = timedelta(days=1)) -> None:
        for n in range(count):
            at = START + timedelta(seconds=self.rng.randrange(int(span.total_seconds())))
            self.add(f"A{n:05d}", at)

    def add(self, id: str, at: datetime) -> None:
        at = at.replace(microsecond=0)
        self.rows[id] = Row(id, at, at, at)

    def change(self) -> None:
        row = self.rows[self.rng.choice(list(self.rows))]
        at = self.clock.now().replace(microsecond=0)
        delay = self.late * self.rng.random()
        word = f"w{self.rng.randrange(10**6)}"
        self.rows[row.id] = Row(
            row.id, row.created, at, max(at + delay, row.visible), word, row
        )

    def listed(self, window: Window) -> list[Row]:
        now = self.clock.now()
        seen = [s for r in self.rows.values() if (s := r.seen_at(now)) is not None]
        rows = [r for r in seen if window.since <= r.stamp <= window.until]
        if self.shuffle_ties:
            self.rng.shuffle(rows)
        return sorted(rows, key=lambda r: r.stamp, reverse=self.descending)

    def probe(self, stream: Stream, window: Window) -> Page:
        return self.page(stream, window, 1)

    def page(
        self, stream: Stream, window: Window, number: int, *, count: bool = False
    ) -> Page:
        self.calls += 1
        self.clock.pass_time(0.2)
        rows = self.listed(window)
        found = rows[(number - 1) * self.page_size : number * self.page_size]
        page = Page(tuple(map(self._item, found)), total=len(rows), number=number)
        for _ in range(self.changes_per_call):
            self.change()
        return page

    def record(self, external_id: str) -> Fetched | None:
        self.calls += 1
        row = self.rows.get(external_id)
        seen = row.seen_at(self.clock.now()) if row else None
        return _fetched(seen) if seen else None

    def item(self, id: str) -> Fetched | Ref:
        """A row as the list has it, of the second that all such share."""
        at = START + timedelta(hours=2)
        return self._item(Row(id, at, at, at))

    def _item(self, row: Row) -> Fetched | Ref:
        return Ref(row.id, row.stamp) if self.partial else _fetched(row)


def _fetched(row: Row) -> Fetched:
    order = Order(
        external_id=row.id,
        status_raw=row.word,
        order_status=OrderStatus.OPEN,
        payment_status=PaymentStatus.PAID,
        fulfillment_status=FulfillmentStatus.UNFULFILLED,
        channel_created_at=row.created,
        channel_updated_at=row.stamp,
    )
    return Fetched(order, {"id": row.id, "word": row.word})
