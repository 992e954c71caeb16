"""Two `hub sync` of one shop at the same time end as one does."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub_core.sandbox import Fault, Faults
from tests.kill.killing import told_twice
from tests.scenarios.served import Served, quiet, served

READING = {"settle_lag_seconds": 1, "overlap_seconds": 2, "page_size": 5}
BOTH = [
    "sqlite",
    pytest.param(
        "postgresql",
        marks=pytest.mark.skipif(
            sys.platform == "win32", reason="there is no wheel of PostgreSQL for Windows"
        ),
    ),
]


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'hub.db'}"
        return
    from tests.store import postgres

    url = postgres.fresh()
    yield url
    postgres.drop(url)


@pytest.mark.parametrize("channel", ["douyin-laike", "taobao", "jd", "pinduoduo"])
def test_two_syncs_of_one_shop_at_once_end_as_one_does(
    channel: str, database: str, tmp_path: Path
) -> None:
    with served(
        channel, tmp_path, database=database, seed=5, orders=40, reading=READING
    ) as made:
        made.platform.churn_per_call = 1
        slow = Fault("slow", "orders.list", value=0.15)  # long enough for two to meet
        made.platform.faults = Faults([slow])
        said = together(made)
        quiet(made.platform)
        with made.later(1_000) as hub:
            assert [o.error for o in hub.sync() + hub.heal()] == [None] * len(said[0]) * 2
            assert made.lost(hub) == []
            assert made.doubled(hub) == []
            assert told_twice(hub) == []
            orders = len(hub.orders(limit=1000))
        known = made.platform.truth(made.platform.accounts()[0].external_id)
        assert orders == len(known)
        assert sum(s["created"] for one in said for s in one) > 0
        assert any(s["skipped"] for one in said for s in one), "they never met"


def together(made: Served) -> list[list[dict[str, Any]]]:
    """What each of two processes, started at once, says of the streams it read."""
    two = [made.start("sync", "--json") for _ in range(2)]
    ends = [one.communicate(timeout=120) for one in two]
    assert [one.returncode for one in two] == [0, 0], ends
    return [json.loads(out)["streams"] for out, _ in ends]
