"""Hazards W6, W9, W12, D6: kept before it is said, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from hub_core.inbound import Inbound, work_off
from hub_core.inbound.committer import Committer
from tests.harness import NOON, Bench
from tests.inbound.pushing import CHANNEL, Pusher, signed
from tests.store.processes import ROOT

ONE = pytest.mark.parametrize("kind", ["sqlite"])


def test_many_at_once_share_transactions(
    joined: Bench, inbound: Inbound, pusher: Pusher
) -> None:
    bodies = [pusher.order_event(str(10**18 + n), NOON) for n in range(200)]
    commits: list[int] = []
    event.listen(joined.hub.store.engine, "commit", lambda _: commits.append(1))

    with ThreadPoolExecutor(50) as pool:
        statuses = set(pool.map(lambda body: pusher.send(body).status, bodies))

    assert statuses == {200}
    assert len(pusher.inbound.pushes(limit=1000)) == 200
    assert len(commits) < 100


@ONE
def test_one_after_the_other_each_has_its_answer(pusher: Pusher) -> None:
    for n in range(5):
        pusher.send(pusher.order_event(str(10**18 + n), NOON))
        assert len(pusher.inbound.pushes()) == n + 1, "acknowledged means kept"


@ONE
def test_without_holding_a_thread(inbound: Inbound, pusher: Pusher) -> None:
    bodies = [pusher.order_event(str(10**18 + n), NOON) for n in range(30)]

    async def all_of_them() -> list[int]:
        sent = [
            inbound.receive_async(CHANNEL, signed(pusher.secret, body), body)
            for body in bodies
        ]
        return [answer.status for answer in await asyncio.gather(*sent)]

    assert asyncio.run(all_of_them()) == [200] * 30
    assert len(inbound.pushes()) == 30


def test_w9_what_cannot_be_kept_is_not_acknowledged(joined: Bench, pusher: Pusher) -> None:
    with joined.hub.store.writing() as connection:
        connection.execute(text("ALTER TABLE inbox RENAME TO elsewhere"))
    answer = pusher.send(pusher.order_event("1", NOON))
    assert (answer.status, answer.headers["retry-after"]) == (503, "2")
    with joined.hub.store.writing() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO inbox"))
    assert pusher.send(pusher.order_event("1", NOON)).status == 200


def test_d6_two_workers_share_the_pushes(
    joined: Bench, inbound: Inbound, pusher: Pusher
) -> None:
    platform: Any = joined.platform
    shop = platform.shops[pusher.account.external_id]
    records = [shop.place() for _ in range(30)]
    for record in records:
        pusher.send(pusher.order_event(record.id, NOON))

    def work(_: int) -> int:
        done = 0
        for _ in range(60):
            step = work_off(joined.hub, joined.clock.now(), limit=7)
            done += step.done
            platform.clock.advance(2 if step.busy or not step.taken else 0)
        return done

    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(work, range(2)))

    assert sum(counts) == 30
    assert set(joined.stored(pusher.account.name)) == {r.id for r in records}


def test_two_workers_at_once_confirm_each_push_of_a_burst_once(
    joined: Bench, inbound: Inbound, pusher: Pusher
) -> None:
    """One of them reads the list that is to bring them, as the other hastens it."""
    platform: Any = joined.platform
    joined.hub.sync()
    shop = platform.shops[pusher.account.external_id]
    records = [shop.place() for _ in range(70)]
    for record in records:
        pusher.send(pusher.order_event(record.id, platform.clock.now()))
    platform.clock.advance(3)

    def work(number: int) -> int:
        done = 0
        for turn in range(20):
            done += work_off(joined.hub, joined.clock.now(), limit=7).done
            platform.clock.advance(1)
            if number == 0 and turn % 5 == 2:
                joined.hub.sync()
        return done

    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(work, range(2)))
    platform.clock.advance(60)
    while (step := work_off(joined.hub, joined.clock.now())).taken:
        counts.append(step.done)

    assert sum(counts) == 70
    assert {push.state for push in pusher.inbound.pushes(limit=1000)} == {"done"}
    assert {r.id for r in records} <= set(joined.stored(pusher.account.name))


# The queue, without a store --------------------------------------------------------------


def test_w12_beyond_the_bound_nothing_is_taken_and_nothing_taken_is_lost() -> None:
    gate, kept = threading.Event(), []

    def write(rows: Any) -> None:
        gate.wait(10)
        kept.extend(rows)

    committer: Committer[int] = Committer(write, waiting=5, together=1)
    first = committer.put(0)
    assert first is not None
    while len(committer._rows):  # it is being written
        pass
    told = [committer.put(n) for n in range(1, 9)]
    assert [one is None for one in told] == [False] * 5 + [True] * 3
    assert committer.is_full
    gate.set()
    committer.close()
    assert kept == [0, 1, 2, 3, 4, 5]
    assert committer.put(9) is None


@ONE
def test_w12_a_full_inbox_asks_to_come_again(joined: Bench, pusher: Pusher) -> None:
    full = Inbound(joined.hub, waiting=0)
    body = pusher.order_event("1", NOON)
    answer = full.receive(CHANNEL, signed(pusher.secret, body), body)
    assert (answer.status, answer.headers["retry-after"]) == (503, "2")
    assert full.counts[CHANNEL, "full"] == 1
    full.close()


# W6: killed in a burst -------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@ONE
@pytest.mark.parametrize("after", [int(os.environ.get("CHANNEL_HUB_PUSH_KILL", "120"))])
def test_w6_killed_mid_burst_what_was_acknowledged_is_there(
    after: int, joined: Bench, database: str, tmp_path: Path, pusher: Pusher
) -> None:
    command = [sys.executable, "-m", "tests.inbound.burst", database, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as burst:
        assert burst.stdout is not None
        said = [burst.stdout.readline() for _ in range(after)]
        os.kill(burst.pid, signal.SIGKILL)
        said += burst.stdout.readlines()
    acknowledged = {line.strip() for line in said if line.endswith("\n")}

    kept = {p.external_id for p in pusher.inbound.pushes(limit=100_000)}
    assert len(acknowledged) >= after
    assert acknowledged - kept == set()
