"""Threads that work side by side. None of them holds up the end of the program: what one
was sending is sent again, under the same id, by whoever comes next."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Generic, TypeVar

Result = TypeVar("Result")


class Crew(Generic[Result]):
    """At most so many threads, made as they are needed; who comes first is served first."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._asked: SimpleQueue[tuple[Future[Result], Callable[[], Result]] | None] = (
            SimpleQueue()
        )
        self._threads = self._free = 0

    def ask(self, work: Callable[[], Result]) -> Future[Result]:
        """Have it done."""
        future: Future[Result] = Future()
        with self._lock:
            self._free -= 1
            new = self._free < 0 and self._threads < self._most
            self._threads += new
            self._free += new
        self._asked.put((future, work))
        if new:
            threading.Thread(target=self._serve, name="outbound", daemon=True).start()
        return future

    def dismiss(self) -> None:
        """Let the threads end once they have done what they were asked."""
        with self._lock:
            for _ in range(self._threads):
                self._asked.put(None)
            self._threads = self._free = 0

    def _serve(self) -> None:
        while (task := self._asked.get()) is not None:
            future, work = task
            try:
                future.set_result(work())
            except BaseException as error:
                future.set_exception(error)
            with self._lock:
                self._free += 1
