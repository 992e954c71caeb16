"""The floor of `benchmarks.pull`: what cannot be left out of a pull, and nothing else.

httpx, pydantic over each page's bytes, the driver's bulk upsert of the columns the hub
writes (on PostgreSQL: COPY and merge, see `pull_postgres`), a commit for every 1,000
orders; the pages the hub asked for, as often as it asked.
One connection, no ORM, tables, indexes and SQLite settings as the hub's; the collector is
told to look seldom, as the hub's commands tell it.

It knows this one shape of orders, and no other. It paces, seals, hashes, compares, proves,
journals, parks and retries nothing: all that is the hub's own and stands in the ratio.
Columns the hub derives (ids, hashes, sealed text) are filled with values of the same size
that cost next to nothing.
"""

from __future__ import annotations

import gc
import json
import sqlite3
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import md5
from pathlib import Path

import httpx

from benchmarks.measure import measured, report
from benchmarks.pull_columns import COLUMNS, KEYS, SQLITE, Rows, database
from benchmarks.pull_postgres import Postgres
from benchmarks.pull_wire import ANSWER, Certificate, WireOrder, raw_text

ROWS_PER_COMMIT = 1_000
SEAL = bytes(32)
"""As long as a key id, a nonce and a tag."""
STATES: dict[tuple[int, ...], tuple[str, str, str, str]] = {
    (201, 100, 100): ("open", "paid", "redeemable", "none"),
    (201, 401, 100): ("open", "paid", "partially_redeemed", "none"),
    (1, 401, 401): ("completed", "paid", "redeemed", "none"),
    (201, 300, 100): ("open", "refunding", "redeemable", "open"),
    (1, 401, 301): ("completed", "partially_refunded", "redeemed", "closed"),
}
VOUCHER = {100: "valid", 300: "refunding", 301: "refunded", 401: "redeemed"}
SOURCE = {"直播": "live", "搜索": "search"}


class Database:
    """A driver's connection, and one upsert for each table."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "secure_delete=FAST",
                       "cache_size=-32000", "temp_store=MEMORY"):  # fmt: skip
            self._connection.execute(f"PRAGMA {pragma}")
        self._upserts = {table: self._upsert(table) for table in COLUMNS}

    def _upsert(self, table: str) -> str:
        names = COLUMNS[table].split(", ")
        values = ", ".join("?" * len(names))
        statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values})"
        if table not in KEYS:
            return statement
        keys = KEYS[table].split(", ")
        sets = ", ".join(f"{n} = excluded.{n}" for n in names if n not in ("id", *keys))
        return f"{statement} ON CONFLICT ({KEYS[table]}) DO UPDATE SET {sets}"

    def store(self, rows: Rows) -> None:
        """One transaction."""
        self._connection.execute("BEGIN IMMEDIATE")
        for table, found in rows.items():
            self._connection.executemany(self._upserts[table], found)
            found.clear()
        self._connection.execute("COMMIT")


def when(seconds: int) -> str:
    """As the hub's SQLite holds times."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(" ", "microseconds")[:26]


