"""Whether two databases hold the same orders, what only the hub derives left aside."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import psycopg

from benchmarks.pull_columns import COLUMNS, SQLITE
from benchmarks.pull_floor import SEAL

DERIVED = {
    "id", "uid", "business_date", "buyer_key", "reread_at", "row_hash", "journal_id",
    "hub_seen_at", "hub_changed_at", "order_id", "seq", "at", "entity_id", "phone_key",
    "fetched_at", "sealed",
}  # fmt: skip
"""Ids and moments of the run itself, hashes and what is encrypted."""


def differences(hub: str, floor: str) -> list[str]:
    """Tables of the databases at two URLs that differ; empty when there are none."""
    with closing(_open(hub)) as one, closing(_open(floor)) as two:
        return [t for t in COLUMNS if _content(one, t) != _content(two, t)]


def _open(url: str) -> Any:
    file = url.removeprefix(SQLITE)
    return psycopg.connect(url) if file == url else sqlite3.connect(file)


def _content(connection: Any, table: str) -> list[tuple[object, ...]]:
    names = [f"x.{n}" for n in COLUMNS[table].split(", ") if n not in DERIVED]
    if "sealed" in COLUMNS[table]:
        names.append("length(x.sealed)")
    key = {"orders": "id", "feed": "entity_id", "raw": "entity_id"}.get(table, "order_id")
    query = (
        f"SELECT o.external_id, {', '.join(names)} FROM {table} x "
        f"JOIN orders o ON o.id = x.{key} ORDER BY 1, 2, 3"
    )
    rows: list[tuple[object, ...]] = connection.execute(query).fetchall()
    return rows


assert len(SEAL) == 4 + 12 + 16
