"""A store of its own for each test, a clock that is turned, and the hands of an admin."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from hub_core.access import Audit, Grants, Key, Keys, Principal
from hub_core.store import Store
from hub_core.store.engine import connect
from hub_core.store.schema import upgrade
from hub_core.store.shops import Shop, add_shop, shop_named
from tests import databases
from tests.store.conftest import BOTH
from tests.store.making import KEY, at

HOME = "198.51.100.7"


@dataclass
class Door:
    """One store's keys, grants and audit log, and the time there."""

    url: str
    folder: Path
    seconds: float = 0
    store: Store = field(init=False)

    def __post_init__(self) -> None:
        self.store = Store.open(self.url, KEY, self.now)
        self.keys, self.grants = Keys(self.store), Grants(self.store)
        self.audit = Audit(self.store, self.folder / "audit-head")

    def now(self) -> datetime:
        return at(self.seconds)

    def shop(self, name: str, company: str | None = None) -> Shop:
        with self.store.writing() as connection:
            add_shop(
                connection, at=at(0), name=name, channel="jd", external_id=f"{name}-1",
                app="main", start_at=at(-86_400), company=company,
            )  # fmt: skip
        with self.store.reading() as connection:
            return shop_named(connection, name)

    def key(self, person: str = "wang", **more: object) -> tuple[str, Key]:
        """A key's text, and what is kept of it; its owner is made with the first."""
        new = None if person in {k.person for k in self.keys.listing()} else "person"
        made = self.keys.create(person, "till", actor="root", new=new, **more)  # type: ignore[arg-type]
        return made.text, made.key

    def let_in(self, text: str, address: str | None = HOME) -> Principal:
        return self.keys.check(text, address)


@pytest.fixture(scope="session")
def empty_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("access") / "hub.db"
    engine = connect(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def door(tmp_path: Path, empty_template: Path) -> Iterator[Door]:
    shutil.copy(empty_template, tmp_path / "hub.db")
    made = Door(databases.at(tmp_path / "hub.db"), tmp_path)
    yield made
    made.store.close()


@pytest.fixture(params=BOTH)
def any_door(
    request: pytest.FixtureRequest, tmp_path: Path, empty_template: Path
) -> Iterator[Door]:
    """On SQLite, and on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("door")
        return
    from tests.store import postgres

    url = postgres.fresh()
    made = Door(url, tmp_path)
    yield made
    made.store.close()
    postgres.drop(url)
