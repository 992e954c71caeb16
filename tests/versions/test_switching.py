"""A shop's pin goes to the older version and back while the platform changes: nothing is
lost, nothing doubled, and what is kept is made again by the version that is read now."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from hub_core.insight.versions.rebuild import Rebuilding, Rebuilt
from hub_core.store import shops
from hub_core.store.kinds import KINDS, ORDER, Kind
from hub_core.store.tables import OrderRow, RawRow
from tests import databases
from tests.harness import OTHER_KINDS, Bench, bench

CHANNELS: dict[str, dict[str, Any]] = {
    "douyin-laike": {"switches": {"payment_discount": "beside"}},
    "taobao": {},
    "jd": {"privacy": "plain"},
    "pinduoduo": {},
}
ROUNDS = 4


def pin(one: Bench, number: int | None) -> None:
    """Every shop's own pin of its orders; None: none."""
    pins = {} if number is None else {"orders": number}
    with one.hub.store.writing() as connection:
        for shop in shops.shops(connection):
            shops.change_shop(connection, shop.id, pins=pins)


def rebuilt(one: Bench, kind: Kind = ORDER, *, dry: bool = False) -> list[Rebuilt]:
    found = []
    for shop in one.hub.shops():
        channel = one.hub.plugins.channel(shop.channel)
        facts = one.hub.settings.facts(shop.app, channel)
        work = Rebuilding(
            one.hub.store, one.hub.settings, channel.adapters, facts, shop, kind
        )
        found += work.run(dry=dry)
    return found


def changed(found: list[Rebuilt]) -> int:
    return sum(one.changed for one in found)


def shapes(one: Bench) -> set[str]:
    """By which versions the orders' raw forms were read."""
    with one.hub.store.reading() as connection:
        query = select(col(RawRow.shape)).where(col(RawRow.entity) == "order")
        return set(connection.execute(query).scalars())


OURS = ("hub_changed_at", "adapter")
"""What says by which version, and when, the row was last written."""


def facts(one: Bench) -> dict[str, dict[str, Any]]:
    """All that is stored of every order, by its id."""
    said = [order.as_dict() for order in one.hub.each_order()]
    plain = [{k: v for k, v in row.items() if k not in OURS} for row in said]
    return {row["external_id"]: row for row in plain}


def rows(one: Bench) -> int:
    with one.hub.store.reading() as connection:
        return connection.execute(select(func.count(col(OrderRow.id)))).scalar_one()


@pytest.mark.parametrize("channel", CHANNELS)
def test_to_and_fro_under_load_loses_and_doubles_nothing(
    channel: str, tmp_path: Path
) -> None:
    how = {"poison": 0.0, **CHANNELS[channel]}
    with bench(channel, tmp_path, seed=3, orders=15, **how) as one:
        for turn in range(ROUNDS):
            pin(one, (None, 1)[turn % 2])
            assert all(o.error is None for o in one.hub.sync())
            if turn == 2:
                rebuilt(one)
            one.platform.churn(8)
            one.platform.clock.advance(900)
        pin(one, None)
        assert all(o.error is None for o in one.hub.sync())
        one.platform.clock.advance(3600)
        assert all(o.error is None for o in one.hub.sync())

        for account in one.platform.accounts():
            assert one.lost(account) == []
            assert one.doubled(account) == []
            assert one.parked_ids(account.name) == set()
        assert {"orders_v1", "orders_v2"} <= shapes(one)


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_switch_in_the_midst_of_two_readers_loses_and_doubles_nothing(
    channel: str, tmp_path: Path
) -> None:
    how = {
        "poison": 0.0,
        "database": databases.at(tmp_path / "hub.db"),
        **CHANNELS[channel],
    }
    with bench(channel, tmp_path, seed=5, orders=15, **how) as one:
        one.platform.churn_per_call, one.platform.churn_left = 1, 60

        def read(_: int) -> list[str]:
            wrong: list[str] = []
            for _turn in range(ROUNDS):
                wrong += [str(o.error) for o in one.hub.sync() if o.error is not None]
                one.platform.clock.advance(600)
            return wrong

        def switch() -> None:
            for turn in range(2 * ROUNDS):
                pin(one, (1, None)[turn % 2])
                rebuilt(one)

        with ThreadPoolExecutor(3) as workers:
            switching = workers.submit(switch)
            assert [*workers.map(read, range(2))] == [[], []]
            switching.result()
        one.platform.churn_per_call = 0
        pin(one, None)
        for _ in range(2):
            one.platform.clock.advance(
                4 * 3600
            )  # beyond what is only found by asking again
            assert all(o.error is None for o in one.hub.sync())

        for account in one.platform.accounts():
            assert one.lost(account) + one.doubled(account) == []
            assert one.parked_ids(account.name) == set()


@pytest.mark.parametrize("channel", CHANNELS)
def test_made_again_to_and_fro_is_what_it_was(channel: str, tmp_path: Path) -> None:
    how = {"poison": 0.0, **CHANNELS[channel]}
    with bench(channel, tmp_path, seed=4, orders=20, **how) as one:
        one.hub.sync()
        there, before = rows(one), one.hub.position()
        told = facts(one)

        pin(one, 1)
        older = rebuilt(one, dry=True)
        assert one.hub.position() == before
        assert changed(rebuilt(one)) == changed(older)
        assert one.hub.position() == before + changed(older)
        pin(one, None)
        newer = rebuilt(one)

        assert changed(newer) == changed(older)
        assert rows(one) == there
        again = facts(one)
        assert again == told
        assert not any(found.unreadable for found in (*older, *newer))


@pytest.mark.parametrize("channel", CHANNELS)
def test_records_of_every_kind_made_again_by_their_own_version_cost_nothing(
    channel: str, tmp_path: Path
) -> None:
    kinds = ("orders", *OTHER_KINDS)
    hour = timedelta(hours=1)
    how: dict[str, Any] = {"kinds": kinds, "history": hour, "before": timedelta(0)}
    with bench(channel, tmp_path, seed=5, orders=30, **how) as one:
        one.hub.sync()
        one.platform.churn(10)
        one.platform.clock.advance(1800)
        one.hub.sync()
        before = one.hub.position()
        found = [r for kind in KINDS.values() for r in rebuilt(one, kind)]

        assert sum(r.records for r in found) > 30
        assert [(r.shape, r.changed) for r in found if r.changed] == []
        assert not any(r.unreadable for r in found)
        assert one.hub.position() == before
