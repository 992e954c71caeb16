"""Rows through the driver are the rows SQLAlchemy would have written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import repeat
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError, StatementError

from hub_core.store import Store, bulk
from hub_core.store.tables import FeedRow, OrderLineRow, OrderRow
from tests.store.making import at, rows_of

MOMENTS = [
    at(0),
    at(0) + timedelta(microseconds=7),
    datetime(1995, 1, 1, tzinfo=UTC),
    datetime(2026, 11, 20, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai")),
    datetime(2026, 11, 19, 20, 0, tzinfo=ZoneInfo("America/New_York")),
]


def feed_columns(first: int) -> dict[str, Any]:
    return {
        "seq": range(first, first + len(MOMENTS)),
        "at": MOMENTS,
        "shop_id": repeat(1),
        "entity": repeat("order"),
        "entity_id": range(1, len(MOMENTS) + 1),
        "kind": repeat("order.created"),
    }


FEED = "SELECT seq, at, entity_id, kind FROM feed ORDER BY seq"


def stored(store: Store) -> list[tuple[object, ...]]:
    """The feed as the database holds it, untouched by any type of ours."""
    with store.reading() as connection:
        return [tuple(row) for row in connection.execute(text(FEED))]


def test_times_are_stored_as_sqlalchemy_stores_them(store: Store) -> None:
    columns = feed_columns(1)
    rows = [dict(zip(columns, values, strict=True)) for values in _rows(columns)]
    with store.writing() as connection:
        connection.execute(insert(FeedRow), rows)
        bulk.insert(connection, FeedRow, feed_columns(len(rows) + 1))
    found = [row[1:] for row in stored(store)]
    assert found[: len(rows)] == found[len(rows) :]


def _rows(columns: dict[str, Any]) -> list[tuple[Any, ...]]:
    return list(zip(*columns.values(), strict=False))


def test_truth_nothing_and_large_amounts_come_back_as_they_went_in(store: Store) -> None:
    columns: dict[str, Any] = {
        "order_id": [1, 1], "position": [0, 1], "external_id": ["a", "b"],
        "title": ["茶", "' \" %s ? :x"], "quantity": [1, 2], "goods_amount": [10**16, None],
        "fulfillment_status": repeat("unknown"), "after_sale_status": repeat("none"),
        "is_gift": [True, False],
    }  # fmt: skip
    with store.writing() as connection:
        bulk.insert(connection, OrderLineRow, columns)
    one, two = rows_of(store, OrderLineRow)
    assert (one.is_gift, one.goods_amount, one.title) == (True, 10**16, "茶")
    assert (two.is_gift, two.goods_amount, two.title) == (False, None, "' \" %s ? :x")


def test_an_update_reaches_its_rows_and_no_others(store: Store) -> None:
    with store.writing() as connection:
        bulk.insert(connection, OrderRow, _orders("A", "B", "C"))
    ids = {row.external_id: row.id for row in rows_of(store, OrderRow)}
    with store.writing() as connection:
        values: bulk.Columns = {
            "reread_at": [at(1), None],
            "status_raw": ["sent", "gone"],
        }
        bulk.update(connection, OrderRow, [ids["C"], ids["A"]], values)
    found = {r.external_id: (r.status_raw, r.reread_at) for r in rows_of(store, OrderRow)}
    assert found == {"A": ("gone", None), "B": ("paid", at(9)), "C": ("sent", at(1))}


def _orders(*names: str) -> dict[str, Any]:
    states = ("order_status", "payment_status", "fulfillment_status", "after_sale_status")
    return {
        "uid": names, "shop_id": repeat(1), "external_id": names, "type": repeat("normal"),
        "status_raw": repeat("paid"), "currency": repeat("CNY"), "reread_at": repeat(at(9)),
        "adapter": repeat("orders_v1"), "row_hash": repeat(b"h"),
        "hub_seen_at": repeat(at(0)), "hub_changed_at": repeat(at(0)),
        **dict.fromkeys(states, repeat("unknown")),
    }  # fmt: skip


def test_no_rows_are_no_statement(store: Store) -> None:
    with store.writing() as connection:
        bulk.insert(connection, FeedRow, {**feed_columns(1), "at": []})
    assert stored(store) == []


def test_a_time_without_its_zone_is_refused(store: Store) -> None:
    naive = at(0).replace(tzinfo=None)
    with pytest.raises((ValueError, StatementError)), store.writing() as connection:
        bulk.insert(connection, FeedRow, {**feed_columns(1), "at": repeat(naive)})
    assert stored(store) == []


def test_a_refused_row_is_not_quoted(store: Store) -> None:
    with store.writing() as connection:
        bulk.insert(connection, OrderRow, _orders("13812345678"))
    with pytest.raises(DBAPIError) as refused, store.writing() as connection:
        bulk.insert(connection, OrderRow, _orders("13812345678"))
    assert "13812345678" not in str(refused.value)
