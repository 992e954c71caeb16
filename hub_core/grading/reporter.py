"""A pytest plugin that tells how each test ended, a line of JSON each, as it ends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hub_core.grading.contract import MARK


def _say(**what: Any) -> None:
    print(f"\n{MARK}{json.dumps(what)}", flush=True)  # noqa: T201


def pytest_collection_finish(session: pytest.Session) -> None:
    """How many there will be."""
    _say(total=len(session.items))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """One test has ended; a fixture that fails is the test's failure."""
    if report.when == "call" or report.failed:
        crash = getattr(report.longrepr, "reprcrash", None)
        why = (
            str(crash.message if crash else report.longrepr or "") if report.failed else ""
        )
        _say(test=report.nodeid, ok=not report.failed, why=why)
