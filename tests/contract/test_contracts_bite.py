"""A contract that nothing can break is none: each of these plugins breaks one test."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.contract.spoilt_plugins import NODES

HERE = Path(__file__).parent


def test_every_fault_is_seen() -> None:
    file = HERE / "spoilt_plugins.py"
    flags = ("-q", "-n0", "-p", "no:cacheprovider", "--tb=no", "-rA")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *flags, *(f"{file}::{node}" for node in NODES)],
        cwd=HERE.parents[1], text=True, capture_output=True, timeout=300, check=False,
    )  # fmt: skip
    failed = re.findall(r"^FAILED \S*?::(\w+::\w+)", done.stdout, re.MULTILINE)

    assert sorted(set(NODES) - set(failed)) == [], done.stdout[-2_000:]
    assert "error" not in done.stdout.splitlines()[-1]
