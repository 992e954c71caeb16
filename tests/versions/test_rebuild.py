"""Making stored records again: what changes, what stays, what is put aside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import from_json, to_json
from sqlalchemy import select, update
from sqlmodel import col

from hub_core.insight.versions.rebuild import OURS, Rebuilding, Rebuilt
from hub_core.store import records
from hub_core.store.kinds import ORDER
from hub_core.store.records import raw_cell
from hub_core.store.tables import OrderRow, RawRow
from tests.harness import Bench, bench


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Bench]:
    """A shop of Taobao, read once."""
    with bench("taobao", tmp_path, seed=2, orders=12, poison=0.0) as one:
        one.hub.sync()
        yield one


def again(one: Bench, *, dry: bool = False, **how: Any) -> Rebuilt:
    shop = one.hub.shops()[0]
    channel = one.hub.plugins.channel(shop.channel)
    work = Rebuilding(
        one.hub.store,
        one.hub.settings,
        channel.adapters,
        channel.facts,
        shop,
        ORDER,
        **how,
    )
    (found,) = work.run(dry=dry)
    return found


def row(one: Bench, external_id: str) -> dict[str, Any]:
    with one.hub.store.reading() as connection:
        query = select(ORDER.table).where(col(OrderRow.external_id) == external_id)
        return dict(connection.execute(query).one()._mapping)


def ids(one: Bench) -> list[str]:
    return sorted(order.values["external_id"] for order in one.hub.each_order())


def change_raw(one: Bench, external_id: str, **fields: Any) -> None:
    """As if the platform had said otherwise, or a version had read it otherwise."""
    shop, store, key = one.hub.shops()[0], one.hub.store, row(one, external_id)["id"]
    cell = raw_cell(shop.id, external_id, "orders")
    mine = (col(RawRow.entity) == "order", col(RawRow.entity_id) == key)
    with store.writing() as connection:
        sealed = connection.execute(select(col(RawRow.sealed)).where(*mine)).scalar_one()
        raw = {**from_json(store.vault.open(sealed, cell)), **fields}
        step = update(RawRow).where(*mine)
        connection.execute(step.values(sealed=store.vault.seal(to_json(raw), cell)))


def raw_times(one: Bench) -> set[tuple[datetime, int | None]]:
    with one.hub.store.reading() as connection:
        query = select(col(RawRow.fetched_at), col(RawRow.journal_id))
        return {(at, by) for at, by in connection.execute(query)}


def test_what_is_as_it_was_is_not_written(shop: Bench) -> None:
    before, stored = shop.hub.position(), [row(shop, name) for name in ids(shop)]
    shop.platform.clock.advance(60)

    found = again(shop)

    assert (found.records, found.unchanged) == (12, 12)
    assert shop.hub.position() == before
    assert [row(shop, name) for name in ids(shop)] == stored


def test_what_comes_out_otherwise_is_written_and_told(shop: Bench) -> None:
    one, before = ids(shop)[0], shop.hub.position()
    change_raw(shop, one, post_fee="7.77")

    found = again(shop)

    assert (found.changed, found.unchanged, found.unreadable) == (1, 11, 0)
    assert row(shop, one)["freight_amount"] == 777
    (told,) = shop.hub.changes(before)
    assert (told.kind, told.external_id) == ("order.changed", one)


def test_who_listens_is_told_of_what_was_written(shop: Bench) -> None:
    one, heard = ids(shop)[0], list[str]()
    change_raw(shop, one, post_fee="7.77")

    again(shop, dry=True, told=lambda record: heard.append(record.external_id))
    assert heard == []
    again(shop, told=lambda record: heard.append(record.external_id))
    again(shop, told=lambda record: heard.append(record.external_id))
    assert heard == [one]


def test_when_and_how_it_was_fetched_stays(shop: Bench) -> None:
    one = ids(shop)[0]
    before, times = row(shop, one), raw_times(shop)
    change_raw(shop, one, post_fee="7.77")
    shop.platform.clock.advance(3600)

    again(shop)

    after = row(shop, one)
    assert raw_times(shop) == times
    for name in ("journal_id", "hub_seen_at", "reread_at", "missing_at", "uid"):
        assert after[name] == before[name]
    assert after["hub_changed_at"] > before["hub_changed_at"]


def test_an_earlier_time_of_change_is_no_older_version(shop: Bench) -> None:
    one = ids(shop)[0]
    change_raw(shop, one, modified="2026-01-01 00:00:00")

    assert again(shop).changed == 1
    assert row(shop, one)["channel_updated_at"].year < 2027
    assert again(shop).changed == 0


def test_a_record_that_is_gone_stays_gone(shop: Bench) -> None:
    one, owner = ids(shop)[0], shop.hub.shops()[0].owner
    at = shop.hub.store.now()
    with shop.hub.store.writing() as connection:
        records.mark_missing(connection, ORDER, owner.shop_id, one, at, None)
    change_raw(shop, one, post_fee="7.77")

    assert again(shop).changed == 1
    assert row(shop, one)["missing_at"] == at
    assert row(shop, one)["freight_amount"] == 777


def test_what_cannot_be_read_keeps_its_row_and_is_parked(shop: Bench) -> None:
    one = ids(shop)[0]
    before = row(shop, one)
    change_raw(shop, one, payment="much")

    found = again(shop)

    assert (found.unreadable, found.examples) == (1, [one])
    assert "much" not in str(found.reasons)
    assert row(shop, one) == before
    (aside,) = shop.hub.parked()
    assert (aside.external_id, aside.stream) == (one, "orders")
    assert aside.reason.startswith(OURS)
    assert shop.hub.parked_raw(aside.id)["payment"] == "much"


def test_parked_once_it_comes_back_when_it_can_be_read(shop: Bench) -> None:
    one = ids(shop)[0]
    change_raw(shop, one, payment="much")
    again(shop)
    again(shop)
    assert len(shop.hub.parked()) == 1
    change_raw(shop, one, payment="12.00")

    again(shop)

    assert shop.hub.parked() == []


def test_a_raw_form_of_another_record_is_not_taken_for_it(shop: Bench) -> None:
    one, other = ids(shop)[:2]
    change_raw(shop, one, tid=other, tid_str=other)

    found = again(shop)

    assert found.unreadable == 1
    assert len(ids(shop)) == 12


def test_a_dry_run_writes_nothing(shop: Bench) -> None:
    one, two = ids(shop)[:2]
    change_raw(shop, one, post_fee="7.77")
    change_raw(shop, two, payment="much")
    before, position = row(shop, one), shop.hub.position()

    found = again(shop, dry=True)

    assert (found.changed, found.unreadable) == (1, 1)
    assert (row(shop, one), shop.hub.position()) == (before, position)
    assert shop.hub.parked() == []
