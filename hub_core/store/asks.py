"""What platforms ask and wait for: each question once, and what was decided of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, delete, func, select, update
from sqlmodel import col

from ..models import VoucherStatus
from .engine import insert_unless_there
from .tables import AskRow, OrderRow, ShopRow, VoucherRow

OPEN, DECIDED, TOLD = "open", "decided", "told"
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Ask:
    """One question, without its body."""

    id: int
    channel: str
    app: str
    kind: str
    key: str
    orders: tuple[str, ...]
    amount: int | None
    state: str
    verdict: str | None
    reason: str | None
    decided_by: str | None
    asked_at: datetime
    asked_again: int
    deadline_at: datetime | None
    decided_at: datetime | None
    told_at: datetime | None


def cell(channel: str, app: str, kind: str, key: str) -> str:
    """Where a question's body stands, as its seal's additional data."""
    return f"ask/sealed/{channel}:{app}:{kind}:{key}"


def keep(connection: Connection, values: dict[str, Any]) -> Ask:
    """The question, new or as it was asked before; a repeat is counted."""
    insert_unless_there(connection, AskRow, {"asked_again": -1, **values})
    a = AskRow
    names = ("channel", "app", "kind", "key")
    mine = [getattr(a, name) == values[name] for name in names]
    step = update(a).where(*mine).values(asked_again=col(a.asked_again) + 1)
    connection.execute(step)
    query = select(a.__table__).where(*mine)  # type: ignore[attr-defined]
    return _ask(connection.execute(query).one())


def ask(connection: Connection, id: int) -> Ask | None:
    """One question."""
    a = AskRow
    query = select(a.__table__).where(col(a.id) == id)  # type: ignore[attr-defined]
    row = connection.execute(query).first()
    return None if row is None else _ask(row)


def decide(
    connection: Connection, id: int, verdict: str, by: str, reason: str | None, at: datetime
) -> bool:
    """Write a decision, unless there is one. One statement: of two that decide at once
    one does."""
    a = AskRow
    values = {
        "state": DECIDED, "verdict": verdict, "decided_by": by[:LONGEST],
        "reason": reason and reason[:LONGEST], "decided_at": at,
    }  # fmt: skip
    step = update(a).where(col(a.id) == id, col(a.state) == OPEN).values(values)
    return connection.execute(step).rowcount == 1


def told(connection: Connection, id: int, at: datetime) -> None:
    """The decision is in the answer that is about to be given."""
    a = AskRow
    step = update(a).where(col(a.id) == id, col(a.state) == DECIDED)
    connection.execute(step.values(state=TOLD, told_at=at))


def listing(
    connection: Connection, *, states: Sequence[str] = (), limit: int = 1000
) -> list[Ask]:
    """Questions, the one whose time is up first before all others; those without last."""
    a = AskRow
    query = select(a.__table__)  # type: ignore[attr-defined]
    if states:
        query = query.where(col(a.state).in_(states))
    query = query.order_by(col(a.deadline_at).is_(None), col(a.deadline_at), col(a.id))
    return [_ask(row) for row in connection.execute(query.limit(limit))]


def purge(connection: Connection, asked_before: datetime, limit: int) -> int:
    """Remove what was asked before then, however it ended."""
    a = AskRow
    query = select(col(a.id)).where(col(a.asked_at) < asked_before).limit(limit)
    ids = list(connection.execute(query).scalars())
    return connection.execute(delete(a).where(col(a.id).in_(ids))).rowcount


@dataclass(frozen=True, slots=True)
class Stand:
    """An order's vouchers, counted."""

    external_id: str
    uid: str
    status_raw: str | None
    vouchers: int
    redeemed: int
    refunded: int


def stands(
    connection: Connection, channel: str, app: str, order_ids: Sequence[str]
) -> list[Stand]:
    """How these orders stand, of the shops of that app alone."""
    o, v, s = OrderRow, VoucherRow, ShopRow
    counted = [
        func.count(col(v.id)),
        *(
            func.coalesce(func.sum(case((col(v.status) == word.value, 1), else_=0)), 0)
            for word in (VoucherStatus.REDEEMED, VoucherStatus.REFUNDED)
        ),
    ]
    query = (
        select(col(o.external_id), col(o.uid), col(o.status_raw), *counted)
        .join(s, col(s.id) == col(o.shop_id))
        .join(v, col(v.order_id) == col(o.id), isouter=True)
        .where(col(s.channel) == channel, col(s.app) == app)
        .where(col(o.external_id).in_(order_ids))
        .group_by(col(o.id), col(o.external_id), col(o.uid), col(o.status_raw))
    )
    return [Stand(*row) for row in connection.execute(query)]


def _ask(row: Any) -> Ask:
    return Ask(
        row.id, row.channel, row.app, row.kind, row.key,
        tuple(row.orders.split(",") if row.orders else ()), row.amount, row.state,
        row.verdict, row.reason, row.decided_by, row.asked_at, row.asked_again,
        row.deadline_at, row.decided_at, row.told_at,
    )  # fmt: skip
