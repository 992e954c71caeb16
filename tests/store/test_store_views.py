"""What stands in the `v1_…` views for BI tools is the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, Table, inspect, select

from hub_core.models import Refund, Sku, Voucher
from hub_core.store import Store, streams
from tests.store.making import KEY, Hands, a_party, a_shop, an_order, at
from tests.store.test_store_records import ONE_OF_EACH, write
from tests.store.workers import a_proof

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="there is no wheel of PostgreSQL for Windows"
)


@dataclass
class Shown:
    """A view as a client meets it: columns in their order with Python's types, and rows."""

    columns: list[tuple[str, type]]
    rows: list[tuple[Any, ...]]


def filled(url: str) -> Store:
    """Each kind of record twice, with all that may stand under one."""
    store = Store.open(url, KEY, lambda: at(0))
    hands = Hands(store, a_shop(store))
    voucher = Voucher(external_id="V1", status_raw="1", original_amount=10**12)
    hands.write(
        an_order("A1", party=a_party(), vouchers=(voucher,)),
        an_order("A2", 60, paid_at=at(3), ext={"b": 1, "a": "茶"}),
    )
    for plural, record in ONE_OF_EACH.items():
        more: dict[str, Any] = {
            "products": {"skus": (Sku(external_id="K1", available=3),)},
            "after_sales": {"refunds": (Refund(external_id="F1", amount=9),)},
        }.get(plural, {})
        write(hands, plural, record, replace(record, external_id="second", **more))
    with store.writing() as connection:
        streams.add_proof(connection, hands.shop.id, "orders", a_proof(), at(0))
    return store


def shown(store: Store) -> dict[str, Shown]:
    engine = store.engine
    names = sorted(inspect(engine).get_view_names())
    found = {}
    with store.reading() as connection:
        for name in names:
            view = Table(name, MetaData(), autoload_with=connection)
            rows = connection.execute(select(view)).all()
            columns = [(c.name, c.type.python_type) for c in view.columns]
            found[name] = Shown(columns, sorted(map(_plain, rows), key=repr))
    return found


def _plain(row: Any) -> tuple[Any, ...]:
    """SQLite has no zones: what a client reads there is UTC."""
    return tuple(_utc(v) if isinstance(v, datetime) else v for v in row)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


@pytest.fixture(scope="module")
def both(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[dict[str, Shown], dict[str, Shown]]]:
    from tests.store import postgres

    url = postgres.fresh()
    file: Path = tmp_path_factory.mktemp("views") / "hub.db"
    stores = filled(f"sqlite:///{file}"), filled(url)
    yield shown(stores[0]), shown(stores[1])
    for store in stores:
        store.close()
    postgres.drop(url)


def test_there_are_the_same_columns_in_the_same_order_of_the_same_types(
    both: tuple[dict[str, Shown], dict[str, Shown]],
) -> None:
    here, there = ({name: v.columns for name, v in side.items()} for side in both)
    assert len(here) >= 10
    assert here == there


def test_there_are_the_same_rows(
    both: tuple[dict[str, Shown], dict[str, Shown]],
) -> None:
    here, there = ({name: v.rows for name, v in side.items()} for side in both)
    assert {name: len(rows) > 0 for name, rows in here.items()} == dict.fromkeys(here, True)
    assert here == there


def test_values_are_of_the_types_their_columns_say(
    both: tuple[dict[str, Shown], dict[str, Shown]],
) -> None:
    for side in both:
        for name, view in side.items():
            for row in view.rows:
                odd = [
                    (name, column, value)
                    for (column, kind), value in zip(view.columns, row, strict=True)
                    if value is not None and type(value) not in (kind, list)
                ]
                assert odd == []
