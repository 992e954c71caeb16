"""Per shop and stream: who reads it (lease), how far (cursor), what is proved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import pairwise

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update
from sqlmodel import col

from ..errors import LeaseLost
from .engine import database_now, insert_unless_there
from .holder import is_gone
from .tables import CoverageRow, StreamRow

COMMANDS = "command:"
"""Before the names of leases that are held to send commands: they read nothing."""
COVERAGE_ROW_SPAN = timedelta(days=1)
"""Adjacent proofs of one kind share a row up to this span, to keep the ledger small."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write one stream. The epoch fences a holder that fell asleep."""

    shop_id: int
    stream: str
    holder: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a stream stands."""

    cursor_at: datetime | None
    healed_at: datetime | None
    last_ok_at: datetime | None = None
    last_error: str | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """What a walk showed of an interval; both ends inclusive, in platform time."""

    since: datetime
    until: datetime
    state: str
    rule: str
    passes: int = 0
    pages: int = 0
    rows: int = 0
    assumptions: tuple[str, ...] = ()
    shape: str | None = None
    journal_id: int | None = None


def _mine(shop_id: int, stream: str) -> tuple[ColumnElement[bool], ...]:
    return col(StreamRow.shop_id) == shop_id, col(StreamRow.name) == stream


def _held(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    mine = _mine(lease.shop_id, lease.stream)
    return *mine, col(StreamRow.lease_epoch) == lease.epoch


def ensure_stream(connection: Connection, shop_id: int, stream: str) -> None:
    """Make the stream's row if it is not there."""
    if _row(connection, shop_id, stream) is None:
        insert_unless_there(
            connection, StreamRow,
            {"shop_id": shop_id, "name": stream, "lease_epoch": 0, "lease_until": 0.0},
        )  # fmt: skip


def _row(
    connection: Connection, shop_id: int, stream: str, lock: bool = False
) -> Progress | None:
    s = StreamRow
    query = select(
        col(s.cursor_at), col(s.healed_at), col(s.last_ok_at), col(s.last_error)
    ).where(*_mine(shop_id, stream))
    found = connection.execute(query.with_for_update() if lock else query).first()
    return None if found is None else Progress(*found)


def progress(connection: Connection, shop_id: int, stream: str) -> Progress:
    """Where the stream stands; empty when it was never read."""
    return _row(connection, shop_id, stream) or Progress(None, None)


def take_lease(
    connection: Connection, shop_id: int, stream: str, holder: str, seconds: float
) -> Lease | None:
    """The lease, or None while another holds it. Time is the database's own.

    That of a process of this machine which has ended is taken over at once.
    """
    ensure_stream(connection, shop_id, stream)
    now = database_now(connection)
    s = StreamRow
    former = _holder(connection, shop_id, stream)
    mine = [holder, former] if is_gone(former) else [holder]
    free = (col(s.lease_until) < now) | col(s.lease_holder).in_(mine)
    step = (
        update(s)
        .where(*_mine(shop_id, stream), free)
        .values(
            lease_holder=holder,
            lease_epoch=col(s.lease_epoch) + 1,
            lease_until=now + seconds,
        )
        .returning(col(s.lease_epoch))
    )
    epoch = connection.execute(step).scalar_one_or_none()
    return None if epoch is None else Lease(shop_id, stream, holder, int(epoch))


def _holder(connection: Connection, shop_id: int, stream: str) -> str | None:
    query = select(col(StreamRow.lease_holder)).where(*_mine(shop_id, stream))
    found: str | None = connection.execute(query).scalar()
    return found


def hold_lease(connection: Connection, lease: Lease, seconds: float) -> None:
    """Prove the lease and lengthen it, in the caller's transaction.

    Raises LeaseLost when another epoch has begun: nothing may be written then.
    """
    now = database_now(connection)
    s = StreamRow
    step = update(s).where(*_held(lease)).values(lease_until=now + seconds)
    if connection.execute(step).rowcount != 1:
        raise LeaseLost(f"another worker reads {lease.stream} of shop {lease.shop_id}")


def free_lease(connection: Connection, lease: Lease) -> None:
    """Give the lease back, if it is still ours."""
    s = StreamRow
    connection.execute(
        update(s).where(*_held(lease)).values(lease_until=0.0, lease_holder=None)
    )


