"""A hub over a Laike box whose app pushes, and the stores of `tests/store`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub_core.inbound import Inbound
from tests.harness import Bench, bench
from tests.inbound.pushing import CHANNEL, Pusher
from tests.store.conftest import database, kind, sqlite_template

__all__ = ["database", "kind", "sqlite_template"]


@pytest.fixture
def joined(database: str, tmp_path: Path) -> Iterator[Bench]:
    with bench(CHANNEL, tmp_path, database=database, orders=20) as made:
        yield made


@pytest.fixture
def inbound(joined: Bench) -> Iterator[Inbound]:
    made = Inbound(joined.hub)
    yield made
    made.close()


@pytest.fixture
def pusher(joined: Bench, inbound: Inbound) -> Pusher:
    return Pusher(inbound, joined.platform.accounts()[0])
