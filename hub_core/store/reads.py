"""Reading orders back: keyset pages, one order whole, totals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select
from sqlmodel import col

from . import fetching
from .fetching import HIDDEN
from .kinds import ORDER, Kind
from .records import raw_cell
from .tables import (
    DeliveryRow,
    OrderLineRow,
    OrderRow,
    PartyRow,
    RawRow,
    ShopRow,
    VoucherRow,
)
from .vault import Vault

RECEIVER = ("protection", "name", "phone", "region")
"""What is shown of whom an order goes to."""


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders; None means any. Times are aware, `since` inclusive, `until` not."""

    shop: str | None = None
    channel: str | None = None
    company: str | None = None
    group: str | None = None
    status: str | None = None
    place: str | None = None
    created_since: datetime | None = None
    created_until: datetime | None = None
    changed_since: datetime | None = None
    """On the hub's own clock: when the hub stored the change."""


@dataclass(frozen=True, slots=True)
class StoredOrder:
    """An order as the hub gives it out: its columns, and its shop's name."""

    uid: str
    shop: str
    channel: str
    values: dict[str, Any]
    lines: list[dict[str, Any]] = field(default_factory=list)
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    vouchers: list[dict[str, Any]] = field(default_factory=list)
    receiver: dict[str, Any] | None = None
    """Masked: region, first character of the name, some digits."""

    def as_dict(self, *, children: bool = True) -> dict[str, Any]:
        """Flat, for `--json`."""
        said = {"uid": self.uid, "shop": self.shop, "channel": self.channel, **self.values}
        if children:
            names = ("lines", "deliveries", "vouchers", "receiver")
            said |= {name: getattr(self, name) for name in names}
        return said


def _of_shops(wanted: OrderFilter) -> list[ColumnElement[bool]]:
    s = ShopRow
    equal = {
        col(s.name): wanted.shop, col(s.channel): wanted.channel,
        col(s.company): wanted.company, col(s.shop_group): wanted.group,
    }  # fmt: skip
    return [column == value for column, value in equal.items() if value is not None]


def _narrow(query: Any, wanted: OrderFilter) -> Any:
    o = OrderRow
    query = query.where(*_of_shops(wanted))
    equal = {col(o.order_status): wanted.status, col(o.place_external_id): wanted.place}
    for column, value in equal.items():
        if value is not None:
            query = query.where(column == value)
    if wanted.created_since is not None:
        query = query.where(col(o.channel_created_at) >= wanted.created_since)
    if wanted.created_until is not None:
        query = query.where(col(o.channel_created_at) < wanted.created_until)
    if wanted.changed_since is not None:
        query = query.where(col(o.hub_changed_at) >= wanted.changed_since)
    return query


def shops_of(connection: Connection, wanted: OrderFilter) -> list[int]:
    """Of which shops these orders are."""
    s = ShopRow
    said = _of_shops(wanted)
    return [id for id in connection.execute(select(col(s.id)).where(*said)).scalars() if id]


def each_order(
    connection: Connection, wanted: OrderFilter, *, page: int = 500, children: bool = True
) -> Iterator[StoredOrder]:
    """All of them in the order the hub first stored them, read in pages."""
    last = 0
    while True:
        query = _narrow(fetching.records(ORDER.plural), wanted).where(
            col(OrderRow.id) > last
        )
        rows = connection.execute(query.order_by(col(OrderRow.id)).limit(page)).all()
        if not rows:
            return
        found = {row[0]: stored(row) for row in rows}
        if children:
            add_children(connection, found)
        yield from found.values()
        last = rows[-1][0]


def find_order(connection: Connection, key: str) -> list[tuple[int, StoredOrder]]:
    """Orders of that hub id or platform id (which two channels may share)."""
    o = OrderRow
    query = fetching.records(ORDER.plural).where(
        (col(o.uid) == key) | (col(o.external_id) == key)
    )
    found = {row[0]: stored(row) for row in connection.execute(query)}
    add_children(connection, found)
    return list(found.items())


