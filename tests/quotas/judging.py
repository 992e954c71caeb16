"""A platform that lets ten calls a second in, and who calls it from how many processes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hub_core.sandbox import Clock
from hub_core.sandbox.server import running
from tests.client.corner import Corner

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Run:
    """What the platform saw: when each call came, by its own clock."""

    times: list[float]
    refused: int

    def busiest(self, seconds: float) -> int:
        """The most calls in any window of that length."""
        worst, first = 0, 0
        for last, at in enumerate(self.times):
            while self.times[first] <= at - seconds:
                first += 1
            worst = max(worst, last - first + 1)
        return worst

    def used(self, a_second: float) -> float:
        """The part of the quota that was used from the first call to the last."""
        return (len(self.times) - 1) / (self.times[-1] - self.times[0]) / a_second


@contextmanager
def platform() -> Iterator[tuple[Corner, str]]:
    """A corner shop's platform that runs with the wall, and its address."""
    box = Corner(clock=Clock(running=True))
    box.live[""] = float("inf")  # whoever has no token is let in, too
    with running(box) as address:
        yield box, address


def run(database: str, processes: int, seconds: float, threads: int = 4) -> Run:
    """So many processes on one database, each with so many threads."""
    with platform() as (box, address):
        words = [address, database, str(seconds), str(threads)]
        started = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.quotas.spending", *words],
                cwd=ROOT, stdout=subprocess.PIPE, text=True,
            )
            for _ in range(processes)
        ]  # fmt: skip
        said = [one.communicate(timeout=seconds + 60)[0] for one in started]
        told = [json.loads(line) for line in said]
        times = [entry.at for entry in box.log.entries]
    return Run(times, sum(one.get("refused", 0) for one in told))
