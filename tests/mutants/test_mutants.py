"""Faults seeded into connectors and adapters are seen by the contract and the goldens.

A few here; `CHANNEL_HUB_MUTANTS=100` makes a hundred, of which nine in ten have to be seen,
with every box of the contract and the controls of every channel. `CHANNEL_HUB_MUTANTS_SEED`
chooses others.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COUNT = int(os.environ.get("CHANNEL_HUB_MUTANTS", "12"))
SEED = os.environ.get("CHANNEL_HUB_MUTANTS_SEED", "1")
IN_FULL = COUNT >= 100
BOUND = 0.9 if IN_FULL else 0.75
FEW = ("--few", "--controls=1")
"""One box of the contract, none of the slowest tests, the controls of one channel."""
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")


def test_seeded_faults_are_seen_by_the_contract_and_the_goldens() -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.mutants", "--json", f"--seed={SEED}"),
            *(f"--count={COUNT}", f"--bound={BOUND}", *(() if IN_FULL else FEW)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr[-2000:]
    said = json.loads(done.stdout)
    print(said["shown"])  # noqa: T201

    assert said["odd"] == {}, "unharmed code was found wanting"
    assert said["made"] == COUNT
    assert said["controls"] >= 2
    assert said["share"] >= BOUND, said["shown"]
    assert done.returncode == 0