class Floor:
    """Rows of one run."""

    def __init__(self, database: Database | Postgres) -> None:
        self.ids: dict[str, int] = {}
        self.rows: Rows = {table: [] for table in COLUMNS}
        self.now = when(int(datetime.now(UTC).timestamp()))
        self._database = database

    def take(self, page: list[WireOrder]) -> None:
        """Upsert what has not been; a page asked for twice is read twice, stored once."""
        for order in page:
            if order.order_id not in self.ids:
                self.ids[order.order_id] = n = len(self.ids) + 1
                self._add(n, order)
        if len(self.rows["orders"]) >= ROWS_PER_COMMIT:
            self._database.store(self.rows)

    def end(self) -> int:
        self._database.store(self.rows)
        return len(self.ids)

    def _add(self, n: int, o: WireOrder) -> None:
        add, now = self.rows, self.now
        mark = md5(o.order_id.encode())
        words = STATES[(o.order_status, *(c.item_status for c in o.certificate))]
        merchant = sum(d.merchant_discount_amount for d in o.discounts)
        platform = sum(d.platform_discount_amount for d in o.discounts)
        off = (o.discount_amount, merchant, platform, None, o.payment_discount)
        back = sum(c.refund_amount for c in o.certificate)
        product, created, paid = o.products[0], when(o.create_order_time), when(o.pay_time)
        add["orders"].append((
            n, f"{mark.hexdigest()}----", 1, o.order_id, None, "groupbuy",
            str(o.order_type),
            str(o.order_status), *words, o.poi_id, created, when(o.update_order_time), paid,
            None, None, None, None, paid[:10], None, "CNY", o.original_amount, None, None,
            *off, o.pay_amount, o.pay_amount, o.receipt_amount, back,
            SOURCE[o.order_sale_info.sale_channel], None, mark.hexdigest(),
            "refund_requested" if words[3] == "open" else None, None, _ext(o), None, now,
            "orders_v2", mark.digest(), 1, now, now,
        ))  # fmt: skip
        add["order_line"].append((
            n, 0, o.sku_id, product.product_id, o.sku_id, o.third_sku_id, o.sku_name, None,
            o.count, o.original_amount // o.count, o.original_amount, *off, o.pay_amount,
            back, words[2], words[3], None, False,
        ))  # fmt: skip
        add["voucher"] += [
            (n, k, c.certificate_id, o.sku_id, c.order_item_id, VOUCHER[c.item_status],
             str(c.item_status), when(c.item_update_time), s.origin_amount, s.pay_amount,
             s.receipt_amount, *_refund(c))
            for k, (c, s) in enumerate(
                zip(o.certificate, o.sub_order_amount_infos, strict=True)
            )
        ]  # fmt: skip
        who = o.contacts[0]
        add["party"].append(
            (n, "masked", who.name, who.phone, None, None, SEAL + _party(o))
        )
        sealed = SEAL + raw_text(o)
        add["raw"].append(("order", n, "orders", "orders_v2", sealed, now, 1))
        add["feed"].append((n, now, 1, "order", n, "order.created"))


def _refund(c: Certificate) -> tuple[int | None, str | None]:
    if c.item_status == 301:
        return c.refund_amount, when(c.refund_time)
    return (0 if c.refund_amount == 0 else None), None


def _ext(o: WireOrder) -> str:
    sale = o.order_sale_info
    return (
        '{"douyin-laike:brand_discount_amount":0,"douyin-laike:intention_poi_id":'
        f'"{o.intention_poi_id}","douyin-laike:merchant_account_id":'
        f'"{o.merchant_info.account_id}","douyin-laike:provider_discount_amount":0,'
        f'"douyin-laike:sale_channel":"{sale.sale_channel}",'
        f'"douyin-laike:sale_role":"{sale.sale_role}"}}'
    )


def _party(o: WireOrder) -> bytes:
    who = o.contacts[0]
    return (
        f'{{"buyer_token":"{o.open_id}","name":"{who.name}","phone":"{who.phone}",'
        f'"ciphers":{{"phone":"{who.phone_encrypt}"}}}}'
    ).encode()


def pull(base_url: str, targets: list[str], floor: Floor) -> Callable[[], int]:
    def work() -> int:
        with httpx.Client(base_url=base_url, trust_env=False) as client:
            for target in targets:
                answer = client.get(target)
                floor.take(ANSWER.validate_json(answer.content).data.orders)
        return floor.end()

    return work


def main(base_url: str, folder: Path) -> None:
    targets = json.loads((folder / "asked.json").read_text())
    url = database(folder)
    file = url.removeprefix(SQLITE)
    into = Postgres(url) if file == url else Database(file)
    gc.freeze()  # as the hub's commands do: see hub_core.cli.opening
    gc.set_threshold(50_000, 20, 20)
    report(measured(pull(base_url, targets, Floor(into))))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
