"""A hub with a database in a file, read once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import databases
from tests.harness import Bench, bench


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Bench]:
    url = databases.at(tmp_path / "hub.db")
    with bench("douyin-laike", tmp_path, orders=20, shops=2, database=url) as one:
        one.hub.sync()
        yield one
