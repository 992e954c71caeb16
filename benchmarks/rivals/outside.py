"""What a contender used, measured from outside, all of its processes together."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

JSON = dict[str, Any]
EVERY = 0.05
"""Seconds between two looks at memory."""
PAGE = os.sysconf("SC_PAGE_SIZE")
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Command:
    """A program, or several, each reading what the one before it writes."""

    programs: Sequence[Sequence[str]]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)


class Failed(Exception):
    """A program of a contender ended with an error."""


def run(command: Command, database: int | None = None) -> JSON:
    """Wall and processor time, start and end of its processes included; the most memory
    they held together; with the process id of a database server, what that used, too."""
    before, began = _spent(database), time.perf_counter()
    children, log = _started(command)
    watch = Watch([child.pid for child in children])
    used = [os.wait4(child.pid, 0) for child in children]
    wall = time.perf_counter() - began
    watch.stop()
    for child, (_, status, _) in zip(children, used, strict=True):
        child.returncode = os.waitstatus_to_exitcode(status)
    if any(child.returncode for child in children):
        raise Failed(log.read_text()[-2000:])
    return {
        "wall_s": round(wall, 3),
        "cpu_s": round(sum(u.ru_utime + u.ru_stime for _, _, u in used), 3),
        "peak_mb": round(watch.peak / 1e6, 1),
        "database_cpu_s": round(_spent(database) - before, 3),
    }


def _started(command: Command) -> tuple[list[subprocess.Popen[bytes]], Path]:
    log = command.folder / "log"
    children: list[subprocess.Popen[bytes]] = []
    with log.open("wb") as said:
        for n, program in enumerate(command.programs):
            last = n == len(command.programs) - 1
            children.append(
                subprocess.Popen(
                    program, cwd=command.folder, stderr=said,
                    env={**os.environ, **command.environment},
                    stdin=children[-1].stdout if children else subprocess.DEVNULL,
                    stdout=said if last else subprocess.PIPE,
                )
            )  # fmt: skip
    for child in children:
        if child.stdout:
            child.stdout.close()  # the next one has it
    return children, log


class Watch:
    """Looks at the memory of processes and all they started."""

    def __init__(self, pids: list[int]) -> None:
        self.peak, self._pids = 0, pids
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._done.wait(EVERY):
            held = sum(_resident(pid) for top in self._pids for pid in family(top))
            self.peak = max(self.peak, held)

    def stop(self) -> None:
        """Look no more."""
        self._done.set()
        self._thread.join()


def family(pid: int) -> list[int]:
    """A process and all that came of it, as far as they are alive."""
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += map(int, task.read_text().split())
            except OSError:
                continue
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0


def _spent(server: int | None) -> float:
    """Processor seconds of a server: its own, those of its processes that ended and that
    are alive."""
    if server is None:
        return 0.0
    first, *others = [_times(pid) for pid in family(server)]
    return (sum(first) + sum(sum(times[:2]) for times in others)) / TICK


def _times(pid: int) -> list[int]:
    """User and system time; of children that ended, both."""
    try:
        said = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return [0, 0, 0, 0]
    return [int(word) for word in said[11:15]]
