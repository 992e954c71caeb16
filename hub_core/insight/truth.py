"""Grading the store against a platform in a box, which knows the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from ..sandbox import TruthOrder
from ..store import Store, parked
from ..store.tables import OrderRow

Told = tuple[str, frozenset[int | None]]
"""The platform's word, and the amounts the buyer paid and has to pay."""
Seen = Mapping[str, Told]
"""What a reader saw last, by external id."""


@dataclass(frozen=True, slots=True)
class Grade:
    """What a reader has of the truth, by external id."""

    orders: int
    lost: list[str]
    """Neither there at the truth's version nor parked."""
    doubled: list[str]


def stored(store: Store, shop_id: int) -> list[tuple[str, Told]]:
    """Every order row of a shop, as the truth would tell it."""
    o = OrderRow
    amounts = col(o.buyer_paid_amount), col(o.payable_amount)
    query = select(col(o.external_id), col(o.status_raw), *amounts).where(
        col(o.shop_id) == shop_id
    )
    with store.reading() as connection:
        return [(r[0], (r[1], frozenset((r[2], r[3])))) for r in connection.execute(query)]


def grade_store(store: Store, shop_id: int, truth: Sequence[TruthOrder]) -> Grade:
    """The hub's own grade. A parked record counts as had: it is shown and retried."""
    rows = stored(store, shop_id)
    with store.reading() as connection:
        waiting = {p.external_id for p in parked.listing(connection, shop_id=shop_id)}
    times = Counter(id for id, _ in rows)
    doubled = sorted(id for id, n in times.items() if n > 1)
    found = grade(dict(rows), truth)
    lost = [id for id in found.lost if id not in waiting]
    return Grade(found.orders, lost, doubled)


def grade(seen: Seen, truth: Sequence[TruthOrder]) -> Grade:
    """Any reader's grade, by what it saw last of each order."""
    there = [t for t in truth if not t.removed]
    lost = [t.external_id for t in there if not is_seen(t, seen)]
    return Grade(len(there), sorted(lost), [])


def is_seen(order: TruthOrder, seen: Seen) -> bool:
    """Whether a reader has this order at the truth's newest version."""
    word, amounts = seen.get(order.external_id, ("", frozenset()))
    return word == order.status and (order.paid in amounts or order.paid is None)
