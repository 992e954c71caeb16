"""A change of the master key that is killed at each of its steps in turn, each time from
the beginning: `python -m tests.rekeying.killed FOLDER EVERY FIRST`. Prints what it found.

A step is a statement, a commit, or a change to a file. What is left must open, and a second
change that nobody kills must end.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import event

from hub_core.errors import HubError
from hub_core.hub import Hub
from hub_core.rekeying import rotate
from tests.rekeying.house import audit_of, opened, told

FILES = ("replace", "rename", "link", "unlink", "fsync", "chmod", "open")
LATER = 7200.0


def main(house: Path, every: int, first: int) -> None:
    with opened(house) as hub:
        before = told(hub)
    wrong: list[str] = []
    kills = 0
    for step in itertools.count(first, every):
        folder = house.with_name(f"kill-{step}")
        shutil.copytree(house, folder)
        killed = _killed_at(folder, step)
        kills += killed
        wrong += [f"step {step}: {one}" for one in _left_behind(folder, before)]
        shutil.rmtree(folder)
        if not killed:
            break
    print(json.dumps({"kills": kills, "wrong": wrong}))  # noqa: T201


def _killed_at(folder: Path, step: int) -> bool:
    """Whether it came so far; one that does not ends by itself."""
    child = os.fork()
    if child == 0:
        with opened(folder, 60) as hub:
            _count(hub, step)
            rotate(hub, actor="wu", size=2)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status) == signal.SIGKILL
    assert os.WEXITSTATUS(status) == 0
    return False


def _count(hub: Hub, step: int) -> None:
    seen = itertools.count(1)

    def tick(*_: Any, **__: Any) -> None:
        if next(seen) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(hub.store.engine, "before_cursor_execute", tick)
    event.listen(hub.store.engine, "commit", tick)
    for name in FILES:
        real = getattr(os, name)
        setattr(os, name, lambda *a, _real=real, **k: (tick(), _real(*a, **k))[1])


def _left_behind(folder: Path, before: list[Any]) -> list[str]:
    try:
        with opened(folder, 120) as hub:
            wrong = [] if told(hub) == before else ["not all is as it was"]
            if audit_of(hub).verify().fault is not None:
                wrong.append("the audit log does not hold")
            ended = rotate(hub, actor="wu", size=2)
            wrong += [] if ended.is_done and not ended.shut else [f"left: {ended.left}"]
            wrong += [] if len(ended.former) == 1 else [f"keys: {ended.former}"]
            wrong += [] if told(hub) == before else ["not all is as it was, at the end"]
        _forget_former(folder)
        with opened(folder, LATER) as hub:
            wrong += [] if told(hub) == before else ["the new key alone is not enough"]
            wrong += [str(f) for f in [audit_of(hub).verify().fault] if f]
    except HubError as error:
        return [f"{type(error).__name__}: {error}"]
    return wrong


def _forget_former(folder: Path) -> None:
    file = folder / "master.key"
    file.write_text(file.read_text().splitlines()[0])


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
