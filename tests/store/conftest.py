"""Every test here runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub_core.store import Store
from hub_core.store.engine import connect
from hub_core.store.schema import upgrade
from hub_core.store.shops import Shop
from tests.store.making import KEY, Hands, a_shop, at

BOTH = [
    "sqlite",
    pytest.param(
        "postgresql",
        marks=pytest.mark.skipif(
            sys.platform == "win32", reason="there is no wheel of PostgreSQL for Windows"
        ),
    ),
]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "hub.db"
    engine = connect(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(params=BOTH)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database(kind: str, tmp_path: Path, sqlite_template: Path) -> Iterator[str]:
    """The URL of a database with the hub's tables and nothing in them."""
    if kind == "sqlite":
        shutil.copy(sqlite_template, tmp_path / "hub.db")
        yield f"sqlite:///{tmp_path / 'hub.db'}"
        return
    from tests.store import postgres

    url = postgres.fresh()
    yield url
    postgres.drop(url)


@pytest.fixture
def empty_database(kind: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any tables."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.db'}"
        return
    from tests.store import postgres

    url = postgres.fresh(migrated=False)
    yield url
    postgres.drop(url)


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    opened = Store.open(database, KEY, lambda: at(0))
    yield opened
    opened.close()


@pytest.fixture
def shop(store: Store) -> Shop:
    return a_shop(store)


@pytest.fixture
def hands(store: Store, shop: Shop) -> Hands:
    return Hands(store, shop)
