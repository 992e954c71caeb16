"""Jobs are durable, one at a time for a shop, and taken up again after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from hub_core.jobs import Engine
from hub_core.store import Store
from tests import databases

PATIENCE = 20.0


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return databases.at(tmp_path / "hub.db")


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    made = Store.open(url, b"k" * 32)
    yield made
    made.close()


class Record:
    """Work that notes when it began and ended."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.at: list[tuple[str, int, float, float]] = []

    def __call__(self, what: Sequence[Any]) -> dict[str, Any]:
        began = time.monotonic()
        time.sleep(0.05)
        with self.lock:
            self.at.append((what[0], what[1], began, time.monotonic()))
        return {}


def test_jobs_of_one_shop_follow_each_other_those_of_many_do_not(
    url: str, store: Store
) -> None:
    work = Record()
    engine = Engine(url, work)
    engine.start()
    try:
        with store.writing() as connection:
            for shop in "abc":
                for n in range(4):
                    engine.put(connection, f"{shop}{n}", shop, [shop, n])
        until(lambda: len(work.at) == 12)
    finally:
        engine.stop(5)
    for shop in "abc":
        own = sorted((b, e) for name, _, b, e in work.at if name == shop)
        assert all(end <= begin for (_, end), (begin, _) in pairwise(own))


def test_a_job_is_asked_for_with_the_row_that_asks_or_not_at_all(
    url: str, store: Store
) -> None:
    work = Record()
    engine = Engine(url, work)
    engine.start()
    try:
        with pytest.raises(ZeroDivisionError):
            _put_and_fail(engine, store)
        for _ in range(2):  # a name there is, is once
            with store.writing() as connection:
                engine.put(connection, "once", "a", ["a", 1])
        until(lambda: len(work.at) == 1)
        time.sleep(1)
    finally:
        engine.stop(5)
    assert [(name, n) for name, n, _, _ in work.at] == [("a", 1)]


def _put_and_fail(engine: Engine, store: Store) -> None:
    with store.writing() as connection:
        engine.put(connection, "never", "a", ["a", 0])
        raise ZeroDivisionError


CHILD = """
import sys, threading, time
from hub_core.jobs import Engine
from hub_core.store import Store
url, wait = sys.argv[1], float(sys.argv[2])
begun = threading.Event()
def work(what):
    print("began", what[0], flush=True)
    begun.set()
    time.sleep(wait)
    print("ended", what[0], flush=True)
    return {}
store = Store.open(url, b"k" * 32)
engine = Engine(url, work, threads=1)
engine.start()
if wait:
    with store.writing() as connection:
        engine.put(connection, "a", "a", ["a"])
    begun.wait()
    with store.writing() as connection:
        for n in range(60):
            engine.put(connection, f"b{n}", f"b{n}", [f"b{n}"])
    print("put", flush=True)
time.sleep(60)
"""


def test_a_killed_process_takes_its_job_up_again_ahead_of_all_that_waits(
    url: str, store: Store
) -> None:
    first = _child(url, 60.0)
    assert first.stdout is not None
    assert [first.stdout.readline() for _ in range(2)] == ["began a\n", "put\n"]
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    second = _child(url, 0.0)
    assert second.stdout is not None
    try:
        said = [second.stdout.readline() for _ in range(10)]
        assert {"began a\n", "ended a\n"} <= set(said)
    finally:
        second.kill()
        second.wait()
    for one in (first, second):
        assert one.stdout is not None
        one.stdout.close()


def _child(url: str, wait: float) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", CHILD, url, str(wait)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
