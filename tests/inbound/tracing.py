"""Whether a process had what it acknowledged on disk, told by its own system calls."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

SYNCS = ("fsync", "fdatasync")
CALLS = ",".join((*SYNCS, "recvfrom", "sendto"))
LINE = re.compile(r"(?P<thread>\d+) +(?:<\.\.\. (?P<resumed>\w+) resumed>)?(?P<said>.*)")
CALL = re.compile(r"(?P<name>\w+)\((?P<fd>\d+)(?:<(?P<file>[^>]*)>)?")
BEGUN = " <unfinished ...>"
ENDED = "+++ killed by SIGKILL +++"


@cache
def why_not() -> str:
    """Why nothing can be traced here; empty where it can."""
    if (strace := shutil.which("strace")) is None:
        return "there is no strace"
    tried = subprocess.run([strace, "-f", "true"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "strace may not trace here"


def tracer(into: Path) -> list[str]:
    """A command that traces the one behind it, which keeps its place and its number."""
    how = ("-D", "-f", "-y", "-s", "24", "--seccomp-bpf", "-e", f"trace={CALLS}")
    return ["strace", *how, "-o", str(into)]


def lines_of(trace: Path) -> list[str]:
    """All of a trace, once the traced was killed."""
    until = time.monotonic() + 10
    while ENDED not in (said := trace.read_text()) and time.monotonic() < until:
        time.sleep(0.05)
    return said.splitlines()


@dataclass
class Told:
    """What a trace tells, line by line: lines stand in the order of what happened."""

    answers: int = 0
    early: list[str] = field(default_factory=list)
    """Answers that began before an fsync had ended that began after their request."""
    _read: dict[str, int] = field(default_factory=dict)
    """Line at which the last request of a socket had been read."""
    _synced: int = -1
    """Line at which the newest began of all fsyncs that have ended well."""
    _open: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Line and text of the call a thread is in."""

    def hear(self, number: int, line: str) -> None:
        """Take one line in."""
        found = LINE.match(line)
        if found is None:
            return
        thread, said, began = found["thread"], found["said"], number
        if found["resumed"]:
            began, head = self._open.pop(thread, (number, ""))
            said = head + said
        elif said.endswith(BEGUN):
            said = said.removesuffix(BEGUN)
            self._open[thread] = number, said
            self._begin(said)
            return
        else:
            self._begin(said)
        self._end(said, began, number)

    def _begin(self, said: str) -> None:
        call = CALL.match(said)
        if call and call["name"] == "sendto" and re.search(r'"HTTP/1\.1 2\d\d', said):
            self.answers += 1
            if self._synced <= self._read[call["fd"]]:
                self.early.append(said)

    def _end(self, said: str, began: int, number: int) -> None:
        call = CALL.match(said)
        if call is None:
            return
        if call["name"] == "recvfrom" and '"POST ' in said:
            self._read[call["fd"]] = number
        synced = call["name"] in SYNCS and said.endswith(" = 0")
        if synced and (call["file"] or "").endswith("-wal"):
            self._synced = max(self._synced, began)


def told(lines: Iterable[str]) -> Told:
    """What these lines tell."""
    found = Told()
    for number, line in enumerate(lines):
        found.hear(number, line)
    return found
