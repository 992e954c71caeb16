"""The audit and the day's count, in SQLite and PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

from hub_core.store import Store, reveals
from hub_core.store.shops import Shop
from tests.store.making import at

TODAY, TOMORROW = date(2026, 11, 20), date(2026, 11, 21)


def take(store: Store, shop: Shop, units: int, most: int | None, day: date = TODAY) -> bool:
    with store.writing() as connection:
        return reveals.take(connection, shop.id, day, units, most)


def spent(store: Store, shop: Shop, day: date = TODAY) -> reveals.Spent:
    with store.reading() as connection:
        return reveals.spent(connection, shop.id, day)


def test_a_day_takes_what_it_has_and_the_next_begins_anew(store: Store, shop: Shop) -> None:
    assert [take(store, shop, 2, 5) for _ in range(3)] == [True, True, False]
    assert take(store, shop, 1, 5)
    assert not take(store, shop, 1, 0)
    assert take(store, shop, 5, 5, TOMORROW)
    assert (spent(store, shop).used, spent(store, shop, TOMORROW).used) == (5, 5)


def test_a_day_the_platform_closed_takes_nothing_whatever_was_set(
    store: Store, shop: Shop
) -> None:
    with store.writing() as connection:
        reveals.close(connection, shop.id, TODAY, "isv.quota")
    assert not take(store, shop, 1, None)
    assert spent(store, shop) == reveals.Spent(0, "isv.quota")


def test_askers_side_by_side_never_share_the_last_unit(store: Store, shop: Shop) -> None:
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda n: take(store, shop, 1, 10), range(24)))
    assert sum(got) == 10
    assert spent(store, shop).used == 10


def test_a_row_is_unknown_until_its_answer_is_there(store: Store, shop: Shop) -> None:
    with store.writing(durable=True) as connection:
        asked = {"purpose": "shipping", "actor": "wang", "day": TODAY, "units": 1}
        first = reveals.ask(connection, shop_id=shop.id, order="A1", at=at(0), **asked)  # type: ignore[arg-type]
        reveals.ask(connection, shop_id=shop.id, order="A2", at=at(1), **asked)  # type: ignore[arg-type]
    with store.writing() as connection:
        reveals.finish(connection, first, "revealed", at=at(2))
    with store.reading() as connection:
        newest, oldest = reveals.listing(connection, shop_id=shop.id)
        assert reveals.listing(connection, shop_id=shop.id + 1) == []
    assert (newest.order, newest.outcome, newest.done_at) == ("A2", "unknown", None)
    assert (oldest.order, oldest.outcome, oldest.done_at) == ("A1", "revealed", at(2))
    assert (oldest.shop, oldest.day, oldest.actor) == (shop.name, TODAY, "wang")
