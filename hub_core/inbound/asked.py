"""A queue that is asked: take, keep on disk, and only then confirm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..hub import Hub
from ..ports import Message, Queue
from ..store.journal import JournalBuffer
from .keeping import keep

NEXT = 0.1
"""Seconds between two takings while there is more."""


class Asked:
    """The queue of one app."""

    def __init__(self, hub: Hub, channel: str, app: str, queue: Queue) -> None:
        self._hub, self._channel, self._app, self._queue = hub, channel, app, queue
        self._journal = JournalBuffer()
        self._line = hub.lines.of_app(app, self._journal)
        self.tally: Counter[str] = Counter()
        """`taken`, `unread`: since somebody looked and cleared it."""
        self.heard = True

    def step(self, room: bool) -> float:
        """Take once, where there is room for more, and say after how many seconds to come
        again. Raises any HubError; what was taken and not confirmed comes again."""
        idle = self._queue.idle(self._line)
        self.heard = room
        if not room:
            return idle
        found: Sequence[Message | None] = ()
        try:
            found = self._queue.take(self._line)
            messages = [one for one in found if one is not None]
            keep(self._hub, self._channel, self._app, messages)
            self.tally["taken"] += len(messages)
            self.tally["unread"] += len(found) - len(messages)
            if messages:
                self._queue.confirm(self._line, messages)
        finally:
            self._note(bool(found))
        return NEXT if messages else idle

    def _note(self, found: bool) -> None:
        """Into the journal go calls that brought something, or failed: a queue that is
        empty is asked too often."""
        entries = self._journal.take()
        if found or any(entry.outcome != "ok" for entry in entries):
            with self._hub.store.writing() as connection:
                self._hub.store.write_journal(connection, entries)

    def close(self) -> None:
        """Nothing is held open."""
