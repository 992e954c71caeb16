"""Orders, shops and writes for tests of the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from hub_core.models import (
    FulfillmentStatus,
    Order,
    OrderLine,
    OrderStatus,
    Party,
    PaymentStatus,
)
from hub_core.store import Store, feed, reads, records
from hub_core.store.feed import Change
from hub_core.store.kinds import ORDER
from hub_core.store.reads import StoredOrder
from hub_core.store.records import Source, Written
from hub_core.store.shops import Shop, add_shop, shop_named
from hub_core.wire import Fetched

KEY = b"k" * 32
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """That long after noon."""
    return NOON + timedelta(seconds=seconds)


def an_order(external_id: str, updated: float = 0, **more: Any) -> Order:
    """An order of one line, paid, as of `updated` seconds after noon."""
    line = OrderLine(external_id="1", sku_external_id="s", title="茶", quantity=1)
    usual: dict[str, Any] = {
        "status_raw": "paid", "order_status": OrderStatus.OPEN,
        "payment_status": PaymentStatus.PAID, "channel_created_at": at(-60),
        "fulfillment_status": FulfillmentStatus.UNFULFILLED, "lines": (line,),
        "buyer_paid_amount": 1200, "channel_updated_at": at(updated),
    }  # fmt: skip
    return Order(external_id=external_id, **usual | more)


def a_party(name: str = "王小明", phone: str = "13812345678", **more: Any) -> Party:
    return Party(buyer_token="open-1", name=name, phone=phone, **more)


def a_shop(store: Store, name: str = "flagship", channel: str = "jd") -> Shop:
    with store.writing() as connection:
        add_shop(
            connection, at=at(0), name=name, channel=channel, external_id=f"{name}-1",
            app="main", start_at=at(-86_400),
        )  # fmt: skip
    with store.reading() as connection:
        return shop_named(connection, name)


@dataclass
class Hands:
    """Writes to one shop the way a reading does, and looks at what came of it."""

    store: Store
    shop: Shop

    def write(self, *written: Order, seconds: float = 0, **source: Any) -> Written:
        how: dict[str, Any] = {"area": "orders", "shape": "orders_v1", "journal_id": None}
        of = Source(**how | {"at": at(seconds)} | source)
        fetched = [Fetched(o, {"id": o.external_id, "word": o.status_raw}) for o in written]
        with self.store.writing() as connection:
            return records.write_records(
                connection, ORDER, self.shop.owner, of, fetched, self.store.vault
            )

    def order(self, external_id: str) -> StoredOrder:
        with self.store.reading() as connection:
            ((_, found),) = reads.find_order(connection, external_id)
        return found

    def changes(self, after: int = 0) -> list[Change]:
        with self.store.reading() as connection:
            return feed.changes(connection, after, 1000)

    def kinds(self, after: int = 0) -> list[tuple[str, str]]:
        return [(c.kind, c.external_id) for c in self.changes(after)]


def rows_of(store: Store, table: Any, *where: Any) -> Sequence[Any]:
    with store.reading() as connection:
        return connection.execute(select(table.__table__).where(*where)).all()
