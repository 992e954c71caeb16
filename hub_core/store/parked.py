"""Records that could not be read: kept, retried, and closed when a good version comes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlmodel import col

from ..wire import Misread
from . import rows
from .shops import take_turn
from .tables import ParkedRow
from .vault import Vault

BACKOFF = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 360, 720, 1440))
"""How long after each failed attempt a parked record is fetched by id again."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A parked record as a person sees it."""

    id: int
    stream: str
    external_id: str | None
    reason: str
    shape: str | None
    attempts: int
    first_seen_at: datetime
    last_seen_at: datetime
    retry_at: datetime | None
    resolved_at: datetime | None
    wanted_at: datetime | None = None
    shop_id: int = 0
    shop: str = ""
    raw: Any = field(default=None, repr=False)


def record_key(misread: Misread) -> str:
    """Its id, or a hash of its raw form when it has none."""
    if misread.external_id:
        return misread.external_id
    return "raw:" + hashlib.blake2b(rows.raw_text(misread.raw), digest_size=16).hexdigest()


def cell(shop_id: int, stream: str, key: str) -> str:
    """Where the raw form stands, as its seal's additional data."""
    return f"parked/sealed/{shop_id}:{stream}:{key}"


def park(
    connection: Connection,
    shop_id: int,
    stream: str,
    misread: Sequence[Misread],
    *,
    shape: str,
    journal_id: int | None,
    at: datetime,
    vault: Vault,
    retry: bool = True,
) -> int:
    """Put records aside; seen again, a record's row is renewed. Gives how many are new.

    Without `retry` they wait for a person, and are not tried again by themselves.
    """
    if not misread:
        return 0
    take_turn(connection, shop_id)
    found = {record_key(m): m for m in misread}
    p = ParkedRow
    query = select(col(p.record_key), col(p.id), col(p.attempts), col(p.resolved_at)).where(
        col(p.shop_id) == shop_id, col(p.stream) == stream, col(p.record_key).in_(found)
    )
    known = {key: rest for key, *rest in connection.execute(query)}
    for key, one in sorted(found.items()):
        sealed = vault.seal(rows.raw_text(one.raw), cell(shop_id, stream, key))
        said: dict[str, Any] = {
            "external_id": one.external_id, "reason": one.reason[:500], "shape": shape,
            "sealed": sealed, "journal_id": journal_id, "last_seen_at": at,
            "wanted_at": one.updated_at,
        }  # fmt: skip
        if key in known:
            row_id, _, resolved = known[key]
            again: dict[str, Any] = {"resolved_at": None}
            if one.raw is None:  # nothing came this time: the former raw form stays
                del said["sealed"]
            if resolved is not None or not retry:
                due = _retry_at(one, 0, at) if retry else None
                again |= {"attempts": 0, "retry_at": due}
            step = update(p).where(col(p.id) == row_id)
            connection.execute(step.values(**said, **again))
        else:
            key_of = {"shop_id": shop_id, "stream": stream, "record_key": key}
            due = _retry_at(one, 0, at) if retry else None
            first = {"first_seen_at": at, "attempts": 0, "retry_at": due}
            connection.execute(insert(p).values(**key_of, **said, **first))
    return len(found) - len(known)


def _retry_at(one: Misread, attempts: int, at: datetime) -> datetime | None:
    if one.external_id is None or attempts >= len(BACKOFF):
        return None
    return at + BACKOFF[attempts]


def due(
    connection: Connection,
    shop_id: int,
    stream: str,
    now: datetime | None,
    limit: int = 200,
) -> list[Parked]:
    """Open records to try again; with `now` None all that have an id."""
    p = ParkedRow
    query = (
        select(p.__table__)  # type: ignore[attr-defined]
        .where(col(p.shop_id) == shop_id, col(p.stream) == stream)
        .where(col(p.resolved_at).is_(None), col(p.external_id).is_not(None))
        .order_by(col(p.retry_at))
        .limit(limit)
    )
    if now is not None:
        query = query.where(col(p.retry_at) <= now)
    return [_parked(row) for row in connection.execute(query)]


def tried(
    connection: Connection, parked: Parked, misread: Misread | None, at: datetime
) -> None:
    """A retry failed: count it and wait longer; after the last a person must look."""
    attempts = parked.attempts + 1
    waits = attempts < len(BACKOFF)
    p = ParkedRow
    values: dict[str, Any] = {
        "attempts": attempts,
        "retry_at": at + BACKOFF[attempts] if waits else None,
        "last_seen_at": at,
    }
    if misread is not None:
        values["reason"] = misread.reason[:500]
    connection.execute(update(p).where(col(p.id) == parked.id).values(values))


def resolve(
    connection: Connection,
    shop_id: int,
    streams: Sequence[str],
    external_ids: Sequence[str],
    at: datetime,
) -> int:
    """Close what has been stored well since. Gives how many were open."""
    take_turn(connection, shop_id)
    p = ParkedRow
    step = (
        update(p)
        .where(col(p.shop_id) == shop_id, col(p.resolved_at).is_(None))
        .where(col(p.stream).in_(streams), col(p.external_id).in_(external_ids))
        .values(resolved_at=at, retry_at=None)
    )
    return connection.execute(step).rowcount


def any_open(connection: Connection, shop_id: int) -> bool:
    """Whether the shop has parked records at all (most have none)."""
    p = ParkedRow
    query = select(col(p.id)).where(col(p.shop_id) == shop_id, col(p.resolved_at).is_(None))
    return connection.execute(query.limit(1)).first() is not None


def listing(
    connection: Connection,
    *,
    shop_id: int | None = None,
    shop_ids: Sequence[int] | None = None,
    resolved: bool = False,
    limit: int | None = None,
) -> list[Parked]:
    """Parked records, newest first: of one shop, of these, or of all."""
    p = ParkedRow
    query = select(p.__table__).order_by(col(p.id).desc()).limit(limit)  # type: ignore[attr-defined]
    if shop_id is not None:
        query = query.where(col(p.shop_id) == shop_id)
    if shop_ids is not None:
        query = query.where(col(p.shop_id).in_(shop_ids))
    if not resolved:
        query = query.where(col(p.resolved_at).is_(None))
    return [_parked(row) for row in connection.execute(query)]


def _parked(row: Any) -> Parked:
    return Parked(
        row.id, row.stream, row.external_id, row.reason, row.shape, row.attempts,
        row.first_seen_at, row.last_seen_at, row.retry_at, row.resolved_at, row.wanted_at,
        row.shop_id,
    )  # fmt: skip


def raw_of(connection: Connection, parked_id: int, vault: Vault) -> Any:
    """The raw form of a parked record, opened."""
    p = ParkedRow
    query = select(col(p.shop_id), col(p.stream), col(p.record_key), col(p.sealed)).where(
        col(p.id) == parked_id
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    return json.loads(vault.open(row.sealed, cell(row.shop_id, row.stream, row.record_key)))


def named(one: Parked, shop: str) -> Parked:
    """The same with its shop's name."""
    return replace(one, shop=shop)
