"""Reading orders back: keyset pages, one order whole, totals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select
from sqlmodel import SQLModel, col

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

HIDDEN = {"id", "shop_id", "row_hash", "order_id", "position", "ext", "flags", "issues"}
"""Columns that are the store's own business, or are given in another form."""


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
            rest = asdict(self)
            names = ("lines", "deliveries", "vouchers", "receiver")
            said |= {name: rest[name] for name in names}
        return said


def _select() -> Any:
    o, s = OrderRow.__table__, ShopRow.__table__  # type: ignore[attr-defined]
    return select(o, s.c.name.label("shop_name"), s.c.channel).join(
        s, s.c.id == o.c.shop_id
    )


def _narrow(query: Any, wanted: OrderFilter) -> Any:
    o, s = OrderRow, ShopRow
    equal = {
        col(s.name): wanted.shop, col(s.channel): wanted.channel,
        col(s.company): wanted.company, col(s.shop_group): wanted.group,
        col(o.order_status): wanted.status, col(o.place_external_id): wanted.place,
    }  # fmt: skip
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


def newest_orders(
    connection: Connection, wanted: OrderFilter, limit: int
) -> list[StoredOrder]:
    """The newest orders by creation on the channel."""
    o = OrderRow
    query = _narrow(_select(), wanted)
    query = query.order_by(col(o.channel_created_at).desc(), col(o.id).desc()).limit(limit)
    return [stored(row) for row in connection.execute(query)]


def each_order(
    connection: Connection, wanted: OrderFilter, *, page: int = 500, children: bool = True
) -> Iterator[StoredOrder]:
    """All of them in the order the hub first stored them, read in pages."""
    last = 0
    while True:
        query = _narrow(_select(), wanted).where(col(OrderRow.id) > last)
        rows = connection.execute(query.order_by(col(OrderRow.id)).limit(page)).all()
        if not rows:
            return
        found = {row.id: stored(row) for row in rows}
        if children:
            add_children(connection, found)
        yield from found.values()
        last = rows[-1].id


def find_order(connection: Connection, key: str) -> list[tuple[int, StoredOrder]]:
    """Orders of that hub id or platform id (which two channels may share)."""
    o = OrderRow
    query = _select().where((col(o.uid) == key) | (col(o.external_id) == key))
    found = {row.id: stored(row) for row in connection.execute(query)}
    add_children(connection, found)
    return list(found.items())


def stored(row: Any) -> StoredOrder:
    """A row of orders, with its shop's name and channel, as it is given out."""
    values = dict(row._mapping)
    uid, shop, channel = values.pop("uid"), values.pop("shop_name"), values.pop("channel")
    flags, issues, ext = values["flags"], values["issues"], values["ext"]
    values = {k: v for k, v in values.items() if k not in HIDDEN}
    values["flags"] = flags.split(",") if flags else []
    values["issues"] = issues.split(",") if issues else []
    values["ext"] = json.loads(ext) if ext else {}
    return StoredOrder(uid, shop, channel, values)


def add_children(connection: Connection, found: dict[int, StoredOrder]) -> None:
    """What stands under these orders."""
    into = ((OrderLineRow, "lines"), (DeliveryRow, "deliveries"), (VoucherRow, "vouchers"))
    for table, name in into:
        for row in _children(connection, table, list(found)):
            values = {k: v for k, v in row._mapping.items() if k not in HIDDEN}
            getattr(found[row.order_id], name).append(values)
    p = PartyRow
    query = select(p.__table__).where(col(p.order_id).in_(found))  # type: ignore[attr-defined]
    for row in connection.execute(query):
        receiver = {
            "protection": row.protection, "name": row.masked_name,
            "phone": row.masked_phone, "region": row.region,
        }  # fmt: skip
        object.__setattr__(found[row.order_id], "receiver", receiver)


def _children(connection: Connection, table: type[SQLModel], ids: list[int]) -> Any:
    t = table.__table__  # type: ignore[attr-defined]
    query = select(t).where(t.c.order_id.in_(ids)).order_by(t.c.order_id, t.c.position)
    return connection.execute(query)


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
