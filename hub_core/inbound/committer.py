"""Many requests, one transaction: each is told once what it brought is on disk."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

from ..plugins import where_it_failed

Row = TypeVar("Row")
WAITING = 2_000
"""Rows that may wait. Beyond it the sender is asked to come again."""
TOGETHER = 256
"""Rows of one transaction."""
LINGER = 0.002
"""Seconds the first of them waits for others."""

log = logging.getLogger(__name__)


class Committer(Generic[Row]):
    """Writes rows in a thread of its own, begun with the first. Thread safe.

    While one transaction is on its way to the disk the next one's rows gather.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Row]], None],
        *,
        waiting: int = WAITING,
        together: int = TOGETHER,
        linger: float = LINGER,
    ) -> None:
        self._write, self._waiting = write, waiting
        self._together, self._linger = together, linger
        self._rows: deque[tuple[Row, Future[None]]] = deque()
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def is_full(self) -> bool:
        """Whether nothing more is taken."""
        return self._closed or len(self._rows) >= self._waiting

    def put(self, row: Row) -> Future[None] | None:
        """Have it written. The future ends when it is on disk, or with what hindered it;
        None where too many wait, or it was closed."""
        with self._news:
            if self.is_full:
                return None
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
            told: Future[None] = Future()
            self._rows.append((row, told))
            self._news.notify()
        return told

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

    def _next(self) -> list[tuple[Row, Future[None]]]:
        with self._news:
            self._news.wait_for(lambda: self._rows or self._closed)
            if len(self._rows) < self._together and not self._closed:
                self._news.wait_for(
                    lambda: len(self._rows) >= self._together or self._closed, self._linger
                )
            count = min(len(self._rows), self._together)
            return [self._rows.popleft() for _ in range(count)]

    def _commit(self, batch: list[tuple[Row, Future[None]]]) -> None:
        """A sender that is gone by now has its row written all the same."""
        hindered: Exception | None = None
        try:
            self._write([row for row, _ in batch])
        except Exception as error:
            log.error("pushes can't be kept: %s", where_it_failed(error))
            hindered = error
        for _, told in batch:
            if not told.set_running_or_notify_cancel():
                continue
            if hindered is None:
                told.set_result(None)
            else:
                told.set_exception(hindered)
