"""Run one seed, or a range of them: `python -m tests.loss taobao 17` or `jd 0 200`.

With `forward` a page 1, 2, 3 reader lives through the day instead of the hub; with
`abreast` the hub asks for pages side by side.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from .day import Result, live, live_forward, live_side_by_side
from .scenario import Scenario, scenario

WRONGS = ("lost", "doubled", "false_completes")
COUNTS = ("orders", "calls", "parked", "unnamed", "late", "partial")


def main() -> None:
    channel, first, *more = sys.argv[1:]
    how = {"forward": live_forward, "abreast": live_side_by_side}
    reader = next((how[word] for word in more if word in how), live)
    upper = [int(word) for word in more if word.isdigit()]
    seeds = range(int(first), upper[0] if upper else int(first) + 1)
    for seed in seeds:
        day, began = scenario(channel, seed), time.process_time()
        with tempfile.TemporaryDirectory() as folder:
            result = reader(day, Path(folder))
        _say(f"{channel} {seed} {time.process_time() - began:.2f}s {_counts(result)}")
        if len(seeds) == 1 or not result.held:
            _explain(day, result)


def _counts(result: Result) -> str:
    counted = " ".join(f"{name}={getattr(result, name)}" for name in COUNTS)
    return f"held={result.held} {counted}"


def _explain(day: Scenario, result: Result) -> None:
    _say(f"  {day}\n  {day.options}")
    for name in WRONGS:
        for one in getattr(result, name):
            _say(f"  {name}: {one}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
