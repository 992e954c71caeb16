"""Who asked for which receiver, and what each day has cost: counted before it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update
from sqlmodel import col

from .engine import insert_unless_there
from .tables import RevealDayRow, RevealRow, ShopRow

UNKNOWN = "unknown"
"""What a row says until its answer is there, and for good where none came."""
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """One row of the audit. It holds nobody's data but the name of who asked."""

    id: int
    shop: str
    order: str
    purpose: str
    actor: str
    day: date
    units: int
    outcome: str
    said: str | None
    asked_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Spent:
    """What a shop's day has cost so far."""

    used: int
    closed: str | None
    """Why the platform reveals no more today; None: it has not said so."""


def spent(connection: Connection, shop_id: int, day: date) -> Spent:
    """What a day has cost."""
    d = RevealDayRow
    query = select(col(d.used), col(d.closed)).where(*_of(shop_id, day))
    row = connection.execute(query).first()
    return Spent(row.used, row.closed) if row else Spent(0, None)


def take(
    connection: Connection, shop_id: int, day: date, units: int, most: int | None
) -> bool:
    """Count units against a day; False, having counted nothing, where they are too many
    or the day is closed. One statement: two askers never share the last unit."""
    d = RevealDayRow
    new = {"shop_id": shop_id, "day": day, "used": 0}
    insert_unless_there(connection, d, new)
    fits = [*_of(shop_id, day), col(d.closed).is_(None)]
    if most is not None:
        fits.append(col(d.used) + units <= most)
    step = update(d).where(*fits).values(used=col(d.used) + units)
    return connection.execute(step).rowcount == 1


def give_back(connection: Connection, shop_id: int, day: date, units: int) -> None:
    """Count off what was known not to be taken."""
    d = RevealDayRow
    step = update(d).where(*_of(shop_id, day)).values(used=col(d.used) - units)
    connection.execute(step)


def close(connection: Connection, shop_id: int, day: date, why: str) -> None:
    """The platform reveals no more of this shop on that day."""
    insert_unless_there(
        connection, RevealDayRow, {"shop_id": shop_id, "day": day, "used": 0}
    )
    step = update(RevealDayRow).where(*_of(shop_id, day)).values(closed=why[:LONGEST])
    connection.execute(step)


def ask(
    connection: Connection,
    *,
    shop_id: int,
    order: str,
    purpose: str,
    actor: str,
    day: date,
    units: int,
    at: datetime,
) -> int:
    """Write that somebody asks, before it is sent. Gives the row's id."""
    values = {
        "shop_id": shop_id, "order_external_id": order, "purpose": purpose,
        "actor": actor[:LONGEST], "day": day, "units": units, "outcome": UNKNOWN,
        "asked_at": at,
    }  # fmt: skip
    row = connection.execute(
        insert(RevealRow).values(**values).returning(col(RevealRow.id))
    )
    found = row.scalar_one()
    assert found is not None
    return found


def finish(
    connection: Connection,
    id: int,
    outcome: str,
    *,
    at: datetime,
    said: str | None = None,
    units: int | None = None,
) -> None:
    """Write what came of it; `units` where they are not what was counted before."""
    values: dict[str, Any] = {"outcome": outcome, "done_at": at}
    values["said"] = said and said[:LONGEST]
    if units is not None:
        values["units"] = units
    connection.execute(update(RevealRow).where(col(RevealRow.id) == id).values(**values))


def listing(
    connection: Connection, *, shop_id: int | None = None, limit: int = 100
) -> Sequence[Asked]:
    """The audit, newest first."""
    r, s = RevealRow, ShopRow
    query: Any = select(r.__table__, col(s.name).label("shop"))  # type: ignore[attr-defined]
    query = query.join(s, col(s.id) == col(r.shop_id), isouter=True)
    if shop_id is not None:
        query = query.where(col(r.shop_id) == shop_id)
    rows = connection.execute(query.order_by(col(r.id).desc()).limit(limit))
    return [
        Asked(
            row.id, row.shop or "", row.order_external_id, row.purpose, row.actor, row.day,
            row.units, row.outcome, row.said, row.asked_at, row.done_at,
        )
        for row in rows
    ]  # fmt: skip


def _of(shop_id: int, day: date) -> list[ColumnElement[bool]]:
    return [col(RevealDayRow.shop_id) == shop_id, col(RevealDayRow.day) == day]
