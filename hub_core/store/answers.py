"""First answers to writes: the same key again is given the same, and does nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, select, update
from sqlmodel import col

from .engine import insert_unless_there
from .tables import AnswerRow

KEPT = timedelta(days=2)
"""How long an answer can be had again."""


@dataclass(frozen=True, slots=True)
class Former:
    """What stands for a key."""

    request_hash: bytes
    begun_at: datetime
    status: int | None
    """None: it is being worked on, or its worker ended."""
    body: str | None


def begin(
    connection: Connection, caller: str, key: str, request_hash: bytes, at: datetime
) -> Former | None:
    """Take a key for a request; what stands for it, where it was taken before."""
    mine = _of(caller, key)
    query = select(AnswerRow.__table__).where(*mine).with_for_update()  # type: ignore[attr-defined]
    if (row := connection.execute(query).first()) is not None:
        return Former(row.request_hash, row.begun_at, row.status, row.body)
    row_values = {"request_hash": request_hash, "begun_at": at}
    insert_unless_there(connection, AnswerRow, {"caller": caller, "key": key, **row_values})
    return None


def again(connection: Connection, caller: str, key: str, at: datetime) -> None:
    """Take a key whose worker ended without an answer."""
    step = update(AnswerRow).where(*_of(caller, key))
    connection.execute(step.values(begun_at=at))


def end(connection: Connection, caller: str, key: str, status: int, body: str) -> None:
    """Keep the answer."""
    step = update(AnswerRow).where(*_of(caller, key))
    connection.execute(step.values(status=status, body=body))


def purge(connection: Connection, now: datetime) -> int:
    """Forget old ones; gives how many."""
    step = delete(AnswerRow).where(col(AnswerRow.begun_at) < now - KEPT)
    return connection.execute(step).rowcount


def _of(caller: str, key: str) -> tuple[ColumnElement[bool], ...]:
    return col(AnswerRow.caller) == caller, col(AnswerRow.key) == key
