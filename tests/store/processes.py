"""Starting `tests.store.workers` as other processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


def worker(*arguments: str) -> subprocess.Popen[str]:
    """A process at work; its standard output is text to be read."""
    command = [sys.executable, "-m", "tests.store.workers", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@contextmanager
def frozen(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A worker stopped by SIGSTOP after the line in which it says it is ready."""
    process = worker(*arguments)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
        os.kill(process.pid, signal.SIGSTOP)
        yield process
    finally:
        process.kill()
        process.communicate()
