"""A commit the database rolls back is written anew, once, and no platform asked again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from hub_core.service.metrics import Metrics
from hub_core.store import Store
from hub_core.store.again import counted
from tests import databases
from tests.harness import Bench, bench


class RolledBack(Exception):
    """As PostgreSQL's driver says it."""

    sqlstate = "40P01"


@contextmanager
def in_a_deadlock(store: Store, times: int) -> Iterator[None]:
    """So many commits that write a stream's proof are rolled back at their end."""
    proving, left = set[int](), [times]

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO coverage"):
            proving.add(id(connection))

    def refuse(connection: Any) -> None:
        if id(connection) in proving and left[0]:
            left[0] -= 1
            proving.clear()
            raise DBAPIError("COMMIT", None, RolledBack())

    event.listen(store.engine, "before_cursor_execute", note)
    event.listen(store.engine, "commit", refuse)
    yield
    event.remove(store.engine, "before_cursor_execute", note)
    event.remove(store.engine, "commit", refuse)
    assert left == [0], "nothing was rolled back"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Bench]:
    database = databases.at(tmp_path / "hub.db")
    with bench("pinduoduo", tmp_path, orders=30, database=database) as one:
        yield one


def test_a_commit_that_is_rolled_back_is_written_anew(made: Bench) -> None:
    before, log = counted().get("deadlock", 0), made.platform.log.entries
    with in_a_deadlock(made.hub.store, times=2):
        (outcome,) = made.hub.sync()
    assert outcome.error is None
    assert counted()["deadlock"] == before + 2
    assert outcome.counts.created == len(list(made.hub.each_order())) > 0
    assert all(one.complete for one in made.hub.coverage())
    assert len(made.hub.journal(limit=10_000)) == len(log)
    told = Metrics(made.hub, list).text().decode()
    assert 'channel_hub_transactions_again{why="deadlock"}' in told
