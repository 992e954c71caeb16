"""What one PostgreSQL gives: jobs of the engine, and commits that tell the feed.

    python -m benchmarks.ceilings [--jobs 600] [--shops 200] [--seconds 4] [--json]

First what a sync in which nothing is new writes, and what one with an order more: commits,
and bytes of the write-ahead log. Those do not depend on the machine; all else does.

Jobs do nothing, each in the partition of its shop; they are put beforehand, then a process,
and then four, work them off. Commits add events to the feed, whose counter one at a time
has: so many threads do so at once. The server writes to the disk as in production, and it
shares the machine with its clients.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from hub_core.jobs import Engine
from hub_core.store import Store, feed, shops
from hub_core.store.engine import writing
from tests.harness import Bench, bench
from tests.store import postgres

KEY = b"k" * 32
PATIENCE = 300.0
COMMITS = ((1, 1), (16, 1), (16, 100))
"""Threads, and events of each commit."""
DONE = "SELECT count(*) FROM dbos.workflow_status WHERE status = 'SUCCESS'"


def syncs(channel: str, many: int = 20) -> list[dict[str, Any]]:
    """What a sync of a shop's orders writes: with nothing new, and with a change."""
    url = postgres.fresh()
    with (
        tempfile.TemporaryDirectory() as folder,
        bench(channel, Path(folder), seed=1, orders=200, database=url) as made,
    ):
        for _ in range(2):
            made.platform.clock.advance(400.0)
            made.hub.sync()
        quiet = _written(made, url, many, 0)
        return [quiet, _written(made, url, many, 1)]


def _written(made: Bench, url: str, many: int, changes: int) -> dict[str, Any]:
    before = _wrote(url)
    for _ in range(many):
        made.platform.clock.advance(60.0)
        if changes:
            made.platform.churn(changes)
        made.hub.sync()
    after = _wrote(url)
    each = [round((y - x) / many, 1) for x, y in zip(before, after, strict=True)]
    news = "a change" if changes else "nothing new"
    return {"sync": news, "of": made.platform.channel, "commits": each[0], "wal": each[1]}


def _wrote(url: str) -> tuple[int, int]:
    """Transactions that wrote, and bytes of the log, so far."""
    asked = "SELECT txid_current(), pg_current_wal_insert_lsn() - '0/0'::pg_lsn"
    with psycopg.connect(_plain(url), autocommit=True) as connection:
        found = connection.execute(asked).fetchone()
    assert found is not None
    return int(found[0]), int(found[1])


def _plain(url: str) -> str:
    plain = make_url(url).set(drivername="postgresql")
    return plain.render_as_string(hide_password=False)


def jobs(processes: int, many: int, partitions: int) -> dict[str, Any]:
    """Jobs a second, from the first that is done to the last."""
    url = postgres.fresh()
    _put(url, many, partitions)
    before = _wrote(url)
    context = get_context("spawn")
    ending = context.Event()
    those = [
        context.Process(target=_work, args=(url, slot, ending)) for slot in range(processes)
    ]
    for one in those:
        one.start()
    try:
        seconds = _drained(url, many)
    finally:
        ending.set()
        for one in those:
            one.join()
    wrote = [round((y - x) / many, 1) for x, y in zip(before, _wrote(url), strict=True)]
    return {
        "processes": processes, "jobs": many, "per_second": round(many / seconds, 1),
        "commits": wrote[0], "wal": wrote[1],
    }  # fmt: skip


def _put(url: str, many: int, partitions: int) -> None:
    store, engine = Store.open(url, KEY), Engine(url, _nothing, threads=1)
    engine.start(99)
    with store.writing() as connection:
        for number in range(many):
            # Of a partition nobody works at before all are there.
            engine.put(connection, f"job {number}", str(number % partitions), [number])
        engine.stop(0)
    store.close()


def _nothing(what: Sequence[Any]) -> dict[str, Any]:
    return {}


def _work(url: str, slot: int, ending: Any) -> None:
    engine = Engine(url, _nothing)
    engine.start(slot)
    ending.wait(PATIENCE)
    engine.stop(1)


def _drained(url: str, many: int) -> float:
    with psycopg.connect(_plain(url), autocommit=True) as connection:

        def done() -> int:
            (found,) = connection.execute(DONE).fetchone() or (0,)
            return int(found)

        _until(lambda: done() > 0)
        began = time.perf_counter()
        _until(lambda: done() >= many)
        return time.perf_counter() - began


def _until(true: Any) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            raise TimeoutError("the jobs are not worked off")
        time.sleep(0.02)


def commits(threads: int, events: int, seconds: float) -> dict[str, Any]:
    """Commits that tell the feed of so many events each."""
    with _shop() as (store, shop_id):
        counts = [0] * threads
        end = time.monotonic() + seconds
        told = [(n, "order.changed") for n in range(events)]

        def act(number: int) -> None:
            while time.monotonic() < end:
                with writing(store.engine) as connection:
                    feed.append(connection, shop_id, "order", told, datetime.now(UTC))
                counts[number] += 1

        those = [threading.Thread(target=act, args=(n,)) for n in range(threads)]
        for one in those:
            one.start()
        for one in those:
            one.join()
    many = sum(counts) / seconds
    return {
        "threads": threads, "events": events,
        "commits_per_second": round(many), "events_per_second": round(many * events),
    }  # fmt: skip


@contextmanager
def _shop() -> Iterator[tuple[Store, int]]:
    store = Store.open(postgres.fresh(), KEY)
    now = datetime.now(UTC)
    with store.writing() as connection:
        shop_id = shops.add_shop(
            connection, at=now, name="shop", channel="jd", external_id="1", app="app",
            start_at=now,
        )  # fmt: skip
    yield store, shop_id
    store.close()


def durable() -> None:
    """Have the tests' server write to the disk."""
    with psycopg.connect(_plain(postgres.fresh()), autocommit=True) as connection:
        for name in ("fsync", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {name} = on")
        connection.execute("SELECT pg_reload_conf()")


def _said(value: object) -> str:
    return value if isinstance(value, str) else f"{value:,}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=600)
    parser.add_argument("--shops", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    durable()
    found = [
        *(one for channel in ("jd", "taobao") for one in syncs(channel)),
        *(commits(threads, events, given.seconds) for threads, events in COMMITS),
        *(jobs(processes, given.jobs, given.shops) for processes in (1, 4)),
    ]
    for one in found:
        said = ", ".join(f"{name.replace('_', ' ')} {_said(n)}" for name, n in one.items())
        print(json.dumps(one) if given.json else said)


if __name__ == "__main__":
    main()