def take_back(connection: Connection, lease: Lease) -> None:
    """Free the lease of a reading that was given up: whatever it still tries, the lease
    is none of its own any more."""
    values = {"lease_until": 0.0, "lease_holder": None, "lease_epoch": lease.epoch + 1}
    connection.execute(update(StreamRow).where(*_held(lease)).values(values))


def move_cursor(connection: Connection, lease: Lease, to: datetime) -> None:
    """Set the cursor; it never moves back."""
    s = StreamRow
    ahead = col(s.cursor_at).is_(None) | (col(s.cursor_at) < to)
    connection.execute(
        update(s).where(*_mine(lease.shop_id, lease.stream), ahead).values(cursor_at=to)
    )


def set_back(connection: Connection, lease: Lease, to: datetime, now: datetime) -> None:
    """Set a cursor that is past `to` back to it, on a person's word.

    A proof that reaches beyond `now` cannot be true: what it says after `to` is withdrawn.
    """
    s, c = StreamRow, CoverageRow
    connection.execute(
        update(s)
        .where(*_mine(lease.shop_id, lease.stream), col(s.cursor_at) > to)
        .values(cursor_at=to)
    )
    mine = (col(c.shop_id) == lease.shop_id, col(c.stream) == lease.stream)
    false = (*mine, col(c.until) > now)
    connection.execute(delete(c).where(*false, col(c.since) >= to))
    connection.execute(update(c).where(*false, col(c.since) < to).values(until=to))


def withdraw(
    connection: Connection, shop_id: int, stream: str, seen_since: datetime
) -> None:
    """Take back what was proved of a stream from the moment `seen_since` (ours) on, and
    set its cursor back to before it."""
    s, c = StreamRow, CoverageRow
    false = (
        col(c.shop_id) == shop_id,
        col(c.stream) == stream,
        col(c.observed_at) >= seen_since,
    )
    begin = connection.execute(select(func.min(col(c.since))).where(*false)).scalar()
    if begin is not None:
        connection.execute(delete(c).where(*false))
        behind = (*_mine(shop_id, stream), col(s.cursor_at) > begin)
        connection.execute(update(s).where(*behind).values(cursor_at=begin))


def note_outcome(
    connection: Connection,
    lease: Lease,
    *,
    at: datetime,
    error: str | None = None,
    healed: bool = False,
) -> None:
    """Remember how the last reading ended; one that lost its lease has no say."""
    values: dict[str, object] = {"last_error": error}
    values["last_error_at" if error else "last_ok_at"] = at
    if healed and not error:
        values["healed_at"] = at
    connection.execute(update(StreamRow).where(*_held(lease)).values(values))


def add_proof(
    connection: Connection, shop_id: int, stream: str, proof: Proof, at: datetime
) -> None:
    """Write what a walk showed; it lengthens the former row when nothing else differs."""
    if not _lengthen(connection, shop_id, stream, proof, at):
        values = {
            "shop_id": shop_id, "stream": stream, "since": proof.since,
            "until": proof.until, "state": proof.state, "rule": proof.rule,
            "passes": proof.passes,
            "pages": proof.pages, "rows": proof.rows, "late": 0,
            "assumptions": list(proof.assumptions), "shape": proof.shape,
            "journal_id": proof.journal_id, "observed_at": at,
        }  # fmt: skip
        connection.execute(insert(CoverageRow).values(values))


def _lengthen(
    connection: Connection, shop_id: int, stream: str, proof: Proof, at: datetime
) -> bool:
    c = CoverageRow
    newest = (
        select(c.__table__)  # type: ignore[attr-defined]
        .where(col(c.shop_id) == shop_id, col(c.stream) == stream)
        .order_by(col(c.id).desc())
        .limit(1)
    )
    row = connection.execute(newest).first()
    if row is None or not _continues(row, proof):
        return False
    step = (
        update(c)
        .where(col(c.id) == row.id)
        .values(
            until=max(row.until, proof.until),
            pages=row.pages + proof.pages,
            rows=row.rows + proof.rows,
            passes=max(row.passes, proof.passes),
            journal_id=proof.journal_id,
            observed_at=at,
        )
    )
    connection.execute(step)
    return True


