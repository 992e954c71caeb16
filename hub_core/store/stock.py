"""What the ERP has, and which channel SKUs sell it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlmodel import col

from ..errors import Misconfigured
from .engine import insert_unless_there
from .tables import (
    OfferRow,
    ProductRow,
    SkuBindingRow,
    SkuRow,
    StockItemRow,
    StockMovementRow,
)


@dataclass(frozen=True, slots=True)
class Level:
    """What there is of one item, after its newest movement."""

    code: str
    on_hand: int
    version: int


@dataclass(frozen=True, slots=True)
class Binding:
    """A channel's SKU and one item it sells."""

    shop_id: int
    product_external_id: str
    sku_external_id: str
    code: str
    pieces: int
    source: str


@dataclass(frozen=True, slots=True)
class BoundSku:
    """A channel's SKU with all that its level hangs on."""

    shop_id: int
    product_external_id: str
    sku_external_id: str
    parts: tuple[tuple[Level, int], ...]
    """Each item it is made of, and how many pieces of it."""
    offered: int | None
    offered_version: int
    refused: str | None
    refused_version: int

    @property
    def version(self) -> int:
        """Of its items, summed: it grows with every movement of any of them."""
        return sum(level.version for level, _ in self.parts)

    def pieces(self, safety: int = 0, share_percent: int = 100) -> int:
        """How many can be offered: whole ones, of the scarcest item, less a reserve."""
        found = [
            max(0, level.on_hand - safety) * share_percent // 100 // pieces
            for level, pieces in self.parts
        ]
        return min(found, default=0)


# Levels --------------------------------------------------------------------------------


def move(
    connection: Connection,
    code: str,
    *,
    key: str,
    at: datetime,
    to: int | None = None,
    by: int = 0,
) -> Level:
    """Set an item's level, or change it by so much; once for each key.

    The same key again changes nothing and gives the level as it is now. Raises
    Misconfigured where the same key meant another movement.
    """
    i = StockItemRow
    first = {"code": code, "on_hand": 0, "version": 0, "updated_at": at}
    if to is not None:
        insert_unless_there(connection, i, first)
    before = _locked(connection, code)
    if (former := _moved(connection, key)) is not None:
        if former.code != code or (to is None and former.change != by):
            raise Misconfigured(f"the key {key!r} was used for another movement")
        return level(connection, code)
    value = before + by if to is None else to
    step = update(i).where(col(i.code) == code)
    step = step.values(on_hand=value, version=col(i.version) + 1, updated_at=at)
    connection.execute(step)
    now = level(connection, code)
    moved = {"key": key, "code": code, "change": value - before, "at": at}
    connection.execute(
        insert(StockMovementRow).values(**moved, level=now.on_hand, version=now.version)
    )
    return now


def is_known(connection: Connection, code: str) -> bool:
    """Whether an item's level was ever set."""
    query = select(col(StockItemRow.version)).where(col(StockItemRow.code) == code)
    return connection.execute(query).first() is not None


def _moved(connection: Connection, key: str) -> StockMovementRow | None:
    m = StockMovementRow
    query = select(m.__table__).where(col(m.key) == key)  # type: ignore[attr-defined]
    row = connection.execute(query).first()
    return None if row is None else StockMovementRow(**row._mapping)


def _locked(connection: Connection, code: str) -> int:
    i = StockItemRow
    query = select(col(i.on_hand)).where(col(i.code) == code).with_for_update()
    found = connection.execute(query).scalar()
    if found is None:
        raise never_set(code)
    return int(found)


def never_set(code: str) -> Misconfigured:
    """The ERP never said how much there is of an item."""
    return Misconfigured(f"no stock of {code!r} was ever set; `hub stock set {code} N`")


def level(connection: Connection, code: str) -> Level:
    """What there is of an item. Raises Misconfigured where the ERP never said."""
    i = StockItemRow
    query = select(col(i.code), col(i.on_hand), col(i.version)).where(col(i.code) == code)
    row = connection.execute(query).first()
    if row is None:
        raise never_set(code)
    return Level(*row)


def levels(connection: Connection, shop_id: int | None = None) -> list[Level]:
    """Every item, by code; or those that a shop's SKUs are made of."""
    i, b = StockItemRow, SkuBindingRow
    query = select(col(i.code), col(i.on_hand), col(i.version)).order_by(col(i.code))
    if shop_id is not None:
        sold = select(col(b.code)).where(col(b.shop_id) == shop_id)
        query = query.where(col(i.code).in_(sold))
    return [Level(*row) for row in connection.execute(query)]


# Bindings ------------------------------------------------------------------------------


