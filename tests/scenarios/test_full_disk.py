"""D2: the disk that holds the database is full in the middle of a sync."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from hub_core.cli.failing import NOT_WELL, ended
from tests.harness import Bench, bench

FULL = "the disk that holds the database is full: make room"
ROOM = 200
"""Pages beyond those of the empty tables: enough for the beginning of a reading."""


def test_d2_a_full_disk_is_named_and_loses_nothing(tmp_path: Path) -> None:
    with shop(tmp_path) as made:
        (account,) = made.platform.accounts()
        make_room = fill(made.hub.store.engine, ROOM)

        (outcome,) = made.hub.sync()
        assert FULL in str(outcome.error)
        assert "report it" not in str(outcome.error)
        assert made.lost(account) != []
        assert made.false_completes(account) == []
        (line,) = made.hub.coverage()
        assert FULL in (line.last_error or "")

        make_room()
        (outcome,) = made.hub.sync()
        assert outcome.error is None
        assert made.lost(account) == made.doubled(account) == []
        assert checked(made.hub.store.engine) == "ok"


def test_d2_where_not_even_the_end_can_be_written_down_it_is_named_all_the_same(
    tmp_path: Path,
) -> None:
    with shop(tmp_path) as made:
        fill(made.hub.store.engine, 0)
        (outcome,) = made.hub.sync()
        assert FULL in str(outcome.error)


def test_d2_a_command_that_finds_the_disk_full_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with shop(tmp_path) as made:
        make_room = fill(made.hub.store.engine, 0)

        def count_many() -> None:
            for number in range(2_000):
                made.hub.desks.set_stock(f"goods-{number}", 7, key=f"count {number}")

        assert ended(count_many) == NOT_WELL
        said = capsys.readouterr().err
        assert FULL in said
        assert "Traceback" not in said
        make_room()
        assert made.hub.desks.set_stock("goods-1999", 7, key="count again").on_hand == 7


def shop(folder: Path) -> AbstractContextManager[Bench]:
    return bench(
        "taobao", folder, seed=9, orders=400, database=f"sqlite:///{folder}/hub.db",
        channel_settings={"streams": {"orders": {"page_size": 20, "max_window_hours": 2}}},
    )  # fmt: skip


def fill(engine: Engine, more: int) -> Callable[[], None]:
    """Let the database grow by no more than so many pages; call what comes back, and it
    may. SQLite answers SQLITE_FULL as it does for a disk without room."""
    with closing(engine.raw_connection()) as connection:
        (there,) = connection.cursor().execute("PRAGMA page_count").fetchone()
    pages = there + more

    def limit(connection: Any, record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    def make_room() -> None:
        event.remove(engine, "connect", limit)
        engine.dispose()

    engine.dispose()
    event.listen(engine, "connect", limit)
    return make_room


def checked(engine: Engine) -> str:
    with closing(engine.raw_connection()) as connection:
        return str(connection.cursor().execute("PRAGMA integrity_check").fetchone()[0])
