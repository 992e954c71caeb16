"""Workers on one PostgreSQL, a platform they read, and what is done to them."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hub_core.sandbox import Clock, Platform
from hub_core.sandbox.http import Request, Response
from hub_core.sandbox.server import running
from hub_core.store.engine import connect
from hub_core.store.schema import upgrade
from tests.harness import PLUGINS, add_account
from tests.scenarios.served import PROGRAM, READING, SETTINGS, Served
from tests.workers.server import Server, server
from tests.workers.trace import Asked, Life

CHANNEL = "douyin-laike"
ANSWERS_AFTER = 2.0
"""Seconds the platform takes for each answer: else hardly a kill would hit a reading."""
KEYS = "settle_lag_seconds = 1, overlap_seconds = 2, poll_seconds = {poll}"
UNSENT = "streams.stock = { poll_seconds = 0 }\nstreams.parcels = { poll_seconds = 0 }\n"
HOST = "127.0.0.{}"
FIRST = 11
"""Each worker asks the platform at an address of its own: so it is told who asks."""


class Watched:
    """The platform, and a note of every call."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.asked: list[Asked] = []
        self._lock = threading.Lock()

    def handle(self, request: Request) -> Response:
        host = next(v for k, v in request.headers.items() if k.lower() == "host")
        begin, log = time.time(), self.platform.log.entries
        before = len(log)
        response = self.platform.handle(request)
        end = begin + ANSWERS_AFTER
        worker = int(host.partition(":")[0].rpartition(".")[2]) - FIRST
        with self._lock:
            for entry in log[before:]:
                if entry.account:
                    self.asked.append(Asked(worker, entry.account, begin, end))
        return replace(response, delay=response.delay + ANSWERS_AFTER)


@dataclass(frozen=True)
class Blow:
    """Something that was done, to whom (None: the database), from when to when."""

    how: str
    worker: int | None
    pid: int
    begin: float
    end: float


@dataclass
class Crowd:
    """Everything together."""

    server: Server
    watched: Watched
    folder: Path
    size: int
    rng: random.Random
    workers: dict[int, subprocess.Popen[str]] = field(default_factory=dict)
    coming: dict[int, subprocess.Popen[str]] = field(default_factory=dict)
    lives: dict[int, Life] = field(default_factory=dict)
    blows: list[Blow] = field(default_factory=list)
    slots: list[int] = field(default_factory=list)
    """Which slot each that was begun had."""

    @property
    def platform(self) -> Platform:
        return self.watched.platform

    def served(self, worker: int) -> Served:
        """The folder of one worker, which asks the platform at its own address."""
        return Served(self.platform, self.folder / str(worker), self.server.url)

    # Workers -------------------------------------------------------------------------

    def begin(self) -> None:
        """All at once, and wait until they are there."""
        for n in range(self.size):
            self.start(n)
        self.all_there()

    def start(self, worker: int) -> None:
        """Begin one; it is there some seconds later."""
        self.lives.setdefault(worker, Life())
        errors = (self.folder / f"{worker}.log").open("a")
        with errors:
            made = self.served(worker)
            self.coming[worker] = subprocess.Popen(
                [str(PROGRAM), "worker", "--json", "--threads", "8"], cwd=made.folder,
                env=made.environment, text=True, stdout=subprocess.PIPE, stderr=errors,
            )  # fmt: skip

    def all_there(self) -> None:
        """Wait for those that were begun. One that came while the database was away has
        ended again, as any would have that a supervisor begins anew."""
        while self.coming:
            worker, process = self.coming.popitem()
            assert process.stdout is not None
            if line := process.stdout.readline():
                self.slots.append(json.loads(line)["slot"])
                self.workers[worker] = process
            else:
                process.communicate()
                self.start(worker)

    def said(self, worker: int) -> str:
        return (self.folder / f"{worker}.log").read_text("utf-8")

    # What is done to them --------------------------------------------------------------

    def kill(self, worker: int) -> Blow:
        process, at = self.workers.pop(worker), time.time()
        process.kill()
        process.communicate()
        self.lives[worker].ended.append(at)
        return self._note("kill", worker, process.pid, at)

    def freeze(self, worker: int, seconds: float) -> Blow:
        process, at = self.workers[worker], time.time()
        os.kill(process.pid, signal.SIGSTOP)
        time.sleep(seconds)
        woken = time.time()
        os.kill(process.pid, signal.SIGCONT)
        self.lives[worker].slept.append((at, woken))
        return self._note("freeze", worker, process.pid, at)

    def restart(self, mode: str) -> Blow:
        at = time.time()
        self.server.restart(mode)
        return self._note(mode, None, 0, at)

    def _note(self, how: str, worker: int | None, pid: int, at: float) -> Blow:
        self.blows.append(Blow(how, worker, pid, at, time.time()))
        return self.blows[-1]

    def end(self) -> list[int]:
        """Tell all to end; gives how they did."""
        for process in self.workers.values():
            process.terminate()
        for process in self.workers.values():
            process.communicate(timeout=30)
        return [process.returncode for process in self.workers.values()]

    def close(self) -> None:
        for process in (*self.workers.values(), *self.coming.values()):
            if process.poll() is None:
                process.kill()
            process.communicate()


@contextmanager
def crowd(
    folder: Path, *, workers: int, shops: int, orders: int, poll: float, seed: int
) -> Iterator[Crowd]:
    """Workers that have not begun yet; their shops are added."""
    history = timedelta(hours=3)
    platform: Platform = PLUGINS.sandbox(CHANNEL)(
        clock=Clock(running=True), history=history, shops=shops, orders=orders, seed=seed
    )
    with ExitStack() as stack:
        database = stack.enter_context(server())
        engine = connect(database.url)
        upgrade(engine)
        engine.dispose()
        watched = Watched(platform)
        url = stack.enter_context(running(watched, host="0.0.0.0"))  # type: ignore[arg-type]
        made = Crowd(database, watched, folder, workers, random.Random(seed))
        stack.callback(made.close)
        port = url.rpartition(":")[2]
        for n in range(workers):
            _settings(made.served(n), f"http://{HOST.format(FIRST + n)}:{port}", poll)
        begin = datetime.fromtimestamp(platform.clock.now(), UTC) - history
        with made.served(0).hub() as hub:
            for account in platform.accounts():
                add_account(hub, CHANNEL, account, begin - timedelta(minutes=5))
        yield made


def _settings(made: Served, url: str, poll: float) -> None:
    made.folder.mkdir()
    text = ""
    for account in made.platform.accounts():
        if f"[apps.{account.app_key}]" not in text:
            app = account.app_key
            (made.folder / f"{app}.secret").write_text(account.app_secret)
            limit: dict[str, Any] = {"calls": 20_000, "burst": 1000}
            text += SETTINGS.format(
                app=app, channel=CHANNEL, url=url, deadline=5, attempts=4, **limit
            )
    text += READING.format(channel=CHANNEL, keys=KEYS.format(poll=poll)) + UNSENT
    made.config.write_text(text)
