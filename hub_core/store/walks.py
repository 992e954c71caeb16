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
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    func,
    select,
    tuple_,
)

from . import fetching
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
    shop_ids: Collection[int] | None
    """Only of these; of none: nothing. None: of whatever shop."""
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
    for id in sorted(wanted.shop_ids or ()) if walk.lead == SHOP else (0,):
        found += walk.along(connection, id)
    if walk.lead == SHOP:
        found.sort(key=lambda at: (at[0] or NEVER, at[1]), reverse=wanted.descending)
        found.sort(key=lambda at: at[0] is None)
    return found[:limit]


def _lead(wanted: Wanted) -> str | None:
    """The column whose index is followed; None: whatever the database finds best."""
    few = wanted.shop_ids is not None and len(wanted.shop_ids) <= FEW
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
        self._given = _given(wanted, limit, after)
        self._dated: Select[Any] | None = None
        self._undated: Select[Any] | None = None
        form = _form(wanted, self.lead)
        if after is None or after[0] is not None:
            self._dated = _dated(form, after is not None)
        if wanted.sort != CHANGED and not _spans(wanted):
            self._undated = _undated(form, after is not None and after[0] is None)

    def along(self, connection: Connection, shop_id: int) -> list[After]:
        """Dated rows first, where there may be others. The shop counts if it leads."""
        of, found = {**self._given, SHOP: shop_id}, []
        if self._dated is not None:
            said = connection.execute(self._dated, of).all()
            found = [(at, id) for at, id in said]
        if self._undated is not None and len(found) < self._limit:
            found += [(None, id) for (id,) in connection.execute(self._undated, of)]
        return found


def _given(wanted: Wanted, limit: int, after: After | None) -> dict[str, Any]:
    """Its values, by the names `_Form`'s statements have for them."""
    at, id = after or (None, None)
    given: dict[str, Any] = {"limit": limit, "at": at, "id": id}
    given |= {SHOPS: sorted(wanted.shop_ids or ())} | dict(wanted.equal)
    for name, (since, until) in wanted.within.items():
        given |= {f"{name}_since": since, f"{name}_until": until}
    return given


def _spans(wanted: Wanted) -> bool:
    """Whether rows without a moment are ruled out by what is asked of it."""
    return wanted.within.get(wanted.sort, (None, None)) != (None, None)


# Statements, which are made once ---------------------------------------------------------

SHOPS = "shop_ids"


class _Form(NamedTuple):
    """What is asked, but for its values."""

    plural: str
    lead: str | None
    anywhere: bool
    equal: tuple[str, ...]
    within: tuple[tuple[str, bool, bool], ...]
    """Columns, and whether they have a beginning and an end."""
    sort: str
    descending: bool
    missing: bool


def _form(wanted: Wanted, lead: str | None) -> _Form:
    within = tuple(
        (name, since is not None, until is not None)
        for name, (since, until) in sorted(wanted.within.items())
    )
    return _Form(
        wanted.plural, lead, wanted.shop_ids is None, tuple(sorted(wanted.equal)), within,
        wanted.sort, wanted.descending, wanted.missing,
    )  # fmt: skip


def _narrowed(form: _Form) -> list[ColumnElement[bool]]:
    """What a row must be. Where an index leads, no other condition tempts to another."""
    kind, columns = KINDS[form.plural], KINDS[form.plural].table.c

    def fit(name: str) -> ColumnElement[Any]:
        return columns[name] if form.lead in (None, name) else _unfit(columns[name])

    said: list[ColumnElement[bool]] = []
    if form.lead == SHOP:
        said = [columns[SHOP] == bindparam(SHOP)]
    elif not form.anywhere:
        said = [fit(SHOP).in_(bindparam(SHOPS, expanding=True))]
    said += [fit(name) == bindparam(name) for name in form.equal]
    for name, since, until in form.within:
        column = columns[name] if name == form.sort else fit(name)
        said += [column >= bindparam(f"{name}_since")] if since else []
        said += [column < bindparam(f"{name}_until")] if until else []
    if not form.missing and kind is not ORDER:
        said.append(columns.missing_at.is_(None))
    return said


@lru_cache(maxsize=512)
def _dated(form: _Form, behind: bool) -> Select[Any]:
    columns = KINDS[form.plural].table.c
    at, id = columns[form.sort], columns.id
    query = select(fetching.quick(at), id).where(*_narrowed(form))
    if form.sort != CHANGED:
        query = query.where(at.is_not(None))
    if behind:
        row = tuple_(bindparam("at", type_=at.type), bindparam("id", type_=id.type))
        query = query.where(
            tuple_(at, id) < row if form.descending else tuple_(at, id) > row
        )
    order = (at.desc(), id.desc()) if form.descending else (at, id)
    return query.order_by(*order).limit(bindparam("limit"))


@lru_cache(maxsize=512)
def _undated(form: _Form, behind: bool) -> Select[Any]:
    columns = KINDS[form.plural].table.c
    query = select(columns.id).where(*_narrowed(form), columns[form.sort].is_(None))
    if behind:
        last = bindparam("id", type_=columns.id.type)
        query = query.where(columns.id < last if form.descending else columns.id > last)
    order = columns.id.desc() if form.descending else columns.id
    return query.order_by(order).limit(bindparam("limit"))


def _unfit(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The same value, which no index has."""
    return func.coalesce(column, column)
