"""The obvious loop, as most integrations have it: page 1, 2, 3 … and on to the next window.

It is here to be compared with: on a list of rows that change while it is read, each row
that moves out of the window pulls an unread one onto a page already read.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from ..models import Order
from ..ports import Source, Stream, Window
from ..wire import Fetched, Item, Ref
from .truth import Told

MOST_PAGES = 10_000


class ForwardReader:
    """Keeps up with a shop by reading forward from where it stopped last time."""

    def __init__(self, source: Source, streams: Sequence[Stream] = ()) -> None:
        self.source = source
        self.streams = tuple(streams) or source.streams
        self.seen: dict[str, Told] = {}
        self._read_until: dict[str, datetime] = {}

    def read(self, begin: datetime, now: datetime) -> None:
        """Everything changed since the last time (first: `begin`) until `now`."""
        for stream in self.streams:
            since = self._read_until.get(stream.name, begin)
            while since < now:
                until = min(now, since + stream.max_window)
                for item in self._rows(stream, Window(since, until)):
                    self._keep(item)
                since = until
            self._read_until[stream.name] = now

    def _rows(self, stream: Stream, window: Window) -> Iterator[Item]:
        for number in range(1, MOST_PAGES):
            if number * stream.page_size > (stream.rows_cap or math.inf):
                for half in _halves(window):
                    yield from self._rows(stream, half)
                return
            page = self.source.page(stream, window, number)
            yield from page.items
            if len(page.items) < stream.page_size:
                return

    def _keep(self, item: Item) -> None:
        found = self.source.record(item.external_id) if isinstance(item, Ref) else item
        if isinstance(found, Fetched):
            self.seen[found.order.external_id] = _told(found.order)


def _halves(window: Window) -> tuple[Window, ...]:
    """What the platform has beyond its cap is asked for in shorter windows; in a second of
    its own there is nothing shorter, and the rest is not had."""
    half = (window.until - window.since) // 2
    if half < timedelta(seconds=1):
        return ()
    middle = window.since + half
    return Window(window.since, middle), Window(middle, window.until)


def _told(order: Order) -> Told:
    return order.status_raw, frozenset((order.buyer_paid_amount, order.payable_amount))
