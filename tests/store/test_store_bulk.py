"""Rows through the driver are the rows SQLAlchemy would have written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, repeat
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

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


# However many there are ------------------------------------------------------------------

FEW, MANY = 2, 150
"""PostgreSQL is given many another way than few: see `hub_core.store.copying`."""


@pytest.mark.parametrize("count", [FEW, MANY])
def test_few_and_many_come_back_as_they_went_in(store: Store, count: int) -> None:
    numbers = range(count)
    columns: dict[str, Any] = {
        "order_id": repeat(1), "position": numbers,
        "external_id": [f"{n}-' \" %s ? :x \\N \\. \t" for n in numbers],
        "spec_text": [None if n % 3 else "茶\n🍵" for n in numbers], "title": repeat("茶"),
        "quantity": [2**31 - 1 - n for n in numbers],
        "goods_amount": [10**16 + n if n % 2 else None for n in numbers],
        "fulfillment_status": repeat("unknown"), "after_sale_status": repeat("none"),
        "is_gift": [n % 2 == 0 for n in numbers],
    }  # fmt: skip
    with store.writing() as connection:
        bulk.insert(connection, OrderLineRow, columns)
    rows = sorted(rows_of(store, OrderLineRow), key=lambda row: row.position)
    found = {name: [getattr(row, name) for row in rows] for name in columns}
    given = {n: list(islice(values, count)) for n, values in columns.items()}
    assert found == given


@pytest.mark.parametrize("count", [FEW, MANY])
def test_few_and_many_are_changed_alike_and_twice(store: Store, count: int) -> None:
    names = [f"A{n}" for n in range(count + 1)]
    with store.writing() as connection:
        bulk.insert(connection, OrderRow, _orders(*names))
    ids = [row.id for row in rows_of(store, OrderRow)]
    chosen = ids[:0:-1]
    with store.writing() as connection:
        for said in ("sent", "gone"):
            values: dict[str, Any] = {
                "reread_at": [None if n % 2 else at(n) for n in range(count)],
                "row_hash": [bytes([n % 256]) for n in range(count)],
                "status_raw": repeat(said), "buyer_paid_amount": range(count),
            }  # fmt: skip
            bulk.update(connection, OrderRow, chosen, values)
    found = {r.id: (r.status_raw, r.row_hash, r.reread_at, r.buyer_paid_amount)
             for r in rows_of(store, OrderRow)}  # fmt: skip
    assert found == {ids[0]: ("paid", b"h", at(9), None)} | {
        id: ("gone", bytes([n % 256]), None if n % 2 else at(n), n)
        for n, id in enumerate(chosen)
    }


@pytest.mark.parametrize("count", [FEW, MANY])
@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
@pytest.mark.parametrize("odd", ["13812345678\0", 2**40 + 13812345678])
def test_what_does_not_fit_is_refused_and_not_quoted(
    store: Store, count: int, odd: str | int
) -> None:
    orders = _orders(*[f"A{n}" for n in range(count)])
    columns: dict[str, Any] = {
        "order_id": repeat(1), "position": [*range(count - 1), 7], "quantity": repeat(1),
        "fulfillment_status": repeat("unknown"), "after_sale_status": repeat("none"),
        "is_gift": repeat(False),
    }  # fmt: skip
    if isinstance(odd, int):
        columns["quantity"] = [*repeat(1, count - 1), odd]
    else:
        columns["title"] = [*repeat("茶", count - 1), odd]
    with store.writing() as connection:
        bulk.insert(connection, OrderRow, orders)
    with pytest.raises(DBAPIError) as refused, store.writing() as connection:
        bulk.insert(connection, OrderLineRow, columns)
    assert "13812345678" not in f"{refused.value} {refused.value.orig}"
    assert rows_of(store, OrderLineRow) == []


def test_of_many_twins_none_is_quoted(store: Store) -> None:
    names = [f"1381234{n:04}" for n in range(MANY)]
    with store.writing() as connection:
        bulk.insert(connection, OrderRow, _orders(*names))
    with pytest.raises(IntegrityError) as refused, store.writing() as connection:
        bulk.insert(connection, OrderRow, _orders(*names))
    assert "1381234" not in f"{refused.value} {refused.value.orig}"


@pytest.mark.parametrize("count", [FEW, MANY])
def test_columns_nobody_tells_are_nothing_in_few_rows_and_in_many(
    store: Store, count: int
) -> None:
    names = [f"o{n}" for n in range(count)]
    told = ["shut", *[None] * (count - 1)]
    untold: dict[str, Any] = {"paid_at": [None] * count, "flags": repeat(None)}
    with store.writing() as connection:
        columns = {**_orders(*names), **untold, "close_reason": told}
        bulk.insert(connection, OrderRow, columns)
    found = [(r.paid_at, r.flags, r.close_reason) for r in rows_of(store, OrderRow)]
    assert found == [(None, None, said) for said in told]


def test_new_ids_are_nobody_elses(store: Store) -> None:
    with store.writing() as connection:
        bulk.insert(connection, OrderRow, _orders("A", "B"))
        ids = bulk.new_ids(connection, OrderRow.__table__, 3)  # type: ignore[attr-defined]
        bulk.insert(connection, OrderRow, {"id": ids, **_orders("C", "D", "E")})
        bulk.insert(connection, OrderRow, _orders("F"))
    found = [row.id for row in rows_of(store, OrderRow)]
    assert len(set(found)) == 6
    assert sorted(ids) == list(ids)
