"""Jobs people asked for: what, of which shop, by whom, how far it is and how it ended."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update
from sqlmodel import col

from ..errors import LeaseLost
from .tables import JobRow, ShopRow

BACKFILL, HEAL, REBUILD = "backfill", "heal", "rebuild"
KINDS = (BACKFILL, HEAL, REBUILD)
WAITING, RUNNING, PAUSED = "waiting", "running", "paused"
DONE, FAILED, CANCELLED = "done", "failed", "cancelled"
STATES = (WAITING, RUNNING, PAUSED, DONE, FAILED, CANCELLED)
ENDED = (DONE, FAILED, CANCELLED)
LIVE = (WAITING, RUNNING)
CANCEL, PAUSE = "cancel", "pause"
BECOMES = {CANCEL: CANCELLED, PAUSE: PAUSED}
"""What a job is once a wish was heard."""
LOST = timedelta(hours=6)
"""What has been queued for so long is queued again: its job is gone."""
ERROR = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job. Times are the hub's own clock."""

    id: int
    kind: str
    shop_id: int
    shop: str
    what: Mapping[str, Any]
    state: str
    wish: str | None
    asked_by: str
    asked_at: datetime
    turn: int
    attempts: int
    started_at: datetime | None
    ended_at: datetime | None
    place: Mapping[str, Any]
    counts: Mapping[str, int]
    error: str | None

    @property
    def is_over(self) -> bool:
        """Whether nothing more is done at it."""
        return self.state in ENDED

    def as_dict(self) -> dict[str, Any]:
        """For `--json` and the API."""
        return {
            "id": self.id, "kind": self.kind, "shop": self.shop, "what": dict(self.what),
            "state": self.state, "wish": self.wish, "asked_by": self.asked_by,
            "asked_at": self.asked_at, "attempts": self.attempts,
            "started_at": self.started_at, "ended_at": self.ended_at,
            "counts": dict(self.counts), "error": self.error,
        }  # fmt: skip


# What people do ---------------------------------------------------------------------------


def ask(
    connection: Connection, kind: str, shop_id: int, what: Mapping[str, Any], by: str,
    at: datetime,
) -> int:  # fmt: skip
    """Ask for one; gives its number."""
    values = {
        "kind": kind, "shop_id": shop_id, "what": dict(what), "state": WAITING,
        "asked_by": by, "asked_at": at, "due_at": at, "turn": 0, "attempts": 0,
        "place": {}, "counts": {},
    }  # fmt: skip
    step = insert(JobRow).values(values).returning(col(JobRow.id))
    made: Any = connection.execute(step).scalar_one()
    return int(made)


def listing(
    connection: Connection,
    *,
    shop_ids: Collection[int] | None = None,
    states: Collection[str] = (),
    limit: int = 100,
) -> list[Job]:
    """Of these shops (None: all) and in these states (none: any), the newest first."""
    j, which = JobRow, list[ColumnElement[bool]]()
    if shop_ids is not None:
        which.append(col(j.shop_id).in_(shop_ids))
    if states:
        which.append(col(j.state).in_(states))
    query = _select().where(*which).order_by(col(j.id).desc()).limit(limit)
    return [_job(row) for row in connection.execute(query)]


def named(connection: Connection, id: int) -> Job | None:
    """One by its number."""
    row = connection.execute(_select().where(col(JobRow.id) == id)).first()
    return None if row is None else _job(row)


def wish(connection: Connection, id: int, wanted: str, at: datetime) -> bool:
    """Have one cancelled or paused: at once where nobody works at it, else at its next
    step. False where it is over already."""
    j, becomes = JobRow, BECOMES[wanted]
    idle = col(j.state).in_((WAITING, PAUSED) if wanted == CANCEL else (WAITING,))
    ended = at if becomes in ENDED else None
    step = update(j).where(col(j.id) == id, idle)
    now = {"state": becomes, "wish": None, "queued_at": None, "ended_at": ended}
    if connection.execute(step.values(now)).rowcount:
        return True
    runs = update(j).where(col(j.id) == id, col(j.state) == RUNNING)
    return connection.execute(runs.values(wish=wanted)).rowcount == 1


def retry(connection: Connection, id: int, at: datetime) -> bool:
    """Take up again, from where it is, what failed, was cancelled or is paused. False
    where it is none of these."""
    j = JobRow
    may = col(j.state).in_((FAILED, CANCELLED, PAUSED))
    values = {
        "state": WAITING, "wish": None, "error": None, "due_at": at, "queued_at": None,
        "ended_at": None, "attempts": 0,
    }  # fmt: skip
    step = update(j).where(col(j.id) == id, may).values(values)
    return connection.execute(step).rowcount == 1


