"""What platforms ask and wait for: each question once, and what was decided of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, delete, func, select, update
from sqlmodel import col

from ..models import VoucherStatus
from . import feed
from .engine import insert_unless_there
from .tables import AskRow, FeedRow, OrderRow, ProductRow, ShopRow, SkuRow, VoucherRow

OPEN, DECIDED, TOLD, CLOSED = "open", "decided", "told", "closed"
STATES = (OPEN, DECIDED, TOLD, CLOSED)
ENTITY = "question"
"""What the feed calls them. It tells of them to endpoints that ask for them by name."""
ASKED, ANSWERED, EXPIRING = "question.asked", "question.answered", "question.expiring"
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
    shop_id: int | None
    """None: nobody can tell yet whose it is."""
    codes: int
    """How many codes of the merchant's own it asks for."""
    sku: str | None
    outer_code: str | None
    answered: str | None
    """The verdict the platform was given last."""
    warned_at: datetime | None

    @property
    def is_new(self) -> bool:
        """It was asked for the first time."""
        return self.asked_again == 0

    def is_late(self, now: datetime) -> bool:
        """The platform has decided by itself."""
        return self.deadline_at is not None and now >= self.deadline_at


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


def ask(connection: Connection, id: int, *, lock: bool = False) -> Ask | None:
    """One question; with `lock` nobody else changes it until the commit."""
    a = AskRow
    query = select(a.__table__).where(col(a.id) == id)  # type: ignore[attr-defined]
    row = connection.execute(query.with_for_update() if lock else query).first()
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
    """The platform has the decision, or it is in the answer that is about to be given."""
    a = AskRow
    step = update(a).where(col(a.id) == id, col(a.state) == DECIDED)
    connection.execute(step.values(state=TOLD, told_at=at))


def close(
    connection: Connection,
    channel: str,
    app: str,
    keys: Sequence[str],
    orders: Sequence[str],
    verdict: str,
    at: datetime,
) -> list[Ask]:
    """What was decided elsewhere is not ours to decide any more; gives what was not closed
    before. What was decided here stays as it was decided."""
    a = AskRow
    mine = (
        col(a.channel) == channel, col(a.app) == app, col(a.key).in_(keys),
        col(a.orders).in_(orders), col(a.state).in_((OPEN, DECIDED)),
    )  # fmt: skip
    step = (
        update(a)
        .where(*mine)
        .values(
            state=CLOSED, verdict=verdict, reason=None, decided_by=PLATFORM, decided_at=at
        )
    )
    found = connection.execute(step.returning(col(a.id))).scalars().all()
    return [one for id in found if (one := ask(connection, id or 0))]


PLATFORM = "the platform"
"""Who decided, where it was done elsewhere."""


def change(connection: Connection, id: int, **values: Any) -> None:
    """Set columns of a question."""
    connection.execute(update(AskRow).where(col(AskRow.id) == id).values(**values))


def sealed(connection: Connection, id: int) -> bytes:
    """The body as it came first, sealed."""
    query = select(col(AskRow.sealed)).where(col(AskRow.id) == id)
    found: bytes = connection.execute(query).scalar_one()
    return found


def listing(
    connection: Connection,
    *,
    states: Sequence[str] = (),
    shop_ids: Sequence[int | None] | None = None,
    kinds: Sequence[str] = (),
    due_after: datetime | None = None,
    limit: int = 1000,
) -> list[Ask]:
    """Questions, the one whose time is up first before all others; those without last.

    `shop_ids`: of these shops alone; None among them: those of which nobody can tell.
    `due_after`: whose time is not up by then.
    """
    a = AskRow
    query = select(a.__table__)  # type: ignore[attr-defined]
    if states:
        query = query.where(col(a.state).in_(states))
    if kinds:
        query = query.where(col(a.kind).in_(kinds))
    if shop_ids is not None:
        query = query.where(_of_shops(shop_ids))
    if due_after is not None:
        query = query.where(col(a.deadline_at).is_(None) | (col(a.deadline_at) > due_after))
    query = query.order_by(col(a.deadline_at).is_(None), col(a.deadline_at), col(a.id))
    return [_ask(row) for row in connection.execute(query.limit(limit))]


def purge(connection: Connection, asked_before: datetime, limit: int) -> int:
    """Remove what was asked before then, however it ended.

    The newest stays: SQLite would give its number again, under which codes were issued and
    a platform was told.
    """
    a = AskRow
    newest = select(func.max(col(a.id))).scalar_subquery()
    old = (col(a.asked_at) < asked_before, col(a.id) < newest)
    query = select(col(a.id)).where(*old).limit(limit)
    ids = list(connection.execute(query).scalars())
    return connection.execute(delete(a).where(col(a.id).in_(ids))).rowcount


def _of_shops(ids: Sequence[int | None]) -> ColumnElement[bool]:
    known = col(AskRow.shop_id).in_([id for id in ids if id is not None])
    return known | col(AskRow.shop_id).is_(None) if None in ids else known


# Whose it is ----------------------------------------------------------------------------


def shop_of(
    connection: Connection, channel: str, app: str, orders: Sequence[str], sku: str | None
) -> int | None:
    """The shop a question is of: the one whose the order is, or the SKU, or the app's only
    one. None where that names none, or several."""
    s = ShopRow
    of_app = (col(s.channel) == channel, col(s.app) == app)
    shop = select(col(s.id)).where(*of_app)
    ways = [
        shop.where(
            col(s.id).in_(
                select(col(OrderRow.shop_id)).where(col(OrderRow.external_id).in_(orders))
            )
        ),
        shop.where(
            col(s.id).in_(
                select(col(ProductRow.shop_id))
                .join(SkuRow, col(SkuRow.product_id) == col(ProductRow.id))
                .where(col(SkuRow.external_id) == sku)
            )
        ),
        shop,
    ]
    for way in ways:
        found = connection.execute(way.limit(2)).scalars().all()
        if len(found) == 1:
            return found[0]
    return None


# What is told of them -------------------------------------------------------------------


def tell(connection: Connection, one: Ask, event: str, at: datetime) -> None:
    """Put an event into the feed. Where nobody can tell whose the question is there is
    nobody to be told."""
    if one.shop_id is not None:
        feed.append(connection, one.shop_id, ENTITY, [(one.id, event)], at)


@dataclass(frozen=True, slots=True)
class AskEvent:
    """One event of the feed that is of a question."""

    seq: int
    at: datetime
    kind: str
    shop: str
    channel: str
    ask: Ask


def events(connection: Connection, after: int, limit: int) -> list[AskEvent]:
    """What the feed has of questions after a position, oldest first."""
    a, f, s = AskRow, FeedRow, ShopRow
    query: Any = (
        select(
            a.__table__,  # type: ignore[attr-defined]
            col(f.seq), col(f.at), col(f.kind).label("event"), col(s.name),
        )
        .join(f, col(f.entity_id) == col(a.id))
        .join(s, col(s.id) == col(f.shop_id))
        .where(col(f.entity) == ENTITY, col(f.seq) > after)
        .order_by(col(f.seq))
        .limit(limit)
    )  # fmt: skip
    return [
        AskEvent(row.seq, row.at, row.event, row.name, row.channel, _ask(row))
        for row in connection.execute(query)
    ]


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
        row.deadline_at, row.decided_at, row.told_at, row.shop_id, row.codes, row.sku,
        row.outer_code, row.answered, row.warned_at,
    )  # fmt: skip
