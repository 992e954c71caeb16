"""What a process used: wall time, processor time, most memory."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

JSON = dict[str, Any]


def measured(work: Callable[[], int]) -> JSON:
    """Run it once; it gives how many orders it stored."""
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    orders = work()
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = sum(getattr(after, n) - getattr(before, n) for n in ("ru_utime", "ru_stime"))
    unit = 1 if sys.platform == "darwin" else 1024
    return {
        "orders": orders,
        "wall_s": round(wall, 3),
        "cpu_s": round(cpu, 3),
        "peak_mb": round(after.ru_maxrss * unit / 1e6, 1),
    }


def report(figures: JSON) -> None:
    """For the process that started this one."""
    print(json.dumps(figures))
