"""Ten calls a second and 600 a minute, as the platform counts them.

`HUB_QUOTA_SECONDS=120` runs it whole and holds it to its figures: no window overfull, 95 %
used by one process and 90 % by four. The short run shares its cores with other tests: it
only tells one purse from several, and waiting from standing still.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from hub_core.store.engine import connect
from hub_core.store.schema import upgrade
from tests.quotas.judging import run

SECONDS = float(os.environ.get("HUB_QUOTA_SECONDS", "8"))
IS_WHOLE = SECONDS >= 60


def judged(database: str, processes: int) -> None:
    found = run(database, processes, SECONDS)
    assert found.refused == 0
    if IS_WHOLE:
        assert found.busiest(1.0) <= 10
        assert found.busiest(60.0) <= 600
        assert found.used(10.0) >= (0.95 if processes == 1 else 0.9)
    else:
        assert found.busiest(1.0) <= 13
        assert found.busiest(4.0) <= 42
        assert found.used(10.0) >= 0.5


@pytest.mark.parametrize("processes", [1, 4] if IS_WHOLE else [4])
def test_on_one_file(processes: int, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    engine = connect(url)
    upgrade(engine)
    engine.dispose()
    judged(url, processes)


@pytest.mark.skipif(
    sys.platform == "win32", reason="there is no wheel of PostgreSQL for Windows"
)
@pytest.mark.parametrize("processes", [1, 4] if IS_WHOLE else [4])
def test_on_one_server(processes: int) -> None:
    from tests.store import postgres

    url = postgres.fresh()
    judged(url, processes)
    postgres.drop(url)
