"""Rows and bytes a stored order takes, with its changes, on SQLite and on PostgreSQL.

    python -m benchmarks.rows [--orders 2000] [--rounds 8] [--json]

A box of each channel has so many orders; the hub reads them, and in each of so many rounds
reads what was made and changed meanwhile. Then every table is looked at:
its rows, its pages, those of its indexes (`dbstat`; `pg_table_size`, `pg_indexes_size`).
PostgreSQL is vacuumed before, so that rows that were updated do not count twice; how large
its tables were before that is told, too.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, make_url, text

from hub_core.store.engine import connect
from tests.harness import Bench, bench
from tests.store import postgres

CHANNELS = ("douyin-laike", "taobao", "jd", "pinduoduo")
SETTLED = 400.0
LITE = """
    SELECT m.tbl_name, sum(CASE WHEN m.type = 'table' THEN s.pgsize ELSE 0 END),
           sum(CASE WHEN m.type = 'table' THEN 0 ELSE s.pgsize END)
    FROM dbstat s JOIN sqlite_master m ON m.name = s.name GROUP BY 1"""
SERVER = """
    SELECT relname, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"""
Sizes = dict[str, tuple[int, int, int]]
"""By table: rows, bytes, bytes of its indexes."""


def filled(channel: str, url: str, orders: int, rounds: int) -> dict[str, int]:
    """A store of a day's orders and their changes; gives what the hub counted."""
    day = timedelta(days=1)
    with (
        tempfile.TemporaryDirectory() as folder,
        bench(
            channel, Path(folder), seed=1, orders=orders, history=day, database=url
        ) as made,
    ):
        counts = _synced(made)
        for _ in range(rounds):
            _change(made, orders)
            counts = {name: n + counts[name] for name, n in _synced(made).items()}
        return {**counts, "raw_bytes": _raw(made)}


def _synced(made: Bench) -> dict[str, int]:
    made.platform.clock.advance(SETTLED)
    wanted = ("calls", "created", "changed", "rereads")
    found = made.hub.sync()
    return {name: sum(getattr(o.counts, name) for o in found) for name in wanted}


def _change(made: Bench, orders: int) -> None:
    for _ in range(20):
        made.platform.clock.advance(3600.0 / 20)
        made.platform.churn(orders // 20)


def _raw(made: Bench) -> int:
    """How long an order's own JSON is, on average."""
    found = [made.hub.explain(one.uid)["raw"] for one in made.hub.orders(limit=50)]
    texts = [json.dumps(raw.body, ensure_ascii=False) for of in found for raw in of]
    return sum(len(one.encode()) for one in texts) // max(len(texts), 1)


def sizes(engine: Engine) -> Sizes:
    """Every table that has any row."""
    asked = LITE if engine.dialect.name == "sqlite" else SERVER
    with engine.connect() as connection:
        found = connection.execute(text(asked)).all()
        all_of_them = {name: (_rows(connection, name), *of) for name, *of in found}
    return {name: of for name, of in all_of_them.items() if of[0]}


def _rows(connection: Connection, table: str) -> int:
    return int(connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one())


def vacuumed(url: str) -> None:
    """Give back what updates left."""
    address = make_url(url)
    if address.drivername == "sqlite":
        with closing(sqlite3.connect(str(address.database))) as lite:
            lite.execute("VACUUM")
        return
    plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as server:
        server.execute("VACUUM FULL")


def measured(channel: str, orders: int, rounds: int) -> dict[str, Any]:
    """One channel, on both."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("sqlite", "postgresql"):
            lite = f"sqlite:///{Path(folder) / 'hub.db'}"
            url = lite if kind == "sqlite" else postgres.fresh()
            counts = filled(channel, url, orders, rounds)
            engine = connect(url)
            grown = _total(sizes(engine))
            vacuumed(url)
            found[kind] = {**counts, "grown": grown, "tables": sizes(engine)}
            engine.dispose()
    return found


def _total(tables: Sizes) -> int:
    return sum(own + index for _, own, index in tables.values())


def show(channel: str, found: dict[str, Any]) -> None:
    """By the order, the largest tables first. A box makes new orders while it changes."""
    for kind, of in found.items():
        tables: Sizes = of["tables"]
        orders = tables["orders"][0]
        print(
            f"\n{channel}, {kind}: {of['raw_bytes']} B raw. An order:"
            f" {of['calls'] / orders:.2f} calls, {of['changed'] / orders:.1f} changes,"
            f" {_total(tables) / orders:,.0f} B ({of['grown'] / orders:,.0f} as grown)"
        )
        for name, (rows, own, index) in _largest(tables):
            print(
                f"  {name:22}{rows / orders:8.2f} rows{own / orders:10,.0f} B"
                f"{index / orders:10,.0f} B of indexes"
            )


def _largest(tables: Sizes) -> Iterable[tuple[str, tuple[int, int, int]]]:
    return sorted(tables.items(), key=lambda one: -one[1][1] - one[1][2])[:10]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--channel", action="append", choices=CHANNELS)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    for channel in given.channel or CHANNELS:
        found = measured(channel, given.orders, given.rounds)
        if given.json:
            print(json.dumps({channel: found}))
        else:
            show(channel, found)


if __name__ == "__main__":
    main()
