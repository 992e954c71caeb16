"""Names of processes that hold leases, and whether one named so is gone.

A process that was killed cannot give its lease back. Who starts next on the same machine
need not wait for the lease to run out: it can see that its holder lives no more.
"""

from __future__ import annotations

import hashlib
import os
import socket
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PID_SPACE = Path("/proc/self/ns/pid")
"""Linux: containers may share a host's name and still number their processes apart."""
_let_go: set[str] = set()
"""Names of this process by which it holds nothing, though the database may say so."""


def new_holder() -> str:
    """A name for one lease of this process, unlike any other."""
    return f"{_machine()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def process_of(holder: str) -> str:
    """What the names of all a process holds begin with."""
    return holder.rpartition(":")[0] + ":"


def session_of(holder: str) -> str:
    """What a process calls its sessions on a database's server, by which they are known
    there: of the 63 bytes that are kept of a name."""
    machine, pid = holder.split(":")[:2]
    return f"channel-hub {pid} {hashlib.sha256(machine.encode()).hexdigest()[:16]}"


@contextmanager
def freeing(holder: str) -> Iterator[None]:
    """A block that takes or frees what is held by a name of this process. Where it breaks
    off, nobody knows what became of that: by this name nothing is held any more."""
    try:
        yield
    except BaseException:
        _let_go.add(holder)
        raise


def is_gone(holder: str | None) -> bool:
    """Whether the holder was a process of this machine and has ended; or this process, and
    what it held by that name it holds no more, whatever the database says.

    False where that can't be told: of another machine, and on Windows. A number given to
    a new process since makes its lease last as long as it does anyhow.
    """
    if holder in _let_go:
        return True
    machine, _, rest = (holder or "").partition(":")
    pid = rest.partition(":")[0]
    if sys.platform == "win32" or machine != _machine() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


def _machine() -> str:
    try:
        space = PID_SPACE.stat().st_ino
    except OSError:
        space = 0
    return f"{socket.gethostname().replace(':', '-')}/{space}"
