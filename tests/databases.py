"""Where tests keep what a hub remembers: in files of SQLite, or in a PostgreSQL.

CHANNEL_HUB_TEST_DATABASE=postgresql has every hub and store of the tests use a new database
of a real PostgreSQL instead, which the tests start themselves. A test that is about SQLite
itself keeps SQLite: it is marked `sqlite`, with the reason.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect

SWITCH = "CHANNEL_HUB_TEST_DATABASE"
KINDS = ("sqlite", "postgresql")


class Kept:
    """The databases that stand in for files, and how long each is needed."""

    def __init__(self) -> None:
        self.kind = "sqlite"
        self._urls: dict[str, tuple[str, str]] = {}
        self._scopes = ["function"]

    def at(self, path: Path | str) -> str:
        """The URL of the database at this path: the file, or what stands in for it."""
        if self.kind == "sqlite":
            return f"sqlite:///{Path(path).as_posix()}"
        return self._standing_in(str(path))

    def new(self) -> str:
        """The URL of a database nobody else uses: in memory, where it is SQLite."""
        return "sqlite://" if self.kind == "sqlite" else self._standing_in(None)

    def _standing_in(self, path: str | None) -> str:
        from tests.store import postgres

        name = path or f"new {len(self._urls)} {os.urandom(8).hex()}"
        if name not in self._urls:
            self._urls[name] = (postgres.fresh(), self._scopes[-1])
        return self._urls[name][0]

    def copy(self, old: Path, path: Path) -> str:
        """Put a copy of one database at another path, in place of what was there."""
        if self.kind == "sqlite":
            for left in path.parent.glob(f"{path.name}*"):
                left.unlink()
            with closing(sqlite3.connect(old)) as one, closing(sqlite3.connect(path)) as to:
                one.backup(to)
            return self.at(path)
        from tests.store import postgres

        if str(path) in self._urls:
            postgres.drop(self._urls.pop(str(path))[0])
        self._urls[str(path)] = (postgres.copy(self._urls[str(old)][0]), self._scopes[-1])
        return self.at(path)

    @contextmanager
    def within(self, scope: str) -> Iterator[None]:
        """What is made in the block is needed for this scope of pytest's fixtures."""
        self._scopes.append(scope)
        try:
            yield
        finally:
            self._scopes.pop()

    @contextmanager
    def passing(self) -> Iterator[None]:
        """What is made in the block is not needed after it."""
        try:
            with self.within("passing"):
                yield
        finally:
            self.forget("passing")

    def forget(self, *scopes: str) -> None:
        """Drop what was made for these scopes."""
        from tests.store import postgres

        over = [name for name, (_, scope) in self._urls.items() if scope in scopes]
        for name in over:
            postgres.drop(self._urls.pop(name)[0])


KEPT = Kept()
at, new, copy, passing = KEPT.at, KEPT.new, KEPT.copy, KEPT.passing


def joint() -> tuple[str, str | None]:
    """What `join` has to be given in a process that a test starts."""
    from tests.store import postgres

    return KEPT.kind, None if KEPT.kind == "sqlite" else postgres.server()


def join(kind: str, server: str | None) -> None:
    """Have this process keep its databases as the one that started it does."""
    from tests import template
    from tests.store import postgres

    template.install()
    KEPT.kind = kind
    if server is not None:
        postgres.borrow(server)


def dump(url: str) -> str:
    """All that is in a database, as text."""
    from hub_core.store.engine import connect, reading

    engine = connect(url)
    with reading(engine) as connection:
        said = told(connection)
    engine.dispose()
    return said


def told(connection: Connection) -> str:
    """The same, of the database a connection is to."""
    rows = [
        f"{name} {tuple(row)}"
        for name in inspect(connection).get_table_names()
        for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"')
    ]
    return "\n".join(rows)


def chosen() -> str:
    """Which kind this run is to use."""
    found = os.environ.get(SWITCH) or "sqlite"
    if found not in KINDS:
        raise pytest.UsageError(f"{SWITCH} is {found}: say one of {', '.join(KINDS)}")
    return found


# Hooks of a plugin, which the tests' own conftest registers -----------------------------


def pytest_configure(config: pytest.Config) -> None:
    """A test may leave a store to be closed by whoever collects it: SQLite's says nothing
    then, PostgreSQL's driver does."""
    config.addinivalue_line(
        "filterwarnings",
        "ignore:<psycopg.Connection .*was deleted while still open:ResourceWarning",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Iterator[None]:
    """A test's databases are dropped after it, a file's after its last."""
    marked = item.get_closest_marker("sqlite")
    KEPT.kind = "sqlite" if marked else chosen()
    try:
        return (yield)
    finally:
        KEPT.forget("function")
        if nextitem is None or nextitem.path != item.path:
            KEPT.forget("class", "module")


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
) -> Iterator[object]:
    """What a fixture makes is needed as long as the fixture."""
    with KEPT.within(fixturedef.scope):
        return (yield)
