"""Reading records of every kind back: lists, what vouchers earned, single ledger rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, func, select
from sqlmodel import SQLModel, col

from . import commands, fetching
from .commands import Command
from .fetching import HIDDEN
from .kinds import KINDS, PRODUCT, Child, Kind
from .tables import (
    AfterSaleLineRow,
    CommandRow,
    PlaceRow,
    RedemptionRow,
    RefundRow,
    ShopRow,
    SkuRow,
    StockMovementRow,
)

CHILDREN = {SkuRow: "skus", AfterSaleLineRow: "lines", RefundRow: "refunds"}
"""What stands under a record, by the name it is given out under."""


@dataclass(frozen=True, slots=True)
class Listing:
    """How one kind of record is narrowed and ordered."""

    status: str | None = None
    at: str | None = None
    """The clock it is asked by, newest first; none: by shop and id, without what the
    platform no longer lists."""


LISTINGS = {
    "products": Listing(status="listing_status"),
    "after_sales": Listing(status="status", at="applied_at"),
    "redemptions": Listing(status="status", at="redeemed_at"),
    "places": Listing(),
}


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """Which records; None means any. Times are aware, `since` inclusive, `until` not, on
    the kind's own clock: `applied_at` of a case, `redeemed_at` of a redemption."""

    shop: str | None = None
    channel: str | None = None
    status: str | None = None
    order: str | None = None
    place: str | None = None
    code: str | None = None
    """The merchant's own code of a product or of one of its SKUs."""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as the hub gives it out: its columns, what stands under it, its shop."""

    uid: str
    shop: str
    channel: str
    values: dict[str, Any]
    children: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Flat, for `--json`."""
        head = {"uid": self.uid, "shop": self.shop, "channel": self.channel}
        return {**head, **self.values, **self.children}


# Lists ---------------------------------------------------------------------------------


def newest(
    connection: Connection, plural: str, wanted: RecordFilter, limit: int
) -> list[StoredRecord]:
    """Records of a kind (`products`, `after_sales` …) with what stands under them."""
    kind, listing = KINDS[plural], LISTINGS[plural]
    table, shop = kind.table, ShopRow
    query = fetching.records(plural)
    query = query.where(*_narrowed(kind, listing, wanted))
    if listing.at is None:
        query = query.where(table.c.missing_at.is_(None))
        query = query.order_by(col(shop.name), table.c.external_id)
    else:
        query = query.order_by(table.c[listing.at].desc().nulls_last(), table.c.id.desc())
    rows = connection.execute(query.limit(limit)).all()
    found = {row[0]: stored(plural, row) for row in rows}
    for child in kind.children:
        add_children(connection, child, found)
    return list(found.values())


def _narrowed(
    kind: Kind, listing: Listing, wanted: RecordFilter
) -> list[ColumnElement[bool]]:
    columns, s = kind.table.c, ShopRow
    shops = ((col(s.name), wanted.shop), (col(s.channel), wanted.channel))
    said = [column == value for column, value in shops if value is not None]
    own = (
        (listing.status or "", wanted.status),
        ("order_external_id", wanted.order),
        ("place_external_id", wanted.place),
    )
    said += [columns[name] == value for name, value in own if value is not None]
    if wanted.code is not None:
        said.append(_bears(kind, wanted.code))
    if wanted.since is not None:
        said.append(columns[listing.at or ""] >= wanted.since)
    if wanted.until is not None:
        said.append(columns[listing.at or ""] < wanted.until)
    return said


def _bears(kind: Kind, code: str) -> ColumnElement[bool]:
    """Whether a product, or one of its SKUs, has that merchant's code."""
    if kind is not PRODUCT:
        return kind.table.c.sku_code == code
    s = SkuRow
    having = select(col(s.product_id)).where(col(s.outer_code) == code)
    return (kind.table.c.outer_code == code) | kind.table.c.id.in_(having)


def stored(plural: str, row: Any) -> StoredRecord:
    """A row of a kind (see `fetching`) as it is given out."""
    return StoredRecord(*fetching.told(plural, row))


def add_children(
    connection: Connection, child: Child, found: dict[int, StoredRecord]
) -> None:
    """What stands under these records."""
    name = CHILDREN[child.table]
    for one in found.values():
        one.children[name] = []
    shown, query = _children(child.table, child.parent, connection.dialect.name)
    for owner, *values in fetching.rows(connection, query, found):
        found[owner].children[name].append(dict(zip(shown, values, strict=True)))


@lru_cache
def _children(child: type[SQLModel], parent: str, dialect: str) -> tuple[list[str], Any]:
    table = child.__table__  # type: ignore[attr-defined]
    hidden = HIDDEN | {parent}
    query = select(table.c[parent], *fetching.columns(table, hidden))
    query = query.where(fetching.among(table.c[parent], dialect))
    shown = [c.name for c in table.c if c.name not in hidden]
    return shown, query.order_by(table.c[parent], table.c.position)


# What vouchers earned ------------------------------------------------------------------

MONEY = (
    *("original_amount", "buyer_paid_amount", "merchant_discount_amount"),
    "platform_discount_amount",
)
BY: Mapping[str, tuple[bool, bool]] = {
    "place": (True, False),
    "day": (False, True),
    "place-day": (True, True),
}
"""What revenue is grouped by: whether by place, whether by business day."""