def forget(connection: Connection, before: datetime, limit: int) -> int:
    """Drop those that ended before a moment; gives how many."""
    j = JobRow
    old = select(col(j.id)).where(col(j.state).in_(ENDED), col(j.ended_at) < before)
    step = delete(j).where(col(j.id).in_(old.order_by(col(j.id)).limit(limit)))
    return connection.execute(step).rowcount


# What workers do --------------------------------------------------------------------------


def is_due(connection: Connection, now: datetime) -> bool:
    """Whether there is anything to take: asked first, for whoever takes holds SQLite's one
    writer."""
    query = select(col(JobRow.id)).where(*_due(now)).limit(1)
    return connection.execute(query).first() is not None


def take_due(connection: Connection, now: datetime, limit: int) -> list[Job]:
    """What is due, oldest first; from now on it is queued."""
    j = JobRow
    query = _select().where(*_due(now)).order_by(col(j.id)).limit(limit)
    query = query.with_for_update(of=JobRow, skip_locked=True)
    found = [_job(row) for row in connection.execute(query)]
    ids = [one.id for one in found]
    connection.execute(update(j).where(col(j.id).in_(ids)).values(queued_at=now))
    return found


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    j = JobRow
    lost = col(j.queued_at) < now - LOST
    return (
        col(j.state).in_(LIVE), col(j.due_at) <= now,
        col(j.queued_at).is_(None) | lost,
    )  # fmt: skip


def begin(connection: Connection, id: int, turn: int, at: datetime) -> Job | None:
    """Begin a turn that was queued as the one after `turn`; None where it is not wanted
    any more. Where that has been begun before, by one who did not end it, it counts as
    another attempt."""
    j, row = JobRow, _select().where(col(JobRow.id) == id).with_for_update(of=JobRow)
    found = connection.execute(row).first()
    job = None if found is None else _job(found)
    if job is None or job.state not in LIVE:
        return None
    if job.wish is not None:
        becomes = BECOMES[job.wish]
        end(connection, job, becomes, at, error=job.error)
        return None
    values = {
        "state": RUNNING, "turn": job.turn + 1, "started_at": job.started_at or at,
        "attempts": job.attempts + (job.state == WAITING or job.turn != turn),
    }  # fmt: skip
    connection.execute(update(j).where(col(j.id) == id).values(values))
    return named(connection, id)


def keep(
    connection: Connection, job: Job, place: Mapping[str, Any], counts: Mapping[str, int]
) -> str | None:
    """Note how far it is; gives what is wished of it. Raises LeaseLost where another has
    begun to work at it: nothing may be written then."""
    values = {"place": dict(place), "counts": dict(counts)}
    step = update(JobRow).where(*_mine(job)).values(values)
    found = connection.execute(step.returning(col(JobRow.wish))).first()
    if found is None:
        raise LeaseLost(f"another worker works at job {job.id}")
    asked: str | None = found[0]
    return asked


def rest(
    connection: Connection, job: Job, due: datetime, error: str | None, *, failed: bool
) -> None:
    """End a turn; the next begins then, where a failure brought this one to its end as
    another attempt."""
    values: dict[str, Any] = {"queued_at": None, "due_at": due, "error": _short(error)}
    values |= {"state": WAITING} if failed else {}
    connection.execute(update(JobRow).where(*_mine(job)).values(values))


def end(
    connection: Connection, job: Job, state: str, at: datetime, error: str | None = None
) -> None:
    """How it ended, or that it is paused."""
    values: dict[str, Any] = {"state": state, "wish": None, "queued_at": None}
    values |= {"error": _short(error), "ended_at": at if state in ENDED else None}
    connection.execute(update(JobRow).where(*_mine(job)).values(values))


def _mine(job: Job) -> tuple[ColumnElement[bool], ...]:
    return col(JobRow.id) == job.id, col(JobRow.turn) == job.turn


def _short(error: str | None) -> str | None:
    return error and error[:ERROR]


_FIELDS = (
    *("id", "kind", "shop_id", "what", "state", "wish", "asked_by", "asked_at", "turn"),
    *("attempts", "started_at", "ended_at", "place", "counts", "error"),
)


def _select() -> Any:
    j: Any = JobRow.__table__  # type: ignore[attr-defined]
    columns: Sequence[Any] = [j.c[name] for name in _FIELDS]
    query = select(*columns, col(ShopRow.name).label("shop"))
    return query.select_from(j).join(ShopRow, col(ShopRow.id) == j.c.shop_id)


def _job(row: Any) -> Job:
    return Job(**row._mapping)
