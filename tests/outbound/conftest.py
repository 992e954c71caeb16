"""The store of `tests/store`, on SQLite unless a test asks for both; and an ERP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub_core.store import Store
from hub_core.store.shops import Shop
from tests import databases
from tests.outbound.erp import Erp, Office, Watch
from tests.store.conftest import database, sqlite_template
from tests.store.making import KEY, Hands, a_shop

__all__ = ["database", "sqlite_template"]


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> str:
    return str(getattr(request, "param", databases.KEPT.kind))


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def store(database: str, watch: Watch) -> Iterator[Store]:
    opened = Store.open(database, KEY, watch.now)
    yield opened
    opened.close()


@pytest.fixture
def shop(store: Store) -> Shop:
    return a_shop(store)


@pytest.fixture
def hands(store: Store, shop: Shop) -> Hands:
    return Hands(store, shop)


@pytest.fixture
def erp() -> Iterator[Erp]:
    with Erp() as made:
        yield made


@pytest.fixture
def office(hands: Hands, erp: Erp, watch: Watch) -> Iterator[Office]:
    """A hub with one shop, and one endpoint at the ERP."""
    with Office(hands, erp, watch) as made:
        yield made