def _continues(row: object, proof: Proof) -> bool:
    state, rule = row.state, row.rule  # type: ignore[attr-defined]
    same = (state, rule, row.shape) == (proof.state, proof.rule, proof.shape)  # type: ignore[attr-defined]
    joined = row.since <= proof.since <= row.until <= proof.until  # type: ignore[attr-defined]
    short = proof.until - row.since <= COVERAGE_ROW_SPAN  # type: ignore[attr-defined]
    sure = list(row.assumptions) == list(proof.assumptions)  # type: ignore[attr-defined]
    return bool(same and joined and short and sure)


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch of a stream's time and the best that is known of it."""

    since: datetime
    until: datetime
    state: str
    rule: str
    rows: int = 0
    pages: int = 0
    late: int = 0
    assumptions: tuple[str, ...] = ()


RANK = {"complete": 2, "partial": 1, "unknown": 0}


def coverage_rows(connection: Connection, shop_id: int, stream: str) -> list[CoverageRow]:
    """The ledger as written, oldest interval first."""
    c = CoverageRow
    query = (
        select(c.__table__)  # type: ignore[attr-defined]
        .where(col(c.shop_id) == shop_id, col(c.stream) == stream)
        .order_by(col(c.since), col(c.id))
    )
    return [CoverageRow(**row._mapping) for row in connection.execute(query)]


def spans(rows: Sequence[CoverageRow]) -> list[Span]:
    """The ledger without overlaps: at each moment the best word stands.

    Stretches nobody read between two rows come out as `unknown`.
    """
    edges = sorted({t for r in rows for t in (r.since, r.until)})
    ahead = sorted(rows, key=lambda r: r.since, reverse=True)
    over: list[tuple[int, int, int, CoverageRow]] = []  # a heap: the best word on top
    merged: list[Span] = []
    for since, until in pairwise(edges):
        while ahead and ahead[-1].since <= since:
            row = ahead.pop()
            heappush(over, (-RANK[row.state], -(row.id or 0), len(ahead), row))
        while over and over[0][-1].until <= since:
            heappop(over)
        _join(merged, _span(since, until, over[0][-1] if over else None))
    return merged


def _span(since: datetime, until: datetime, best: CoverageRow | None) -> Span:
    if best is None:
        return Span(since, until, "unknown", "never read")
    return Span(since, until, best.state, best.rule, assumptions=tuple(best.assumptions))


def _join(merged: list[Span], span: Span) -> None:
    """Add a stretch, to the former one where the same is said of both."""
    if merged and (merged[-1].state, merged[-1].rule) == (span.state, span.rule):
        former = merged.pop()
        both = dict.fromkeys((*former.assumptions, *span.assumptions))
        span = replace(span, since=former.since, assumptions=tuple(both))
    merged.append(span)


def open_spans(rows: Sequence[CoverageRow]) -> Iterator[Span]:
    """Stretches that are not complete: what `heal` reads again."""
    return (s for s in spans(rows) if s.state != "complete")


def count_late(
    connection: Connection, shop_id: int, stream: str, at: Sequence[datetime]
) -> int:
    """Note rows found inside intervals already called complete; gives how many."""
    c = CoverageRow
    late = 0
    for moment in at:
        inside = (col(c.since) <= moment) & (col(c.until) >= moment)
        query = select(col(c.id)).where(
            col(c.shop_id) == shop_id, col(c.stream) == stream, inside,
            col(c.state) == "complete",
        )  # fmt: skip
        found = connection.execute(query.order_by(col(c.id).desc()).limit(1)).scalar()
        if found is not None:
            connection.execute(
                update(c).where(col(c.id) == found).values(late=col(c.late) + 1)
            )
            late += 1
    return late


def stream_names(connection: Connection, shop_id: int) -> list[str]:
    """The streams of a shop that were ever read."""
    s = StreamRow
    read = ~col(s.name).startswith(COMMANDS)
    query = select(col(s.name)).where(col(s.shop_id) == shop_id, read)
    return list(connection.execute(query.order_by(col(s.name))).scalars())
