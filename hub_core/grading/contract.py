"""A connector's contracts, run by pytest in a process of its own, told test by test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .finding import Finding, State, found

MARK = "channel-hub grading: "
"""How a line begins that tells of a test."""
LONGEST = 160
"""Characters of why a test failed."""
Positions = Sequence[Mapping[str, str]]
OnTest = Callable[[int, int], None]
"""Told how many tests are done, of how many."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be run."""

    plugin: str
    channel: str
    capabilities: Sequence[str]
    positions: Positions = ({},)


@dataclass(frozen=True, slots=True)
class Tested:
    """One test and how it ended."""

    capability: str
    name: str
    position: str
    ok: bool
    skipped: bool
    """There was nothing to try it on."""
    why: str

    def __str__(self) -> str:
        where = "" if self.position in ("", "as made") else f" with {self.position}"
        return f"{self.capability}: {self.name}{where}: {self.why}"


def installed() -> bool:
    """Whether there is a pytest to run them."""
    return find_spec("pytest") is not None


MISSING = Finding(
    State.NOT_TRIED, "it takes pytest: pip install 'channel-hub[testing]'",
    ("pytest is not installed",),
)  # fmt: skip


def run(task: Task, on_test: OnTest = lambda done, of: None) -> list[Tested]:
    """Every test of the capabilities' contracts. RuntimeError where pytest cannot run."""
    said, total = [], 0
    for line in _lines(task):
        told = json.loads(line)
        if "total" in told:
            total = told["total"]
            continue
        said.append(_tested(told))
        on_test(len(said), total)
    if not said or len(said) < total:
        raise RuntimeError(f"{len(said)} of {total} tests were run: pytest broke off")
    return said


def _tested(told: Mapping[str, Any]) -> Tested:
    _, klass, name = told["test"].split("::")
    test, _, position = name.partition("[")
    why = " ".join(told["why"].split("\n")[0].split())[:LONGEST]
    capability = klass.removeprefix("Test_")
    return Tested(capability, test, position.rstrip("]"), told["ok"], told["skipped"], why)


def _lines(task: Task) -> Iterator[str]:
    """What the process tells, as it tells it."""
    with TemporaryDirectory() as folder:
        # Settings of a project that lies about are none of ours.
        (Path(folder) / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        flags = ["-c", "pytest.ini", "--rootdir", ".", "-s", "-p", "no:cacheprovider"]
        parts = ["-p", "no:terminal", "-p", "hub_core.testing.plugin"]
        parts += ["-p", "hub_core.grading.reporter", "--pyargs", "hub_core.grading.cases"]
        with subprocess.Popen(  # noqa: S603 - our own Python, on our own module
            [sys.executable, "-m", "pytest", *flags, *parts], cwd=folder, text=True,
            env=_environment(task), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            encoding="utf-8",
        ) as process:  # fmt: skip
            assert process.stdout is not None
            for line in process.stdout:
                if line.startswith(MARK):
                    yield line.removeprefix(MARK)


def _environment(task: Task) -> dict[str, str]:
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "CHANNEL_HUB_"))
    }
    return kept | {
        "CHANNEL_HUB_GRADING": json.dumps(asdict(task)),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }


# What it says ----------------------------------------------------------------------------


def kept(tested: Sequence[Tested]) -> Finding:
    """Met where every test passed."""
    positions = {one.position for one in tested if one.position}
    tried = [one for one in tested if not one.skipped]
    said = f"{sum(one.ok for one in tried)} of {len(tried)} tests"
    left = len(tested) - len(tried)
    said += f" ({left} had nothing to be tried on)" if left else ""
    said += f" under {len(positions)} positions" if len(positions) > 1 else ""
    return found(said, (str(one) for one in tested if not one.ok))
