"""Along which index a page of records is read, so that its depth costs nothing.

A page is found by its keys first, from an index that has them in the page's order, and
only the rows of those keys are read whole. Which index that is can be told from what is
asked; a database that guesses takes one that finds all rows of some shops, and sorts them
for every page. So conditions that shall lead no one to an index are written unfit for any.

Measured at a million orders: `benchmarks.erp_reads`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    func,
    literal,
    select,
    tuple_,
)

from .kinds import KINDS, ORDER, Kind

CHANGED, CREATED = "hub_changed_at", "channel_created_at"
SORTS = (CHANGED, CREATED)
"""Columns a page may be sorted by; the second one's NULLs come last."""
After = tuple[datetime | None, int]
"""A row's place: its moment and internal key."""
Span = tuple[datetime | None, datetime | None]
"""Since (inclusive) and until (exclusive); None: open."""
FEW = 16
"""So many shops are read one after the other, each along its own index. Of more, all
changes are walked, and what is of other shops is passed over."""
SHOP, PLACE, STATUS = "shop_id", "place_external_id", "order_status"
STATES = (STATUS, "listing_status", "status")
NEVER = datetime.min.replace(tzinfo=UTC)
COMMON = {"completed", "cancelled"}
"""States most orders end in: a shop's own are close together in its index."""
YOUNG = {"open", "pending_payment"}
"""States orders begin in."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of one kind, in which order."""

    plural: str
    shop_ids: Collection[int]
    """Only of these; of none: nothing."""
    equal: Mapping[str, str] = field(default_factory=dict)
    within: Mapping[str, Span] = field(default_factory=dict)
    sort: str = CHANGED
    descending: bool = False
    missing: bool = False
    """With what the platform no longer lists."""

    @property
    def kind(self) -> Kind:
        """Of which kind."""
        return KINDS[self.plural]


def keys(
    connection: Connection, wanted: Wanted, limit: int, after: After | None = None
) -> list[After]:
    """The places of the rows behind `after`, at most `limit`, in order."""
    walk, found = _Walk(wanted, limit, after), []
    for id in sorted(wanted.shop_ids) if walk.lead == SHOP else (0,):
        found += walk.along(connection, id)
    if walk.lead == SHOP:
        found.sort(key=lambda at: (at[0] or NEVER, at[1]), reverse=wanted.descending)
        found.sort(key=lambda at: at[0] is None)
    return found[:limit]


def narrowed(wanted: Wanted, lead: str | None = None) -> list[ColumnElement[bool]]:
    """What a row must be. Where an index leads, no other condition tempts to another."""
    columns = wanted.kind.table.c

    def fit(name: str) -> ColumnElement[Any]:
        return columns[name] if lead in (None, name) else _unfit(columns[name])

    shop = fit(SHOP)
    said: list[ColumnElement[bool]] = [
        shop == bindparam("shop") if lead == SHOP else shop.in_(sorted(wanted.shop_ids))
    ]
    said += [fit(name) == value for name, value in wanted.equal.items()]
    for name, (since, until) in wanted.within.items():
        column = columns[name] if name == wanted.sort else fit(name)
        said += [column >= since] if since is not None else []
        said += [column < until] if until is not None else []
    if not wanted.missing and wanted.kind is not ORDER:
        said.append(columns.missing_at.is_(None))
    return said


def _lead(wanted: Wanted) -> str | None:
    """The column whose index is followed; None: whatever the database finds best."""
    few = len(wanted.shop_ids) <= FEW
    if set(wanted.equal) - {PLACE, *STATES}:
        return None  # an id or a code: one value names a handful of rows
    if wanted.kind is not ORDER:
        return None if few or wanted.sort != CHANGED else CHANGED
    if PLACE in wanted.equal:
        return PLACE
    if _is_rare(wanted) or (wanted.sort == CHANGED and STATUS in wanted.equal and not few):
        return STATUS
    return SHOP if few else wanted.sort


def _is_rare(wanted: Wanted) -> bool:
    """Whether few orders have the state that is asked for, on the way they are read."""
    status = wanted.equal.get(STATUS)
    if wanted.sort == CREATED and wanted.descending and status in YOUNG:
        return False  # they are met first
    return status is not None and status not in COMMON


class _Walk:
    """What is asked of the database, once or for each shop."""

    def __init__(self, wanted: Wanted, limit: int, after: After | None) -> None:
        self.lead, self._limit = _lead(wanted), limit
        self._dated: Select[Any] | None = None
        self._undated: Select[Any] | None = None
        if after is None or after[0] is not None:
            self._dated = _dated(wanted, self.lead, after).limit(limit)
        if wanted.sort != CHANGED and not _spans(wanted):
            behind = after[1] if after is not None and after[0] is None else None
            self._undated = _undated(wanted, self.lead, behind).limit(limit)

    def along(self, connection: Connection, shop_id: int) -> list[After]:
        """Dated rows first, where there may be others. The shop counts if it leads."""
        of, found = {"shop": shop_id}, []
        if self._dated is not None:
            found = [(at, id) for at, id in connection.execute(self._dated, of)]
        if self._undated is not None and len(found) < self._limit:
            found += [(None, id) for (id,) in connection.execute(self._undated, of)]
        return found


def _spans(wanted: Wanted) -> bool:
    """Whether rows without a moment are ruled out by what is asked of it."""
    return wanted.within.get(wanted.sort, (None, None)) != (None, None)


def _dated(wanted: Wanted, lead: str | None, after: After | None) -> Select[Any]:
    columns = wanted.kind.table.c
    at, id = columns[wanted.sort], columns.id
    query = select(at, id).where(*narrowed(wanted, lead))
    if wanted.sort != CHANGED:
        query = query.where(at.is_not(None))
    if after is not None:
        row = tuple_(literal(after[0], at.type), literal(after[1], id.type))
        query = query.where(
            tuple_(at, id) < row if wanted.descending else tuple_(at, id) > row
        )
    if wanted.descending:
        return query.order_by(at.desc(), id.desc())
    return query.order_by(at, id)


def _undated(wanted: Wanted, lead: str | None, behind: int | None) -> Select[Any]:
    columns = wanted.kind.table.c
    query = select(columns.id).where(*narrowed(wanted, lead))
    query = query.where(columns[wanted.sort].is_(None))
    if behind is not None:
        later = columns.id < behind if wanted.descending else columns.id > behind
        query = query.where(later)
    return query.order_by(columns.id.desc() if wanted.descending else columns.id)


def _unfit(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The same value, which no index has."""
    return func.coalesce(column, column)
