"""The journal in the database: written with the rows it explains."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert, select
from sqlmodel import col

from ..journal import JournalEntry
from .tables import JournalRow


class JournalBuffer:
    """Keeps entries until a transaction takes them along."""

    def __init__(self) -> None:
        self._entries: list[JournalEntry] = []
        self._lock = threading.Lock()
        self.noted = self.failed = 0

    def note(self, entry: JournalEntry) -> None:
        """Keep one entry."""
        with self._lock:
            self._entries.append(entry)
            self.noted += 1
            self.failed += entry.outcome != "ok"

    def take(self) -> list[JournalEntry]:
        """What has come since the last taking."""
        with self._lock:
            entries, self._entries = self._entries, []
        return entries

    def give_back(self, entries: Sequence[JournalEntry]) -> None:
        """The transaction failed: keep them for the next."""
        with self._lock:
            self._entries[:0] = entries


def write(connection: Connection, entries: Sequence[JournalEntry]) -> None:
    """Store entries; the same id again gets the next free one."""
    if not entries:
        return
    ids = [e.id for e in entries]
    j = JournalRow
    taken = set(connection.execute(select(col(j.id)).where(col(j.id).in_(ids))).scalars())
    found = []
    for entry in entries:
        row = _row(entry)
        while row["id"] in taken:
            row["id"] += 1
        taken.add(row["id"])
        found.append(row)
    connection.execute(insert(j), found)


def _row(e: JournalEntry) -> dict[str, Any]:
    return {
        "id": e.id, "at": e.at, "channel": e.channel, "shop": e.shop or None,
        "stream": e.stream or None, "call": e.call, "shape": e.shape or None,
        "endpoint": e.endpoint, "attempt": e.attempt, "outcome": e.outcome,
        "http_status": e.status, "platform_code": e.code, "request_id": e.request_id,
        "sent_bytes": e.sent_bytes, "received_bytes": e.received_bytes,
        "seconds": e.seconds, "body_hash": e.body_hash, "body": e.body,
        "params": _params(e),
    }  # fmt: skip


def _params(e: JournalEntry) -> str | None:
    return json.dumps(e.params, ensure_ascii=False, default=str) if e.params else None


def entries(
    connection: Connection,
    *,
    shop: str | None = None,
    shops: Sequence[str] | None = None,
    outcome: str | None = None,
    id: int | None = None,
    limit: int = 50,
) -> list[JournalRow]:
    """Journal rows, newest first."""
    j = JournalRow
    query = select(j.__table__).order_by(col(j.id).desc()).limit(limit)  # type: ignore[attr-defined]
    if shop is not None:
        query = query.where(col(j.shop) == shop)
    if shops is not None:
        query = query.where(col(j.shop).in_(shops))
    if outcome == "error":
        query = query.where(col(j.outcome) != "ok")
    elif outcome is not None:
        query = query.where(col(j.outcome) == outcome)
    if id is not None:
        query = query.where(col(j.id) == id)
    return [JournalRow(**row._mapping) for row in connection.execute(query)]
