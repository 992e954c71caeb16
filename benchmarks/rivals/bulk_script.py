"""What a competent team writes in a day: requests, and bulk upserts of SQLAlchemy Core.

    python bulk_script.py BASE_URL DATABASE_URL

Orders, lines, vouchers and the raw JSON, a commit for every 1,000 orders. It reads pages
forwards from the last change it has seen (with ten minutes' overlap) until one is not full.
It knows this one shape, encrypts and journals nothing, does not compare what it writes with
what is there, and proves nothing: what moves between pages while it reads is lost.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import requests  # type: ignore[import-untyped,unused-ignore]
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

JSON = dict[str, Any]
PATH = "/goodlife/v1/trade/order/query/"
PAGE, COMMIT, OVERLAP, FIRST = 100, 1_000, 600, 40 * 86_400
meta = MetaData()


def table(name: str, key: str, texts: str, numbers: str) -> Table:
    columns: list[Any] = [Column(n, String, primary_key=True) for n in key.split()]
    columns += [Column(n, String) for n in texts.split()]
    columns += [Column(n, BigInteger) for n in numbers.split()]
    return Table(name, meta, *columns)


ORDERS = table(
    "orders", "order_id",
    "open_id user_id sku_id sku_name third_sku_id poi_id intention_poi_id account_id"
    " contact_name contact_phone contact_cipher sale_role sale_channel",
    "order_status order_type count original_amount pay_amount payment_discount"
    " receipt_amount discount_amount merchant_discount platform_discount create_order_time"
    " pay_time update_order_time",
)  # fmt: skip
LINES = table(
    "order_line", "order_id sku_id", "product_id product_name", "num origin_amount"
)
VOUCHERS = table(
    "voucher", "certificate_id", "order_id order_item_id",
    "item_status item_update_time refund_amount refund_time origin_amount pay_amount"
    " receipt_amount",
)  # fmt: skip
RAW = Table(
    "raw", meta, Column("order_id", String, primary_key=True), Column("body", String),
    Column("fetched_at", Integer),
)  # fmt: skip
KEPT = {column.name for column in ORDERS.columns}


def pages(base_url: str, since: int, until: int) -> Iterator[list[JSON]]:
    with requests.Session() as session:
        number = 1
        while True:
            asked: dict[str, str | int] = {
                "account_id": "7000000000000000021", "page_num": number,
                "page_size": PAGE, "update_order_start_time": since,
                "update_order_end_time": until,
            }  # fmt: skip
            answer = session.get(base_url + PATH, params=asked, timeout=30)
            answer.raise_for_status()
            data = answer.json()["data"]
            if data["error_code"]:
                raise RuntimeError(data)
            yield data["orders"]
            if len(data["orders"]) < PAGE:
                return
            number += 1


def order_row(o: JSON) -> JSON:
    contact = (o.get("contacts") or [{}])[0]
    row = {name: value for name, value in o.items() if name in KEPT}
    return row | {
        "account_id": o["merchant_info"]["account_id"],
        "contact_name": contact.get("name"),
        "contact_phone": contact.get("phone"),
        "contact_cipher": contact.get("phone_encrypt"),
        "sale_role": o["order_sale_info"]["sale_role"],
        "sale_channel": o["order_sale_info"]["sale_channel"],
        "merchant_discount": sum(d["merchant_discount_amount"] for d in o["discounts"]),
        "platform_discount": sum(d["platform_discount_amount"] for d in o["discounts"]),
    }


def line_rows(o: JSON) -> list[JSON]:
    names = [str(column.name) for column in LINES.columns if column.name != "order_id"]
    return [{"order_id": o["order_id"]} | {n: p[n] for n in names} for p in o["products"]]


def voucher_rows(o: JSON) -> list[JSON]:
    amounts = {one["sub_order_id"]: one for one in o["sub_order_amount_infos"]}
    rows = []
    for c in o["certificate"]:
        money = amounts.get(c["order_item_id"], {})
        row = {n: v for n, v in c.items() if n != "combination_id"}
        row["order_id"] = o["order_id"]
        for name in ("origin_amount", "pay_amount", "receipt_amount"):
            row[name] = money.get(name)
        rows.append(row)
    return rows


def upsert(connection: Connection, into: Table, rows: list[JSON]) -> None:
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = make(into)
    keys = [column.name for column in into.primary_key]
    sets = {c.name: statement.excluded[c.name] for c in into.columns if c.name not in keys}
    connection.execute(
        statement.on_conflict_do_update(index_elements=keys, set_=sets), rows
    )


def store(connection: Connection, orders: list[JSON]) -> None:
    now = int(time.time())
    newest = {o["order_id"]: o for o in orders}.values()
    upsert(connection, ORDERS, [order_row(o) for o in newest])
    upsert(connection, LINES, [row for o in newest for row in line_rows(o)])
    upsert(connection, VOUCHERS, [row for o in newest for row in voucher_rows(o)])
    raw = [
        {"order_id": o["order_id"], "body": json.dumps(o, ensure_ascii=False),
         "fetched_at": now}
        for o in newest
    ]  # fmt: skip
    upsert(connection, RAW, raw)


def main(base_url: str, url: str) -> None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg2://"))
    meta.create_all(engine)
    with engine.connect() as connection:
        seen = connection.execute(select(func.max(ORDERS.c.update_order_time))).scalar()
    now = int(time.time())
    since, waiting = (seen - OVERLAP if seen else now - FIRST), []
    for page in pages(base_url, since, now):
        waiting += page
        if len(waiting) >= COMMIT:
            with engine.begin() as connection:
                store(connection, waiting)
            waiting = []
    if waiting:
        with engine.begin() as connection:
            store(connection, waiting)


if __name__ == "__main__":
    main(*sys.argv[1:])
