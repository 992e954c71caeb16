"""Grading products, cases, redemptions and places against a platform in a box."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from ..sandbox import TruthRecord
from ..store import Store, parked
from ..store.kinds import Kind

CHILD_FACT = ":"
"""`available:K1` is column `available` of the child row whose external id is K1."""


@dataclass(frozen=True, slots=True)
class RecordGrade:
    """What the store has of the truth of one kind, by external id."""

    records: int
    lost: list[str]
    """Neither there with the truth's facts nor parked."""
    surplus: list[str]
    """There, not marked as gone, and the platform never had it or has it no longer."""


def grade_records(
    store: Store, kind: Kind, shop_id: int, truth: Sequence[TruthRecord]
) -> RecordGrade:
    """The hub's grade. A parked record counts as had: it is shown and retried."""
    found = _stored(store, kind, shop_id)
    with store.reading() as connection:
        waiting = {p.external_id for p in parked.listing(connection, shop_id=shop_id)}
    there = [t for t in truth if not t.removed]
    lost = [
        f"{t.external_id}: {wrong}"
        for t in there
        if t.external_id not in waiting and (wrong := _wrong(found.get(t.external_id), t))
    ]
    known = {t.external_id for t in there}
    alive = {id for id, row in found.items() if row["missing_at"] is None}
    return RecordGrade(len(there), sorted(lost), sorted(alive - known))


def _wrong(row: Mapping[str, Any] | None, truth: TruthRecord) -> str:
    """How the stored row differs from the truth; blank where it does not."""
    if row is None:
        return "is not there"
    differing = [
        f"{name} is {row.get(name)!r}, not {value!r}"
        for name, value in truth.facts.items()
        if row.get(name) != value
    ]
    return "; ".join(differing)


def _stored(store: Store, kind: Kind, shop_id: int) -> dict[str, dict[str, Any]]:
    table = kind.table
    with store.reading() as connection:
        rows = connection.execute(select(table).where(table.c.shop_id == shop_id)).all()
        found = {row.id: _told(dict(row._mapping)) for row in rows}
        for child in kind.children:
            t = child.table.__table__  # type: ignore[attr-defined]
            query = select(t).where(t.c[child.parent].in_(found))
            for row in connection.execute(query):
                values = dict(row._mapping)
                own = values.get("external_id")
                facts = {f"{name}{CHILD_FACT}{own}": v for name, v in values.items()}
                found[values[child.parent]] |= facts
    return {row["external_id"]: row for row in found.values()}


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    """Columns as the truth would tell them: times in whole epoch seconds."""
    return {k: int(v.timestamp()) if isinstance(v, datetime) else v for k, v in row.items()}
