"""W6: `hub serve` killed amid 300 pushes a second has all it acknowledged, and its system
calls show why.

`CHANNEL_HUB_PUSH_KILLS=20` is the full run.
"""

from __future__ import annotations

import os
import random
import sqlite3
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from subprocess import Popen

import pytest

pytest.importorskip("resource", reason="there is no SIGKILL without POSIX")

from benchmarks import pushes
from benchmarks.pushes_load import Task
from tests.inbound import tracing

KILLS = int(os.environ.get("CHANNEL_HUB_PUSH_KILLS", "1"))
RATE, LONGEST = 300.0, 20.0
TRACE = "trace"


class Lives:
    """One database, and the processes that were killed over it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.acknowledged: list[set[str]] = []

    def live(self, number: int, pushes_before: int, under: list[str]) -> None:
        """One life, killed once so many of its pushes are on disk."""
        with pushes.receiver("serve", self.folder, under=under) as (child, port):
            bound = self.stored() + pushes_before
            killer = threading.Thread(target=self._kill, args=(child, bound))
            killer.start()
            task = Task(
                port, pushes.PATHS["serve"], pushes.APP_KEY, pushes.SECRET,
                series=number, seconds=LONGEST, rate=RATE,
            )  # fmt: skip
            _, told = pushes.pushed(task, self.folder)
            killer.join()
        self.acknowledged.append(told)

    def stored(self) -> int:
        with closing(sqlite3.connect(self.folder / "hub.db")) as raw:
            return int(raw.execute("SELECT count(*) FROM inbox").fetchone()[0])

    def _kill(self, child: Popen[str], bound: int) -> None:
        until = time.monotonic() + LONGEST
        while self.stored() < bound and time.monotonic() < until:
            time.sleep(0.005)
        child.kill()


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Lives:
    folder, rng = tmp_path_factory.mktemp("killed"), random.Random(6)
    pushes.make(folder)
    made = Lives(folder)
    for number in range(KILLS):
        traced = number == 0 and not tracing.why_not()
        under = tracing.tracer(folder / TRACE) if traced else []
        made.live(number, rng.randrange(100, 300), under)
    return made


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_w6_what_was_acknowledged_amid_300_a_second_is_stored(killed: Lives) -> None:
    told = set[str]().union(*killed.acknowledged)
    print(f"{KILLS} kills, {len(told)} acknowledged")  # noqa: T201
    assert all(len(one) >= 50 for one in killed.acknowledged)
    assert told - pushes.stored(killed.folder) == set()
    with closing(sqlite3.connect(killed.folder / "hub.db")) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.only_where(not tracing.why_not(), "strace, which may trace")
def test_w6_an_fsync_stands_between_each_push_and_its_answer(killed: Lives) -> None:
    found = tracing.told(tracing.lines_of(killed.folder / TRACE))
    print(f"{found.answers} answers traced")  # noqa: T201
    assert found.answers >= len(killed.acknowledged[0])
    assert found.early == []


# The judge itself ------------------------------------------------------------------------

READ = '1 recvfrom(7<socket:[1]>, "POST /push/douyin-laike"..., 262144, 0, NULL, NULL) = 9'
SYNC = "2 fdatasync(9</tmp/hub.db-wal>) = 0"
BEGUN, DONE = (
    "2 fdatasync(9</tmp/hub.db-wal> <unfinished ...>",
    "2 <... fdatasync resumed>) = 0",
)
SENT = '1 sendto(7<socket:[1]>, "HTTP/1.1 200 OK\\r\\n"..., 99, 0, NULL, 0) = 99'
NOT_YET = [
    [READ, SENT],
    [SYNC, READ, SENT],
    [BEGUN, READ, DONE, SENT],
    [READ, BEGUN, SENT, DONE],
    [READ, SYNC.replace("= 0", "= -1 EIO"), SENT],
    [READ, SYNC.replace("-wal", ""), SENT],
    [READ, SYNC, SENT, READ, SENT],
]


@pytest.mark.parametrize("lines", NOT_YET)
def test_an_answer_before_its_fsync_is_seen(lines: list[str]) -> None:
    assert len(tracing.told(lines).early) == 1


@pytest.mark.parametrize("lines", [[READ, SYNC, SENT], [READ, BEGUN, DONE, SENT]])
def test_an_answer_after_its_fsync_passes(lines: list[str]) -> None:
    assert (tracing.told(lines).answers, tracing.told(lines).early) == (1, [])
