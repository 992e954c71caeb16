"""What a process used: wall time, processor time, most memory."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

JSON = dict[str, Any]
STATUS = Path("/proc/self/status")


def measured(work: Callable[[], int]) -> JSON:
    """Run it once; it gives how many orders it stored."""
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    orders = work()
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = sum(getattr(after, n) - getattr(before, n) for n in ("ru_utime", "ru_stime"))
    return {
        "orders": orders,
        "wall_s": round(wall, 3),
        "cpu_s": round(cpu, 3),
        "peak_mb": round(peak() / 1e6, 1),
    }


def peak() -> int:
    """The most memory this process ever held, in bytes.

    Linux's own mark of the address space: `ru_maxrss` also has what the parent held when
    it started this process.
    """
    if STATUS.exists():
        lines = STATUS.read_text().splitlines()
        return 1024 * next(int(x.split()[1]) for x in lines if x.startswith("VmHWM:"))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def report(figures: JSON) -> None:
    """For the process that started this one."""
    print(json.dumps(figures))
