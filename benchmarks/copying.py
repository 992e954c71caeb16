"""COPY and merge beside a statement a row, on PostgreSQL: `python -m benchmarks.copying`.

The same rows go through the same door (`hub_core.store.bulk`) both ways, in turn, into a
PostgreSQL of its own without fsync. Wall time and this process's processor time, and how
many times as quick COPY is. The thresholds of `hub_core.store.copying` come from it.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import repeat
from typing import Any

from sqlalchemy import Connection, text

from hub_core.store import bulk, copying
from hub_core.store.engine import connect
from hub_core.store.tables import FeedRow, OrderRow, RawRow
from tests.store import postgres

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
SIZES = (1, 5, 20, 50, 100, 300, 1_000, 5_000)
NEVER = 10**9
chance = random.Random(1)
Columns = dict[str, Any]
Do = Callable[[Connection, int], None]


def orders(count: int) -> Columns:
    states = ("order_status", "payment_status", "fulfillment_status", "after_sale_status")
    moments = [NOON + timedelta(seconds=n) for n in range(count)]
    amounts = [chance.randrange(10**6) for _ in range(count)]
    return {
        "uid": [f"{chance.getrandbits(128):032x}" for _ in range(count)],
        "shop_id": repeat(1), "type": repeat("normal"), "status_raw": repeat("paid"),
        "external_id": [f"{chance.getrandbits(64)}" for _ in range(count)],
        "currency": repeat("CNY"), "adapter": repeat("orders_v1"),
        "row_hash": [chance.randbytes(16) for _ in range(count)],
        "goods_amount": amounts, "payable_amount": amounts, "buyer_paid_amount": amounts,
        "discount_amount": [None] * count, "flags": [None] * count, "ext": repeat(None),
        "channel_created_at": moments, "channel_updated_at": moments, "paid_at": moments,
        "hub_seen_at": repeat(NOON), "hub_changed_at": repeat(NOON),
        "reread_at": repeat(NOON), "journal_id": repeat(10**15),
        **{name: repeat("unknown") for name in states},
    }  # fmt: skip


def raw(count: int) -> Columns:
    return {
        "entity": repeat("order"), "area": repeat("orders"), "shape": repeat("orders_v1"),
        "entity_id": [chance.getrandbits(60) for _ in range(count)],
        "sealed": [chance.randbytes(900) for _ in range(count)],
        "fetched_at": repeat(NOON), "journal_id": repeat(10**15),
    }  # fmt: skip


def feed(count: int) -> Columns:
    return {
        "seq": [chance.getrandbits(60) for _ in range(count)], "at": repeat(NOON),
        "shop_id": repeat(1), "entity": repeat("order"), "entity_id": range(count),
        "kind": repeat("order.created"),
    }  # fmt: skip


def inserts(model: Any, make: Callable[[int], Columns]) -> Do:
    return lambda connection, count: bulk.insert(connection, model, make(count))


def changes(ids: list[int]) -> Do:
    """Of orders taken at random among those there are."""
    own = ("uid", "shop_id", "external_id")

    def change(connection: Connection, count: int) -> None:
        made = {n: v for n, v in orders(count).items() if n not in own}
        bulk.update(connection, OrderRow, chance.sample(ids, count), made)

    return change


@contextmanager
def by(way: str) -> Iterator[None]:
    """Through COPY always, or never."""
    before = copying.INSERT_FROM, copying.UPDATE_FROM
    copying.INSERT_FROM = copying.UPDATE_FROM = 1 if way == "copy" else NEVER
    yield
    copying.INSERT_FROM, copying.UPDATE_FROM = before


def timed(connection: Connection, do: Do, count: int, rounds: int) -> Columns:
    """Microseconds a row, of the wall and of this process's processors, by way."""
    spent = {way: [0.0, 0.0] for way in ("rows", "copy")}
    for _ in range(rounds):
        for way, sums in spent.items():
            wall, cpu = time.perf_counter(), time.process_time()
            with by(way):
                do(connection, count)
            sums[0] += time.perf_counter() - wall
            sums[1] += time.process_time() - cpu
            connection.commit()
    per = 1e6 / (rounds * count)
    return {way: {"wall": s[0] * per, "cpu": s[1] * per} for way, s in spent.items()}


def measured(there: int) -> Iterator[Columns]:
    url = postgres.fresh()
    engine = connect(url)
    with engine.connect() as connection:
        bulk.insert(connection, OrderRow, orders(there))
        connection.commit()
        ids = list(connection.execute(text("SELECT id FROM orders")).scalars())
        ways = {
            "new orders": inserts(OrderRow, orders), "new raw": inserts(RawRow, raw),
            "new in feed": inserts(FeedRow, feed), "changed orders": changes(ids),
        }  # fmt: skip
        for name, do in ways.items():
            for count in SIZES:
                found = timed(connection, do, count, max(3, min(100, 3_000 // count)))
                yield {"what": name, "count": count, **found}
    engine.dispose()
    postgres.drop(url)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--there", type=int, default=20_000, help="orders there before")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if asked.json:
        print(json.dumps(list(measured(asked.there)), indent=1))
        return
    print("what            rows  as quick   of the CPU   µs a row: rows, copy")
    for one in measured(asked.there):
        rows, copy = one["rows"], one["copy"]
        print(
            f"{one['what']:14} {one['count']:5}  {rows['wall'] / copy['wall']:8.2f}   "
            f"{copy['cpu'] / rows['cpu']:10.0%}   {rows['wall']:8.1f}, {copy['wall']:.1f}"
        )


if __name__ == "__main__":
    main()
