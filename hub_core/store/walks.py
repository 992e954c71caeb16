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
from datetime import datetime
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
    union_all,
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
"""So many shops are read each along its own index. Of more, all changes are walked, and
what is of other shops is passed over."""
SHOP, PLACE, STATUS = "shop_id", "place_external_id", "order_status"
STATES = (STATUS, "listing_status", "status")
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
    """The places of the rows behind `after`, at most `limit`, in order. Dated rows first,
    then, where there may be others, these."""
    lead = _lead(wanted)
    if lead == SHOP and not wanted.shop_ids:
        return []
    form, given, found = _form(wanted, lead), _given(wanted, limit, after), []
    if after is None or after[0] is not None:
        dated = _dated(form, after is not None)
        found = [(at, id) for at, id in connection.execute(dated, given).all()]
    if len(found) < limit and wanted.sort != CHANGED and not _spans(wanted):
        rest = _undated(form, after is not None and after[0] is None)
        found += [(None, id) for (id,) in connection.execute(rest, given).all()]
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


def _given(wanted: Wanted, limit: int, after: After | None) -> dict[str, Any]:
    """Its values, by the names `_Form`'s statements have for them."""
    at, id = after or (None, None)
    given: dict[str, Any] = {"limit": limit, "at": at, "id": id}
    shops = sorted(wanted.shop_ids or ())
    given |= {SHOPS: shops} | {f"{SHOP}_{n}": id for n, id in enumerate(shops)}
    given |= wanted.equal
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
    shops: int | None
    """How many; None: it is whatever shop's."""
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
        wanted.plural, lead, _shops(wanted, lead), tuple(sorted(wanted.equal)), within,
        wanted.sort, wanted.descending, wanted.missing,
    )  # fmt: skip


def _shops(wanted: Wanted, lead: str | None) -> int | None:
    """Statements differ by it only where each shop has a walk of its own."""
    if wanted.shop_ids is None:
        return None
    return len(wanted.shop_ids) if lead == SHOP else 1


def _narrowed(form: _Form, shop: int) -> list[ColumnElement[bool]]:
    """What a row must be. Where an index leads, no other condition tempts to another."""
    kind, columns = KINDS[form.plural], KINDS[form.plural].table.c

    def fit(name: str) -> ColumnElement[Any]:
        return columns[name] if form.lead in (None, name) else _unfit(columns[name])

    said: list[ColumnElement[bool]] = []
    if form.lead == SHOP:
        said = [columns[SHOP] == bindparam(f"{SHOP}_{shop}")]
    elif form.shops is not None:
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
    query = select(fetching.quick(at), id)
    if form.sort != CHANGED:
        query = query.where(at.is_not(None))
    if behind:
        row = tuple_(bindparam("at", type_=at.type), bindparam("id", type_=id.type))
        query = query.where(
            tuple_(at, id) < row if form.descending else tuple_(at, id) > row
        )
    return _walked(form, query, (form.sort, "id"))


@lru_cache(maxsize=512)
def _undated(form: _Form, behind: bool) -> Select[Any]:
    columns = KINDS[form.plural].table.c
    query = select(columns.id).where(columns[form.sort].is_(None))
    if behind:
        last = bindparam("id", type_=columns.id.type)
        query = query.where(columns.id < last if form.descending else columns.id > last)
    return _walked(form, query, ("id",))


def _walked(form: _Form, query: Select[Any], by: tuple[str, ...]) -> Select[Any]:
    """The first rows; of several shops each along its index, and the first of all."""
    columns, each = KINDS[form.plural].table.c, []
    for shop in range(form.shops or 1):
        own = query.where(*_narrowed(form, shop))
        each.append(_first(form, own, [columns[name] for name in by]))
    if len(each) == 1:
        return each[0]
    all_ = union_all(*[select(one.subquery()) for one in each]).subquery()
    return _first(form, select(all_), [all_.c[name] for name in by])


def _first(form: _Form, query: Select[Any], by: list[Any]) -> Select[Any]:
    order = [column.desc() for column in by] if form.descending else by
    return query.order_by(*order).limit(bindparam("limit"))


def _unfit(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The same value, which no index has."""
    return func.coalesce(column, column)
