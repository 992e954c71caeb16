"""Run one seed, or a range: `python -m tests.loss_records taobao products 17` or `… 0 40`.

With `forward` a page 1, 2, 3 reader lives through the day instead of the hub.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.loss.__main__ import _say

from .day import RecordResult, live, live_forward
from .scenario import RecordScenario, day

WRONGS = ("lost", "surplus", "false_completes")
COUNTS = ("orders", "calls", "parked", "unnamed", "late", "partial", "open")


def main() -> None:
    channel, kind, first, *more = sys.argv[1:]
    upper = [int(word) for word in more if word.isdigit()]
    seeds = range(int(first), upper[0] if upper else int(first) + 1)
    for seed in seeds:
        lived, began = day(channel, kind, seed), time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            if "forward" in more:
                _say(f"{seed} lost {live_forward(lived, Path(folder))}")
                continue
            result = live(lived, Path(folder))
        took = time.monotonic() - began
        _say(f"{channel} {kind} {seed} {took:.2f}s {_counts(result)}")
        if len(seeds) == 1 or not result.held:
            _explain(lived, result)


def _counts(result: RecordResult) -> str:
    counted = " ".join(f"{name}={getattr(result, name)}" for name in COUNTS)
    return f"held={result.held} {counted}"


def _explain(lived: RecordScenario, result: RecordResult) -> None:
    _say(f"  {lived}\n  {lived.options}")
    for name in WRONGS:
        for one in getattr(result, name):
            _say(f"  {name}: {one}")


if __name__ == "__main__":
    main()