def bind(
    connection: Connection, bindings: Iterable[Binding], *, at: datetime, replace: bool
) -> None:
    """Bind a SKU; with `replace` these are all the items it is made of."""
    b, found = SkuBindingRow, list(bindings)
    if replace:
        for shop_id, sku in sorted({(b.shop_id, b.sku_external_id) for b in found}):
            unbind(connection, shop_id, sku)
    for one in sorted(found, key=lambda b: (b.shop_id, b.sku_external_id, b.code)):
        insert_unless_there(
            connection,
            b,
            {
                "shop_id": one.shop_id, "product_external_id": one.product_external_id,
                "sku_external_id": one.sku_external_id, "code": one.code,
                "pieces": one.pieces, "source": one.source, "made_at": at,
            },
        )  # fmt: skip


def unbind(connection: Connection, shop_id: int, sku: str) -> int:
    """Bind a SKU to nothing. Gives how many items it had. What it was offered by its
    former items says nothing of those it may get."""
    forget_offers(connection, shop_id, [sku])
    b = SkuBindingRow
    mine = (col(b.shop_id) == shop_id, col(b.sku_external_id) == sku)
    return connection.execute(delete(b).where(*mine)).rowcount


def bindings(connection: Connection, shop_id: int | None = None) -> list[Binding]:
    """All bindings, of a shop or of all."""
    b = SkuBindingRow
    query = select(
        col(b.shop_id), col(b.product_external_id), col(b.sku_external_id), col(b.code),
        col(b.pieces), col(b.source),
    ).order_by(col(b.shop_id), col(b.sku_external_id), col(b.code))  # fmt: skip
    if shop_id is not None:
        query = query.where(col(b.shop_id) == shop_id)
    return [Binding(*row) for row in connection.execute(query)]


@dataclass(frozen=True, slots=True)
class ListedSku:
    """A SKU as the store has it from its channel."""

    shop_id: int
    product_external_id: str
    sku_external_id: str
    outer_code: str | None
    title: str
    available: int | None
    status: str


def listed_skus(connection: Connection, shop_id: int) -> list[ListedSku]:
    """Every SKU of a shop that is not gone."""
    p, s = ProductRow, SkuRow
    query = (
        select(
            col(p.shop_id), col(p.external_id), col(s.external_id), col(s.outer_code),
            col(p.title), col(s.available), col(s.status),
        )
        .join(s, col(s.product_id) == col(p.id))
        .where(col(p.shop_id) == shop_id, col(p.missing_at).is_(None))
        .order_by(col(s.external_id))
    )  # fmt: skip
    return [ListedSku(*row) for row in connection.execute(query)]


# Offers --------------------------------------------------------------------------------


def bound_skus(connection: Connection, shop_id: int) -> list[BoundSku]:
    """Every bound SKU of a shop whose items the ERP has all told of."""
    known = {one.code: one for one in levels(connection, shop_id)}
    offers = _offers(connection, shop_id)
    grouped: dict[str, list[Binding]] = {}
    for one in bindings(connection, shop_id):
        grouped.setdefault(one.sku_external_id, []).append(one)
    return [
        _bound(sku, parts, known, offers.get(sku))
        for sku, parts in grouped.items()
        if all(part.code in known for part in parts)
    ]


def _offers(connection: Connection, shop_id: int) -> dict[str, Any]:
    o = OfferRow
    query = select(o.__table__).where(col(o.shop_id) == shop_id)  # type: ignore[attr-defined]
    return {row.sku_external_id: row for row in connection.execute(query)}


def _bound(
    sku: str, parts: Sequence[Binding], known: dict[str, Level], offer: Any
) -> BoundSku:
    return BoundSku(
        parts[0].shop_id,
        parts[0].product_external_id,
        sku,
        tuple((known[part.code], part.pieces) for part in parts),
        offer.level if offer else None,
        offer.version if offer else 0,
        offer.refused if offer else None,
        offer.refused_version if offer else 0,
    )


def note_offer(
    connection: Connection,
    shop_id: int,
    sku: str,
    *,
    version: int,
    level: int | None = None,
    refused: str | None = None,
    at: datetime,
) -> None:
    """What the platform has now, or would not take; an older version never replaces a
    newer one."""
    o = OfferRow
    insert_unless_there(connection, o, {
        "shop_id": shop_id, "sku_external_id": sku, "version": 0, "refused_version": 0,
    })  # fmt: skip
    mine = (col(o.shop_id) == shop_id, col(o.sku_external_id) == sku)
    if refused is not None:
        newer = col(o.refused_version) <= version
        values = {"refused": refused[:500], "refused_version": version}
        connection.execute(update(o).where(*mine, newer).values(**values))
        return
    told = {"level": level, "version": version, "confirmed_at": at, "refused": None}
    connection.execute(update(o).where(*mine, col(o.version) <= version).values(**told))


def forget_offers(connection: Connection, shop_id: int, skus: Sequence[str]) -> None:
    """Nothing is known any more of what the platform has for these SKUs."""
    o = OfferRow
    mine = (col(o.shop_id) == shop_id, col(o.sku_external_id).in_(skus))
    blank = {
        "level": None, "version": 0, "confirmed_at": None, "refused": None,
        "refused_version": 0,
    }  # fmt: skip
    connection.execute(update(o).where(*mine).values(**blank))
