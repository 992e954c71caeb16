"""A store of many orders to read from: 48 shops on four channels, written as syncs do.

    python -m benchmarks.erp_store [--orders 1000000] [--database sqlite] [--cache FOLDER]

Shops are of Zipf sizes. What one write brings is of one shop and bears one moment of the
hub's clock; a tenth of it are orders that were there before and changed. Most orders are
done with, the newest are open, a tenth is cancelled, one in 50,000 has a word the hub does
not know. A quarter of the shops sell vouchers, used at 2,000 places of Zipf sizes. It is
kept in the cache folder and made once.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

from benchmarks.databases import KINDS, cache, postgresql
from hub_core.models import Order, OrderLine, Voucher
from hub_core.models.words import (
    FulfillmentStatus,
    OrderStatus,
    OrderType,
    PaymentStatus,
    VoucherStatus,
)
from hub_core.store import Store, records
from hub_core.store.engine import connect
from hub_core.store.kinds import ORDER
from hub_core.store.records import Source
from hub_core.store.schema import upgrade
from hub_core.store.shops import Shop, add_shop, shops
from hub_core.wire import Fetched

CHANNELS = ("douyin-laike", "taobao", "jd", "pinduoduo")
SHOPS, PLACES = 48, 2_000
KEY = b"k" * 32
BEGIN = datetime(2026, 9, 1, tzinfo=UTC)
DAYS = 90
OPEN_DAYS = 3
"""Orders of the last days are not done with yet."""
BATCH = 500
LINES = (1, 1, 1, 2, 3)
AGAIN = 0.1
"""The part of a write that was there before."""


def zipf(rng: random.Random, count: int, n: int) -> list[int]:
    """`n` numbers below `count`, the first ones most often."""
    weights = list(accumulate(1 / (k + 1) for k in range(count)))
    return rng.choices(range(count), cum_weights=weights, k=n)


class Writing:
    """One store being filled."""

    def __init__(self, store: Store, seed: int = 7) -> None:
        self._store, self._rng = store, random.Random(seed)
        self._there: dict[int, list[tuple[int, datetime]]] = {}
        self._made = 0
        with store.writing() as connection:
            for n in range(SHOPS):
                add_shop(
                    connection, at=BEGIN, name=f"shop-{n:02}", channel=CHANNELS[n % 4],
                    external_id=f"{7000 + n}", app="main", start_at=BEGIN,
                )  # fmt: skip
        with store.reading() as connection:
            self._shops = shops(connection)

    def fill(self, count: int) -> None:
        """Write so many orders, oldest first."""
        batches = -(-count // BATCH)
        for n, shop in enumerate(zipf(self._rng, SHOPS, batches)):
            at = BEGIN + timedelta(days=DAYS) * ((n + 1) / batches)
            size = min(BATCH, count - self._made)
            self._write(self._shops[shop], at, size, timedelta(days=DAYS) / batches)

    def _write(self, shop: Shop, at: datetime, size: int, span: timedelta) -> None:
        known, rng = self._there.setdefault(shop.id, []), self._rng
        again = rng.sample(known, min(len(known), int(size * AGAIN)))
        new = [(self._made + n, at - span * rng.random()) for n in range(size)]
        known += new
        self._made += size
        fetched = [_fetched(shop, n, created, at, rng) for n, created in again + new]
        source = Source(area="orders", shape="orders_v1", journal_id=None, at=at)
        with self._store.writing() as connection:
            records.write_records(
                connection, ORDER, shop.owner, source, fetched, self._store.vault
            )


def _fetched(
    shop: Shop, n: int, created: datetime, at: datetime, rng: random.Random
) -> Fetched:
    """The order of that number as it stood at that moment."""
    status, paid = _status(n, created, rng)
    amount, quantity = rng.randrange(500, 50_000), rng.randrange(1, 4)
    more = _of_vouchers(n, rng, amount) if shop.channel == CHANNELS[0] else {}
    order = Order(
        external_id=str(1_001_000_000_000_000_000 + n * 7919), status_raw=status.value,
        order_status=status, payment_status=paid, channel_created_at=created,
        channel_updated_at=at, paid_at=created + timedelta(seconds=40),
        goods_amount=amount * quantity, buyer_paid_amount=amount * quantity,
        lines=tuple(_line(n, k, amount, quantity) for k in range(rng.choice(LINES))),
        **{"fulfillment_status": FulfillmentStatus.UNFULFILLED} | more,
    )  # fmt: skip
    return Fetched(order, {"order_id": order.external_id, "status": status.value})


def _status(
    n: int, created: datetime, rng: random.Random
) -> tuple[OrderStatus, PaymentStatus]:
    if n % 50_000 == 49_999:
        return OrderStatus.UNKNOWN, PaymentStatus.UNKNOWN
    if rng.random() < 0.1:
        return OrderStatus.CANCELLED, PaymentStatus.UNPAID
    done = created < BEGIN + timedelta(days=DAYS - OPEN_DAYS)
    return (OrderStatus.COMPLETED if done else OrderStatus.OPEN), PaymentStatus.PAID


def _line(n: int, k: int, amount: int, quantity: int) -> OrderLine:
    sku = f"18000000{(n + k) % 5000:04}"
    return OrderLine(
        external_id=f"{n}-{k}", sku_external_id=sku, product_external_id=sku[:-1],
        sku_code=f"SKU-{(n + k) % 5000}", title="双人下午茶套餐", quantity=quantity,
        unit_price=amount, goods_amount=amount * quantity,
        fulfillment_status=FulfillmentStatus.UNFULFILLED,
    )  # fmt: skip


def _of_vouchers(n: int, rng: random.Random, amount: int) -> dict[str, Any]:
    (place,) = zipf_places(rng)
    vouchers = tuple(
        Voucher(
            external_id=f"{n}-v{k}", status=VoucherStatus.VALID, status_raw="100",
            original_amount=amount, buyer_paid_amount=amount,
        )
        for k in (1, 2)
    )  # fmt: skip
    return {
        "type": OrderType.GROUPBUY, "place_external_id": place, "vouchers": vouchers,
        "fulfillment_status": FulfillmentStatus.REDEEMABLE,
    }  # fmt: skip


PLACE_WEIGHTS = list(accumulate(1 / (k + 1) for k in range(PLACES)))
PLACE_IDS = [f"66{n:017d}" for n in range(PLACES)]


def zipf_places(rng: random.Random) -> list[str]:
    """One place, the first ones most often."""
    return rng.choices(PLACE_IDS, cum_weights=PLACE_WEIGHTS)


@contextmanager
def stored(orders: int, kind: str, folder: Path) -> Iterator[str]:
    """The URL of such a store; made where there is none yet."""
    name = f"orders_{orders}"
    if kind == "sqlite":
        path = folder / f"{name}.db"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            half = path.with_suffix(".half")
            half.unlink(missing_ok=True)
            fill(f"sqlite:///{half}", orders)
            half.rename(path)
        yield _forward(f"sqlite:///{path}")
        return
    with postgresql(folder / "postgresql", keep=True) as server:
        if not server.has(name):
            fill(server.fresh(f"{name}_half"), orders)
            server.rename(f"{name}_half", name)
        yield _forward(server.url(name))


def _forward(url: str) -> str:
    """It may have been made before the schema's newest migrations."""
    engine = connect(url)
    upgrade(engine)
    engine.dispose()
    return url


def fill(url: str, orders: int) -> None:
    """Make the tables, and so many orders in them."""
    store = Store.open(url, KEY)
    try:
        Writing(store).fill(orders)
    finally:
        store.close()


def main() -> None:
    """Make it, and say how long that took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--cache", type=Path, default=cache())
    given = parser.parse_args()
    began = time.perf_counter()
    with stored(given.orders, given.database, given.cache) as url:
        print(f"{url}: {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()
