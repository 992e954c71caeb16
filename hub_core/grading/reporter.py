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
    """One test has ended; what its fixtures come to, before it, is the test's own end."""
    if report.when == "call" or (report.when == "setup" and not report.passed):
        crash = getattr(report.longrepr, "reprcrash", None)
        why = (
            str(crash.message if crash else report.longrepr or "") if report.failed else ""
        )
        _say(test=report.nodeid, ok=not report.failed, skipped=report.skipped, why=why)
