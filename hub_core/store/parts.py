"""What stands under records, as lists of their own: lines, vouchers, SKUs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import SQLModel, col

from .fetching import HIDDEN
from .kinds import ORDER, PRODUCT, Kind
from .tables import OrderLineRow, ShopRow, SkuRow, VoucherRow


@dataclass(frozen=True, slots=True)
class Part:
    """A table under another, and by what its rows may be asked for."""

    table: type[SQLModel]
    of: Kind
    parent: str
    """The column that names the record it stands under."""
    known: tuple[str, ...]
    """Columns a list of it is narrowed by."""


PARTS = {
    "lines": Part(
        OrderLineRow, ORDER, "order_id",
        ("sku_external_id", "sku_code", "product_external_id"),
    ),
    "vouchers": Part(VoucherRow, ORDER, "order_id", ("external_id", "status")),
    "skus": Part(SkuRow, PRODUCT, "product_id", ("external_id", "outer_code", "gtin")),
}  # fmt: skip


def page(
    connection: Connection,
    part: Part,
    shop_ids: Collection[int] | None,
    equal: Mapping[str, str],
    limit: int,
    after: int = 0,
) -> tuple[list[dict[str, Any]], int | None]:
    """Rows in the order they were stored, and the key the next page begins after; None:
    this was the last. A record that changes has its rows stored anew: they are met again,
    and none is left out. Of these shops alone; None: of whatever shop."""
    table: Any = part.table.__table__  # type: ignore[attr-defined]
    parent, shop = part.of.table, ShopRow
    query = select(
        table, parent.c.uid.label("of"), col(shop.name).label("shop"), col(shop.channel)
    )
    query = query.join(parent, parent.c.id == table.c[part.parent])
    query = query.join(shop, col(shop.id) == parent.c.shop_id)
    if shop_ids is not None:
        query = query.where(parent.c.shop_id.in_(sorted(shop_ids)))
    query = query.where(table.c.id > after)
    query = query.where(*[table.c[name] == value for name, value in equal.items()])
    rows = connection.execute(query.order_by(table.c.id).limit(limit + 1)).all()
    last = rows[limit - 1].id if len(rows) > limit else None
    hidden = HIDDEN | {part.parent}
    found = [
        {name: value for name, value in row._mapping.items() if name not in hidden}
        for row in rows[:limit]
    ]
    return found, last
