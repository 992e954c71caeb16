"""What the database breaks off is begun again, and counted; nothing else is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from hub_core.store import Store
from hub_core.store.again import TIMES, again, broken_off, counted
from hub_core.store.engine import connect

ON_POSTGRES = pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
SWEPT = text("UPDATE meta SET value = value || :said WHERE name = :name")


@pytest.fixture(autouse=True)
def two_rows(store: Store) -> None:
    with store.writing() as connection:
        connection.execute(text("INSERT INTO meta VALUES ('one', ''), ('two', '')"))


@pytest.fixture
def more() -> Callable[[], dict[str, int]]:
    """What was counted since the test began."""
    before = counted()
    return lambda: {
        why: n - before.get(why, 0)
        for why, n in counted().items()
        if n > before.get(why, 0)
    }


def said(store: Store) -> dict[str, str]:
    with store.reading() as connection:
        rows = connection.execute(text("SELECT name, value FROM meta")).all()
    return {name: value for name, value in rows if name in ("one", "two")}


@ON_POSTGRES
def test_of_two_in_a_deadlock_both_are_done_once(store: Store, more: Any) -> None:
    met = threading.Barrier(2)

    def both(who: str, first: str, second: str) -> None:
        tried: list[int] = []

        def work(connection: Connection) -> None:
            tried.append(1)
            connection.execute(SWEPT, {"said": who, "name": first})
            if len(tried) == 1:
                met.wait(30)
            connection.execute(SWEPT, {"said": who, "name": second})

        again(store.engine, work)

    with ThreadPoolExecutor(2) as pool:
        a = pool.submit(both, "a", "one", "two")
        b = pool.submit(both, "b", "two", "one")
        a.result(60), b.result(60)
    assert {"".join(sorted(value)) for value in said(store).values()} == {"ab"}
    assert more() == {"deadlock": 1}


@ON_POSTGRES
def test_a_connection_that_breaks_is_no_end(store: Store, more: Any) -> None:
    tried: list[int] = []

    def work(connection: Connection) -> int:
        tried.append(1)
        connection.execute(SWEPT, {"said": "x", "name": "one"})
        if len(tried) < 3:
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return len(tried)

    assert again(store.engine, work, sleep=lambda seconds: None) == 3
    assert said(store) == {"one": "x", "two": ""}
    assert more() == {"lost": 2}


@ON_POSTGRES
def test_what_is_rolled_back_for_ever_is_raised(store: Store, more: Any) -> None:
    conflict = text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$")

    def work(connection: Connection) -> None:
        connection.execute(conflict)

    with pytest.raises(DBAPIError) as raised:
        again(store.engine, work, sleep=lambda seconds: None)
    assert broken_off(raised.value) == "serialization"
    assert more() == {"serialization": TIMES - 1}


def test_a_server_that_is_not_there_is_waited_for_so_long_and_no_longer(more: Any) -> None:
    engine = connect("postgresql:///hub?host=/nowhere/at/all")
    with pytest.raises(OperationalError):
        again(engine, lambda connection: None, seconds=0.2, sleep=lambda seconds: None)
    assert more()["lost"] > 0
    engine.dispose()


def test_a_refused_row_and_an_error_of_ours_are_raised_at_once(
    store: Store, more: Any
) -> None:
    twice = text("INSERT INTO meta VALUES ('one', '')")
    with pytest.raises(IntegrityError):
        again(store.engine, lambda connection: connection.execute(twice))
    with pytest.raises(ZeroDivisionError):
        again(store.engine, lambda connection: 1 / 0)
    assert more() == {}
