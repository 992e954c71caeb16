"""A world with one receiver, a bot of 企业微信 on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alarms.world import Ear, World, listening


@pytest.fixture
def ear() -> Iterator[Ear]:
    with listening() as made:
        yield made


@pytest.fixture
def world(tmp_path: Path, ear: Ear) -> Iterator[World]:
    made = World(tmp_path, ear)
    yield made
    made.close()
