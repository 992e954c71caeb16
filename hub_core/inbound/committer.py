"""Many requests, one transaction: each is told once what it brought is on disk."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Generic, TypeVar

from ..plugins import where_it_failed

Row = TypeVar("Row")
Told = Future[None] | asyncio.Future[None]
WAITING = 2_000
"""Rows that may wait. Beyond it the sender is asked to come again."""
TOGETHER = 256
"""Rows of one transaction."""

log = logging.getLogger(__name__)


class Committer(Generic[Row]):
    """Writes rows in a thread of its own, begun with the first. Thread safe.

    The disk sets the pace, no timer: the first row is written at once, and while it is on
    its way to the disk the next transaction's rows gather.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Row]], None],
        *,
        waiting: int = WAITING,
        together: int = TOGETHER,
    ) -> None:
        self._write, self._waiting, self._together = write, waiting, together
        self._rows: deque[tuple[Row, Told]] = deque()
        self._news = threading.Condition(threading.Lock())
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def is_full(self) -> bool:
        """Whether nothing more is taken."""
        return self._closed or len(self._rows) >= self._waiting

    def put(self, row: Row) -> Future[None] | None:
        """Have it written. The future ends when it is on disk, or with what hindered it;
        None where too many wait, or it was closed."""
        told: Future[None] = Future()
        return told if self._queue(row, told) else None

    def put_async(self, row: Row) -> asyncio.Future[None] | None:
        """The same for whoever waits in the running event loop."""
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        return told if self._queue(row, told) else None

    def _queue(self, row: Row, told: Told) -> bool:
        with self._news:
            if self.is_full:
                return False
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
            self._rows.append((row, told))
            self._news.notify()
        return True

    def close(self) -> None:
        """Take nothing more, and write what waits."""
        with self._news:
            self._closed = True
            self._news.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while batch := self._next():
            self._commit(batch)

    def _next(self) -> list[tuple[Row, Told]]:
        with self._news:
            self._news.wait_for(lambda: self._rows or self._closed)
            count = min(len(self._rows), self._together)
            return [self._rows.popleft() for _ in range(count)]

    def _commit(self, batch: list[tuple[Row, Told]]) -> None:
        """A sender that is gone by now has its row written all the same."""
        hindered: Exception | None = None
        try:
            self._write([row for row, _ in batch])
        except Exception as error:
            log.error("pushes can't be kept: %s", where_it_failed(error))
            hindered = error
        _tell([told for _, told in batch], hindered)


def _tell(all_told: Sequence[Told], hindered: Exception | None) -> None:
    """Each event loop is woken once, whatever the number of those who wait in it."""
    loops: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for told in all_told:
        if isinstance(told, asyncio.Future):
            loops.setdefault(told.get_loop(), []).append(told)
        elif told.set_running_or_notify_cancel():
            _end(told, hindered)
    for loop, waiting in loops.items():
        with suppress(RuntimeError):  # it has ended, and all in it
            loop.call_soon_threadsafe(_end_all, waiting, hindered)


def _end_all(waiting: Sequence[Told], hindered: Exception | None) -> None:
    for told in waiting:
        if not told.done():
            _end(told, hindered)


def _end(told: Told, hindered: Exception | None) -> None:
    if hindered is None:
        told.set_result(None)
    else:
        told.set_exception(hindered)