def stored(row: Any) -> StoredOrder:
    """A row of orders (see `fetching`) as it is given out."""
    return StoredOrder(*fetching.told(ORDER.plural, row))


UNDER = {"lines": OrderLineRow, "deliveries": DeliveryRow, "vouchers": VoucherRow}


def add_children(connection: Connection, found: dict[int, StoredOrder]) -> None:
    """What stands under these orders."""
    for name in UNDER:
        shown, query = _children(name, connection.dialect.name)
        for order_id, *values in fetching.rows(connection, query, found):
            getattr(found[order_id], name).append(dict(zip(shown, values, strict=True)))
    query = _receivers(connection.dialect.name)
    for order_id, *told in fetching.rows(connection, query, found):
        receiver = dict(zip(RECEIVER, told, strict=True))
        object.__setattr__(found[order_id], "receiver", receiver)


@lru_cache
def _children(name: str, dialect: str) -> tuple[list[str], Any]:
    """The columns that are given out, and a query of the parent's key and these."""
    t = UNDER[name].__table__  # type: ignore[attr-defined]
    query = select(t.c.order_id, *fetching.columns(t, HIDDEN))
    query = query.where(fetching.among(t.c.order_id, dialect))
    shown = [c.name for c in t.c if c.name not in HIDDEN]
    return shown, query.order_by(t.c.order_id, t.c.position)


@lru_cache
def _receivers(dialect: str) -> Any:
    p = PartyRow
    query = select(
        col(p.order_id), col(p.protection), col(p.masked_name), col(p.masked_phone),
        col(p.region),
    )  # fmt: skip
    return query.where(fetching.among(col(p.order_id), dialect))


@dataclass(frozen=True, slots=True)
class RawRecord:
    """What the platform said, word for word."""

    area: str
    shape: str
    fetched_at: datetime
    journal_id: int | None
    body: Any = field(repr=False)


def raw_records(
    connection: Connection, record_id: int, vault: Vault, kind: Kind = ORDER
) -> list[RawRecord]:
    """A record's raw payloads, opened."""
    r, t = RawRow, kind.table
    key = select(t.c.shop_id, t.c.external_id).where(t.c.id == record_id)
    shop_id, external_id = connection.execute(key).one()
    mine = (col(r.entity) == kind.name, col(r.entity_id) == record_id)
    query = select(r.__table__).where(*mine)  # type: ignore[attr-defined]
    return [
        RawRecord(
            row.area,
            row.shape,
            row.fetched_at,
            row.journal_id,
            json.loads(vault.open(row.sealed, raw_cell(shop_id, external_id, row.area))),
        )
        for row in connection.execute(query)
    ]


@dataclass(frozen=True, slots=True)
class Totals:
    """What one shop, or one channel, has in the store. Amounts in minor units."""

    channel: str
    shop: str | None
    orders: int
    open: int
    buyer_paid_amount: int
    refunded_amount: int
    currency: str


def totals(connection: Connection, *, by_shop: bool = False) -> list[Totals]:
    """Orders and money per channel (or shop) and currency."""
    o, s = OrderRow, ShopRow
    by: list[Any] = [col(s.channel), col(o.currency)] + ([col(s.name)] if by_shop else [])
    query = (
        select(
            col(s.channel),
            col(s.name) if by_shop else func.max(None).label("name"),
            func.count().label("n"),
            func.sum(func.coalesce(col(o.buyer_paid_amount), 0)).label("paid"),
            func.sum(func.coalesce(col(o.refunded_amount), 0)).label("refunded"),
            func.count().filter(col(o.order_status) == "open").label("open"),
            col(o.currency),
        )
        .join(s, col(s.id) == col(o.shop_id))
        .group_by(*by)
        .order_by(*by)
    )
    return [
        Totals(r.channel, r.name, r.n, r.open, int(r.paid), int(r.refunded), r.currency)
        for r in connection.execute(query)
    ]