@dataclass(frozen=True, slots=True)
class Period:
    """Business days, both included; None: no end."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revenue:
    """What the vouchers used at one place, on one day, or both, came to. Minor units."""

    shop: str | None
    place_external_id: str | None
    place: str | None
    day: str | None
    currency: str
    count: int
    """Uses that count."""
    amounts: Mapping[str, int | None]
    """Their sums; None where no use told it."""
    untold: Mapping[str, int]
    """How many uses did not tell an amount, where some did not."""
    cancelled: int
    """Uses that were taken back: in no sum."""
    unknown: int
    """Uses whose state the hub does not know: in no sum."""


def revenue(
    connection: Connection, wanted: RecordFilter, period: Period, by: str
) -> list[Revenue]:
    """What was redeemed, by shop and place, by business day, or both. Uses without a time
    belong to no day: they are left out where the period has an end."""
    groups = _groups(by)
    told = [func.sum(_amount(name)).filter(_counts()).label(name) for name in MONEY]
    told += [func.count(_amount(n)).filter(_counts()).label(f"{n}_told") for n in MONEY]
    query: Select[Any] = select(
        *(column.label(name) for name, column in groups.items()),
        func.count().filter(_counts()).label("uses"),
        func.count().filter(_cancelled()).label("cancelled"),
        func.count().label("every"),
        *told,
    )
    query = _narrow(query, wanted).where(*_within(period)).group_by(*groups.values())
    query = query.order_by(*(column.nulls_last() for column in groups.values()))
    return [_revenue(row._mapping) for row in connection.execute(query)]


def _groups(by: str) -> dict[str, Any]:
    r, p, s = RedemptionRow, PlaceRow, ShopRow
    by_place, by_day = BY[by]
    groups: dict[str, Any] = {}
    if by_place:
        groups |= {"shop": col(s.name), "place": col(p.name)}
        groups |= {"place_id": col(r.place_external_id)}
    if by_day:
        groups |= {"day": col(r.business_date)}
    return groups | {"currency": col(r.currency)}


def undated(connection: Connection, wanted: RecordFilter) -> int:
    """Redemptions that tell no time of use, and so belong to no day."""
    query = _narrow(select(func.count()), wanted)
    query = query.where(col(RedemptionRow.business_date).is_(None))
    return int(connection.execute(query).scalar_one())


def _narrow(query: Select[Any], wanted: RecordFilter) -> Select[Any]:
    """Redemptions with their shops and, where they are known, places."""
    r, p, s = RedemptionRow, PlaceRow, ShopRow
    there = col(p.external_id) == col(r.place_external_id)
    query = query.select_from(r).join(s, col(s.id) == col(r.shop_id))
    query = query.outerjoin(p, (col(p.shop_id) == col(r.shop_id)) & there)
    return query.where(*_narrowed(KINDS["redemptions"], LISTINGS["redemptions"], wanted))


def _amount(name: str) -> Any:
    return KINDS["redemptions"].table.c[name]


def _counts() -> ColumnElement[bool]:
    r = RedemptionRow
    return (col(r.status) == "redeemed") & col(r.cancelled_at).is_(None)


def _cancelled() -> ColumnElement[bool]:
    r = RedemptionRow
    return (col(r.status) == "cancelled") | col(r.cancelled_at).is_not(None)


def _within(period: Period) -> Sequence[ColumnElement[bool]]:
    day, said = col(RedemptionRow.business_date), []
    if period.first is not None:
        said.append(day >= period.first.isoformat())
    if period.last is not None:
        said.append(day <= period.last.isoformat())
    return said


def _revenue(row: RowMapping) -> Revenue:
    count, cancelled = int(row["uses"]), int(row["cancelled"])
    untold = {name: count - int(row[f"{name}_told"]) for name in MONEY}
    return Revenue(
        shop=row.get("shop"), place_external_id=row.get("place_id"),
        place=row.get("place"), day=row.get("day"), currency=row["currency"], count=count,
        amounts={n: None if row[n] is None else int(row[n]) for n in MONEY},
        untold={name: n for name, n in untold.items() if n},
        cancelled=cancelled, unknown=int(row["every"]) - count - cancelled,
    )  # fmt: skip


# Single rows of the ledgers ------------------------------------------------------------


def command(connection: Connection, id: int) -> Command | None:
    """One command."""
    query = select(col(CommandRow.key)).where(col(CommandRow.id) == id)
    key = connection.execute(query).scalar()
    return None if key is None else commands.by_key(connection, key)


@dataclass(frozen=True, slots=True)
class Movement:
    """One change of an item's level, as the ERP told it."""

    key: str
    code: str
    change: int
    level: int
    """What the change left."""
    at: datetime


def movement(connection: Connection, key: str) -> Movement | None:
    """The movement a key stands for, where it was used."""
    m = StockMovementRow
    query = select(col(m.key), col(m.code), col(m.change), col(m.level), col(m.at))
    row = connection.execute(query.where(col(m.key) == key)).first()
    return None if row is None else Movement(*row)
